//! The head of a plan: names, term, renewal, payment, taxes, discounts over several charges.

use rust_decimal::Decimal;

use super::{Fault, Faults, adjustments, charges};
use crate::plan::{Due, Renewal};

pub(super) fn check(faults: &mut Faults<'_>) {
    let plan = faults.plan;
    faults.filled("account", &plan.account);
    faults.filled("time_zone", &plan.time_zone);
    let name = plan.time_zone.as_str();
    if !name.trim().is_empty() && jiff::tz::TimeZone::get(name).is_err() {
        let name = name.to_owned();
        faults.add("time_zone", Fault::UnknownTimeZone { name });
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
        if let Due::Net { days } = payment.due
            && early.days > days
        {
            let fault = Fault::EarlyAfterDue {
                early: early.days,
                due: days,
            };
            faults.add("payment.early.days", fault);
        }
    }
    if let Some(late) = &payment.late {
        faults.share("payment.late.percent", late.percent);
    }
}

fn taxes(faults: &mut Faults<'_>) {
    let plan = faults.plan;
    faults.ids("taxes", plan.taxes.iter().map(|tax| tax.id.as_str()));
    for (at, tax) in plan.taxes.iter().enumerate() {
        faults.filled(format_args!("taxes.{at}.name"), &tax.name);
        faults.percent(
            format_args!("taxes.{at}.percent"),
            tax.percent,
            Decimal::ZERO,
            Decimal::ONE_HUNDRED,
        );
    }
}
