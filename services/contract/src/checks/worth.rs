//! What a line comes to over a span of time, as far as the contract fixes it. Printed sums are held against this.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::charged::bounds;
use crate::normal::date::whole_months;
use crate::terms::{Cadence, Kind, LineItem, Segment, Terms};

/// The ways in which a printed sum may count a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    /// As the line's own printed sum says, else over the term.
    Printed,
    /// One period of its price.
    Once,
    /// So many months.
    Months(u32),
    /// As often as its quantity says ("12 months at 2,400.00"), else over the term.
    Counted,
    /// A year of the contract, from 1.
    Year(u32),
    /// The whole term.
    Term,
}

/// Which of its prices counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// What is charged.
    Net,
    /// The price before its reduction, where it has one.
    List,
}

/// An amount, and how far it may be off because its price is itself a rounded share of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Worth {
    pub(super) value: Decimal,
    pub(super) slack: Decimal,
}

impl Worth {
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            value: self.value.checked_add(other.value)?,
            slack: self.slack.checked_add(other.slack)?,
        })
    }

    fn times(self, count: u32, of: u32) -> Option<Self> {
        let scaled = |amount: Decimal| {
            amount
                .checked_mul(Decimal::from(count))?
                .checked_div(Decimal::from(of))
        };
        Some(Self {
            value: scaled(self.value)?,
            slack: scaled(self.slack)?,
        })
    }
}

/// What the line comes to; `None` where that is not fixed.
pub(super) fn over(terms: &Terms, item: &LineItem, span: Span, basis: Basis) -> Option<Worth> {
    match span {
        Span::Printed => printed(item).or_else(|| over(terms, item, Span::Term, basis)),
        Span::Counted => counted(item).or_else(|| over(terms, item, Span::Term, basis)),
        _ if is_dated(item) => dated(terms, item, span),
        _ if !comes_again(item) => each(item, basis).filter(|_| !matches!(span, Span::Year(2..))),
        Span::Once => each(item, basis),
        Span::Months(months) => each(item, basis)?.times(months, price_months(item)?),
        Span::Year(_) | Span::Term => {
            let (from, to) = window(terms, item, span)?;
            between(item, basis, from, to).or_else(|| undated(terms, item, span, basis))
        }
    }
}

/// Does the line fall due again and again?
pub(super) fn comes_again(item: &LineItem) -> bool {
    matches!(item.cadence.copied(), Some(Cadence::Every(_)))
}

/// Amounts that each have their own day.
pub(super) fn is_dated(item: &LineItem) -> bool {
    let days = item
        .schedule
        .iter()
        .all(|part| part.to.value.is_none() && part.amount.value.is_some());
    !item.schedule.is_empty() && days && !comes_again(item)
}

/// The price of one of its periods: an amount, or so many units at a price each.
pub(super) fn each(item: &LineItem, basis: Basis) -> Option<Worth> {
    let list = item.price.list_price.copied().filter(|_| basis == Basis::List);
    if let Some(amount) = item.price.amount.copied() {
        return Some(rounded(list.unwrap_or(amount), Decimal::ONE));
    }
    units(item, list.or_else(|| item.price.unit_price.copied())?)
}

fn units(item: &LineItem, price: Decimal) -> Option<Worth> {
    let one = matches!(item.kind, Kind::Recurring | Kind::OneTime | Kind::Milestone).then_some(Decimal::ONE);
    let units = item.quantity.copied().or(one)?;
    let per = item.price.per.copied().unwrap_or(Decimal::ONE);
    let units = units
        .checked_div(per)
        .filter(|_| item.price.package_size.value.is_none())?;
    Some(Worth {
        value: price.checked_mul(units)?,
        ..rounded(price, units)
    })
}

/// A price of four digits or more whose last is not zero may be a rounded share ("145,833 a month" of 1.75 million a
/// year); any other is taken as exact.
fn rounded(price: Decimal, units: Decimal) -> Worth {
    let half = Decimal::try_new(5, price.scale().saturating_add(1)).ok();
    let slack = half
        .filter(|_| may_be_a_share(price))
        .and_then(|half| half.checked_mul(units.abs()));
    Worth {
        value: price,
        slack: slack.unwrap_or_default(),
    }
}

