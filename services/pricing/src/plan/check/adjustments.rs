//! Adjustments of a charge: conversion, included units, ramps, escalators, discounts, minimum and maximum.

use rust_decimal::Decimal;

use super::{Fault, Faults, charges, prices};
use crate::plan::{Charge, Discount, DiscountValue, Escalation, Escalator};
use crate::price::Price;

pub(super) fn check(faults: &mut Faults<'_>, field: &str, charge: &Charge) {
    units(faults, field, charge);
    ramp(faults, field, charge);
    for (at, escalator) in charge.escalators.iter().enumerate() {
        check_escalator(faults, &format!("{field}.escalators.{at}"), escalator);
    }
    for (at, own) in charge.discounts.iter().enumerate() {
        let field = format!("{field}.discounts.{at}");
        discount(faults, &field, own);
        if !own.charges.is_empty() {
            faults.add(format_args!("{field}.charges"), Fault::DiscountNamesCharges);
        }
    }
    bounds(faults, field, charge);
}

/// What counts units needs a price that has them.
fn units(faults: &mut Faults<'_>, field: &str, charge: &Charge) {
    let units_off = |discount: &Discount| matches!(discount.value, DiscountValue::Units { .. });
    let counted = [
        ("included", "included units", charge.included.is_some()),
        ("conversion", "unit conversions", charge.conversion.is_some()),
        (
            "discounts",
            "discounts in units",
            charge.discounts.iter().any(units_off),
        ),
    ];
    let by_units = by_units(&charge.price);
    for (name, what, _) in counted.into_iter().filter(|(_, _, agreed)| *agreed && !by_units) {
        faults.add(format_args!("{field}.{name}"), Fault::NotByUnits { what });
    }
    if let Some(included) = &charge.included {
        faults.not_negative(format_args!("{field}.included.units"), included.units);
    }
    if let Some(conversion) = charge.conversion {
        faults.above_zero(
            format_args!("{field}.conversion.multiplier"),
            conversion.multiplier,
        );
        faults.above_zero(format_args!("{field}.conversion.divisor"), conversion.divisor);
    }
}

fn by_units(price: &Price) -> bool {
    match price {
        Price::Matrix { .. } => false,
        Price::Percentage { rate } => !rate.asks_for_transactions(),
        _ => true,
    }
}

fn ramp(faults: &mut Faults<'_>, field: &str, charge: &Charge) {
    for (at, segment) in charge.ramp.iter().enumerate() {
        prices::check(
            faults,
            &format!("{field}.ramp.{at}.price"),
            charge,
            &segment.price,
        );
    }
    for (at, pair) in (1_usize..).zip(charge.ramp.windows(2)) {
        if let [previous, next] = pair
            && next.from <= previous.from
        {
            let fault = Fault::DatesOutOfOrder {
                previous: previous.from,
                date: next.from,
            };
            faults.add(format_args!("{field}.ramp.{at}.from"), fault);
        }
    }
}

fn check_escalator(faults: &mut Faults<'_>, field: &str, escalator: &Escalator) {
    if let Some(every) = escalator.every {
        charges::cadence(faults, format_args!("{field}.every"), every);
    }
    escalation(faults, &format!("{field}.by"), &escalator.by);
}

fn escalation(faults: &mut Faults<'_>, field: &str, by: &Escalation) {
    match by {
        Escalation::Percent { percent } => growth(faults, &format!("{field}.percent"), *percent),
        Escalation::Index {
            series, floor, cap, ..
        } => {
            if series.trim().is_empty() {
                faults.add(format_args!("{field}.series"), Fault::Blank);
            }
            if let (Some(least), Some(most)) = (*floor, *cap)
                && least > most
            {
                faults.add(
                    format_args!("{field}.floor"),
                    Fault::LeastAboveMost { least, most },
                );
            }
        }
        Escalation::GreaterOf { of } | Escalation::LesserOf { of } => {
            if of.len() < 2 {
                faults.add(
                    format_args!("{field}.of"),
                    Fault::TooFew {
                        found: of.len(),
                        needed: 2,
                    },
                );
            }
            for (at, by) in of.iter().enumerate() {
                escalation(faults, &format!("{field}.of.{at}"), by);
            }
        }
    }
}

/// A change of price: it may halve or triple, but not fall below nothing.
pub(super) fn growth(faults: &mut Faults<'_>, field: &str, percent: Decimal) {
    faults.percent(
        field,
        percent,
        Decimal::NEGATIVE_ONE.saturating_mul(Decimal::ONE_HUNDRED),
        Decimal::ONE_THOUSAND,
    );
}

pub(super) fn discount(faults: &mut Faults<'_>, field: &str, discount: &Discount) {
    faults.filled(format_args!("{field}.name"), &discount.name);
    match discount.value {
        DiscountValue::Percent { percent } => faults.share(format_args!("{field}.value.percent"), percent),
        DiscountValue::Amount { amount } => faults.money(format_args!("{field}.value.amount"), amount),
        DiscountValue::Units { units } => faults.not_negative(format_args!("{field}.value.units"), units),
    }
    if let Some(from) = discount.from {
        faults.span(format_args!("{field}.until"), from, discount.until);
    }
}

fn bounds(faults: &mut Faults<'_>, field: &str, charge: &Charge) {
    for (name, bound) in [("minimum", &charge.minimum), ("maximum", &charge.maximum)] {
        if let Some(bound) = bound {
            faults.money(format_args!("{field}.{name}.amount"), bound.amount);
        }
    }
    if let (Some(minimum), Some(maximum)) = (&charge.minimum, &charge.maximum)
        && minimum.amount > maximum.amount
    {
        let fault = Fault::LeastAboveMost {
            least: minimum.amount,
            most: maximum.amount,
        };
        faults.add(format_args!("{field}.minimum"), fault);
    }
}
