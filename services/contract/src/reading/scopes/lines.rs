//! Lines into blocks: headings, paragraphs, rows of cells, tables.

mod looks;
mod owned;

use std::collections::HashSet;

use crate::page::{Document, Line, LineId, LineRole, Media, WordRef};
use looks::{
    begins_anew, begins_item, begins_label, ends_sentence, has_geometry, is_apart, is_larger, is_short,
    is_shouted, is_spaced_prose, is_weak_number, says_something, segments, words,
};
use owned::Owned;

/// Words that stand together and the line they begin in.
pub(super) struct Block {
    pub(super) line: LineId,
    pub(super) kind: BlockKind,
}

/// Sorts of block.
pub(super) enum BlockKind {
    Heading(Vec<WordRef>),
    Paragraph(Vec<WordRef>),
    Row(Vec<Vec<WordRef>>),
    /// By its place in the document's list.
    Table(usize),
}

/// The blocks of a document in reading order.
pub(super) fn blocks(document: &Document) -> Vec<Block> {
    let owned = Owned::of(document);
    let seen = printed(document);
    let mut builder = Builder {
        document,
        blocks: Vec::new(),
        tables: HashSet::new(),
        last: None,
    };
    for (at, line) in seen.iter().enumerate() {
        if let Some(table) = owned.table_of(line) {
            builder.table(table, line);
            continue;
        }
        let next = seen
            .get(at.saturating_add(1))
            .filter(|next| owned.table_of(next).is_none());
        builder.line(line, next.copied());
    }
    builder.blocks
}

/// Body lines that say something: no rules, no lone page numbers.
fn printed(document: &Document) -> Vec<&Line> {
    let says = |line: &&Line| {
        let text = line.text();
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let held_back = text.contains('*') || text.contains('_');
        line.role == LineRole::Body
            && (letters > 0
                || held_back
                || (digits > 0 && (digits > 3 || text.contains(['$', '€', '£', '%', '/']))))
    };
    document.lines().filter(says).collect()
}

struct Builder<'d> {
    document: &'d Document,
    blocks: Vec<Block>,
    tables: HashSet<usize>,
    last: Option<&'d Line>,
}

impl<'d> Builder<'d> {
    fn table(&mut self, table: usize, line: &'d Line) {
        if self.tables.insert(table) {
            self.put(line, BlockKind::Table(table));
        }
        self.last = None;
    }

    fn line(&mut self, line: &'d Line, next: Option<&'d Line>) {
        let mut cells = segments(line);
        if cells.len() > 1 && !is_spaced_prose(&cells, self.document) {
            self.take_label_above(line, &mut cells);
            self.put(line, BlockKind::Row(cells));
        } else if self.continues_row(line) {
            self.extend_row(line);
        } else if self.is_heading(line, next) {
            self.put(line, BlockKind::Heading(words(line)));
        } else if self.continues(line) {
            if let Some(Block {
                kind: BlockKind::Paragraph(paragraph),
                ..
            }) = self.blocks.last_mut()
            {
                paragraph.extend(words(line));
            }
        } else {
            self.put(line, BlockKind::Paragraph(words(line)));
        }
        self.last = Some(line);
    }

    fn put(&mut self, line: &Line, kind: BlockKind) {
        self.blocks.push(Block { line: line.id, kind });
    }

    /// Does the line go on with the paragraph before it?
    fn continues(&self, line: &Line) -> bool {
        let Some(Block {
            kind: BlockKind::Paragraph(_),
            ..
        }) = self.blocks.last()
        else {
            return false;
        };
        let Some(last) = self.last else { return false };
        let open = !ends_sentence(last);
        // A line of these files is a paragraph of its author; only one broken in mid-sentence goes on.
        if matches!(self.document.media, Media::Docx | Media::Html) && (!open || begins_anew(line)) {
            return false;
        }
        // "…payable net / 30. A discount" goes on; "…: / 1. More seats" begins anew.
        if begins_item(line) && !(open && is_weak_number(line)) {
            return false;
        }
        if begins_label(line) && (!open || begins_label(last)) {
            return false;
        }
        if last.id.page != line.id.page {
            return open;
        }
        open || !is_apart(last, line)
    }

