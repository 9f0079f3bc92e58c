//! Lines of what meters measured.

use jiff::civil::Date;
use pricing::period::Period;
use pricing::plan::{Aggregation, AmountBase, Charge, Meter, Quantity, Timing};
use pricing::price::{Measured, MeasuredCell, Price};
use pricing::rate::{RateInput, RatedLine, UnitsBefore, changes_in, rate};
use pricing::working::Step;
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, line_of};
use super::pool::UnitsPaid;
use super::recurring::cut;
use crate::component::Component;
use crate::facts::FactId;
use crate::line::ExpectedLine;
use crate::meter::{read, read_by};
use crate::schedule::Recurrence;

pub(super) fn lines(
    known: &Known<'_>,
    charge: &Charge,
    paid: &UnitsPaid,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let metering = Metering::try_new(known, charge)?;
    let mut due = metering.services()?;
    due.retain(|(_, _, invoice_date)| *invoice_date <= known.through);
    let parts = metering.parts(due, paid)?;
    Ok(parts.into_iter().map(|part| metering.line(part)).collect())
}

/// A metered charge and the meter it asks.
pub(super) struct Metering<'a> {
    known: &'a Known<'a>,
    pub(super) charge: &'a Charge,
    meter: &'a Meter,
}

/// A part of a metered charge that is billed as one line, as far as it has come.
pub(super) struct Part {
    pub(super) service: Period,
    pub(super) whole: Period,
    pub(super) invoice_date: Date,
    pub(super) before: UnitsBefore,
    pub(super) rated: RatedLine,
    pub(super) facts: Vec<FactId>,
}

/// What was measured, in the shape the price asks for.
struct Shaped {
    total: Decimal,
    apart: Option<Apart>,
    facts: Vec<FactId>,
}

enum Apart {
    Transactions(Vec<Decimal>),
    Cells(Vec<MeasuredCell>),
}

impl<'a> Metering<'a> {
    pub(super) fn try_new(known: &'a Known<'a>, charge: &'a Charge) -> Result<Self, BillingError> {
        let id = match &charge.quantity {
            Quantity::Metered { meter }
            | Quantity::Amount {
                of: AmountBase::Meter { meter },
            } => meter,
            Quantity::Fixed { .. } | Quantity::Seats { .. } | Quantity::Amount { .. } => "",
        };
        let unknown = || BillingError::UnknownMeter {
            charge: charge.id.clone(),
            meter: id.to_owned(),
        };
        let meter = known
            .plan
            .meters
            .iter()
            .find(|meter| meter.id == *id)
            .ok_or_else(unknown)?;
        Ok(Self { known, charge, meter })
    }

    pub(super) fn meter_id(&self) -> &str {
        &self.meter.id
    }

    /// The service periods of its lines that have begun, each with the period its price is for.
    pub(super) fn services(&self) -> Result<Vec<(Period, Period, Date)>, BillingError> {
        let in_advance = || BillingError::UsageInAdvance {
            charge: self.charge.id.clone(),
        };
        let recurrence = Recurrence::of(&self.charge.schedule).ok_or_else(in_advance)?;
        if recurrence.timing == Timing::Advance {
            return Err(in_advance());
        }
        let mut services = Vec::new();
        for cycle in self.known.cycles(self.charge, &recurrence)? {
            let pieces = self.pieces(cycle.service);
            services.extend(
                pieces
                    .into_iter()
                    .map(|service| (service, cycle.whole, cycle.invoice_date)),
            );
        }
        Ok(services)
    }

    /// Some of the service periods, from the first on, rated on what was measured in each.
    pub(super) fn parts(
        &self,
        services: Vec<(Period, Period, Date)>,
        paid: &UnitsPaid,
    ) -> Result<Vec<Part>, BillingError> {
        let mut before = UnitsBefore::default();
        let mut counted_from = None;
        let mut parts = Vec::new();
        for (service, whole, invoice_date) in services {
            let term_start = self.known.in_force.term_start(service.start());
            if counted_from.replace(term_start) != Some(term_start) {
                before = UnitsBefore::default();
            }
            let shaped = self.measure(service)?;
            let rated = self.rate(service, whole, &shaped, before, paid)?;
            let part = Part {
                service,
                whole,
                invoice_date,
                before,
                rated,
                facts: shaped.facts,
            };
            before = self.plus(before, &part.rated)?;
            parts.push(part);
        }
        Ok(parts)
    }

    /// What a part had come to by the end of each day on which something was used, in order.
    pub(super) fn by_day(&self, part: &Part, paid: &UnitsPaid) -> Result<Vec<(Date, Decimal)>, BillingError> {
        let amount = |day: Date, until: Period| {
            let shaped = self.measure(until)?;
            // Not prorated: usage of some days is all of it, only the minimum of the period may be shared.
            let rated = self.rate_until(part, &shaped, paid)?;
            Ok((day, rated.amount.amount))
        };
        self.days(part.service)
            .into_iter()
            .map(|(day, until)| amount(day, until))
            .collect()
    }

