use super::*;
use crate::expected::computable_over;

/// A fee that follows an index from July on, a plain one, and usage.
fn plan_of(parts: &str) -> Plan {
    let text = r#"{
        "title": "Indexed", "account": "acme", "provider": "P", "customer": "C", "currency": "USD", "time_zone": "UTC",
        "term": { "start": "2026-01-01", "end": "2027-01-01" }, "renewal": { "kind": "ends" },
        "payment": { "due": { "rule": "net", "days": 30 } },
        "charges": [
            { "id": "rent", "name": "Rent",
              "schedule": { "kind": "recurring", "every": { "count": 6, "unit": "month" }, "timing": "advance" },
              "quantity": { "kind": "fixed", "units": "1" }, "price": { "model": "flat", "amount": "600" },
              "escalators": [{ "first": "2026-07-01", "every": { "count": 1, "unit": "year" }, "compounding": true,
                               "by": { "kind": "index", "series": "CPI-U", "lag_months": 2 } }] },
            { "id": "fee", "name": "Fee",
              "schedule": { "kind": "recurring", "every": { "count": 6, "unit": "month" }, "timing": "advance" },
              "quantity": { "kind": "fixed", "units": "1" }, "price": { "model": "flat", "amount": "100" } },
            { "id": "service", "name": "Service share",
              "schedule": { "kind": "recurring", "every": { "count": 6, "unit": "month" }, "timing": "advance" },
              "quantity": { "kind": "amount", "of": { "kind": "charges", "charges": ["rent"] } },
              "price": { "model": "percentage", "rate": { "percent": "5" } } }
        ] PARTS
    }"#;
    serde_json::from_str(&text.replace("PARTS", parts)).unwrap()
}

fn shown(plan: &Plan, facts: &Facts, through: Date) -> (Vec<String>, Vec<String>) {
    let found = computable_over(&[plan], facts, through).unwrap();
    let line = |line: &ExpectedLine| {
        format!(
            "{} {} {}",
            line.charge,
            line.invoice_date,
            line.amount.amount.normalize()
        )
    };
    let waiting = found
        .waiting
        .iter()
        .map(|(charge, why)| format!("{charge}: {why}"));
    (found.lines.iter().map(line).collect(), waiting.collect())
}

#[test]
fn a_missing_index_value_holds_up_its_charge_and_the_shares_of_it_alone() {
    let (plan, facts) = (plan_of(""), Facts::default());
    let (lines, waiting) = shown(&plan, &facts, date(2026, 6, 30));
    assert_eq!(
        lines,
        [
            "rent 2026-01-01 600",
            "fee 2026-01-01 100",
            "service 2026-01-01 30"
        ]
    );
    assert!(waiting.is_empty());
    let (lines, waiting) = shown(&plan, &facts, date(2026, 7, 1));
    assert_eq!(lines, ["fee 2026-01-01 100", "fee 2026-07-01 100"]);
    let why = "rent: the index CPI-U has no value for 2026-05: enter it, then bill again";
    assert_eq!(waiting, [format!("rent: {why}"), format!("service: {why}")]);
}

#[test]
fn what_shares_a_commitment_or_a_discount_waits_together() {
    for parts in [
        r#", "commitments": [{ "id": "c", "name": "C", "amount": "5000", "span": { "kind": "term" }, "settlement": "true_up" }]"#,
        r#", "ceilings": [{ "id": "c", "name": "C", "amount": "5000", "charges": ["rent", "fee"], "span": { "kind": "term" } }]"#,
        r#", "discounts": [{ "name": "D", "value": { "kind": "amount", "amount": "10" } }]"#,
    ] {
        let plan = plan_of(parts);
        let found = computable_over(&[&plan], &Facts::default(), date(2026, 7, 1));
        assert!(
            matches!(found, Err(BillingError::Rate(RateError::IndexMissing { .. }))),
            "{parts}: {found:?}"
        );
    }
}
