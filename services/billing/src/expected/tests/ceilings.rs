//! The most that several charges cost together.

use proptest::prelude::*;

use super::*;

fn monthly() -> CommitmentSpan {
    let every = Cadence {
        count: 1,
        unit: CadenceUnit::Month,
    };
    CommitmentSpan::Each { every }
}

fn ceiling(amount: &str, charges: &[&str], span: CommitmentSpan) -> Ceiling {
    Ceiling {
        id: "cap".to_owned(),
        name: "the monthly cap".to_owned(),
        amount: dec(amount),
        charges: charges.iter().map(|&charge| charge.to_owned()).collect(),
        span,
        prorated: false,
        sources: Vec::new(),
    }
}

/// A fee ahead of each month and two meters behind it.
fn capped(ceiling: Ceiling) -> Plan {
    let charges = vec![
        flat("platform", "100", months(1, Timing::Advance)),
        usage("calls", "calls", per_unit("1")),
        usage("stored", "stored", per_unit("1")),
    ];
    let mut plan = plan(date(2025, 1, 1), Some(date(2026, 1, 1)), charges);
    plan.meters = vec![sum_meter("calls"), sum_meter("stored")];
    plan.ceilings = vec![ceiling];
    plan
}

fn used_on(days: &[(&str, Date, &str)]) -> Facts {
    let event =
        |(at, (meter, on, value)): (usize, &(&str, Date, &str))| used(&format!("e{at}"), meter, *on, value);
    Facts {
        events: days.iter().enumerate().map(event).collect(),
        ..NONE
    }
}

#[test]
fn what_is_above_the_ceiling_of_a_month_is_not_billed_and_the_working_says_so() {
    let plan = capped(ceiling("250", &[], monthly()));
    let facts = used_on(&[
        ("calls", date(2025, 1, 10), "120"),
        ("stored", date(2025, 1, 11), "80"),
        ("calls", date(2025, 2, 3), "40"),
    ]);
    assert_eq!(
        lines(&plan, &facts, date(2025, 3, 1))[..6],
        [
            "2025-01-01 platform/base 100.00",
            "2025-02-01 platform/base 100.00",
            "2025-02-01 calls/usage 120.00",
            "2025-02-01 stored/usage 30.00",
            "2025-03-01 platform/base 100.00",
            "2025-03-01 calls/usage 40.00",
        ]
    );
    let all = expected(&plan, &facts, date(2025, 2, 1)).unwrap();
    assert_eq!(
        all[3].working.to_string(),
        "80 × 1.00 = 80.00; above the monthly cap -50.00; sum 30.00"
    );
}

#[test]
fn only_named_charges_count_and_over_the_term_nothing_begins_anew() {
    let usage_alone = capped(ceiling("150", &["calls", "stored"], CommitmentSpan::Term));
    let facts = used_on(&[
        ("calls", date(2025, 1, 10), "120"),
        ("stored", date(2025, 2, 11), "80"),
        ("calls", date(2025, 3, 3), "40"),
    ]);
    let billed: Vec<String> = lines(&usage_alone, &facts, date(2025, 4, 1))
        .into_iter()
        .filter(|line| !line.contains("platform") && !line.ends_with(" 0.00"))
        .collect();
    assert_eq!(
        billed,
        ["2025-02-01 calls/usage 120.00", "2025-03-01 stored/usage 30.00"]
    );
}

#[test]
fn a_part_of_a_span_has_a_part_of_the_ceiling_where_that_was_agreed() {
    let mut plan = capped(ceiling("62", &["platform"], monthly()));
    plan.term.end = Some(date(2025, 1, 16));
    assert_eq!(
        lines(&plan, &NONE, date(2025, 1, 31))[0],
        "2025-01-01 platform/base 48.39"
    );
    plan.ceilings[0].prorated = true;
    assert_eq!(
        lines(&plan, &NONE, date(2025, 1, 31))[0],
        "2025-01-01 platform/base 30.00"
    );
}

proptest! {
    /// Whatever is used, each month comes to the lesser of its charges and the ceiling.
    #[test]
    fn a_month_costs_the_lesser_of_its_charges_and_the_ceiling(
        most in 0_u32..400, calls in 0_u32..300, stored in 0_u32..300,
    ) {
        let plan = capped(ceiling(&most.to_string(), &[], monthly()));
        let facts = used_on(&[
            ("calls", date(2025, 1, 10), &calls.to_string()),
            ("stored", date(2025, 1, 31), &stored.to_string()),
        ]);
        let january = expected(&plan, &facts, date(2025, 2, 1)).unwrap();
        let total: rust_decimal::Decimal = january
            .iter()
            .filter(|line| line.service.is_some_and(|days| days.start() == date(2025, 1, 1)))
            .map(|line| line.amount.amount)
            .sum();
        prop_assert_eq!(total, rust_decimal::Decimal::from(most.min(100 + calls + stored)));
    }
}
