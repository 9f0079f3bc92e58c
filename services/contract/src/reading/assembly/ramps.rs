//! Dates of prices by contract year, once the term is known.

use jiff::civil::Date;

use crate::normal::date::last_day;
use crate::reading::items::{Item, Stage};
use crate::terms::{Cadence, Found, TermOfContract};

/// Dates every segment that has none: year by year from the first day of the term.
pub(super) fn date(items: &mut [Item], term: &TermOfContract) {
    let start = term.start.copied();
    for item in items
        .iter_mut()
        .filter(|item| item.line.cadence.copied() != Some(Cadence::Dated))
    {
        if !item.stages.is_empty() {
            in_stages(item, start, term.end.copied());
            continue;
        }
        let Some(start) = start.filter(|_| item.line.schedule.len() > 1) else {
            continue;
        };
        let evidence = item.line.evidence.clone();
        for (segment, year) in item.line.schedule.iter_mut().zip(0u32..) {
            let Some((from, to)) = year_of(start, year) else {
                continue;
            };
            if segment.from.is_absent() {
                segment.from = Found::derived(
                    from,
                    format!("first day of contract year {}", year.saturating_add(1)),
                    evidence.clone(),
                );
                segment.to = Found::derived(
                    to,
                    format!("last day of contract year {}", year.saturating_add(1)),
                    evidence.clone(),
                );
            }
        }
    }
}

/// The days of each price, as its words say: months are counted from the first day of the term.
fn in_stages(item: &mut Item, start: Option<Date>, end: Option<Date>) {
    let evidence = item.line.evidence.clone();
    let day = |day: Date, how: &str| Found::derived(day, how, evidence.clone());
    for (at, stage) in item.stages.iter().enumerate() {
        let (from, to) = days_of(*stage, start, end);
        let (own_from, own_to) = match item.line.schedule.get_mut(at) {
            Some(segment) => (&mut segment.from, &mut segment.to),
            None => (&mut item.line.start, &mut item.line.end),
        };
        if let Some(from) = from.filter(|_| own_from.is_absent()) {
            *own_from = day(from, "counted from the first day of the term");
        }
        if let Some(to) = to.filter(|_| own_to.is_absent()) {
            *own_to = day(to, "counted from the first day of the term");
        }
    }
}

fn days_of(stage: Stage, start: Option<Date>, end: Option<Date>) -> (Option<Date>, Option<Date>) {
    match stage {
        Stage::Days { first, last } => (first.or(start), last.or(end)),
        Stage::Months { first, last } => {
            let Some(start) = start else { return (None, None) };
            let before = first.saturating_sub(1);
            let first = if before == 0 {
                Some(start)
            } else {
                last_day(start, before).and_then(|day| day.tomorrow().ok())
            };
            (first, last.map_or(end, |months| last_day(start, months)))
        }
    }
}

fn year_of(start: Date, year: u32) -> Option<(Date, Date)> {
    let months = year.checked_mul(12)?;
    let from = if year == 0 {
        start
    } else {
        last_day(start, months)?.tomorrow().ok()?
    };
    Some((from, last_day(start, months.checked_add(12)?)?))
}
