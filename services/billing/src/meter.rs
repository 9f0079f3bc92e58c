//! Meters: how the usage of a period becomes one number, exactly.

mod aggregate;
mod measured;
mod usage;

use std::collections::BTreeMap;

use jiff::civil::Date;
use pricing::period::Period;
use pricing::plan::Meter;
use rust_decimal::Decimal;

use crate::facts::FactId;

pub use usage::Usage;

/// What a meter shows for a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The aggregate, in the meter's unit; 0 where nothing was used.
    pub quantity: Decimal,
    /// How many events it holds.
    pub count: u64,
    /// Ids of the facts it rests on, in the order of their time.
    pub facts: Vec<FactId>,
}

/// Readings by the values of some dimensions, in the order the dimensions were asked for.
pub type ByDimension = BTreeMap<Vec<String>, Reading>;

/// Why usage could not be put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MeterError {
    /// Two facts share an id and differ.
    #[error(
        "two facts are called `{id}` and differ: a correction needs an id of its own and names the one it replaces"
    )]
    ConflictingFacts {
        /// Their id.
        id: String,
    },
    /// A meter has both events and measured quantities.
    #[error(
        "usage of `{meter}` comes both as events and as measured quantities: it would count twice, give one of them"
    )]
    EventsAndMeasured {
        /// Id of the meter.
        meter: String,
    },
    /// A measured quantity covers more or other days than the period asked for.
    #[error(
        "`{fact}` measures {measured_from} to {measured_to}, which cannot be split for {from} to {to}: measure that period itself"
    )]
    CannotSplit {
        /// Id of the measured quantity.
        fact: FactId,
        /// Its first day.
        measured_from: Date,
        /// The day after its last.
        measured_to: Date,
        /// First day asked for.
        from: Date,
        /// The day after the last asked for.
        to: Date,
    },
    /// Several measured quantities of a meter that neither adds nor compares.
    #[error(
        "`{fact}` is one of several measured quantities of `{meter}` for one period, and they do not add up: measure the period as one"
    )]
    CannotCombine {
        /// Id of the meter.
        meter: String,
        /// Id of the second quantity.
        fact: FactId,
    },
    /// A quantity does not fit.
    #[error("the usage of `{meter}` is too large to be exact (more than 28 digits)")]
    Overflow {
        /// Id of the meter.
        meter: String,
    },
    /// The zone's name is not in the time zone database; hours cannot be counted.
    #[error("`{name}` is not an IANA time zone: the hours of `{meter}` cannot be counted")]
    UnknownTimeZone {
        /// Id of the meter.
        meter: String,
        /// What the plan says.
        name: String,
    },
}

/// What a meter shows for a period.
pub fn read(meter: &Meter, usage: &Usage<'_>, period: Period) -> Result<Reading, MeterError> {
    let mut all = read_by(meter, usage, period, &[])?;
    Ok(all.remove(&Vec::new()).unwrap_or_default())
}

/// What a meter shows for a period, for each combination of the values of some dimensions. An event without a value
/// for a dimension counts under the empty one.
pub fn read_by(
    meter: &Meter,
    usage: &Usage<'_>,
    period: Period,
    dimensions: &[String],
) -> Result<ByDimension, MeterError> {
    if usage.has_measured(&meter.id) {
        return measured::read(meter, usage.measured(&meter.id), period, dimensions);
    }
    let counted = usage
        .events(&meter.id)
        .iter()
        .filter(|event| is_counted(meter, &event.dimensions));
    let mut by_values: BTreeMap<Vec<String>, Vec<_>> = BTreeMap::new();
    for event in counted {
        by_values
            .entry(values(&event.dimensions, dimensions))
            .or_default()
            .push(*event);
    }
    by_values
        .into_iter()
        .map(|(values, events)| {
            Ok((
                values,
                aggregate::events(meter, &events, period, usage.time_zone())?,
            ))
        })
        .filter(|read| {
            read.as_ref().map_or(true, |(_, reading)| {
                reading.count > 0 || !reading.quantity.is_zero()
            })
        })
        .collect()
}

/// The value of each event of a period by itself, in the order of time, for prices that look at every transaction.
#[must_use]
pub fn transactions(meter: &Meter, usage: &Usage<'_>, period: Period) -> (Vec<Decimal>, Vec<FactId>) {
    usage
        .events(&meter.id)
        .iter()
        .filter(|event| is_counted(meter, &event.dimensions) && period.contains(event.at.date()))
        .map(|event| (event.value, event.id.clone()))
        .unzip()
}

/// Every dimension that is filtered must hold one of its wanted values.
#[must_use]
pub fn is_counted(meter: &Meter, held: &BTreeMap<String, String>) -> bool {
    meter.filters.iter().all(|filter| {
        let wanted = meter
            .filters
            .iter()
            .filter(|other| other.dimension == filter.dimension);
        let value = held.get(&filter.dimension);
        wanted.into_iter().any(|wanted| value == Some(&wanted.value))
    })
}

fn values(held: &BTreeMap<String, String>, asked: &[String]) -> Vec<String> {
    asked
        .iter()
        .map(|dimension| held.get(dimension).cloned().unwrap_or_default())
        .collect()
}

#[cfg(test)]
mod tests;
