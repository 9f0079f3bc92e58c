//! Renewals one by one: which terms followed by themselves, which were refused by notice, and which is decided next.

use jiff::civil::Date;
use pricing::plan::{Plan, Renewal};
use rust_decimal::Decimal;

use super::BillingError;
use super::term::{end_after, termination, was_given};
use crate::facts::Facts;
use crate::schedule::{ScheduleError, plus_days};

/// A term that follows another by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermRenewal {
    /// 1 for the first.
    pub number: u32,
    /// Its first day.
    pub starts: Date,
    /// The day after its last.
    pub ends: Date,
    /// The last day on which notice stops it.
    pub notice_by: Date,
    /// Percent by which prices rise with it, if they do.
    pub uplift: Option<Decimal>,
    /// How it stands on the day asked for.
    pub decision: RenewalDecision,
}

/// What became of a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalDecision {
    /// Notice can still be given.
    Open,
    /// Nobody gave notice in time.
    Renewed,
    /// Notice was given in time.
    Refused,
}

/// The renewals of an agreement as known on a day, by the terms that were agreed last: those decided, and the next one if
/// it is still open. None after a refusal, or once the agreement was terminated before it.
pub fn renewals_over(versions: &[&Plan], facts: &Facts, day: Date) -> Result<Vec<TermRenewal>, BillingError> {
    let plan = versions.last().ok_or(BillingError::NoPlan)?;
    of_plan(plan, facts, day).map_err(|fault| BillingError::Schedule {
        charge: plan.title.clone(),
        fault,
    })
}

fn of_plan(plan: &Plan, facts: &Facts, day: Date) -> Result<Vec<TermRenewal>, ScheduleError> {
    let Renewal::Automatic {
        months,
        notice_days,
        uplift_percent,
        at_most,
    } = plan.renewal
    else {
        return Ok(Vec::new());
    };
    let (terminated, _) = termination(&facts.endings)?;
    let (mut renewals, mut starts_before) = (Vec::new(), Vec::new());
    while let Some(starts) = end_after(plan, &starts_before)? {
        let number = u32::try_from(renewals.len())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        let allowed = at_most.is_none_or(|most| number <= most);
        if months == 0 || !allowed || terminated.is_some_and(|end| end <= starts) {
            break;
        }
        let notice_by = notice_by(starts, notice_days.unwrap_or(0))?;
        let decision = if was_given(&facts.endings, starts, notice_days.unwrap_or(0))? {
            RenewalDecision::Refused
        } else if notice_by < day {
            RenewalDecision::Renewed
        } else {
            RenewalDecision::Open
        };
        starts_before.push(starts);
        let ends = end_after(plan, &starts_before)?.unwrap_or(starts);
        renewals.push(TermRenewal {
            number,
            starts,
            ends,
            notice_by,
            uplift: uplift_percent,
            decision,
        });
        if decision != RenewalDecision::Renewed {
            break;
        }
    }
    Ok(renewals)
}

fn notice_by(starts: Date, notice_days: u32) -> Result<Date, ScheduleError> {
    let days = i64::from(notice_days).saturating_neg();
    plus_days(starts, days).ok_or(ScheduleError::OutOfCalendar { from: starts })
}
