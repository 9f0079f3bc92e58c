//! Changes during a period: other terms, other seats, and the invoices that follow one another.

use std::collections::BTreeMap;

use billing::component::Component;
use billing::expected_over;
use billing::facts::{Facts, SeatChange, UsageEvent};
use billing::line::ExpectedLine;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use pricing::period::Period;
use pricing::plan::{
    Aggregation, Amends, Anchor, Cadence, CadenceUnit, Charge, DayCount, Discount, DiscountValue, Due, Meter,
    OnceAt, PaymentTerms, Plan, Policy, Quantity, Renewal, Schedule, Stub, Term, Timing, Weekend,
};
use pricing::price::Price;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::case::{Answer, Case, Failure, Given, number, outputs, refused};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    match case.kind.as_str() {
        "plan_change" => Some(plan_change(case)),
        "invoice_sequence" => Some(invoice_sequence(case)),
        "seat_charge" => Some(seat_charge(case)),
        _ => None,
    }
}

/// The rest of a period that was billed in advance, by old terms and by new.
fn plan_change(case: &Case) -> Answer {
    let (period, on) = period_and_change(&case.given)?;
    let items = case.given.list("items");
    let side = |prefix: &str| items_of(case, &items, prefix, period);
    let old = plan_from(case, period.start(), side("old_")?)?;
    let new = Plan {
        amends: Some(Amends {
            plan: old.content_hash(),
            effective: on,
        }),
        charges: side("new_")?,
        ..old.clone()
    };
    let lines = expected_over(&[&old, &new], &no_facts(), on).map_err(refused)?;
    let changed = lines.into_iter().filter(|line| is_of_change(line, on));
    let (mut shown, mut net) = (Vec::new(), Decimal::ZERO);
    for line in changed.filter(|line| !line.amount.amount.is_zero()) {
        let amount = line.amount.amount;
        let kind = if amount < Decimal::ZERO {
            "credit"
        } else {
            "charge"
        };
        shown.push(json!({ "name": line.description, "type": kind, "amount": amount.to_string() }));
        net = net.checked_add(amount).ok_or_else(|| refused("too large"))?;
    }
    outputs([("lines", Value::Array(shown)), ("net", number(net))])
}

/// Lines by the new terms or against the old ones. On the first day of the period nothing was billed by the old.
fn is_of_change(line: &ExpectedLine, on: Date) -> bool {
    line.invoice_date == on
}

/// Where only the remaining fraction is stated, a period of as many days as its denominator.
fn period_and_change(given: &Given) -> Result<(Period, Date), Failure> {
    if given.has("remaining_fraction") {
        let rest = given.fraction("remaining_fraction")?;
        let days = |count: Decimal| count.to_string().parse::<i64>().map_err(refused);
        let (left, whole) = (days(rest.numerator())?, days(rest.denominator())?);
        let start = date(2025, 1, 1);
        let end = start.checked_add(whole.days()).map_err(refused)?;
        let change = end.checked_sub(left.days()).map_err(refused)?;
        return Ok((Period::try_new(start, end).map_err(refused)?, change));
    }
    Ok((given.period("period")?, given.date("change_date")?))
}

fn items_of(case: &Case, items: &[Given], prefix: &str, period: Period) -> Result<Vec<Charge>, Failure> {
    let mut charges = Vec::new();
    for item in items {
        let named = |name: &str| format!("{prefix}{name}");
        let mut charge = if item.has(&named("unit_price")) {
            let mut charge = flat_charge("in_advance", Decimal::ZERO)?;
            charge.quantity = Quantity::Fixed {
                units: item.decimal(&named("quantity"))?,
            };
            charge.price = Price::PerUnit {
                unit_price: item.decimal(&named("unit_price"))?,
                per: Decimal::ONE,
            };
            charge
        } else if item.has(&named("amount")) {
            flat_charge("in_advance", item.decimal(&named("amount"))?)?
        } else {
            continue;
        };
        name(&mut charge, item.text("name")?);
        charge.schedule = match item.text("recurrence").unwrap_or("period") {
            "one_time" => Schedule::Once { at: OnceAt::Start },
            "annual" => {
                charge.ends = Some(period.end());
                recurring(
                    Cadence {
                        count: 1,
                        unit: CadenceUnit::Year,
                    },
                    Timing::Advance,
                    period.start(),
                )
            }
            "period" | "monthly" => {
                let every = Cadence {
                    count: period.days(),
                    unit: CadenceUnit::Day,
                };
                recurring(every, Timing::Advance, period.start())
            }
            _ => return Err(item.missing("recurrence")),
        };
        if case.follows("one_time:never_prorated") && matches!(charge.schedule, Schedule::Once { .. }) {
            charge.prorated = false;
        }
        if matches!(charge.schedule, Schedule::Once { .. }) && prefix == "new_" {
            // It falls due when the terms that name it come into force.
            charge.starts = Some(period_and_change(&case.given)?.1);
        }
        charges.push(charge);
    }
    Ok(charges)
}

