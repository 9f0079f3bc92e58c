use rust_decimal::Decimal;

use super::*;
use crate::plan::{Bound, Cadence, CadenceUnit, Included, OnceAt, Quantity, Schedule};
use crate::price::{Tier, TierCount, Tiers};

mod adjustments;
mod ordinary;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn period(start: &str, end: &str) -> Period {
    Period::try_new(start.parse().unwrap(), end.parse().unwrap()).unwrap()
}

fn tiers(rows: &[(Option<&str>, &str)]) -> Tiers {
    let rows = rows.iter().map(|(up_to, unit_price)| Tier {
        up_to: up_to.map(decimal),
        unit_price: Some(decimal(unit_price)),
        ..Tier::default()
    });
    Tiers {
        rows: rows.collect(),
        ..Tiers::default()
    }
}

fn house_tiers() -> Tiers {
    tiers(&[(Some("1000"), "0.10"), (Some("10000"), "0.08"), (None, "0.05")])
}

fn charge(quantity: Quantity, price: Price) -> Charge {
    Charge {
        id: "calls".into(),
        name: "API calls".into(),
        schedule: Schedule::Once { at: OnceAt::Start },
        quantity,
        price,
        conversion: None,
        starts: None,
        ends: None,
        included: None,
        ramp: vec![],
        escalators: vec![],
        discounts: vec![],
        minimum: None,
        maximum: None,
        prorated: true,
        tax: None,
        sources: vec![],
    }
}

fn metered(price: Price) -> Charge {
    charge(
        Quantity::Metered {
            meter: "calls".into(),
        },
        price,
    )
}

fn month<'a>(charge: &'a Charge, units: &str) -> RateInput<'a> {
    let whole = period("2025-04-01", "2025-05-01");
    RateInput::of_charge(
        charge,
        "USD".parse().unwrap(),
        Policy::default(),
        whole,
        Measured::Units(decimal(units)),
    )
}

fn amount(input: &RateInput<'_>) -> String {
    let line = rate(input).unwrap();
    assert_eq!(line.working.recompute(), Ok(line.amount), "{}", line.working);
    line.amount.amount.to_string()
}

#[test]
fn graduated_and_volume_price_twelve_thousand_units() {
    let graduated = metered(Price::Graduated { tiers: house_tiers() });
    let volume = metered(Price::Volume { tiers: house_tiers() });
    assert_eq!(amount(&month(&graduated, "12000")), "920.00");
    for (units, expected) in [("12000", "600.00"), ("10000", "800.00"), ("10001", "500.05")] {
        assert_eq!(amount(&month(&volume, units)), expected, "{units}");
    }
}

#[test]
fn the_working_reads_as_a_bookkeeper_would_write_it() {
    let charge = metered(Price::Graduated { tiers: house_tiers() });
    let line = rate(&month(&charge, "12000")).unwrap();
    assert_eq!(
        line.working.to_string(),
        "1,000 × 0.10 = 100.00; 9,000 × 0.08 = 720.00; 2,000 × 0.05 = 100.00; sum 920.00"
    );
}

#[test]
fn tiers_over_the_term_go_on_where_the_last_period_ended() {
    let per_period = metered(Price::Graduated { tiers: house_tiers() });
    let over_term = metered(Price::Graduated {
        tiers: Tiers {
            count: TierCount::OverTerm,
            ..house_tiers()
        },
    });
    let twice = |charge: &Charge| {
        let first = rate(&month(charge, "6000")).unwrap();
        let mut second = month(charge, "6000");
        second.term_before = UnitsBefore {
            units: first.units,
            charged: first.charged,
        };
        first
            .amount
            .plus(rate(&second).unwrap().amount)
            .unwrap()
            .amount
            .to_string()
    };
    assert_eq!(twice(&per_period), "1000.00");
    assert_eq!(twice(&over_term), "920.00");
}

#[test]
fn overage_above_included_units_is_added_to_the_base() {
    let base = charge(
        Quantity::Fixed { units: Decimal::ONE },
        Price::Flat {
            amount: decimal("1000"),
        },
    );
    let mut overage = metered(Price::PerUnit {
        unit_price: decimal("0.05"),
        per: Decimal::ONE,
    });
    overage.included = Some(Included {
        units: decimal("10000"),
        over_term: false,
    });
    let base = rate(&month(&base, "1")).unwrap().amount;
    let overage = rate(&month(&overage, "12500")).unwrap().amount;
    assert_eq!(base.plus(overage).unwrap().amount, decimal("1125.00"));
}

#[test]
fn seats_added_on_day_sixteen_pay_the_rest_of_the_month() {
    let seats = charge(
        Quantity::Seats {
            initial: decimal("20"),
            floor: None,
            ratchet: false,
            true_up: None,
        },
        Price::PerUnit {
            unit_price: decimal("50"),
            per: Decimal::ONE,
        },
    );
    let mut april = month(&seats, "20");
    april.service = period("2025-04-16", "2025-05-01");
    assert_eq!(amount(&april), "500.00");
    let mut may = april;
    may.whole = period("2025-05-01", "2025-06-01");
    may.service = period("2025-05-16", "2025-06-01");
    assert_eq!(amount(&may), "516.13");
    assert_eq!(
        rate(&may).unwrap().working.to_string(),
        "20 × 50.00 = 1,000.00; × 16/31 days = 516.129032…; rounded 516.13"
    );
}

#[test]
fn an_increase_and_a_minimum_follow_the_price() {
    let mut fee = charge(
        Quantity::Fixed { units: Decimal::ONE },
        Price::Flat {
            amount: decimal("100"),
        },
    );
    fee.escalators = vec![Escalator {
        first: "2024-01-01".parse().unwrap(),
        every: Some(Cadence {
            count: 1,
            unit: CadenceUnit::Year,
        }),
        by: crate::plan::Escalation::Percent {
            percent: decimal("3"),
        },
        compounding: true,
    }];
    assert_eq!(amount(&month(&fee, "1")), "106.09");
    fee.minimum = Some(Bound {
        amount: decimal("200"),
        prorated: false,
    });
    assert_eq!(amount(&month(&fee, "1")), "200.00");
}
