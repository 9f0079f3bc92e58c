//! Prices: what a quantity costs, in one line or in several of one period.

use jiff::civil::date;
use pricing::fraction::Fraction;
use pricing::money::Money;
use pricing::period::Period;
use pricing::plan::{Charge, Plan, Policy, Schedule, Timing};
use pricing::price::{Measured, Price};
use pricing::rate::{Earlier, RateInput, RatedLine, rate};
use pricing::working::{Step, Working};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::agreement::plan_of;
use super::case::{Answer, Case, Failure, Given, number, refused};
use super::terms::charge;

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    (case.kind == "price_usage").then(|| usage(case))
}

/// Where a line stands among the lines of its period.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Single,
    First,
    Mid,
    Last,
}

fn usage(case: &Case) -> Answer {
    let given = &case.given;
    let charge = charge(case)?;
    if case.is_to_be_refused() {
        refuse_faulty(plan_of(case, vec![charge.clone()])?)?;
    }
    let position = position(given)?;
    let quantity = quantity(given)?;
    let before = given.optional_decimal("prior_quantity")?;
    let total = quantity
        .checked_add(before.unwrap_or_default())
        .ok_or_else(|| refused("too large"))?;
    let transactions = given.decimals("events")?;
    let measured = match given.optional_decimal("tier_selection_quantity")? {
        _ if given.text("model")? == "percentage" => Measured::Transactions(&transactions),
        Some(reached) => Measured::Weighted {
            units: total,
            reached,
        },
        None => Measured::Units(total),
    };
    let last = matches!(position, Position::Single | Position::Last);
    let input = RateInput {
        last,
        ..input(case, &charge, measured)?
    };
    let prior = prior(case, &charge, position, before)?;
    let earlier = prior.as_ref().map(|prior| prior.earlier);
    let line = rate(&RateInput { earlier, ..input }).map_err(refused)?;
    figures(
        case,
        &charge,
        &line,
        prior.as_ref().map(|prior| &prior.line),
        quantity,
    )
}

/// An earlier line of the same period and what it came to.
struct Prior {
    earlier: Earlier,
    line: RatedLine,
}

/// There is one where the case gives its quantity or its amount, and where the whole period was billed in advance by
/// its first line.
fn prior(
    case: &Case,
    charge: &Charge,
    position: Position,
    before: Option<Decimal>,
) -> Result<Option<Prior>, Failure> {
    let billed = case.given.optional_decimal("prior_billed")?;
    let paid_in_advance = matches!(position, Position::Mid | Position::Last)
        && matches!(
            charge.schedule,
            Schedule::Recurring {
                timing: Timing::Advance,
                ..
            }
        )
        && matches!(charge.price, Price::Flat { .. });
    if before.is_none() && billed.is_none() && !paid_in_advance {
        return Ok(None);
    }
    let units = before.unwrap_or_default();
    let input = input(case, charge, Measured::Units(units))?;
    let line = rate(&RateInput { last: false, ..input }).map_err(refused)?;
    let amount = billed.unwrap_or(line.amount.amount);
    Ok(Some(Prior {
        earlier: Earlier { units, amount },
        line,
    }))
}

fn figures(
    case: &Case,
    charge: &Charge,
    line: &RatedLine,
    prior: Option<&RatedLine>,
    quantity: Decimal,
) -> Answer {
    let effect = |counts: fn(&Step) -> bool| effect(line, prior, counts);
    let reached = case.given.optional_decimal("tier_selection_quantity")?;
    let used = effect(is_price)?;
    let percent = negated(effect(|step| matches!(step, Step::DiscountPercent { .. }))?)?;
    let bounded = bounded(line, minus(used, percent)?)?;
    let rows = tier_rows(line, prior)?;
    let mut found = Map::new();
    let mut add = |name: &str, value: Value| found.insert(name.to_owned(), value);
    add("amount", case.amount("amount", line.amount, line.unrounded));
    add("amount_unrounded", number(line.unrounded));
    for (name, exact) in [
        ("usage_amount", used),
        ("percent_discount", percent),
        ("cap_discount", bounded.capped),
        ("true_up", bounded.raised),
    ] {
        let rounded = exact.rounded(line.amount.currency.minor_digits());
        let rounded = Money::new(rounded.ok_or_else(|| refused("too large"))?, line.amount.currency);
        add(name, case.amount(name, rounded, exact));
    }
    let charged_before = prior.map_or(Decimal::ZERO, |prior| prior.charged);
    let charged = line.charged.checked_sub(charged_before);
    add(
        "billed_quantity",
        number(charged.ok_or_else(|| refused("too large"))?),
    );
    add("average_unit_amount", average(line, quantity)?);
    add(
        "tier_amounts",
        rows.iter().map(|row| row["amount"].clone()).collect(),
    );
    add("lines", Value::Array(rows));
    if let Some(tiers) = charge.price.tiers() {
        add(
            "tier",
            json!(tiers.tier_of(reached.unwrap_or(line.charged)).map_err(refused)?),
        );
    }
    let before = prior.and_then(packages).unwrap_or_default();
    let packages = packages(line).and_then(|packages| packages.checked_sub(before));
    add("packages", packages.map_or(Value::Null, number));
    Ok(found)
}

/// What a bound did to this line alone: the line as it is, against what was used in it less its discount.
struct Bounded {
    raised: Fraction,
    capped: Fraction,
}

