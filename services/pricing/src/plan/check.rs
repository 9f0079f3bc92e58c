//! What makes a plan valid: every fault at once, each with the path of its field, so that a reviewer can act on them.
//!
//! A fault is something that cannot be billed, or only by guessing. A warning can be billed as it stands, but a person
//! should have seen it.

mod adjustments;
mod charges;
mod credits;
mod facts;
mod head;
mod prices;
mod warnings;

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Charge, Plan};
use crate::money::Currency;

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

/// What is wrong with a field of a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing is charged.
    #[error("the plan charges nothing: add at least one charge")]
    NoCharges,
    /// Something is left blank.
    #[error("it is blank: fill it in")]
    Blank,
    /// Two of a kind share an id.
    #[error("the id `{id}` is used twice: give each its own")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// An id names nothing in the plan.
    #[error("there is no {what} `{id}` in the plan: add it, or name one that is there")]
    Unknown {
        /// What was looked for.
        what: Referent,
        /// The id.
        id: String,
    },
    /// A charge is a percentage of itself, directly or through others.
    #[error("the charge is a percentage of itself: name other charges")]
    PercentageOfItself,
    /// Something ends before it starts, or on the same day.
    #[error("it ends on {end}, which is not after its start on {start}")]
    EndsBeforeStart {
        /// First day.
        start: Date,
        /// Day after the last.
        end: Date,
    },
    /// Something falls due at signing, but nobody said when that was.
    #[error("it falls due at signing, but the plan has no date of signing: enter it")]
    SigningDateMissing,
    /// Something needs the end of the term, but the plan is open-ended.
    #[error("it counts over the whole term, but the term has no end: enter it, or count over periods")]
    TermEndMissing,
    /// Every zero days.
    #[error("it comes round every 0 {unit}: the count must be at least 1")]
    ZeroCadence {
        /// Name of the unit.
        unit: &'static str,
    },
    /// Not a day of a month.
    #[error("{day} is not a day of a month: 1 to 31")]
    NoSuchDay {
        /// What was given.
        day: u8,
    },
    /// Dates stand out of order.
    #[error("{date} is not after {previous}, the date before it in the list: put them in order")]
    DatesOutOfOrder {
        /// The earlier entry.
        previous: Date,
        /// The entry after it.
        date: Date,
    },
    /// A list that needs entries has none, or too few.
    #[error("it lists {found}, but needs at least {needed}")]
    TooFew {
        /// How many there are.
        found: usize,
        /// How many there must be.
        needed: usize,
    },
    /// Nothing is priced above the last tier.
    #[error("quantities above {after} have no price: add a tier without an upper bound")]
    TiersLeaveGap {
        /// The last upper bound.
        after: Decimal,
    },
    /// A tier ends at or below the one before it.
    #[error("the tier ends at {up_to}, not above {previous} where the one before it ends")]
    TiersOverlap {
        /// Upper bound of the tier before.
        previous: Decimal,
        /// Upper bound of this one.
        up_to: Decimal,
    },
    /// A tier without an upper bound is not the last.
    #[error("only the last tier may be without an upper bound")]
    OpenTierInside,
    /// A tier does not say what it costs.
    #[error("the tier does not say what it costs: enter a {needs}")]
    TierWithoutPrice {
        /// What this price model asks for.
        needs: &'static str,
    },
    /// Below zero.
    #[error("{value} is below zero")]
    Negative {
        /// What was given.
        value: Decimal,
    },
    /// Zero or below.
    #[error("{value} is not above zero")]
    NotAboveZero {
        /// What was given.
        value: Decimal,
    },
    /// Outside a percentage's range.
    #[error("{value} % is outside {least} % to {most} %")]
    PercentOutOfRange {
        /// What was given.
        value: Decimal,
        /// Lowest.
        least: Decimal,
        /// Highest.
        most: Decimal,
    },
    /// More decimals than can be paid.
    #[error("{value} has more decimals than {currency} can be paid in")]
    TooPrecise {
        /// What was given.
        value: Decimal,
        /// The plan's currency.
        currency: Currency,
    },
    /// A lower limit above an upper one.
    #[error("the least, {least}, is above the most, {most}")]
    LeastAboveMost {
        /// Lower limit.
        least: Decimal,
        /// Upper limit.
        most: Decimal,
    },
    /// A matrix inside a matrix.
    #[error("a cell of a matrix price cannot be a matrix itself")]
    NestedMatrix,
    /// A combination of another length than the dimensions.
    #[error("the combination has {found} values for {needed} dimensions")]
    CellValues {
        /// Values given.
        found: usize,
        /// Dimensions of the matrix.
        needed: usize,
    },
    /// Two cells for one combination.
    #[error("the combination {values} is priced twice")]
    CellTwice {
        /// The combination.
        values: String,
    },
    /// A matrix price on a quantity without dimensions.
    #[error("the price depends on `{dimension}`, but the quantity is not measured by it")]
    DimensionNotMeasured {
        /// Name of the dimension.
        dimension: String,
    },
    /// Units cannot be counted on such a price.
    #[error("{what} need a price by units: this one is by transaction or by dimension")]
    NotByUnits {
        /// What was agreed.
        what: &'static str,
    },
    /// A charge's own discount names charges.
    #[error("a charge's own discount reduces that charge: leave its list of charges empty")]
    DiscountNamesCharges,
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
