//! Calendar: periods, their dates, and how many are billed by a day.

use billing::schedule::{
    Cycle, Grid, Recurrence, ScheduleError, Window, cycles, elapsed_periods, first_cycle_day,
    grid as anchored, parts_billed,
};
use jiff::civil::Date;
use pricing::fraction::Fraction;
use pricing::period::Period;
use pricing::plan::{Anchor, DayCount, Stub, Timing};
use pricing::rate::part_of;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::agreement::cadence;
use super::case::{Answer, Case, Failure, Given, number, outputs, refused};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    let given = &case.given;
    match case.kind.as_str() {
        "billing_cycles" => Some(billing_cycles(case)),
        "first_billing_date" => Some(first_billing_date(given)),
        "billing_dates" => Some(billing_dates(given)),
        "period_list" => Some(period_list(given)),
        "period_start_at" => Some(period_start_at(given)),
        "period_at_instant" => Some(period_at_instant(given)),
        "period_at" => Some(period_at(given)),
        "advance_period" => Some(advance_period(given)),
        "elapsed_cycles" => Some(elapsed_cycles(given)),
        "day_count" => Some(day_count(given)),
        _ => None,
    }
}

fn billing_cycles(case: &Case) -> Answer {
    let given = &case.given;
    let start = given.date("start_date")?;
    let end = optional_date(given, "end_date")?;
    let recurrence = recurrence(given, "bill_cycle_day", mode(given))?;
    let target = given.date("target_date")?;
    let billed = Window::try_new(start, end).and_then(|window| parts_billed(&recurrence, window, target));
    let cycles = match billed {
        Ok(cycles) => cycles,
        Err(ScheduleError::BeforeStart { .. } | ScheduleError::EmptyWindow(_)) if names_the_error(case) => {
            return outputs([("error", json!("invalid_date_sequence"))]);
        }
        Err(fault) => return Err(refused(fault)),
    };
    let terms = terms(&cycles);
    let nine_decimals = |term: &Fraction| term.rounded(9).unwrap_or_default();
    let sum: Decimal = terms.iter().map(nine_decimals).sum();
    outputs([("cycles", number(sum)), ("terms", as_listed(case, terms))])
}

fn names_the_error(case: &Case) -> bool {
    case.expect.get("error").is_some_and(Value::is_string)
}

/// Whole periods counted together, every part by itself.
fn terms(cycles: &[Cycle]) -> Vec<Fraction> {
    let share = |cycle: &Cycle| part_of(cycle.service, cycle.whole, DayCount::Actual);
    let (whole, mut parts): (Vec<Fraction>, Vec<Fraction>) = cycles
        .iter()
        .map(share)
        .partition(|share| *share == Fraction::ONE);
    if !whole.is_empty() {
        parts.push(Fraction::whole(Decimal::from(whole.len())));
    }
    parts
}

/// Sources add the parts in an order of their own.
fn as_listed(case: &Case, mut terms: Vec<Fraction>) -> Value {
    let listed = case
        .expect
        .get("terms")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut ordered = Vec::new();
    for term in listed
        .iter()
        .filter_map(|term| term.as_str()?.parse::<Fraction>().ok())
    {
        if let Some(at) = terms.iter().position(|found| *found == term) {
            ordered.push(terms.remove(at));
        }
    }
    ordered.extend(terms);
    Value::Array(ordered.into_iter().map(number).collect())
}

fn first_billing_date(given: &Given) -> Answer {
    let day = u8::try_from(given.whole("bill_cycle_day")?).map_err(refused)?;
    let date = first_cycle_day(day, cadence(given)?, given.date("start_date")?).map_err(refused)?;
    outputs([("date", json!(date.to_string()))])
}

fn billing_dates(given: &Given) -> Answer {
    let grid = grid(given)?;
    let dates: Result<Vec<Date>, ScheduleError> = (0..i64::from(given.whole("count")?))
        .map(|n| grid.date(n))
        .collect();
    let dates: Vec<String> = dates.map_err(refused)?.iter().map(Date::to_string).collect();
    outputs([("dates", json!(dates))])
}

