//! Billing again and again, whatever became known in between.

use jiff::civil::date;
use pricing::plan::*;
use rust_decimal::Decimal;

use super::*;
use crate::expected::expected;
use crate::facts::*;
use crate::sample::*;

fn metered() -> Plan {
    let calls = usage("calls", "calls", graduated(pricing::price::TierCount::PerPeriod));
    let mut plan = plan(
        date(2025, 1, 1),
        None,
        vec![flat("tool", "500", months(1, Timing::Advance)), calls],
    );
    plan.meters = vec![sum_meter("calls")];
    plan
}

fn shown(due: &[DueLine]) -> Vec<String> {
    let line = |due: &DueLine| {
        let kind = match due.reason {
            DueReason::First => "first",
            DueReason::Restated { .. } => "restated",
            DueReason::Withdrawn { .. } => "withdrawn",
            DueReason::Voided { .. } => "voided",
        };
        format!(
            "{kind} {}/{} {}",
            due.line.charge, due.line.component, due.line.amount.amount
        )
    };
    due.iter().map(line).collect()
}

#[test]
fn what_is_billed_is_not_billed_again() {
    let facts = Facts {
        events: vec![used("a", "calls", date(2025, 1, 5), "1200")],
        ..NONE
    };
    let lines = expected(&metered(), &facts, date(2025, 2, 1)).unwrap();
    let due = difference(&lines, &[]).unwrap();
    assert_eq!(
        shown(&due),
        [
            "first tool/base 500.00",
            "first tool/base 500.00",
            "first calls/usage 116.00"
        ]
    );
    assert_eq!(difference(&lines, &billed(&due, "1")).unwrap(), []);
}

#[test]
fn late_usage_restates_its_own_period_by_its_tiers() {
    let mut facts = Facts {
        events: vec![used("a", "calls", date(2025, 1, 5), "900")],
        ..NONE
    };
    let first = difference(&expected(&metered(), &facts, date(2025, 2, 1)).unwrap(), &[]).unwrap();
    facts.events.push(used("late", "calls", date(2025, 1, 31), "300"));
    let due = difference(
        &expected(&metered(), &facts, date(2025, 2, 10)).unwrap(),
        &billed(&first, "7"),
    )
    .unwrap();
    assert_eq!(shown(&due), ["restated calls/usage 26.00"]);
    assert_eq!(due[0].line.service.unwrap().start(), date(2025, 1, 1));
    let DueReason::Restated {
        billed: before,
        expected,
        invoices,
    } = &due[0].reason
    else {
        panic!()
    };
    assert_eq!((before.amount, expected.amount), (dec("90.00"), dec("116.00")));
    assert_eq!(invoices, &["7"]);
}

#[test]
fn corrected_usage_gives_back_and_withdrawn_seats_are_taken_back() {
    let seats = plan(
        date(2025, 4, 1),
        None,
        vec![seats("seats", 10, "50", Timing::Advance)],
    );
    let facts = Facts {
        seats: vec![seats_from("a", "seats", date(2025, 4, 16), 30)],
        ..NONE
    };
    let first = difference(&expected(&seats, &facts, date(2025, 4, 20)).unwrap(), &[]).unwrap();
    let due = difference(
        &expected(&seats, &NONE, date(2025, 4, 21)).unwrap(),
        &billed(&first, "1"),
    )
    .unwrap();
    assert_eq!(shown(&due), ["withdrawn seats/seats:2025-04-16 -500.00"]);
    let all = [billed(&first, "1"), billed(&due, "2")].concat();
    assert_eq!(
        difference(&expected(&seats, &NONE, date(2025, 4, 21)).unwrap(), &all).unwrap(),
        []
    );
}

#[test]
fn a_period_that_was_cut_is_restated_where_it_was_billed() {
    let arrears = plan(
        date(2025, 4, 1),
        None,
        vec![flat("tool", "300", months(1, Timing::Advance))],
    );
    let first = difference(&expected(&arrears, &NONE, date(2025, 4, 1)).unwrap(), &[]).unwrap();
    let event = EndingEvent::Terminated {
        last_day: date(2025, 4, 10),
        refund_unused: true,
    };
    let ended = Facts {
        endings: vec![Ending {
            id: "end".to_owned(),
            event,
        }],
        ..NONE
    };
    let lines = expected(&arrears, &ended, date(2025, 5, 1)).unwrap();
    let due = difference(&lines, &billed(&first, "1")).unwrap();
    assert_eq!(shown(&due), ["restated tool/base -200.00"]);
    assert_eq!(due[0].line.service, first[0].line.service);
    let all = [billed(&first, "1"), billed(&due, "2")].concat();
    assert_eq!(difference(&lines, &all).unwrap(), []);
}

#[test]
fn zeros_accompany_an_invoice_and_never_make_one() {
    let free = plan(
        date(2025, 1, 1),
        None,
        vec![flat("free", "0", months(1, Timing::Advance))],
    );
    assert_eq!(
        difference(&expected(&free, &NONE, date(2025, 1, 1)).unwrap(), &[]).unwrap(),
        []
    );
    let lines = expected(&metered(), &NONE, date(2025, 2, 1)).unwrap();
    let due = difference(&lines, &[]).unwrap();
    assert_eq!(shown(&due)[2], "first calls/usage 0.00");
    assert_eq!(due[2].line.amount.amount, Decimal::ZERO);
}

#[test]
fn a_billed_period_that_was_cut_since_is_corrected_in_one_line() {
    let old = plan(
        date(2025, 1, 1),
        None,
        vec![flat("tool", "310", months(1, Timing::Arrears))],
    );
    let first = difference(&expected(&old, &NONE, date(2025, 2, 1)).unwrap(), &[]).unwrap();
    let mut new = old.clone();
    new.amends = Some(Amends {
        plan: old.content_hash(),
        effective: date(2025, 1, 11),
    });
    new.charges[0].price = pricing::price::Price::Flat { amount: dec("620") };
    let now = crate::expected::expected_over(&[&old, &new], &NONE, date(2025, 2, 1)).unwrap();
    let due = difference(&now, &billed(&first, "1")).unwrap();
    assert_eq!(shown(&due), ["restated tool/base 210.00"]);
    assert_eq!(due[0].line.service, first[0].line.service);
    assert_eq!(due[0].line.working.recompute().unwrap().amount, dec("520.00"));
    let all = [billed(&first, "1"), billed(&due, "2")].concat();
    assert_eq!(difference(&now, &all).unwrap(), []);
}

#[test]
fn another_tax_takes_the_line_back_and_bills_it_anew() {
    let mut old = plan(
        date(2025, 1, 1),
        None,
        vec![flat("tool", "100", months(1, Timing::Advance))],
    );
    let first = difference(&expected(&old, &NONE, date(2025, 1, 1)).unwrap(), &[]).unwrap();
    old.charges[0].tax = Some("vat".to_owned());
    let now = expected(&old, &NONE, date(2025, 1, 1)).unwrap();
    let due = difference(&now, &billed(&first, "1")).unwrap();
    assert_eq!(
        shown(&due),
        ["withdrawn tool/base -100.00", "restated tool/base 100.00"]
    );
    assert_eq!(
        (due[0].line.tax.as_deref(), due[1].line.tax.as_deref()),
        (None, Some("vat"))
    );
    let all = [billed(&first, "1"), billed(&due, "2")].concat();
    assert_eq!(difference(&now, &all).unwrap(), []);
}
