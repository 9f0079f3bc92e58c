//! Promised spend, discounts, divided amounts, tax, rounding.

use pricing::commitment::shortfall;
use pricing::discount::{reduce, spread};
use pricing::fraction::Fraction;
use pricing::money::Money;
use pricing::plan::{Discount, DiscountOrder, DiscountValue, Remainder, Tax, TaxBase};
use pricing::split::{Share, split};
use pricing::tax::{TaxedLine, on_amount, on_lines};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::agreement::discount;
use super::case::{Answer, Case, Failure, Given, number, outputs, refused};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    match case.kind.as_str() {
        "commitment_true_up" => Some(true_up(&case.given)),
        "coupon_stack" => Some(coupon_stack(case)),
        "coupon_breakdown" => Some(coupon_breakdown(case)),
        "coupon_duration" => Some(coupon_duration(case)),
        "discount_distribution" => Some(distribution(case)),
        "largest_remainder" => Some(largest_remainder(&case.given)),
        "tax_on_amount" => Some(tax_on_amount(case)),
        "unused_credit_with_tax" => Some(unused_credit(&case.given)),
        "money_rounding" => Some(money_rounding(&case.given)),
        _ => None,
    }
}

fn true_up(given: &Given) -> Answer {
    let part = if given.has("proration") {
        given.fraction("proration")?
    } else {
        Fraction::ONE
    };
    let spent = sum(given.decimals("billed")?)?;
    let spent = Money::new(spent, given.currency()?);
    let (missing, _) = shortfall("commitment", given.decimal("commitment")?, part, spent).map_err(refused)?;
    outputs([("true_up", number(missing.amount))])
}

fn coupon_stack(case: &Case) -> Answer {
    let reduced =
        reduce(case.given.money("subtotal")?, &coupons(&case.given)?, order(case)).map_err(refused)?;
    outputs([
        ("discount", number(reduced.taken.amount)),
        ("total", number(reduced.left.amount)),
    ])
}

fn coupons(given: &Given) -> Result<Vec<Discount>, Failure> {
    given.list("coupons").iter().map(coupon).collect()
}

fn coupon(given: &Given) -> Result<Discount, Failure> {
    let figure = |names: &[&str]| {
        let name = names
            .iter()
            .find(|name| given.has(name))
            .copied()
            .unwrap_or("value");
        given.decimal(name)
    };
    match given.text("type")? {
        "percentage" | "percent" => Ok(discount(DiscountValue::Percent {
            percent: figure(&["value", "percent", "rate_percent"])?,
        })),
        "fixed" | "fixed_amount" | "amount" => Ok(discount(DiscountValue::Amount {
            amount: figure(&["value", "amount"])?,
        })),
        _ => Err(given.missing("type")),
    }
}

fn order(case: &Case) -> DiscountOrder {
    if case.follows("discount:percentages_added") {
        DiscountOrder::PercentAdded
    } else if case.follows("discount:percentage_before_fixed") {
        DiscountOrder::PercentFirst
    } else if case.follows("discount:fixed_before_percentage") {
        DiscountOrder::FixedFirst
    } else {
        DiscountOrder::AsListed
    }
}

/// What coupons take off each line, exact and in minor units.
fn coupon_breakdown(case: &Case) -> Answer {
    let given = &case.given;
    let currency = given.currency()?;
    let name = if given.has("fees") { "fees" } else { "lines" };
    let lines = given.decimals(name)?;
    let taken = spread(&lines, &coupons(given)?, order(case)).map_err(refused)?;
    let minor = Decimal::from(10_u64.pow(currency.minor_digits()));
    let too_large = || refused("too large");
    let mut by_line = vec![Fraction::ZERO; lines.len()];
    let mut by_coupon = Vec::new();
    for parts in taken {
        let mut off = Fraction::ZERO;
        for (line, part) in by_line.iter_mut().zip(parts) {
            *line = line.checked_add(part).ok_or_else(too_large)?;
            off = off.checked_add(part).ok_or_else(too_large)?;
        }
        by_coupon.push(number(
            off.rounded(currency.minor_digits()).ok_or_else(too_large)?,
        ));
    }
    let all = by_line
        .iter()
        .try_fold(Fraction::ZERO, |all, line| all.checked_add(*line))
        .ok_or_else(too_large)?;
    let all = all.rounded(currency.minor_digits()).ok_or_else(too_large)?;
    let total = sum(lines)?.checked_sub(all).ok_or_else(too_large)?;
    let in_minor = |line: &Fraction| {
        line.checked_mul(minor.into())
            .and_then(Fraction::approximate)
            .map(number)
            .ok_or_else(too_large)
    };
    let in_minor = by_line.iter().map(in_minor).collect::<Result<Vec<_>, _>>()?;
    outputs([
        ("line_discounts_minor", Value::Array(in_minor)),
        ("coupon_amounts", Value::Array(by_coupon)),
        ("discount", number(all)),
        ("total", number(total)),
    ])
}

/// A coupon for so many invoices takes off each of the first ones.
fn coupon_duration(case: &Case) -> Answer {
    let given = &case.given;
    let part = if given.has("coupon") {
        given.part("coupon")
    } else {
        given.clone()
    };
    let of = coupon(&part)?;
    let lasting = part.first_of(&[
        "duration",
        "recurring_value",
        "cycles",
        "frequency_duration",
        "duration_months",
        "periods",
        "times",
    ]);
    let lasting = lasting.map(|name| part.whole(name)).transpose()?;
    let name = given
        .first_of(&["invoices", "subtotals", "periods"])
        .unwrap_or("invoices");
    let mut discounts = Vec::new();
    for (at, subtotal) in (0_u32..).zip(given.decimals(name)?) {
        let active = lasting.is_none_or(|lasting| at < lasting);
        let coupons: &[Discount] = if active { std::slice::from_ref(&of) } else { &[] };
        let subtotal = Money::new(subtotal, given.currency()?);
        discounts.push(number(
            reduce(subtotal, coupons, order(case))
                .map_err(refused)?
                .taken
                .amount,
        ));
    }
    outputs([("discounts", Value::Array(discounts))])
}

