//! From when to when a price in a sentence holds, how many times it is paid, and the amount it is never below.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Charge;
use crate::normal::date::last_day;
use crate::reading::phrases::{
    PerUnit, Period, Range, bounds, duration, noun, period, period_within, says_any,
};
use crate::reading::prices;
use crate::reading::roles;
use crate::reading::tokens::Token;
use crate::terms::{Cadence, Found, Kind, LineItem};

impl Charge<'_, '_> {
    /// Days that the words around the amount give it.
    pub(super) fn extent(&self, line: &mut LineItem, dates: &[(usize, Date)]) {
        self.sold_until(line, dates);
        self.between_days(line, dates);
        self.so_many_times(line, dates);
    }

    /// "January 1, 2010 - December 31, 2010: $11,275.00", "$900 a month from 1 May through 31 October".
    fn between_days(&self, line: &mut LineItem, dates: &[(usize, Date)]) {
        let tokens = self.reader.tokens();
        let (from, to) = self.reader.between_amounts(self.at);
        let own: Vec<&(usize, Date)> = dates.iter().filter(|(at, _)| (from..to).contains(at)).collect();
        let span = own.windows(2).find_map(|pair| {
            let [(first_at, first), (last_at, last)] = pair else {
                return None;
            };
            let gap = tokens.get(first_at.saturating_add(1)..*last_at)?;
            let joined = gap.len() <= 3
                && gap
                    .iter()
                    .any(|token| token.is_mark('-') || token.is_any("through|to|until|thru"));
            (joined && first < last).then_some((*first_at, *first, *last_at, *last))
        });
        if let Some((first_at, first, last_at, last)) = span {
            line.start = self.found(first, first_at, first_at.saturating_add(1));
            line.end = self.found(last, last_at, last_at.saturating_add(1));
        }
    }

    /// "Products sold prior to January 1, 2011", "goods shipped after June 30": the days on which what is sold counts.
    fn sold_until(&self, line: &mut LineItem, dates: &[(usize, Date)]) {
        let tokens = self.reader.tokens();
        let (from, to) = roles::clause(tokens, self.at);
        for (at, day) in dates.iter().filter(|(at, _)| (from..to).contains(at)) {
            let led = tokens.get(at.saturating_sub(4)..*at).unwrap_or_default();
            let counts = says_any(
                led,
                "sold|shipped|made|received|accruing|occurring|earned|delivered|invoiced",
            );
            let evidence = || {
                self.statement().stretch.evidence(
                    self.reader.document,
                    at.saturating_sub(3),
                    at.saturating_add(1),
                )
            };
            let last = day
                .yesterday()
                .ok()
                .filter(|_| counts && says_any(led, "prior to|before"));
            let first = day
                .tomorrow()
                .ok()
                .filter(|_| counts && led.last().is_some_and(|token| token.is("after")));
            if let Some(last) = last {
                line.end = Found::derived(last, format!("the day before {day}"), evidence());
            }
            if let Some(first) = first {
                line.start = Found::derived(first, format!("the day after {day}"), evidence());
            }
        }
    }

    /// "$50,000 per month for six consecutive months beginning June 1, 2000": how many times, and so the last day.
    fn so_many_times(&self, line: &mut LineItem, dates: &[(usize, Date)]) {
        let tokens = self.reader.tokens();
        let (_, to) = self.reader.between_amounts(self.at);
        let end = self.at.saturating_add(self.price.length);
        let each = line.cadence.copied().and_then(Cadence::in_months);
        let lasts = (end..to.min(end.saturating_add(6))).find_map(|at| {
            let leads = at
                .checked_sub(1)
                .and_then(|before| tokens.get(before))
                .is_some_and(|token| token.is_any("for|of"));
            duration(tokens, at).filter(|_| leads).map(|found| (at, found))
        });
        let (Some((at, found)), Some(each)) = (lasts.filter(|_| line.kind == Kind::Recurring), each) else {
            return;
        };
        let months = crate::normal::duration::months(found.span).filter(|_| each > 0);
        let Some(months) = months.filter(|months| months.is_multiple_of(each)) else {
            return;
        };
        let last = at.saturating_add(found.length);
        let times = months.checked_div(each).unwrap_or_default();
        line.quantity = self.found(Decimal::from(times), at, last);
        line.unit = line
            .unit
            .take()
            .or_else(|| (each == 1).then(|| String::from("month")));
        let begins = dates.iter().find(|(day, _)| (last..to).contains(day));
        if let Some(day) = begins.and_then(|(_, first)| last_day(*first, months)) {
            line.end = Found::derived(day, format!("{months} months"), line.evidence.clone());
        }
    }

    /// "license fees of $1,200,000 as follows:", "$60,000, of which": the parts follow.
    pub(super) fn is_in_parts(&self) -> bool {
        let tokens = self.reader.tokens();
        let end = self.at.saturating_add(self.price.length);
        let behind = tokens
            .get(end..end.saturating_add(8).min(tokens.len()))
            .unwrap_or_default();
        let next = behind
            .iter()
            .position(super::super::is_amount)
            .unwrap_or(behind.len());
        says_any(
            behind.get(..next).unwrap_or_default(),
            "as follows|of which|in the following|following installments|following instalments",
        )
    }

