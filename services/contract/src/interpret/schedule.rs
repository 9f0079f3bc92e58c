//! When a line falls due.

use pricing::plan::{Anchor, Cadence, CadenceUnit, Instalment, OnceAt, Schedule, Stub, Timing};
use pricing::source::FieldSource;

use super::{Unclear, sources};
use crate::flag::Code;
use crate::terms::{self, Kind, LineItem, Span, SpanUnit};

/// The schedule of a line and where it comes from.
pub(super) fn of(item: &LineItem) -> Result<(Schedule, Vec<FieldSource>), Unclear> {
    let mut found = sources::of("schedule", &item.cadence);
    found.extend(sources::of("schedule.timing", &item.timing));
    let schedule = match item.cadence.copied() {
        _ if is_instalments(item) => instalments(item)?,
        Some(terms::Cadence::Every(span)) => recurring(item, span, &mut found)?,
        Some(terms::Cadence::OneTime | terms::Cadence::PerEvent | terms::Cadence::Dated) | None => {
            once(item)?
        }
    };
    Ok((schedule, found))
}

fn recurring(item: &LineItem, span: Span, found: &mut Vec<FieldSource>) -> Result<Schedule, Unclear> {
    let timing = match item.timing.copied() {
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
        anchor: Anchor::Start,
        stub: Stub::Short,
    })
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

fn once(item: &LineItem) -> Result<Schedule, Unclear> {
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
        (None, Some(event)) if is_signing(event) => OnceAt::Signing,
        (None, _) => OnceAt::Start,
    };
    Ok(Schedule::Once { at })
}

/// Does the event mean that the contract was signed?
pub(super) fn is_signing(event: &str) -> bool {
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