fn distribution(case: &Case) -> Answer {
    let given = &case.given;
    let lines = given.decimals("lines")?;
    let ids: Vec<String> = (0..lines.len()).map(|at| format!("{at:06}")).collect();
    let shares: Vec<Share<'_>> = ids
        .iter()
        .zip(&lines)
        .map(|(id, line)| Share { id, weight: *line })
        .collect();
    let remainder = if case.follows("remainder:last_line") {
        Remainder::LastPart
    } else {
        Remainder::LargestFraction
    };
    let whole = given.decimal("discount")?.min(sum(lines.clone())?);
    let parts = split(whole, &shares, given.currency()?.minor_digits(), remainder).map_err(refused)?;
    let net = lines
        .iter()
        .zip(&parts)
        .map(|(line, part)| line.checked_sub(*part).map(number));
    let net: Option<Vec<Value>> = net.collect();
    let shares = parts.into_iter().map(number).collect();
    outputs([
        (
            "net_lines",
            Value::Array(net.ok_or_else(|| refused("too large"))?),
        ),
        ("discounts", Value::Array(shares)),
    ])
}

fn largest_remainder(given: &Given) -> Answer {
    let weights = given.part("weights");
    let ids = weights.names();
    let mut shares = Vec::new();
    for id in &ids {
        shares.push(Share {
            id,
            weight: weights.decimal(id)?,
        });
    }
    let parts = split(
        given.decimal("total")?,
        &shares,
        given.whole("scale")?,
        Remainder::LargestFraction,
    );
    let parts = parts.map_err(refused)?.into_iter().map(number);
    let named: Map<String, Value> = ids.iter().cloned().zip(parts).collect();
    outputs([("parts", Value::Object(named))])
}

fn tax(given: &Given) -> Result<Tax, Failure> {
    Ok(Tax {
        id: "tax".to_owned(),
        name: "Tax".to_owned(),
        percent: given.decimal("tax_percent")?,
        included: false,
        sources: Vec::new(),
    })
}

fn tax_on_amount(case: &Case) -> Answer {
    let given = &case.given;
    let currency = given.currency()?;
    let listed = given.first_of(&["lines", "fees", "amounts", "unrounded_lines"]);
    let amounts = match listed {
        Some(name) => given.fractions(name)?,
        None => vec![
            given.fraction(
                given
                    .first_of(&["net", "amount", "net_unrounded"])
                    .unwrap_or("net"),
            )?,
        ],
    };
    let line = |unrounded: Fraction| {
        let rounded = unrounded.rounded(currency.minor_digits());
        let rounded = rounded.ok_or_else(|| refused("too large"))?;
        Ok(TaxedLine {
            rounded: Money::new(rounded, currency),
            unrounded,
        })
    };
    let lines: Vec<TaxedLine> = amounts.into_iter().map(line).collect::<Result<_, Failure>>()?;
    let unrounded = case.follows("tax:invoice_total_from_unrounded_lines");
    let base = if unrounded {
        TaxBase::UnroundedLines
    } else {
        TaxBase::RoundedLines
    };
    let taxed = on_lines(&tax(given)?, &lines, currency, base).map_err(refused)?;
    outputs([
        ("net", number(taxed.net.amount)),
        ("tax", number(taxed.tax.amount)),
        ("total", number(taxed.total.amount)),
    ])
}

/// A credit note: net and tax of what was not used, each rounded by itself and then added.
fn unused_credit(given: &Given) -> Answer {
    let currency = given.currency()?;
    let part = Fraction::try_new(
        given.whole("unused_days")?.into(),
        given.whole("period_days")?.into(),
    );
    let exact = part.and_then(|part| part.checked_mul(given.decimal("plan_amount").ok()?.into()));
    let exact = exact.ok_or_else(|| refused("no days in the period"))?;
    let net = exact
        .rounded(currency.minor_digits())
        .ok_or_else(|| refused("too large"))?;
    let (tax, _) = on_amount(&tax(given)?, exact, currency).map_err(refused)?;
    let total = Money::new(net, currency).plus(tax).map_err(refused)?;
    outputs([
        ("net", number(net)),
        ("tax", number(tax.amount)),
        ("total", number(total.amount)),
    ])
}

fn money_rounding(given: &Given) -> Answer {
    let name = ["amount", "value", "unrounded"]
        .into_iter()
        .find(|name| given.has(name))
        .unwrap_or("amount");
    let exact = given.fraction(name)?;
    let currency = given.currency()?;
    let rounded = exact
        .rounded(currency.minor_digits())
        .ok_or_else(|| refused("too large"))?;
    let minor = rounded.checked_mul(Decimal::from(10_u64.pow(currency.minor_digits())));
    outputs([
        ("amount", number(rounded)),
        ("rounded", number(rounded)),
        (
            "minor_units",
            json!(minor.map(|minor| minor.normalize().to_string())),
        ),
    ])
}

fn sum(amounts: Vec<Decimal>) -> Result<Decimal, Failure> {
    amounts
        .into_iter()
        .try_fold(Decimal::ZERO, Decimal::checked_add)
        .ok_or_else(|| refused("too large"))
}
