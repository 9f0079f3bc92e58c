//! Rows that say how something is billed while its price stands further on: "Meter readings | in steps, see S1.4 | Monthly in
//! arrears".

use super::columns::Column;
use super::{Place, billing};
use crate::normal::unit::singular;
use crate::reading::items::Item;
use crate::reading::phrases::{Period, says_any};
use crate::reading::tokens::{Stretch, Token};
use crate::terms::{Cadence, Evidence, Found, Timing};

/// What such a row says.
#[derive(Debug, Clone)]
pub(crate) struct Pointer {
    /// The words that name the thing, singular and lower case.
    names: Vec<String>,
    cadence: Option<Cadence>,
    timing: Option<Timing>,
    printed: String,
    evidence: Vec<Evidence>,
}

/// The pointer that a row is, if it is one.
pub(super) fn of(place: &Place<'_>, row: &[Stretch], evidence: Vec<Evidence>) -> Option<Pointer> {
    let priced = row
        .iter()
        .flat_map(|cell| &cell.tokens)
        .any(|token| token.money().is_some() || token.percent().is_some());
    let points = row
        .iter()
        .any(|cell| says_any(&cell.tokens, "see|as set out in|as stated in|as per"));
    let cell = place.cell(row, Column::Billing)?;
    let (period, timing) = billing::of_cell(&cell.tokens);
    let name = place.cell(row, Column::Description).or_else(|| row.first())?;
    let found = period.is_some() || timing.is_some();
    (points && !priced && found).then(|| Pointer {
        names: words(&name.tokens),
        cadence: period.and_then(Period::cadence),
        timing,
        printed: cell.printed(0, cell.tokens.len()),
        evidence,
    })
}

fn words(tokens: &[Token]) -> Vec<String> {
    let long = tokens.iter().filter(|token| token.low.len() > 2);
    long.map(|token| singular(&token.low)).collect()
}

/// Gives the only line of that name what it lacks.
pub(crate) fn follow(pointers: &[Pointer], items: &mut [Item]) {
    for pointer in pointers {
        let mut named = items.iter_mut().filter(|item| pointer.names_it(item));
        if let (Some(item), None) = (named.next(), named.next()) {
            pointer.tell(item);
        }
    }
}

impl Pointer {
    /// A line that does not say itself how often it is billed, and bears every word of the name.
    fn names_it(&self, item: &Item) -> bool {
        let known: Vec<String> = item.names.iter().map(|name| singular(name)).collect();
        let open = item.line.cadence.value.is_none();
        open && !self.names.is_empty() && self.names.iter().all(|name| known.contains(name))
    }

    fn tell(&self, item: &mut Item) {
        if let Some(cadence) = self.cadence {
            item.line.cadence = Found::supported(cadence, self.printed.clone(), self.evidence.clone());
        }
        if let Some(timing) = self.timing.filter(|_| item.line.timing.value.is_none()) {
            item.line.timing = Found::supported(timing, self.printed.clone(), self.evidence.clone());
        }
    }
}
