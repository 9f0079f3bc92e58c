//! Dates of prices by contract year, once the term is known.

use jiff::civil::Date;

use crate::normal::date::last_day;
use crate::reading::items::Item;
use crate::terms::{Cadence, Found, TermOfContract};

/// Dates every segment that has none: year by year from the first day of the term.
pub(super) fn date(items: &mut [Item], term: &TermOfContract) {
    let Some(start) = term.start.copied() else { return };
    for item in items
        .iter_mut()
        .filter(|item| item.line.schedule.len() > 1 && item.line.cadence.copied() != Some(Cadence::Dated))
    {
        let evidence = item.line.evidence.clone();
        if !item.stages.is_empty() {
            in_stages(item, start, term.end.copied());
            continue;
        }
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

/// Steps of some months each; the last one holds to the end of the term where its length is open.
fn in_stages(item: &mut Item, start: Date, end: Option<Date>) {
    let evidence = item.line.evidence.clone();
    let mut from = Some(start);
    for (segment, months) in item.line.schedule.iter_mut().zip(&item.stages) {
        let Some(first) = from else { return };
        let last = if *months == 0 {
            end
        } else {
            last_day(first, *months)
        };
        segment.from = Found::derived(first, "the day after the step before it", evidence.clone());
        if let Some(last) = last {
            segment.to = Found::derived(last, format!("{months} months from {first}"), evidence.clone());
        }
        from = last.and_then(|last| last.tomorrow().ok());
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
