//! Plans and facts in a few words, for tests.

use jiff::civil::Date;
use pricing::plan::*;
use pricing::price::{Price, Tier, TierCount, Tiers};
use rust_decimal::Decimal;

use crate::expected::expected;
use crate::facts::*;
use crate::line::{BilledLine, DueLine, ExpectedLine};

pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) fn plan(start: Date, end: Option<Date>, charges: Vec<Charge>) -> Plan {
    Plan {
        title: "Agreement".to_owned(),
        account: "acme".to_owned(),
        provider: "Provider Ltd".to_owned(),
        customer: "Acme Inc".to_owned(),
        currency: "USD".parse().unwrap(),
        time_zone: "UTC".to_owned(),
        signed: None,
        term: Term { start, end },
        renewal: Renewal::Ends,
        payment: PaymentTerms {
            due: Due::Net { days: 30 },
            weekend: Weekend::Stay,
            early: None,
            late: None,
        },
        policy: Policy::default(),
        charges,
        meters: Vec::new(),
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

pub(crate) fn charge(id: &str, schedule: Schedule, quantity: Quantity, price: Price) -> Charge {
    Charge {
        id: id.to_owned(),
        name: id.to_owned(),
        schedule,
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

pub(crate) fn months(count: u32, timing: Timing) -> Schedule {
    let every = Cadence {
        count,
        unit: CadenceUnit::Month,
    };
    Schedule::Recurring {
        every,
        timing,
        anchor: Anchor::Start,
        stub: Stub::Short,
    }
}

pub(crate) fn flat(id: &str, amount: &str, schedule: Schedule) -> Charge {
    let one = Quantity::Fixed { units: Decimal::ONE };
    charge(id, schedule, one, Price::Flat { amount: dec(amount) })
}

pub(crate) fn per_unit(unit_price: &str) -> Price {
    Price::PerUnit {
        unit_price: dec(unit_price),
        per: Decimal::ONE,
    }
}

pub(crate) fn usage(id: &str, meter: &str, price: Price) -> Charge {
    charge(
        id,
        months(1, Timing::Arrears),
        Quantity::Metered {
            meter: meter.to_owned(),
        },
        price,
    )
}

pub(crate) fn seats(id: &str, initial: i64, unit_price: &str, timing: Timing) -> Charge {
    let quantity = Quantity::Seats {
        initial: initial.into(),
        floor: None,
        ratchet: false,
        true_up: None,
    };
    charge(id, months(1, timing), quantity, per_unit(unit_price))
}

pub(crate) fn sum_meter(id: &str) -> Meter {
    Meter {
        id: id.to_owned(),
        name: id.to_owned(),
        unit: "unit".to_owned(),
        aggregation: Aggregation::Sum,
        filters: Vec::new(),
        dimensions: Vec::new(),
        sources: Vec::new(),
    }
}

pub(crate) fn used(id: &str, meter: &str, on: Date, value: &str) -> UsageEvent {
    UsageEvent {
        id: id.to_owned(),
        meter: meter.to_owned(),
        at: on.at(12, 0, 0, 0),
        value: dec(value),
        key: None,
        dimensions: std::collections::BTreeMap::new(),
        replaces: None,
    }
}

pub(crate) fn seats_from(id: &str, charge: &str, on: Date, count: i64) -> SeatChange {
    SeatChange {
        id: id.to_owned(),
        charge: charge.to_owned(),
        on,
        count: count.into(),
        recorded: 0,
    }
}

pub(crate) fn completed(milestone: &str, on: Date) -> MilestoneReport {
    MilestoneReport {
        id: format!("{milestone}-done"),
        milestone: milestone.to_owned(),
        on,
        event: MilestoneEvent::Completed,
        evidence: "certificate".to_owned(),
    }
}

pub(crate) fn graduated(count: TierCount) -> Price {
    let row = |up_to: Option<&str>, price: &str| Tier {
        up_to: up_to.map(dec),
        unit_price: Some(dec(price)),
        ..Tier::default()
    };
    let rows = vec![
        row(Some("1000"), "0.10"),
        row(Some("10000"), "0.08"),
        row(None, "0.05"),
    ];
    Price::Graduated {
        tiers: Tiers {
            rows,
            count,
            ..Tiers::default()
        },
    }
}

/// Every line as `invoice date charge/component amount`.
pub(crate) fn lines(plan: &Plan, facts: &Facts, through: Date) -> Vec<String> {
    let lines = expected(plan, facts, through).unwrap();
    for line in &lines {
        assert_eq!(
            line.working.recompute(),
            Ok(line.amount),
            "{}: {}",
            line.charge,
            line.working
        );
    }
    let shown = |line: &ExpectedLine| {
        format!(
            "{} {}/{} {}",
            line.invoice_date, line.charge, line.component, line.amount.amount
        )
    };
    lines.iter().map(shown).collect()
}

/// Nothing is known.
pub(crate) const NONE: Facts = Facts {
    events: Vec::new(),
    measured: Vec::new(),
    seats: Vec::new(),
    milestones: Vec::new(),
    indices: Vec::new(),
    endings: Vec::new(),
    receivables: Vec::new(),
};

/// Due lines as an invoice carries them.
pub(crate) fn billed(due: &[DueLine], invoice: &str) -> Vec<BilledLine> {
    let line = |due: &DueLine| BilledLine {
        charge: due.line.charge.clone(),
        component: due.line.component.clone(),
        service: due.line.service,
        invoice_date: due.line.invoice_date,
        amount: due.line.amount,
        tax: due.line.tax.clone(),
        description: due.line.description.clone(),
        invoice: invoice.to_owned(),
    };
    due.iter().map(line).collect()
}
