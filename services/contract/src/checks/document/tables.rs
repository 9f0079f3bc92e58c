//! Tables that fail their own tests: their values are shown, but a person must compare them.

use crate::flag::{Code, Flag};
use crate::page::{Document, Table, WordRef};
use crate::terms::{Evidence, Match};

/// Flags doubtful tables that hold amounts.
pub(super) fn check(document: &Document) -> Vec<Flag> {
    document
        .tables
        .iter()
        .filter_map(|table| doubtful(document, table))
        .collect()
}

fn doubtful(document: &Document, table: &Table) -> Option<Flag> {
    let why = table.doubtful.as_ref()?;
    let words: Vec<WordRef> = table
        .rows
        .iter()
        .flat_map(|row| &row.cells)
        .flat_map(|cell| &cell.words)
        .copied()
        .collect();
    let amount = words.iter().find(|at| is_amount(document, **at))?;
    let sentence = format!(
        "A table on page {} may have been read wrongly: {why}.",
        table.page
    );
    let evidence = Evidence::from_words(document, &[*amount], Match::Exact);
    Some(Flag::new(Code::DoubtfulTable, sentence, "Compare its values with the page.").seen(evidence))
}

fn is_amount(document: &Document, at: WordRef) -> bool {
    let Some(word) = document.word(at).filter(|word| word.seen()) else {
        return false;
    };
    let digits = word.text.chars().any(|c| c.is_ascii_digit());
    digits
        && (word.text.contains(['$', '€', '£', '%']) || word.text.contains('.') && !word.text.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::grounding::written::document;
    use crate::page::{Cell, LineId, Row, Table, WordRef};

    #[test]
    fn a_doubtful_table_with_amounts_is_flagged() {
        let cases = [
            ("Seats $5.00", Some("a cell is cut"), 1),
            ("Seats people", Some("a cell is cut"), 0),
            ("Seats $5.00", None, 0),
        ];
        for (text, doubtful, expected) in cases {
            let mut document = document(text);
            let line = LineId { page: 1, line: 1 };
            let cell = Cell {
                words: vec![WordRef { line, word: 0 }, WordRef { line, word: 1 }],
            };
            document.tables.push(Table {
                page: 1,
                rows: vec![Row { cells: vec![cell] }],
                has_header: false,
                doubtful: doubtful.map(str::to_owned),
            });
            assert_eq!(check(&document).len(), expected, "{text} {doubtful:?}");
        }
    }
}
