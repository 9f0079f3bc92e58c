//! Everything that is known about an agreement, opened for billing it.

mod opening;

use billing::draft::{DraftInvoice, Payer};
use billing::expected::{BillingError, MeterWindow, PoolStatement, pool_statements, windows_over};
use billing::facts::Facts;
use billing::whole_life::{self, WholeLifeError};
use jiff::civil::Date;
use pricing::plan::{Meter, Plan};

pub(crate) use opening::{milestone_fact, of_agreement, seat_fact, with_and_without};
pub(super) use opening::{open, open_with};

use super::ahead;
use super::drafting::{Drafted, DraftingError};
use crate::replay::Part;
use crate::store::invoices::Billed;

/// An agreement with its facts and what was billed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Book {
    /// Content hash of the agreement's first version.
    pub(super) agreement: String,
    pub(super) versions: Versions,
    pub(super) facts: Facts,
    pub(super) billed: Vec<Billed>,
    /// Date of its latest invoice.
    pub(super) issued_through: Option<Date>,
    /// Who pays; the account itself if empty.
    pub(super) payers: Vec<Payer>,
}

/// The versions of an agreement: the first, and its amendments in the order in which they were agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Versions {
    pub(super) first: Version,
    pub(super) amendments: Vec<Version>,
}

/// One version of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) content_hash: String,
    /// First day in force.
    pub(super) effective: Date,
    pub(super) plan: Plan,
}

impl Book {
    /// A plan that nothing was billed of.
    pub(crate) fn new(plan: Plan, facts: Facts) -> Self {
        let content_hash = plan.content_hash();
        let first = Version {
            content_hash: content_hash.clone(),
            effective: plan.term.start,
            plan,
        };
        Self {
            agreement: content_hash,
            versions: Versions {
                first,
                amendments: Vec::new(),
            },
            facts,
            billed: Vec::new(),
            issued_through: None,
            payers: Vec::new(),
        }
    }

    /// As it was when an invoice was computed; none without a version.
    pub(crate) fn restored(part: &Part) -> Option<Self> {
        let mut versions = part.versions.iter().map(|version| Version {
            content_hash: version.content_hash.clone(),
            effective: version.effective,
            plan: version.plan.clone(),
        });
        let first = versions.next()?;
        Some(Self {
            agreement: first.content_hash.clone(),
            versions: Versions {
                first,
                amendments: versions.collect(),
            },
            facts: part.facts.clone(),
            billed: part.billed.clone(),
            issued_through: part.run.issued_through,
            payers: part.run.payers.clone(),
        })
    }

    /// Everything it will have invoiced through a day, whatever was billed of it so far.
    pub(crate) fn whole_life(&self, through: Date) -> Result<Vec<DraftInvoice>, WholeLifeError> {
        whole_life::invoices(&self.versions.plans(), &self.facts, through)
    }

    /// What is left of its credit pools at the end of a day.
    pub(crate) fn pools(&self, through: Date) -> Result<Vec<PoolStatement>, BillingError> {
        pool_statements(&self.versions.plans(), &self.facts, through)
    }

    /// The day through which everything has to be computed when a run bills through a day: what was billed for later
    /// days is still owed, and would be taken back if nobody expected it.
    pub(super) fn horizon(&self, through: Date) -> Date {
        self.issued_through.map_or(through, |issued| issued.max(through))
    }

    /// The day through which its usage has to be known when a run bills through a day: what was billed ahead is compared
    /// with what it comes to by now.
    pub(super) fn known_through(&self, through: Date) -> Date {
        let horizon = self.horizon(through);
        if ahead::any(self) {
            ahead::reach(self.versions.plans(), horizon)
        } else {
            horizon
        }
    }

    /// What it asks of the usage log to know usage through a day.
    pub(super) fn windows(&self, through: Date) -> Result<Vec<MeterWindow>, BillingError> {
        windows_over(&self.versions.plans(), &self.facts, through)
    }

    /// Nothing can be billed of it, for this reason.
    pub(super) fn failed(self, error: DraftingError) -> Drafted {
        Drafted {
            account: self.versions.first.plan.account,
            agreement: self.agreement,
            outcome: Err(error),
            basis: None,
        }
    }
}

impl Versions {
    /// The version in force on a day: the last one whose day has come.
    pub(super) fn in_force(&self, day: Date) -> &Version {
        let begun = self.amendments.iter().rfind(|version| version.effective <= day);
        begun.unwrap_or(&self.first)
    }

    /// As it was agreed last.
    pub(super) fn last(&self) -> &Plan {
        &self.amendments.last().unwrap_or(&self.first).plan
    }

    pub(super) fn plans(&self) -> Vec<&Plan> {
        self.each().collect()
    }

    pub(super) fn each(&self) -> impl Iterator<Item = &Plan> {
        std::iter::once(&self.first)
            .chain(&self.amendments)
            .map(|version| &version.plan)
    }

    /// The meter of that id as it is on a day; as another version has it where that day's has none.
    pub(super) fn meter(&self, id: &str, day: Date) -> Option<&Meter> {
        let on_that_day = std::iter::once(&self.in_force(day).plan);
        on_that_day
            .chain(self.each())
            .find_map(|plan| plan.meters.iter().find(|meter| meter.id == id))
    }
}
