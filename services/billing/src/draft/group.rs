//! Which due lines stand on one invoice.

use std::collections::BTreeMap;

use jiff::civil::Date;
use pricing::money::{Currency, Money, MoneyError};
use pricing::period::Period;
use pricing::plan::{CreditsAs, Plan};
use rust_decimal::Decimal;

use super::Run;
use crate::component::Component;
use crate::line::DueLine;

type Groups = Vec<(Date, Vec<DueLine>)>;

/// New lines by their own date, corrections by the run's; credits where the plan wants them.
pub(super) fn by_date(plan: &Plan, due: Vec<DueLine>, run: Run) -> Result<Groups, MoneyError> {
    let (corrections, first): (Vec<_>, Vec<_>) = due.into_iter().partition(|due| due.reason.is_adjustment());
    let mut dated: BTreeMap<Date, Vec<DueLine>> = BTreeMap::new();
    for line in first {
        dated.entry(date_of(&line, run)).or_default().push(line);
    }
    let owed = corrections.is_empty() || !is_negative(sum(plan.currency, &corrections)?);
    if owed && !corrections.is_empty() {
        dated.entry(run.through).or_default().extend(corrections);
        return settle(plan, dated.into_iter().collect());
    }
    let mut groups: Groups = dated.into_iter().collect();
    if !owed {
        // Corrections that give back stay together, so that a credit note explains itself.
        match plan.policy.credits_as {
            CreditsAs::CreditNote => groups.push((run.through, corrections)),
            CreditsAs::NextInvoice => groups.insert(0, (run.through, corrections)),
        }
    }
    settle(plan, groups)
}

/// Under "a credit line on the next invoice" whatever gives back joins the next group, or waits when there is none.
fn settle(plan: &Plan, groups: Groups) -> Result<Groups, MoneyError> {
    if plan.policy.credits_as == CreditsAs::CreditNote {
        return Ok(groups);
    }
    let mut settled = Groups::new();
    let mut waiting: Vec<DueLine> = Vec::new();
    for (date, mut lines) in groups {
        lines.append(&mut waiting);
        if is_negative(sum(plan.currency, &lines)?) {
            waiting = lines;
        } else {
            settled.push((date, lines));
        }
    }
    Ok(settled)
}

fn date_of(due: &DueLine, run: Run) -> Date {
    let late = run
        .issued_through
        .is_some_and(|issued| due.line.invoice_date < issued);
    if late { run.through } else { due.line.invoice_date }
}

pub(super) fn sum(currency: Currency, lines: &[DueLine]) -> Result<Money, MoneyError> {
    lines
        .iter()
        .try_fold(Money::zero(currency), |sum, due| sum.plus(due.line.amount))
}

fn is_negative(money: Money) -> bool {
    money.amount < Decimal::ZERO
}

/// Lines stand in the order of the plan's charges, a charge's credits after it, then by period.
pub(super) fn place(plan: &Plan, due: &DueLine) -> (usize, String, Option<Period>, Component) {
    let at = plan
        .charges
        .iter()
        .position(|charge| charge.id == due.line.charge);
    let line = &due.line;
    (
        at.unwrap_or(usize::MAX),
        line.charge.clone(),
        line.service,
        line.component.clone(),
    )
}
