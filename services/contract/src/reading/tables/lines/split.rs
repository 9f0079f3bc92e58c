//! "One half at execution; one half at go-live": a price that falls due in shares is one line for each share.

use super::row::RowReader;
use crate::reading::items::{Item, found, share};
use crate::reading::phrases::has_stem;
use crate::reading::tables::columns::Column;
use crate::reading::tables::shares::{self, Share};
use crate::reading::tokens::Stretch;
use crate::terms::{Cadence, Found, Kind, Timing};

/// The item of the row, or one for each of its shares.
pub(super) fn or_whole(reader: &RowReader<'_, '_>) -> Vec<Item> {
    let Some(whole) = reader.item() else {
        return Vec::new();
    };
    let cell = reader.place.cell(reader.row, Column::Billing);
    match cell.and_then(|cell| shares::of(&cell.tokens).map(|shares| (cell, shares))) {
        Some((cell, shares)) if whole.line.price.amount.value.is_some() && !comes_again(&whole) => shares
            .iter()
            .filter_map(|one| item(reader, &whole, cell, one))
            .collect(),
        _ => vec![whole],
    }
}

/// "$9,000.00 per year": no sum that falls due in shares once.
fn comes_again(item: &Item) -> bool {
    let rhythm = item.line.cadence.copied();
    item.line.price.period.value.is_some()
        || rhythm
            .is_some_and(|rhythm| !matches!(rhythm, Cadence::OneTime | Cadence::PerEvent | Cadence::Dated))
}

fn item(reader: &RowReader<'_, '_>, whole: &Item, cell: &Stretch, one: &Share) -> Option<Item> {
    let (from, to) = one.event;
    let total = whole.line.price.amount.copied()?;
    let amount = share(total, one.percent)?;
    let event = cell.tokens.get(from..to)?;
    let signing = has_stem(event, "sign|execut") || event.iter().any(|token| token.is_any("start|order"));
    let mut item = whole.clone();
    let evidence = reader.evidence();
    item.kind_unknown = false;
    item.line.kind = if signing { Kind::OneTime } else { Kind::Milestone };
    item.line.price.total = whole.line.price.amount.clone();
    item.line.price.amount = Found::derived(
        amount.normalize(),
        format!("{}% of {total}", one.percent),
        evidence.clone(),
    );
    item.line.event = found(cell.printed(from, to), cell, reader.place.document, from, to);
    item.line.cadence = found(Cadence::OneTime, cell, reader.place.document, from, to);
    let timing = if signing { Timing::Advance } else { Timing::Arrears };
    item.line.timing = Found::derived(
        timing,
        if signing {
            "due at the start"
        } else {
            "due once it is reached"
        },
        evidence,
    );
    item.names.push(cell.printed(from, to).to_lowercase());
    Some(item)
}