fn bounded(line: &RatedLine, used: Fraction) -> Result<Bounded, Failure> {
    let moved = |counts: fn(&Step) -> bool| {
        let change = line.working.change_by(counts).map_err(refused)?;
        Ok::<bool, Failure>(change != Fraction::ZERO)
    };
    let (mut raised, mut capped) = (Fraction::ZERO, Fraction::ZERO);
    if moved(|step| matches!(step, Step::Minimum { .. }))? {
        raised = minus(line.unrounded, used)?;
    }
    if moved(|step| matches!(step, Step::Maximum { .. }))? {
        capped = minus(used, line.unrounded)?;
    }
    Ok(Bounded { raised, capped })
}

fn packages(line: &RatedLine) -> Option<Decimal> {
    line.working.steps.iter().find_map(|step| match step {
        Step::Package { packages, .. } => Some(*packages),
        _ => None,
    })
}

/// What steps of one kind changed, on this line alone.
fn effect(
    line: &RatedLine,
    prior: Option<&RatedLine>,
    counts: fn(&Step) -> bool,
) -> Result<Fraction, Failure> {
    let of = |line: &RatedLine| line.working.change_by(counts).map_err(refused);
    let before = prior.map(of).transpose()?.unwrap_or(Fraction::ZERO);
    minus(of(line)?, before)
}

fn minus(of: Fraction, other: Fraction) -> Result<Fraction, Failure> {
    of.checked_sub(other).ok_or_else(|| refused("too large"))
}

fn is_price(step: &Step) -> bool {
    !matches!(
        step,
        Step::DiscountPercent { .. }
            | Step::DiscountAmount { .. }
            | Step::Minimum { .. }
            | Step::Maximum { .. }
            | Step::Rounded { .. }
            | Step::Before { .. }
    )
}

fn negated(value: Fraction) -> Result<Fraction, Failure> {
    minus(Fraction::ZERO, value)
}

fn average(line: &RatedLine, quantity: Decimal) -> Result<Value, Failure> {
    if quantity.is_zero() {
        return Ok(number(Decimal::ZERO));
    }
    line.unrounded
        .checked_div(quantity.into())
        .map(number)
        .ok_or_else(|| refused("too large"))
}

/// What fell in each tier on this line: all of the period, less what earlier lines had in it.
fn tier_rows(line: &RatedLine, prior: Option<&RatedLine>) -> Result<Vec<Value>, Failure> {
    let before = prior.map(|prior| tiers_of(&prior.working)).transpose()?;
    let before = before.unwrap_or_default();
    let mut rows = Vec::new();
    for (tier, quantity, amount) in tiers_of(&line.working)? {
        let earlier = before.iter().find(|(of, ..)| *of == tier);
        let (used, paid) = earlier.map_or((Decimal::ZERO, Fraction::ZERO), |(_, used, paid)| (*used, *paid));
        let quantity = quantity.checked_sub(used).ok_or_else(|| refused("too large"))?;
        let amount = minus(amount, paid)?;
        if earlier.is_none() || !quantity.is_zero() || amount != Fraction::ZERO {
            rows.push(json!({ "tier": tier, "quantity": quantity.to_string(), "amount": number(amount) }));
        }
    }
    Ok(rows)
}

fn tiers_of(working: &Working) -> Result<Vec<(u32, Decimal, Fraction)>, Failure> {
    let tiers = working.steps.iter().filter_map(|step| match step {
        Step::Tier { tier, quantity, .. } => Some((*tier, *quantity, step)),
        Step::TierPercentage { tier, base, .. } => Some((*tier, *base, step)),
        _ => None,
    });
    tiers
        .map(|(tier, quantity, step)| {
            let amount = step.part().ok_or_else(|| refused("too large"))?;
            Ok((tier, quantity, amount))
        })
        .collect()
}

fn position(given: &Given) -> Result<Position, Failure> {
    if !given.has("line_position") {
        return Ok(Position::Single);
    }
    match given.text("line_position")? {
        "single" => Ok(Position::Single),
        "first" => Ok(Position::First),
        "mid" => Ok(Position::Mid),
        "last" => Ok(Position::Last),
        _ => Err(given.missing("line_position")),
    }
}

fn quantity(given: &Given) -> Result<Decimal, Failure> {
    match given.text("model")? {
        "flat" => Ok(Decimal::ONE),
        "dynamic" => given.decimal("reported_amount"),
        "percentage" => {
            let sum = given
                .decimals("events")?
                .into_iter()
                .try_fold(Decimal::ZERO, Decimal::checked_add);
            sum.ok_or_else(|| refused("too large"))
        }
        _ => given.decimal("quantity"),
    }
}

fn input<'a>(case: &Case, charge: &'a Charge, measured: Measured<'a>) -> Result<RateInput<'a>, Failure> {
    let month = Period::try_new(date(2025, 1, 1), date(2025, 2, 1)).map_err(refused)?;
    Ok(RateInput::of_charge(
        charge,
        case.given.currency()?,
        Policy::default(),
        month,
        measured,
    ))
}

/// What nobody may approve is refused before it is priced.
fn refuse_faulty(plan: Plan) -> Result<(), Failure> {
    plan.check().first().map_or(Ok(()), |fault| Err(refused(fault)))
}
