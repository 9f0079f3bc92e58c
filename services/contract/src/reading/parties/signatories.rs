//! Parties by their signatures.

use super::{Introduced, name};
use crate::page::Document;
use crate::reading::scopes::Scopes;
use crate::reading::tokens::Stretch;

/// Two names side by side over "/s/": who signs is a party.
pub(super) fn signatories(document: &Document, scopes: &Scopes) -> Vec<Introduced> {
    let slash = |row: &[Stretch]| {
        row.iter()
            .any(|cell| cell.printed(0, cell.tokens.len()).contains("/s/"))
    };
    let rows = scopes
        .tables()
        .filter(|(grid, _)| grid.rows.iter().any(|row| slash(row)));
    let names = rows.filter_map(|(grid, _)| {
        let row = grid.all_rows().next()?;
        let named = |cell: &Stretch| {
            let found = name(&cell.tokens, 0).filter(|found| found.end() == cell.tokens.len())?;
            Some(Introduced {
                name: cell.printed(0, found.end()),
                alias: None,
                side: None,
                evidence: cell.evidence(document, 0, found.end()),
                weight: 1,
            })
        };
        let names: Option<Vec<Introduced>> = row.iter().map(named).collect();
        names.filter(|names| names.len() == 2)
    });
    names.flatten().collect()
}
