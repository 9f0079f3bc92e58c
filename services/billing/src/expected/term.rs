//! The days on which a plan is in force: its term, its renewals, its end.

use jiff::civil::Date;
use pricing::plan::{Cadence, CadenceUnit, Escalation, Escalator, Plan, Renewal};

use crate::facts::{Ending, EndingEvent};
use crate::schedule::{ScheduleError, plus_days, plus_months};

/// The days on which a plan is in force, as known on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InForce {
    pub(super) start: Date,
    /// The day after the last of the term and of the renewals so far.
    pub(super) end: Option<Date>,
    /// First days of the renewals so far.
    pub(super) renewals: Vec<Date>,
    /// The day after the last day served, where the plan was terminated.
    pub(super) terminated: Option<Date>,
    /// Does the contract give back what was paid for days after the termination?
    pub(super) refund_unused: bool,
    /// What each renewal does to the prices.
    pub(super) uplift: Vec<Escalator>,
}

impl InForce {
    pub(super) fn on(plan: &Plan, start: Date, endings: &[Ending], day: Date) -> Result<Self, ScheduleError> {
        let (terminated, refund_unused) = termination(endings)?;
        let renewals = renewals(plan, endings, day)?;
        Ok(Self {
            start,
            end: end_after(plan, &renewals)?,
            renewals,
            terminated,
            refund_unused,
            uplift: uplift(plan).into_iter().collect(),
        })
    }

    /// The first day of the term, or renewal, that holds a day: units over the term count from there.
    pub(super) fn term_start(&self, day: Date) -> Date {
        self.renewals
            .iter()
            .copied()
            .rfind(|renewal| *renewal <= day)
            .unwrap_or(self.start)
    }

    /// The end, brought forward by a termination.
    pub(super) fn last_end(&self) -> Option<Date> {
        [self.end, self.terminated].into_iter().flatten().min()
    }
}

/// The earliest termination, by the day after the last day served.
pub(super) fn termination(endings: &[Ending]) -> Result<(Option<Date>, bool), ScheduleError> {
    let earliest = endings
        .iter()
        .filter_map(|ending| match ending.event {
            EndingEvent::Terminated {
                last_day,
                refund_unused,
            } => Some((last_day, refund_unused)),
            EndingEvent::NotRenewed { .. } => None,
        })
        .min();
    let Some((last_day, refund_unused)) = earliest else {
        return Ok((None, false));
    };
    let day_after = plus_days(last_day, 1).ok_or(ScheduleError::OutOfCalendar { from: last_day })?;
    Ok((Some(day_after), refund_unused))
}

/// Days on which the plan renewed by itself: the day has come and nobody gave notice in time.
fn renewals(plan: &Plan, endings: &[Ending], day: Date) -> Result<Vec<Date>, ScheduleError> {
    let Renewal::Automatic {
        months,
        notice_days,
        at_most,
        ..
    } = plan.renewal
    else {
        return Ok(Vec::new());
    };
    let mut renewals = Vec::new();
    while let Some(end) = end_after(plan, &renewals)? {
        let allowed = at_most.is_none_or(|most| renewals.len() < usize::try_from(most).unwrap_or(usize::MAX));
        if end > day || !allowed || months == 0 || was_given(endings, end, notice_days.unwrap_or(0))? {
            break;
        }
        renewals.push(end);
    }
    Ok(renewals)
}

/// Was notice given early enough to stop the renewal on this day?
pub(super) fn was_given(endings: &[Ending], end: Date, notice_days: u32) -> Result<bool, ScheduleError> {
    let days = i64::from(notice_days).saturating_neg();
    let latest = plus_days(end, days).ok_or(ScheduleError::OutOfCalendar { from: end })?;
    Ok(endings
        .iter()
        .any(|ending| matches!(ending.event, EndingEvent::NotRenewed { notice } if notice <= latest)))
}

/// Every end is counted from the first, so that a clamped month restores.
pub(super) fn end_after(plan: &Plan, renewals: &[Date]) -> Result<Option<Date>, ScheduleError> {
    let (Some(first), Renewal::Automatic { months, .. }) = (plan.term.end, &plan.renewal) else {
        return Ok(plan.term.end);
    };
    let times = i64::try_from(renewals.len()).unwrap_or(i64::MAX);
    i64::from(*months)
        .checked_mul(times)
        .and_then(|months| plus_months(first, months))
        .map(Some)
        .ok_or(ScheduleError::OutOfCalendar { from: first })
}

fn uplift(plan: &Plan) -> Option<Escalator> {
    let Renewal::Automatic {
        months,
        uplift_percent: Some(percent),
        ..
    } = plan.renewal
    else {
        return None;
    };
    Some(Escalator {
        first: plan.term.end?,
        every: Some(Cadence {
            count: months,
            unit: CadenceUnit::Month,
        }),
        by: Escalation::Percent { percent },
        compounding: true,
    })
}
