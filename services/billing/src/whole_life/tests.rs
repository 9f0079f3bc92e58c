use jiff::civil::date;
use pricing::plan::{Amends, Timing};
use pricing::price::Price;

use super::*;
use crate::sample::*;

fn shown(months: &[Month]) -> Vec<String> {
    let one = |month: &Month| {
        let Month {
            month,
            invoiced,
            cash,
        } = month;
        format!(
            "{month}: {} → {}, {} → {}",
            invoiced.before.amount, invoiced.after.amount, cash.before.amount, cash.after.amount
        )
    };
    months.iter().map(one).collect()
}

/// 600 a month in advance for four months, 900 from the sixteenth of the second on; due thirty days later.
#[test]
fn an_amendment_is_seen_in_every_month_it_touches() {
    let old = plan(
        date(2026, 1, 1),
        Some(date(2026, 5, 1)),
        vec![flat("fee", "600", months(1, Timing::Advance))],
    );
    let mut new = old.clone();
    new.amends = Some(Amends {
        plan: old.content_hash(),
        effective: date(2026, 2, 15),
    });
    new.charges[0].price = Price::Flat { amount: dec("900") };
    let (facts, through) = (Facts::default(), date(2026, 4, 30));
    let before = invoices(&[&old], &facts, through).unwrap();
    let after = invoices(&[&old, &new], &facts, through).unwrap();
    let months = by_month(old.currency, &before, &after).unwrap();
    // February: 600 − 600 × 14/28 + 900 × 14/28 = 750. Due: 1 January is due on 31 January, 1 February on 3 March,
    // 15 February on 17 March, 1 March on 31 March, 1 April on 1 May.
    assert_eq!(
        shown(&months),
        [
            "2026-01-01: 600.00 → 600.00, 600.00 → 600.00",
            "2026-02-01: 600.00 → 750.00, 0 → 0",
            "2026-03-01: 600.00 → 900.00, 1200.00 → 1650.00",
            "2026-04-01: 600.00 → 900.00, 0 → 0",
            "2026-05-01: 0 → 0, 600.00 → 900.00",
        ]
    );
    let gained: Vec<_> = months
        .iter()
        .map(|month| month.invoiced.difference().unwrap().amount)
        .collect();
    assert_eq!(gained.iter().sum::<rust_decimal::Decimal>(), dec("750"));
}

#[test]
fn a_contract_compared_with_itself_differs_nowhere() {
    let plan = plan(
        date(2026, 1, 31),
        Some(date(2027, 1, 31)),
        vec![flat("fee", "99.99", months(1, Timing::Arrears))],
    );
    let life = invoices(&[&plan], &Facts::default(), date(2027, 3, 31)).unwrap();
    for month in by_month(plan.currency, &life, &life).unwrap() {
        assert!(
            month.invoiced.difference().unwrap().amount.is_zero()
                && month.cash.difference().unwrap().amount.is_zero()
        );
    }
    assert_eq!(life.len(), 12);
}
