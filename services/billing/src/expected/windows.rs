//! Which quantities a plan asks of the usage log.

use jiff::civil::Date;
use pricing::period::Period;
use pricing::plan::Plan;

use super::BillingError;
use super::known::Known;
use super::pool;
use super::usage::Metering;
use crate::facts::Facts;

/// A quantity that billing will ask for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MeterWindow {
    /// Id of the meter.
    pub meter: String,
    /// The days to put together.
    pub period: Period,
    /// Credits may pay this usage, and then the day of use matters: give the days one by one if you can.
    pub by_day: bool,
}

/// The quantities that [`super::expected`] asks for through a day, each once. Give one for every window, zero where
/// nothing was used.
pub fn windows(plan: &Plan, facts: &Facts, through: Date) -> Result<Vec<MeterWindow>, BillingError> {
    windows_over(&[plan], facts, through)
}

/// The same for [`super::expected_over`].
pub fn windows_over(
    versions: &[&Plan],
    facts: &Facts,
    through: Date,
) -> Result<Vec<MeterWindow>, BillingError> {
    let known = Known::try_new(versions, facts, through)?;
    let mut windows = Vec::new();
    for strand in &known.strands {
        let Some(metering) = Metering::try_new(&known, strand)? else {
            continue;
        };
        let by_day = known
            .plan
            .pools
            .iter()
            .any(|credits| pool::pays(credits, strand.charge));
        for (stretch, turn) in metering.turns()? {
            if by_day || turn.invoice_date <= through {
                let meter = metering.meter_of(stretch)?.id.clone();
                windows.push(MeterWindow {
                    meter,
                    period: turn.service,
                    by_day,
                });
            }
        }
    }
    windows.sort();
    windows.dedup();
    Ok(windows)
}
