//! The agreements that cases are about, as plans.

use billing::facts::Facts;
use jiff::civil::{Date, date};
use pricing::plan::{
    Aggregation, Anchor, Cadence, CadenceUnit, Charge, DayCount, Discount, DiscountValue, Due, Meter,
    PaymentTerms, Plan, Policy, Quantity, Renewal, Schedule, Stub, Term, Timing, Weekend,
};
use pricing::price::Price;
use rust_decimal::Decimal;

use super::case::{Case, Failure, Given};

/// A monthly fee.
pub(crate) fn flat_charge(term: &str, amount: Decimal) -> Result<Charge, Failure> {
    let timing = match term {
        "in_advance" => Timing::Advance,
        "in_arrears" => Timing::Arrears,
        other => {
            return Err(Failure::Unreadable(format!(
                "`{other}` is not a payment term of the format"
            )));
        }
    };
    Ok(Charge {
        id: "charge".to_owned(),
        name: "Charge".to_owned(),
        schedule: Schedule::Recurring {
            every: Cadence {
                count: 1,
                unit: CadenceUnit::Month,
            },
            timing,
            anchor: Anchor::Start,
            stub: Stub::Short,
        },
        quantity: Quantity::Fixed { units: Decimal::ONE },
        price: Price::Flat { amount },
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
    })
}

/// A plan of some charges, open-ended from the first day of 2025.
pub(crate) fn plan_of(case: &Case, charges: Vec<Charge>) -> Result<Plan, Failure> {
    let mut plan = plan_from(case, date(2025, 1, 1), charges)?;
    plan.meters = vec![meter("usage")];
    Ok(plan)
}

/// A plan of some charges, open-ended from a day, by the rule choices of the case.
pub(crate) fn plan_from(case: &Case, start: Date, charges: Vec<Charge>) -> Result<Plan, Failure> {
    let over_365 = case.follows("cross_cadence:annual_over_365");
    let day_count = if over_365 {
        DayCount::Actual365
    } else {
        DayCount::Actual
    };
    Ok(Plan {
        title: case.id.clone(),
        account: "account".to_owned(),
        provider: "Provider".to_owned(),
        customer: "Customer".to_owned(),
        currency: case.given.currency()?,
        time_zone: "UTC".to_owned(),
        signed: None,
        term: Term { start, end: None },
        renewal: Renewal::Ends,
        payment: PaymentTerms {
            due: Due::Net { days: 30 },
            weekend: Weekend::Stay,
            early: None,
            late: None,
        },
        policy: Policy {
            day_count,
            ..Policy::default()
        },
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
    })
}

/// A discount without end.
pub(crate) fn discount(value: DiscountValue) -> Discount {
    Discount {
        name: "Discount".to_owned(),
        value,
        from: None,
        until: None,
        charges: Vec::new(),
        sources: Vec::new(),
    }
}

pub(crate) fn recurring(every: Cadence, timing: Timing, anchor: Date) -> Schedule {
    Schedule::Recurring {
        every,
        timing,
        anchor: Anchor::On { date: anchor },
        stub: Stub::Short,
    }
}

pub(crate) fn cadence(given: &Given) -> Result<Cadence, Failure> {
    let name = given.first_of(&["period", "billing_period", "cadence", "interval"]);
    let Some(name) = name else {
        return Ok(MONTHLY);
    };
    cadence_named(given.text(name)?).ok_or_else(|| given.missing(name))
}

const MONTHLY: Cadence = Cadence {
    count: 1,
    unit: CadenceUnit::Month,
};

/// A cadence by its word, or as an ISO 8601 duration of one unit: `P3M`.
pub(crate) fn cadence_named(name: &str) -> Option<Cadence> {
    let (count, unit) = match name {
        "daily" | "day" => (1, CadenceUnit::Day),
        "weekly" | "week" => (1, CadenceUnit::Week),
        "biweekly" | "fortnightly" => (2, CadenceUnit::Week),
        "thirty_days" => (30, CadenceUnit::Day),
        "thirty_one_days" => (31, CadenceUnit::Day),
        "sixty_days" => (60, CadenceUnit::Day),
        "ninety_days" => (90, CadenceUnit::Day),
        "monthly" | "month" => (1, CadenceUnit::Month),
        "bimonthly" | "bimestrial" => (2, CadenceUnit::Month),
        "quarterly" | "quarter" => (3, CadenceUnit::Month),
        "triannual" => (4, CadenceUnit::Month),
        "semiannual" | "biannual" | "half_yearly" | "semiannually" => (6, CadenceUnit::Month),
        "annual" | "yearly" | "year" | "annually" => (1, CadenceUnit::Year),
        "sesquiennial" => (18, CadenceUnit::Month),
        "biennial" => (2, CadenceUnit::Year),
        "triennial" => (3, CadenceUnit::Year),
        duration => {
            let (count, unit) = duration
                .strip_prefix('P')?
                .split_at_checked(duration.len().checked_sub(2)?)?;
            let unit = match unit {
                "D" => CadenceUnit::Day,
                "W" => CadenceUnit::Week,
                "M" => CadenceUnit::Month,
                "Y" => CadenceUnit::Year,
                _ => return None,
            };
            (count.parse().ok()?, unit)
        }
    };
    Some(Cadence { count, unit })
}

pub(crate) fn name(charge: &mut Charge, name: &str) {
    charge.id = id(name);
    name.clone_into(&mut charge.name);
}

pub(crate) fn id(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

pub(crate) fn no_facts() -> Facts {
    Facts {
        events: Vec::new(),
        measured: Vec::new(),
        seats: Vec::new(),
        milestones: Vec::new(),
        indices: Vec::new(),
        endings: Vec::new(),
        receivables: Vec::new(),
    }
}

/// What was used of one thing, added up.
pub(crate) fn meter(id: &str) -> Meter {
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

/// As measured by the one meter of a price case.
pub(crate) fn metered() -> Quantity {
    Quantity::Metered {
        meter: "usage".to_owned(),
    }
}
