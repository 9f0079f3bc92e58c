//! A charge through time: every amendment may change it, and each stretch of time has its own terms.

use jiff::civil::Date;
use pricing::period::Period;
use pricing::plan::{Charge, Discount, DiscountValue, Plan, Quantity, Timing};
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, schedule_fault};
use crate::schedule::{Cycle, Recurrence, ScheduleError, Window, cycles};

/// One charge, in the order of its stretches; never without one.
pub(super) struct Strand<'a> {
    pub(super) stretches: Vec<Stretch<'a>>,
    /// As it was agreed last.
    pub(super) charge: &'a Charge,
    /// The number of seats each version names, and since when; empty where it has no seats.
    pub(super) seats: Vec<AgreedSeats<'a>>,
}

/// A number of seats that a version of the plan names.
pub(super) struct AgreedSeats<'a> {
    pub(super) plan: &'a Plan,
    pub(super) from: Option<Date>,
    pub(super) count: Decimal,
}

/// A charge with the terms of one stretch of time.
pub(super) struct Stretch<'a> {
    pub(super) charge: &'a Charge,
    pub(super) plan: &'a Plan,
    /// The plan's discounts on the charge that need no dividing.
    pub(super) discounts: Vec<Discount>,
    /// First day of these terms; they hold from the beginning if absent.
    pub(super) from: Option<Date>,
    /// The day after the last of these terms; they hold to the end if absent.
    pub(super) until: Option<Date>,
    /// Did the charge have other terms before?
    pub(super) follows: bool,
}

/// A version of the plan and the days on which it is in force.
pub(super) struct Version<'a> {
    pub(super) plan: &'a Plan,
    /// First day; from the beginning if absent.
    pub(super) from: Option<Date>,
    /// The day after the last; to the end if absent.
    until: Option<Date>,
}

/// A period, or the rest of one, that a stretch bills or gives back.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    pub(super) service: Period,
    pub(super) whole: Period,
    pub(super) invoice_date: Date,
    pub(super) part: TurnPart,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TurnPart {
    /// What the stretch bills by itself.
    Own,
    /// The rest of a period that was billed by earlier terms.
    Resumed,
    /// The rest of a period billed by these terms, which gave way to others.
    GivenBack,
}

/// The charges of all versions: those agreed last in their order, then those that were dropped.
pub(super) fn strands<'a>(versions: &[Version<'a>]) -> Vec<Strand<'a>> {
    let mut strands: Vec<Strand<'a>> = Vec::new();
    for version in versions.iter().rev() {
        for charge in &version.plan.charges {
            if !strands.iter().any(|strand| strand.charge.id == charge.id) {
                strands.push(Strand {
                    stretches: stretches(versions, &charge.id),
                    charge,
                    seats: seats(versions, &charge.id),
                });
            }
        }
    }
    strands
}

/// On each day the latest version whose effective day has come is in force.
pub(super) fn versions<'a>(plans: &[&'a Plan]) -> Result<Vec<Version<'a>>, BillingError> {
    let mut versions: Vec<Version<'a>> = Vec::with_capacity(plans.len());
    for (at, plan) in plans.iter().enumerate() {
        let from = plan.amends.as_ref().map(|amends| amends.effective);
        if at > 0 && from.is_none() {
            return Err(BillingError::NotAnAmendment {
                title: plan.title.clone(),
            });
        }
        let from = if at > 0 { from } else { None };
        versions.retain(|earlier| earlier.from.is_none() || earlier.from < from);
        if let Some(last) = versions.last_mut() {
            last.until = from;
        }
        versions.push(Version {
            plan,
            from,
            until: None,
        });
    }
    Ok(versions)
}

fn stretches<'a>(versions: &[Version<'a>], id: &str) -> Vec<Stretch<'a>> {
    let mut stretches: Vec<Stretch<'a>> = Vec::new();
    for version in versions {
        let Some(charge) = version.plan.charge(id) else {
            continue;
        };
        let discounts = discounts_on(version.plan, id);
        match stretches.last_mut() {
            Some(last) if last.until == version.from && same_terms(last, charge, &discounts) => {
                (last.until, last.charge, last.plan) = (version.until, charge, version.plan);
            }
            _ => stretches.push(Stretch {
                charge,
                plan: version.plan,
                discounts,
                from: version.from,
                until: version.until,
                follows: !stretches.is_empty(),
            }),
        }
    }
    stretches
}

fn seats<'a>(versions: &[Version<'a>], id: &str) -> Vec<AgreedSeats<'a>> {
    let agreed = |version: &Version<'a>| match version.plan.charge(id)?.quantity {
        Quantity::Seats { initial: count, .. } => Some(AgreedSeats {
            plan: version.plan,
            from: version.from,
            count,
        }),
        _ => None,
    };
    versions.iter().filter_map(agreed).collect()
}

/// Other words are not other terms, and neither is another number of seats: it is a change of seats.
fn same_terms(stretch: &Stretch<'_>, charge: &Charge, discounts: &[Discount]) -> bool {
    let bare = |charge: &Charge| {
        let mut bare = Charge {
            name: String::new(),
            sources: Vec::new(),
            ..charge.clone()
        };
        bare.ramp.iter_mut().for_each(|segment| segment.sources.clear());
        if let Quantity::Seats { initial, .. } = &mut bare.quantity {
            *initial = Decimal::ZERO;
        }
        bare.discounts
            .iter_mut()
            .for_each(|discount| discount.sources.clear());
        bare
    };
    let plain = |discounts: &[Discount]| -> Vec<Discount> {
        let plain = |discount: &Discount| Discount {
            sources: Vec::new(),
            ..discount.clone()
        };
        discounts.iter().map(plain).collect()
    };
    bare(stretch.charge) == bare(charge) && plain(&stretch.discounts) == plain(discounts)
}