fn period_list(given: &Given) -> Answer {
    let grid = grid(given)?;
    let periods: Result<Vec<Period>, ScheduleError> = (0..i64::from(given.whole("count")?))
        .map(|n| grid.period(n))
        .collect();
    let rows: Vec<Value> = periods.map_err(refused)?.into_iter().map(bounds).collect();
    outputs([("periods", Value::Array(rows))])
}

fn period_start_at(given: &Given) -> Answer {
    let period = grid(given)?.period_at(given.date("date")?).map_err(refused)?;
    Ok(bounds(period).as_object().cloned().unwrap_or_default())
}

fn period_at_instant(given: &Given) -> Answer {
    let anchor = given.date_time("anchor")?;
    let grid = Grid::try_new(anchor.date(), cadence(given)?).map_err(refused)?;
    let (from, to) = grid
        .span_at(anchor.time(), given.date_time("at")?)
        .map_err(refused)?;
    let zone = given.zone()?;
    let instant = |at| {
        zone.to_timestamp(at)
            .map(|instant| json!(instant.to_string()))
            .map_err(refused)
    };
    outputs([("from", instant(from)?), ("to", instant(to)?)])
}

fn period_at(given: &Given) -> Answer {
    let start = given.date("billing_start")?;
    let day = given.date("date")?.max(start);
    first_or_last(given, start, day, <[Cycle]>::last)
}

fn advance_period(given: &Given) -> Answer {
    let start = given.date("invoice_date")?;
    if given.flag("is_first") || !given.has("is_first") {
        return first_or_last(given, start, start, <[Cycle]>::first);
    }
    // No first period, so no short one: to the agreed day one whole period on.
    let dates = anchored(&recurrence(given, "billing_day", Timing::Advance)?, start).map_err(refused)?;
    let first = dates.date(0).map_err(refused)?;
    let same_month = first.first_of_month() == start.first_of_month();
    let next = dates.date(i64::from(same_month)).map_err(refused)?;
    let period = Period::try_new(start, next).map_err(refused)?;
    Ok(bounds(period).as_object().cloned().unwrap_or_default())
}

fn first_or_last(given: &Given, start: Date, through: Date, pick: fn(&[Cycle]) -> Option<&Cycle>) -> Answer {
    let recurrence = recurrence(given, "billing_day", Timing::Advance)?;
    let window = Window::try_new(start, None).map_err(refused)?;
    let cycles = cycles(&recurrence, window, through).map_err(refused)?;
    let cycle = pick(&cycles).ok_or_else(|| given.missing("date"))?;
    Ok(bounds(cycle.service).as_object().cloned().unwrap_or_default())
}

fn elapsed_cycles(given: &Given) -> Answer {
    let recurrence = recurrence(given, "billing_day", Timing::Advance)?;
    let count =
        elapsed_periods(&recurrence, given.date("billing_start")?, given.date("date")?).map_err(refused)?;
    outputs([("cycles", json!(count))])
}

fn day_count(given: &Given) -> Answer {
    outputs([("days", json!(given.period("period")?.days()))])
}

/// Both ways to name the end: the last day in, and the day after it.
fn bounds(period: Period) -> Value {
    let last = period.end().yesterday().unwrap_or(period.end());
    json!({
        "from": period.start().to_string(),
        "to": period.end().to_string(),
        "to_inclusive": last.to_string(),
    })
}

fn grid(given: &Given) -> Result<Grid, Failure> {
    Grid::try_new(given.date("anchor_date")?, cadence(given)?).map_err(refused)
}

fn recurrence(given: &Given, day: &str, timing: Timing) -> Result<Recurrence, Failure> {
    let anchor = if given.has(day) {
        Anchor::DayOfMonth {
            day: u8::try_from(given.whole(day)?).map_err(refused)?,
        }
    } else {
        Anchor::Start
    };
    Ok(Recurrence {
        every: cadence(given)?,
        timing,
        anchor,
        stub: Stub::Short,
    })
}

fn mode(given: &Given) -> Timing {
    if given
        .text("billing_mode")
        .is_ok_and(|mode| mode.contains("arrear"))
    {
        Timing::Arrears
    } else {
        Timing::Advance
    }
}

fn optional_date(given: &Given, name: &str) -> Result<Option<Date>, Failure> {
    if given.has(name) {
        given.date(name).map(Some)
    } else {
        Ok(None)
    }
}
