//! Promised spend, divided amounts, tax, rounding.

use pricing::commitment::shortfall;
use pricing::fraction::Fraction;
use pricing::money::Money;
use pricing::plan::{Remainder, Tax, TaxBase};
use pricing::split::{Share, split};
use pricing::tax::{TaxedLine, on_amount, on_lines};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::case::{Answer, Case, Failure, Given, number, outputs, refused};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    match case.kind.as_str() {
        "commitment_true_up" => Some(true_up(&case.given)),
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

/// A discount over lines, in proportion; a line that is not above zero bears none of it.
fn distribution(case: &Case) -> Answer {
    let given = &case.given;
    let lines = given.decimals("lines")?;
    let ids: Vec<String> = (0..lines.len()).map(|at| format!("{at:06}")).collect();
    let weights: Vec<Decimal> = lines.iter().map(|line| (*line).max(Decimal::ZERO)).collect();
    let shares: Vec<Share<'_>> = ids
        .iter()
        .zip(&weights)
        .map(|(id, weight)| Share { id, weight: *weight })
        .collect();
    let remainder = if case.follows("remainder:last_line") {
        Remainder::LastPart
    } else {
        Remainder::LargestFraction
    };
    let all = sum(weights.clone())?;
    let whole = given.decimal("discount")?.min(all);
    let parts = if all.is_zero() {
        weights
    } else {
        split(whole, &shares, given.currency()?.minor_digits(), remainder).map_err(refused)?
    };
    let net = lines
        .iter()
        .zip(&parts)
        .map(|(line, part)| line.checked_sub(*part).map(number));
    let net: Option<Vec<Value>> = net.collect();
    let shares: Vec<Value> = parts.into_iter().map(number).collect();
    outputs([
        (
            "net_lines",
            Value::Array(net.ok_or_else(|| refused("too large"))?),
        ),
        ("discounts", Value::Array(shares.clone())),
        ("line_discounts", Value::Array(shares)),
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
    let names = [
        "amount",
        "value",
        "unrounded",
        "amount_unrounded",
        "exact",
        "amounts",
        "values",
    ];
    let name = given.first_of(&names).unwrap_or("amount");
    let currency = given.currency()?;
    let to_currency = |exact: Fraction| {
        exact
            .rounded(currency.minor_digits())
            .ok_or_else(|| refused("too large"))
    };
    if given.value(name).is_array() {
        let rounded = given.fractions(name)?.into_iter().map(to_currency);
        let rounded: Vec<Value> = rounded
            .map(|one| one.map(number))
            .collect::<Result<_, Failure>>()?;
        return outputs([
            ("amounts", Value::Array(rounded.clone())),
            ("rounded", Value::Array(rounded)),
        ]);
    }
    let rounded = to_currency(given.fraction(name)?)?;
    let minor = rounded.checked_mul(Decimal::from(10_u64.pow(currency.minor_digits())));
    let minor = minor.map_or(Value::Null, number);
    outputs([
        ("amount", number(rounded)),
        ("rounded", number(rounded)),
        ("rounded_amount", number(rounded)),
        ("money", number(rounded)),
        ("minor_units", minor.clone()),
        ("amount_minor", minor),
    ])
}

pub(crate) fn sum(amounts: Vec<Decimal>) -> Result<Decimal, Failure> {
    amounts
        .into_iter()
        .try_fold(Decimal::ZERO, Decimal::checked_add)
        .ok_or_else(|| refused("too large"))
}
