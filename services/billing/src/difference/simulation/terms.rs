//! Contracts and amendments made of dice.

use jiff::civil::date;
use pricing::plan::*;
use pricing::price::{Price, TierCount};
use rust_decimal::Decimal;

use super::dice::{DAYS, Dice, END, START};
use crate::sample::*;

/// A contract and up to two amendments, in the order in which they were agreed and take effect.
pub(super) fn agreement(dice: &mut Dice) -> Vec<Plan> {
    let mut versions = vec![contract(dice)];
    while versions.len() < 3 && dice.chance(40) {
        let next = amendment(dice, &versions[versions.len() - 1]);
        versions.push(next);
    }
    versions
}

fn contract(dice: &mut Dice) -> Plan {
    let timing = |dice: &mut Dice| {
        if dice.chance(50) {
            Timing::Advance
        } else {
            Timing::Arrears
        }
    };
    let every = |dice: &mut Dice| u32::try_from(1 + dice.roll(3)).unwrap();
    let mut fixed = flat("fixed", "99.99", months(every(dice), timing(dice)));
    if dice.chance(40) {
        fixed.escalators.push(index_increase());
    }
    let mut crew = seats("crew", 5 + dice.roll(10), "33.33", timing(dice));
    if dice.chance(40) {
        crew.discounts.push(percent_off(dice));
    }
    let mut calls = usage("calls", "calls", price(dice));
    if dice.chance(30) {
        calls.maximum = Some(bound(dice, "180"));
    }
    if dice.chance(30) {
        calls.included = Some(Included {
            units: dec("700"),
            over_term: dice.chance(50),
        });
    }
    let mut stored = usage("stored", "stored", per_unit("0.0137"));
    if dice.chance(50) {
        stored.minimum = Some(bound(dice, "25"));
    }
    let phase = flat(
        "phase",
        "5000.01",
        Schedule::OnMilestone {
            milestone: "phase".to_owned(),
        },
    );
    let mut plan = plan(START, Some(END), vec![fixed, crew, calls, stored, phase]);
    plan.meters = vec![
        sum_meter("calls"),
        Meter {
            aggregation: Aggregation::Max,
            ..sum_meter("stored")
        },
    ];
    plan.milestones = vec![milestone("phase", dice), milestone("go-live", dice)];
    if dice.chance(40) {
        tax(&mut plan);
    }
    if dice.chance(60) {
        plan.pools = vec![pool(dice)];
    }
    if dice.chance(50) {
        plan.commitments = vec![commitment(dice)];
    }
    if dice.chance(30) {
        plan.ceilings = vec![ceiling(dice)];
    }
    plan
}

fn price(dice: &mut Dice) -> Price {
    let Price::Graduated { tiers } = graduated(TierCount::PerPeriod) else {
        unreachable!()
    };
    match dice.roll(4) {
        0 => Price::Volume { tiers },
        1 => graduated(TierCount::OverTerm),
        2 => Price::Graduated { tiers },
        _ => per_unit("0.07"),
    }
}

fn bound(dice: &mut Dice, amount: &str) -> Bound {
    Bound {
        amount: dec(amount),
        prorated: dice.chance(50),
    }
}

fn index_increase() -> Escalator {
    Escalator {
        first: date(2025, 4, 1),
        every: None,
        by: Escalation::Index {
            series: "prices".to_owned(),
            lag_months: 1,
            floor: Some(Decimal::ONE),
            cap: Some(Decimal::from(5)),
            plus: None,
        },
        compounding: true,
    }
}

fn percent_off(dice: &mut Dice) -> Discount {
    Discount {
        name: "Welcome".to_owned(),
        value: DiscountValue::Percent { percent: dec("12.5") },
        from: None,
        until: Some(dice.day(DAYS).max(date(2025, 1, 2))),
        charges: Vec::new(),
        sources: Vec::new(),
    }
}

fn tax(plan: &mut Plan) {
    plan.taxes = vec![Tax {
        id: "sales".to_owned(),
        name: "Sales tax".to_owned(),
        percent: dec("8.25"),
        included: false,
        sources: Vec::new(),
    }];
    for charge in &mut plan.charges {
        charge.tax = Some("sales".to_owned());
    }
}

fn untax(plan: &mut Plan) {
    plan.taxes.clear();
    for charge in &mut plan.charges {
        charge.tax = None;
    }
}

