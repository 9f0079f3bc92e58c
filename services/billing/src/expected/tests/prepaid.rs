//! Credits of every kind, and promised spend.

use super::*;

fn pool(id: &str, grant: &str) -> CreditPool {
    CreditPool {
        id: id.to_owned(),
        name: id.to_owned(),
        unit: PoolUnit::Money,
        grant: dec(grant),
        bought_by: None,
        pays: Vec::new(),
        priority: 0,
        expiry: Expiry::Never,
        rollover: None,
        top_up: None,
        pays_tax: false,
        sources: Vec::new(),
    }
}

fn metered(pools: Vec<CreditPool>) -> Plan {
    let mut plan = plan(
        date(2025, 1, 1),
        None,
        vec![usage("calls", "calls", per_unit("1"))],
    );
    plan.meters = vec![sum_meter("calls")];
    plan.pools = pools;
    plan
}

fn spent(days: &[(Date, &str)]) -> Facts {
    let event = |(at, (on, value)): (usize, &(Date, &str))| used(&format!("e{at}"), "calls", *on, value);
    Facts {
        events: days.iter().enumerate().map(event).collect(),
        ..NONE
    }
}

#[test]
fn pools_pay_by_priority_and_what_expires_first() {
    let late = CreditPool {
        expiry: Expiry::On {
            date: date(2025, 6, 1),
        },
        ..pool("late", "100")
    };
    let soon = CreditPool {
        expiry: Expiry::On {
            date: date(2025, 1, 20),
        },
        ..pool("soon", "100")
    };
    let first = CreditPool {
        priority: -1,
        ..pool("first", "10")
    };
    let facts = spent(&[
        (date(2025, 1, 5), "50"),
        (date(2025, 1, 19), "30"),
        (date(2025, 1, 20), "20"),
    ]);
    assert_eq!(
        lines(&metered(vec![late, soon, first]), &facts, date(2025, 2, 1)),
        [
            "2025-02-01 calls/usage 100.00",
            "2025-02-01 calls/credits-drawn:first/usage -10.00",
            "2025-02-01 calls/credits-drawn:late/usage -20.00",
            "2025-02-01 calls/credits-drawn:soon/usage -70.00",
        ]
    );
}

#[test]
fn a_pool_of_units_pays_before_the_price() {
    let tokens = CreditPool {
        unit: PoolUnit::Units {
            name: "call".to_owned(),
        },
        ..pool("tokens", "1500")
    };
    let mut plan = metered(vec![tokens]);
    plan.charges[0].price = graduated(TierCount::PerPeriod);
    let facts = spent(&[(date(2025, 1, 5), "2000"), (date(2025, 2, 5), "10")]);
    assert_eq!(
        lines(&plan, &facts, date(2025, 3, 1)),
        ["2025-02-01 calls/usage 50.00", "2025-03-01 calls/usage 1.00"]
    );
    let line = &expected(&plan, &facts, date(2025, 2, 1)).unwrap()[0];
    assert!(line.working.to_string().contains("tokens"), "{}", line.working);
}

#[test]
fn unused_credits_roll_over_within_their_bounds() {
    let rolling = CreditPool {
        rollover: Some(Rollover {
            every: Cadence {
                count: 1,
                unit: CadenceUnit::Month,
            },
            min: dec("0"),
            max: dec("150"),
        }),
        ..pool("monthly", "100")
    };
    let facts = spent(&[
        (date(2025, 1, 5), "20"),
        (date(2025, 2, 5), "160"),
        (date(2025, 3, 5), "90"),
        (date(2025, 4, 5), "120"),
    ]);
    // 80 left + 100, at most 150; 160 drawn: 10 owed; 100, 90 drawn; 10 + 100, 120 drawn.
    assert_eq!(
        lines(&metered(vec![rolling]), &facts, date(2025, 5, 1)).concat(),
        [
            "2025-02-01 calls/usage 20.00",
            "2025-02-01 calls/credits-drawn:monthly/usage -20.00",
            "2025-03-01 calls/usage 160.00",
            "2025-03-01 calls/credits-drawn:monthly/usage -150.00",
            "2025-04-01 calls/usage 90.00",
            "2025-04-01 calls/credits-drawn:monthly/usage -90.00",
            "2025-05-01 calls/usage 120.00",
            "2025-05-01 calls/credits-drawn:monthly/usage -110.00",
        ]
        .concat()
    );
}

