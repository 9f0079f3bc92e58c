//! Office Open XML spreadsheets: visible sheets as pages, cells as a person sees them, what hides reported and not read.
//!
//! A cell's value is read as stored and written in its cell's format: currency, percent and dates are formats, not values.
//! Where the format shows less than the cell holds, what it holds is read and a person is told. Formulas are not computed;
//! the value that was stored with one is read, and a formula without one is reported.

mod book;
mod cells;
mod dates;
mod formats;
mod numbers;
mod styles;
#[cfg(test)]
mod tests;

use super::archive::Archive;
use super::sheet::{self, Laid, Sheet};
use super::{Limits, ReadError, flow, identity, xml};
use crate::page::{Document, Finding, FindingKind, Media};
use book::{Book, Listed};
use cells::{Cells, Notes};

/// Reads a spreadsheet.
///
/// # Errors
/// Damaged, unpacking beyond the limit, more sheets or cells than a price list has, or no text.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    let mut archive = Archive::open(bytes, limits)?;
    let book = Book::read(&mut archive)?;
    if book.sheets.len() > limits.pages {
        return Err(ReadError::TooManyPages {
            pages: book.sheets.len(),
            limit: limits.pages,
        });
    }
    let mut document = Document {
        id: identity(bytes),
        media: Media::Xlsx,
        title: None,
        pages: Vec::new(),
        tables: Vec::new(),
        findings: macros(&archive),
    };
    let mut count = 0usize;
    for (page, listed) in (1..).zip(&book.sheets) {
        let (sheet, notes) = read_sheet(&mut archive, &book, listed, &mut count)?;
        document.findings.extend(notes.findings(page, listed));
        let Laid {
            page,
            tables,
            findings,
        } = sheet::lay(&sheet, page);
        document.pages.push(page);
        document.tables.extend(tables);
        document.findings.extend(findings);
    }
    flow::readable(document)
}

fn read_sheet(
    archive: &mut Archive<'_>,
    book: &Book,
    listed: &Listed,
    count: &mut usize,
) -> Result<(Sheet, Notes), ReadError> {
    let source = archive.required(&listed.part)?;
    // Counted before a tree is made of them.
    *count = count.saturating_add(source.matches("<c ").count());
    sheet::limit_cells(*count)?;
    let root = xml::parse(&source)?;
    let mut cells = Cells::new(book, listed.hidden);
    let sheet = cells.sheet(&root, listed);
    Ok((sheet, cells.notes))
}

fn macros(archive: &Archive<'_>) -> Vec<Finding> {
    let found = archive.holds("xl/vbaProject.bin").then(|| Finding {
        kind: FindingKind::ActiveContent,
        page: None,
        detail: String::from("the spreadsheet carries macros; they are never run"),
    });
    found.into_iter().collect()
}
