//! Amendments: what changes in the middle of a period, and what stays as it was billed.

use pricing::price::Price;

use super::*;
use crate::difference::difference;

fn amended(base: &Plan, effective: Date, change: impl FnOnce(&mut Plan)) -> Plan {
    let mut next = base.clone();
    next.amends = Some(Amends {
        plan: base.content_hash(),
        effective,
    });
    change(&mut next);
    next
}

fn over(versions: &[&Plan], facts: &Facts, through: Date) -> Vec<String> {
    let lines = expected_over(versions, facts, through).unwrap();
    for line in &lines {
        assert_eq!(line.working.recompute(), Ok(line.amount), "{}", line.working);
    }
    let shown = |line: &ExpectedLine| {
        format!(
            "{} {}/{} {}",
            line.invoice_date, line.charge, line.component, line.amount.amount
        )
    };
    lines.iter().map(shown).collect()
}

fn to(amount: &str) -> Price {
    Price::Flat { amount: dec(amount) }
}

#[test]
fn a_price_that_changes_inside_a_period_gives_back_the_old_rest_and_bills_the_new() {
    let old = plan(
        date(2025, 1, 1),
        None,
        vec![
            flat("ahead", "50", months(1, Timing::Advance)),
            flat("after", "30", months(1, Timing::Arrears)),
        ],
    );
    let new = amended(&old, date(2025, 2, 15), |plan| {
        plan.charges[0].price = to("80");
        plan.charges[1].price = to("50");
    });
    assert_eq!(
        over(&[&old, &new], &NONE, date(2025, 3, 1)),
        [
            "2025-01-01 ahead/base 50.00",
            "2025-02-01 ahead/base 50.00",
            "2025-02-01 after/base 30.00",
            "2025-02-15 ahead/amended-credit:2025-02-15 -25.00",
            "2025-02-15 ahead/amended:2025-02-15 40.00",
            "2025-03-01 ahead/base 80.00",
            "2025-03-01 after/base 15.00",
            "2025-03-01 after/base 25.00",
        ]
    );
}

#[test]
fn an_amendment_learned_later_leaves_what_was_billed_and_adds_its_own_lines() {
    let old = plan(
        date(2025, 1, 1),
        None,
        vec![flat("tool", "300", months(3, Timing::Advance))],
    );
    let first = difference(&expected(&old, &NONE, date(2025, 1, 1)).unwrap(), &[]).unwrap();
    let new = amended(&old, date(2025, 1, 31), |plan| plan.charges[0].price = to("600"));
    let now = expected_over(&[&old, &new], &NONE, date(2025, 2, 5)).unwrap();
    let due = difference(&now, &billed(&first, "1")).unwrap();
    let amounts: Vec<_> = due.iter().map(|due| due.line.amount.amount.to_string()).collect();
    assert_eq!(amounts, ["-200.00", "400.00"]);
    assert!(due.iter().all(|due| !due.reason.is_adjustment()));
}

#[test]
fn more_seats_by_amendment_are_billed_for_the_rest_of_the_period() {
    let old = plan(
        date(2025, 4, 1),
        None,
        vec![seats("seats", 10, "50", Timing::Advance)],
    );
    let more = Quantity::Seats {
        initial: dec("30"),
        floor: None,
        ratchet: false,
        true_up: None,
    };
    let new = amended(&old, date(2025, 4, 16), |plan| {
        plan.charges[0].quantity = more.clone();
    });
    let lines = over(&[&old, &new], &NONE, date(2025, 5, 1));
    assert_eq!(
        lines,
        [
            "2025-04-01 seats/base 500.00",
            "2025-04-16 seats/seats:2025-04-16 500.00",
            "2025-05-01 seats/base 1500.00",
        ]
    );
}

#[test]
fn seats_that_were_paid_are_given_back_at_their_highest_number() {
    let old = plan(
        date(2025, 4, 1),
        None,
        vec![seats("seats", 10, "30", Timing::Advance)],
    );
    let new = amended(&old, date(2025, 4, 21), |plan| {
        plan.charges[0].price = per_unit("60");
    });
    let changes = vec![
        seats_from("a", "seats", date(2025, 4, 11), 20),
        seats_from("b", "seats", date(2025, 4, 16), 15),
        seats_from("c", "seats", date(2025, 4, 26), 16),
    ];
    let facts = Facts {
        seats: changes,
        ..NONE
    };
    // Paid: 10, and 10 more for 20 days. Given back: 20 for 10 days at 30. New: 15 for 10 days at 60, 1 for 5.
    assert_eq!(
        over(&[&old, &new], &facts, date(2025, 4, 30)),
        [
            "2025-04-01 seats/base 300.00",
            "2025-04-11 seats/seats:2025-04-11 200.00",
            "2025-04-21 seats/amended-credit:2025-04-21 -200.00",
            "2025-04-21 seats/amended:2025-04-21 300.00",
            "2025-04-26 seats/seats:2025-04-26 10.00",
        ]
    );
}