    /// "shall pay monthly rent as follows: …; …": the span that the lead of a list gives to each of its parts.
    pub(super) fn listed_period(&self) -> Option<Period> {
        let tokens = self.reader.tokens();
        let (from, _) = roles::clause(tokens, self.at);
        let colon = tokens
            .get(..self.at)?
            .iter()
            .position(|token| token.is_mark(':'))?;
        let lead = tokens.get(..colon.min(from))?;
        let (_, found) = period_within(lead)?;
        (says_any(lead, "as follows|following") && found.length == 1).then_some(found)
    }

    /// Where the words of this price begin: behind the amount before it, or behind the colon.
    fn own_from(&self) -> usize {
        let tokens = self.reader.tokens();
        let last = (0..self.at).rev().find(|at| {
            tokens
                .get(*at)
                .is_some_and(|token| token.money().is_some() || token.is_mark(':'))
        });
        last.map_or(0, |at| at.saturating_add(1))
    }

    /// "hourly rates are: Project Manager - $175; Consultant - $125": what stands before the colon says what each is for.
    pub(super) fn listed_by_time(&self) -> Option<PerUnit> {
        let tokens = self.reader.tokens();
        let colon = tokens
            .get(..self.at)?
            .iter()
            .position(|token| token.is_mark(':'))?;
        let lead = tokens.get(..colon)?;
        let own = tokens.get(self.own_from()..self.at)?;
        let else_ = own
            .iter()
            .any(|token| token.is_any("fee|charge|licence|license|filing|fixed|subscription|price"));
        if else_ || self.price.period.is_some() {
            return None;
        }
        let of = |words: &str| says_any(lead, words);
        let unit = if of("hourly rates|hourly rate|rates per hour|per hour rates") {
            "hour"
        } else if of("daily rates|day rates|per diem rates|daily rate") {
            "day"
        } else {
            return None;
        };
        Some(PerUnit {
            count: Decimal::ONE,
            unit: unit.to_owned(),
            length: 0,
        })
    }

    /// "$0.045 per item for all items processed in excess of 1,000,000 items per month": the units it does not count.
    pub(super) fn excess_behind(&self, unit: Option<&str>) -> Option<Decimal> {
        let tokens = self.reader.tokens();
        let unit = unit.filter(|unit| !unit.is_empty())?;
        let (_, to) = self.between();
        let from = self.at.saturating_add(self.price.length);
        (from..to).find_map(|at| {
            let found = bounds(tokens, at)?;
            let Range::Over(value) = found.range else {
                return None;
            };
            let (name, _) = noun(tokens, at.saturating_add(found.length))?;
            (crate::normal::unit::singular(&name) == crate::normal::unit::singular(unit)).then_some(value)
        })
    }

    /// "an annual fee equal to the greater of $100,000 or 2% of Net Sales": the span stands before both.
    pub(super) fn span_of_compared(&self) -> Option<Period> {
        let tokens = self.reader.tokens();
        let (from, _) = roles::clause(tokens, self.at);
        let before = tokens.get(from..self.at)?;
        let bound = before.iter().position(|token| token.money().is_some())?;
        let compared = says_any(before, "greater of|higher of|larger of|lesser of|lower of");
        (compared && self.price.percent.is_some())
            .then(|| super::super::span_of_fee(tokens, from.saturating_add(bound)))?
    }

    /// "$1,500 on the Effective Date and on each anniversary of it": paid every year, whatever else is said.
    pub(super) fn each_anniversary(&self) -> Option<Period> {
        let tokens = self.reader.tokens();
        let (_, to) = self.between();
        let from = self.at.saturating_add(self.price.length);
        (from..to).find_map(|at| {
            let found = period(tokens, at)?;
            let named = tokens.get(at..at.saturating_add(found.length))?;
            let led = tokens.get(from..at)?;
            let else_named = led
                .iter()
                .any(|token| token.is_any("with|meeting|review|report|subject|increasing|increase|adjusted"));
            (!else_named && named.iter().any(|token| token.is("anniversary"))).then_some(found)
        })
    }

    /// "the greater of $25,000 per month and 10% of revenue": a share that is never below the amount.
    pub(super) fn greater_of(&self, line: &mut LineItem) {
        let tokens = self.reader.tokens();
        let (from, to) = roles::clause(tokens, self.at);
        let clause = tokens.get(from..to).unwrap_or_default();
        let mut amounts =
            (from..to).filter(|at| tokens.get(*at).is_some_and(|token| token.money().is_some()));
        let (Some(at), None, Kind::Percentage) = (amounts.next(), amounts.next(), line.kind) else {
            return;
        };
        let Some(amount) = tokens.get(at).and_then(Token::money) else {
            return;
        };
        let bound = self.found(amount.value, at, at.saturating_add(1));
        let compares = says_any(
            clause,
            "greater of|higher of|larger of|lesser of|lower of|smaller of|whichever",
        );
        let span = prices::read(tokens, at).and_then(|price| price.period);
        if let Some(cadence) = span
            .and_then(Period::cadence)
            .filter(|_| compares && line.cadence.is_absent())
        {
            line.cadence = self.found(cadence, at, at.saturating_add(2));
        }
        if says_any(
            clause,
            "greater of|higher of|larger of|whichever is greater|whichever is higher",
        ) {
            line.price.minimum = bound;
        } else if says_any(
            clause,
            "lesser of|lower of|smaller of|whichever is less|whichever is lower",
        ) {
            line.price.cap = bound;
        }
    }
}
