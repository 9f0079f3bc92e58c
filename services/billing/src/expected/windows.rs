//! Which quantities a plan asks of the usage log.

use jiff::civil::Date;
use pricing::period::Period;
use pricing::plan::Plan;

use super::BillingError;
use super::known::Known;
use super::pool;
use super::share;
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
    let known = Known::try_new(plan, facts, through)?;
    let mut windows = Vec::new();
    let metered = plan
        .charges
        .iter()
        .filter(|charge| pool::is_metered(charge) && !share::is_share(charge));
    for charge in metered {
        let by_day = plan.pools.iter().any(|credits| pool::pays(credits, charge));
        let metering = Metering::try_new(&known, charge)?;
        for (period, _, invoice_date) in metering.services()? {
            if by_day || invoice_date <= through {
                windows.push(MeterWindow {
                    meter: metering.meter_id().to_owned(),
                    period,
                    by_day,
                });
            }
        }
    }
    windows.sort();
    windows.dedup();
    Ok(windows)
}
