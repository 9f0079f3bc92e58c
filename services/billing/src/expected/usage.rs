//! Lines of what meters measured.

mod shape;

use jiff::civil::Date;
use pricing::money::MoneyError;
use pricing::period::Period;
use pricing::plan::{Aggregation, AmountBase, Charge, Meter, Quantity, Timing};
use pricing::price::{Measured, Price};
use pricing::rate::{RateInput, RatedLine, UnitsBefore, changes_in, rate};
use pricing::working::Step;
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, amount_fault, line_of};
use super::pool::UnitsPaid;
use super::recurring::cut;
use super::stretch::{Strand, Stretch, Turn};
use crate::component::Component;
use crate::facts::FactId;
use crate::line::ExpectedLine;
use crate::meter::read;
use crate::schedule::Recurrence;
use shape::Shaped;

/// Is the charge measured?
pub(super) fn is_metered(charge: &Charge) -> bool {
    meter_id(charge).is_some()
}

pub(super) fn lines(
    known: &Known<'_>,
    strand: &Strand<'_>,
    paid: &UnitsPaid,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let Some(metering) = Metering::try_new(known, strand)? else {
        return Ok(Vec::new());
    };
    let mut due = metering.turns()?;
    due.retain(|(_, turn)| turn.invoice_date <= known.through);
    let parts = metering.parts(due, paid)?;
    Ok(parts.into_iter().map(Part::line).collect())
}

/// A metered charge through time.
pub(super) struct Metering<'a> {
    known: &'a Known<'a>,
    strand: &'a Strand<'a>,
}

/// A part of a metered charge that is billed as one line, as far as it has come.
pub(super) struct Part<'a> {
    stretch: &'a Stretch<'a>,
    pub(super) service: Period,
    pub(super) whole: Period,
    pub(super) invoice_date: Date,
    pub(super) before: UnitsBefore,
    pub(super) rated: RatedLine,
    pub(super) facts: Vec<FactId>,
}

impl<'a> Metering<'a> {
    /// None where the charge is not measured; refuses one that names an unknown meter.
    pub(super) fn try_new(
        known: &'a Known<'a>,
        strand: &'a Strand<'a>,
    ) -> Result<Option<Self>, BillingError> {
        let metering = Self { known, strand };
        for stretch in strand
            .stretches
            .iter()
            .filter(|stretch| is_metered(stretch.charge))
        {
            metering.meter_of(stretch)?;
        }
        Ok(strand
            .stretches
            .iter()
            .any(|stretch| is_metered(stretch.charge))
            .then_some(metering))
    }

    pub(super) fn meter_of(&self, stretch: &Stretch<'_>) -> Result<&'a Meter, BillingError> {
        let id = meter_id(stretch.charge).unwrap_or_default();
        let unknown = || BillingError::UnknownMeter {
            charge: stretch.charge.id.clone(),
            meter: id.to_owned(),
        };
        self.known.meter(id).ok_or_else(unknown)
    }

    /// What its lines are for, as far as it has begun.
    pub(super) fn turns(&self) -> Result<Vec<(&'a Stretch<'a>, Turn)>, BillingError> {
        let mut turns = Vec::new();
        for stretch in self
            .strand
            .stretches
            .iter()
            .filter(|stretch| is_metered(stretch.charge))
        {
            let in_advance = || BillingError::UsageInAdvance {
                charge: stretch.charge.id.clone(),
            };
            let recurrence = Recurrence::of(&stretch.charge.schedule).ok_or_else(in_advance)?;
            if recurrence.timing == Timing::Advance {
                return Err(in_advance());
            }
            for turn in stretch.turns(self.known, &recurrence)? {
                let pieces = self.pieces(stretch, turn.service)?;
                turns.extend(
                    pieces
                        .into_iter()
                        .map(|service| (stretch, Turn { service, ..turn })),
                );
            }
        }
        Ok(turns)
    }

    /// Some of the turns, from the first on, rated on what was measured in each. Units over the term go on from turn
    /// to turn, whatever the terms, and begin anew with a renewal.
    pub(super) fn parts(
        &self,
        turns: Vec<(&'a Stretch<'a>, Turn)>,
        paid: &UnitsPaid,
    ) -> Result<Vec<Part<'a>>, BillingError> {
        let mut before = UnitsBefore::default();
        let mut counted_from = None;
        let mut parts = Vec::with_capacity(turns.len());
        for (
            stretch,
            Turn {
                service,
                whole,
                invoice_date,
                ..
            },
        ) in turns
        {
            let term_start = self.known.in_force.term_start(service.start());
            if counted_from.replace(term_start) != Some(term_start) {
                before = UnitsBefore::default();
            }
            let shaped = self.measure(stretch, service)?;
            let rated = self.rate(stretch, (service, whole), &shaped, before, paid)?;
            let facts = shaped.facts;
            let part = Part {
                stretch,
                service,
                whole,
                invoice_date,
                before,
                rated,
                facts,
            };
            before = self.plus(before, &part.rated)?;
            parts.push(part);
        }
        Ok(parts)
    }