#[test]
fn a_pool_pays_before_tax_or_with_it() {
    let tax = Tax {
        id: "vat".to_owned(),
        name: "VAT".to_owned(),
        percent: dec("20"),
        included: false,
        sources: vec![],
    };
    let with = |pays_tax| {
        let mut plan = metered(vec![CreditPool {
            pays_tax,
            ..pool("credits", "110")
        }]);
        plan.charges[0].tax = Some("vat".to_owned());
        plan.taxes = vec![tax.clone()];
        let facts = spent(&[(date(2025, 1, 5), "100")]);
        let line = expected(&plan, &facts, date(2025, 2, 1)).unwrap().remove(1);
        (line.amount.amount.to_string(), line.tax)
    };
    assert_eq!(with(false), ("-100.00".to_owned(), Some("vat".to_owned())));
    assert_eq!(with(true), ("-110.00".to_owned(), None));
}

#[test]
fn a_cheaper_tier_reached_later_draws_no_more_than_the_period_comes_to() {
    let mut plan = metered(vec![pool("credits", "10000")]);
    let pricing::price::Price::Graduated { tiers } = graduated(TierCount::PerPeriod) else {
        panic!()
    };
    plan.charges[0].price = pricing::price::Price::Volume { tiers };
    let facts = spent(&[(date(2025, 1, 5), "10000"), (date(2025, 1, 6), "1")]);
    assert_eq!(
        lines(&plan, &facts, date(2025, 2, 1)),
        [
            "2025-02-01 calls/usage 500.05",
            "2025-02-01 calls/credits-drawn:credits/usage -500.05"
        ]
    );
}

fn promised(span: CommitmentSpan, settlement: Settlement, amount: &str) -> Plan {
    let mut plan = metered(Vec::new());
    plan.term.end = Some(date(2025, 4, 16));
    plan.commitments = vec![Commitment {
        id: "promise".to_owned(),
        name: "Promise".to_owned(),
        amount: dec(amount),
        charges: Vec::new(),
        span,
        settlement,
        settled_on: SettledOn::default(),
        sources: Vec::new(),
    }];
    plan
}

const MONTHLY: CommitmentSpan = CommitmentSpan::Each {
    every: Cadence {
        count: 1,
        unit: CadenceUnit::Month,
    },
};

fn commitment_lines(plan: &Plan) -> Vec<String> {
    let facts = spent(&[
        (date(2025, 1, 5), "130"),
        (date(2025, 2, 5), "60"),
        (date(2025, 4, 5), "10"),
    ]);
    let all = lines(plan, &facts, date(2025, 12, 31));
    all.into_iter()
        .filter(|line| line.contains("commitment"))
        .collect()
}

#[test]
fn what_is_missing_to_a_promise_is_billed_at_its_end() {
    assert_eq!(
        commitment_lines(&promised(MONTHLY, Settlement::TrueUp, "100")),
        [
            "2025-03-01 promise/commitment-shortfall 40.00",
            "2025-04-01 promise/commitment-shortfall 100.00",
            "2025-04-16 promise/commitment-shortfall 40.00"
        ]
    );
    assert_eq!(
        commitment_lines(&promised(CommitmentSpan::Term, Settlement::TrueUp, "1000")),
        ["2025-04-16 promise/commitment-shortfall 800.00"]
    );
}

#[test]
fn a_shortfall_is_billed_on_the_day_agreed_for_it() {
    let mut later = promised(MONTHLY, Settlement::TrueUp, "100");
    later.commitments[0].settled_on = SettledOn::After {
        span: Cadence {
            count: 10,
            unit: CadenceUnit::Day,
        },
    };
    assert_eq!(
        commitment_lines(&later)[..2],
        [
            "2025-03-11 promise/commitment-shortfall 40.00",
            "2025-04-11 promise/commitment-shortfall 100.00"
        ]
    );
    let mut agreed = promised(CommitmentSpan::Term, Settlement::TrueUp, "1000");
    agreed.commitments[0].settled_on = SettledOn::On {
        date: date(2025, 5, 31),
    };
    assert_eq!(
        commitment_lines(&agreed),
        ["2025-05-31 promise/commitment-shortfall 800.00"]
    );
    let before = lines(&agreed, &NONE, date(2025, 5, 30));
    assert!(
        before.iter().all(|line| !line.contains("commitment")),
        "{before:?}"
    );
}

#[test]
fn spend_above_a_promise_raises_the_next_one() {
    assert_eq!(
        commitment_lines(&promised(MONTHLY, Settlement::TrueForward, "100")),
        [
            "2025-03-01 promise/commitment-shortfall 70.00",
            "2025-04-01 promise/commitment-shortfall 130.00",
            "2025-04-16 promise/commitment-shortfall 55.00"
        ]
    );
}