/// Invoices of an agreement by their dates, through the last one the source shows.
fn invoice_sequence(case: &Case) -> Answer {
    let given = &case.given;
    let start = given.date("start")?;
    let through = last_shown(case)?;
    let items = given.list("items");
    let mut first = plan_from(case, start, sequence_items(given, &items, "old_", start)?)?;
    first.meters = meters(&items)?;
    let mut versions = vec![first];
    if given.has("change_date") {
        let charges = sequence_items(given, &items, "new_", start)?;
        let amends = versions.first().map(Plan::content_hash);
        let amends = amends
            .map(|plan| {
                Ok(Amends {
                    plan,
                    effective: given.date("change_date")?,
                })
            })
            .transpose()?;
        let changed = versions.first().cloned().map(|plan| Plan {
            amends,
            charges,
            ..plan
        });
        versions.extend(changed);
    }
    let facts = Facts {
        events: usage(given)?,
        ..no_facts()
    };
    let lines = expected_over(&versions.iter().collect::<Vec<_>>(), &facts, through).map_err(refused)?;
    outputs([("invoices", invoices(&lines)?)])
}

fn invoices(lines: &[ExpectedLine]) -> Result<Value, Failure> {
    let mut dates: BTreeMap<Date, (Decimal, bool)> = BTreeMap::new();
    for line in lines {
        let (total, adjusts) = dates.entry(line.invoice_date).or_default();
        *total = total
            .checked_add(line.amount.amount)
            .ok_or_else(|| refused("too large"))?;
        *adjusts |= matches!(
            line.component,
            Component::Amended { .. } | Component::AmendedCredit { .. }
        );
    }
    let shown =
        dates
            .into_iter()
            .filter(|(_, (total, _))| !total.is_zero())
            .map(|(date, (total, adjusts))| {
                let kind = if adjusts { "adjustment" } else { "recurring" };
                json!({ "date": date.to_string(), "total": total.to_string(), "type": kind })
            });
    Ok(Value::Array(shown.collect()))
}

fn last_shown(case: &Case) -> Result<Date, Failure> {
    let dates = case
        .expect
        .get("invoices")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let last = dates
        .filter_map(|invoice| invoice["date"].as_str()?.parse::<Date>().ok())
        .max();
    last.ok_or_else(|| Failure::Unreadable("the source shows no invoice".to_owned()))
}

fn sequence_items(given: &Given, items: &[Given], side: &str, start: Date) -> Result<Vec<Charge>, Failure> {
    let mut charges = Vec::new();
    for item in items {
        let of_side = format!("{side}amount");
        let amount = [of_side.as_str(), "amount"]
            .into_iter()
            .find(|name| item.has(name));
        let is_usage = item.text("type")? == "usage";
        let Some(amount) = amount
            .map(|name| item.decimal(name))
            .or(is_usage.then_some(Ok(Decimal::ONE)))
        else {
            continue;
        };
        let mut charge = flat_charge(item.text("term").unwrap_or("in_arrears"), amount?)?;
        name(&mut charge, item.text("name")?);
        if is_usage {
            let unit_price = item.optional_decimal("unit_price")?.unwrap_or(Decimal::ONE);
            charge.quantity = Quantity::Metered {
                meter: charge.id.clone(),
            };
            charge.price = Price::PerUnit {
                unit_price,
                per: Decimal::ONE,
            };
        }
        charge.schedule = match charge.schedule {
            _ if item.text("type")? == "one_time" => Schedule::Once { at: OnceAt::Start },
            Schedule::Recurring { timing, .. } => recurring(cadence(item)?, timing, start),
            other => other,
        };
        charge.starts = item
            .has("effective_from")
            .then(|| item.date("effective_from"))
            .transpose()?;
        charge.ends = given
            .has("cancel_date")
            .then(|| given.date("cancel_date"))
            .transpose()?;
        charges.push(charge);
    }
    Ok(charges)
}

pub(crate) fn cadence(given: &Given) -> Result<Cadence, Failure> {
    let (count, unit) = match given.text("period").unwrap_or("monthly") {
        "daily" => (1, CadenceUnit::Day),
        "weekly" => (1, CadenceUnit::Week),
        "biweekly" | "bi_weekly" => (2, CadenceUnit::Week),
        "thirty_days" => (30, CadenceUnit::Day),
        "thirty_one_days" => (31, CadenceUnit::Day),
        "monthly" => (1, CadenceUnit::Month),
        "bimonthly" => (2, CadenceUnit::Month),
        "quarterly" => (3, CadenceUnit::Month),
        "triannual" => (4, CadenceUnit::Month),
        "semiannual" | "semi_annual" | "biannual" => (6, CadenceUnit::Month),
        "annual" | "yearly" => (1, CadenceUnit::Year),
        "biennial" => (2, CadenceUnit::Year),
        _ => return Err(given.missing("period")),
    };
    Ok(Cadence { count, unit })
}

