//! Lines of seats: the number on the first day of a period, what is added during it, what was observed in it.

use std::borrow::Cow;

use jiff::civil::Date;
use pricing::fraction::Fraction;
use pricing::period::Period;
use pricing::plan::{Charge, DiscountValue, Quantity, SeatTrueUp, Timing};
use pricing::price::{Measured, Price, PriceError};
use pricing::rate::{Earlier, RateError, RateInput, RatedLine, rate};
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, line_of};
use super::recurring::{as_part, due_turns, pieces};
use super::stretch::{Strand, Stretch, Turn, TurnPart};
use crate::component::Component;
use crate::facts::{FactId, SeatChange};
use crate::line::ExpectedLine;
use crate::schedule::Recurrence;
use crate::seats::{Movement, Removal, SeatHistory, SeatRules};

pub(super) fn lines(
    known: &Known<'_>,
    strand: &Strand<'_>,
    stretch: &Stretch<'_>,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let Some(recurrence) = Recurrence::of(&stretch.charge.schedule) else {
        return Ok(Vec::new());
    };
    let Some(seats) = Seats::of(known, strand, stretch) else {
        return Ok(Vec::new());
    };
    let mut lines = Vec::new();
    for turn in due_turns(known, stretch)? {
        match (seats.true_up, recurrence.timing) {
            (Some(observed), Timing::Arrears) => {
                lines.push(seats.observed(&turn, turn.service, observed, None)?);
            }
            (true_up, timing) => {
                lines.extend(seats.base(&turn)?);
                lines.extend(match true_up {
                    _ if turn.part == TurnPart::GivenBack => Vec::new(),
                    None => seats.added(&turn, timing)?,
                    Some(observed) => seats.true_up(&turn, observed)?.into_iter().collect(),
                });
            }
        }
    }
    Ok(lines)
}

/// Billed seats on a day; none where the charge has no seats.
pub(super) fn count_on(
    known: &Known<'_>,
    strand: &Strand<'_>,
    stretch: &Stretch<'_>,
    day: Date,
) -> Option<Decimal> {
    Some(Seats::of(known, strand, stretch)?.history.count_on(day))
}

struct Seats<'a> {
    known: &'a Known<'a>,
    stretch: &'a Stretch<'a>,
    charge: &'a Charge,
    history: SeatHistory,
    true_up: Option<SeatTrueUp>,
}

impl<'a> Seats<'a> {
    /// An amendment that names another number of seats changes it on its effective day.
    fn of(known: &'a Known<'a>, strand: &Strand<'_>, stretch: &'a Stretch<'a>) -> Option<Self> {
        let Quantity::Seats {
            floor,
            ratchet,
            true_up,
            ..
        } = stretch.charge.quantity
        else {
            return None;
        };
        let initial = strand.seats.first()?.count;
        let amended = strand.seats.windows(2).filter_map(|pair| match pair {
            [before, later] if before.count != later.count => Some(Cow::Owned(SeatChange {
                id: later.plan.content_hash(),
                charge: stretch.charge.id.clone(),
                on: later.from?,
                count: later.count,
                recorded: 0,
            })),
            _ => None,
        });
        let reported = known
            .facts
            .seats
            .iter()
            .filter(|change| change.charge == stretch.charge.id);
        let changes: Vec<Cow<'_, SeatChange>> = reported.map(Cow::Borrowed).chain(amended).collect();
        let rules = SeatRules { floor, ratchet };
        let history = SeatHistory::new(initial, rules, changes.iter().map(AsRef::as_ref));
        Some(Self {
            known,
            stretch,
            charge: stretch.charge,
            history,
            true_up,
        })
    }

    /// The number on the first day, for the whole period. What is given back is the highest number that was paid.
    fn base(&self, turn: &Turn) -> Result<Vec<ExpectedLine>, BillingError> {
        let first_day = turn.service.start();
        let count = match turn.part {
            TurnPart::Own | TurnPart::Resumed => self.history.count_on(first_day),
            TurnPart::GivenBack => self.paid_before(turn),
        };
        let line = |service| {
            let rated = self.rate(service, turn.whole, count, None)?;
            let facts = self.history.facts_on(first_day);
            as_part(
                self.known,
                self.line(Component::Base, service, turn.invoice_date, rated, facts),
                turn,
            )
        };
        pieces(self.known, self.stretch, turn.service)
            .into_iter()
            .map(line)
            .collect()
    }

    fn paid_before(&self, turn: &Turn) -> Decimal {
        let began = self
            .stretch
            .from
            .map_or(turn.whole.start(), |from| from.max(turn.whole.start()));
        Period::try_new(began, turn.service.start())
            .map_or_else(|_| self.history.count_on(began), |paid| self.history.peak(paid))
    }

