//! Instalments in sentences: "ten installments of $40,000.00 on or before the first day of each month commencing March 1,
//! 2010", "four equal installments of $ [ * ] to be paid on 3/15/98, 6/15/98 …".

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Reader;
use crate::normal::date::{Day, month};
use crate::reading::items::{Item, currency, found};
use crate::reading::phrases::{period, says_any};
use crate::reading::tokens::{Kind as TokenKind, Token};
use crate::terms::{Cadence, Found, Kind, LineItem, Segment, Timing};

/// Reads instalments.
pub(super) fn read(reader: &mut Reader<'_>) {
    let tokens = reader.tokens();
    let amounts: Vec<usize> = reader
        .roles
        .iter()
        .map(|(at, _)| *at)
        .filter(|at| !reader.taken.contains(at))
        .collect();
    for at in amounts {
        let Some(count) = count_before(tokens, at) else {
            continue;
        };
        let Some(item) = item(reader, at, count) else {
            continue;
        };
        let dated = item.line.cadence.copied() == Some(Cadence::Dated);
        let before = reader
            .items
            .last_mut()
            .filter(|before| dated && before.line.cadence.copied() == Some(Cadence::Dated));
        match before {
            // "Year One: …; Year Two: …": one sum in instalments over several years.
            Some(before) => {
                before.line.schedule.extend(item.line.schedule);
                before.line.quantity = Found::absent();
                reader.taken.insert(at);
            }
            None => reader.keep(item, [at]),
        }
    }
}

/// "ten installments of", "eight equal monthly installments of", "12 monthly payments of": position of the number.
fn count_before(tokens: &[Token], at: usize) -> Option<usize> {
    let from = at.saturating_sub(7);
    let before = tokens.get(from..at)?;
    let named = before
        .iter()
        .any(|token| token.is_any("installments|instalments|payments|prepayments|parts|portions"));
    let number = before.iter().rposition(|token| {
        token
            .number()
            .is_some_and(|count| count.scale() == 0 && count > Decimal::ONE)
    })?;
    named.then(|| from.saturating_add(number))
}

fn item(reader: &Reader<'_>, at: usize, count_at: usize) -> Option<Item> {
    let tokens = reader.tokens();
    let statement = reader.statement();
    let stretch = &statement.stretch;
    let count = tokens.get(count_at)?.number()?;
    let mut line = LineItem::new(
        "",
        Kind::Recurring,
        reader.description(count_at),
        statement.evidence(reader.document),
    );
    let withheld = matches!(tokens.get(at)?.kind, TokenKind::Withheld { .. });
    let amount = tokens.get(at)?.money();
    line.quantity = found(
        count,
        stretch,
        reader.document,
        count_at,
        count_at.saturating_add(1),
    );
    let value = || match amount {
        Some(amount) => found(amount.value, stretch, reader.document, at, at.saturating_add(1)),
        None => Found::withheld(
            stretch.printed(at, at.saturating_add(1)),
            stretch.evidence(reader.document, at, at.saturating_add(1)),
        ),
    };
    let to = next_amount(tokens, at);
    let dates = dates(reader, at, to);
    let each = tokens
        .get(at..to)
        .is_some_and(|words| words.iter().any(|token| token.is_any("each|every")));
    let named = listed_days(reader, at, to).filter(|days| !each && Decimal::from(days.len()) == count);
    // "four quarterly installments … on January 1, April 1, July 1 and October 1, 2001" comes every quarter from the first day.
    let rhythmic = (at.saturating_sub(6)..at).any(|at| period(tokens, at).is_some());
    let dates = match named {
        Some(days) if rhythmic => days.into_iter().take(1).collect(),
        Some(days) => days,
        None => dates,
    };
    let listed = listed_months(reader, at, to);
    if dates.len() > 2 || (dates.len() == 2 && Decimal::from(dates.len()) == count) {
        dated(&mut line, dates, &value);
    } else if let Some(days) = listed.filter(|days| Decimal::from(days.len()) == count) {
        monthly(&mut line, reader, at, &days, value());
    } else {
        regular(&mut line, reader, (at, to), &dates, value())?;
    }
    if withheld {
        line.missing = Some(String::from("redacted"));
    }
    let mut item = Item::new(
        line,
        statement.scope,
        stretch.words(at, at.saturating_add(1)).to_vec(),
    );
    item.currency = amount.and_then(currency);
    Some(item)
}

/// Where the words about this amount end: at the next one.
fn next_amount(tokens: &[Token], at: usize) -> usize {
    let rest = tokens.get(at.saturating_add(1)..).unwrap_or_default();
    let stop = rest.iter().position(|token| {
        token.money().is_some() || matches!(token.kind, TokenKind::Withheld { money: true, .. })
    });
    stop.map_or(tokens.len(), |stop| at.saturating_add(1).saturating_add(stop))
}

