//! Contracts and facts made of dice.

use jiff::civil::{Date, date};
use pricing::plan::*;
use pricing::price::{Price, TierCount};
use rust_decimal::Decimal;

use crate::facts::*;
use crate::sample::*;
use crate::schedule::plus_days;

/// A small generator of numbers: the seed of a failure reproduces it.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn place(&mut self, of: usize) -> usize {
        usize::try_from(self.roll(i64::try_from(of).unwrap())).unwrap()
    }

    pub(super) fn roll(&mut self, below: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 >> 33).unwrap() % below
    }

    pub(super) fn day(&mut self, days: i64) -> Date {
        plus_days(START, self.roll(days)).unwrap()
    }

    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.roll(100) < percent
    }
}

pub(super) const START: Date = date(2025, 1, 1);
const END: Date = date(2025, 7, 1);
const DAYS: i64 = 181;

pub(super) fn contract(dice: &mut Dice) -> Plan {
    let timing = |dice: &mut Dice| {
        if dice.chance(50) {
            Timing::Advance
        } else {
            Timing::Arrears
        }
    };
    let every = |dice: &mut Dice| u32::try_from(1 + dice.roll(3)).unwrap();
    let fixed = flat("fixed", "99.99", months(every(dice), timing(dice)));
    let crew = seats("crew", 5 + dice.roll(10), "33.33", timing(dice));
    let calls = usage("calls", "calls", price(dice));
    let mut stored = usage("stored", "stored", per_unit("0.0137"));
    if dice.chance(50) {
        stored.minimum = Some(Bound {
            amount: dec("25"),
            prorated: dice.chance(50),
        });
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
    plan.milestones = vec![milestone("phase", dice.chance(50)), milestone("go-live", false)];
    if dice.chance(60) {
        plan.pools = vec![pool(dice)];
    }
    if dice.chance(50) {
        plan.commitments = vec![commitment(dice)];
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

fn milestone(id: &str, held: bool) -> Milestone {
    let holdback = Holdback {
        percent: dec("12.5"),
        released_by: "go-live".to_owned(),
    };
    Milestone {
        id: id.to_owned(),
        name: id.to_owned(),
        planned: None,
        acceptance: Acceptance::Report,
        holdback: held.then_some(holdback),
        sources: Vec::new(),
    }
}

fn pool(dice: &mut Dice) -> CreditPool {
    let top_up = TopUp {
        below: dec("20"),
        grant: dec("200"),
        price: dec("180.50"),
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
        sources: Vec::new(),
    }
}

/// Everything that will ever be known, each fact by itself.
pub(super) fn everything(dice: &mut Dice) -> Vec<Facts> {
    let mut all = Vec::new();
    for at in 0..10 + dice.roll(15) {
        let meter = if dice.chance(70) { "calls" } else { "stored" };
        let event = used(
            &format!("u{at}"),
            meter,
            dice.day(DAYS),
            &(dice.roll(4000) + 1).to_string(),
        );
        if dice.chance(15) {
            let value = Decimal::from(dice.roll(4000));
            let fix = UsageEvent {
                id: format!("fix{at}"),
                value,
                replaces: Some(event.id.clone()),
                ..event.clone()
            };
            all.push(Facts {
                events: vec![fix],
                ..NONE
            });
        }
        all.push(Facts {
            events: vec![event],
            ..NONE
        });
    }
    for at in 0..dice.roll(5) {
        let mut change = seats_from(&format!("s{at}"), "crew", dice.day(DAYS), dice.roll(20));
        change.recorded = u64::try_from(at).unwrap();
        all.push(Facts {
            seats: vec![change],
            ..NONE
        });
    }
    for id in ["phase", "go-live"] {
        if dice.chance(70) {
            all.push(Facts {
                milestones: vec![completed(id, dice.day(DAYS))],
                ..NONE
            });
        }
    }
    if dice.chance(20) {
        let refund_unused = dice.chance(50);
        let event = EndingEvent::Terminated {
            last_day: dice.day(DAYS),
            refund_unused,
        };
        all.push(Facts {
            endings: vec![Ending {
                id: "end".to_owned(),
                event,
            }],
            ..NONE
        });
    }
    all
}

pub(super) fn learn(known: &mut Facts, fact: &Facts) {
    known.events.extend(fact.events.iter().cloned());
    known.seats.extend(fact.seats.iter().cloned());
    known.milestones.extend(fact.milestones.iter().cloned());
    known.endings.extend(fact.endings.iter().cloned());
}

pub(super) fn shuffle<T>(dice: &mut Dice, items: &mut [T]) {
    for at in (1..items.len()).rev() {
        items.swap(
            at,
            usize::try_from(dice.roll(i64::try_from(at).unwrap() + 1)).unwrap(),
        );
    }
}

/// Other prices, another number of seats, a charge less or more, from some day on.
pub(super) fn amendment(dice: &mut Dice, plan: &Plan) -> Plan {
    let amends = Amends {
        plan: plan.content_hash(),
        effective: dice.day(DAYS),
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
    if dice.chance(30) {
        next.charges
            .push(flat("extra", "19.95", months(1, Timing::Advance)));
    }
    next
}