#[test]
fn take_or_pay_is_billed_ahead_and_used_up() {
    assert_eq!(
        commitment_lines(&promised(CommitmentSpan::Term, Settlement::TakeOrPay, "150")),
        [
            "2025-01-01 promise/commitment-advance 150.00",
            "2025-02-01 calls/commitment-drawn:promise/usage -130.00",
            "2025-03-01 calls/commitment-drawn:promise/usage -20.00"
        ]
    );
}

#[test]
fn money_spent_on_credits_counts_once_toward_a_promise() {
    let mut plan = promised(CommitmentSpan::Term, Settlement::TrueUp, "1000");
    plan.charges
        .push(flat("credits", "150", Schedule::Once { at: OnceAt::Start }));
    plan.pools = vec![CreditPool {
        bought_by: Some("credits".to_owned()),
        ..pool("credits", "150")
    }];
    // 150 of credits bought, 200 used of which credits paid 150: 200 were spent.
    assert_eq!(
        commitment_lines(&plan),
        ["2025-04-16 promise/commitment-shortfall 800.00"]
    );
}

#[test]
fn a_statement_shows_what_is_left_and_why() {
    let soon = CreditPool {
        expiry: Expiry::On {
            date: date(2025, 1, 20),
        },
        ..pool("soon", "100")
    };
    let tokens = CreditPool {
        unit: PoolUnit::Units {
            name: "call".to_owned(),
        },
        pays: vec!["others".to_owned()],
        ..pool("tokens", "50")
    };
    let plan = metered(vec![soon, tokens]);
    let facts = spent(&[(date(2025, 1, 5), "30")]);
    let on = |day| pool_statements(&[&plan], &facts, date(2025, 1, day)).unwrap();
    let balances = |day| {
        on(day)
            .iter()
            .map(|each| each.balance.normalize().to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        [balances(4), balances(5), balances(19), balances(20)].concat(),
        ["100", "50", "70", "50", "70", "50", "0", "50"]
    );
    let moved: Vec<_> = on(20)[0]
        .movements
        .iter()
        .map(|moved| moved.amount.to_string())
        .collect();
    assert_eq!(moved, ["100", "-30.00", "-70.00"]);
}

#[test]
fn a_promise_without_an_end_is_refused() {
    let mut plan = promised(CommitmentSpan::Term, Settlement::TrueUp, "1000");
    plan.term.end = None;
    let fault = BillingError::EndlessCommitment {
        commitment: "promise".to_owned(),
    };
    assert_eq!(expected(&plan, &NONE, date(2025, 2, 1)), Err(fault));
}

#[test]
fn a_promise_and_a_pool_keep_the_terms_of_their_day() {
    let mut old = promised(MONTHLY, Settlement::TrueUp, "100");
    old.pools = vec![pool("credits", "40")];
    let mut new = old.clone();
    new.amends = Some(Amends {
        plan: old.content_hash(),
        effective: date(2025, 2, 10),
    });
    new.commitments[0].amount = dec("500");
    new.pools = Vec::new();
    let facts = spent(&[
        (date(2025, 1, 5), "30"),
        (date(2025, 2, 9), "6"),
        (date(2025, 2, 10), "6"),
    ]);
    let lines = expected_over(&[&old, &new], &facts, date(2025, 4, 1)).unwrap();
    let shown: Vec<_> = lines
        .iter()
        .map(|line| format!("{} {} {}", line.invoice_date, line.component, line.amount.amount))
        .collect();
    assert_eq!(
        shown,
        [
            "2025-02-01 usage 30.00",
            "2025-02-01 credits-drawn:credits/usage -30.00",
            "2025-02-01 commitment-shortfall 70.00",
            "2025-03-01 usage 12.00",
            "2025-03-01 credits-drawn:credits/usage -6.00",
            "2025-03-01 commitment-shortfall 88.00",
            "2025-04-01 usage 0.00",
            "2025-04-01 commitment-shortfall 500.00",
        ]
    );
}

#[test]
fn an_amendment_does_not_shorten_credits_that_were_granted_before() {
    let first = metered(vec![pool("credits", "100")]);
    let mut amended = first.clone();
    amended.amends = Some(Amends {
        plan: first.content_hash(),
        effective: date(2025, 3, 1),
    });
    amended.pools[0].expiry = Expiry::After {
        span: Cadence {
            count: 1,
            unit: CadenceUnit::Month,
        },
    };
    let facts = spent(&[(date(2025, 2, 5), "40"), (date(2025, 3, 5), "30")]);
    let lines = expected_over(&[&first, &amended], &facts, date(2025, 4, 1)).unwrap();
    let paid: rust_decimal::Decimal = lines
        .iter()
        .filter(|line| matches!(line.component, crate::component::Component::CreditsDrawn { .. }))
        .map(|line| line.amount.amount)
        .sum();
    assert_eq!(paid, dec("-70"));
}