fn meters(items: &[Given]) -> Result<Vec<Meter>, Failure> {
    let usage = items
        .iter()
        .filter(|item| item.text("type").is_ok_and(|kind| kind == "usage"));
    usage
        .map(|item| {
            let id = id(item.text("name")?);
            Ok(Meter {
                name: id.clone(),
                unit: "unit".to_owned(),
                aggregation: Aggregation::Sum,
                filters: Vec::new(),
                dimensions: Vec::new(),
                sources: Vec::new(),
                id,
            })
        })
        .collect()
}

fn usage(given: &Given) -> Result<Vec<UsageEvent>, Failure> {
    let only = given
        .list("items")
        .into_iter()
        .find(|item| item.text("type").is_ok_and(|kind| kind == "usage"));
    let used = |(at, used): (usize, Given)| {
        let of = ["item", "name"].into_iter().find_map(|name| used.text(name).ok());
        let meter = of
            .or_else(|| only.as_ref()?.text("name").ok())
            .ok_or_else(|| used.missing("item"))?;
        let value = if used.has("quantity") {
            used.decimal("quantity")?
        } else {
            used.decimal("amount")?
        };
        Ok(UsageEvent {
            id: at.to_string(),
            meter: id(meter),
            at: used.date_time(if used.has("at") { "at" } else { "date" })?,
            value,
            key: None,
            dimensions: BTreeMap::new(),
            replaces: None,
        })
    };
    given.list("usage").into_iter().enumerate().map(used).collect()
}

/// What is paid for seats that come and go during a period, beyond those already paid when it began.
fn seat_charge(case: &Case) -> Answer {
    let given = &case.given;
    let period = given.part("period").period("")?;
    let opening = given.optional_decimal("opening_seats")?.unwrap_or_default();
    let unit_price = given.decimal("unit_price")?;
    let mut charge = flat_charge(given.text("billed").unwrap_or("in_advance"), Decimal::ZERO)?;
    charge.quantity = Quantity::Seats {
        initial: opening,
        floor: None,
        ratchet: false,
        true_up: None,
    };
    charge.price = Price::PerUnit {
        unit_price,
        per: Decimal::ONE,
    };
    charge.prorated = given.flag("prorated");
    if let Schedule::Recurring { timing, .. } = charge.schedule {
        charge.schedule = recurring(
            Cadence {
                count: period.days(),
                unit: CadenceUnit::Day,
            },
            timing,
            period.start(),
        );
    }
    charge.ends = Some(period.end());
    let (seats, closing) = seat_changes(given, &charge.id, opening)?;
    let plan = plan_from(case, period.start(), vec![charge])?;
    let facts = Facts { seats, ..no_facts() };
    let lines = expected_over(&[&plan], &facts, period.end()).map_err(refused)?;
    let paid_before = opening.checked_mul(unit_price);
    let due = lines
        .iter()
        .try_fold(Decimal::ZERO, |sum, line| sum.checked_add(line.amount.amount));
    let due = due.zip(paid_before).and_then(|(due, paid)| due.checked_sub(paid));
    let due = due.ok_or_else(|| refused("too large"))?;
    outputs([("amount", number(due)), ("closing_seats", number(closing))])
}

fn seat_changes(
    given: &Given,
    charge: &str,
    opening: Decimal,
) -> Result<(Vec<SeatChange>, Decimal), Failure> {
    let mut count = opening;
    let mut changes = Vec::new();
    for (recorded, event) in (0_u64..).zip(given.list("seat_events")) {
        let by = match event.text("op")? {
            "add" => Decimal::ONE,
            "remove" => Decimal::NEGATIVE_ONE,
            _ => return Err(event.missing("op")),
        };
        count = count.checked_add(by).ok_or_else(|| refused("too large"))?;
        let (id, on) = (recorded.to_string(), event.date("date")?);
        changes.push(SeatChange {
            id,
            charge: charge.to_owned(),
            on,
            count,
            recorded,
        });
    }
    Ok((changes, count))
}

fn name(charge: &mut Charge, name: &str) {
    charge.id = id(name);
    name.clone_into(&mut charge.name);
}

fn id(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

fn recurring(every: Cadence, timing: Timing, anchor: Date) -> Schedule {
    Schedule::Recurring {
        every,
        timing,
        anchor: Anchor::On { date: anchor },
        stub: Stub::Short,
    }
}

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

/// A plan of some charges, open-ended from the first day of 2025.
pub(crate) fn plan_of(case: &Case, charges: Vec<Charge>) -> Result<Plan, Failure> {
    let mut plan = plan_from(case, date(2025, 1, 1), charges)?;
    plan.meters = vec![Meter {
        id: "usage".to_owned(),
        name: "Usage".to_owned(),
        unit: "unit".to_owned(),
        aggregation: Aggregation::Sum,
        filters: Vec::new(),
        dimensions: Vec::new(),
        sources: Vec::new(),
    }];
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
        discounts: Vec::new(),
        taxes: Vec::new(),
        amends: None,
        documents: Vec::new(),
        sources: Vec::new(),
    })
}

fn no_facts() -> Facts {
    Facts {
        events: Vec::new(),
        measured: Vec::new(),
        seats: Vec::new(),
        milestones: Vec::new(),
        indices: Vec::new(),
        endings: Vec::new(),
    }
}
