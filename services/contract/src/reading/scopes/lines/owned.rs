//! Which lines belong to which table.

use std::collections::HashMap;

use super::looks::is_signed_amount;
use crate::page::{Document, Line, LineId, Table, Word, WordRef};

/// Which lines are owned by which table. A doubtful table owns nothing: its lines are read as rows.
pub(super) struct Owned {
    words: HashMap<LineId, (usize, usize)>,
}

impl Owned {
    pub(super) fn of(document: &Document) -> Self {
        let mut words: HashMap<LineId, (usize, usize)> = HashMap::new();
        for (index, table) in document.tables.iter().enumerate() {
            if table.doubtful.is_some() || has_torn_cell(document, table) {
                continue;
            }
            let cells = table
                .rows
                .iter()
                .flat_map(|row| &row.cells)
                .flat_map(|cell| &cell.words);
            for word in cells {
                let owned = words.entry(word.line).or_insert((index, 0));
                owned.1 = owned.1.saturating_add(1);
            }
        }
        Self { words }
    }

    pub(super) fn table_of(&self, line: &Line) -> Option<usize> {
        let (table, count) = self.words.get(&line.id)?;
        (count.saturating_mul(2) >= line.words.len()).then_some(*table)
    }
}

/// Two amounts side by side in one cell: the columns were cut wrong, and the lines say more than the table.
fn has_torn_cell(document: &Document, table: &Table) -> bool {
    let torn = |words: &[WordRef]| {
        let words: Vec<&Word> = words.iter().filter_map(|at| document.word(*at)).collect();
        words.windows(2).any(|pair| match pair {
            [one, other] => {
                let same_line = one.at.top.abs_diff(other.at.top) <= one.size.unsigned_abs() / 2;
                is_signed_amount(one) && is_signed_amount(other) && same_line
            }
            _ => false,
        })
    };
    table
        .rows
        .iter()
        .flat_map(|row| &row.cells)
        .any(|cell| torn(&cell.words))
}
