//! Tables that are forms: labels beside their values.

use super::{Key, key, label_length};
use crate::reading::scopes::Grid;
use crate::reading::tokens::Stretch;

/// Is the table a form, labels beside values, rather than a list of things? More than half of its first cells are known
/// labels, or end with a colon.
pub(crate) fn is_form(grid: &Grid) -> bool {
    let rows: Vec<&Vec<Stretch>> = grid.header.iter().chain(&grid.rows).collect();
    let columns = rows.first().map_or(0, |row| row.len());
    let labelled = rows
        .iter()
        .filter(|row| row.first().is_some_and(is_label))
        .count();
    let cells = || {
        rows.iter()
            .flat_map(|row| row.iter())
            .filter(|cell| !cell.tokens.is_empty())
    };
    let complete = cells().filter(|cell| is_complete(cell)).count();
    let form = (2..=6).contains(&columns) && labelled.saturating_mul(2) > rows.len();
    let known = cells().filter(|cell| is_known(cell)).count();
    form || columns > 1 && known > 1 && complete.saturating_mul(4) >= cells().count().saturating_mul(3)
}

/// "Advertiser: Fernhill Oat Drinks Ltd": label and value in one cell.
fn is_complete(cell: &Stretch) -> bool {
    let label = label_length(&cell.tokens);
    label > 0 && label <= 4 && label < cell.tokens.len()
}

/// Of these, one whose label is known and stands under no signature.
fn is_known(cell: &Stretch) -> bool {
    is_complete(cell) && key(&cell.tokens).is_some_and(|(known, _)| known != Key::Signed)
}

pub(super) fn is_label(cell: &Stretch) -> bool {
    let colon = cell.tokens.last().is_some_and(|token| token.is_mark(':'));
    colon
        || key(&cell.tokens).is_some_and(|(known, length)| {
            let party = matches!(known, Key::Provider | Key::Customer);
            let rest = cell.tokens.get(length..).unwrap_or_default();
            let bracketed = rest.first().is_some_and(|token| token.is_mark('('))
                && rest.last().is_some_and(|token| token.is_mark(')'));
            rest.is_empty() || (rest.len() == 1 && !party) || (bracketed && rest.len() <= 4)
        })
}
