//! XML as a tree, for the parts of Office files: no document types, no entities beyond the five, no depth without end.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::ReadError;

/// Elements nested deeper than this are an attack on the stack.
const DEEPEST: usize = 256;
/// More elements than this do not fit the memory that one document may take.
const ELEMENTS: usize = 2_000_000;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Its name without prefix.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    /// What it holds.
    pub(super) nodes: Vec<Node>,
}

/// An element or text.
#[derive(Debug)]
pub(super) enum Node {
    /// An element.
    Element(Element),
    /// Characters.
    Text(String),
}

impl Element {
    /// The elements it holds.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first element of that name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|element| element.name == name)
    }

    /// The attribute of that name, prefix aside.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a child that is a setting: `<w:name w:val="value"/>`.
    pub(super) fn setting(&self, name: &str) -> Option<&str> {
        self.child(name)?.attribute("val")
    }

    /// Is a switch on? It is when it stands there, unless it says no.
    pub(super) fn is_on(&self, name: &str) -> bool {
        let off = |value: &str| matches!(value, "0" | "false" | "off" | "none");
        self.child(name)
            .is_some_and(|switch| !switch.attribute("val").is_some_and(off))
    }

    /// All its characters.
    pub(super) fn text(&self) -> String {
        let parts = self.nodes.iter().map(|node| match node {
            Node::Element(element) => element.text(),
            Node::Text(text) => text.clone(),
        });
        parts.collect()
    }
}

/// The root element.
///
/// # Errors
/// Damaged: not well formed, too deep, or too many elements.
pub(super) fn parse(source: &str) -> Result<Element, ReadError> {
    let mut reader = Reader::from_str(source);
    let mut open = vec![Element::default()];
    let mut count = 0_usize;
    loop {
        match reader.read_event().map_err(|error| damaged(&error.to_string()))? {
            Event::Start(start) => open.push(element(&start)),
            Event::Empty(start) => add(&mut open, Node::Element(element(&start))),
            Event::End(_) => close(&mut open)?,
            Event::Text(text) => add(&mut open, Node::Text(text.into_inner().into_owned())),
            Event::CData(text) => add(&mut open, Node::Text(text.into_inner().into_owned())),
            Event::GeneralRef(name) => add(&mut open, Node::Text(entity(&name.into_inner()).to_string())),
            Event::DocType(_) => return Err(damaged("a document type, which no Office file carries")),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        count = count.saturating_add(1);
        if open.len() > DEEPEST || count > ELEMENTS {
            return Err(damaged("more elements than any document has"));
        }
    }
    match open.as_mut_slice() {
        [root] => take_root(root),
        _ => Err(damaged("elements that do not end")),
    }
}

fn take_root(document: &mut Element) -> Result<Element, ReadError> {
    let mut elements = document.nodes.drain(..).filter_map(|node| match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    });
    elements.next_back().ok_or_else(|| damaged("no element"))
}

fn element(start: &BytesStart<'_>) -> Element {
    let mut written = start.attributes();
    let attributes = written.with_checks(false).filter_map(Result::ok);
    let attributes = attributes.map(|pair| (local(pair.key.0).to_owned(), value(&pair.value)));
    Element {
        name: local(start.name().0).to_owned(),
        attributes: attributes.collect(),
        nodes: Vec::new(),
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn value(raw: &str) -> String {
    quick_xml::escape::unescape(raw).map_or_else(|_| raw.to_owned(), std::borrow::Cow::into_owned)
}

fn add(open: &mut [Element], node: Node) {
    if let Some(parent) = open.last_mut() {
        parent.nodes.push(node);
    }
}

fn close(open: &mut Vec<Element>) -> Result<(), ReadError> {
    let done = open
        .pop()
        .filter(|_| !open.is_empty())
        .ok_or_else(|| damaged("an end without a start"))?;
    add(open, Node::Element(done));
    Ok(())
}

/// The five entities of XML and characters by number; others cannot stand in an Office file.
fn entity(name: &str) -> char {
    let number = |digits: &str, base: u32| u32::from_str_radix(digits, base).ok().and_then(char::from_u32);
    match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => match name.strip_prefix("#x") {
            Some(digits) => number(digits, 16),
            None => name.strip_prefix('#').and_then(|digits| number(digits, 10)),
        }
        .unwrap_or('\u{fffd}'),
    }
}

fn damaged(what: &str) -> ReadError {
    ReadError::Damaged {
        detail: format!("its XML holds {what}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_keeps_names_values_and_text() {
        let root =
            parse("<w:p a=\"1\"><w:t>A &amp; B &#8364;</w:t><w:vanish/><w:b w:val=\"0\"/></w:p>").unwrap();
        assert_eq!(root.text(), "A & B \u{20ac}");
        assert_eq!((root.name.as_str(), root.attribute("a")), ("p", Some("1")));
        assert!(root.is_on("vanish") && !root.is_on("b") && !root.is_on("i"));
    }

    #[test]
    fn attacks_and_damage_are_errors() {
        let deep = "<a>".repeat(10_000);
        for source in [
            "<a><b></a>",
            "<a>",
            "",
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
            &deep,
        ] {
            assert!(
                matches!(parse(source), Err(ReadError::Damaged { .. })),
                "{}",
                &source[..source.len().min(40)]
            );
        }
    }
}
