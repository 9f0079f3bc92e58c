//! The place of a line among those that bill the same days of the same part of a charge.
//!
//! The database lets each place be taken once. A line that bills for the first time takes place 0, so that two runs
//! that both believe to be the first cannot both succeed; a line that restates takes the place after the last.

use std::collections::BTreeMap;

use billing::component::Component;
use billing::line::DueLine;
use pricing::period::Period;

use crate::store::invoices::Billed;

/// The places taken under one agreement.
#[derive(Debug, Default)]
pub(super) struct Places<'a> {
    taken: BTreeMap<(&'a str, &'a Component), Vec<Taken>>,
}

/// A place, and the days it is taken for; none for what is not served over time.
#[derive(Debug)]
struct Taken {
    service: Option<Period>,
    place: i32,
}

impl<'a> Places<'a> {
    pub(super) fn of(billed: &'a [Billed]) -> Self {
        let mut places = Self::default();
        for Billed { line, sequence, .. } in billed {
            places.take(&line.charge, &line.component, line.service, *sequence);
        }
        places
    }

    /// Gives each line its place. A further part of a line, which another payer pays, takes the place after it. Lines that restate come first: a first line over days that were billed before is let
    /// through only beside a restatement of them (its period was cut in two), else it gets place 0 and is refused.
    pub(super) fn assign(&mut self, due: &'a [(&'a DueLine, bool)]) -> Vec<i32> {
        let mut assigned = vec![0; due.len()];
        for restating in [true, false] {
            for (place, (due, further)) in assigned.iter_mut().zip(due) {
                if due.reason.is_adjustment() == restating {
                    *place = self.next(due, *further);
                }
            }
        }
        assigned
    }

    fn next(&mut self, due: &'a DueLine, further: bool) -> i32 {
        let line = &due.line;
        let last = self.last(&line.charge, &line.component, line.service);
        let after = last.map_or(0, |last| last.saturating_add(1));
        let was_restated = last.is_some_and(|last| last > 0);
        let place = if due.reason.is_adjustment() || was_restated || further {
            after
        } else {
            0
        };
        self.take(&line.charge, &line.component, line.service, place);
        place
    }

    fn last(&self, charge: &str, component: &Component, service: Option<Period>) -> Option<i32> {
        let taken = self.taken.get(&(charge, component))?;
        taken
            .iter()
            .filter(|other| overlap(other.service, service))
            .map(|other| other.place)
            .max()
    }

    fn take(&mut self, charge: &'a str, component: &'a Component, service: Option<Period>, place: i32) {
        self.taken
            .entry((charge, component))
            .or_default()
            .push(Taken { service, place });
    }
}

fn overlap(one: Option<Period>, other: Option<Period>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.overlap(other).is_some(),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

#[cfg(test)]
mod tests;
