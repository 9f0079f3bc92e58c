//! The rules of a page's own style sheets that can hide text or set it apart.

use scraper::{ElementRef, Html, Selector};

use super::look::Look;

/// Properties that matter here.
const PROPERTIES: [&str; 22] = [
    "display",
    "visibility",
    "opacity",
    "font-size",
    "color",
    "background",
    "background-color",
    "white-space",
    "clip",
    "clip-path",
    "transform",
    "position",
    "left",
    "top",
    "right",
    "margin-left",
    "margin-top",
    "text-indent",
    "width",
    "height",
    "max-height",
    "overflow",
];
/// A sheet with more rules than this is cut.
const RULES: usize = 1000;

/// The rules, in order.
pub(super) struct Rules {
    rules: Vec<(Selector, Vec<(String, String)>)>,
}

impl Rules {
    /// The rules of all style sheets in the page.
    pub(super) fn of(page: &Html) -> Self {
        let sheets: String = match Selector::parse("style") {
            Ok(styles) => page.select(&styles).flat_map(|style| style.text()).collect(),
            Err(_) => String::new(),
        };
        Self {
            rules: top_level(&sheets)
                .into_iter()
                .take(RULES)
                .filter_map(|(names, body)| rule(names, body))
                .collect(),
        }
    }

    /// The look of an element inside another: what it inherits, what rules say, what its own attributes say.
    pub(super) fn look(&self, element: &ElementRef<'_>, around: Look) -> Look {
        let mut look = around.inherited();
        for (selector, declarations) in &self.rules {
            if selector.matches(element) {
                look.apply(declarations);
            }
        }
        let attribute = |name: &str, property: &str| {
            element
                .attr(name)
                .map(|value| vec![(property.to_owned(), value.trim().to_lowercase())])
                .unwrap_or_default()
        };
        look.apply(&attribute("bgcolor", "background"));
        look.apply(&attribute("color", "color"));
        look.apply(&element.attr("style").map(declarations).unwrap_or_default());
        if element.attr("hidden").is_some() {
            look.vanish();
        }
        look
    }
}

fn rule(names: &str, body: &str) -> Option<(Selector, Vec<(String, String)>)> {
    let declarations = declarations(body);
    if declarations.is_empty() {
        return None;
    }
    Some((Selector::parse(names.trim()).ok()?, declarations))
}

/// Selectors and bodies outside of any `@` block: those hold for print or other screens.
fn top_level(sheet: &str) -> Vec<(&str, &str)> {
    let mut rules = Vec::new();
    let mut rest = sheet;
    while let Some((names, after)) = rest.split_once('{') {
        let names = names.rsplit("*/").next().unwrap_or(names);
        let end = if names.trim_start().starts_with('@') {
            closing(after)
        } else {
            after.find('}')
        };
        let Some(end) = end else { break };
        let (body, tail) = after.split_at(end);
        if !names.trim_start().starts_with('@') {
            rules.push((names, body));
        }
        rest = tail.strip_prefix('}').unwrap_or(tail);
    }
    rules
}

/// Where the block that is open at the start ends.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// `name: value` pairs that matter here, in lower case.
pub(super) fn declarations(body: &str) -> Vec<(String, String)> {
    let pairs = body.split(';').filter_map(|pair| pair.split_once(':'));
    let pairs = pairs.map(|(name, value)| {
        let value = value.to_lowercase().replace("!important", "");
        (name.trim().to_lowercase(), value.trim().to_owned())
    });
    pairs
        .filter(|(name, _)| PROPERTIES.contains(&name.as_str()))
        .collect()
}
