//! Prices: what a quantity costs, in one line or in several of one period.

use jiff::civil::date;
use pricing::fraction::Fraction;
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
    let mut found = Map::new();
    let mut add = |name: &str, value: Value| found.insert(name.to_owned(), value);
    add("amount", case.amount("amount", line.amount, line.unrounded));
    add("amount_unrounded", number(line.unrounded));
    add("usage_amount", number(effect(is_price)?));
    add(
        "percent_discount",
        number(negated(effect(|step| {
            matches!(step, Step::DiscountPercent { .. })
        })?)?),
    );
    add(
        "cap_discount",
        number(negated(effect(|step| matches!(step, Step::Maximum { .. }))?)?),
    );
    add(
        "true_up",
        number(effect(|step| matches!(step, Step::Minimum { .. }))?),
    );
    let charged_before = prior.map_or(Decimal::ZERO, |prior| prior.charged);
    add(
        "billed_quantity",
        number(
            line.charged
                .checked_sub(charged_before)
                .ok_or_else(|| refused("too large"))?,
        ),
    );
    add("average_unit_amount", average(line, quantity)?);
    add("lines", Value::Array(tier_lines(&line.working)?));
    let amounts = tier_lines(&line.working)?
        .into_iter()
        .map(|line| line["amount"].clone())
        .collect();
    add("tier_amounts", Value::Array(amounts));
    if let Some(tiers) = charge.price.tiers() {
        add(
            "tier",
            json!(tiers.tier_of(reached.unwrap_or(line.charged)).map_err(refused)?),
        );
    }
    let packages = line.working.steps.iter().find_map(|step| match step {
        Step::Package { packages, .. } => Some(*packages),
        _ => None,
    });
    add("packages", packages.map_or(Value::Null, number));
    Ok(found)
}

/// What steps of one kind changed, on this line alone.
fn effect(
    line: &RatedLine,
    prior: Option<&RatedLine>,
    counts: fn(&Step) -> bool,
) -> Result<Fraction, Failure> {
    let of = |line: &RatedLine| line.working.change_by(counts).map_err(refused);
    let before = prior.map(of).transpose()?.unwrap_or(Fraction::ZERO);
    of(line)?.checked_sub(before).ok_or_else(|| refused("too large"))
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
    Fraction::ZERO
        .checked_sub(value)
        .ok_or_else(|| refused("too large"))
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

fn tier_lines(working: &Working) -> Result<Vec<Value>, Failure> {
    let tiers = working.steps.iter().filter_map(|step| match step {
        Step::Tier { tier, quantity, .. } => Some((tier, quantity, step)),
        Step::TierPercentage { tier, base, .. } => Some((tier, base, step)),
        _ => None,
    });
    tiers
        .map(|(tier, quantity, step)| {
            let amount = step.part().ok_or_else(|| refused("too large"))?;
            Ok(json!({ "tier": tier, "quantity": quantity.to_string(), "amount": number(amount) }))
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