    /// What changes during the period, for the rest of it; a line for each day of change.
    fn added(&self, turn: &Turn, timing: Timing) -> Result<Vec<ExpectedLine>, BillingError> {
        let removal = match timing {
            Timing::Advance => Removal::KeepsPaidPeak,
            Timing::Arrears => Removal::CountsDays,
        };
        let mut lines = Vec::new();
        for movement in self.history.movements(turn.service, removal) {
            if movement.on > self.known.through || !self.stretch.holds(movement.on) {
                break;
            }
            let invoice_date = if timing == Timing::Advance {
                movement.on
            } else {
                turn.invoice_date
            };
            for service in pieces(self.known, self.stretch, turn.service) {
                let Ok(rest) = Period::try_new(movement.on.max(service.start()), service.end()) else {
                    continue;
                };
                let rated = self.rate_movement(&movement, rest, turn.whole)?;
                let component = Component::Seats { on: movement.on };
                lines.push(self.line(component, rest, invoice_date, rated, vec![movement.fact.clone()]));
            }
        }
        Ok(lines)
    }

    /// Seats above what was billed in advance, after the period; nothing comes back.
    fn true_up(&self, turn: &Turn, observed: SeatTrueUp) -> Result<Option<ExpectedLine>, BillingError> {
        let end = self
            .stretch
            .until
            .map_or(turn.service.end(), |until| until.min(turn.service.end()));
        let Ok(service) = Period::try_new(turn.service.start(), end) else {
            return Ok(None);
        };
        let units = self.history.count_on(service.start());
        let amount = self.rate(service, turn.whole, units, None)?.amount.amount;
        let line = self.observed(turn, service, observed, Some(Earlier { units, amount }))?;
        let is_due = line.amount.amount > Decimal::ZERO && line.invoice_date <= self.known.through;
        Ok(is_due.then_some(line))
    }

    fn observed(
        &self,
        turn: &Turn,
        service: Period,
        observed: SeatTrueUp,
        billed: Option<Earlier>,
    ) -> Result<ExpectedLine, BillingError> {
        let count = match observed {
            SeatTrueUp::Peak => Some(self.history.peak(service)),
            SeatTrueUp::Average => self.history.average(service).and_then(Fraction::approximate),
        };
        let count = count.ok_or_else(|| self.too_large())?;
        let rated = self.rate(service, turn.whole, count, billed)?;
        let component = if billed.is_some() {
            Component::SeatTrueUp
        } else {
            Component::Base
        };
        let facts = self.history.facts_in(service);
        Ok(self.line(component, service, turn.service.end(), rated, facts))
    }

    /// The price of the new number less that of the number before it; where every seat costs the same, of the seats
    /// that came.
    fn rate_movement(
        &self,
        movement: &Movement,
        rest: Period,
        whole: Period,
    ) -> Result<RatedLine, BillingError> {
        let added = movement
            .to
            .checked_sub(movement.from)
            .ok_or_else(|| self.too_large())?;
        if added >= Decimal::ZERO && self.every_seat_costs_the_same(rest, whole) {
            return self.rate(rest, whole, added, None);
        }
        let before = self.rate(rest, whole, movement.from, None)?;
        let earlier = Earlier {
            units: movement.from,
            amount: before.amount.amount,
        };
        self.rate(rest, whole, movement.to, Some(earlier))
    }

    fn every_seat_costs_the_same(&self, rest: Period, whole: Period) -> bool {
        let charge = self.charge;
        let input = self
            .known
            .rate_input(self.stretch, rest, whole, Measured::Units(Decimal::ZERO));
        let mut discounts = charge.discounts.iter().chain(&self.stretch.discounts);
        matches!(input.price_in_force().0, Price::PerUnit { .. })
            && charge.included.is_none()
            && charge.conversion.is_none()
            && charge.minimum.is_none()
            && charge.maximum.is_none()
            && discounts.all(|discount| matches!(discount.value, DiscountValue::Percent { .. }))
    }

    fn rate(
        &self,
        service: Period,
        whole: Period,
        count: Decimal,
        earlier: Option<Earlier>,
    ) -> Result<RatedLine, BillingError> {
        let input = self
            .known
            .rate_input(self.stretch, service, whole, Measured::Units(count));
        Ok(rate(&RateInput { earlier, ..input })?)
    }

    fn line(
        &self,
        component: Component,
        service: Period,
        invoice_date: Date,
        rated: RatedLine,
        facts: Vec<FactId>,
    ) -> ExpectedLine {
        line_of(self.charge, component, Some(service), invoice_date, rated, facts)
    }

    fn too_large(&self) -> BillingError {
        BillingError::Rate(RateError::Price {
            charge: self.charge.id.clone(),
            fault: PriceError::TooLarge,
        })
    }
}
