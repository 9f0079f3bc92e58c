//! What holds for every price, quantity and cut, not only for the examples somebody thought of.

use crate::discount::{reduce, spread};
use crate::fraction::Fraction;
use crate::money::{Currency, Money};
use crate::period::Period;
use crate::plan::{
    Bound, Charge, DayCount, Discount, DiscountOrder, DiscountValue, OnceAt, Policy, Quantity, Remainder,
    Schedule,
};
use crate::price::{
    FreeEnds, Measured, PercentageRate, Price, StartedPackage, Tier, TierBound, TierCount, Tiers, ZeroUsage,
};
use crate::rate::{Earlier, RateInput, UnitsBefore, part_of, rate};
use crate::split::{Share, split};
use crate::working::Working;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn usd() -> Currency {
    "USD".parse().unwrap()
}

/// Amounts as contracts print them, up to so many units of four decimals.
fn amount(most: i64) -> impl Strategy<Value = Decimal> {
    (0..=most.saturating_mul(10_000)).prop_map(|units| Decimal::new(units, 4).normalize())
}

/// Anything a decimal can be.
fn any_decimal() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        4 => amount(1_000_000),
        1 => Just(Decimal::MAX),
        1 => Just(Decimal::MIN),
        1 => Just(Decimal::new(1, 28)),
        2 => (any::<i64>(), 0_u32..=28).prop_map(|(units, scale)| Decimal::new(units, scale)),
    ]
}

/// Tiers in order, the last one open.
fn tiers(flat_fees: bool) -> impl Strategy<Value = Tiers> {
    let row = (1_i64..5_000, amount(20), amount(100));
    let bound = prop_oneof![Just(TierBound::UpperInclusive), Just(TierBound::UpperExclusive)];
    (prop::collection::vec(row, 1..6), bound).prop_map(move |(rows, bound)| {
        let mut up_to = 0_i64;
        let mut rows: Vec<Tier> = rows
            .into_iter()
            .map(|(width, unit_price, fee)| {
                up_to += width;
                Tier {
                    up_to: Some(up_to.into()),
                    unit_price: Some(unit_price),
                    flat_fee: flat_fees.then_some(fee),
                    percent: Some(unit_price),
                    ..Tier::default()
                }
            })
            .collect();
        if let Some(last) = rows.last_mut() {
            last.up_to = None;
        }
        Tiers {
            rows,
            bound,
            ..Tiers::default()
        }
    })
}

fn wild_tiers() -> impl Strategy<Value = Tiers> {
    let optional = || prop::option::of(any_decimal());
    let row = (
        optional(),
        optional(),
        optional(),
        optional(),
        optional(),
        optional(),
    );
    prop::collection::vec(row, 0..5).prop_map(|rows| {
        let rows = rows
            .into_iter()
            .map(|(up_to, unit_price, flat_fee, percent, flat_cap, block)| Tier {
                up_to,
                unit_price,
                flat_fee,
                percent,
                flat_cap,
                block,
            });
        let (count, zero) = (TierCount::OverTerm, ZeroUsage::FirstFeeDue);
        Tiers {
            rows: rows.collect(),
            count,
            zero,
            ..Tiers::default()
        }
    })
}

/// Prices nobody would agree to.
fn wild_price() -> impl Strategy<Value = Price> {
    let optional = || prop::option::of(any_decimal());
    prop_oneof![
        any_decimal().prop_map(|amount| Price::Flat { amount }),
        (any_decimal(), any_decimal()).prop_map(|(unit_price, per)| Price::PerUnit { unit_price, per }),
        wild_tiers().prop_map(|tiers| Price::Graduated { tiers }),
        wild_tiers().prop_map(|tiers| Price::Volume { tiers }),
        wild_tiers().prop_map(|tiers| Price::Stairstep { tiers }),
        wild_tiers().prop_map(|tiers| Price::GraduatedPercentage { tiers }),
        (any_decimal(), any_decimal()).prop_map(|(size, package_price)| Price::Package {
            size,
            package_price,
            started: StartedPackage::Whole,
        }),
        (
            any_decimal(),
            optional(),
            optional(),
            optional(),
            optional(),
            prop::option::of(0_u32..9)
        )
            .prop_map(
                |(percent, fixed_fee, per_transaction_min, per_transaction_max, free_amount, free_events)| {
                    Price::Percentage {
                        rate: PercentageRate {
                            percent,
                            fixed_fee,
                            per_transaction_min,
                            per_transaction_max,
                            free_events,
                            free_amount,
                            free_ends: FreeEnds::FirstReached,
                        },
                    }
                }
            ),
    ]
}

fn charge(price: Price) -> Charge {
    Charge {
        id: "usage".to_owned(),
        name: "Usage".to_owned(),
        schedule: Schedule::Once { at: OnceAt::Start },
        quantity: Quantity::Metered {
            meter: "usage".to_owned(),
        },
        price,
        conversion: None,
        starts: None,
        ends: None,
        included: None,
        ramp: Vec::new(),
        escalators: Vec::new(),
        discounts: Vec::new(),
        minimum: None,
        maximum: None,
        prorated: true,
        tax: None,
        sources: Vec::new(),
    }
}