fn may_be_a_share(price: Decimal) -> bool {
    let digits = price.abs().mantissa();
    digits >= 1_000 && digits.checked_rem(10) != Some(0)
}

fn price_months(item: &LineItem) -> Option<u32> {
    let period = item.price.period.copied().or_else(|| item.cadence.copied())?;
    period.in_months().filter(|months| *months > 0)
}

fn printed(item: &LineItem) -> Option<Worth> {
    let value = item.price.total.copied()?;
    Some(Worth {
        value,
        slack: Decimal::ZERO,
    })
}

fn counted(item: &LineItem) -> Option<Worth> {
    let count = item.quantity.copied().filter(|_| comes_again(item))?;
    let each = rounded(item.price.amount.copied()?, count);
    Some(Worth {
        value: each.value.checked_mul(count)?,
        ..each
    })
}

fn dated(terms: &Terms, item: &LineItem, span: Span) -> Option<Worth> {
    let within = |segment: &&Segment| match span {
        Span::Year(_) => window(terms, item, span)
            .zip(segment.from.copied())
            .is_some_and(|((from, to), day)| from <= day && day <= to),
        _ => true,
    };
    let mut amounts = item
        .schedule
        .iter()
        .filter(within)
        .map(|segment| segment.amount.copied());
    let value = amounts.try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part?))?;
    Some(Worth {
        value,
        slack: Decimal::ZERO,
    })
}

/// First and last day of the part of the line's own time that lies in the span.
fn window(terms: &Terms, item: &LineItem, span: Span) -> Option<(Date, Date)> {
    let (start, end) = bounds(terms);
    let own = (item.start.copied().or(start)?, item.end.copied().or(end)?);
    let Span::Year(year) = span else { return Some(own) };
    let months = |years: u32| {
        jiff::Span::new()
            .try_months(i64::from(years.checked_mul(12)?))
            .ok()
    };
    let first = start?.checked_add(months(year.checked_sub(1)?)?).ok()?;
    let last = start?.checked_add(months(year)?).ok()?.yesterday().ok()?;
    Some((own.0.max(first), own.1.min(last)))
}

/// From the first to the last day, at the price of each time.
fn between(item: &LineItem, basis: Basis, from: Date, to: Date) -> Option<Worth> {
    if from > to {
        return Some(Worth::default());
    }
    let period = price_months(item)?;
    if item.schedule.is_empty() {
        return each(item, basis)?.times(whole_months(from, to)?, period);
    }
    let mut sum = Worth::default();
    for (first, last, price) in stretches(item, from, to)? {
        sum = sum.plus(price.times(whole_months(first, last)?, period)?)?;
    }
    Some(sum)
}

/// The stretches of a ramp inside the window, each with its price.
fn stretches(item: &LineItem, from: Date, to: Date) -> Option<Vec<(Date, Date, Worth)>> {
    let mut starts: Vec<(Date, Worth)> = Vec::new();
    for segment in &item.schedule {
        starts.push((segment.from.copied()?, of_segment(item, segment)?));
    }
    starts.sort_by_key(|(day, _)| *day);
    let first = starts.first()?.0;
    if from < first {
        starts.insert(0, (from, each(item, Basis::Net)?));
    }
    let ends = starts
        .iter()
        .skip(1)
        .map(|(day, _)| day.yesterday().ok())
        .chain([Some(to)]);
    let whole: Option<Vec<_>> = starts
        .iter()
        .zip(ends)
        .map(|((day, price), end)| Some((*day, end?, *price)))
        .collect();
    let inside = whole?
        .into_iter()
        .map(|(first, last, price)| (first.max(from), last.min(to), price));
    Some(inside.filter(|(first, last, _)| first <= last).collect())
}

fn of_segment(item: &LineItem, segment: &Segment) -> Option<Worth> {
    match (segment.amount.copied(), segment.unit_price.copied()) {
        (Some(amount), _) => Some(rounded(amount, Decimal::ONE)),
        (None, Some(price)) => units(item, price),
        (None, None) => None,
    }
}

/// Without dates, a stated length will do.
fn undated(terms: &Terms, item: &LineItem, span: Span, basis: Basis) -> Option<Worth> {
    let months = terms
        .term
        .months
        .copied()
        .filter(|_| span == Span::Term && item.schedule.is_empty())?;
    each(item, basis)?.times(months, price_months(item)?)
}
