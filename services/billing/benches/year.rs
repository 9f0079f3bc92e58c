//! Twelve months of a contract of ten charges: its dates, and its lines with their working.
#![expect(
    clippy::expect_used,
    reason = "a bench that cannot be set up measures nothing"
)]

use std::hint::black_box;

use billing::expected;
use billing::facts::{Facts, SeatChange, UsageEvent};
use billing::schedule::{Recurrence, Window, cycles};
use criterion::{Criterion, criterion_group, criterion_main};
use jiff::civil::date;
use pricing::plan::*;
use pricing::price::{Price, Tier, Tiers};
use rust_decimal::Decimal;

fn charge(id: usize, quantity: Quantity, price: Price, timing: Timing) -> Charge {
    let every = Cadence {
        count: 1,
        unit: CadenceUnit::Month,
    };
    Charge {
        id: format!("charge-{id}"),
        name: format!("Charge {id}"),
        schedule: Schedule::Recurring {
            every,
            timing,
            anchor: Anchor::Start,
            stub: Stub::Short,
        },
        quantity,
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

fn graduated() -> Price {
    let row = |up_to: Option<u32>, cents: i64| Tier {
        up_to: up_to.map(Decimal::from),
        unit_price: Some(Decimal::new(cents, 2)),
        ..Tier::default()
    };
    Price::Graduated {
        tiers: Tiers {
            rows: vec![row(Some(1_000), 10), row(Some(10_000), 8), row(None, 5)],
            ..Tiers::default()
        },
    }
}

/// Four fixed, three of seats, three metered.
fn ten_charges() -> Plan {
    let fixed = |id| {
        charge(
            id,
            Quantity::Fixed { units: Decimal::ONE },
            Price::Flat {
                amount: Decimal::from(500),
            },
            Timing::Advance,
        )
    };
    let seats = |id| {
        let quantity = Quantity::Seats {
            initial: Decimal::TEN,
            floor: None,
            ratchet: false,
            true_up: None,
        };
        charge(
            id,
            quantity,
            Price::PerUnit {
                unit_price: Decimal::from(50),
                per: Decimal::ONE,
            },
            Timing::Advance,
        )
    };
    let metered = |id| {
        charge(
            id,
            Quantity::Metered {
                meter: format!("meter-{id}"),
            },
            graduated(),
            Timing::Arrears,
        )
    };
    let meter = |id| Meter {
        id: format!("meter-{id}"),
        name: "Calls".to_owned(),
        unit: "call".to_owned(),
        aggregation: Aggregation::Sum,
        filters: Vec::new(),
        dimensions: Vec::new(),
        sources: Vec::new(),
    };
    Plan {
        title: "Agreement".to_owned(),
        account: "acme".to_owned(),
        provider: "Provider".to_owned(),
        customer: "Acme".to_owned(),
        currency: "USD".parse().expect("a currency"),
        time_zone: "UTC".to_owned(),
        signed: None,
        term: Term {
            start: date(2025, 1, 1),
            end: Some(date(2026, 1, 1)),
        },
        renewal: Renewal::Ends,
        payment: PaymentTerms {
            due: Due::Net { days: 30 },
            weekend: Weekend::Stay,
            early: None,
            late: None,
        },
        policy: Policy::default(),
        charges: (0..4)
            .map(fixed)
            .chain((4..7).map(seats))
            .chain((7..10).map(metered))
            .collect(),
        meters: (7..10).map(meter).collect(),
        milestones: Vec::new(),
        pools: Vec::new(),
        commitments: Vec::new(),
        ceilings: Vec::new(),
        discounts: Vec::new(),
        taxes: Vec::new(),
        amends: None,
        documents: Vec::new(),
        sources: Vec::new(),
    }
}

fn facts() -> Facts {
    let event = |meter: usize, month: i8| UsageEvent {
        id: format!("event-{meter}-{month}"),
        meter: format!("meter-{meter}"),
        at: date(2025, month, 10).at(12, 0, 0, 0),
        value: Decimal::from(12_000),
        key: None,
        dimensions: std::collections::BTreeMap::new(),
        replaces: None,
    };
    let seats = |charge: usize| SeatChange {
        id: format!("seats-{charge}"),
        charge: format!("charge-{charge}"),
        on: date(2025, 4, 16),
        count: Decimal::from(30),
        recorded: 0,
    };
    Facts {
        events: (7..10)
            .flat_map(|meter| (1..=12).map(move |month| event(meter, month)))
            .collect(),
        seats: (4..7).map(seats).collect(),
        ..Facts::default()
    }
}

fn year(criterion: &mut Criterion) {
    let (plan, facts) = (ten_charges(), facts());
    let through = date(2026, 1, 1);
    let mut group = criterion.benchmark_group("a year of ten charges");
    group.bench_function("schedule", |bencher| {
        let window = Window::try_new(plan.term.start, plan.term.end).expect("a window");
        let recurrences: Vec<_> = plan
            .charges
            .iter()
            .filter_map(|charge| Recurrence::of(&charge.schedule))
            .collect();
        bencher.iter(|| {
            for recurrence in &recurrences {
                black_box(cycles(recurrence, window, through)).expect("dates");
            }
        });
    });
    group.bench_function("lines with their working", |bencher| {
        bencher.iter(|| black_box(expected(&plan, &facts, through)).expect("lines"));
    });
    group.finish();
}

criterion_group!(benches, year);
criterion_main!(benches);