fn input<'a>(charge: &'a Charge, measured: Measured<'a>) -> RateInput<'a> {
    let month = Period::try_new(date(2025, 4, 1), date(2025, 5, 1)).unwrap();
    RateInput::of_charge(charge, usd(), Policy::default(), month, measured)
}

fn price_of(price: &Price, units: Decimal) -> Fraction {
    let mut working = Working::new(usd());
    price.steps(Measured::Units(units), &mut working.steps).unwrap();
    working.total().unwrap()
}

fn discounts() -> impl Strategy<Value = Vec<Discount>> {
    let percent = (0_i64..=1_000).prop_map(|tenths| DiscountValue::Percent {
        percent: Decimal::new(tenths, 1),
    });
    let fixed = amount(500).prop_map(|amount| DiscountValue::Amount { amount });
    prop::collection::vec(prop_oneof![percent, fixed], 0..5).prop_map(|values| {
        let discount = |value| Discount {
            name: "Discount".to_owned(),
            value,
            from: None,
            until: None,
            charges: Vec::new(),
            sources: Vec::new(),
        };
        values.into_iter().map(discount).collect()
    })
}

fn order() -> impl Strategy<Value = DiscountOrder> {
    use DiscountOrder::{AsListed, FixedFirst, PercentAdded, PercentFirst};
    prop_oneof![
        Just(PercentFirst),
        Just(FixedFirst),
        Just(AsListed),
        Just(PercentAdded)
    ]
}

