//! Everything known about a plan, put in order once.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use pricing::index::{IndexSeries, IndexValue};
use pricing::money::{Money, MoneyError};
use pricing::period::Period;
use pricing::plan::{Charge, CreditPool, Escalator, Meter, Milestone, Plan};
use pricing::price::Measured;
use pricing::rate::{RateInput, RatedLine};

use super::BillingError;
use super::stretch::{Strand, Stretch, Version, strands, versions};
use super::term::InForce;
use crate::component::Component;
use crate::facts::{FactId, Facts};
use crate::line::ExpectedLine;
use crate::meter::Usage;
use crate::schedule::ScheduleError;

pub(super) struct Known<'a> {
    /// As it was agreed last.
    pub(super) plan: &'a Plan,
    versions: Vec<Version<'a>>,
    pub(super) strands: Vec<Strand<'a>>,
    pub(super) facts: &'a Facts,
    pub(super) through: Date,
    pub(super) in_force: InForce,
    pub(super) usage: Usage<'a>,
    indices: Vec<IndexSeries>,
}

impl<'a> Known<'a> {
    pub(super) fn try_new(plans: &[&'a Plan], facts: &'a Facts, through: Date) -> Result<Self, BillingError> {
        let (Some(first), Some(plan)) = (plans.first(), plans.last()) else {
            return Err(BillingError::NoPlan);
        };
        if let Some(other) = plans.iter().find(|other| other.currency != plan.currency) {
            return Err(BillingError::CurrencyChanged {
                from: other.currency,
                to: plan.currency,
            });
        }
        let versions = versions(plans)?;
        let in_force = InForce::on(plan, first.term.start, &facts.endings, through).map_err(|fault| {
            BillingError::Schedule {
                charge: plan.title.clone(),
                fault,
            }
        })?;
        Ok(Self {
            plan,
            strands: strands(&versions),
            versions,
            facts,
            through,
            in_force,
            usage: Usage::of(plan, facts)?,
            indices: indices(facts),
        })
    }

    /// What is needed to rate a part of a period by the terms of a stretch.
    pub(super) fn rate_input<'b>(
        &'b self,
        stretch: &'b Stretch<'_>,
        service: Period,
        whole: Period,
        measured: Measured<'b>,
    ) -> RateInput<'b> {
        RateInput {
            service,
            discounts: &stretch.discounts,
            escalators: self.uplift(),
            indices: &self.indices,
            ..RateInput::new(stretch.plan, stretch.charge, whole, measured)
        }
    }

    pub(super) fn uplift(&self) -> &[Escalator] {
        &self.in_force.uplift
    }

    pub(super) fn zero(&self) -> Money {
        Money::zero(self.plan.currency)
    }

    /// Something as every version has it, with the first day of each; none where it was so from the start.
    pub(super) fn dated<T>(&self, of: impl Fn(&'a Plan) -> T) -> Vec<(Option<Date>, T)> {
        let dated = |version: &Version<'a>| (version.from, of(version.plan));
        self.versions.iter().map(dated).collect()
    }

    /// Something, as the latest version that holds it defines it.
    pub(super) fn latest<T>(&self, of: impl Fn(&'a Plan) -> Option<&'a T>) -> Option<&'a T> {
        self.versions.iter().rev().find_map(|version| of(version.plan))
    }

    /// Every version that is in force on some day, in order.
    pub(super) fn plans(&self) -> impl Iterator<Item = &'a Plan> {
        self.versions.iter().map(|version| version.plan)
    }

    /// The version in force on a day.
    pub(super) fn plan_on(&self, day: Date) -> &'a Plan {
        let begun = self
            .versions
            .iter()
            .rfind(|version| version.from.is_none_or(|from| from <= day));
        begun.map_or(self.plan, |version| version.plan)
    }

    /// First day of the first version that holds something; none where the original does.
    pub(super) fn since(&self, holds: impl Fn(&Plan) -> bool) -> Option<Date> {
        self.versions.iter().find(|version| holds(version.plan))?.from
    }

    /// First day of the version that no longer holds something an earlier one held; none where the last one does.
    pub(super) fn dropped(&self, holds: impl Fn(&Plan) -> bool) -> Option<Date> {
        let last = self.versions.iter().rposition(|version| holds(version.plan))?;
        self.versions.get(last.checked_add(1)?)?.from
    }

    /// The pools of all versions, as they were agreed last.
    pub(super) fn pools(&self) -> Vec<&'a CreditPool> {
        self.all(|plan| &plan.pools, |pool| &pool.id)
    }

    /// Members of all versions by their ids, as they were agreed last: the last version's in its order, then those
    /// that were dropped.
    pub(super) fn all<T>(
        &self,
        members: impl Fn(&'a Plan) -> &'a [T],
        id: impl Fn(&T) -> &str,
    ) -> Vec<&'a T> {
        let mut all: Vec<&'a T> = Vec::new();
        for member in self
            .versions
            .iter()
            .rev()
            .flat_map(|version| members(version.plan))
        {
            if !all.iter().any(|known| id(known) == id(member)) {
                all.push(member);
            }
        }
        all
    }

    /// A meter, as the latest version that holds it defines it.
    pub(super) fn meter(&self, id: &str) -> Option<&'a Meter> {
        self.latest(|plan| plan.meters.iter().find(|meter| meter.id == id))
    }

    /// A milestone, as the latest version that holds it defines it.
    pub(super) fn milestone(&self, id: &str) -> Option<&'a Milestone> {
        self.latest(|plan| plan.milestones.iter().find(|known| known.id == id))
    }

    /// The charges of all versions, as they were agreed last.
    pub(super) fn charges(&self) -> impl Iterator<Item = &'a Charge> {
        self.strands.iter().map(|strand| strand.charge)
    }

    /// Invoices follow their dates; on one invoice lines follow the plan, credits after what they pay.
    pub(super) fn sorted(&self, lines: Vec<ExpectedLine>) -> Vec<ExpectedLine> {
        // Their places are sorted rather than the lines, which are long to move.
        let order = self.places(&lines);
        let mut lines: Vec<Option<ExpectedLine>> = lines.into_iter().map(Some).collect();
        order
            .into_iter()
            .filter_map(|at| lines.get_mut(at)?.take())
            .collect()
    }

    /// The places of lines, in the order of invoice date, plan and service; equal ones as they are.
    pub(super) fn places(&self, lines: &[ExpectedLine]) -> Vec<usize> {
        let charges: HashMap<&str, usize> = self
            .charges()
            .enumerate()
            .map(|(at, charge)| (charge.id.as_str(), at))
            .collect();
        let place = |line: &ExpectedLine| charges.get(line.charge.as_str()).copied().unwrap_or(usize::MAX);
        let mut order: Vec<_> = lines
            .iter()
            .enumerate()
            .map(|(at, line)| {
                let charge = (&line.charge, &line.component);
                (line.invoice_date, place(line), line.service, charge, at)
            })
            .collect();
        order.sort_unstable();
        order.into_iter().map(|(.., at)| at).collect()
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