#[test]
fn a_charge_that_comes_shares_the_periods_and_one_that_goes_is_given_back() {
    let old = plan(
        date(2025, 1, 1),
        None,
        vec![flat("old", "280", months(1, Timing::Advance))],
    );
    let new = amended(&old, date(2025, 2, 15), |plan| {
        plan.charges = vec![
            flat("new", "56", months(1, Timing::Advance)),
            flat("setup", "99", Schedule::Once { at: OnceAt::Start }),
        ];
    });
    assert_eq!(
        over(&[&old, &new], &NONE, date(2025, 3, 1)),
        [
            "2025-01-01 old/base 280.00",
            "2025-02-01 old/base 280.00",
            "2025-02-15 new/base 28.00",
            "2025-02-15 setup/base 99.00",
            "2025-02-15 old/amended-credit:2025-02-15 -140.00",
            "2025-03-01 new/base 56.00",
        ]
    );
}

#[test]
fn units_over_the_term_go_on_through_an_amendment() {
    let mut old = plan(
        date(2025, 1, 1),
        None,
        vec![usage("units", "units", graduated(TierCount::OverTerm))],
    );
    old.meters = vec![sum_meter("units")];
    let new = amended(&old, date(2025, 2, 1), |plan| {
        let Price::Graduated { tiers } = &mut plan.charges[0].price else {
            panic!()
        };
        tiers.rows[2].unit_price = Some(dec("0.04"));
    });
    let facts = Facts {
        events: vec![
            used("a", "units", date(2025, 1, 9), "6000"),
            used("b", "units", date(2025, 2, 9), "6000"),
        ],
        ..NONE
    };
    assert_eq!(
        over(&[&old, &new], &facts, date(2025, 3, 1)),
        ["2025-02-01 units/usage 500.00", "2025-03-01 units/usage 400.00"]
    );
}

#[test]
fn an_amendment_that_changes_only_its_words_changes_no_amount() {
    let old = plan(
        date(2025, 1, 1),
        None,
        vec![flat("tool", "300", months(3, Timing::Advance))],
    );
    let new = amended(&old, date(2025, 2, 10), |plan| {
        let source = pricing::source::Source::Derived {
            how: "restated".to_owned(),
        };
        plan.charges[0].name = "Tool".to_owned();
        plan.charges[0].sources = vec![pricing::source::FieldSource {
            field: String::new(),
            source,
        }];
    });
    assert_eq!(
        over(&[&old, &new], &NONE, date(2025, 4, 1)),
        ["2025-01-01 tool/base 300.00", "2025-04-01 tool/base 300.00"]
    );
}

#[test]
fn the_latest_agreement_wins_where_two_overlap() {
    let old = plan(
        date(2025, 1, 1),
        None,
        vec![flat("tool", "100", months(1, Timing::Arrears))],
    );
    let later = amended(&old, date(2025, 3, 1), |plan| plan.charges[0].price = to("200"));
    let earlier = amended(&later, date(2025, 2, 1), |plan| plan.charges[0].price = to("300"));
    assert_eq!(
        over(&[&old, &later, &earlier], &NONE, date(2025, 4, 1)),
        [
            "2025-02-01 tool/base 100.00",
            "2025-03-01 tool/base 300.00",
            "2025-04-01 tool/base 300.00"
        ]
    );
    let fault = expected_over(&[&old, &old], &NONE, date(2025, 4, 1));
    assert_eq!(
        fault,
        Err(BillingError::NotAnAmendment {
            title: "Agreement".to_owned()
        })
    );
    assert_eq!(
        expected_over(&[], &NONE, date(2025, 4, 1)),
        Err(BillingError::NoPlan)
    );
}

#[test]
fn an_extension_moves_the_end_and_a_cancellation_brings_it_forward() {
    let old = plan(
        date(2025, 1, 1),
        Some(date(2025, 3, 1)),
        vec![flat("tool", "100", months(1, Timing::Advance))],
    );
    let longer = amended(&old, date(2025, 2, 20), |plan| {
        plan.term.end = Some(date(2025, 4, 1));
    });
    assert_eq!(over(&[&old, &longer], &NONE, date(2025, 12, 31)).len(), 3);
    let shorter = amended(&old, date(2025, 1, 20), |plan| {
        plan.term.end = Some(date(2025, 2, 1));
    });
    assert_eq!(over(&[&old, &shorter], &NONE, date(2025, 12, 31)).len(), 1);
}
