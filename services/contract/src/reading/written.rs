//! Documents written in tests: one line of text a line, `| a | b |` a table row, `---` a new page.

use crate::page::{
    BBox, Cell, Document, Line, LineId, LineRole, Media, Page, Row, Table, Visibility, Word, WordRef,
};

const CHAR: i32 = 600;
const LEADING: i32 = 1_400;
const SIZE: i32 = 1_000;

/// A document of those lines. Two or more spaces leave a gap as wide; a row of dashes under the first table row makes it
/// a header.
pub(crate) fn document(text: &str) -> Document {
    let mut document = Document {
        id: String::from("0000000000000000000000000000000000000000000000000000000000000000"),
        media: Media::Text,
        title: None,
        pages: Vec::new(),
        tables: Vec::new(),
        findings: Vec::new(),
    };
    for (index, page) in text.split("\n---\n").enumerate() {
        add_page(&mut document, page, index + 1);
    }
    document
}

fn add_page(document: &mut Document, text: &str, number: usize) {
    let number = u32::try_from(number).expect("few pages");
    let mut lines: Vec<Line> = Vec::new();
    let mut open: Option<Table> = None;
    for (row, text) in text.lines().enumerate() {
        let top = i32::try_from(row).expect("few lines") * LEADING;
        if text.starts_with("|--") {
            if let Some(table) = &mut open {
                table.has_header = true;
            }
            continue;
        }
        if text.trim().is_empty() || !text.starts_with('|') {
            document.tables.extend(open.take());
        }
        if text.trim().is_empty() {
            continue;
        }
        let id = LineId {
            page: number,
            line: u32::try_from(lines.len() + 1).expect("few lines"),
        };
        if text.starts_with('|') {
            let table = open.get_or_insert_with(|| Table {
                page: number,
                rows: Vec::new(),
                has_header: false,
                doubtful: None,
            });
            table.rows.push(Row {
                cells: cells(text, id),
            });
        }
        lines.push(Line {
            id,
            words: words(text, top),
            role: LineRole::Body,
        });
    }
    document.tables.extend(open.take());
    document.pages.push(Page {
        number,
        width: 61_200,
        height: 79_200,
        lines,
    });
}

fn words(text: &str, top: i32) -> Vec<Word> {
    let mut out = Vec::new();
    let mut column = 0usize;
    for piece in text.split(' ') {
        let width = piece.chars().count();
        if !piece.is_empty() && piece != "|" {
            let left = i32::try_from(column).expect("short lines") * CHAR;
            let right = left + i32::try_from(width).expect("short words") * CHAR;
            out.push(Word {
                text: piece.to_owned(),
                at: BBox {
                    left,
                    top,
                    right,
                    bottom: top + SIZE,
                },
                size: SIZE,
                visible: Visibility::Shown,
            });
        }
        column += width + 1;
    }
    out
}

fn cells(text: &str, line: LineId) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut word = 0u32;
    for cell in text.trim().trim_matches('|').split('|') {
        let count = u32::try_from(cell.split_whitespace().count()).expect("few words");
        cells.push(Cell {
            words: (word..word + count).map(|word| WordRef { line, word }).collect(),
        });
        word += count;
    }
    cells
}
