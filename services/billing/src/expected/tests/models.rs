//! The nine billing models in plain form, with the figures the field expects.

use super::*;

#[test]
fn subscription_bills_each_month_in_advance() {
    let year = plan(
        date(2025, 1, 31),
        Some(date(2025, 4, 30)),
        vec![flat("tool", "500", months(1, Timing::Advance))],
    );
    assert_eq!(
        lines(&year, &NONE, date(2025, 12, 31)),
        [
            "2025-01-31 tool/base 500.00",
            "2025-02-28 tool/base 500.00",
            "2025-03-31 tool/base 500.00"
        ]
    );
}

#[test]
fn usage_bills_what_was_used_after_the_month() {
    let mut metered = plan(
        date(2025, 1, 1),
        None,
        vec![usage("calls", "calls", per_unit("0.10"))],
    );
    metered.meters = vec![sum_meter("calls")];
    let events = vec![
        used("a", "calls", date(2025, 1, 1), "1000"),
        used("b", "calls", date(2025, 1, 31), "234"),
        used("c", "calls", date(2025, 2, 1), "10"),
    ];
    let facts = Facts { events, ..NONE };
    assert_eq!(
        lines(&metered, &facts, date(2025, 3, 1)),
        ["2025-02-01 calls/usage 123.40", "2025-03-01 calls/usage 1.00"]
    );
    let known = expected(&metered, &facts, date(2025, 2, 1)).unwrap();
    assert_eq!(known[0].facts, ["a", "b"]);
}

#[test]
fn tiers_count_by_period_or_over_the_term() {
    let facts = Facts {
        events: vec![
            used("a", "units", date(2025, 1, 10), "6000"),
            used("b", "units", date(2025, 2, 10), "6000"),
        ],
        ..NONE
    };
    let of = |count| {
        let mut plan = plan(
            date(2025, 1, 1),
            None,
            vec![usage("units", "units", graduated(count))],
        );
        plan.meters = vec![sum_meter("units")];
        lines(&plan, &facts, date(2025, 3, 1))
    };
    assert_eq!(
        of(TierCount::PerPeriod),
        ["2025-02-01 units/usage 500.00", "2025-03-01 units/usage 500.00"]
    );
    assert_eq!(
        of(TierCount::OverTerm),
        ["2025-02-01 units/usage 500.00", "2025-03-01 units/usage 420.00"]
    );
}

#[test]
fn seats_added_during_a_month_are_billed_by_themselves() {
    let facts = |on| Facts {
        seats: vec![seats_from("amendment-1", "seats", on, 30)],
        ..NONE
    };
    let april = plan(
        date(2025, 4, 1),
        None,
        vec![seats("seats", 10, "50", Timing::Advance)],
    );
    assert_eq!(
        lines(&april, &facts(date(2025, 4, 16)), date(2025, 5, 1)),
        [
            "2025-04-01 seats/base 500.00",
            "2025-04-16 seats/seats:2025-04-16 500.00",
            "2025-05-01 seats/base 1500.00"
        ]
    );
    let march = plan(
        date(2025, 3, 1),
        None,
        vec![seats("seats", 10, "50", Timing::Advance)],
    );
    assert_eq!(
        lines(&march, &facts(date(2025, 3, 16)), date(2025, 3, 31)),
        [
            "2025-03-01 seats/base 500.00",
            "2025-03-16 seats/seats:2025-03-16 516.13"
        ]
    );
}

