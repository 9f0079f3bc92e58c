//! What a line costs, in the plan's price models.

use pricing::price::{PercentageRate, Price, StartedPackage, Tier, TierBound, TierCount, Tiers};
use pricing::source::FieldSource;
use rust_decimal::Decimal;

use super::{Unclear, sources};
use crate::flag::Code;
use crate::terms::{self, Cadence, Found, Kind, LineItem, Mark, TierCounting, TierMode};

/// The price of a line for its billing cadence, and where it comes from.
pub(super) fn of(item: &LineItem) -> Result<(Price, Vec<FieldSource>), Unclear> {
    let mut found = fields(item);
    let price = match &item.price.tiers {
        Some(tiers) => tiered(item, tiers, &mut found)?,
        None => plain(item, &mut found)?,
    };
    Ok((price, found))
}

fn fields(item: &LineItem) -> Vec<FieldSource> {
    let price = &item.price;
    let mut found = Vec::new();
    let named: [(&str, &Found<Decimal>); 6] = [
        ("price.amount", &price.amount),
        ("price.unit_price", &price.unit_price),
        ("price.per", &price.per),
        ("price.rate", &price.percent),
        ("price.size", &price.package_size),
        ("maximum", &price.cap),
    ];
    for (field, value) in named {
        found.extend(sources::of(field, value));
    }
    found.extend(sources::of("minimum", &price.minimum));
    found
}

fn plain(item: &LineItem, found: &mut Vec<FieldSource>) -> Result<Price, Unclear> {
    let price = &item.price;
    if let Some(percent) = price.percent.copied().filter(|_| item.kind == Kind::Percentage) {
        return Ok(percentage(item, percent));
    }
    if let (Some(size), Some(package_price)) = (price.package_size.copied(), price.unit_price.copied()) {
        return Ok(Price::Package {
            size,
            package_price,
            started: StartedPackage::Whole,
        });
    }
    if let Some(unit_price) = price.unit_price.copied() {
        let unit_price = for_cadence(item, unit_price, found)?;
        return Ok(Price::PerUnit {
            unit_price,
            per: price.per.copied().unwrap_or(Decimal::ONE),
        });
    }
    if let Some(amount) = price.amount.copied() {
        return Ok(Price::Flat {
            amount: for_cadence(item, amount, found)?,
        });
    }
    if item.is(Mark::PassThrough) {
        found.push(sources::derived(
            "price",
            "passed on at cost: all of what was spent",
        ));
        return Ok(Price::Percentage {
            rate: PercentageRate {
                percent: Decimal::ONE_HUNDRED,
                ..PercentageRate::default()
            },
        });
    }
    // Reached only after a person decided the flag about it without entering a price.
    Err(without_price(item))
}

/// A line without a price cannot be charged.
pub(super) fn without_price(item: &LineItem) -> Unclear {
    Unclear {
        code: Code::MissingPrice,
        field: "/price",
        sentence: format!("“{}” has no price that could be billed.", item.description),
        what_to_do: "Enter the price, or remove the line.",
    }
}

fn percentage(item: &LineItem, percent: Decimal) -> Price {
    let bounds = per_transaction(item);
    Price::Percentage {
        rate: PercentageRate {
            percent,
            fixed_fee: fixed_fee(item),
            free_amount: item.included.copied(),
            per_transaction_min: item.price.minimum.copied().filter(|_| bounds),
            per_transaction_max: item.price.cap.copied().filter(|_| bounds),
            ..PercentageRate::default()
        },
    }
}

/// What is added to a share for each transaction.
pub(super) fn fixed_fee(item: &LineItem) -> Option<Decimal> {
    item.price
        .amount
        .copied()
        .or_else(|| item.price.unit_price.copied())
}

/// "0.80%, max. $5.00" bounds each payment; "4% of the month's usage, never less than $1,000 a month" bounds the month.
pub(super) fn per_transaction(item: &LineItem) -> bool {
    let of_time = |found: &Found<Decimal>| {
        let text = found.printed.to_lowercase();
        ["month", "quarter", "year", "annum", "period", "annual"]
            .iter()
            .any(|span| text.contains(span))
    };
    let bounded = |found: &Found<Decimal>| found.value.is_some() && !of_time(found);
    item.kind == Kind::Percentage
        && item.applies_to.is_empty()
        && item.price.tiers.is_none()
        && (bounded(&item.price.minimum) || bounded(&item.price.cap))
}

