//! Prices: what a quantity costs, in one line or in several of one period.

use jiff::civil::date;
use pricing::fraction::Fraction;
use pricing::money::Money;
use pricing::period::Period;
use pricing::plan::{
    Bound, Charge, DiscountValue, Included, Plan, Policy, Timing, UnitConversion, UnitRounding,
};
use pricing::price::capacity::{Band, Limit, Peak, band_for};
use pricing::price::movement::{self, WeightedUnits};
use pricing::price::{
    FreeEnds, Measured, PercentageRate, Price, StartedPackage, Tier, TierBound, Tiers, ZeroUsage,
};
use pricing::rate::{Earlier, RateInput, RatedLine, part_of, rate};
use pricing::working::{Step, Working};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::case::{Answer, Case, Failure, Given, number, outputs, refused};
use super::changes::{discount, flat_charge, plan_of};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    match case.kind.as_str() {
        "price_usage" => Some(usage(case)),
        "price_capacity" => Some(capacity(&case.given)),
        "usage_allowance" => Some(allowance(&case.given)),
        "price_prorated_graduated" => Some(prorated_graduated(case)),
        _ => None,
    }
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
            pricing::plan::Schedule::Recurring {
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
    add("billed_quantity", number(line.charged));
    add("average_unit_amount", average(line, quantity)?);
    add("lines", Value::Array(tier_lines(&line.working)?));
    let amounts = tier_lines(&line.working)?
        .into_iter()
        .map(|line| line["amount"].clone())
        .collect();
    add("tier_amounts", Value::Array(amounts));
    if let Some(tiers) = charge.price.tiers() {
        add("tier", json!(tiers.tier_of(line.charged).map_err(refused)?));
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

fn charge(case: &Case) -> Result<Charge, Failure> {
    let given = &case.given;
    let mut charge = flat_charge(given.text("payment_term").unwrap_or("in_arrears"), Decimal::ZERO)?;
    charge.price = price(case)?;
    if !matches!(charge.price, Price::Flat { .. }) {
        charge.quantity = pricing::plan::Quantity::Metered {
            meter: "usage".to_owned(),
        };
    }
    charge.conversion = given
        .has("unit_conversion")
        .then(|| conversion(&given.part("unit_conversion")))
        .transpose()?;
    let bound = |name| -> Result<Option<Bound>, Failure> {
        let amount = given.optional_decimal(name)?;
        Ok(amount.map(|amount| Bound {
            amount,
            prorated: false,
        }))
    };
    charge.minimum = bound("minimum_spend")?;
    charge.maximum = bound("maximum_spend")?;
    let percent = given.optional_decimal("discount_percent")?;
    charge
        .discounts
        .extend(percent.map(|percent| discount(DiscountValue::Percent { percent })));
    let units = given.optional_decimal("usage_discount_quantity")?;
    charge
        .discounts
        .extend(units.map(|units| discount(DiscountValue::Units { units })));
    let free = given.optional_decimal("free_units")?;
    charge.included = free.map(|units| Included {
        units,
        over_term: false,
    });
    Ok(charge)
}

fn conversion(given: &Given) -> Result<UnitConversion, Failure> {
    let factor = given.decimal("factor")?;
    let (multiplier, divisor) = match given.text("operation")? {
        "divide" => (Decimal::ONE, factor),
        "multiply" => (factor, Decimal::ONE),
        _ => return Err(given.missing("operation")),
    };
    let rounding = match given.text("rounding").unwrap_or("none") {
        "none" | "exact" => UnitRounding::Exact,
        "ceiling" | "ceil" | "up" => UnitRounding::Up,
        "floor" | "down" => UnitRounding::Down,
        "round" | "nearest" | "half_up" => UnitRounding::Nearest,
        _ => return Err(given.missing("rounding")),
    };
    Ok(UnitConversion {
        multiplier,
        divisor,
        rounding,
    })
}

fn price(case: &Case) -> Result<Price, Failure> {
    let given = &case.given;
    let percent = |percent| Price::Percentage {
        rate: plain_rate(percent),
    };
    Ok(match given.text("model")? {
        "flat" => Price::Flat {
            amount: given.decimal("price")?,
        },
        "per_unit" => Price::PerUnit {
            unit_price: given.decimal("unit_price")?,
            per: Decimal::ONE,
        },
        "graduated" => Price::Graduated { tiers: tiers(case)? },
        "volume" => Price::Volume { tiers: tiers(case)? },
        "graduated_percentage" => Price::GraduatedPercentage { tiers: tiers(case)? },
        "block_graduated" => Price::Graduated {
            tiers: blocks(given)?,
        },
        "block_volume" => Price::Volume {
            tiers: blocks(given)?,
        },
        "package" => Price::Package {
            size: given.decimal("package_size")?,
            package_price: given.decimal("package_price")?,
            started: StartedPackage::Whole,
        },
        "percentage" => Price::Percentage {
            rate: transaction_rate(case)?,
        },
        // Money computed elsewhere is charged as it is: all of it.
        "dynamic" => percent(Decimal::ONE_HUNDRED),
        // Cost plus twenty percent is a hundred and twenty percent of the cost.
        "cost_plus" => {
            let multiplier = given.decimal("multiplier")?;
            percent(
                multiplier
                    .checked_mul(Decimal::ONE_HUNDRED)
                    .ok_or_else(|| refused("too large"))?,
            )
        }
        _ => return Err(given.missing("model")),
    })
}

fn plain_rate(percent: Decimal) -> PercentageRate {
    PercentageRate {
        percent,
        fixed_fee: None,
        per_transaction_min: None,
        per_transaction_max: None,
        free_events: None,
        free_amount: None,
        free_ends: FreeEnds::default(),
    }
}

fn transaction_rate(case: &Case) -> Result<PercentageRate, Failure> {
    let given = &case.given;
    let together = case.follows("allowance:first_limit_reached_ends_both");
    Ok(PercentageRate {
        percent: given.decimal("rate_percent")?,
        fixed_fee: given.optional_decimal("fixed_fee_per_event")?,
        per_transaction_min: given.optional_decimal("per_transaction_min")?,
        per_transaction_max: given.optional_decimal("per_transaction_max")?,
        free_events: given
            .has("free_events")
            .then(|| given.whole("free_events"))
            .transpose()?,
        free_amount: given.optional_decimal("free_amount")?,
        free_ends: if together {
            FreeEnds::FirstReached
        } else {
            FreeEnds::Separately
        },
    })
}

fn tiers(case: &Case) -> Result<Tiers, Failure> {
    let row = |row: &Given| -> Result<Tier, Failure> {
        Ok(Tier {
            up_to: row.optional_decimal("up_to")?,
            unit_price: row.optional_decimal("unit_price")?,
            flat_fee: row.optional_decimal("flat_fee")?,
            percent: row.optional_decimal("rate_percent")?,
            flat_cap: row.optional_decimal("flat_cap")?,
            block: None,
        })
    };
    let exclusive = case.follows("tier_bound:upper_exclusive");
    let base_fee = case.follows("zero_usage:first_tier_flat_fee_due");
    Ok(Tiers {
        rows: case
            .given
            .list("tiers")
            .iter()
            .map(row)
            .collect::<Result<_, _>>()?,
        bound: if exclusive {
            TierBound::UpperExclusive
        } else {
            TierBound::UpperInclusive
        },
        zero: if base_fee {
            ZeroUsage::FirstFeeDue
        } else {
            ZeroUsage::NothingDue
        },
        ..Tiers::default()
    })
}

/// A tier of so many blocks ends where its last block does.
fn blocks(given: &Given) -> Result<Tiers, Failure> {
    let mut end = Decimal::ZERO;
    let mut rows = Vec::new();
    for row in given.list("tiers") {
        let block = row.decimal("block_size")?;
        let units = row
            .optional_decimal("max_blocks")?
            .and_then(|blocks| blocks.checked_mul(block));
        let up_to = units.and_then(|units| end.checked_add(units));
        end = up_to.unwrap_or(end);
        rows.push(Tier {
            up_to,
            unit_price: Some(row.decimal("block_price")?),
            block: Some(block),
            ..Tier::default()
        });
    }
    Ok(Tiers {
        rows,
        ..Tiers::default()
    })
}

/// What nobody may approve is refused before it is priced.
fn refuse_faulty(plan: Plan) -> Result<(), Failure> {
    plan.check().first().map_or(Ok(()), |fault| Err(refused(fault)))
}

fn capacity(given: &Given) -> Answer {
    let peaks: Vec<Peak> = measures(&given.part("peaks"))?
        .into_iter()
        .filter_map(|(measure, count)| {
            Some(Peak {
                measure,
                count: count?,
            })
        })
        .collect();
    let band = |row: &Given| -> Result<Band, Failure> {
        let limits = measures(&row.part("limits"))?.into_iter();
        let limits = limits
            .filter_map(|(measure, most)| Some(Limit { measure, most: most? }))
            .collect();
        Ok(Band {
            limits,
            price: row.decimal("price")?,
        })
    };
    let bands: Vec<Band> = given.list("tiers").iter().map(band).collect::<Result<_, _>>()?;
    let reached = band_for(&peaks, &bands).map_err(refused)?;
    let tier = bands
        .iter()
        .position(|band| band == reached)
        .map(|at| at.saturating_add(1));
    outputs([("amount", number(reached.price)), ("tier", json!(tier))])
}

fn measures(given: &Given) -> Result<Vec<(String, Option<Decimal>)>, Failure> {
    let names = given.0.as_object().into_iter().flatten().map(|(name, _)| name);
    names
        .map(|name| Ok((name.clone(), given.optional_decimal(name)?)))
        .collect()
}

/// Units left over by earlier lines are taken off first: what is charged of all, less what was of those before.
fn allowance(given: &Given) -> Answer {
    let mut charge = flat_charge("in_arrears", Decimal::ZERO)?;
    charge.quantity = pricing::plan::Quantity::Metered {
        meter: "usage".to_owned(),
    };
    charge.price = Price::PerUnit {
        unit_price: Decimal::ONE,
        per: Decimal::ONE,
    };
    charge.included = Some(Included {
        units: given.decimal("allowance")?,
        over_term: false,
    });
    let month = Period::try_new(date(2025, 1, 1), date(2025, 2, 1)).map_err(refused)?;
    let charged = |units| -> Result<Decimal, Failure> {
        let measured = Measured::Units(units);
        let input = RateInput::of_charge(&charge, given.currency()?, Policy::default(), month, measured);
        Ok(rate(&input).map_err(refused)?.charged)
    };
    let (before, quantity) = (given.decimal("prior_quantity")?, given.decimal("quantity")?);
    let total = before.checked_add(quantity).ok_or_else(|| refused("too large"))?;
    let billed = charged(total)?
        .checked_sub(charged(before)?)
        .ok_or_else(|| refused("too large"))?;
    let used = quantity.checked_sub(billed).ok_or_else(|| refused("too large"))?;
    outputs([
        ("billed_quantity", number(billed)),
        ("allowance_used", number(used)),
    ])
}

fn prorated_graduated(case: &Case) -> Answer {
    let given = &case.given;
    let moves: Vec<WeightedUnits> = given
        .list("movements")
        .iter()
        .map(|row| weighted(given, row))
        .collect::<Result<_, _>>()?;
    let opening = given.optional_decimal("opening_units")?.unwrap_or_default();
    let mut working = Working::new(given.currency()?);
    movement::steps(opening, &moves, &tiers(case)?, &mut working.steps).map_err(refused)?;
    let amount: Money = working.recompute().map_err(refused)?;
    let exact = working.total().map_err(refused)?;
    outputs([
        ("amount", case.amount("amount", amount, exact)),
        ("amount_unrounded", number(exact)),
    ])
}

fn weighted(given: &Given, row: &Given) -> Result<WeightedUnits, Failure> {
    let units = row.decimal("units")?;
    let part = match row.optional_decimal("prorated_units")? {
        Some(prorated) => Fraction::try_new(prorated, units).unwrap_or(Fraction::ZERO),
        None => {
            let period = given.part("period").period("")?;
            let rest = Period::try_new(row.date("date")?, period.end()).map_err(refused)?;
            part_of(rest, period, Policy::default().day_count)
        }
    };
    Ok(WeightedUnits { units, part })
}
