//! Charges: schedule, quantity, price, adjustments.

use pricing::plan::charge::{AmountBase, SeatTrueUp};
use pricing::plan::{
    Anchor, Cadence, CadenceUnit, Charge, Instalment, OnceAt, Quantity, Schedule, Stub, Timing,
};

use super::{adjustment, both_ways, head, price, source, v1};
use crate::value::{Reading, text};

pub(super) fn charge_message(charge: &Charge) -> v1::Charge {
    v1::Charge {
        id: charge.id.clone(),
        name: charge.name.clone(),
        schedule: Some(schedule_message(&charge.schedule)),
        quantity: Some(quantity_message(&charge.quantity)),
        price: Some(price::price_message(&charge.price)),
        starts: text(charge.starts.as_ref()),
        ends: text(charge.ends.as_ref()),
        included: charge.included.as_ref().map(adjustment::included_message),
        ramp: charge.ramp.iter().map(adjustment::ramp_message).collect(),
        escalators: charge
            .escalators
            .iter()
            .map(adjustment::escalator_message)
            .collect(),
        discounts: charge
            .discounts
            .iter()
            .map(adjustment::discount_message)
            .collect(),
        minimum: charge.minimum.as_ref().map(adjustment::bound_message),
        maximum: charge.maximum.as_ref().map(adjustment::bound_message),
        prorated: charge.prorated,
        tax: charge.tax.clone().unwrap_or_default(),
        sources: source::sources_message(&charge.sources),
        conversion: charge.conversion.map(adjustment::conversion_message),
    }
}

pub(super) fn charge(at: &mut Reading, message: &v1::Charge) -> Option<Charge> {
    let schedule = at.required("schedule", message.schedule.as_ref(), schedule);
    let quantity = at.required("quantity", message.quantity.as_ref(), quantity);
    let price = at.required("price", message.price.as_ref(), price::price);
    let starts = at.optional_date("starts", &message.starts);
    let ends = at.optional_date("ends", &message.ends);
    let included = at.optional("included", message.included.as_ref(), adjustment::included);
    let ramp = at.list("ramp", &message.ramp, adjustment::ramp);
    let escalators = at.list("escalators", &message.escalators, adjustment::escalator);
    let discounts = at.list("discounts", &message.discounts, adjustment::discount);
    let minimum = at.optional("minimum", message.minimum.as_ref(), adjustment::bound);
    let maximum = at.optional("maximum", message.maximum.as_ref(), adjustment::bound);
    let sources = source::sources(at, &message.sources);
    let conversion = at.optional("conversion", message.conversion.as_ref(), adjustment::conversion);
    Some(Charge {
        id: message.id.clone(),
        name: message.name.clone(),
        schedule: schedule?,
        quantity: quantity?,
        price: price?,
        conversion: conversion?,
        starts: starts?,
        ends: ends?,
        included: included?,
        ramp: ramp?,
        escalators: escalators?,
        discounts: discounts?,
        minimum: minimum?,
        maximum: maximum?,
        prorated: message.prorated,
        tax: Some(message.tax.clone()).filter(|tax| !tax.is_empty()),
        sources: sources?,
    })
}

fn schedule_message(schedule: &Schedule) -> v1::Schedule {
    use v1::schedule::Kind;
    let kind = match schedule {
        Schedule::Once { at } => Kind::Once(once_message(*at)),
        Schedule::OnMilestone { milestone } => Kind::OnMilestone(v1::OnMilestone {
            milestone: milestone.clone(),
        }),
        Schedule::Recurring {
            every,
            timing,
            anchor,
            stub,
        } => Kind::Recurring(v1::Recurring {
            every: Some(cadence_message(*every)),
            timing: timing_out(*timing),
            anchor: Some(anchor_message(*anchor)),
            stub: stub_out(*stub),
        }),
        Schedule::Instalments { payments } => Kind::Instalments(v1::Instalments {
            payments: payments.iter().map(instalment_message).collect(),
        }),
    };
    v1::Schedule { kind: Some(kind) }
}

fn schedule(at: &mut Reading, message: &v1::Schedule) -> Option<Schedule> {
    use v1::schedule::Kind;
    at.required("kind", message.kind.as_ref(), |at, kind| match kind {
        Kind::Once(message) => at
            .required("at", message.at.as_ref(), once)
            .map(|at| Schedule::Once { at }),
        Kind::OnMilestone(message) => Some(Schedule::OnMilestone {
            milestone: message.milestone.clone(),
        }),
        Kind::Recurring(message) => recurring(at, message),
        Kind::Instalments(message) => Some(Schedule::Instalments {
            payments: at.list("payments", &message.payments, instalment)?,
        }),
    })
}

fn recurring(at: &mut Reading, message: &v1::Recurring) -> Option<Schedule> {
    let every = at.required("every", message.every.as_ref(), cadence);
    let timing = at.chosen("timing", timing_in(message.timing));
    let anchor = at.required("anchor", message.anchor.as_ref(), anchor);
    let stub = at.chosen("stub", stub_in(message.stub));
    Some(Schedule::Recurring {
        every: every?,
        timing: timing?,
        anchor: anchor?,
        stub: stub?,
    })
}

fn once_message(at: OnceAt) -> v1::Once {
    use v1::once::At;
    let at = match at {
        OnceAt::Signing => At::Signing(v1::Signing {}),
        OnceAt::Start => At::Start(v1::Start {}),
        OnceAt::On { date } => At::On(date.to_string()),
    };
    v1::Once { at: Some(at) }
}

fn once(at: &mut Reading, day: &v1::once::At) -> Option<OnceAt> {
    use v1::once::At;
    match day {
        At::Signing(_) => Some(OnceAt::Signing),
        At::Start(_) => Some(OnceAt::Start),
        At::On(date) => at.date("on", date).map(|date| OnceAt::On { date }),
    }
}