/// The first part may be held back until the system is live; acceptance may need a signature or a week of silence.
fn milestone(id: &str, dice: &mut Dice) -> Milestone {
    let held = id == "phase" && dice.chance(50);
    let written = Acceptance::Written {
        deemed_after_days: dice.chance(70).then_some(7),
    };
    let holdback = Holdback {
        percent: dec("12.5"),
        released_by: "go-live".to_owned(),
    };
    Milestone {
        id: id.to_owned(),
        name: id.to_owned(),
        planned: None,
        acceptance: if dice.chance(50) {
            written
        } else {
            Acceptance::Report
        },
        holdback: held.then_some(holdback),
        sources: Vec::new(),
    }
}

fn pool(dice: &mut Dice) -> CreditPool {
    let top_up = TopUp {
        below: dec("20"),
        grant: dec("200"),
        price: dec("180.50"),
        to: dice.chance(50).then(|| dec("90.01")),
    };
    CreditPool {
        id: "credits".to_owned(),
        name: "Credits".to_owned(),
        unit: PoolUnit::Money,
        grant: dec("500"),
        bought_by: None,
        pays: if dice.chance(50) {
            vec!["calls".to_owned(), "stored".to_owned()]
        } else {
            Vec::new()
        },
        priority: 0,
        expiry: if dice.chance(50) {
            Expiry::On {
                date: date(2025, 4, 10),
            }
        } else {
            Expiry::Never
        },
        rollover: None,
        top_up: dice.chance(50).then_some(top_up),
        pays_tax: false,
        sources: Vec::new(),
    }
}

fn commitment(dice: &mut Dice) -> Commitment {
    let settlements = [Settlement::TrueUp, Settlement::TrueForward, Settlement::TakeOrPay];
    let every = Cadence {
        count: 1,
        unit: CadenceUnit::Month,
    };
    Commitment {
        id: "promise".to_owned(),
        name: "Promise".to_owned(),
        amount: Decimal::from(100 + dice.roll(900)),
        charges: vec!["calls".to_owned(), "crew".to_owned()],
        span: if dice.chance(50) {
            CommitmentSpan::Term
        } else {
            CommitmentSpan::Each { every }
        },
        settlement: settlements[usize::try_from(dice.roll(3)).unwrap()],
        settled_on: if dice.chance(50) {
            SettledOn::default()
        } else {
            SettledOn::After { span: every }
        },
        sources: Vec::new(),
    }
}

fn ceiling(dice: &mut Dice) -> Ceiling {
    let every = Cadence {
        count: 1,
        unit: CadenceUnit::Month,
    };
    Ceiling {
        id: "cap".to_owned(),
        name: "cap".to_owned(),
        amount: Decimal::from(100 + dice.roll(600)),
        charges: if dice.chance(50) {
            vec!["calls".to_owned(), "crew".to_owned()]
        } else {
            Vec::new()
        },
        span: if dice.chance(50) {
            CommitmentSpan::Term
        } else {
            CommitmentSpan::Each { every }
        },
        prorated: dice.chance(50),
        sources: Vec::new(),
    }
}

/// Other prices, another number of seats, a charge less or more, from some day on.
fn amendment(dice: &mut Dice, plan: &Plan) -> Plan {
    let amends = Amends {
        plan: plan.content_hash(),
        effective: plan
            .amends
            .as_ref()
            .map_or(START, |before| before.effective)
            .max(dice.day(DAYS)),
    };
    let mut next = Plan {
        amends: Some(amends),
        ..plan.clone()
    };
    for charge in &mut next.charges {
        match (charge.id.as_str(), dice.chance(50)) {
            ("fixed", true) => {
                charge.price = Price::Flat {
                    amount: dec("149.90"),
                }
            }
            ("crew", true) => charge.price = per_unit("29.99"),
            ("calls", true) => charge.price = price(dice),
            _ => {}
        }
        if let (Quantity::Seats { initial, .. }, true) = (&mut charge.quantity, dice.chance(50)) {
            *initial = Decimal::from(dice.roll(20));
        }
    }
    if dice.chance(30) {
        next.charges.retain(|charge| charge.id != "fixed");
    }
    match (dice.chance(20), next.taxes.is_empty()) {
        (true, true) => tax(&mut next),
        (true, false) => untax(&mut next),
        (false, _) => {}
    }
    if dice.chance(30) && plan.charge("extra").is_none() {
        next.charges
            .push(flat("extra", "19.95", months(1, Timing::Advance)));
    }
    next
}
