//! Seats: a dated history, and what of it is billed.

use jiff::civil::Date;
use pricing::fraction::Fraction;
use pricing::period::Period;
use rust_decimal::Decimal;

use crate::facts::{FactId, SeatChange};

/// The number of seats that is billed from each day on: floor and ratchet are already in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatHistory {
    initial: Decimal,
    /// In order of date, one a day, each another number than the one before.
    changes: Vec<BilledChange>,
}

/// Another number of billed seats from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledChange {
    /// First day with the new number.
    pub on: Date,
    /// The new number.
    pub to: Decimal,
    /// The fact that says so.
    pub fact: FactId,
}

/// Seats that change during a period, priced from the running number to the new one for the rest of the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// First day with the new number; it belongs to the new state.
    pub on: Date,
    /// Seats already priced for the rest of the period.
    pub from: Decimal,
    /// Seats to price from that day on.
    pub to: Decimal,
    /// The fact that says so.
    pub fact: FactId,
}

/// What happens to seats that are taken away during a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Removal {
    /// The period is paid: nothing comes back, and up to the highest number paid others may take their place.
    KeepsPaidPeak,
    /// The period is billed after it: they cost only the days they were there.
    CountsDays,
}

/// The rules that turn seats into billed seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeatRules {
    /// Never billed below this.
    pub floor: Option<Decimal>,
    /// Never billed below the highest number so far.
    pub ratchet: bool,
}

impl SeatHistory {
    /// The history of one charge's seats. Of two changes on one day the later recorded counts.
    #[must_use]
    pub fn new<'a>(
        initial: Decimal,
        rules: SeatRules,
        changes: impl IntoIterator<Item = &'a SeatChange>,
    ) -> Self {
        let mut reported: Vec<&SeatChange> = changes.into_iter().collect();
        reported.sort_by(|a, b| (a.on, a.recorded, &a.id).cmp(&(b.on, b.recorded, &b.id)));
        let opening = initial.max(rules.floor.unwrap_or(initial));
        let mut history = Self {
            initial: opening,
            changes: Vec::new(),
        };
        let mut last_of_day = reported.iter().peekable();
        while let Some(change) = last_of_day.next() {
            if last_of_day.peek().is_none_or(|next| next.on != change.on) {
                history.change(change, rules);
            }
        }
        history
    }

    /// Billed seats on a day.
    #[must_use]
    pub fn count_on(&self, day: Date) -> Decimal {
        let passed = self.changes.partition_point(|change| change.on <= day);
        passed
            .checked_sub(1)
            .and_then(|last| self.changes.get(last))
            .map_or(self.initial, |change| change.to)
    }

    /// Facts that decide the number on a day.
    #[must_use]
    pub fn facts_on(&self, day: Date) -> Vec<FactId> {
        let decided = self.changes.iter().rfind(|change| change.on <= day);
        decided.map(|change| change.fact.clone()).into_iter().collect()
    }

    /// What changes after the first day of a period, as it is priced.
    #[must_use]
    pub fn movements(&self, period: Period, removal: Removal) -> Vec<Movement> {
        let mut priced = self.count_on(period.start());
        let mut movements = Vec::new();
        for change in self.changes_after_start(period) {
            if change.to > priced || removal == Removal::CountsDays {
                let fact = change.fact.clone();
                movements.push(Movement {
                    on: change.on,
                    from: priced,
                    to: change.to,
                    fact,
                });
                priced = change.to;
            }
        }
        movements
    }

    /// The highest number of a period.
    #[must_use]
    pub fn peak(&self, period: Period) -> Decimal {
        self.changes_after_start(period)
            .map(|change| change.to)
            .fold(self.count_on(period.start()), Decimal::max)
    }

    /// The day-weighted mean of a period; none if it does not fit.
    #[must_use]
    pub fn average(&self, period: Period) -> Option<Fraction> {
        let mut seat_days = Decimal::ZERO;
        let mut since = period.start();
        let mut count = self.count_on(since);
        for change in self.changes_after_start(period) {
            seat_days = seat_days.checked_add(days(since, change.on).checked_mul(count)?)?;
            (since, count) = (change.on, change.to);
        }
        seat_days = seat_days.checked_add(days(since, period.end()).checked_mul(count)?)?;
        Fraction::try_new(seat_days, period.days().into())
    }

    /// Facts that changed the number during a period, and the one that decided it on its first day.
    #[must_use]
    pub fn facts_in(&self, period: Period) -> Vec<FactId> {
        let mut facts = self.facts_on(period.start());
        facts.extend(self.changes_after_start(period).map(|change| change.fact.clone()));
        facts
    }

    fn changes_after_start(&self, period: Period) -> impl Iterator<Item = &BilledChange> {
        let after_start =
            move |change: &&BilledChange| period.start() < change.on && change.on < period.end();
        self.changes.iter().filter(after_start)
    }

    fn change(&mut self, change: &SeatChange, rules: SeatRules) {
        let current = self.changes.last().map_or(self.initial, |last| last.to);
        let floored = change.count.max(rules.floor.unwrap_or(change.count));
        let to = if rules.ratchet {
            floored.max(current)
        } else {
            floored
        };
        if to != current {
            self.changes.push(BilledChange {
                on: change.on,
                to,
                fact: change.id.clone(),
            });
        }
    }
}

fn days(from: Date, to: Date) -> Decimal {
    Decimal::from(crate::schedule::days_between(from, to))
}

#[cfg(test)]
mod tests;