    /// What a part had come to by the end of each day on which something was used, in order.
    pub(super) fn by_day(
        &self,
        part: &Part<'_>,
        paid: &UnitsPaid,
    ) -> Result<Vec<(Date, Decimal)>, BillingError> {
        let amount = |(day, until): (Date, Period)| {
            let shaped = self.measure(part.stretch, until)?;
            // Usage of some days is all of it: nothing is prorated but the minimum of the period.
            let rated = self.rate(
                part.stretch,
                (part.service, part.whole),
                &shaped,
                part.before,
                paid,
            )?;
            Ok((day, rated.amount.amount))
        };
        self.days(part.stretch, part.service)?
            .into_iter()
            .map(amount)
            .collect()
    }

    /// How much had been measured by the end of each day on which something was used, in order.
    pub(super) fn quantity_by_day(
        &self,
        stretch: &Stretch<'_>,
        service: Period,
    ) -> Result<Vec<(Date, Decimal)>, BillingError> {
        let meter = self.meter_of(stretch)?;
        self.days(stretch, service)?
            .into_iter()
            .map(|(day, until)| Ok((day, read(meter, &self.known.usage, until)?.quantity)))
            .collect()
    }

    /// Days of use, each with the part of the period through it. What was measured as a whole counts on its last day.
    fn days(&self, stretch: &Stretch<'_>, service: Period) -> Result<Vec<(Date, Period)>, BillingError> {
        let usage = &self.known.usage;
        let meter = self.meter_of(stretch)?;
        let events = usage.events(&meter.id).iter().map(|event| event.at.date());
        let rows = usage
            .measured(&meter.id)
            .iter()
            .filter(|row| row.period.overlap(service) == Some(row.period));
        let exact = rows.clone().any(|row| row.period == service);
        let row_ends = rows
            .filter(|row| !exact || row.period == service)
            .map(|row| row.period.end());
        let mut ends: Vec<Date> = events
            .filter_map(|day| day.tomorrow().ok())
            .chain(row_ends)
            .filter(|end| service.start() < *end && *end <= service.end())
            .collect();
        ends.sort_unstable();
        ends.dedup();
        let day = |end: Date| Some((end.yesterday().ok()?, Period::try_new(service.start(), end).ok()?));
        Ok(ends
            .into_iter()
            .filter_map(day)
            .filter(|(day, _)| *day <= self.known.through)
            .collect())
    }

    /// Cut where the price changes, when the parts of the usage add up and each unit is priced by itself.
    fn pieces(&self, stretch: &Stretch<'_>, service: Period) -> Result<Vec<Period>, BillingError> {
        let charge = stretch.charge;
        let adds = matches!(
            self.meter_of(stretch)?.aggregation,
            Aggregation::Sum | Aggregation::Count | Aggregation::WeightedSum
        );
        let plain = charge.included.is_none() && charge.minimum.is_none() && charge.maximum.is_none();
        let mut prices = charge
            .ramp
            .iter()
            .map(|segment| &segment.price)
            .chain([&charge.price]);
        if !adds || !plain || !prices.all(prices_each_unit_by_itself) {
            return Ok(vec![service]);
        }
        Ok(cut(
            service,
            &changes_in(charge, self.known.uplift(), &stretch.discounts, service),
        ))
    }

    fn measure(&self, stretch: &Stretch<'_>, service: Period) -> Result<Shaped, BillingError> {
        let input = self
            .known
            .rate_input(stretch, service, service, Measured::Units(Decimal::ZERO));
        let price = input.price_in_force().0;
        Ok(Shaped::measure(
            price,
            self.meter_of(stretch)?,
            &self.known.usage,
            service,
        )?)
    }

    fn rate(
        &self,
        stretch: &Stretch<'_>,
        (service, whole): (Period, Period),
        shaped: &Shaped,
        term_before: UnitsBefore,
        paid: &UnitsPaid,
    ) -> Result<RatedLine, BillingError> {
        let paid_here = paid.of(&stretch.charge.id, service);
        let measured = shaped.less(UnitsPaid::sum(paid_here));
        let input = self.known.rate_input(stretch, service, whole, measured);
        let mut rated = rate(&RateInput { term_before, ..input })?;
        let explained = paid_here.iter().map(|(pool, units)| Step::UnitsOff {
            name: pool.clone(),
            units: *units,
        });
        rated.working.steps.splice(0..0, explained);
        Ok(rated)
    }

    fn plus(&self, before: UnitsBefore, rated: &RatedLine) -> Result<UnitsBefore, BillingError> {
        let sum = || {
            let units = before.units.checked_add(rated.units)?;
            Some(UnitsBefore {
                units,
                charged: before.charged.checked_add(rated.charged)?,
            })
        };
        sum().ok_or_else(|| amount_fault(&self.strand.charge.id)(MoneyError::Overflow))
    }
}

impl Part<'_> {
    fn line(self) -> ExpectedLine {
        let service = Some(self.service);
        line_of(
            self.stretch.charge,
            Component::Usage,
            service,
            self.invoice_date,
            self.rated,
            self.facts,
        )
    }
}

fn meter_id(charge: &Charge) -> Option<&str> {
    match &charge.quantity {
        Quantity::Metered { meter }
        | Quantity::Amount {
            of: AmountBase::Meter { meter },
        } => Some(meter),
        Quantity::Fixed { .. } | Quantity::Seats { .. } | Quantity::Amount { .. } => None,
    }
}

/// Does the price of a unit depend on nothing but the unit?
fn prices_each_unit_by_itself(price: &Price) -> bool {
    match price {
        Price::PerUnit { .. } => true,
        Price::Percentage { rate } => rate.free_events.is_none() && rate.free_amount.is_none(),
        _ => false,
    }
}
