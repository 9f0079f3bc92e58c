//! What changes a price.

use pricing::plan::{
    Bound, Discount, DiscountValue, Escalation, Escalator, Included, RampSegment, Tax, UnitConversion,
    UnitRounding,
};

use super::{both_ways, charge, price, source, v1};
use crate::value::{Reading, text};

pub(super) fn conversion_message(conversion: UnitConversion) -> v1::UnitConversion {
    v1::UnitConversion {
        divisor: conversion.divisor.to_string(),
        multiplier: conversion.multiplier.to_string(),
        rounding: rounding_out(conversion.rounding),
    }
}

pub(super) fn conversion(at: &mut Reading, message: &v1::UnitConversion) -> Option<UnitConversion> {
    let multiplier = at.decimal("multiplier", &message.multiplier);
    let divisor = at.decimal("divisor", &message.divisor);
    let rounding = at.chosen("rounding", rounding_in(message.rounding));
    Some(UnitConversion {
        multiplier: multiplier?,
        divisor: divisor?,
        rounding: rounding?,
    })
}

both_ways!(rounding_out, rounding_in, UnitRounding, v1::UnitRounding, { Exact, Up, Down, Nearest });

pub(super) fn included_message(included: &Included) -> v1::Included {
    v1::Included {
        units: included.units.to_string(),
        over_term: included.over_term,
    }
}

pub(super) fn included(at: &mut Reading, message: &v1::Included) -> Option<Included> {
    Some(Included {
        units: at.decimal("units", &message.units)?,
        over_term: message.over_term,
    })
}

pub(super) fn ramp_message(segment: &RampSegment) -> v1::RampSegment {
    v1::RampSegment {
        from: segment.from.to_string(),
        price: Some(price::price_message(&segment.price)),
        sources: source::sources_message(&segment.sources),
    }
}

pub(super) fn ramp(at: &mut Reading, message: &v1::RampSegment) -> Option<RampSegment> {
    let from = at.date("from", &message.from);
    let price = at.required("price", message.price.as_ref(), price::price);
    let sources = source::sources(at, &message.sources);
    Some(RampSegment {
        from: from?,
        price: price?,
        sources: sources?,
    })
}

pub(super) fn escalator_message(escalator: &Escalator) -> v1::Escalator {
    v1::Escalator {
        first: escalator.first.to_string(),
        every: escalator.every.map(charge::cadence_message),
        by: Some(escalation_message(&escalator.by)),
        compounding: escalator.compounding,
    }
}

pub(super) fn escalator(at: &mut Reading, message: &v1::Escalator) -> Option<Escalator> {
    let first = at.date("first", &message.first);
    let every = at.optional("every", message.every.as_ref(), charge::cadence);
    let by = at.required("by", message.by.as_ref(), escalation);
    Some(Escalator {
        first: first?,
        every: every?,
        by: by?,
        compounding: message.compounding,
    })
}

fn escalation_message(escalation: &Escalation) -> v1::Escalation {
    use v1::escalation::Kind;
    let kind = match escalation {
        Escalation::Percent { percent } => Kind::Percent(percent.to_string()),
        Escalation::Index {
            series,
            lag_months,
            floor,
            cap,
            plus,
        } => Kind::Index(v1::IndexEscalation {
            series: series.clone(),
            lag_months: *lag_months,
            floor: text(floor.as_ref()),
            cap: text(cap.as_ref()),
            plus: text(plus.as_ref()),
        }),
        Escalation::GreaterOf { of } => Kind::GreaterOf(escalations_message(of)),
        Escalation::LesserOf { of } => Kind::LesserOf(escalations_message(of)),
    };
    v1::Escalation { kind: Some(kind) }
}

fn escalations_message(of: &[Escalation]) -> v1::Escalations {
    v1::Escalations {
        of: of.iter().map(escalation_message).collect(),
    }
}