fn day(offset: i32) -> Date {
    date(2020, 1, 1)
        .checked_add(jiff::Span::new().days(offset))
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn parts_sum_to_the_whole(
        cents in -10_000_000_i64..10_000_000,
        weights in prop::collection::vec(amount(1_000), 1..12),
        last in any::<bool>(),
    ) {
        prop_assume!(weights.iter().any(|weight| !weight.is_zero()));
        let whole = Decimal::new(cents, 2);
        let ids: Vec<String> = (0..weights.len()).map(|at| format!("{at:03}")).collect();
        let shares: Vec<Share<'_>> =
            ids.iter().zip(&weights).map(|(id, weight)| Share { id, weight: *weight }).collect();
        let remainder = if last { Remainder::LastPart } else { Remainder::LargestFraction };
        let parts = split(whole, &shares, 2, remainder).unwrap();
        prop_assert_eq!(parts.iter().sum::<Decimal>(), whole);
        if !last {
            let total: Decimal = weights.iter().sum();
            for (part, weight) in parts.iter().zip(&weights) {
                let fair = whole * weight / total;
                prop_assert!((part - fair).abs() <= Decimal::new(1, 2), "{part} for {fair}");
            }
        }
    }

    #[test]
    fn graduated_prices_are_continuous_and_never_fall(
        tiers in tiers(false), at in amount(20_000), more in amount(100),
    ) {
        let steepest = tiers.rows.iter().filter_map(|tier| tier.unit_price).max().unwrap_or_default();
        let price = Price::Graduated { tiers };
        let step = price_of(&price, at + more).checked_sub(price_of(&price, at)).unwrap();
        prop_assert!(!step.is_negative());
        prop_assert!(step.checked_cmp((steepest * more).into()).unwrap().is_le());
    }

    #[test]
    fn every_quantity_falls_in_a_tier(tiers in tiers(true), at in amount(30_000)) {
        let tier = tiers.tier_of(at).unwrap();
        prop_assert!((1..=6).contains(&tier));
        let units: Decimal = {
            let mut working = Working::new(usd());
            Price::Graduated { tiers }.steps(Measured::Units(at), &mut working.steps).unwrap();
            working.steps.iter().map(|step| match step {
                crate::working::Step::Tier { quantity, .. } => *quantity,
                _ => Decimal::ZERO,
            }).sum()
        };
        prop_assert_eq!(units, at);
    }

    #[test]
    fn lines_of_one_period_come_to_what_one_line_would(
        tiers in tiers(true),
        cuts in prop::collection::vec(amount(2_000), 1..8),
        percent in 0_i64..=100,
        least in amount(900),
    ) {
        let mut charge = charge(Price::Graduated { tiers });
        charge.minimum = Some(Bound { amount: least, prorated: false });
        charge.discounts = vec![Discount {
            name: "Discount".to_owned(),
            value: DiscountValue::Percent { percent: percent.into() },
            from: None, until: None, charges: Vec::new(), sources: Vec::new(),
        }];
        let (mut units, mut billed) = (Decimal::ZERO, Decimal::ZERO);
        for (at, cut) in cuts.iter().enumerate() {
            let earlier = Some(Earlier { units, amount: billed });
            units += cut;
            let last = at + 1 == cuts.len();
            let line = rate(&RateInput { earlier, last, ..input(&charge, Measured::Units(units)) }).unwrap();
            prop_assert_eq!(line.working.recompute().unwrap(), line.amount);
            prop_assert_eq!(line.quantity, *cut);
            billed += line.amount.amount;
        }
        prop_assert_eq!(billed, rate(&input(&charge, Measured::Units(units))).unwrap().amount.amount);
    }

    #[test]
    fn periods_of_a_term_come_to_the_price_of_all_its_units(
        tiers in tiers(true), cuts in prop::collection::vec(amount(2_000), 1..8),
    ) {
        let charge = charge(Price::Graduated { tiers: Tiers { count: TierCount::OverTerm, ..tiers } });
        let (mut before, mut sum) = (UnitsBefore::default(), Fraction::ZERO);
        for cut in cuts {
            let line = rate(&RateInput { term_before: before, ..input(&charge, Measured::Units(cut)) }).unwrap();
            before.units += line.units;
            before.charged += line.charged;
            sum = sum.checked_add(line.unrounded).unwrap();
        }
        prop_assert_eq!(sum, price_of(&charge.price, before.charged));
    }

    #[test]
    fn the_parts_of_a_period_are_the_whole(
        start in 0_i32..11_000, length in 2_i32..800, cuts in prop::collection::vec(0_i32..800, 1..6),
        count in prop_oneof![Just(DayCount::Actual), Just(DayCount::ThirtyDayMonth)],
    ) {
        let whole = Period::try_new(day(start), day(start + length)).unwrap();
        let mut days: Vec<i32> = cuts.into_iter().map(|cut| 1 + cut % (length - 1)).collect();
        days.extend([0, length]);
        days.sort_unstable();
        days.dedup();
        let parts = days.windows(2).map(|pair| Period::try_new(day(start + pair[0]), day(start + pair[1])).unwrap());
        let sum = parts
            .map(|part| part_of(part, whole, count))
            .try_fold(Fraction::ZERO, Fraction::checked_add);
        prop_assert_eq!(sum, Some(Fraction::ONE));
    }

    #[test]
    fn discounts_never_reach_below_zero_nor_add(
        subtotal in amount(1_000), discounts in discounts(), order in order(),
    ) {
        let subtotal = Money::new(subtotal, usd()).rounded();
        let reduced = reduce(subtotal, &discounts, order).unwrap();
        prop_assert!(reduced.left.amount >= Decimal::ZERO);
        prop_assert!(reduced.taken.amount >= Decimal::ZERO);
        prop_assert_eq!(reduced.left.plus(reduced.taken).unwrap(), subtotal);
        prop_assert_eq!(reduced.working.recompute().unwrap(), reduced.left);
    }

    #[test]
    fn spread_discounts_take_from_the_lines_what_they_take_from_the_sum(
        cents in prop::collection::vec(0_i64..100_000, 1..6), discounts in discounts(), order in order(),
    ) {
        let lines: Vec<Decimal> = cents.into_iter().map(|cents| Decimal::new(cents, 2)).collect();
        let sum: Decimal = lines.iter().sum();
        let shares: Vec<Share<'_>> = lines.iter().map(|line| Share { id: "line", weight: *line }).collect();
        let taken = spread(&shares, &discounts, order).unwrap();
        let taken = taken.iter().flatten().try_fold(Fraction::ZERO, |sum, part| sum.checked_add(*part)).unwrap();
        let reduced = reduce(Money::new(sum, usd()), &discounts, order).unwrap();
        let left = Fraction::whole(sum).checked_sub(taken).unwrap();
        prop_assert!(!left.is_negative());
        prop_assert_eq!(left.rounded(2).unwrap(), reduced.left.amount);
    }

    #[test]
    fn currencies_never_mix(a in amount(1_000), b in amount(1_000)) {
        let (dollars, euros) = (Money::new(a, usd()), Money::new(b, "EUR".parse().unwrap()));
        prop_assert!(dollars.plus(euros).is_err());
        prop_assert!(euros.minus(dollars).is_err());
    }

    #[test]
    fn nothing_panics_and_what_is_rated_is_recomputed(
        price in wild_price(), units in any_decimal(), before in any_decimal(), billed in any_decimal(),
        transactions in prop::collection::vec(any_decimal(), 0..5), by_transaction in any::<bool>(),
        least in any_decimal(), most in any_decimal(), off in any_decimal(),
    ) {
        let mut charge = charge(price);
        charge.minimum = Some(Bound { amount: least, prorated: true });
        charge.maximum = Some(Bound { amount: most, prorated: false });
        charge.discounts = vec![Discount {
            name: "Discount".to_owned(),
            value: DiscountValue::Percent { percent: off },
            from: None, until: None, charges: Vec::new(), sources: Vec::new(),
        }];
        let measured =
            if by_transaction { Measured::Transactions(&transactions) } else { Measured::Units(units) };
        let input = RateInput {
            term_before: UnitsBefore { units: before, charged: before },
            earlier: Some(Earlier { units: before, amount: billed }),
            service: Period::try_new(date(2025, 4, 10), date(2025, 4, 17)).unwrap(),
            ..input(&charge, measured)
        };
        if let Ok(line) = rate(&input) {
            let json = serde_json::to_string(&line.working).unwrap();
            let read: Working = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(&read, &line.working);
            prop_assert!(!read.to_string().is_empty());
            prop_assert_eq!(read.recompute().unwrap(), line.amount);
        }
    }
}
