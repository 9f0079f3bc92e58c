//! The cell of a tier: its bounds, and the words before them.

use rust_decimal::Decimal;

use crate::reading::phrases::{Bounds, Range, bounds, opens_range};
use crate::reading::tokens::{Kind, Stretch};

/// The bounds phrase of a cell: the first one that is more than a bare word; "1st enclosure" is everything up to one.
pub(super) fn bounds_of(cell: &Stretch) -> Option<Bounds> {
    if let Some(found) = nth(cell) {
        return Some(found);
    }
    let rest = cell.tokens.iter().position(|token| token.is("thereafter"));
    if let (Some(at), true) = (rest, cell.tokens.first().is_some_and(|token| token.is("each"))) {
        return Some(Bounds {
            range: Range::Rest,
            at: 0,
            length: at,
        });
    }
    (0..cell.tokens.len().min(8))
        .filter_map(|at| bounds(&cell.tokens, at))
        .find(|found| found.length > 1 || cell.tokens.len() <= 2)
}

/// "1st enclosure"; in "First 1,000 documents" the number bounds the tier, not its place in the list.
fn nth(cell: &Stretch) -> Option<Bounds> {
    let Kind::Ordinal(number) = cell.tokens.first()?.kind else {
        return None;
    };
    let counts = cell
        .tokens
        .get(1)
        .is_some_and(|next| next.number().is_some() || next.money().is_some());
    (!counts).then_some(Bounds {
        range: Range::UpTo(Decimal::from(number)),
        at: 0,
        length: 1,
    })
}

/// The words before the bounds of a tier; `None` where the cell names no bounds.
pub(super) fn prefix(cell: &Stretch) -> Option<String> {
    let at = bounds_of(cell)?.at;
    if opens_range(cell.tokens.get(..at)?) {
        return Some(String::new());
    }
    let words: Vec<&str> = cell
        .tokens
        .iter()
        .take(at)
        .filter(|token| !token.is_mark(',') && !token.is_mark(':') && !token.is_mark('-'))
        .map(|token| token.low.as_str())
        .collect();
    Some(words.join(" "))
}

/// The same words before the bounds, or one more that names the unit: "item capture" and "item capture, items".
pub(super) fn same(one: &str, other: &str) -> bool {
    let longer_by_a_word = |short: &str, long: &str| {
        long.strip_prefix(short)
            .is_some_and(|rest| rest.starts_with(' ') && rest.trim().split(' ').count() == 1)
    };
    one == other
        || one.is_empty()
        || other.is_empty()
        || longer_by_a_word(one, other)
        || longer_by_a_word(other, one)
}