fn discounts_on(plan: &Plan, charge: &str) -> Vec<Discount> {
    let on_charge = |discount: &&Discount| !is_divided(plan, discount) && applies(discount, charge);
    plan.discounts.iter().filter(on_charge).cloned().collect()
}

pub(super) fn applies(discount: &Discount, charge: &str) -> bool {
    discount.charges.is_empty() || discount.charges.iter().any(|id| id == charge)
}

/// A fixed amount over several charges is divided later, by what they come to.
pub(super) fn is_divided(plan: &Plan, discount: &Discount) -> bool {
    let reduced = plan
        .charges
        .iter()
        .filter(|charge| applies(discount, &charge.id))
        .count();
    matches!(discount.value, DiscountValue::Amount { amount } if reduced > 1 && amount > Decimal::ZERO)
}

impl Stretch<'_> {
    /// Is this day one of its days?
    pub(super) fn holds(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }

    /// What this stretch bills of a recurring charge that has begun by the day asked for, due or not.
    pub(super) fn turns(
        &self,
        known: &Known<'_>,
        recurrence: &Recurrence,
    ) -> Result<Vec<Turn>, BillingError> {
        let begun = self
            .begun(known, recurrence)
            .map_err(|fault| schedule_fault(self.charge, fault))?;
        Ok(match recurrence.timing {
            Timing::Arrears => begun.into_iter().filter_map(|cycle| self.cut(cycle)).collect(),
            Timing::Advance => begun
                .into_iter()
                .flat_map(|cycle| self.in_advance(cycle))
                .collect(),
        })
    }

    /// What is billed after it happened is cut where the terms change, and billed when it would have been.
    pub(super) fn cut(&self, cycle: Cycle) -> Option<Turn> {
        let start = self
            .from
            .map_or(cycle.service.start(), |from| from.max(cycle.service.start()));
        let end = self
            .until
            .map_or(cycle.service.end(), |until| until.min(cycle.service.end()));
        let service = Period::try_new(start, end).ok()?;
        Some(Turn {
            service,
            whole: cycle.whole,
            invoice_date: cycle.invoice_date,
            part: TurnPart::Own,
        })
    }

    /// What was billed before it happened stays billed; what terms change of it is billed or given back on that day.
    /// A charge that is never charged in part changes with its next period.
    fn in_advance(&self, cycle: Cycle) -> Vec<Turn> {
        let Cycle {
            service,
            whole,
            invoice_date,
        } = cycle;
        let mut turns = Vec::with_capacity(1);
        let own = |service, invoice_date, part| Turn {
            service,
            whole,
            invoice_date,
            part,
        };
        if self.holds(service.start()) {
            turns.push(own(service, invoice_date, TurnPart::Own));
        } else if let Some((from, rest)) = self.from.and_then(|from| rest(service, from)) {
            let part = if self.follows {
                TurnPart::Resumed
            } else {
                TurnPart::Own
            };
            if self.charge.prorated || !self.follows {
                turns.push(own(rest, from, part));
            }
        }
        let given_back = self.until.and_then(|until| rest(service, until));
        if let (Some((until, rest)), false, true) = (given_back, turns.is_empty(), self.charge.prorated) {
            turns.push(own(rest, until, TurnPart::GivenBack));
        }
        turns
    }

    /// The periods that begin on or before the day asked for. What was paid in advance is not given back after a
    /// termination unless the contract says so.
    fn begun(&self, known: &Known<'_>, recurrence: &Recurrence) -> Result<Vec<Cycle>, ScheduleError> {
        let Some(window) = self.window(known) else {
            return Ok(Vec::new());
        };
        let keeps_paid = recurrence.timing == Timing::Advance && !known.in_force.refund_unused;
        let (window, starts_before) = match known.in_force.terminated {
            None => (window, None),
            Some(terminated) if keeps_paid => (window, Some(terminated)),
            Some(terminated) => {
                let end = window.end().map_or(terminated, |end| end.min(terminated));
                let Ok(window) = Window::try_new(window.start(), Some(end)) else {
                    return Ok(Vec::new());
                };
                (window, None)
            }
        };
        let by_start = Recurrence {
            timing: Timing::Advance,
            ..*recurrence
        };
        let mut begun = cycles(&by_start, window, known.through)?;
        begun.retain(|cycle| starts_before.is_none_or(|terminated| cycle.service.start() < terminated));
        if recurrence.timing == Timing::Arrears {
            begun
                .iter_mut()
                .for_each(|cycle| cycle.invoice_date = cycle.service.end());
        }
        Ok(begun)
    }

    /// The days the charge is charged, under whatever terms; none when it has none.
    fn window(&self, known: &Known<'_>) -> Option<Window> {
        let start = self.charge.starts.unwrap_or(known.in_force.start);
        let end = [self.charge.ends, known.in_force.end].into_iter().flatten().min();
        Window::try_new(start, end).ok()
    }
}

/// The part of a period from a day inside it on.
fn rest(period: Period, from: Date) -> Option<(Date, Period)> {
    let inside = period.start() < from;
    let rest = Period::try_new(from, period.end()).ok()?;
    inside.then_some((from, rest))
}
