//! When a line falls due.

use pricing::plan::{Anchor, Cadence, CadenceUnit, Instalment, OnceAt, Schedule, Stub, Timing};
use pricing::source::FieldSource;

use super::{Unclear, head, sources};
use crate::flag::Code;
use crate::terms::{self, Kind, LineItem, PeriodsFrom, Span, SpanUnit, Terms};

/// The schedule of a line and where it comes from.
pub(super) fn of(item: &LineItem, terms: &Terms) -> Result<(Schedule, Vec<FieldSource>), Unclear> {
    let mut found = sources::of("schedule", &item.cadence);
    found.extend(sources::of("schedule.timing", &item.timing));
    let schedule = match item.cadence.copied() {
        _ if is_instalments(item) => instalments(item)?,
        Some(terms::Cadence::Every(span)) => recurring(item, span, terms, &mut found)?,
        _ if item.is(terms::Mark::PassThrough) => {
            // Reached only after a person decided the flag about it without entering a cadence.
            found.push(sources::derived("schedule", "passed on with what is measured"));
            recurring(item, passed_on(terms), terms, &mut found)?
        }
        Some(terms::Cadence::OneTime | terms::Cadence::PerEvent | terms::Cadence::Dated) | None => {
            once(item, terms)?
        }
    };
    Ok((schedule, found))
}

fn recurring(
    item: &LineItem,
    span: Span,
    terms: &Terms,
    found: &mut Vec<FieldSource>,
) -> Result<Schedule, Unclear> {
    let measured = matches!(item.kind, Kind::Usage | Kind::Percentage);
    let timing = match item.timing.copied() {
        Some(terms::Timing::Advance) if measured => return Err(too_early(item)),
        Some(terms::Timing::Advance) => Timing::Advance,
        Some(terms::Timing::Arrears) => Timing::Arrears,
        None if matches!(item.kind, Kind::Usage | Kind::Percentage) => {
            found.push(sources::derived(
                "schedule.timing",
                "what is measured can only be billed after its period",
            ));
            Timing::Arrears
        }
        None => {
            // Reached only after a person decided the flag about it without entering a timing.
            found.push(sources::derived(
                "schedule.timing",
                "the contract states no timing: billed in advance",
            ));
            Timing::Advance
        }
    };
    Ok(Schedule::Recurring {
        every: cadence(span),
        timing,
        anchor: anchor(item, span, terms, found),
        stub: Stub::Short,
    })
}

/// What the periods are counted from: what the contract says; else the days of the contract, also for a line that begins
/// later; what is measured by the month, by the calendar's.
fn anchor(item: &LineItem, span: Span, terms: &Terms, found: &mut Vec<FieldSource>) -> Anchor {
    found.extend(sources::of("schedule.anchor", &item.periods_from));
    match item.periods_from.copied() {
        Some(PeriodsFrom::Calendar) => return Anchor::Calendar,
        Some(PeriodsFrom::Day(day)) => return Anchor::DayOfMonth { day },
        Some(PeriodsFrom::Start) => return Anchor::Start,
        None => {}
    }
    let start = head::start(terms);
    let measured = matches!(item.kind, Kind::Usage | Kind::Percentage);
    let monthly = span
        == Span {
            count: 1,
            unit: SpanUnit::Month,
        };
    // A promise for each month is counted from the first day of the contract, and so must be what counts toward it.
    let promised = terms
        .line_items
        .iter()
        .any(|line| line.kind == Kind::MinimumCommitment);
    if measured && monthly && !promised && start.is_some_and(|day| day.day() != 1) {
        found.push(sources::derived(
            "schedule.anchor",
            "the contract names no other months: what is measured is counted by calendar month",
        ));
        return Anchor::Calendar;
    }
    match (item.start.copied(), start) {
        // A line that begins on the first of a month has whole months of its own.
        (Some(own), Some(start)) if own != start && own.day() != 1 => {
            found.push(sources::derived(
                "schedule.anchor",
                "its periods are those of the contract",
            ));
            Anchor::On { date: start }
        }
        _ => Anchor::Start,
    }
}

