//! Lines of seats: the number on the first day of a period, what is added during it, what was observed in it.

use pricing::fraction::Fraction;
use pricing::period::Period;
use pricing::plan::{Charge, DiscountValue, Quantity, SeatTrueUp, Timing};
use pricing::price::{Measured, Price};
use pricing::rate::{Earlier, RateError, RatedLine, rate};
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, amount_fault, line_of};
use super::recurring::{component, due_cycles, pieces};
use crate::component::Component;
use crate::facts::FactId;
use crate::line::ExpectedLine;
use crate::schedule::{Cycle, Recurrence};
use crate::seats::{Movement, Removal, SeatHistory, SeatRules};

pub(super) fn lines(known: &Known<'_>, charge: &Charge) -> Result<Vec<ExpectedLine>, BillingError> {
    let Some((history, true_up)) = history(known, charge) else {
        return Ok(Vec::new());
    };
    let Some(recurrence) = Recurrence::of(&charge.schedule) else {
        return Ok(Vec::new());
    };
    let seats = Seats {
        known,
        charge,
        history,
    };
    let mut lines = Vec::new();
    for cycle in due_cycles(known, charge)? {
        match (true_up, recurrence.timing) {
            (None, timing) => {
                lines.extend(seats.base(&cycle)?);
                lines.extend(seats.added(&cycle, timing)?);
            }
            (Some(observed), Timing::Arrears) => lines.push(seats.observed(&cycle, observed, None)?),
            (Some(observed), Timing::Advance) => {
                let base = seats.base(&cycle)?;
                lines.extend(seats.true_up(&cycle, observed, &base)?);
                lines.extend(base);
            }
        }
    }
    Ok(lines)
}

/// The dated history of a charge's seats; none where it has no seats.
pub(super) fn history(known: &Known<'_>, charge: &Charge) -> Option<(SeatHistory, Option<SeatTrueUp>)> {
    let Quantity::Seats {
        initial,
        floor,
        ratchet,
        true_up,
    } = charge.quantity
    else {
        return None;
    };
    let changes = known
        .facts
        .seats
        .iter()
        .filter(|change| change.charge == charge.id);
    Some((
        SeatHistory::new(initial, SeatRules { floor, ratchet }, changes),
        true_up,
    ))
}

struct Seats<'a> {
    known: &'a Known<'a>,
    charge: &'a Charge,
    history: SeatHistory,
}

impl Seats<'_> {
    /// The number on the first day, for the whole period.
    fn base(&self, cycle: &Cycle) -> Result<Vec<ExpectedLine>, BillingError> {
        let first_day = cycle.service.start();
        let count = self.history.count_on(first_day);
        let line = |service| {
            let rated = self.rate(service, cycle.whole, count, None)?;
            let facts = self.history.facts_on(first_day);
            Ok(self.line(
                component(self.known, self.charge),
                service,
                cycle.invoice_date,
                rated,
                facts,
            ))
        };
        pieces(self.known, self.charge, cycle.service)
            .into_iter()
            .map(line)
            .collect()
    }

    /// What changes during the period, for the rest of it; a line for each day of change.
    fn added(&self, cycle: &Cycle, timing: Timing) -> Result<Vec<ExpectedLine>, BillingError> {
        let removal = match timing {
            Timing::Advance => Removal::KeepsPaidPeak,
            Timing::Arrears => Removal::CountsDays,
        };
        let mut lines = Vec::new();
        for movement in self.history.movements(cycle.service, removal) {
            if movement.on > self.known.through {
                break;
            }
            let invoice_date = if timing == Timing::Advance {
                movement.on
            } else {
                cycle.invoice_date
            };
            for service in pieces(self.known, self.charge, cycle.service) {
                let Some(rest) = Period::try_new(movement.on.max(service.start()), service.end()).ok() else {
                    continue;
                };
                let rated = self.rate_movement(&movement, rest, cycle.whole)?;
                let component = Component::Seats { on: movement.on };
                lines.push(self.line(component, rest, invoice_date, rated, vec![movement.fact.clone()]));
            }
        }
        Ok(lines)
    }

    /// Seats above what was billed in advance, after the period; nothing comes back.
    fn true_up(
        &self,
        cycle: &Cycle,
        observed: SeatTrueUp,
        base: &[ExpectedLine],
    ) -> Result<Option<ExpectedLine>, BillingError> {
        let billed = base
            .iter()
            .try_fold(self.known.zero(), |sum, line| sum.plus(line.amount));
        let amount = billed.map_err(amount_fault(&self.charge.id))?.amount;
        let units = self.history.count_on(cycle.service.start());
        let line = self.observed(cycle, observed, Some(Earlier { units, amount }))?;
        let is_due = line.amount.amount > Decimal::ZERO && cycle.service.end() <= self.known.through;
        Ok(is_due.then_some(line))
    }

    fn observed(
        &self,
        cycle: &Cycle,
        observed: SeatTrueUp,
        billed: Option<Earlier>,
    ) -> Result<ExpectedLine, BillingError> {
        let count = match observed {
            SeatTrueUp::Peak => Some(self.history.peak(cycle.service)),
            SeatTrueUp::Average => self
                .history
                .average(cycle.service)
                .and_then(Fraction::approximate),
        };
        let count = count.ok_or_else(|| self.too_large())?;
        let rated = self.rate(cycle.service, cycle.whole, count, billed)?;
        let component = if billed.is_some() {
            Component::SeatTrueUp
        } else {
            Component::Base
        };
        let facts = self.history.facts_in(cycle.service);
        Ok(self.line(component, cycle.service, cycle.service.end(), rated, facts))
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
        let input = self
            .known
            .rate_input(self.charge, rest, whole, Measured::Units(Decimal::ZERO));
        let charge = self.charge;
        let mut discounts = charge.discounts.iter().chain(input.discounts);
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
            .rate_input(self.charge, service, whole, Measured::Units(count));
        Ok(rate(&pricing::rate::RateInput { earlier, ..input })?)
    }

    fn line(
        &self,
        component: Component,
        service: Period,
        invoice_date: jiff::civil::Date,
        rated: RatedLine,
        facts: Vec<FactId>,
    ) -> ExpectedLine {
        line_of(self.charge, component, Some(service), invoice_date, rated, facts)
    }

    fn too_large(&self) -> BillingError {
        let fault = pricing::price::PriceError::TooLarge;
        BillingError::Rate(RateError::Price {
            charge: self.charge.id.clone(),
            fault,
        })
    }
}