/// "50 a month, billed annually" is 600 a year, "72,000 a year, billed quarterly" 18,000 a quarter. What does not divide into
/// whole cents is divided exactly; each line is rounded once, and a flag says so.
pub(super) fn for_cadence(
    item: &LineItem,
    price: Decimal,
    found: &mut Vec<FieldSource>,
) -> Result<Decimal, Unclear> {
    // A price of measured units is for the units, whatever the time.
    if item.kind == Kind::Usage {
        return Ok(price);
    }
    let spans = (item.price.period.copied(), item.cadence.copied());
    let (Some(period), Some(cadence @ Cadence::Every(_))) = spans else {
        return Ok(price);
    };
    if period == cadence {
        return Ok(price);
    }
    let billed = per_cadence(price, period, cadence).ok_or_else(|| unfit(item, period, cadence))?;
    found.push(sources::derived(
        "price",
        format!(
            "{price} {period} {} = {billed} {cadence}",
            factor(period, cadence)
        ),
    ));
    Ok(billed)
}

/// `× 12`, `÷ 4`, `× 6 ÷ 12`.
fn factor(period: Cadence, cadence: Cadence) -> String {
    match (period.in_months(), cadence.in_months()) {
        (Some(stated), Some(billed)) if stated > 0 && billed.is_multiple_of(stated) => {
            format!("× {}", billed.checked_div(stated).unwrap_or(billed))
        }
        (Some(stated), Some(billed)) if billed > 0 && stated.is_multiple_of(billed) => {
            format!("÷ {}", stated.checked_div(billed).unwrap_or(stated))
        }
        (stated, billed) => format!("× {} ÷ {}", billed.unwrap_or(1), stated.unwrap_or(1)),
    }
}

/// A price of one span for another, both counted in months.
pub(crate) fn per_cadence(price: Decimal, period: Cadence, cadence: Cadence) -> Option<Decimal> {
    let (stated, billed) = (period.in_months()?, cadence.in_months()?);
    let whole = price.checked_mul(Decimal::from(billed))?;
    whole
        .checked_div(Decimal::from(stated))
        .map(|price| price.normalize())
}

fn unfit(item: &LineItem, period: Cadence, cadence: Cadence) -> Unclear {
    Unclear {
        code: Code::AmbiguousProration,
        field: "/price/period",
        sentence: format!(
            "“{}” is priced {period} but billed {cadence}, and neither is a part of the other.",
            item.description
        ),
        what_to_do: "Enter the price of one billing period.",
    }
}

fn tiered(item: &LineItem, tiers: &terms::Tiers, found: &mut Vec<FieldSource>) -> Result<Price, Unclear> {
    let mode = tiers.mode.copied().ok_or_else(|| unstated(item))?;
    found.extend(sources::of("price.model", &tiers.mode));
    let rows: Vec<Tier> = tiers.rows.iter().map(|row| tier(row, mode)).collect();
    for (at, row) in tiers.rows.iter().enumerate() {
        found.extend(sources::of(
            &format!("price.tiers.rows.{at}.unit_price"),
            &row.unit_price,
        ));
        found.extend(sources::of(
            &format!("price.tiers.rows.{at}.flat_fee"),
            &row.flat_fee,
        ));
        found.extend(sources::of(
            &format!("price.tiers.rows.{at}.percent"),
            &row.percent,
        ));
    }
    let count = match tiers.counting {
        TierCounting::PerPeriod => TierCount::PerPeriod,
        TierCounting::OverTerm => TierCount::OverTerm,
    };
    let shares = rows.iter().any(|row| row.percent.is_some());
    // Bounds that meet ("0–1,000, 1,000–5,000") hold their upper one, unless a person says otherwise.
    let tiers = Tiers {
        rows,
        bound: TierBound::UpperInclusive,
        count,
        ..Tiers::default()
    };
    Ok(match mode {
        TierMode::Graduated if shares => Price::GraduatedPercentage { tiers },
        TierMode::Graduated => Price::Graduated { tiers },
        TierMode::Volume => Price::Volume { tiers },
        TierMode::Stairstep => Price::Stairstep { tiers },
    })
}

fn unstated(item: &LineItem) -> Unclear {
    Unclear {
        code: Code::AmbiguousTierMode,
        field: "/price/tiers/mode",
        sentence: format!(
            "The contract does not say how the tiers of “{}” count.",
            item.description
        ),
        what_to_do: "Choose graduated (each unit at its own tier), volume (all at the tier reached) or stairstep.",
    }
}

/// A flat fee per band is a fee of the tier, however the reader noted it.
fn tier(row: &terms::TierRow, mode: TierMode) -> Tier {
    let flat_only = mode == TierMode::Stairstep && row.flat_fee.value.is_none();
    Tier {
        up_to: row.to,
        unit_price: row.unit_price.copied().filter(|_| !flat_only),
        flat_fee: row
            .flat_fee
            .copied()
            .or_else(|| row.unit_price.copied().filter(|_| flat_only)),
        percent: row.percent.copied(),
        ..Tier::default()
    }
}
