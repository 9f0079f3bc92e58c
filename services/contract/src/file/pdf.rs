//! Reading a PDF: structure first, then every page as drawn, then words, lines, and what a reviewer must know.

mod edges;
mod furniture;
mod ink;
mod lines;
mod scan;
mod second;
mod structure;
mod tables;
#[cfg(test)]
pub(super) mod tests;
mod turn;
mod visibility;
mod words;

use std::collections::BTreeMap;

use crate::page::{Document, Media, Page};

use super::{Limits, ReadError};
use edges::Edges;
use ink::PageInk;
use structure::Structure;

/// What was recognised on pages that are pictures.
pub(super) type Recognised<'a> = BTreeMap<u32, &'a str>;

/// Reads a PDF in order of cost: what lopdf sees of its structure, then its pages, then what spans pages.
pub(super) fn read(
    bytes: &[u8],
    limits: &Limits,
    recognised: &Recognised<'_>,
) -> Result<Document, ReadError> {
    let structure = structure::inspect(bytes, limits)?;
    let inks = ink::pages(bytes, limits)?;
    let edges: Vec<Edges> = inks.iter().map(edges::find).collect();
    // Where the fonts leave nothing to guess, and nothing was left out, a second engine would look up the same tables.
    let doubtful = !structure.plain
        || inks
            .iter()
            .any(|ink| ink.broken || ink.glyphs.iter().any(|glyph| glyph.text.is_none()));
    let ask_second = structure.sound && doubtful;
    let mut document = document(bytes, structure);
    for ((number, ink), edges) in (1..).zip(&inks).zip(&edges) {
        let page = page(number, ink, edges, recognised, &mut document);
        document.pages.push(page);
    }
    readable(&document.pages)?;
    if ask_second {
        document.findings.extend(second::compare(bytes, &inks));
    }
    furniture::mark(&mut document.pages);
    let found = document
        .pages
        .iter()
        .zip(&edges)
        .map(|(page, edges)| tables::find(page, edges))
        .collect();
    document.tables = tables::over_pages(found, &document);
    Ok(document)
}

fn document(bytes: &[u8], structure: Structure) -> Document {
    Document {
        id: super::identity(bytes),
        media: Media::Pdf,
        title: structure.title,
        pages: Vec::new(),
        tables: Vec::new(),
        findings: structure.findings,
    }
}

/// One page: glyphs become words that are seen or hidden, a picture gives those that were recognised on it, words become
/// lines.
fn page(
    number: u32,
    ink: &PageInk,
    edges: &Edges,
    recognised: &Recognised<'_>,
    document: &mut Document,
) -> Page {
    let seen = visibility::judge(ink);
    let mut words = words::group(ink, &seen);
    document.findings.extend(visibility::report(number, &words));
    document.findings.extend(words::report(number, ink));
    let (made, answer) = (scan::made(ink, &words), recognised.get(&number));
    let read = answer.map_or_else(Vec::new, |tsv| match made {
        scan::Made::Text => Vec::new(),
        _ => scan::words(tsv, ink, made, &words),
    });
    document
        .findings
        .extend(scan::report(number, made, answer.is_some(), &read));
    words.extend(read);
    Page {
        number,
        width: ink.width,
        height: ink.height,
        lines: lines::build(number, &words, edges),
    }
}

/// A document without one visible word is refused: an empty plan must never look like a contract without prices.
fn readable(pages: &[Page]) -> Result<(), ReadError> {
    match pages.iter().any(has_text) {
        true => Ok(()),
        false if pages.is_empty() => Err(ReadError::NoPages),
        false => Err(ReadError::NoText { pages: pages.len() }),
    }
}

fn has_text(page: &Page) -> bool {
    let words = page.lines.iter().flat_map(|line| &line.words);
    words
        .filter(|word| word.seen())
        .any(|word| word.text.chars().any(char::is_alphanumeric))
}
