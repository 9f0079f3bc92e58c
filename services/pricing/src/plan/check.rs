//! What makes a plan valid: every fault at once, each with the path of its field, so that a reviewer can act on them.
//!
//! A fault is something that cannot be billed, or only by guessing. A warning can be billed as it stands, but a person
//! should have seen it.

mod adjustments;
mod charges;
mod credits;
mod facts;
mod fault;
mod head;
mod prices;
mod warnings;

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Charge, Plan};

pub use fault::Fault;
pub use warnings::{PlanWarning, Warning};

/// One fault and the field it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanFault {
    /// Path from the plan: `charges.0.price.tiers.1.unit_price`, with the index of each list from 0.
    pub field: String,
    /// Id of the charge it is in, if it is in one.
    pub charge: Option<String>,
    /// What is wrong.
    pub fault: Fault,
}

/// What an id refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Referent {
    /// A charge.
    Charge,
    /// A meter.
    Meter,
    /// A milestone.
    Milestone,
    /// A tax.
    Tax,
}

impl Plan {
    /// All faults, in the order of the plan; none if it can be billed.
    #[must_use]
    pub fn check(&self) -> Vec<PlanFault> {
        let mut faults = Faults {
            plan: self,
            charge: None,
            found: Vec::new(),
        };
        head::check(&mut faults);
        charges::check(&mut faults);
        facts::check(&mut faults);
        credits::check(&mut faults);
        faults.found
    }
}

/// The sentence for a person; the field is beside it in [`PlanFault::field`].
impl fmt::Display for PlanFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.charge {
            Some(charge) => write!(f, "{charge}: {}", self.fault),
            None => self.fault.fmt(f),
        }
    }
}

impl std::error::Error for PlanFault {}

impl fmt::Display for Referent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Charge => "charge",
            Self::Meter => "meter",
            Self::Milestone => "milestone",
            Self::Tax => "tax",
        })
    }
}

/// The faults found so far.
struct Faults<'p> {
    plan: &'p Plan,
    charge: Option<&'p str>,
    found: Vec<PlanFault>,
}

impl<'p> Faults<'p> {
    fn add(&mut self, field: impl fmt::Display, fault: Fault) {
        self.found.push(PlanFault {
            field: field.to_string(),
            charge: self.charge.map(str::to_owned),
            fault,
        });
    }

    fn known(&mut self, field: impl fmt::Display, what: Referent, id: &str) {
        let plan = self.plan;
        let found = match what {
            Referent::Charge => plan.charges.iter().any(|charge| charge.id == id),
            Referent::Meter => plan.meters.iter().any(|meter| meter.id == id),
            Referent::Milestone => plan.milestones.iter().any(|milestone| milestone.id == id),
            Referent::Tax => plan.taxes.iter().any(|tax| tax.id == id),
        };
        if !found {
            self.add(
                field,
                Fault::Unknown {
                    what,
                    id: id.to_owned(),
                },
            );
        }
    }

    fn known_charges(&mut self, list: &str, ids: &[String]) {
        for (at, id) in ids.iter().enumerate() {
            self.known(format_args!("{list}.{at}"), Referent::Charge, id);
        }
    }

    /// Ids of one kind are filled in and different.
    fn ids<'i>(&mut self, list: &str, ids: impl Iterator<Item = &'i str>) {
        let mut seen = Vec::new();
        for (at, id) in ids.enumerate() {
            let field = format!("{list}.{at}.id");
            if id.trim().is_empty() {
                self.add(field, Fault::Blank);
            } else if seen.contains(&id) {
                self.add(field, Fault::DuplicateId { id: id.to_owned() });
            }
            seen.push(id);
        }
    }

    fn filled(&mut self, field: impl fmt::Display, text: &str) {
        if text.trim().is_empty() {
            self.add(field, Fault::Blank);
        }
    }

    fn not_negative(&mut self, field: impl fmt::Display, value: Decimal) {
        if value < Decimal::ZERO {
            self.add(field, Fault::Negative { value });
        }
    }

    fn above_zero(&mut self, field: impl fmt::Display, value: Decimal) {
        if value <= Decimal::ZERO {
            self.add(field, Fault::NotAboveZero { value });
        }
    }

    fn percent(&mut self, field: impl fmt::Display, value: Decimal, least: Decimal, most: Decimal) {
        if value < least || value > most {
            self.add(field, Fault::PercentOutOfRange { value, least, most });
        }
    }

    /// From 0 to 100.
    fn share(&mut self, field: impl fmt::Display, value: Decimal) {
        self.percent(field, value, Decimal::ZERO, Decimal::ONE_HUNDRED);
    }

    /// Money that is due as it stands: not negative, and payable in the currency.
    fn money(&mut self, field: impl fmt::Display, value: Decimal) {
        let currency = self.plan.currency;
        if value.normalize().scale() > currency.minor_digits() {
            self.add(&field, Fault::TooPrecise { value, currency });
        }
        self.not_negative(field, value);
    }

    fn span(&mut self, field: impl fmt::Display, start: Date, end: Option<Date>) {
        if let Some(end) = end.filter(|end| *end <= start) {
            self.add(field, Fault::EndsBeforeStart { start, end });
        }
    }

    fn in_charge(&mut self, charge: &'p Charge, check: impl FnOnce(&mut Self)) {
        self.charge = Some(&charge.id);
        check(self);
        self.charge = None;
    }
}

#[cfg(test)]
mod tests;
