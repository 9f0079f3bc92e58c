//! Coupons: how they stack, how long they last, and what each takes off each line.

use jiff::civil::date;
use pricing::discount::{reduce, spread};
use pricing::fraction::Fraction;
use pricing::money::Money;
use pricing::plan::{Discount, DiscountOrder, DiscountValue};
use pricing::split::Share;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::adjustments::sum;
use super::agreement::{discount, flat_charge, plan_of};
use super::case::{Answer, Case, Failure, Given, number, outputs, refused};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    match case.kind.as_str() {
        "coupon_stack" => Some(stack(case)),
        "coupon_breakdown" => Some(breakdown(case)),
        "coupon_duration" => Some(duration(case)),
        _ => None,
    }
}

fn stack(case: &Case) -> Answer {
    let given = &case.given;
    let coupons: Vec<Discount> = coupons(given)?.into_iter().map(|(_, coupon)| coupon).collect();
    if case.is_to_be_refused() {
        let mut plan = plan_of(case, vec![flat_charge("in_advance", given.decimal("subtotal")?)?])?;
        plan.discounts = coupons;
        return Err(plan
            .check()
            .first()
            .map_or_else(|| given.missing("coupons"), refused));
    }
    let reduced = reduce(given.money("subtotal")?, &coupons, order(case)).map_err(refused)?;
    outputs([
        ("discount", number(reduced.taken.amount)),
        ("total", number(reduced.left.amount)),
    ])
}

/// Those that are in the currency of the invoice: a fixed amount in another one takes nothing off it.
fn coupons(given: &Given) -> Result<Vec<(Given, Discount)>, Failure> {
    let currency = given.currency()?;
    let mut coupons = Vec::new();
    for row in given.list("coupons") {
        let coupon = coupon(&row)?;
        let is_fixed = matches!(coupon.value, DiscountValue::Amount { .. });
        if !is_fixed || !row.has("currency") || row.currency()? == currency {
            coupons.push((row, coupon));
        }
    }
    Ok(coupons)
}

