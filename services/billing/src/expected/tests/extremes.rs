//! Numbers and dates that no contract has: an error is welcome, a panic or a wrong sum is not.

use pricing::price::Price;
use proptest::prelude::*;

use super::*;
use crate::difference::difference;
use crate::draft::{Run, draft};

fn any_decimal() -> impl Strategy<Value = rust_decimal::Decimal> {
    prop_oneof![
        (any::<i64>(), 0u32..28).prop_map(|(digits, scale)| rust_decimal::Decimal::new(digits, scale)),
        Just(rust_decimal::Decimal::MAX),
        Just(rust_decimal::Decimal::MIN),
        Just(rust_decimal::Decimal::ZERO),
    ]
}

fn any_date() -> impl Strategy<Value = Date> {
    prop_oneof![
        (2020i16..2030, 1i8..=12, 1i8..=28).prop_map(|(year, month, day)| date(year, month, day)),
        Just(Date::MAX),
        Just(Date::MIN),
    ]
}

fn any_unit() -> impl Strategy<Value = CadenceUnit> {
    let (fine, coarse) = ([CadenceUnit::HalfMonth, CadenceUnit::Month], CadenceUnit::Year);
    prop_oneof![Just(fine[0]), Just(fine[1]), Just(coarse)]
}

proptest! {
    #[test]
    fn nothing_panics(
        amounts in proptest::collection::vec(any_decimal(), 12),
        dates in proptest::collection::vec(any_date(), 6),
        count in prop_oneof![0u32..30, Just(u32::MAX)], unit in any_unit(), day in any::<u8>(),
        target in any::<bool>(),
    ) {
        let every = Cadence { count, unit };
        let recurring = |timing, anchor| Schedule::Recurring { every, timing, anchor, stub: Stub::Merged };
        let anchor =
            if target { Anchor::DaysOfMonth { first: day, second: day / 2 } } else { Anchor::DayOfMonth { day } };
        let ahead = recurring(Timing::Advance, anchor);
        let after = recurring(Timing::Arrears, Anchor::On { date: dates[5] });
        let mut calls = usage("calls", "calls", Price::PerUnit { unit_price: amounts[0], per: amounts[1] });
        calls.schedule = after.clone();
        let crew = Quantity::Seats { initial: amounts[2], floor: Some(amounts[3]), ratchet: true, true_up: None };
        let mut plan = plan(dates[0], Some(dates[1]), vec![
            flat("fixed", "1", ahead.clone()),
            charge("crew", ahead, crew, Price::PerUnit { unit_price: amounts[4], per: amounts[5] }),
            calls,
        ]);
        plan.charges[0].price = Price::Flat { amount: amounts[6] };
        plan.meters = vec![sum_meter("calls")];
        plan.pools = vec![CreditPool {
            id: "pool".to_owned(),
            name: "Pool".to_owned(),
            unit: PoolUnit::Money,
            grant: amounts[7],
            bought_by: None,
            pays: Vec::new(),
            priority: i32::MIN,
            expiry: Expiry::After { span: every },
            rollover: None,
            top_up: Some(TopUp { below: amounts[8], grant: amounts[9], price: amounts[10], to: target.then_some(amounts[7]) }),
            pays_tax: true,
            sources: Vec::new(),
        }];
        let mut facts = Facts { events: vec![used("a", "calls", dates[2], "1")], ..NONE };
        facts.events[0].value = amounts[11];
        facts.seats = vec![seats_from("s", "crew", dates[3], i64::MAX)];
        // Some centuries of days take long and prove nothing more.
        let through = dates[4].clamp(date(2020, 1, 1), date(2035, 1, 1));
        if dates[0] >= date(2010, 1, 1) {
            let known = expected(&plan, &facts, through);
            let due = known.ok().and_then(|lines| difference(&lines, &[]).ok());
            let _ = due.map(|due| draft(&plan, due, Run { through, issued_through: None }));
        }
    }

    #[test]
    fn the_parts_of_a_period_add_up_to_the_whole(
        days in proptest::collection::btree_set(1i64..364, 0..12), cents in 1i64..10_000_000,
    ) {
        let start = date(2025, 1, 1);
        let on = |days: i64| crate::schedule::plus_days(start, days).unwrap();
        let mut tool = flat("tool", "1", months(12, Timing::Advance));
        tool.price = Price::Flat { amount: rust_decimal::Decimal::new(cents, 2) };
        let price = tool.price.clone();
        tool.ramp = days.iter().map(|day| RampSegment { from: on(*day), price: price.clone(), sources: vec![] }).collect();
        let year = plan(start, Some(date(2026, 1, 1)), vec![tool]);
        let lines = expected(&year, &NONE, start).unwrap();
        prop_assert_eq!(lines.len(), days.len() + 1);
        let parts = lines.iter().map(|line| {
            let exact = line.working.steps[..line.working.steps.len() - 1].to_vec();
            pricing::working::Working { currency: year.currency, steps: exact }.total().unwrap()
        });
        let sum = parts.fold(pricing::fraction::Fraction::ZERO, |sum, part| sum.checked_add(part).unwrap());
        prop_assert_eq!(sum, pricing::fraction::Fraction::whole(rust_decimal::Decimal::new(cents, 2)));
    }

    #[test]
    fn usage_billed_in_parts_comes_to_what_it_would_at_once(
        uses in proptest::collection::vec((0i64..31, 1i64..9_000), 1..20), cut in 0usize..20, volume: bool,
    ) {
        let price = match (graduated(TierCount::PerPeriod), volume) {
            (Price::Graduated { tiers }, true) => Price::Volume { tiers },
            (other, _) => other,
        };
        let mut plan = plan(date(2025, 1, 1), None, vec![usage("calls", "calls", price)]);
        plan.meters = vec![sum_meter("calls")];
        let event = |(at, (day, value)): (usize, &(i64, i64))| {
            let on = crate::schedule::plus_days(date(2025, 1, 1), *day).unwrap();
            used(&format!("e{at}"), "calls", on, &value.to_string())
        };
        let all: Vec<UsageEvent> = uses.iter().enumerate().map(event).collect();
        let through = date(2025, 2, 1);
        let some = Facts { events: all[..cut.min(all.len())].to_vec(), ..NONE };
        let every = Facts { events: all, ..NONE };
        let first = difference(&expected(&plan, &some, through).unwrap(), &[]).unwrap();
        let once = expected(&plan, &every, through).unwrap();
        let rest = difference(&once, &billed(&first, "1")).unwrap();
        let sum: rust_decimal::Decimal = first.iter().chain(&rest).map(|due| due.line.amount.amount).sum();
        prop_assert_eq!(sum, once[0].amount.amount);
    }
}
