//! Everything known about a plan, put in order once.

use std::collections::BTreeMap;

use jiff::civil::Date;
use pricing::index::{IndexSeries, IndexValue};
use pricing::money::{Money, MoneyError};
use pricing::period::Period;
use pricing::plan::{Charge, Discount, DiscountValue, Escalator, Plan, Timing};
use pricing::price::Measured;
use pricing::rate::{RateInput, RatedLine};
use rust_decimal::Decimal;

use super::BillingError;
use super::term::InForce;
use crate::component::Component;
use crate::facts::{FactId, Facts};
use crate::line::ExpectedLine;
use crate::meter::Usage;
use crate::schedule::{Cycle, Recurrence, ScheduleError, Window, cycles};

pub(super) struct Known<'a> {
    pub(super) plan: &'a Plan,
    pub(super) facts: &'a Facts,
    pub(super) through: Date,
    pub(super) in_force: InForce,
    pub(super) usage: Usage<'a>,
    indices: Vec<IndexSeries>,
    /// Of each charge, in the order of the plan: the plan's discounts on it that need no dividing.
    discounts: BTreeMap<&'a str, Vec<Discount>>,
}

impl<'a> Known<'a> {
    pub(super) fn try_new(plan: &'a Plan, facts: &'a Facts, through: Date) -> Result<Self, BillingError> {
        let in_force =
            InForce::on(plan, &facts.endings, through).map_err(|fault| BillingError::Schedule {
                charge: plan.title.clone(),
                fault,
            })?;
        Ok(Self {
            plan,
            facts,
            through,
            in_force,
            usage: Usage::of(plan, facts)?,
            indices: indices(facts),
            discounts: plan_discounts(plan),
        })
    }

    /// The days a charge is charged, as far as they are known; none when it has none.
    pub(super) fn window(&self, charge: &Charge) -> Option<Window> {
        let start = charge.starts.unwrap_or(self.in_force.start);
        let end = [charge.ends, self.in_force.end].into_iter().flatten().min();
        Window::try_new(start, end).ok()
    }

    /// The periods of a recurring charge that begin on or before the day asked for and belong to it, whether or not
    /// their invoice is due: what was paid in advance is not given back unless the contract says so.
    pub(super) fn cycles(
        &self,
        charge: &Charge,
        recurrence: &Recurrence,
    ) -> Result<Vec<Cycle>, BillingError> {
        let fault = |fault| schedule_fault(charge, fault);
        let Some(window) = self.window(charge) else {
            return Ok(Vec::new());
        };
        let keeps_paid = recurrence.timing == Timing::Advance && !self.in_force.refund_unused;
        let Some(terminated) = self.in_force.terminated else {
            return self.begun(recurrence, window).map_err(fault);
        };
        if keeps_paid {
            let mut begun = self.begun(recurrence, window).map_err(fault)?;
            begun.retain(|cycle| cycle.service.start() < terminated);
            return Ok(begun);
        }
        let end = window.end().map_or(terminated, |end| end.min(terminated));
        match Window::try_new(window.start(), Some(end)) {
            Ok(window) => self.begun(recurrence, window).map_err(fault),
            Err(_) => Ok(Vec::new()),
        }
    }

    fn begun(&self, recurrence: &Recurrence, window: Window) -> Result<Vec<Cycle>, ScheduleError> {
        let by_start = Recurrence {
            timing: Timing::Advance,
            ..*recurrence
        };
        let mut begun = cycles(&by_start, window, self.through)?;
        if recurrence.timing == Timing::Arrears {
            for cycle in &mut begun {
                cycle.invoice_date = cycle.service.end();
            }
        }
        Ok(begun)
    }

