//! Hypertext: what a browser would show, as lines and tables. Nothing is fetched and nothing is run.

mod colour;
mod look;
mod rules;
mod walk;

use scraper::{Html, Selector};

use super::flow::{self, Block};
use super::{Limits, ReadError, identity, text};
use crate::page::{Document, Finding, FindingKind, Media};

/// A page with more elements than this is no contract.
const ELEMENTS: usize = 300_000;

/// Reads a web page.
///
/// # Errors
/// Too large when unpacked into elements, or no text.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    let source = text::decode(bytes);
    let (blocks, findings) = blocks(&source, limits)?;
    let document = flow::document(identity(bytes), Media::Html, title(&source), &blocks, findings);
    let readable = document
        .lines()
        .any(|line| line.text().chars().any(char::is_alphanumeric));
    if readable {
        Ok(document)
    } else {
        Err(ReadError::NoText { pages: 1 })
    }
}

/// The blocks of a page, and what a reviewer must know about it.
///
/// # Errors
/// Too many elements.
pub(super) fn blocks(source: &str, limits: &Limits) -> Result<(Vec<Block>, Vec<Finding>), ReadError> {
    if source.len() > limits.stream_bytes || source.matches('<').count() > ELEMENTS {
        return Err(ReadError::Bomb {
            limit: limits.stream_bytes,
        });
    }
    let page = Html::parse_document(source);
    let rules = rules::Rules::of(&page);
    let (blocks, cut) = walk::blocks(&page, &rules);
    let mut findings: Vec<Finding> = cut.then(too_deep).into_iter().collect();
    findings.extend(script(&page));
    Ok((blocks, findings))
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