fn anchor_message(anchor: Anchor) -> v1::Anchor {
    use v1::anchor::From;
    let from = match anchor {
        Anchor::Start => From::Start(v1::Start {}),
        Anchor::DayOfMonth { day } => From::DayOfMonth(day.into()),
        Anchor::DaysOfMonth { first, second } => From::DaysOfMonth(v1::DaysOfMonth {
            first: first.into(),
            second: second.into(),
        }),
        Anchor::Calendar => From::Calendar(v1::CalendarAligned {}),
        Anchor::On { date } => From::On(date.to_string()),
    };
    v1::Anchor { from: Some(from) }
}

fn anchor(at: &mut Reading, message: &v1::Anchor) -> Option<Anchor> {
    use v1::anchor::From;
    at.required("from", message.from.as_ref(), |at, from| match from {
        From::Start(_) => Some(Anchor::Start),
        From::DayOfMonth(day) => {
            head::day_of_month(at, "day_of_month", *day).map(|day| Anchor::DayOfMonth { day })
        }
        From::DaysOfMonth(days) => {
            let first = head::day_of_month(at, "first", days.first);
            let second = head::day_of_month(at, "second", days.second);
            Some(Anchor::DaysOfMonth {
                first: first?,
                second: second?,
            })
        }
        From::Calendar(_) => Some(Anchor::Calendar),
        From::On(date) => at.date("on", date).map(|date| Anchor::On { date }),
    })
}

fn instalment_message(instalment: &Instalment) -> v1::Instalment {
    v1::Instalment {
        date: instalment.date.to_string(),
        amount: instalment.amount.to_string(),
    }
}

fn instalment(at: &mut Reading, message: &v1::Instalment) -> Option<Instalment> {
    let (date, amount) = (
        at.date("date", &message.date),
        at.decimal("amount", &message.amount),
    );
    Some(Instalment {
        date: date?,
        amount: amount?,
    })
}

pub(super) fn cadence_message(cadence: Cadence) -> v1::Cadence {
    v1::Cadence {
        count: cadence.count,
        unit: cadence_unit_out(cadence.unit),
    }
}

pub(super) fn cadence(at: &mut Reading, message: &v1::Cadence) -> Option<Cadence> {
    if message.count == 0 {
        at.within("count", |at| at.fault("must be at least 1"));
    }
    Some(Cadence {
        count: message.count,
        unit: at.chosen("unit", cadence_unit_in(message.unit))?,
    })
}

both_ways!(cadence_unit_out, cadence_unit_in, CadenceUnit, v1::CadenceUnit, { Day, Week, HalfMonth, Month, Year });
both_ways!(timing_out, timing_in, Timing, v1::Timing, { Advance, Arrears });
both_ways!(stub_out, stub_in, Stub, v1::Stub, { Short, Merged, Full });
both_ways!(true_up_out, true_up_in, SeatTrueUp, v1::SeatTrueUp, { Peak, Average });

fn quantity_message(quantity: &Quantity) -> v1::Quantity {
    use v1::quantity::Kind;
    let kind = match quantity {
        Quantity::Fixed { units } => Kind::Fixed(units.to_string()),
        Quantity::Seats {
            initial,
            floor,
            ratchet,
            true_up,
        } => Kind::Seats(v1::Seats {
            initial: initial.to_string(),
            floor: text(floor.as_ref()),
            ratchet: *ratchet,
            true_up: true_up.map(true_up_out).unwrap_or_default(),
        }),
        Quantity::Metered { meter } => Kind::Metered(meter.clone()),
        Quantity::Amount { of } => Kind::Amount(amount_base_message(of)),
    };
    v1::Quantity { kind: Some(kind) }
}

fn quantity(at: &mut Reading, message: &v1::Quantity) -> Option<Quantity> {
    use v1::quantity::Kind;
    at.required("kind", message.kind.as_ref(), |at, kind| match kind {
        Kind::Fixed(units) => at.decimal("fixed", units).map(|units| Quantity::Fixed { units }),
        Kind::Seats(message) => seats(at, message),
        Kind::Metered(meter) => Some(Quantity::Metered { meter: meter.clone() }),
        Kind::Amount(message) => at
            .required("of", message.of.as_ref(), amount_base)
            .map(|of| Quantity::Amount { of }),
    })
}

fn seats(at: &mut Reading, message: &v1::Seats) -> Option<Quantity> {
    let initial = at.decimal("initial", &message.initial);
    let floor = at.optional_decimal("floor", &message.floor);
    let true_up = true_up_in(message.true_up);
    Some(Quantity::Seats {
        initial: initial?,
        floor: floor?,
        ratchet: message.ratchet,
        true_up,
    })
}

fn amount_base_message(base: &AmountBase) -> v1::AmountBase {
    use v1::amount_base::Of;
    let of = match base {
        AmountBase::Meter { meter } => Of::Meter(meter.clone()),
        AmountBase::Charges { charges } => Of::Charges(v1::ChargeIds {
            charges: charges.clone(),
        }),
        AmountBase::Fixed { amount } => Of::Fixed(amount.to_string()),
    };
    v1::AmountBase { of: Some(of) }
}

fn amount_base(at: &mut Reading, base: &v1::amount_base::Of) -> Option<AmountBase> {
    use v1::amount_base::Of;
    match base {
        Of::Meter(meter) => Some(AmountBase::Meter { meter: meter.clone() }),
        Of::Charges(ids) => Some(AmountBase::Charges {
            charges: ids.charges.clone(),
        }),
        Of::Fixed(amount) => at
            .decimal("fixed", amount)
            .map(|amount| AmountBase::Fixed { amount }),
    }
}
