//! Hypertext: what a browser would show, as lines and tables. Nothing is fetched and nothing is run.

mod boxes;
mod colour;
mod look;
mod rules;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::HashMap;

use scraper::{Html, Selector};

use super::flow::{self, Block};
use super::{Limits, ReadError, identity, text};
use crate::page::{Document, Finding, FindingKind, Media};

/// A page with more elements than this is no contract.
const ELEMENTS: usize = 300_000;

/// More elements left open than this are no mistake.
const OPEN: usize = 2_000;
/// Elements that end without a closing tag.
const SELF_CLOSING: [&str; 26] = [
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "br", "hr", "img", "input",
    "meta", "link", "col", "colgroup", "source", "wbr", "area", "base", "embed", "track", "param",
];

/// Reads a web page.
///
/// # Errors
/// Too large when unpacked into elements, or no text.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    let source = text::decode(bytes);
    let (blocks, findings) = blocks(&source, limits)?;
    let document = flow::document(identity(bytes), Media::Html, title(&source), &blocks, findings);
    flow::readable(document)
}

/// The blocks of a page, and what a reviewer must know about it.
///
/// # Errors
/// Too many elements, or elements nested without end.
pub(super) fn blocks(source: &str, limits: &Limits) -> Result<(Vec<Block>, Vec<Finding>), ReadError> {
    if source.len() > limits.stream_bytes || source.matches('<').count() > ELEMENTS {
        return Err(ReadError::Bomb {
            limit: limits.stream_bytes,
        });
    }
    if left_open(source) > OPEN {
        return Err(ReadError::Damaged {
            detail: String::from("its elements are opened and never closed"),
        });
    }
    let page = Html::parse_document(source);
    let rules = rules::Rules::of(&page);
    let (blocks, cut) = walk::blocks(&page, &rules);
    let mut findings: Vec<Finding> = cut.then(too_deep).into_iter().collect();
    findings.extend(script(&page));
    Ok((blocks, findings))
}

/// The most elements that are open at once, those aside that end by themselves. Building a tree takes time with the
/// square of its depth.
fn left_open(source: &str) -> usize {
    let mut open: HashMap<String, usize> = HashMap::new();
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    for tag in source.split('<').skip(1) {
        let (name, ends) = tag.strip_prefix('/').map_or((tag, false), |name| (name, true));
        let name: String = name
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .flat_map(char::to_lowercase)
            .collect();
        if name.is_empty() || SELF_CLOSING.contains(&name.as_str()) {
            continue;
        }
        let count = open.entry(name).or_default();
        match (ends, *count) {
            (false, _) => (*count, depth) = (count.saturating_add(1), depth.saturating_add(1)),
            (true, 0) => {}
            (true, _) => (*count, depth) = (count.saturating_sub(1), depth.saturating_sub(1)),
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn too_deep() -> Finding {
    let detail =
        String::from("the page nests its elements deeper than any page does; what lies deeper was not read");
    Finding {
        kind: FindingKind::Damage,
        page: Some(1),
        detail,
    }
}

/// A page that writes its text by script shows something else in a browser.
fn script(page: &Html) -> Option<Finding> {
    let scripts = Selector::parse("script").ok()?;
    let count = page
        .select(&scripts)
        .filter(|script| !script.text().all(|text| text.trim().is_empty()))
        .count();
    (count > 0).then(|| Finding {
        kind: FindingKind::ActiveContent,
        page: Some(1),
        detail: format!(
            "the page carries {count} scripts; none was run, and what they would show was not read"
        ),
    })
}

fn title(source: &str) -> Option<String> {
    let page = Html::parse_document(source);
    let title = page
        .select(&Selector::parse("title").ok()?)
        .next()?
        .text()
        .collect::<String>();
    let title = title.split_whitespace().collect::<Vec<&str>>().join(" ");
    (!title.is_empty()).then(|| title.chars().take(300).collect())
}
