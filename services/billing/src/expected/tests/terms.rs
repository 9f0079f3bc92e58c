//! What happens at the edges: renewal, termination, price changes, shares, discounts.

use pricing::price::Price;

use super::*;

fn ended(event: EndingEvent) -> Facts {
    Facts {
        endings: vec![Ending {
            id: "ending".to_owned(),
            event,
        }],
        ..NONE
    }
}

fn renewing(months_long: u32) -> Plan {
    let tool = flat("tool", "100", months(3, Timing::Advance));
    let mut plan = plan(date(2025, 1, 1), Some(date(2025, 7, 1)), vec![tool]);
    plan.renewal = Renewal::Automatic {
        months: months_long,
        notice_days: Some(30),
        uplift_percent: Some(dec("10")),
        at_most: Some(2),
    };
    plan
}

#[test]
fn a_renewal_goes_on_with_its_uplift_until_notice_or_its_last_time() {
    let all = lines(&renewing(6), &NONE, date(2030, 1, 1));
    assert_eq!(
        all,
        [
            "2025-01-01 tool/base 100.00",
            "2025-04-01 tool/base 100.00",
            "2025-07-01 tool/base 110.00",
            "2025-10-01 tool/base 110.00",
            "2026-01-01 tool/base 121.00",
            "2026-04-01 tool/base 121.00"
        ]
    );
    let in_time = ended(EndingEvent::NotRenewed {
        notice: date(2025, 6, 1),
    });
    assert_eq!(lines(&renewing(6), &in_time, date(2030, 1, 1)).len(), 2);
    let too_late = ended(EndingEvent::NotRenewed {
        notice: date(2025, 6, 2),
    });
    assert_eq!(lines(&renewing(6), &too_late, date(2030, 1, 1)).len(), 4);
    assert_eq!(lines(&renewing(6), &NONE, date(2025, 6, 30)).len(), 2);
}

#[test]
fn a_termination_keeps_what_was_paid_unless_the_contract_gives_it_back() {
    let both = plan(
        date(2025, 4, 1),
        None,
        vec![
            flat("ahead", "300", months(1, Timing::Advance)),
            flat("after", "300", months(1, Timing::Arrears)),
        ],
    );
    let at = |refund_unused| {
        ended(EndingEvent::Terminated {
            last_day: date(2025, 4, 10),
            refund_unused,
        })
    };
    assert_eq!(
        lines(&both, &at(false), date(2025, 12, 31)),
        ["2025-04-01 ahead/base 300.00", "2025-04-11 after/base 100.00"]
    );
    assert_eq!(
        lines(&both, &at(true), date(2025, 12, 31)),
        ["2025-04-01 ahead/base 100.00", "2025-04-11 after/base 100.00"]
    );
}

#[test]
fn a_price_that_changes_inside_a_period_cuts_it() {
    let mut tool = flat("tool", "300", months(1, Timing::Advance));
    tool.ramp = vec![
        RampSegment {
            from: date(2025, 4, 1),
            price: Price::Flat { amount: dec("0") },
            sources: Vec::new(),
        },
        RampSegment {
            from: date(2025, 4, 21),
            price: Price::Flat { amount: dec("600") },
            sources: Vec::new(),
        },
    ];
    let ramped = plan(date(2025, 4, 1), Some(date(2025, 6, 1)), vec![tool]);
    assert_eq!(
        lines(&ramped, &NONE, date(2025, 5, 1)),
        [
            "2025-04-01 tool/base 0.00",
            "2025-04-01 tool/base 200.00",
            "2025-05-01 tool/base 600.00"
        ]
    );
}