    /// A line under a row that begins where one of its cells begins goes on with that cell.
    fn continues_row(&self, line: &Line) -> bool {
        let Some(Block {
            kind: BlockKind::Row(_),
            ..
        }) = self.blocks.last()
        else {
            return false;
        };
        let Some(last) = self.last.filter(|last| last.id.page == line.id.page) else {
            return false;
        };
        line.words.len() <= 6
            && !is_apart(last, line)
            && self.cell_under(line).is_some()
            && has_geometry(line)
    }

    /// "2001 and each" over "year thereafter   $ 50,000": the line above is the beginning of the row's label.
    fn take_label_above(&mut self, line: &Line, cells: &mut [Vec<WordRef>]) {
        let above = self.blocks.last().and_then(|block| match &block.kind {
            BlockKind::Paragraph(words) => Some(words),
            _ => None,
        });
        let (Some(above), Some(last), Some(label)) = (above, self.last, cells.first_mut()) else {
            return;
        };
        let one_line = above.len() == words(last).len() && above.first().is_some_and(|at| at.line == last.id);
        let same_left = match (last.words.first(), line.words.first()) {
            (Some(above), Some(below)) => {
                below.size > 0 && above.at.left.abs_diff(below.at.left) <= below.size.unsigned_abs()
            }
            _ => false,
        };
        let after_row = matches!(
            self.blocks.iter().rev().nth(1).map(|block| &block.kind),
            Some(BlockKind::Row(_))
        );
        let goes_on = !begins_anew(line) || after_row;
        if !(one_line && same_left && goes_on)
            || above.len() > 9
            || ends_sentence(last)
            || is_apart(last, line)
        {
            return;
        }
        label.splice(0..0, above.iter().copied());
        self.blocks.pop();
    }

    fn cell_under(&self, line: &Line) -> Option<usize> {
        let Some(Block {
            kind: BlockKind::Row(cells),
            ..
        }) = self.blocks.last()
        else {
            return None;
        };
        let left = line.words.first()?.at.left;
        let size = line.words.first()?.size.max(1);
        cells.iter().position(|cell| {
            let word = cell.first().and_then(|at| self.document.word(*at));
            word.is_some_and(|word| word.at.left.abs_diff(left) <= size.unsigned_abs() / 2)
        })
    }

    fn extend_row(&mut self, line: &Line) {
        let cell = self.cell_under(line);
        if let (
            Some(cell),
            Some(Block {
                kind: BlockKind::Row(cells),
                ..
            }),
        ) = (cell, self.blocks.last_mut())
            && let Some(words_of_cell) = cells.get_mut(cell)
        {
            words_of_cell.extend(words(line));
        }
    }

    /// A short line that ends no sentence, after one that did, before something that begins anew.
    fn is_heading(&self, line: &Line, next: Option<&Line>) -> bool {
        let text = line.text();
        let count = line.words.len();
        let closed = self
            .last
            .is_none_or(|last| ends_sentence(last) || is_apart(last, line) || self.ended_with_heading());
        let money = text.contains(['$', '€', '£', '%']);
        if count > 14
            || !closed
            || money
            || says_something(line)
            || self.is_one_of_labels(line, next)
            || text.ends_with(['.', ',', ';', ':']) && !is_shouted(&text)
        {
            return false;
        }
        if next.is_some_and(|next| is_larger(line, next)) && count <= 10 {
            return true;
        }
        let new_start = next.is_none_or(|next| begins_anew(next) || segments(next).len() > 1);
        let starts = text
            .chars()
            .find(|c| c.is_alphanumeric())
            .is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
        starts
            && (is_shouted(&text)
                || (new_start && count <= 9 && is_short(line, next))
                || (next.is_none() && begins_item(line)))
    }

    /// "End date: 31 May 2026" among other labels is a field, not the heading of the next.
    fn is_one_of_labels(&self, line: &Line, next: Option<&Line>) -> bool {
        begins_label(line) && (next.is_some_and(begins_label) || self.last.is_some_and(begins_label))
    }

    fn ended_with_heading(&self) -> bool {
        matches!(
            self.blocks.last(),
            Some(Block {
                kind: BlockKind::Heading(_) | BlockKind::Row(_) | BlockKind::Table(_),
                ..
            })
        )
    }
}