#[test]
fn milestones_bill_when_they_are_reached() {
    let milestone = |id: &str| Milestone {
        id: id.to_owned(),
        name: id.to_owned(),
        planned: None,
        acceptance: Acceptance::Report,
        holdback: None,
        sources: Vec::new(),
    };
    let on = |id: &str, amount| {
        flat(
            id,
            amount,
            Schedule::OnMilestone {
                milestone: id.to_owned(),
            },
        )
    };
    let mut project = plan(
        date(2025, 1, 1),
        None,
        vec![
            on("discovery", "50000"),
            on("implementation", "100000"),
            on("go-live", "50000"),
        ],
    );
    project.milestones = vec![
        milestone("discovery"),
        milestone("implementation"),
        milestone("go-live"),
    ];
    project.milestones[1].holdback = Some(Holdback {
        percent: dec("10"),
        released_by: "go-live".to_owned(),
    });
    let milestones = vec![
        completed("discovery", date(2025, 2, 3)),
        completed("implementation", date(2025, 6, 1)),
    ];
    let mut facts = Facts { milestones, ..NONE };
    assert_eq!(
        lines(&project, &facts, date(2025, 7, 1)),
        [
            "2025-02-03 discovery/base 50000.00",
            "2025-06-01 implementation/base 90000.00"
        ]
    );
    facts.milestones.push(completed("go-live", date(2025, 7, 1)));
    assert_eq!(
        lines(&project, &facts, date(2025, 7, 1))[2..],
        [
            "2025-07-01 implementation/holdback-release 10000.00",
            "2025-07-01 go-live/base 50000.00"
        ]
    );
}

#[test]
fn hybrid_adds_overage_to_a_base() {
    let mut over = usage("overage", "transactions", per_unit("0.05"));
    over.included = Some(Included {
        units: dec("10000"),
        over_term: false,
    });
    let base = flat("base", "1000", months(1, Timing::Arrears));
    let mut hybrid = plan(date(2025, 1, 1), None, vec![base, over]);
    hybrid.meters = vec![sum_meter("transactions")];
    let facts = Facts {
        events: vec![used("a", "transactions", date(2025, 1, 5), "12500")],
        ..NONE
    };
    assert_eq!(
        lines(&hybrid, &facts, date(2025, 2, 1)),
        ["2025-02-01 base/base 1000.00", "2025-02-01 overage/usage 125.00"]
    );
}

#[test]
fn one_time_fees_fall_due_at_signing() {
    let fee = flat("setup", "15000", Schedule::Once { at: OnceAt::Signing });
    let mut signed = plan(
        date(2025, 3, 1),
        None,
        vec![fee, flat("tool", "500", months(1, Timing::Advance))],
    );
    assert_eq!(
        expected(&signed, &NONE, date(2025, 3, 1)),
        Err(BillingError::NoSigningDate {
            charge: "setup".to_owned()
        })
    );
    signed.signed = Some(date(2025, 2, 10));
    assert_eq!(
        lines(&signed, &NONE, date(2025, 3, 1)),
        ["2025-02-10 setup/base 15000.00", "2025-03-01 tool/base 500.00"]
    );
}

fn prepaid(top_up: Option<TopUp>) -> Plan {
    let purchase = flat("credits", "50000", Schedule::Once { at: OnceAt::Start });
    let mut plan = plan(
        date(2025, 1, 1),
        None,
        vec![purchase, usage("calls", "calls", per_unit("0.01"))],
    );
    plan.meters = vec![sum_meter("calls")];
    plan.pools = vec![CreditPool {
        id: "api-credits".to_owned(),
        name: "API credits".to_owned(),
        unit: PoolUnit::Money,
        grant: dec("50000"),
        bought_by: Some("credits".to_owned()),
        pays: Vec::new(),
        priority: 0,
        expiry: Expiry::Never,
        rollover: None,
        top_up,
        pays_tax: false,
        sources: Vec::new(),
    }];
    plan
}

#[test]
fn credits_pay_usage_until_they_are_used_up() {
    let facts = Facts {
        events: vec![
            used("a", "calls", date(2025, 1, 10), "3000000"),
            used("b", "calls", date(2025, 2, 10), "2123456"),
        ],
        ..NONE
    };
    assert_eq!(
        lines(&prepaid(None), &facts, date(2025, 3, 1)),
        [
            "2025-01-01 credits/credit-purchase:api-credits 50000.00",
            "2025-02-01 calls/usage 30000.00",
            "2025-02-01 calls/credits-drawn:api-credits/usage -30000.00",
            "2025-03-01 calls/usage 21234.56",
            "2025-03-01 calls/credits-drawn:api-credits/usage -20000.00",
        ]
    );
}