#[test]
fn usage_on_both_sides_of_a_price_change_is_priced_on_its_own_day() {
    let mut calls = usage("calls", "calls", per_unit("1"));
    calls.ramp = vec![RampSegment {
        from: date(2025, 4, 21),
        price: per_unit("2"),
        sources: Vec::new(),
    }];
    let mut ramped = plan(date(2025, 4, 1), None, vec![calls]);
    ramped.meters = vec![sum_meter("calls")];
    let events = vec![
        used("a", "calls", date(2025, 4, 20), "10"),
        used("b", "calls", date(2025, 4, 21), "10"),
    ];
    let facts = Facts { events, ..NONE };
    assert_eq!(
        lines(&ramped, &facts, date(2025, 5, 1)),
        ["2025-05-01 calls/usage 10.00", "2025-05-01 calls/usage 20.00"]
    );
}

#[test]
fn an_increase_follows_its_index() {
    let mut tool = flat("tool", "1000", months(12, Timing::Advance));
    tool.escalators = vec![Escalator {
        first: date(2026, 1, 1),
        every: Some(Cadence {
            count: 1,
            unit: CadenceUnit::Year,
        }),
        by: Escalation::Index {
            series: "cpi".to_owned(),
            lag_months: 3,
            floor: None,
            cap: Some(dec("5")),
            plus: None,
        },
        compounding: true,
    }];
    let indexed = plan(date(2025, 1, 1), None, vec![tool]);
    let value = |id: &str, month: Date, value: &str| IndexValue {
        id: id.to_owned(),
        series: "cpi".to_owned(),
        month,
        value: dec(value),
    };
    let indices = vec![
        value("b", date(2025, 10, 1), "103.5"),
        value("a", date(2024, 10, 1), "100"),
    ];
    let facts = Facts { indices, ..NONE };
    assert_eq!(
        lines(&indexed, &facts, date(2026, 1, 1)),
        ["2025-01-01 tool/base 1000.00", "2026-01-01 tool/base 1035.00"]
    );
    assert!(matches!(
        expected(&indexed, &NONE, date(2026, 1, 1)),
        Err(BillingError::Rate(_))
    ));
}

#[test]
fn a_share_is_of_what_the_others_came_to() {
    let share = |id: &str, of: &[&str], percent: &str| {
        let charges = of.iter().map(|id| (*id).to_owned()).collect();
        let rate = pricing::price::PercentageRate {
            percent: dec(percent),
            fixed_fee: None,
            per_transaction_min: None,
            per_transaction_max: None,
            free_events: None,
            free_amount: None,
            free_ends: pricing::price::FreeEnds::default(),
        };
        let quantity = Quantity::Amount {
            of: AmountBase::Charges { charges },
        };
        charge(
            id,
            months(1, Timing::Arrears),
            quantity,
            Price::Percentage { rate },
        )
    };
    let base = flat("base", "1000", months(1, Timing::Arrears));
    let support = share("support", &["base", "care"], "10");
    let care = share("care", &["base"], "20");
    let plan = plan(date(2025, 1, 1), None, vec![support, base.clone(), care]);
    assert_eq!(
        lines(&plan, &NONE, date(2025, 2, 1)),
        [
            "2025-02-01 support/base 120.00",
            "2025-02-01 base/base 1000.00",
            "2025-02-01 care/base 200.00"
        ]
    );
    let circle = super::plan(
        date(2025, 1, 1),
        None,
        vec![share("a", &["b"], "10"), share("b", &["a"], "10"), base],
    );
    assert!(matches!(
        expected(&circle, &NONE, date(2025, 2, 1)),
        Err(BillingError::CircularShare { .. })
    ));
}

#[test]
fn a_discount_over_several_charges_is_divided_to_the_cent() {
    let mut discounted = plan(
        date(2025, 1, 1),
        None,
        vec![
            flat("a", "100", months(1, Timing::Advance)),
            flat("b", "100", months(1, Timing::Advance)),
            flat("c", "100", months(1, Timing::Advance)),
        ],
    );
    let discount = |name: &str, value| Discount {
        name: name.to_owned(),
        value,
        from: None,
        until: Some(date(2025, 2, 1)),
        charges: Vec::new(),
        sources: Vec::new(),
    };
    discounted.discounts = vec![
        discount("partner", DiscountValue::Percent { percent: dec("50") }),
        discount("welcome", DiscountValue::Amount { amount: dec("10") }),
    ];
    assert_eq!(
        lines(&discounted, &NONE, date(2025, 2, 1)),
        [
            "2025-01-01 a/base 46.66",
            "2025-01-01 b/base 46.67",
            "2025-01-01 c/base 46.67",
            "2025-02-01 a/base 100.00",
            "2025-02-01 b/base 100.00",
            "2025-02-01 c/base 100.00"
        ]
    );
}