fn coupon(given: &Given) -> Result<Discount, Failure> {
    match given.text("type")? {
        "percentage" | "percent" => Ok(discount(DiscountValue::Percent {
            percent: given.one_of(&["value", "percent", "rate_percent", "percentage"])?,
        })),
        "fixed" | "fixed_amount" | "amount" => {
            let amount = given.one_of(&["value", "amount"])?;
            let used = given.first_of(&["consumed", "applied_amount", "already_applied", "used"]);
            let used = used.map(|name| given.decimal(name)).transpose()?;
            let amount = amount.checked_sub(used.unwrap_or_default());
            let amount = amount.ok_or_else(|| refused("too large"))?;
            Ok(discount(DiscountValue::Amount { amount }))
        }
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

/// A line with everything it is called: a coupon may be for one line, or for all of a plan.
struct Line {
    id: String,
    names: Vec<String>,
    amount: Decimal,
}

fn lines(given: &Given) -> Result<Vec<Line>, Failure> {
    let name = given.first_of(&["lines", "fees", "items"]).unwrap_or("lines");
    let amounts = given.decimals(name)?;
    let rows = given.list(name);
    let line = |(at, (row, amount)): (usize, (Given, Decimal))| {
        let names: Vec<String> = row
            .names()
            .iter()
            .flat_map(|name| texts(row.value(name)))
            .collect();
        let id = ["id", "name", "code"].iter().find_map(|name| row.text(name).ok());
        Line {
            id: id.map_or_else(|| at.to_string(), str::to_owned),
            names: names.into_iter().chain([at.to_string()]).collect(),
            amount,
        }
    };
    Ok(rows.into_iter().zip(amounts).enumerate().map(line).collect())
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(named) => named.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// What coupons take off each line, exact and in minor units.
fn breakdown(case: &Case) -> Answer {
    let given = &case.given;
    let currency = given.currency()?;
    let lines = lines(given)?;
    let limited = |(row, coupon): (Given, Discount)| {
        let charges = reduced_by(&row, &lines)?;
        Ok(Discount { charges, ..coupon })
    };
    let coupons: Vec<Discount> = coupons(given)?
        .into_iter()
        .map(limited)
        .collect::<Result<_, Failure>>()?;
    let shares: Vec<Share<'_>> = lines
        .iter()
        .map(|line| Share {
            id: &line.id,
            weight: line.amount,
        })
        .collect();
    let taken = spread(&shares, &coupons, order(case)).map_err(refused)?;
    let too_large = || refused("too large");
    let mut by_line = vec![Fraction::ZERO; lines.len()];
    let mut by_coupon = Vec::new();
    for parts in taken {
        let mut off = Fraction::ZERO;
        for (line, part) in by_line.iter_mut().zip(parts) {
            *line = line.checked_add(part).ok_or_else(too_large)?;
            off = off.checked_add(part).ok_or_else(too_large)?;
        }
        let off = off.rounded(currency.minor_digits()).ok_or_else(too_large)?;
        by_coupon.push(number(off));
    }
    let all = by_line
        .iter()
        .try_fold(Fraction::ZERO, |all, line| all.checked_add(*line));
    let all = all
        .and_then(|all| all.rounded(currency.minor_digits()))
        .ok_or_else(too_large)?;
    let total = sum(lines.iter().map(|line| line.amount).collect())?
        .checked_sub(all)
        .ok_or_else(too_large)?;
    outputs([
        ("line_discounts_minor", in_minor_units(case, &lines, &by_line)?),
        ("coupon_amounts", Value::Array(by_coupon)),
        ("discount", number(all)),
        ("total", number(total)),
    ])
}

/// Ids of the lines a coupon is limited to; none where it is for all.
fn reduced_by(coupon: &Given, lines: &[Line]) -> Result<Vec<String>, Failure> {
    let limits = [
        "applies_to",
        "lines",
        "line_ids",
        "limited_to",
        "scope",
        "targets",
        "plan",
    ];
    let Some(limit) = coupon.first_of(&limits) else {
        return Ok(Vec::new());
    };
    let to = texts(coupon.value(limit));
    let is_meant = |line: &&Line| line.names.iter().any(|name| to.contains(name));
    let ids: Vec<String> = lines
        .iter()
        .filter(is_meant)
        .map(|line| line.id.clone())
        .collect();
    if ids.is_empty() {
        return Err(coupon.missing(limit));
    }
    Ok(ids)
}

/// By line as the source lists them: in order, or by name.
fn in_minor_units(case: &Case, lines: &[Line], off: &[Fraction]) -> Result<Value, Failure> {
    let minor = Decimal::from(10_u64.pow(case.given.currency()?.minor_digits()));
    let mut named = Map::new();
    for (line, off) in lines.iter().zip(off) {
        let exact = off.checked_mul(minor.into()).and_then(Fraction::approximate);
        named.insert(
            line.id.clone(),
            number(exact.ok_or_else(|| refused("too large"))?),
        );
    }
    let listed = case.expect.get("line_discounts_minor").and_then(Value::as_array);
    match listed.and_then(|rows| rows.first()) {
        Some(Value::Object(_)) => Ok(named
            .into_iter()
            .map(|(id, off)| json!({ "id": id, "amount": off, "discount": off }))
            .collect()),
        Some(_) => Ok(Value::Array(named.into_iter().map(|(_, off)| off).collect())),
        None => Ok(Value::Object(named)),
    }
}

/// A coupon for so many invoices takes off each of the first ones, which are a month apart.
fn duration(case: &Case) -> Answer {
    let given = &case.given;
    let part = match given.first_of(&["coupon", "coupons"]) {
        Some("coupon") => given.part("coupon"),
        Some(list) => given
            .list(list)
            .into_iter()
            .next()
            .unwrap_or_else(|| given.clone()),
        None => given.clone(),
    };
    let first = date(2025, 1, 1);
    let ends = |invoices: u32| {
        let months = jiff::Span::new().try_months(invoices).map_err(refused)?;
        first.checked_add(months).map_err(refused)
    };
    let coupon = Discount {
        from: Some(first),
        until: lasting(&part)?.or(lasting(given)?).map(ends).transpose()?,
        ..coupon(&part)?
    };
    let (mut discounts, mut totals) = (Vec::new(), Vec::new());
    for (at, subtotal) in (0_u32..).zip(subtotals(given)?) {
        let day = ends(at)?;
        let active = coupon.until.is_none_or(|until| day < until);
        let coupons: &[Discount] = if active {
            std::slice::from_ref(&coupon)
        } else {
            &[]
        };
        let subtotal = Money::new(subtotal, given.currency()?);
        let reduced = reduce(subtotal, coupons, order(case)).map_err(refused)?;
        discounts.push(number(reduced.taken.amount));
        totals.push(number(reduced.left.amount));
    }
    outputs([
        ("discounts", Value::Array(discounts)),
        ("totals", Value::Array(totals.clone())),
        ("invoice_totals", Value::Array(totals)),
    ])
}

fn lasting(given: &Given) -> Result<Option<u32>, Failure> {
    let names = [
        "duration",
        "recurring_value",
        "frequency_duration",
        "duration_cycles",
        "duration_invoices",
        "duration_months",
        "applies_to_cycles",
        "max_cycles",
        "max_applications",
        "limit",
        "times",
    ];
    given.first_of(&names).map(|name| given.whole(name)).transpose()
}

/// Each invoice by itself, or one amount and how many invoices it stands on.
fn subtotals(given: &Given) -> Result<Vec<Decimal>, Failure> {
    let names = ["invoices", "subtotals", "invoice_subtotals", "amounts", "periods"];
    let listed = names.iter().find(|name| given.value(name).is_array());
    if let Some(listed) = listed {
        return given.decimals(listed);
    }
    let each = given.one_of(&["subtotal", "amount", "plan_amount", "price"])?;
    let counts = ["invoices", "cycles", "count", "periods", "invoice_count"];
    let count = given.whole(given.first_of(&counts).unwrap_or("cycles"))?;
    Ok((0..count).map(|_| each).collect())
}
