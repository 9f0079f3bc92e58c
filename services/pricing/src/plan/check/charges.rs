//! Charges: when, how much, and that everything they name is there.

use std::fmt;

use super::{Fault, Faults, Referent, adjustments, prices};
use crate::plan::{
    AmountBase, Anchor, Cadence, CadenceUnit, Charge, Instalment, OnceAt, Plan, Quantity, Renewal, Schedule,
};

pub(super) fn check(faults: &mut Faults<'_>) {
    let plan = faults.plan;
    if plan.charges.is_empty() {
        faults.add("charges", Fault::NoCharges);
    }
    faults.ids("charges", plan.charges.iter().map(|charge| charge.id.as_str()));
    for (at, charge) in plan.charges.iter().enumerate() {
        faults.in_charge(charge, |faults| one(faults, &format!("charges.{at}"), charge));
    }
}

fn one(faults: &mut Faults<'_>, field: &str, charge: &Charge) {
    faults.filled(format_args!("{field}.name"), &charge.name);
    let start = charge.starts.unwrap_or(faults.plan.term.start);
    faults.span(format_args!("{field}.ends"), start, charge.ends);
    let renews = matches!(faults.plan.renewal, Renewal::Automatic { .. });
    if let (Some(start), Some(end)) = (charge.starts, faults.plan.term.end)
        && start >= end
        && !renews
    {
        faults.add(format_args!("{field}.starts"), Fault::NeverCharged { start, end });
    }
    schedule(faults, &format!("{field}.schedule"), &charge.schedule);
    quantity(faults, &format!("{field}.quantity"), charge);
    // The price of instalments is not asked.
    if !matches!(charge.schedule, Schedule::Instalments { .. }) {
        prices::check(faults, &format!("{field}.price"), charge, &charge.price);
    }
    adjustments::check(faults, field, charge);
    if let Some(tax) = &charge.tax {
        faults.known(format_args!("{field}.tax"), Referent::Tax, tax);
    }
}

fn schedule(faults: &mut Faults<'_>, field: &str, schedule: &Schedule) {
    match schedule {
        Schedule::Once { at: OnceAt::Signing } if faults.plan.signed.is_none() => {
            faults.add(format_args!("{field}.at"), Fault::SigningDateMissing);
        }
        Schedule::Once { .. } => {}
        Schedule::OnMilestone { milestone } => {
            faults.known(format_args!("{field}.milestone"), Referent::Milestone, milestone);
        }
        Schedule::Recurring { every, anchor, .. } => {
            cadence(faults, format_args!("{field}.every"), *every);
            self::anchor(faults, &format!("{field}.anchor"), *anchor, every.unit);
        }
        Schedule::Instalments { payments } => instalments(faults, field, payments),
    }
}

fn anchor(faults: &mut Faults<'_>, field: &str, anchor: Anchor, unit: CadenceUnit) {
    match anchor {
        Anchor::DayOfMonth { day } => day_of_month(faults, format_args!("{field}.day"), day),
        Anchor::DaysOfMonth { first, second } => {
            if unit != CadenceUnit::HalfMonth {
                faults.add(field, Fault::DaysWithoutHalfMonths { first, second });
            }
            day_of_month(faults, format_args!("{field}.second"), second);
            // Two days after the 27th are one and the same in February.
            if !(1..=27).contains(&first) || second <= first {
                faults.add(
                    format_args!("{field}.first"),
                    Fault::DaysOfMonthTogether { first, second },
                );
            }
        }
        Anchor::Start | Anchor::Calendar | Anchor::On { .. } => {}
    }
}

fn instalments(faults: &mut Faults<'_>, field: &str, payments: &[Instalment]) {
    if payments.is_empty() {
        faults.add(
            format_args!("{field}.payments"),
            Fault::TooFew { found: 0, needed: 1 },
        );
    }
    for (at, payment) in payments.iter().enumerate() {
        faults.money(format_args!("{field}.payments.{at}.amount"), payment.amount);
    }
    for (at, pair) in (1_usize..).zip(payments.windows(2)) {
        if let [previous, next] = pair
            && next.date < previous.date
        {
            let fault = Fault::DatesOutOfOrder {
                previous: previous.date,
                date: next.date,
            };
            faults.add(format_args!("{field}.payments.{at}.date"), fault);
        }
    }
}

pub(super) fn cadence(faults: &mut Faults<'_>, field: impl fmt::Display, cadence: Cadence) {
    if cadence.count > 0 {
        return;
    }
    let unit = match cadence.unit {
        CadenceUnit::Day => "days",
        CadenceUnit::Week => "weeks",
        CadenceUnit::HalfMonth => "half months",
        CadenceUnit::Month => "months",
        CadenceUnit::Year => "years",
    };
    faults.add(field, Fault::ZeroCadence { unit });
}

pub(super) fn day_of_month(faults: &mut Faults<'_>, field: impl fmt::Display, day: u8) {
    if !(1..=31).contains(&day) {
        faults.add(field, Fault::NoSuchDay { day });
    }
}

fn quantity(faults: &mut Faults<'_>, field: &str, charge: &Charge) {
    match &charge.quantity {
        Quantity::Fixed { units } => faults.not_negative(format_args!("{field}.units"), *units),
        Quantity::Seats { initial, floor, .. } => {
            faults.not_negative(format_args!("{field}.initial"), *initial);
            if let Some(floor) = floor {
                faults.not_negative(format_args!("{field}.floor"), *floor);
            }
        }
        Quantity::Metered { meter } => faults.known(format_args!("{field}.meter"), Referent::Meter, meter),
        Quantity::Amount { of } => amount(faults, &format!("{field}.of"), charge, of),
    }
}

fn amount(faults: &mut Faults<'_>, field: &str, charge: &Charge, of: &AmountBase) {
    match of {
        AmountBase::Meter { meter } => faults.known(format_args!("{field}.meter"), Referent::Meter, meter),
        AmountBase::Fixed { amount } => faults.not_negative(format_args!("{field}.amount"), *amount),
        AmountBase::Charges { charges } => {
            if charges.is_empty() {
                faults.add(
                    format_args!("{field}.charges"),
                    Fault::TooFew { found: 0, needed: 1 },
                );
            }
            faults.known_charges(&format!("{field}.charges"), charges);
            if leads_back(faults.plan, &charge.id) {
                faults.add(format_args!("{field}.charges"), Fault::PercentageOfItself);
            }
        }
    }
}

/// Does following percentages of charges from this one come back to it?
fn leads_back(plan: &Plan, id: &str) -> bool {
    let mut ahead = bases(plan, id);
    let mut seen: Vec<&str> = Vec::new();
    while let Some(next) = ahead.pop() {
        if next == id {
            return true;
        }
        if !seen.contains(&next) {
            seen.push(next);
            ahead.extend(bases(plan, next));
        }
    }
    false
}

fn bases<'p>(plan: &'p Plan, id: &str) -> Vec<&'p str> {
    match plan.charge(id).map(|charge| &charge.quantity) {
        Some(Quantity::Amount {
            of: AmountBase::Charges { charges },
        }) => charges.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}
