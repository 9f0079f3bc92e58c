//! How many there are at first, said apart from the price: "Headcount covered: 400 employees", "for the 60 vehicles listed".

use rust_decimal::Decimal;

use crate::normal::unit::{is_seat, singular};
use crate::page::Document;
use crate::reading::items::{Item, found};
use crate::reading::phrases::{noun, says_any};
use crate::reading::statements::Statement;
use crate::reading::tokens::Token;
use crate::terms::{Found, Kind, LineItem};

/// What is priced by the unit for a time is counted like seats; its number may stand elsewhere.
pub(super) fn apply(document: &Document, statements: &[Statement], items: &mut [Item]) {
    for item in items {
        let line = &mut item.line;
        let by_unit = line.price.amount.value.is_none()
            && (line.price.unit_price.value.is_some()
                || line.schedule.iter().any(|step| step.unit_price.value.is_some()));
        let uncounted = line.quantity.value.is_none() && line.unit.is_some() && by_unit && says_each(line);
        if !uncounted || !matches!(line.kind, Kind::Recurring | Kind::Seat) {
            continue;
        }
        line.kind = Kind::Seat;
        let unit = line.unit.clone().unwrap_or_default();
        let unit = unit.split(" per ").next().unwrap_or_default().to_owned();
        if let Some(count) = only_count(document, statements, &unit) {
            line.quantity = count;
        }
    }
}

/// "per seat", "each connector": the unit belongs to the price, and not to a column of notes.
fn says_each(line: &LineItem) -> bool {
    let unit = line.unit.as_deref().unwrap_or_default();
    let unit = unit.split(" per ").next().unwrap_or_default().to_lowercase();
    line.evidence.iter().any(|evidence| {
        let quote = evidence.quote().to_lowercase();
        ["per ", "/ ", "/", "each ", "every ", "a "]
            .iter()
            .any(|lead| quote.contains(&format!("{lead}{unit}")))
    })
}

/// The number that the document names of that unit, where it names one only.
fn only_count(document: &Document, statements: &[Statement], unit: &str) -> Option<Found<Decimal>> {
    let counts = statements
        .iter()
        .flat_map(|statement| counts(statement, unit).map(move |(at, count)| (statement, at, count)));
    let counts: Vec<(&Statement, usize, Decimal)> = counts.collect();
    let (statement, at, count) = *counts.first()?;
    let one = counts.iter().all(|(_, _, other)| *other == count);
    one.then(|| found(count, &statement.stretch, document, at, at.saturating_add(2)))
}

fn counts<'t>(statement: &'t Statement, unit: &'t str) -> impl Iterator<Item = (usize, Decimal)> + 't {
    in_label(statement, unit)
        .into_iter()
        .chain(in_words(statement, unit))
}

/// "Seats at the start: 35".
fn in_label(statement: &Statement, unit: &str) -> Option<(usize, Decimal)> {
    let label = statement.tokens().get(..statement.label)?;
    let value = statement.value();
    let count = value
        .first()?
        .number()
        .filter(|count| *count >= Decimal::ONE && count.scale() == 0)?;
    let named = label.iter().any(|token| singular(&token.low) == singular(unit));
    let limit = says_any(label, "maximum|minimum|limit|up to");
    (named && value.len() <= 2 && !limit).then_some((statement.label, count))
}

fn in_words<'t>(statement: &'t Statement, unit: &'t str) -> impl Iterator<Item = (usize, Decimal)> + 't {
    let tokens = statement.tokens();
    tokens.iter().enumerate().filter_map(move |(at, token)| {
        let count = token
            .number()
            .filter(|count| *count >= Decimal::ONE && count.scale() == 0)?;
        let (name, _) = noun(tokens, at.saturating_add(1))?;
        let same =
            name.split(' ').any(|word| singular(word) == singular(unit)) || singular(&name) == singular(unit);
        (same && !is_bound(tokens, at)).then_some((at, count))
    })
}

/// "beyond 400 employees", "up to 50 users": a limit, not a count.
fn is_bound(tokens: &[Token], at: usize) -> bool {
    let before = tokens.get(at.saturating_sub(4)..at).unwrap_or_default();
    let after = tokens
        .get(at..at.saturating_add(6).min(tokens.len()))
        .unwrap_or_default();
    says_any(
        before,
        "up to|over|above|beyond|past|exceed|exceeds|exceeding|more than|fewer than|less than|under|below|first|next|additional|\
         another|extra|every|per|each|within|between|to",
    ) || says_any(after, "or more|or fewer|and above|and over|maximum|added")
}

/// Gives the count to the only line of seats, if it has none. With several lines nobody can tell whose it is.
pub(super) fn fill(document: &Document, statements: &[Statement], items: &mut [Item]) {
    let mut seats = items.iter_mut().filter(|item| item.line.kind == Kind::Seat);
    let (Some(item), None) = (seats.next(), seats.next()) else {
        return;
    };
    if !item.line.quantity.is_absent() {
        return;
    }
    let mut counts = statements
        .iter()
        .filter_map(|statement| count(document, statement));
    if let (Some(count), None) = (counts.next(), counts.next()) {
        item.line.quantity = count;
    }
}

/// A label about seats and nothing behind it but their number.
fn count(document: &Document, statement: &Statement) -> Option<Found<Decimal>> {
    let tokens = statement.tokens();
    let label = tokens.get(..statement.label)?;
    let value = tokens.get(statement.label..)?;
    let named = label.iter().any(|token| is_seat(&token.low));
    let [first, rest @ ..] = value else { return None };
    let bare = rest.iter().all(|token| is_seat(&token.low) || token.is_mark('.'));
    let number = first
        .number()
        .filter(|count| count.scale() == 0 && *count > Decimal::ZERO)?;
    let end = statement.label.saturating_add(1);
    (named && bare).then(|| Found {
        evidence: statement.evidence_of(document, 0, end),
        ..found(number, &statement.stretch, document, statement.label, end)
    })
}
