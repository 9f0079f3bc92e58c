//! From terms to a draft plan: what each line means in *when × how much × of what*, every field with its source.
//!
//! Nothing is filled in by default. What a plan cannot do without stops the whole plan, what a line cannot do without
//! leaves that line out; the checks flag both. A person who decides such a flag without giving the value leaves it so.

mod charge;
mod commitment;
mod credits;
mod discount;
mod escalation;
mod head;
mod milestone;
mod naming;
mod price;
mod quantity;
mod schedule;
mod sources;

#[cfg(test)]
mod tests;

pub(crate) use price::per_cadence;
pub(crate) use schedule::is_signing;

use pricing::plan::{Charge, Commitment, CreditPool, Meter, Milestone, Plan};

use crate::flag::{Code, Flag};
use crate::terms::{LineItem, Terms};

/// The plan that terms make, as far as they go, and what stands in its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpretation {
    /// The plan of all lines without an open question.
    pub plan: Option<Plan>,
    /// Which charge a line became: id of the line, id of the charge.
    pub became: Vec<(String, String)>,
    /// What stands in the way; all of [`crate::flag::Origin::Terms`].
    pub flags: Vec<Flag>,
}

/// Makes the plan. Lines that an open flag of `flags` holds up are left out of it.
#[must_use]
pub fn interpret(terms: &Terms, flags: &[Flag]) -> Interpretation {
    let mut parts = Parts::of(terms);
    for (index, item) in terms.line_items.iter().enumerate() {
        let held_up = flags.iter().any(|flag| flag.waits() && flag.is_about_item(index));
        if !held_up && is_charged(item) {
            parts.take(index, item);
        }
    }
    parts.reduce(terms, flags);
    let mut found = std::mem::take(&mut parts.flags);
    let became = std::mem::take(&mut parts.became);
    let plan = head::plan(terms, parts);
    found.extend(plan.iter().flat_map(faults));
    Interpretation {
        plan,
        became,
        flags: found,
    }
}

/// What lines have come to so far.
struct Parts<'t> {
    terms: &'t Terms,
    charges: Vec<Charge>,
    meters: Vec<Meter>,
    milestones: Vec<Milestone>,
    pools: Vec<CreditPool>,
    commitments: Vec<Commitment>,
    /// Which charge a line became, by the line's id.
    became: Vec<(String, String)>,
    flags: Vec<Flag>,
}

/// Why a line cannot be a charge: a sentence and what to do, for a flag about that line.
struct Unclear {
    code: Code,
    field: &'static str,
    sentence: String,
    what_to_do: &'static str,
}

impl<'t> Parts<'t> {
    fn of(terms: &'t Terms) -> Self {
        Self {
            terms,
            charges: Vec::new(),
            meters: Vec::new(),
            milestones: Vec::new(),
            pools: Vec::new(),
            commitments: Vec::new(),
            became: Vec::new(),
            flags: Vec::new(),
        }
    }

    /// A line becomes a charge, a commitment, or a flag. Discounts wait until every charge has its name.
    fn take(&mut self, index: usize, item: &LineItem) {
        use crate::terms::Kind;
        let taken = match item.kind {
            Kind::Discount => Ok(()),
            Kind::MinimumCommitment => commitment::take(self, item),
            Kind::PrepaidCredit => credits::take(self, item),
            Kind::Milestone => milestone::take(self, item),
            Kind::Recurring | Kind::Seat | Kind::Usage | Kind::Percentage | Kind::OneTime => {
                charge::take(self, item)
            }
        };
        if let Err(unclear) = taken {
            self.flags.push(unclear.about(index, item));
        }
    }

    /// What changes charges that other lines became.
    fn reduce(&mut self, terms: &Terms, flags: &[Flag]) {
        for (index, item) in terms.line_items.iter().enumerate() {
            let held_up = flags.iter().any(|flag| flag.waits() && flag.is_about_item(index));
            // Whether a condition holds is for a person to say.
            let waits = held_up || item.is(crate::terms::Mark::Contingent);
            if item.kind == crate::terms::Kind::Discount
                && !waits
                && let Err(unclear) = discount::take(self, item)
            {
                self.flags.push(unclear.about(index, item));
            }
        }
        credits::link(self);
        commitment::link(self);
        escalation::apply(self, terms);
    }

    /// Adds a charge under a name of its own.
    fn add(&mut self, item: &LineItem, charge: Charge) {
        self.became.push((item.id.clone(), charge.id.clone()));
        self.charges.push(charge);
    }

    /// The charges that lines of these ids became; all if none is named.
    fn charges_of(&self, items: &[String]) -> Vec<String> {
        let named = |item: &String| {
            let item = item.clone();
            let of_item = self.became.iter().filter(move |(from, _)| *from == item);
            of_item.map(|(_, charge)| charge.clone())
        };
        items.iter().flat_map(named).collect()
    }
}

impl Unclear {
    fn about(self, index: usize, item: &LineItem) -> Flag {
        let path = format!("/line_items/{index}{}", self.field);
        Flag::new(self.code, self.sentence, self.what_to_do)
            .at(path)
            .seen(item.evidence.clone())
            .of_terms()
    }
}

/// Lines that never bill by themselves stay out of the plan; what is measured, or must be reported first, cannot bill
/// by itself, however conditional it is.
fn is_charged(item: &LineItem) -> bool {
    use crate::terms::{Kind, Mark};
    let reported = matches!(item.kind, Kind::Usage | Kind::Percentage | Kind::Milestone);
    let never = [Mark::NonCash, Mark::AlreadyPaid, Mark::PaidByProvider];
    // A cap over the life of a contract is for a person to watch: what is passed on under one is not billed by itself.
    let watched = item.is(Mark::PassThrough) && item.price.cap.value.is_some();
    !watched
        && !never.iter().any(|mark| item.is(*mark))
        && (reported || !item.is(Mark::Contingent))
        && item.missing.is_none()
        && !draws_only(item)
}

/// "Enriched record: 5 credits" says how a pool is drawn; only what goes beyond the pool is billed.
fn draws_only(item: &LineItem) -> bool {
    let per_unit = item
        .credits
        .as_ref()
        .is_some_and(|credits| credits.per_unit.value.is_some());
    let price = &item.price;
    per_unit && price.amount.value.is_none() && price.unit_price.value.is_none() && price.tiers.is_none()
}

fn faults(plan: &Plan) -> Vec<Flag> {
    let flag = |fault: pricing::plan::check::PlanFault| {
        Flag::new(
            Code::PlanFault,
            format!("{fault}."),
            "Correct the terms it comes from.",
        )
        .of_terms()
    };
    plan.check().into_iter().map(flag).collect()
}
