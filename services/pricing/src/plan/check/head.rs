//! The head of a plan: names, term, renewal, payment, taxes, discounts over several charges.

use rust_decimal::Decimal;

use super::{Fault, Faults, adjustments, charges};
use crate::plan::{Due, Renewal};

pub(super) fn check(faults: &mut Faults<'_>) {
    let plan = faults.plan;
    for (field, text) in [("account", &plan.account), ("time_zone", &plan.time_zone)] {
        if text.trim().is_empty() {
            faults.add(field, Fault::Blank);
        }
    }
    faults.span("term.end", plan.term.start, plan.term.end);
    renewal(faults);
    payment(faults);
    taxes(faults);
    for (at, discount) in plan.discounts.iter().enumerate() {
        let field = format!("discounts.{at}");
        adjustments::discount(faults, &field, discount);
        faults.known_charges(&format!("{field}.charges"), &discount.charges);
    }
}

fn renewal(faults: &mut Faults<'_>) {
    let Renewal::Automatic {
        months,
        uplift_percent,
        ..
    } = faults.plan.renewal
    else {
        return;
    };
    if months == 0 {
        faults.add("renewal.months", Fault::ZeroCadence { unit: "months" });
    }
    if faults.plan.term.end.is_none() {
        faults.add("renewal", Fault::TermEndMissing);
    }
    if let Some(percent) = uplift_percent {
        adjustments::growth(faults, "renewal.uplift_percent", percent);
    }
}

fn payment(faults: &mut Faults<'_>) {
    let payment = &faults.plan.payment;
    if let Due::DayOfMonth { day, .. } = payment.due {
        charges::day_of_month(faults, "payment.due.day", day);
    }
    if let Some(early) = &payment.early {
        faults.share("payment.early.percent", early.percent);
    }
    if let Some(late) = &payment.late {
        faults.share("payment.late.percent", late.percent);
    }
}

fn taxes(faults: &mut Faults<'_>) {
    let plan = faults.plan;
    faults.ids("taxes", plan.taxes.iter().map(|tax| tax.id.as_str()));
    for (at, tax) in plan.taxes.iter().enumerate() {
        faults.percent(
            format_args!("taxes.{at}.percent"),
            tax.percent,
            Decimal::ZERO,
            Decimal::ONE_HUNDRED,
        );
    }
}
