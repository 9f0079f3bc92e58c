//! "One half at execution; one half at go-live": a price that falls due in shares is one line for each share.

use rust_decimal::Decimal;

use super::row::RowReader;
use crate::reading::items::{Item, found, share};
use crate::reading::phrases::{has_stem, says};
use crate::reading::tables::columns::Column;
use crate::reading::tokens::{Stretch, Token};
use crate::terms::{Cadence, Found, Kind, Timing};

/// The item of the row, or one for each of its shares.
pub(super) fn or_whole(reader: &RowReader<'_, '_>) -> Vec<Item> {
    let Some(whole) = reader.item() else {
        return Vec::new();
    };
    let cell = reader.place.cell(reader.row, Column::Billing);
    match cell.and_then(|cell| shares(cell).map(|shares| (cell, shares))) {
        Some((cell, shares)) if whole.line.price.amount.value.is_some() => shares
            .iter()
            .filter_map(|one| item(reader, &whole, cell, one))
            .collect(),
        _ => vec![whole],
    }
}

/// A share in percent and the event it waits for.
struct Share {
    percent: Decimal,
    event: (usize, usize),
}

/// Two or more shares that make up the whole.
fn shares(cell: &Stretch) -> Option<Vec<Share>> {
    let tokens = &cell.tokens;
    let mut found: Vec<Share> = Vec::new();
    let mut at = 0usize;
    while at < tokens.len() {
        let rest = found.iter().try_fold(Decimal::ONE_HUNDRED, |rest, share| {
            rest.checked_sub(share.percent)
        })?;
        if let Some((percent, length)) = percent_at(tokens, at, rest) {
            let from = event_start(tokens, at.saturating_add(length))?;
            let to = event_end(tokens, from);
            found.push(Share {
                percent,
                event: (from, to),
            });
            at = to;
        } else {
            at = at.saturating_add(1);
        }
    }
    let sum = found
        .iter()
        .try_fold(Decimal::ZERO, |sum, share| sum.checked_add(share.percent))?;
    (found.len() > 1 && sum == Decimal::ONE_HUNDRED).then_some(found)
}

/// `50%`, `one half`, `half`, `the balance`.
fn percent_at(tokens: &[Token], at: usize, rest: Decimal) -> Option<(Decimal, usize)> {
    if let Some(percent) = tokens.get(at)?.percent() {
        return Some((percent, 1));
    }
    let fixed = [
        ("one half", 50, 2),
        ("one-half", 50, 1),
        ("half", 50, 1),
        ("one quarter", 25, 2),
    ];
    if let Some((_, percent, length)) = fixed.iter().find(|(words, ..)| says(tokens, at, words)) {
        return Some((Decimal::from(*percent), *length));
    }
    let balance = tokens.get(at)?.is_any("balance|remainder|rest");
    balance.then_some((rest, 1))
}

/// Past "at", "upon", "due on".
fn event_start(tokens: &[Token], at: usize) -> Option<usize> {
    let lead = (at..at.saturating_add(4)).find(|position| {
        tokens
            .get(*position)
            .is_some_and(|token| token.is_any("at|on|upon|after|following"))
    })?;
    Some(lead.saturating_add(1))
}

fn event_end(tokens: &[Token], from: usize) -> usize {
    let rest = tokens.get(from..).unwrap_or_default();
    let stop = rest.iter().position(|token| {
        token.is_mark(';') || token.is_mark(',') || token.is("and") || token.percent().is_some()
    });
    stop.map_or(tokens.len(), |stop| from.saturating_add(stop))
}

fn item(reader: &RowReader<'_, '_>, whole: &Item, cell: &Stretch, one: &Share) -> Option<Item> {
    let (from, to) = one.event;
    let total = whole.line.price.amount.copied()?;
    let amount = share(total, one.percent)?;
    let event = cell.tokens.get(from..to)?;
    let signing = has_stem(event, "sign|execut") || event.iter().any(|token| token.is("start"));
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