#[test]
fn observed_seats_are_trued_up_after_the_period() {
    let trued_up = |timing, observed| {
        let quantity = Quantity::Seats {
            initial: dec("10"),
            floor: None,
            ratchet: false,
            true_up: Some(observed),
        };
        plan(
            date(2025, 6, 1),
            None,
            vec![charge("seats", months(1, timing), quantity, per_unit("50"))],
        )
    };
    let changes = vec![
        seats_from("a", "seats", date(2025, 6, 11), 40),
        seats_from("b", "seats", date(2025, 6, 16), 16),
    ];
    let facts = Facts {
        seats: changes,
        ..NONE
    };
    assert_eq!(
        lines(
            &trued_up(Timing::Advance, SeatTrueUp::Peak),
            &facts,
            date(2025, 7, 1)
        ),
        [
            "2025-06-01 seats/base 500.00",
            "2025-07-01 seats/seat-true-up 1500.00",
            "2025-07-01 seats/base 800.00"
        ]
    );
    assert_eq!(
        lines(
            &trued_up(Timing::Arrears, SeatTrueUp::Average),
            &facts,
            date(2025, 7, 1)
        ),
        ["2025-07-01 seats/base 900.00"]
    );
}

#[test]
fn instalments_fall_due_on_their_dates() {
    let payments = vec![
        Instalment {
            date: date(2025, 3, 1),
            amount: dec("100"),
        },
        Instalment {
            date: date(2025, 1, 15),
            amount: dec("50.5"),
        },
    ];
    let fee = flat("fee", "0", Schedule::Instalments { payments });
    let plan = plan(date(2025, 1, 1), None, vec![fee]);
    assert_eq!(
        lines(&plan, &NONE, date(2025, 12, 31)),
        [
            "2025-01-15 fee/instalment:2025-01-15 50.50",
            "2025-03-01 fee/instalment:2025-03-01 100.00"
        ]
    );
}

#[test]
fn usage_cannot_be_billed_before_it_happens() {
    let mut ahead = usage("calls", "calls", per_unit("1"));
    ahead.schedule = months(1, Timing::Advance);
    let mut plan = plan(date(2025, 1, 1), None, vec![ahead]);
    let unknown = BillingError::UnknownMeter {
        charge: "calls".to_owned(),
        meter: "calls".to_owned(),
    };
    assert_eq!(expected(&plan, &NONE, date(2025, 2, 1)), Err(unknown));
    plan.meters = vec![sum_meter("calls")];
    let ahead = BillingError::UsageInAdvance {
        charge: "calls".to_owned(),
    };
    assert_eq!(expected(&plan, &NONE, date(2025, 2, 1)), Err(ahead));
}

#[test]
fn the_usage_log_is_asked_for_every_period_once() {
    let mut both = plan(
        date(2025, 1, 1),
        Some(date(2026, 1, 1)),
        vec![
            usage("calls", "calls", per_unit("1")),
            usage("again", "calls", per_unit("2")),
        ],
    );
    both.meters = vec![sum_meter("calls")];
    let asked = windows(&both, &NONE, date(2025, 3, 15)).unwrap();
    let shown: Vec<_> = asked
        .iter()
        .map(|window| (window.period.start(), window.period.end(), window.by_day))
        .collect();
    assert_eq!(
        shown,
        [
            (date(2025, 1, 1), date(2025, 2, 1), false),
            (date(2025, 2, 1), date(2025, 3, 1), false)
        ]
    );
}
