//! What stands at the head of a plan: currency, term, renewal, payment terms, policy.

use pricing::money::Currency;
use pricing::plan::payment::LateFeePer;
use pricing::plan::{
    Amends, CreditsAs, DayCount, DiscountOrder, Due, EarlyPayment, LateFee, PaymentTerms, PlanDocument,
    Policy, Remainder, Renewal, TaxBase, Term, Weekend,
};

use super::{both_ways, v1};
use crate::value::{Reading, text};

pub(super) fn currency(at: &mut Reading, code: &str) -> Option<Currency> {
    match code.parse() {
        Ok(currency) => Some(currency),
        Err(unknown) => {
            let fault: pricing::money::MoneyError = unknown;
            at.within("currency", |at| {
                at.fault(fault.to_string());
            });
            None
        }
    }
}

pub(super) fn term_message(term: Term) -> v1::Term {
    v1::Term {
        start: term.start.to_string(),
        end: text(term.end.as_ref()),
    }
}

pub(super) fn term(at: &mut Reading, message: &v1::Term) -> Option<Term> {
    let (start, end) = (
        at.date("start", &message.start),
        at.optional_date("end", &message.end),
    );
    Some(Term {
        start: start?,
        end: end?,
    })
}

pub(super) fn renewal_message(renewal: &Renewal) -> v1::Renewal {
    use v1::renewal::Kind;
    let kind = match renewal {
        Renewal::Ends => Kind::Ends(v1::RenewalEnds {}),
        Renewal::NotStated => Kind::NotStated(v1::RenewalNotStated {}),
        Renewal::Automatic {
            months,
            notice_days,
            uplift_percent,
            at_most,
        } => Kind::Automatic(v1::RenewalAutomatic {
            months: *months,
            notice_days: *notice_days,
            uplift_percent: text(uplift_percent.as_ref()),
            at_most: *at_most,
        }),
    };
    v1::Renewal { kind: Some(kind) }
}

pub(super) fn renewal(at: &mut Reading, message: &v1::Renewal) -> Option<Renewal> {
    use v1::renewal::Kind;
    at.required("kind", message.kind.as_ref(), |at, kind| match kind {
        Kind::Ends(_) => Some(Renewal::Ends),
        Kind::NotStated(_) => Some(Renewal::NotStated),
        Kind::Automatic(automatic) => Some(Renewal::Automatic {
            months: automatic.months,
            notice_days: automatic.notice_days,
            uplift_percent: at.optional_decimal("uplift_percent", &automatic.uplift_percent)?,
            at_most: automatic.at_most,
        }),
    })
}

pub(super) fn payment_message(payment: &PaymentTerms) -> v1::PaymentTerms {
    v1::PaymentTerms {
        due: Some(due_message(payment.due)),
        weekend: weekend_out(payment.weekend),
        early: payment.early.map(|early| v1::EarlyPayment {
            percent: early.percent.to_string(),
            days: early.days,
        }),
        late: payment.late.map(|late| v1::LateFee {
            percent: late.percent.to_string(),
            per: late_fee_per_out(late.per),
        }),
    }
}

pub(super) fn payment(at: &mut Reading, message: &v1::PaymentTerms) -> Option<PaymentTerms> {
    let due = at.required("due", message.due.as_ref(), due);
    let weekend = at.chosen("weekend", weekend_in(message.weekend));
    let early = at.optional("early", message.early.as_ref(), |at, early| {
        Some(EarlyPayment {
            percent: at.decimal("percent", &early.percent)?,
            days: early.days,
        })
    });
    let late = at.optional("late", message.late.as_ref(), |at, late| {
        let (percent, per) = (
            at.decimal("percent", &late.percent),
            at.chosen("per", late_fee_per_in(late.per)),
        );
        Some(LateFee {
            percent: percent?,
            per: per?,
        })
    });
    Some(PaymentTerms {
        due: due?,
        weekend: weekend?,
        early: early?,
        late: late?,
    })
}

