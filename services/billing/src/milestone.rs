//! Milestones: when one counts as reached, and what proves it.

use jiff::civil::Date;
use pricing::plan::{Acceptance, Milestone};

use crate::facts::{FactId, MilestoneEvent, MilestoneReport};
use crate::schedule::plus_days;

/// A milestone that was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The day it counts from.
    pub on: Date,
    /// The reports that prove it.
    pub facts: Vec<FactId>,
    /// Did the customer's silence count as acceptance?
    pub deemed: bool,
}

/// Why it cannot be told whether a milestone was reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MilestoneError {
    /// The days of silence lead out of the calendar.
    #[error(
        "the milestone `{milestone}` is deemed accepted {days} days after {delivered}, which leaves the calendar"
    )]
    OutOfCalendar {
        /// Id of the milestone.
        milestone: String,
        /// When it was delivered.
        delivered: Date,
        /// Days of silence.
        days: u32,
    },
}

/// When a milestone was reached, as known on a day; none if it was not. The earliest proof that was not withdrawn
/// counts; a rejection undoes the deliveries before it.
pub fn reached(
    milestone: &Milestone,
    reports: &[MilestoneReport],
    by: Date,
) -> Result<Option<Reached>, MilestoneError> {
    let standing = standing(milestone, reports);
    let completed = standing
        .iter()
        .find(|report| report.event == MilestoneEvent::Completed && report.on <= by)
        .map(|report| Reached {
            on: report.on,
            facts: vec![report.id.clone()],
            deemed: false,
        });
    let deemed = deemed(milestone, &standing, by)?;
    Ok([completed, deemed]
        .into_iter()
        .flatten()
        .min_by_key(|reached| reached.on))
}

/// Reports on the milestone that nobody took back, by date.
fn standing<'a>(milestone: &Milestone, reports: &'a [MilestoneReport]) -> Vec<&'a MilestoneReport> {
    let withdrawn = |id: &str| {
        reports
            .iter()
            .any(|other| matches!(&other.event, MilestoneEvent::Withdrawn { report } if report == id))
    };
    let mut standing: Vec<_> = reports
        .iter()
        .filter(|report| report.milestone == milestone.id && !withdrawn(&report.id))
        .collect();
    standing.sort_by(|a, b| (a.on, &a.id).cmp(&(b.on, &b.id)));
    standing
}

/// Delivered, and so many days of silence since.
fn deemed(
    milestone: &Milestone,
    standing: &[&MilestoneReport],
    by: Date,
) -> Result<Option<Reached>, MilestoneError> {
    let Acceptance::Written {
        deemed_after_days: Some(days),
    } = milestone.acceptance
    else {
        return Ok(None);
    };
    for (at, report) in standing.iter().enumerate() {
        if report.event != MilestoneEvent::Delivered {
            continue;
        }
        let on = plus_days(report.on, days.into()).ok_or_else(|| MilestoneError::OutOfCalendar {
            milestone: milestone.id.clone(),
            delivered: report.on,
            days,
        })?;
        let rejected = standing
            .iter()
            .skip(at)
            .any(|later| later.event == MilestoneEvent::Rejected && later.on <= on);
        if on <= by && !rejected {
            return Ok(Some(Reached {
                on,
                facts: vec![report.id.clone()],
                deemed: true,
            }));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