/// The same span in the plan's words.
pub(super) fn cadence(span: Span) -> Cadence {
    let unit = match span.unit {
        SpanUnit::Day => CadenceUnit::Day,
        SpanUnit::Week => CadenceUnit::Week,
        SpanUnit::HalfMonth => CadenceUnit::HalfMonth,
        SpanUnit::Month => CadenceUnit::Month,
        SpanUnit::Year => CadenceUnit::Year,
    };
    Cadence {
        count: span.count,
        unit,
    }
}

/// What is passed on is billed as often as what is measured beside it, else by the month.
fn passed_on(terms: &Terms) -> Span {
    let measured = terms
        .line_items
        .iter()
        .filter(|item| matches!(item.kind, Kind::Usage | Kind::Percentage));
    let spans = measured.filter_map(|item| match item.cadence.copied() {
        Some(terms::Cadence::Every(span)) => Some(span),
        _ => None,
    });
    spans.min_by_key(|span| (span.unit, span.count)).unwrap_or(Span {
        count: 1,
        unit: SpanUnit::Month,
    })
}

/// What is measured is known only after its period.
fn too_early(item: &LineItem) -> Unclear {
    Unclear {
        code: Code::TimingNotStated,
        field: "/timing",
        sentence: format!(
            "“{}” is measured, and cannot be billed before its period.",
            item.description
        ),
        what_to_do: "Enter arrears, or enter the quantity that is agreed.",
    }
}

/// It falls due at signing, and nobody dated a signature.
fn unsigned(item: &LineItem) -> Unclear {
    Unclear {
        code: Code::StartTbd,
        field: "/start",
        sentence: format!(
            "“{}” falls due at signing, and no signature is dated.",
            item.description
        ),
        what_to_do: "Enter the day it was signed.",
    }
}

fn once(item: &LineItem, terms: &Terms) -> Result<Schedule, Unclear> {
    if matches!(item.kind, Kind::Recurring | Kind::Seat | Kind::Usage) {
        return Err(Unclear {
            code: Code::CadenceNotStated,
            field: "/cadence",
            sentence: format!("How often “{}” is billed is not clear.", item.description),
            what_to_do: "Enter its cadence.",
        });
    }
    let at = match (item.start.copied(), item.event.get()) {
        (Some(date), _) => OnceAt::On { date },
        (None, Some(event)) if is_signing(event) => {
            if head::signed(terms).is_none() {
                return Err(unsigned(item));
            }
            OnceAt::Signing
        }
        (None, _) => OnceAt::Start,
    };
    Ok(Schedule::Once { at })
}

/// Does the event mean that the contract was signed?
pub(crate) fn is_signing(event: &str) -> bool {
    let event = event.to_lowercase();
    ["sign", "execution", "executed", "countersign"]
        .iter()
        .any(|word| event.contains(word))
}

/// Amounts on dates, none of which lasts to another date.
pub(super) fn is_instalments(item: &LineItem) -> bool {
    let dated = !item.schedule.is_empty() && item.schedule.iter().all(|segment| segment.to.value.is_none());
    let lasting = matches!(item.cadence.copied(), Some(terms::Cadence::Every(_)));
    dated && !lasting && item.schedule.iter().all(|segment| segment.amount.value.is_some())
}

fn instalments(item: &LineItem) -> Result<Schedule, Unclear> {
    let undated = || Unclear {
        code: Code::StartTbd,
        field: "/schedule",
        sentence: format!(
            "“{}” is paid in parts, and not every part has a date.",
            item.description
        ),
        what_to_do: "Enter the date of each part.",
    };
    let payment = |segment: &terms::Segment| {
        Some(Instalment {
            date: segment.from.copied()?,
            amount: segment.amount.copied()?,
        })
    };
    let payments: Option<Vec<Instalment>> = item.schedule.iter().map(payment).collect();
    Ok(Schedule::Instalments {
        payments: payments.ok_or_else(undated)?,
    })
}