#[test]
fn credits_are_bought_again_on_the_day_they_fall_low() {
    let top_up = TopUp {
        below: dec("5000"),
        grant: dec("20000"),
        price: dec("19000"),
        to: None,
    };
    let facts = Facts {
        events: vec![
            used("a", "calls", date(2025, 1, 10), "4500000"),
            used("b", "calls", date(2025, 1, 20), "1"),
            used("c", "calls", date(2025, 1, 25), "4000000"),
        ],
        ..NONE
    };
    assert_eq!(
        lines(&prepaid(Some(top_up)), &facts, date(2025, 2, 1)),
        [
            "2025-01-01 credits/credit-purchase:api-credits 50000.00",
            "2025-01-20 api-credits/top-up:2025-01-20 19000.00",
            "2025-01-25 api-credits/top-up:2025-01-25 38000.00",
            "2025-02-01 calls/usage 85000.01",
            "2025-02-01 calls/credits-drawn:api-credits/usage -85000.01",
        ]
    );
}

#[test]
fn credits_are_bought_up_to_their_target_by_the_terms_of_the_day() {
    let top_up = TopUp {
        below: dec("5000"),
        grant: dec("20000"),
        price: dec("19000"),
        to: Some(dec("30000")),
    };
    let facts = Facts {
        events: vec![
            used("a", "calls", date(2025, 1, 10), "4600000"),
            used("b", "calls", date(2025, 2, 20), "4000000"),
        ],
        ..NONE
    };
    let first = prepaid(Some(top_up.clone()));
    let mut amended = first.clone();
    amended.amends = Some(Amends {
        plan: first.content_hash(),
        effective: date(2025, 2, 1),
    });
    amended.pools[0].top_up = Some(TopUp {
        price: dec("20000"),
        ..top_up
    });
    let bought = |plans: &[&Plan]| {
        let lines = expected_over(plans, &facts, date(2025, 3, 1)).unwrap();
        let top_ups = lines
            .into_iter()
            .filter(|line| matches!(line.component, crate::component::Component::TopUp { .. }));
        top_ups
            .map(|line| format!("{} {}", line.invoice_date, line.working))
            .collect::<Vec<_>>()
    };
    // 26,000 are missing to 30,000; then 10,000 are unpaid and 30,000 more are missing.
    let at_first = bought(&[&first]);
    assert_eq!(at_first.len(), 2);
    assert!(
        at_first[0].starts_with("2025-01-10") && at_first[0].contains("24,700.00"),
        "{at_first:?}"
    );
    assert!(
        at_first[1].starts_with("2025-02-20") && at_first[1].contains("38,000.00"),
        "{at_first:?}"
    );
    let after = bought(&[&first, &amended]);
    assert_eq!(after[0], at_first[0]);
    assert!(after[1].contains("40,000.00"), "{after:?}");
}

#[test]
fn cadences_mix_in_one_contract() {
    let platform = flat("platform", "3000", months(3, Timing::Advance));
    let mut mixed = plan(
        date(2025, 1, 1),
        Some(date(2025, 7, 1)),
        vec![platform, usage("calls", "calls", per_unit("0.10"))],
    );
    mixed.meters = vec![sum_meter("calls")];
    let facts = Facts {
        events: vec![used("a", "calls", date(2025, 3, 5), "100")],
        ..NONE
    };
    let shown = lines(&mixed, &facts, date(2026, 1, 1));
    assert_eq!(shown.len(), 8);
    assert_eq!(shown[0], "2025-01-01 platform/base 3000.00");
    assert_eq!(
        shown[3..5],
        ["2025-04-01 platform/base 3000.00", "2025-04-01 calls/usage 10.00"]
    );
}
