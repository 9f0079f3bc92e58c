//! Styles that number paragraphs or hide text.

use std::collections::HashMap;

use crate::file::xml::Element;

/// Styles are based on styles; a chain longer than this is a circle.
const CHAIN: usize = 20;

/// The styles by name.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
}

#[derive(Debug, Default)]
struct Style {
    based_on: Option<String>,
    number: Option<String>,
    level: Option<usize>,
    hidden: bool,
}

impl Styles {
    /// From the root of the styles part.
    pub(super) fn read(root: &Element) -> Self {
        let styles = root.elements().filter(|element| element.name == "style");
        Self {
            styles: styles
                .filter_map(|style| Some((style.attribute("styleId")?.to_owned(), read(style))))
                .collect(),
        }
    }

    /// The numbering that a paragraph style brings: its id and level.
    pub(super) fn numbering(&self, style: &str) -> Option<(String, usize)> {
        let chain: Vec<&Style> = self.chain(style).collect();
        let number = chain.iter().find_map(|style| style.number.clone())?;
        Some((number, chain.iter().find_map(|style| style.level).unwrap_or(0)))
    }

    /// Does the style hide its text?
    pub(super) fn hides(&self, style: &str) -> bool {
        self.chain(style).any(|style| style.hidden)
    }

    fn chain(&self, style: &str) -> impl Iterator<Item = &Style> {
        let first = self.styles.get(style);
        std::iter::successors(first, |style| self.styles.get(style.based_on.as_deref()?)).take(CHAIN)
    }
}

fn read(style: &Element) -> Style {
    let numbers = style.child("pPr").and_then(|settings| settings.child("numPr"));
    Style {
        based_on: style.setting("basedOn").map(str::to_owned),
        number: numbers
            .and_then(|numbers| numbers.setting("numId"))
            .map(str::to_owned),
        level: numbers.and_then(|numbers| numbers.setting("ilvl")?.parse().ok()),
        hidden: style
            .child("rPr")
            .is_some_and(|settings| settings.is_on("vanish")),
    }
}