    /// How much had been measured by the end of each day on which something was used, in order.
    pub(super) fn quantity_by_day(&self, service: Period) -> Result<Vec<(Date, Decimal)>, BillingError> {
        self.days(service)
            .into_iter()
            .map(|(day, until)| Ok((day, read(self.meter, &self.known.usage, until)?.quantity)))
            .collect()
    }

    /// Days of use, each with the part of the period through it. What was measured as a whole counts on its last day.
    fn days(&self, service: Period) -> Vec<(Date, Period)> {
        let usage = &self.known.usage;
        let events = usage.events(&self.meter.id).iter().map(|event| event.at.date());
        let rows = usage
            .measured(&self.meter.id)
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
        ends.into_iter()
            .filter_map(day)
            .filter(|(day, _)| *day <= self.known.through)
            .collect()
    }

    pub(super) fn line(&self, part: Part) -> ExpectedLine {
        let Part {
            service,
            invoice_date,
            rated,
            facts,
            ..
        } = part;
        line_of(
            self.charge,
            Component::Usage,
            Some(service),
            invoice_date,
            rated,
            facts,
        )
    }

    /// Cut where the price changes, when the parts of the usage add up and each unit is priced by itself.
    fn pieces(&self, service: Period) -> Vec<Period> {
        let charge = self.charge;
        let adds = matches!(
            self.meter.aggregation,
            Aggregation::Sum | Aggregation::Count | Aggregation::WeightedSum
        );
        let by_itself = |price: &Price| matches!(price, Price::PerUnit { .. } | Price::Percentage { .. });
        let plain = charge.included.is_none() && charge.minimum.is_none() && charge.maximum.is_none();
        if !adds
            || !plain
            || !by_itself(&charge.price)
            || !charge.ramp.iter().all(|segment| by_itself(&segment.price))
        {
            return vec![service];
        }
        cut(
            service,
            &changes_in(
                charge,
                self.known.uplift(),
                self.known.discounts_on(charge),
                service,
            ),
        )
    }

    fn measure(&self, service: Period) -> Result<Shaped, BillingError> {
        let input = self
            .known
            .rate_input(self.charge, service, service, Measured::Units(Decimal::ZERO));
        let usage = &self.known.usage;
        match input.price_in_force().0 {
            Price::Matrix { dimensions, .. } => {
                let by_values = read_by(self.meter, usage, service, dimensions)?;
                let facts = by_values
                    .values()
                    .flat_map(|reading| reading.facts.clone())
                    .collect();
                let cell = |(values, reading): (Vec<String>, crate::meter::Reading)| MeasuredCell {
                    values,
                    quantity: reading.quantity,
                };
                let cells = by_values.into_iter().map(cell).collect();
                Ok(Shaped {
                    total: Decimal::ZERO,
                    apart: Some(Apart::Cells(cells)),
                    facts,
                })
            }
            Price::Percentage { rate }
                if rate.asks_for_transactions() && usage.measured(&self.meter.id).is_empty() =>
            {
                let (values, facts) = crate::meter::transactions(self.meter, usage, service);
                Ok(Shaped {
                    total: Decimal::ZERO,
                    apart: Some(Apart::Transactions(values)),
                    facts,
                })
            }
            _ => {
                let reading = read(self.meter, usage, service)?;
                Ok(Shaped {
                    total: reading.quantity,
                    apart: None,
                    facts: reading.facts,
                })
            }
        }
    }

    fn rate(
        &self,
        service: Period,
        whole: Period,
        shaped: &Shaped,
        term_before: UnitsBefore,
        paid: &UnitsPaid,
    ) -> Result<RatedLine, BillingError> {
        let paid_here = paid.of(&self.charge.id, service);
        let measured = match &shaped.apart {
            Some(Apart::Cells(cells)) => Measured::Cells(cells),
            Some(Apart::Transactions(values)) => Measured::Transactions(values),
            None => Measured::Units(shaped.total.saturating_sub(UnitsPaid::sum(paid_here))),
        };
        let input = self.known.rate_input(self.charge, service, whole, measured);
        let mut rated = rate(&RateInput { term_before, ..input })?;
        let explained = paid_here.iter().map(|(pool, units)| Step::UnitsOff {
            name: pool.clone(),
            units: *units,
        });
        rated.working.steps.splice(0..0, explained);
        Ok(rated)
    }

    fn rate_until(&self, part: &Part, shaped: &Shaped, paid: &UnitsPaid) -> Result<RatedLine, BillingError> {
        self.rate(part.service, part.whole, shaped, part.before, paid)
    }

    fn plus(&self, before: UnitsBefore, rated: &RatedLine) -> Result<UnitsBefore, BillingError> {
        let sum = |a: Decimal, b: Decimal| a.checked_add(b);
        let too_large = || super::known::amount_fault(&self.charge.id)(pricing::money::MoneyError::Overflow);
        Ok(UnitsBefore {
            units: sum(before.units, rated.units).ok_or_else(too_large)?,
            charged: sum(before.charged, rated.charged).ok_or_else(too_large)?,
        })
    }
}