fn dates(reader: &Reader<'_>, from: usize, to: usize) -> Vec<Found<Date>> {
    let stretch = &reader.statement().stretch;
    (from..to)
        .filter_map(|at| match reader.tokens().get(at)?.kind {
            TokenKind::Date(Day::Is(day)) => {
                Some(found(day, stretch, reader.document, at, at.saturating_add(1)))
            }
            _ => None,
        })
        .collect()
}

fn dated(line: &mut LineItem, dates: Vec<Found<Date>>, value: &dyn Fn() -> Found<Decimal>) {
    line.cadence = Found::supported(Cadence::Dated, "", line.evidence.clone());
    line.schedule = dates
        .into_iter()
        .map(|from| Segment {
            from,
            to: Found::absent(),
            amount: value(),
            unit_price: Found::absent(),
        })
        .collect();
}

/// "on January 15, May 1 and September 1, 2002": days of one year, which the last of them names.
fn listed_days(reader: &Reader<'_>, from: usize, to: usize) -> Option<Vec<Found<Date>>> {
    let tokens = reader.tokens();
    let stretch = &reader.statement().stretch;
    let last = (from..to)
        .rev()
        .find(|at| tokens.get(*at).is_some_and(|token| token.day().is_some()))?;
    let year = tokens.get(last)?.day()?.year();
    let mut days: Vec<Found<Date>> = (from..last)
        .filter_map(|at| {
            let named = tokens.get(at).filter(|token| token.is_capital())?;
            let day = tokens.get(at.saturating_add(1))?.number()?;
            let day = crate::normal::date::day(year, month(&named.low)?, i8::try_from(day).ok()?)?;
            Some(found(day, stretch, reader.document, at, at.saturating_add(2)))
        })
        .collect();
    let end = tokens.get(last)?.day()?;
    days.push(found(end, stretch, reader.document, last, last.saturating_add(1)));
    let ascending = days.windows(2).all(|pair| match pair {
        [one, next] => one.copied() < next.copied(),
        _ => true,
    });
    (days.len() > 1 && ascending).then_some(days)
}

/// "due the first day of March, April, May … and October, 1998": a day in each month named.
fn listed_months(reader: &Reader<'_>, from: usize, to: usize) -> Option<Vec<Date>> {
    let tokens = reader.tokens().get(from..to)?;
    let months: Vec<i8> = tokens
        .iter()
        .filter(|token| token.is_capital())
        .filter_map(|token| month(&token.low))
        .collect();
    let year = tokens
        .iter()
        .rev()
        .find_map(|token| crate::normal::date::year(&token.text).filter(|_| token.text.len() == 4))
        .or_else(|| {
            // The last month and its year were joined into a date by the tokenizer.
            tokens.iter().rev().find_map(|token| match token.kind {
                TokenKind::Date(Day::Is(day)) => Some(day.year()),
                _ => None,
            })
        })?;
    let first = says_any(tokens, "first day|1st day");
    let days: Option<Vec<Date>> = months
        .iter()
        .map(|month| crate::normal::date::day(year, *month, 1))
        .collect();
    days.filter(|days| days.len() > 2 && first)
}

fn monthly(line: &mut LineItem, reader: &Reader<'_>, at: usize, days: &[Date], value: Found<Decimal>) {
    let evidence = reader
        .statement()
        .stretch
        .evidence(reader.document, at, reader.tokens().len());
    line.price.amount = value;
    line.unit = Some(String::from("month"));
    line.cadence = Found::supported(Cadence::months(1), "", evidence.clone());
    line.timing = Found::supported(Timing::Advance, "", evidence.clone());
    if let (Some(first), Some(last)) = (days.first(), days.last()) {
        line.start = Found::supported(*first, "", evidence.clone());
        line.end = Found::supported(*last, "", evidence);
    }
}

/// "on or before the first day of each month commencing March 1, 2010 and ending …": a cadence and a first day.
fn regular(
    line: &mut LineItem,
    reader: &Reader<'_>,
    (at, to): (usize, usize),
    dates: &[Found<Date>],
    value: Found<Decimal>,
) -> Option<()> {
    let tokens = reader.tokens();
    let stretch = &reader.statement().stretch;
    let from = at.saturating_sub(6);
    let (position, cadence) = (from..to).find_map(|position| {
        period(tokens, position)
            .and_then(|found| found.cadence())
            .map(|cadence| (position, cadence))
    })?;
    line.price.amount = value;
    line.unit = cadence
        .in_months()
        .filter(|months| *months == 1)
        .map(|_| String::from("month"));
    line.cadence = found(
        cadence,
        stretch,
        reader.document,
        position,
        position.saturating_add(2),
    );
    if let Some((timing_at, length, timing)) = crate::reading::phrases::timing(tokens.get(at..to)?) {
        let start = at.saturating_add(timing_at);
        line.timing = found(
            timing,
            stretch,
            reader.document,
            start,
            start.saturating_add(length),
        );
    }
    line.start = dates.first().cloned().unwrap_or_default();
    line.end = dates.get(1).cloned().unwrap_or_default();
    Some(())
}
