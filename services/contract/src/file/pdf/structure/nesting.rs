//! Drawings that contain drawings: a few of them, each drawing the next one twice, keep a reader busy for years.

use std::collections::{HashMap, HashSet};

use lopdf::{Dictionary, Document as Structured, Object, ObjectId, Stream};

use crate::file::{Limits, ReadError};

/// Readers follow drawings within drawings so deep.
const DEEPEST: usize = 50;
/// What drawing all pages may come to, as a multiple of the most that one stream may hold.
const STREAMS: u64 = 10;

/// Refuses a file whose pages, drawn to the end, would come to more than any document.
pub(super) fn refuse(pdf: &Structured, limits: &Limits) -> Result<(), ReadError> {
    if !pdf
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .any(is_form)
    {
        return Ok(());
    }
    let mut costs = Costs {
        pdf,
        limit: limits.stream_bytes,
        forms: HashMap::new(),
        known: HashMap::new(),
    };
    let most = u64::try_from(limits.stream_bytes)
        .unwrap_or(u64::MAX)
        .saturating_mul(STREAMS);
    let mut total = 0_u64;
    for page in pdf.page_iter().take(limits.pages) {
        total = total.saturating_add(costs.page(page));
        if total > most {
            let detail = String::from("its drawings contain one another again and again");
            return Err(ReadError::Damaged { detail });
        }
    }
    Ok(())
}

/// Does a drawing lead back to itself, or deeper than readers follow?
pub(super) fn is_cyclic(pdf: &Structured) -> bool {
    let forms = pdf
        .objects
        .iter()
        .filter(|(_, object)| object.as_stream().is_ok_and(is_form));
    let costs = Costs {
        pdf,
        limit: 0,
        forms: HashMap::new(),
        known: HashMap::new(),
    };
    let mut level: HashSet<ObjectId> = forms.map(|(id, _)| *id).collect();
    let mut depth = 0;
    while !level.is_empty() && depth <= DEEPEST {
        level = level.into_iter().flat_map(|form| costs.inner(form)).collect();
        depth += 1;
    }
    !level.is_empty()
}

fn is_form(stream: &Stream) -> bool {
    stream
        .dict
        .get(b"Subtype")
        .and_then(Object::as_name)
        .is_ok_and(|name| name == b"Form")
}

/// What drawing costs, in bytes of content.
struct Costs<'a> {
    pdf: &'a Structured,
    limit: usize,
    forms: HashMap<ObjectId, Drawing>,
    known: HashMap<(ObjectId, usize), u64>,
}

/// The length of a content and the drawings it draws, as often as it draws them.
#[derive(Debug, Clone, Default)]
struct Drawing {
    length: u64,
    draws: Vec<ObjectId>,
}

impl Costs<'_> {
    fn page(&mut self, page: ObjectId) -> u64 {
        let content = self
            .pdf
            .get_page_content_with_limit(page, self.limit)
            .unwrap_or_default();
        let mut targets: HashMap<Vec<u8>, ObjectId> = HashMap::new();
        if let Ok((own, inherited)) = self.pdf.get_page_resources(page) {
            let inherited = inherited
                .iter()
                .filter_map(|id| self.pdf.get_dictionary(*id).ok());
            own.into_iter()
                .chain(inherited)
                .for_each(|resources| targets.extend(self.drawings(resources)));
        }
        let drawing = drawing(&content, &targets);
        self.cost(&drawing, DEEPEST)
    }

    fn cost(&mut self, drawing: &Drawing, depth: usize) -> u64 {
        let inner = drawing
            .draws
            .iter()
            .map(|form| self.form(*form, depth.saturating_sub(1)));
        inner.fold(drawing.length, u64::saturating_add)
    }

    fn form(&mut self, id: ObjectId, depth: usize) -> u64 {
        if depth == 0 {
            return 0;
        }
        if let Some(known) = self.known.get(&(id, depth)) {
            return *known;
        }
        let drawing = self.forms.get(&id).cloned().unwrap_or_else(|| self.read(id));
        self.forms.entry(id).or_insert_with(|| drawing.clone());
        let cost = self.cost(&drawing, depth);
        self.known.insert((id, depth), cost);
        cost
    }

    fn read(&self, id: ObjectId) -> Drawing {
        let Some(stream) = self
            .pdf
            .get_object(id)
            .and_then(Object::as_stream)
            .ok()
            .filter(|stream| is_form(stream))
        else {
            return Drawing::default();
        };
        let content = stream
            .get_plain_content_with_limit(self.limit)
            .unwrap_or_default();
        let resources = stream
            .dict
            .get_deref(b"Resources", self.pdf)
            .and_then(Object::as_dict);
        drawing(
            &content,
            &resources
                .map(|resources| self.drawings(resources))
                .unwrap_or_default(),
        )
    }

    /// The drawings that a drawing may draw.
    fn inner(&self, id: ObjectId) -> Vec<ObjectId> {
        let stream = self
            .pdf
            .get_object(id)
            .and_then(Object::as_stream)
            .ok()
            .filter(|stream| is_form(stream));
        let resources = stream.and_then(|stream| {
            stream
                .dict
                .get_deref(b"Resources", self.pdf)
                .and_then(Object::as_dict)
                .ok()
        });
        resources
            .map(|resources| self.drawings(resources).into_values().collect())
            .unwrap_or_default()
    }

    fn drawings(&self, resources: &Dictionary) -> HashMap<Vec<u8>, ObjectId> {
        let named = resources
            .get_deref(b"XObject", self.pdf)
            .and_then(Object::as_dict);
        let named = named.into_iter().flat_map(Dictionary::iter);
        named
            .filter_map(|(name, object)| Some((name.clone(), object.as_reference().ok()?)))
            .collect()
    }
}

/// `/Name Do` draws what the resources call so.
fn drawing(content: &[u8], targets: &HashMap<Vec<u8>, ObjectId>) -> Drawing {
    let mut draws = Vec::new();
    let mut before: &[u8] = b"";
    for word in content
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
    {
        if word == b"Do" {
            draws.extend(before.strip_prefix(b"/").and_then(|name| targets.get(name)));
        }
        before = word;
    }
    Drawing {
        length: u64::try_from(content.len()).unwrap_or(u64::MAX),
        draws,
    }
}
