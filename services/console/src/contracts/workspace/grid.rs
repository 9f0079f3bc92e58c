//! A table of tiers as a person changes it: all rows at once, beside the page that prints them.

use wire::extraction::v1::Term;

/// The tiers of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grid {
    /// Path of the line.
    pub(crate) line: String,
    pub(crate) mode: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
}

/// What stands in a column: its name among the terms, and its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) words: &'static str,
}

/// A row by its place: the values of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) at: usize,
    pub(crate) cells: Vec<(&'static str, String)>,
}

const COLUMNS: [Column; 5] = [
    Column {
        name: "from",
        words: "From",
    },
    Column {
        name: "to",
        words: "To",
    },
    Column {
        name: "unit_price",
        words: "Each",
    },
    Column {
        name: "flat_fee",
        words: "Flat",
    },
    Column {
        name: "percent",
        words: "%",
    },
];

/// The table a term belongs to; none where it belongs to none.
pub(crate) fn grid(path: &str, terms: &[Term]) -> Option<Grid> {
    let (line, _) = path.split_once("/price/tiers/")?;
    let tiers = format!("{line}/price/tiers");
    let value = |path: String| {
        let found = terms.iter().find(|term| term.path == path);
        found.map(|term| term.value.clone()).unwrap_or_default()
    };
    let places = terms.iter().filter_map(|term| {
        let rest = term.path.strip_prefix(&format!("{tiers}/rows/"))?;
        rest.split('/').next()?.parse::<usize>().ok()
    });
    let count = places.max().map_or(0, |last| last.saturating_add(1));
    let row = |at: usize| Row {
        at,
        cells: COLUMNS
            .iter()
            .map(|column| (column.name, value(format!("{tiers}/rows/{at}/{}", column.name))))
            .collect(),
    };
    Some(Grid {
        mode: value(format!("{tiers}/mode")),
        line: line.to_owned(),
        columns: COLUMNS.to_vec(),
        rows: (0..count).map(row).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_all_rows_of_its_line_and_of_no_other() {
        let term = |path: &str, value: &str| Term {
            path: path.to_owned(),
            value: value.to_owned(),
            ..Term::default()
        };
        let terms = [
            term("/line_items/0/price/tiers/mode", "graduated"),
            term("/line_items/0/price/tiers/rows/0/from", "1"),
            term("/line_items/0/price/tiers/rows/1/from", "101"),
            term("/line_items/0/price/tiers/rows/1/unit_price", "0.05"),
            term("/line_items/1/price/tiers/rows/7/from", "9"),
        ];
        let found = grid("/line_items/0/price/tiers/rows/0/from", &terms).unwrap();
        assert_eq!(
            (found.line.as_str(), found.mode.as_str()),
            ("/line_items/0", "graduated")
        );
        assert_eq!(found.rows.len(), 2);
        assert_eq!(found.rows[1].cells[2], ("unit_price", "0.05".to_owned()));
        assert!(grid("/line_items/0/price/amount", &terms).is_none());
    }
}