fn escalation(at: &mut Reading, message: &v1::Escalation) -> Option<Escalation> {
    use v1::escalation::Kind;
    at.required("kind", message.kind.as_ref(), |at, kind| match kind {
        Kind::Percent(percent) => at
            .decimal("percent", percent)
            .map(|percent| Escalation::Percent { percent }),
        Kind::Index(message) => index(at, message),
        Kind::GreaterOf(several) => Some(Escalation::GreaterOf {
            of: at.list("greater_of", &several.of, escalation)?,
        }),
        Kind::LesserOf(several) => Some(Escalation::LesserOf {
            of: at.list("lesser_of", &several.of, escalation)?,
        }),
    })
}

fn index(at: &mut Reading, message: &v1::IndexEscalation) -> Option<Escalation> {
    let floor = at.optional_decimal("floor", &message.floor);
    let cap = at.optional_decimal("cap", &message.cap);
    let plus = at.optional_decimal("plus", &message.plus);
    Some(Escalation::Index {
        series: message.series.clone(),
        lag_months: message.lag_months,
        floor: floor?,
        cap: cap?,
        plus: plus?,
    })
}

pub(super) fn discount_message(discount: &Discount) -> v1::Discount {
    use v1::discount_value::Kind;
    let kind = match &discount.value {
        DiscountValue::Percent { percent } => Kind::Percent(percent.to_string()),
        DiscountValue::Amount { amount } => Kind::Amount(amount.to_string()),
        DiscountValue::Units { units } => Kind::Units(units.to_string()),
    };
    v1::Discount {
        name: discount.name.clone(),
        value: Some(v1::DiscountValue { kind: Some(kind) }),
        from: text(discount.from.as_ref()),
        until: text(discount.until.as_ref()),
        charges: discount.charges.clone(),
        sources: source::sources_message(&discount.sources),
    }
}

pub(super) fn discount(at: &mut Reading, message: &v1::Discount) -> Option<Discount> {
    let kind = message.value.as_ref().and_then(|value| value.kind.as_ref());
    let value = at.required("value", kind, discount_value);
    let from = at.optional_date("from", &message.from);
    let until = at.optional_date("until", &message.until);
    let sources = source::sources(at, &message.sources);
    Some(Discount {
        name: message.name.clone(),
        value: value?,
        from: from?,
        until: until?,
        charges: message.charges.clone(),
        sources: sources?,
    })
}

fn discount_value(at: &mut Reading, kind: &v1::discount_value::Kind) -> Option<DiscountValue> {
    use v1::discount_value::Kind;
    match kind {
        Kind::Percent(percent) => at
            .decimal("percent", percent)
            .map(|percent| DiscountValue::Percent { percent }),
        Kind::Amount(amount) => at
            .decimal("amount", amount)
            .map(|amount| DiscountValue::Amount { amount }),
        Kind::Units(units) => at
            .decimal("units", units)
            .map(|units| DiscountValue::Units { units }),
    }
}

pub(super) fn bound_message(bound: &Bound) -> v1::Bound {
    v1::Bound {
        amount: bound.amount.to_string(),
        prorated: bound.prorated,
    }
}

pub(super) fn bound(at: &mut Reading, message: &v1::Bound) -> Option<Bound> {
    Some(Bound {
        amount: at.decimal("amount", &message.amount)?,
        prorated: message.prorated,
    })
}

pub(super) fn tax_message(tax: &Tax) -> v1::Tax {
    v1::Tax {
        id: tax.id.clone(),
        name: tax.name.clone(),
        percent: tax.percent.to_string(),
        included: tax.included,
        sources: source::sources_message(&tax.sources),
    }
}

pub(super) fn tax(at: &mut Reading, message: &v1::Tax) -> Option<Tax> {
    let (percent, sources) = (
        at.decimal("percent", &message.percent),
        source::sources(at, &message.sources),
    );
    Some(Tax {
        id: message.id.clone(),
        name: message.name.clone(),
        percent: percent?,
        included: message.included,
        sources: sources?,
    })
}