fn due_message(due: Due) -> v1::Due {
    use v1::due::Rule;
    let rule = match due {
        Due::Net { days } => Rule::NetDays(days),
        Due::NetBusiness { days } => Rule::NetBusinessDays(days),
        Due::EndOfMonth { days } => Rule::EndOfMonthDays(days),
        Due::DayOfMonth { day, months_later } => Rule::DayOfMonth(v1::DueDayOfMonth {
            day: day.into(),
            months_later,
        }),
    };
    v1::Due { rule: Some(rule) }
}

fn due(at: &mut Reading, message: &v1::Due) -> Option<Due> {
    use v1::due::Rule;
    at.required("rule", message.rule.as_ref(), |at, rule| match rule {
        Rule::NetDays(days) => Some(Due::Net { days: *days }),
        Rule::NetBusinessDays(days) => Some(Due::NetBusiness { days: *days }),
        Rule::EndOfMonthDays(days) => Some(Due::EndOfMonth { days: *days }),
        Rule::DayOfMonth(rule) => Some(Due::DayOfMonth {
            day: day_of_month(at, "day", rule.day)?,
            months_later: rule.months_later,
        }),
    })
}

/// A day of the month as the domain holds it.
pub(super) fn day_of_month(at: &mut Reading, field: &str, day: u32) -> Option<u8> {
    match u8::try_from(day) {
        Ok(day @ 1..=31) => Some(day),
        Ok(_) | Err(_) => {
            at.within(field, |at| {
                at.fault(format!("{day} is not a day of a month: 1 to 31"));
            });
            None
        }
    }
}

both_ways!(weekend_out, weekend_in, Weekend, v1::Weekend, { Stay, Next, Previous });
both_ways!(late_fee_per_out, late_fee_per_in, LateFeePer, v1::LateFeePer, { Month, Year });
both_ways!(day_count_out, day_count_in, DayCount, v1::DayCount, { Actual, ThirtyDayMonth, Actual365 });
both_ways!(discount_order_out, discount_order_in, DiscountOrder, v1::DiscountOrder, {
    PercentFirst, FixedFirst, AsListed, PercentAdded
});
both_ways!(tax_base_out, tax_base_in, TaxBase, v1::TaxBase, { RoundedLines, UnroundedLines });
both_ways!(remainder_out, remainder_in, Remainder, v1::Remainder, { LargestFraction, LastPart });
both_ways!(credits_as_out, credits_as_in, CreditsAs, v1::CreditsAs, { CreditNote, NextInvoice });

pub(super) fn policy_message(policy: Policy) -> v1::Policy {
    v1::Policy {
        day_count: day_count_out(policy.day_count),
        discount_order: discount_order_out(policy.discount_order),
        credits_as: credits_as_out(policy.credits_as),
        tax_base: tax_base_out(policy.tax_base),
        remainder: remainder_out(policy.remainder),
    }
}

pub(super) fn policy(at: &mut Reading, message: &v1::Policy) -> Option<Policy> {
    let day_count = at.chosen("day_count", day_count_in(message.day_count));
    let discount_order = at.chosen("discount_order", discount_order_in(message.discount_order));
    let credits_as = at.chosen("credits_as", credits_as_in(message.credits_as));
    let tax_base = at.chosen("tax_base", tax_base_in(message.tax_base));
    let remainder = at.chosen("remainder", remainder_in(message.remainder));
    Some(Policy {
        day_count: day_count?,
        discount_order: discount_order?,
        credits_as: credits_as?,
        tax_base: tax_base?,
        remainder: remainder?,
    })
}

pub(super) fn amends_message(amends: &Amends) -> v1::Amends {
    v1::Amends {
        plan: amends.plan.clone(),
        effective: amends.effective.to_string(),
    }
}

pub(super) fn amends(at: &mut Reading, message: &v1::Amends) -> Option<Amends> {
    Some(Amends {
        plan: message.plan.clone(),
        effective: at.date("effective", &message.effective)?,
    })
}

pub(super) fn document_message(document: &PlanDocument) -> v1::PlanDocument {
    v1::PlanDocument {
        sha256: document.sha256.clone(),
        name: document.name.clone(),
    }
}

pub(super) fn document(message: &v1::PlanDocument) -> PlanDocument {
    PlanDocument {
        sha256: message.sha256.clone(),
        name: message.name.clone(),
    }
}
