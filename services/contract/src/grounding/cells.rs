//! Which words belong to one cell: a number is never read together with what stands in the cell beside it.

use std::collections::HashMap;

use crate::page::{Document, WordRef};

/// The cell of each word that stands in a table.
pub(super) struct Cells {
    of: HashMap<WordRef, usize>,
}

impl Cells {
    /// All cells of all tables, numbered.
    pub(super) fn of(document: &Document) -> Self {
        let cells = document
            .tables
            .iter()
            .flat_map(|table| &table.rows)
            .flat_map(|row| &row.cells);
        let words = cells
            .enumerate()
            .flat_map(|(number, cell)| cell.words.iter().map(move |word| (*word, number)));
        let mut of = HashMap::new();
        for (word, number) in words {
            // A merged cell names its words once for each column; the first counts.
            of.entry(word).or_insert(number);
        }
        Self { of }
    }

    /// Do two words that follow each other belong together?
    pub(super) fn together(&self, document: &Document, one: WordRef, next: WordRef) -> bool {
        self.of.get(&one) == self.of.get(&next) && !is_wide(document, one, next)
    }
}

/// A gap wider than any space between words sets columns apart that no table was found for.
fn is_wide(document: &Document, one: WordRef, next: WordRef) -> bool {
    if one.line != next.line {
        return false;
    }
    let (Some(left), Some(right)) = (document.word(one), document.word(next)) else {
        return true;
    };
    let gap = right.at.left.saturating_sub(left.at.right);
    let size = left.size.max(right.size);
    size > 0 && gap.saturating_mul(10) > size.saturating_mul(13)
}
