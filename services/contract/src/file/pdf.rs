//! Reading a PDF: structure first, then every page as drawn, then words, lines, and what a reviewer must know.

mod edges;
mod furniture;
mod ink;
mod lines;
mod second;
mod structure;
mod tables;
#[cfg(test)]
pub(super) mod tests;
mod turn;
mod visibility;
mod words;

use crate::page::{Document, Finding, FindingKind, Media, Page, Visibility};

use super::{Limits, ReadError};
use edges::Edges;
use ink::PageInk;
use structure::Structure;

/// Reads a PDF in order of cost: what lopdf sees of its structure, then its pages, then what spans pages.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
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
        let page = page(number, ink, edges, &mut document.findings);
        document.pages.push(page);
    }
    readable(&document.pages)?;
    if ask_second {
        document.findings.extend(second::compare(bytes, &inks));
    }
    picture_pages(&document.pages, &mut document.findings);
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

/// One page: glyphs become words that are seen or hidden, words become lines.
fn page(number: u32, ink: &PageInk, edges: &Edges, findings: &mut Vec<Finding>) -> Page {
    let seen = visibility::judge(ink);
    let words = words::group(ink, &seen);
    findings.extend(visibility::report(number, &words));
    findings.extend(words::report(number, ink));
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
        .filter(|word| word.visible != Visibility::Hidden)
        .any(|word| word.text.chars().any(char::is_alphanumeric))
}

fn picture_pages(pages: &[Page], findings: &mut Vec<Finding>) {
    for page in pages.iter().filter(|page| !has_text(page)) {
        findings.push(Finding {
            kind: FindingKind::PictureOnly,
            page: Some(page.number),
            detail: format!(
                "page {} has no readable text: if it is a scan, its terms were not read",
                page.number
            ),
        });
    }
}
