//! Quantities that a usage log has already put together.

use pricing::period::Period;
use pricing::plan::{Aggregation, Meter};

use super::{ByDimension, MeterError, Reading, values};
use crate::facts::Measured;

/// The rows of exactly this period; where there are none and the meter adds, the rows of its parts.
pub(super) fn read(
    meter: &Meter,
    rows: &[&Measured],
    period: Period,
    dimensions: &[String],
) -> Result<ByDimension, MeterError> {
    let exact: Vec<_> = rows.iter().filter(|row| row.period == period).copied().collect();
    let chosen = if exact.is_empty() {
        parts(meter, rows, period)?
    } else {
        exact
    };
    let mut by_values = ByDimension::new();
    for row in chosen {
        add(
            meter,
            row,
            by_values.entry(values(&row.dimensions, dimensions)).or_default(),
        )?;
    }
    Ok(by_values)
}

fn parts<'a>(meter: &Meter, rows: &[&'a Measured], period: Period) -> Result<Vec<&'a Measured>, MeterError> {
    let touching: Vec<_> = rows
        .iter()
        .filter(|row| row.period.overlap(period).is_some())
        .copied()
        .collect();
    let inside = |row: &&&Measured| row.period.overlap(period) == Some(row.period);
    match touching
        .iter()
        .find(|row| !adds(meter.aggregation) || !inside(row))
    {
        Some(row) => Err(cannot_split(row, period)),
        None => Ok(touching),
    }
}

/// Do the parts of a period add up to the whole?
fn adds(aggregation: Aggregation) -> bool {
    matches!(
        aggregation,
        Aggregation::Sum | Aggregation::Count | Aggregation::WeightedSum
    )
}

fn add(meter: &Meter, row: &Measured, reading: &mut Reading) -> Result<(), MeterError> {
    let overflow = || MeterError::Overflow {
        meter: meter.id.clone(),
    };
    reading.quantity = match meter.aggregation {
        _ if reading.facts.is_empty() => row.quantity,
        Aggregation::Max => reading.quantity.max(row.quantity),
        Aggregation::Min => reading.quantity.min(row.quantity),
        adding if adds(adding) => reading.quantity.checked_add(row.quantity).ok_or_else(overflow)?,
        _ => {
            return Err(MeterError::CannotCombine {
                meter: meter.id.clone(),
                fact: row.id.clone(),
            });
        }
    };
    reading.count = reading.count.checked_add(row.count).ok_or_else(overflow)?;
    reading.facts.push(row.id.clone());
    Ok(())
}

fn cannot_split(row: &Measured, period: Period) -> MeterError {
    MeterError::CannotSplit {
        fact: row.id.clone(),
        measured_from: row.period.start(),
        measured_to: row.period.end(),
        from: period.start(),
        to: period.end(),
    }
}