    /// What is needed to rate a part of a period of a charge.
    pub(super) fn rate_input<'b>(
        &'b self,
        charge: &'b Charge,
        service: Period,
        whole: Period,
        measured: Measured<'b>,
    ) -> RateInput<'b> {
        RateInput {
            service,
            discounts: self.discounts.get(charge.id.as_str()).map_or(&[], Vec::as_slice),
            escalators: self.uplift(),
            indices: &self.indices,
            ..RateInput::new(self.plan, charge, whole, measured)
        }
    }

    pub(super) fn uplift(&self) -> &[Escalator] {
        &self.in_force.uplift
    }

    pub(super) fn discounts_on(&self, charge: &Charge) -> &[Discount] {
        self.discounts.get(charge.id.as_str()).map_or(&[], Vec::as_slice)
    }

    pub(super) fn zero(&self) -> Money {
        Money::zero(self.plan.currency)
    }

    /// Invoices follow their dates; on one invoice lines follow the plan, credits after what they pay.
    pub(super) fn sort(&self, lines: &mut [ExpectedLine]) {
        let place: BTreeMap<&str, usize> = self
            .plan
            .charges
            .iter()
            .enumerate()
            .map(|(at, charge)| (charge.id.as_str(), at))
            .collect();
        let at = |line: &ExpectedLine| place.get(line.charge.as_str()).copied().unwrap_or(usize::MAX);
        lines.sort_by(|a, b| {
            (a.invoice_date, at(a), &a.charge, a.service, &a.component).cmp(&(
                b.invoice_date,
                at(b),
                &b.charge,
                b.service,
                &b.component,
            ))
        });
    }
}

/// A line of a charge from what it was rated to.
pub(super) fn line_of(
    charge: &Charge,
    component: Component,
    service: Option<Period>,
    invoice_date: Date,
    rated: RatedLine,
    facts: Vec<FactId>,
) -> ExpectedLine {
    ExpectedLine {
        charge: charge.id.clone(),
        component,
        service,
        invoice_date,
        description: charge.name.clone(),
        quantity: Some(rated.quantity),
        amount: rated.amount,
        tax: charge.tax.clone(),
        working: rated.working,
        facts,
        sources: charge.sources.clone(),
    }
}

pub(super) fn schedule_fault(charge: &Charge, fault: ScheduleError) -> BillingError {
    BillingError::Schedule {
        charge: charge.id.clone(),
        fault,
    }
}

pub(super) fn amount_fault(charge: &str) -> impl Fn(MoneyError) -> BillingError {
    move |fault| BillingError::Amount {
        charge: charge.to_owned(),
        fault,
    }
}

fn indices(facts: &Facts) -> Vec<IndexSeries> {
    let mut series: BTreeMap<&str, Vec<IndexValue>> = BTreeMap::new();
    for fact in &facts.indices {
        let value = IndexValue {
            month: fact.month,
            value: fact.value,
        };
        series.entry(&fact.series).or_default().push(value);
    }
    series
        .into_iter()
        .map(|(name, values)| IndexSeries {
            name: name.to_owned(),
            values,
        })
        .collect()
}

/// A fixed amount over several charges is divided later, by what they come to.
fn plan_discounts(plan: &Plan) -> BTreeMap<&str, Vec<Discount>> {
    let mut of_charge: BTreeMap<&str, Vec<Discount>> = BTreeMap::new();
    for discount in plan
        .discounts
        .iter()
        .filter(|discount| !is_divided(plan, discount))
    {
        for charge in plan.charges.iter().filter(|charge| applies(discount, &charge.id)) {
            of_charge.entry(&charge.id).or_default().push(discount.clone());
        }
    }
    of_charge
}

pub(super) fn applies(discount: &Discount, charge: &str) -> bool {
    discount.charges.is_empty() || discount.charges.iter().any(|id| id == charge)
}

pub(super) fn is_divided(plan: &Plan, discount: &Discount) -> bool {
    let reduced = plan
        .charges
        .iter()
        .filter(|charge| applies(discount, &charge.id))
        .count();
    matches!(discount.value, DiscountValue::Amount { amount } if reduced > 1 && amount > Decimal::ZERO)
}
