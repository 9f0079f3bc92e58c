//! The aggregations, over events in the order of their time.

use std::collections::BTreeSet;

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use pricing::period::Period;
use pricing::plan::{Aggregation, Meter};
use rust_decimal::Decimal;

use super::{MeterError, Reading};
use crate::facts::UsageEvent;

/// What the events of a period come to. `events` are all the meter's events in the order of their time: a level that
/// was set before the period still holds in it.
pub(super) fn events(
    meter: &Meter,
    events: &[&UsageEvent],
    period: Period,
    time_zone: &str,
) -> Result<Reading, MeterError> {
    let from = events.partition_point(|event| event.at.date() < period.start());
    let until = events.partition_point(|event| event.at.date() < period.end());
    let (before, rest) = events.split_at(from);
    let within = rest.get(..until.saturating_sub(from)).unwrap_or_default();
    let overflow = || MeterError::Overflow {
        meter: meter.id.clone(),
    };
    let levels = meter.aggregation == Aggregation::WeightedSum;
    let quantity = if levels {
        let zone = zone(meter, time_zone)?;
        level_hours(before.last().copied(), within, period, &zone).ok_or_else(overflow)?
    } else {
        number(meter.aggregation, within).ok_or_else(overflow)?
    };
    let opening = before.last().filter(|_| levels);
    let facts = opening
        .into_iter()
        .chain(within)
        .map(|event| event.id.clone())
        .collect();
    Ok(Reading {
        quantity,
        count: u64::try_from(within.len()).map_err(|_| overflow())?,
        facts,
    })
}

fn number(aggregation: Aggregation, events: &[&UsageEvent]) -> Option<Decimal> {
    let values = || events.iter().map(|event| event.value);
    match aggregation {
        Aggregation::Sum => sum(values()),
        Aggregation::Count => Some(Decimal::from(events.len())),
        Aggregation::Min => Some(values().min().unwrap_or_default()),
        Aggregation::Max => Some(values().max().unwrap_or_default()),
        Aggregation::Last => Some(values().next_back().unwrap_or_default()),
        Aggregation::Average if events.is_empty() => Some(Decimal::ZERO),
        Aggregation::Average => sum(values())?.checked_div(Decimal::from(events.len())),
        Aggregation::UniqueCount => Some(Decimal::from(unique_keys(events))),
        Aggregation::Percentile { rank } => percentile(values().collect(), rank),
        Aggregation::WeightedSum => None,
    }
}

fn sum(mut values: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    values.try_fold(Decimal::ZERO, Decimal::checked_add)
}

fn unique_keys(events: &[&UsageEvent]) -> usize {
    // 1 and 1.0 are one value, whatever their digits.
    let key = |event: &&UsageEvent| {
        event
            .key
            .clone()
            .unwrap_or_else(|| event.value.normalize().to_string())
    };
    events.iter().map(key).collect::<BTreeSet<_>>().len()
}

/// The nearest rank: of a hundred values the 95th percentile is the 95th.
fn percentile(mut values: Vec<Decimal>, rank: u8) -> Option<Decimal> {
    values.sort_unstable();
    let place = values.len().checked_mul(usize::from(rank))?.div_ceil(100);
    Some(values.get(place.saturating_sub(1)).copied().unwrap_or_default())
}

/// Each level times the hours it held, from the one before the period to the period's end.
fn level_hours(
    opening: Option<&UsageEvent>,
    within: &[&UsageEvent],
    period: Period,
    zone: &TimeZone,
) -> Option<Decimal> {
    let mut since = period.start().to_datetime(Time::midnight());
    let mut level = opening.map_or(Decimal::ZERO, |event| event.value);
    let mut total = Decimal::ZERO;
    for event in within {
        total = total.checked_add(level.checked_mul(hours(since, event.at, zone)?)?)?;
        (since, level) = (event.at, event.value);
    }
    let end = period.end().to_datetime(Time::midnight());
    total.checked_add(level.checked_mul(hours(since, end, zone)?)?)
}

/// Hours that really passed: a day on which the clocks change has 23 or 25.
fn hours(from: DateTime, to: DateTime, zone: &TimeZone) -> Option<Decimal> {
    let from = zone.to_timestamp(from).ok()?;
    let to = zone.to_timestamp(to).ok()?;
    let nanoseconds = to.duration_since(from).as_nanos();
    Decimal::try_from_i128_with_scale(nanoseconds, 0)
        .ok()?
        .checked_div(Decimal::from(3_600_000_000_000_i64))
}

fn zone(meter: &Meter, name: &str) -> Result<TimeZone, MeterError> {
    TimeZone::get(name).map_err(|_| MeterError::UnknownTimeZone {
        meter: meter.id.clone(),
        name: name.to_owned(),
    })
}
