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
            revenue,
        } = month;
        format!(
            "{month}: {} → {}, {} → {}, earned {} → {}",
            invoiced.before.amount,
            invoiced.after.amount,
            cash.before.amount,
            cash.after.amount,
            revenue.before.amount.normalize(),
            revenue.after.amount.normalize()
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
            "2026-01-01: 600.00 → 600.00, 600.00 → 600.00, earned 600 → 600",
            "2026-02-01: 600.00 → 750.00, 0 → 0, earned 600 → 750",
            "2026-03-01: 600.00 → 900.00, 1200.00 → 1650.00, earned 600 → 900",
            "2026-04-01: 600.00 → 900.00, 0 → 0, earned 600 → 900",
            "2026-05-01: 0 → 0, 600.00 → 900.00, earned 0 → 0",
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

/// 1,200 for a year in advance from 16 January: earned by its 365 days, 16 of them in January, whatever was invoiced when.
#[test]
fn revenue_follows_the_days_of_service_and_comes_to_what_was_invoiced() {
    let plan = plan(
        date(2026, 1, 16),
        Some(date(2027, 1, 16)),
        vec![flat("fee", "1200", months(12, Timing::Advance))],
    );
    let life = invoices(&[&plan], &Facts::default(), date(2026, 12, 31)).unwrap();
    let months = by_month(plan.currency, &life, &life).unwrap();
    let earned = |at: usize| months[at].revenue.after.amount.to_string();
    // 1,200 × 16/365 = 52.60; to the end of February × 44/365 = 144.66, so 92.06 in it.
    assert_eq!([earned(0), earned(1)], ["52.60", "92.06"]);
    assert_eq!(months.len(), 13);
    let all: rust_decimal::Decimal = months.iter().map(|month| month.revenue.before.amount).sum();
    assert_eq!(all, dec("1200"));
}
