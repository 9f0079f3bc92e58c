//! What can be billed as it stands, but a person should have seen.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::money::{Currency, Money, grouped};
use crate::plan::{Charge, Plan, Quantity, Schedule};
use crate::price::{Measured, Price, TierBound, Tiers};
use crate::working::Working;

/// One warning and the field it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanWarning {
    /// Path from the plan, as in a fault.
    pub field: String,
    /// Id of the charge it is in, if it is in one.
    pub charge: Option<String>,
    /// What a person should see.
    pub warning: Warning,
}

/// What a person should see before a plan is approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// One unit more makes the whole quantity cheaper.
    VolumeCliff {
        /// The last quantity before the fall.
        at: Decimal,
        /// What it costs.
        below: Money,
        /// What one unit more costs.
        above: Money,
    },
    /// Something is measured, and no charge uses it.
    MeterUnused {
        /// Id of the meter.
        meter: String,
    },
    /// A milestone is planned, and no charge waits for it.
    MilestoneUnused {
        /// Id of the milestone.
        milestone: String,
    },
    /// A charge is counted from a day before the plan begins.
    ChargedBeforeTerm {
        /// First day charged.
        start: Date,
        /// First day of the plan.
        term: Date,
    },
    /// A minimum or maximum stays whole in a period that is billed in part.
    BoundNotProrated,
}

impl Plan {
    /// What can be billed as it stands, but a person should have seen, in the order of the plan.
    #[must_use]
    pub fn warnings(&self) -> Vec<PlanWarning> {
        let charges = self.charges.iter().enumerate();
        let mut found: Vec<PlanWarning> = charges
            .flat_map(|(at, charge)| in_charge(self.currency, at, charge))
            .collect();
        found.extend(early_charges(self));
        found.extend(unused_meters(self));
        found.extend(unused_milestones(self));
        found
    }
}

fn in_charge(currency: Currency, at: usize, charge: &Charge) -> Vec<PlanWarning> {
    let mut found = Vec::new();
    let mut warn = |field: String, warning| {
        found.push(PlanWarning {
            field,
            charge: Some(charge.id.clone()),
            warning,
        });
    };
    let ramp = (0_usize..).zip(&charge.ramp);
    let ramp = ramp.map(|(row, segment)| (format!("charges.{at}.ramp.{row}.price"), &segment.price));
    for (field, price) in std::iter::once((format!("charges.{at}.price"), &charge.price)).chain(ramp) {
        for cliff in cliffs(currency, price) {
            warn(format!("{field}.tiers"), cliff);
        }
    }
    let recurring = matches!(charge.schedule, Schedule::Recurring { .. });
    for (name, bound) in [("minimum", &charge.minimum), ("maximum", &charge.maximum)] {
        if recurring && bound.as_ref().is_some_and(|bound| !bound.prorated) {
            warn(format!("charges.{at}.{name}.prorated"), Warning::BoundNotProrated);
        }
    }
    found
}

fn cliffs(currency: Currency, price: &Price) -> Vec<Warning> {
    let (Price::Volume { tiers } | Price::Stairstep { tiers }) = price else {
        return Vec::new();
    };
    let bounds = tiers.rows.iter().filter_map(|tier| tier.up_to);
    bounds
        .filter_map(|bound| cliff(currency, price, tiers, bound))
        .collect()
}

fn cliff(currency: Currency, price: &Price, tiers: &Tiers, bound: Decimal) -> Option<Warning> {
    let at = match tiers.bound {
        TierBound::UpperInclusive => bound,
        TierBound::UpperExclusive => bound.checked_sub(Decimal::ONE)?,
    };
    let cost = |quantity: Decimal| {
        let mut working = Working::new(currency);
        price.steps(Measured::Units(quantity), &mut working.steps).ok()?;
        working.recompute().ok()
    };
    let (below, above) = (cost(at)?, cost(at.checked_add(Decimal::ONE)?)?);
    (above.amount < below.amount).then_some(Warning::VolumeCliff { at, below, above })
}

fn early_charges(plan: &Plan) -> impl Iterator<Item = PlanWarning> + '_ {
    let term = plan.term.start;
    (0_usize..).zip(&plan.charges).filter_map(move |(at, charge)| {
        let start = charge.starts.filter(|start| *start < term)?;
        Some(PlanWarning {
            field: format!("charges.{at}.starts"),
            charge: Some(charge.id.clone()),
            warning: Warning::ChargedBeforeTerm { start, term },
        })
    })
}

fn unused_meters(plan: &Plan) -> impl Iterator<Item = PlanWarning> + '_ {
    (0_usize..).zip(&plan.meters).filter_map(|(at, meter)| {
        let used = plan
            .charges
            .iter()
            .any(|charge| charge.quantity.meter() == Some(&meter.id));
        (!used).then(|| PlanWarning {
            field: format!("meters.{at}"),
            charge: None,
            warning: Warning::MeterUnused {
                meter: meter.id.clone(),
            },
        })
    })
}

fn unused_milestones(plan: &Plan) -> impl Iterator<Item = PlanWarning> + '_ {
    (0_usize..).zip(&plan.milestones).filter_map(|(at, milestone)| {
        let waits = |charge: &Charge| {
            matches!(&charge.schedule, Schedule::OnMilestone { milestone: id } if *id == milestone.id)
        };
        let releases = plan.milestones.iter().filter_map(|other| other.holdback.as_ref());
        let used = plan.charges.iter().any(waits)
            || releases.into_iter().any(|holdback| holdback.released_by == milestone.id);
        (!used).then(|| PlanWarning {
            field: format!("milestones.{at}"),
            charge: None,
            warning: Warning::MilestoneUnused { milestone: milestone.id.clone() },
        })
    })
}

impl Quantity {
    /// Id of the meter it is measured by, if it is.
    #[must_use]
    pub fn meter(&self) -> Option<&str> {
        match self {
            Self::Metered { meter }
            | Self::Amount {
                of: crate::plan::AmountBase::Meter { meter },
            } => Some(meter),
            _ => None,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VolumeCliff { at, below, above } => write!(
                f,
                "{} units cost {below}, but one more costs only {above}: all units take the price of the tier reached",
                grouped(at.normalize(), 0)
            ),
            Self::MeterUnused { meter } => write!(f, "`{meter}` is measured, but no charge uses it"),
            Self::MilestoneUnused { milestone } => {
                write!(f, "no charge waits for the milestone `{milestone}`")
            }
            Self::ChargedBeforeTerm { start, term } => write!(
                f,
                "it is charged from {start}, before the plan begins on {term}: does the contract mean that?"
            ),
            Self::BoundNotProrated => f.write_str(
                "the whole amount applies to a part of a period too: does the contract mean that?",
            ),
        }
    }
}

impl fmt::Display for PlanWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.charge {
            Some(charge) => write!(f, "{charge}: {}", self.warning),
            None => self.warning.fmt(f),
        }
    }
}
