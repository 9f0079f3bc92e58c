//! Prices: tiers in order and complete, divisors above zero, matrix cells that fit their dimensions.

use rust_decimal::Decimal;

use super::{Fault, Faults};
use crate::plan::{AmountBase, Charge, Quantity};
use crate::price::{MatrixCell, PercentageRate, Price, Tier, Tiers};

pub(super) fn check(faults: &mut Faults<'_>, field: &str, charge: &Charge, price: &Price) {
    match price {
        Price::Matrix {
            dimensions,
            cells,
            otherwise,
        } => {
            measured(faults, field, charge, dimensions);
            matrix(faults, field, dimensions, cells);
            if let Some(otherwise) = otherwise {
                cell(faults, &format!("{field}.otherwise"), otherwise);
            }
        }
        _ => simple(faults, field, price),
    }
}

fn simple(faults: &mut Faults<'_>, field: &str, price: &Price) {
    match price {
        Price::Flat { amount } => faults.money(format_args!("{field}.amount"), *amount),
        Price::PerUnit { unit_price, per } => {
            faults.not_negative(format_args!("{field}.unit_price"), *unit_price);
            faults.above_zero(format_args!("{field}.per"), *per);
        }
        Price::Package {
            size, package_price, ..
        } => {
            faults.above_zero(format_args!("{field}.size"), *size);
            faults.not_negative(format_args!("{field}.package_price"), *package_price);
        }
        Price::Percentage { rate } => percentage(faults, &format!("{field}.rate"), rate),
        Price::Graduated { tiers } | Price::Volume { tiers } => {
            let priced = |tier: &Tier| tier.unit_price.is_some() || tier.flat_fee.is_some();
            check_tiers(faults, field, tiers, "unit price or a flat fee", priced);
        }
        Price::Stairstep { tiers } => {
            check_tiers(faults, field, tiers, "flat fee", |tier| tier.flat_fee.is_some());
        }
        Price::GraduatedPercentage { tiers } => {
            check_tiers(faults, field, tiers, "percentage", |tier| tier.percent.is_some());
        }
        Price::Matrix { .. } => {}
    }
}

fn percentage(faults: &mut Faults<'_>, field: &str, rate: &PercentageRate) {
    faults.not_negative(format_args!("{field}.percent"), rate.percent);
    for (name, amount) in [
        ("fixed_fee", rate.fixed_fee),
        ("per_transaction_min", rate.per_transaction_min),
        ("per_transaction_max", rate.per_transaction_max),
        ("free_amount", rate.free_amount),
    ] {
        if let Some(amount) = amount {
            faults.not_negative(format_args!("{field}.{name}"), amount);
        }
    }
    if let (Some(least), Some(most)) = (rate.per_transaction_min, rate.per_transaction_max)
        && least > most
    {
        faults.add(
            format_args!("{field}.per_transaction_min"),
            Fault::LeastAboveMost { least, most },
        );
    }
}

fn check_tiers(
    faults: &mut Faults<'_>,
    field: &str,
    tiers: &Tiers,
    needs: &'static str,
    priced: impl Fn(&Tier) -> bool,
) {
    let field = format!("{field}.tiers");
    bounds(faults, &field, &tiers.rows);
    for (at, tier) in tiers.rows.iter().enumerate() {
        let row = format!("{field}.{at}");
        if !priced(tier) {
            faults.add(&row, Fault::TierWithoutPrice { needs });
        }
        amounts(faults, &row, tier);
    }
}

fn amounts(faults: &mut Faults<'_>, row: &str, tier: &Tier) {
    for (name, amount) in [
        ("unit_price", tier.unit_price),
        ("flat_fee", tier.flat_fee),
        ("percent", tier.percent),
        ("flat_cap", tier.flat_cap),
    ] {
        if let Some(amount) = amount {
            faults.not_negative(format_args!("{row}.{name}"), amount);
        }
    }
    if let Some(block) = tier.block {
        faults.above_zero(format_args!("{row}.block"), block);
    }
}

/// Bounds rise, only the last tier is open, and it is.
fn bounds(faults: &mut Faults<'_>, field: &str, rows: &[Tier]) {
    let Some((last, inner)) = rows.split_last() else {
        faults.add(field, Fault::TooFew { found: 0, needed: 1 });
        return;
    };
    for (at, _) in inner.iter().enumerate().filter(|(_, tier)| tier.up_to.is_none()) {
        faults.add(format_args!("{field}.{at}.up_to"), Fault::OpenTierInside);
    }
    let mut previous = Decimal::ZERO;
    for (at, tier) in rows.iter().enumerate() {
        let Some(up_to) = tier.up_to else { continue };
        if up_to <= previous {
            faults.add(
                format_args!("{field}.{at}.up_to"),
                Fault::TiersOverlap { previous, up_to },
            );
        }
        previous = up_to;
    }
    if let Some(after) = last.up_to {
        faults.add(field, Fault::TiersLeaveGap { after });
    }
}

/// A matrix asks for dimensions that its meter has.
fn measured(faults: &mut Faults<'_>, field: &str, charge: &Charge, dimensions: &[String]) {
    let meter = match &charge.quantity {
        Quantity::Metered { meter }
        | Quantity::Amount {
            of: AmountBase::Meter { meter },
        } => Some(meter),
        _ => None,
    };
    let meter = meter.and_then(|id| faults.plan.meters.iter().find(|meter| meter.id == *id));
    for dimension in dimensions {
        if !meter.is_some_and(|meter| meter.dimensions.contains(dimension)) {
            let fault = Fault::DimensionNotMeasured {
                dimension: dimension.clone(),
            };
            faults.add(format_args!("{field}.dimensions"), fault);
        }
    }
}

fn matrix(faults: &mut Faults<'_>, field: &str, dimensions: &[String], cells: &[MatrixCell]) {
    if dimensions.is_empty() {
        faults.add(
            format_args!("{field}.dimensions"),
            Fault::TooFew { found: 0, needed: 1 },
        );
    }
    for (at, part) in cells.iter().enumerate() {
        let row = format!("{field}.cells.{at}");
        if part.values.len() != dimensions.len() {
            let fault = Fault::CellValues {
                found: part.values.len(),
                needed: dimensions.len(),
            };
            faults.add(format_args!("{row}.values"), fault);
        }
        if cells.iter().take(at).any(|other| other.values == part.values) {
            let fault = Fault::CellTwice {
                values: part.values.join(", "),
            };
            faults.add(format_args!("{row}.values"), fault);
        }
        cell(faults, &format!("{row}.price"), &part.price);
    }
}

fn cell(faults: &mut Faults<'_>, field: &str, price: &Price) {
    if matches!(price, Price::Matrix { .. }) {
        faults.add(field, Fault::NestedMatrix);
    }
    simple(faults, field, price);
}
