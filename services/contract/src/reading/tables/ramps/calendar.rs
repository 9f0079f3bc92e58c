//! Rows of the years of the calendar: "1999 | $20,000".

use crate::reading::items::Stage;
use crate::reading::phrases::{Holding, labelled};
use crate::reading::scopes::Grid;
use crate::reading::tables::Place;
use crate::reading::tokens::Stretch;
use crate::terms::{Found, Segment};

/// When the price of each row holds, where the first cells say it and one follows the other.
pub(super) fn stages(grid: &Grid) -> Option<Vec<Stage>> {
    let mut stages: Vec<Stage> = Vec::with_capacity(grid.rows.len());
    let mut names: Option<String> = None;
    for row in &grid.rows {
        let label = row.first().filter(|cell| cell.tokens.len() <= 10)?;
        let (held, others) =
            numbered(grid, label).map_or_else(|| labelled(&label.tokens), |held| Some((held, Vec::new())))?;
        let others = others.join(" ");
        // "Service from January" and "Support from July" are two things, not two prices of one.
        if names.as_ref().is_some_and(|names| *names != others) {
            return None;
        }
        names = Some(others);
        let next = match stages.last_mut() {
            None => Stage::first(held)?,
            Some(last) => {
                let next = last.next(held)?;
                last.ends_before(next);
                next
            }
        };
        stages.push(next);
    }
    (stages.len() > 1).then_some(stages)
}

/// "1" or "1 (2006-2007)" under "Contract Year", "3" under "Month".
fn numbered(grid: &Grid, label: &Stretch) -> Option<Holding> {
    let header = &grid.header.as_ref()?.first()?.tokens;
    let unit = header.iter().find(|token| token.is_any("year|yr|month"))?;
    let (only, more) = label.tokens.split_first()?;
    // "1 (2006-2007)": the years of the calendar that it covers say the same again.
    let again = more.first().is_none_or(|token| token.is_mark('('))
        && more.last().is_none_or(|token| token.is_mark(')'));
    let number = only
        .number()
        .filter(|_| again)
        .and_then(|number| u32::try_from(number).ok())?;
    let length = if unit.is("month") { 1 } else { 12 };
    let last = number.checked_mul(length)?;
    (number > 0 && number <= 60).then_some(Holding::Months {
        first: last.checked_sub(length)?.checked_add(1)?,
        last: Some(last),
    })
}

/// "1999", "2001 and each year thereafter": a year of the calendar.
pub(super) fn calendar_year(cell: &Stretch) -> Option<u32> {
    let first = cell.tokens.first().filter(|token| token.text.len() == 4)?;
    let year = u32::try_from(first.number()?)
        .ok()
        .filter(|year| (1980..=2100).contains(year))?;
    let later = cell
        .tokens
        .iter()
        .skip(1)
        .all(|token| token.is_any("and|each|every|later|year|years|thereafter|following|after|all|on"));
    later.then_some(year)
}

/// The first and the last day that a row of a calendar year holds for; the last row has no end.
pub(super) fn dated_rows(place: &Place<'_>, schedule: &mut [Segment]) {
    let years: Option<Vec<(u32, &Stretch)>> = place
        .grid
        .rows
        .iter()
        .map(|row| {
            row.first()
                .and_then(|cell| calendar_year(cell).map(|year| (year, cell)))
        })
        .collect();
    let Some(years) = years.filter(|years| years.len() == schedule.len()) else {
        return;
    };
    for (at, segment) in schedule.iter_mut().enumerate() {
        let Some((year, cell)) = years.get(at) else {
            continue;
        };
        let day = |month: i8, day: i8| {
            let year = i16::try_from(*year).ok()?;
            crate::normal::date::day(year, month, day)
        };
        let evidence = || cell.evidence(place.document, 0, cell.tokens.len());
        let how = format!("the year {year}");
        if let Some(first) = day(1, 1) {
            segment.from = Found::derived(first, how.clone(), evidence());
        }
        let open = cell.tokens.len() > 1;
        if let Some(last) = day(12, 31).filter(|_| !open) {
            segment.to = Found::derived(last, how, evidence());
        }
    }
}
