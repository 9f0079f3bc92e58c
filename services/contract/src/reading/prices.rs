//! Price expressions: an amount or percentage with what it is for, how often, and its own bounds, as one phrase.

#[cfg(test)]
mod tests;

use rust_decimal::Decimal;

use super::phrases::{PerUnit, Period, Range, any_at, bounds, per_unit, period};
use super::tokens::{Amount, Kind, Token, listed};
use crate::normal::cadence::Often;
use crate::terms::Cadence;

/// A price as one phrase says it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Expression {
    /// The amount of money.
    pub(crate) money: Option<Amount>,
    /// The share of money.
    pub(crate) percent: Option<Decimal>,
    /// Redacted or blank.
    pub(crate) withheld: bool,
    /// Added to a percentage for each transaction.
    pub(crate) fixed_fee: Option<Decimal>,
    /// The least it comes to.
    pub(crate) minimum: Option<Decimal>,
    /// The span for which the least is owed: "with a minimum monthly charge of $5,000".
    pub(crate) minimum_each: Option<Period>,
    /// The most it comes to.
    pub(crate) cap: Option<Decimal>,
    /// What it is for.
    pub(crate) per: Option<PerUnit>,
    /// The span it is for.
    pub(crate) period: Option<Period>,
    /// Units below which it does not apply ("above 10,000").
    pub(crate) above: Option<Decimal>,
    /// Tokens taken, from the amount on.
    pub(crate) length: usize,
}

impl Expression {
    /// The unit's name, if it names one.
    pub(crate) fn unit(&self) -> Option<&str> {
        self.per
            .as_ref()
            .map(|per| per.unit.as_str())
            .filter(|unit| !unit.is_empty())
    }

    /// "$9.85 per student per day": what is counted is days of students, not billed every day; "$1,400 a day" counts days.
    pub(crate) fn join_days(&mut self) {
        let day = crate::normal::duration::unit("day").map(|span| Often::Is(Cadence::Every(span)));
        let daily = self.period.is_some_and(|found| Some(found.often) == day);
        if let Some(per) = self.per.as_mut().filter(|per| daily && !per.unit.is_empty()) {
            per.unit = format!("{} day", per.unit);
            self.period = None;
        }
        // "a daily fee" names a rhythm, "$1,400 a day" what is counted.
        let counted = self.period.is_some_and(|found| found.length > 1);
        if daily && counted && self.per.is_none() && self.percent.is_none() {
            self.per = Some(PerUnit {
                count: Decimal::ONE,
                unit: String::from("day"),
                length: 0,
            });
            self.period = None;
        }
    }

    /// Is it for each of something, named or not?
    pub(crate) fn is_per_unit(&self) -> bool {
        self.per.is_some()
    }
}

/// The price expression that begins at `at`.
pub(crate) fn read(tokens: &[Token], at: usize) -> Option<Expression> {
    let mut found = Expression {
        length: 1,
        ..Expression::default()
    };
    match tokens.get(at)?.kind {
        Kind::Money(amount) => found.money = Some(amount),
        Kind::Percent(percent) => found.percent = Some(percent),
        Kind::Withheld { .. } => found.withheld = true,
        _ => return None,
    }
    let mut cursor = at.saturating_add(1);
    while let Some(taken) = found.extend(tokens, cursor).filter(|taken| *taken > 0) {
        cursor = cursor.saturating_add(taken);
        found.length = cursor.saturating_sub(at);
    }
    Some(found)
}

impl Expression {
    /// Takes the next part in: how many tokens it took.
    fn extend(&mut self, tokens: &[Token], at: usize) -> Option<usize> {
        let token = tokens.get(at)?;
        let taken = self
            .fee_on_top(tokens, at)
            .or_else(|| self.by_the_thousand(tokens, at))
            .or_else(|| self.bound(tokens, at));
        if let Some(taken) = taken {
            return Some(taken);
        }
        let by_the_day = per_unit(tokens, at).is_some_and(|found| found.unit == "day");
        if self.period.is_none()
            && !by_the_day
            && let Some(found) = period(tokens, at)
        {
            self.period = Some(found);
            return Some(found.length);
        }
        if self.per.is_none()
            && let Some(found) =
                per_unit(tokens, at).filter(|found| !is_distributive(found) || is_case_of_goods(token, found))
        {
            let length = found.length;
            self.per = Some(found);
            return Some(length);
        }
        if let Some(found) = period_and(tokens, at).filter(|_| self.per.is_some() && self.period.is_none()) {
            self.period = Some(found);
            return Some(found.length);
        }
        if let Some(taken) = self.threshold(tokens, at) {
            return Some(taken);
        }
        let more = at.saturating_add(1);
        let goes_on = period(tokens, more).is_some()
            || per_unit(tokens, more).is_some()
            || self.threshold(tokens, more).is_some();
        let link = token.is_mark(',') || token.is_mark(']') || token.is_any("rate|fee|exclusive|net");
        (link && goes_on && !(self.per.is_some() && self.period.is_some())).then_some(1)
    }

    /// `$20 CPM`, `$0.35 CPC`: for a thousand impressions, for a click.
    fn by_the_thousand(&mut self, tokens: &[Token], at: usize) -> Option<usize> {
        let (count, unit) = match tokens.get(at)?.low.as_str() {
            "cpm" => (Decimal::ONE_THOUSAND, "impression"),
            "cpc" => (Decimal::ONE, "click"),
            _ => return None,
        };
        (self.money.is_some() && self.per.is_none()).then(|| {
            self.per = Some(PerUnit {
                count,
                unit: String::from(unit),
                length: 1,
            });
            1
        })
    }

    /// `2.65% + $0.12`, `2.9% plus $0.30`.
    fn fee_on_top(&mut self, tokens: &[Token], at: usize) -> Option<usize> {
        let plus = tokens.get(at)?.is_mark('+') || tokens.get(at)?.is_any("plus|and");
        let amount = tokens.get(at.saturating_add(1))?.money()?;
        (plus && self.percent.is_some() && self.fixed_fee.is_none()).then(|| {
            self.fixed_fee = Some(amount.value);
            2
        })
    }

    /// `, max. $5.00`, `($500.00 minimum)`, `with a minimum of $1,000`, `not to exceed $40,000`.
    fn bound(&mut self, tokens: &[Token], at: usize) -> Option<usize> {
        let mut cursor = at;
        while tokens.get(cursor).is_some_and(|token| {
            token.is_mark(',') || token.is_mark('(') || token.is_any("with|a|an|subject|to|and")
        }) {
            cursor = cursor.saturating_add(1);
        }
        let Some((least, words)) = bound_word(tokens, cursor) else {
            return self.trailing_bound(tokens, at);
        };
        let mut value_at = cursor.saturating_add(words);
        let each = period(tokens, value_at).filter(|found| found.length == 1);
        while tokens.get(value_at).is_some_and(|token| {
            token.is_any("of|charge|fee|payment|monthly|annual|quarterly|total|service") || token.is_mark(':')
        }) {
            value_at = value_at.saturating_add(1);
        }
        let (value, end) = match tokens.get(value_at).and_then(Token::money) {
            Some(amount) => (amount.value, value_at.saturating_add(1)),
            None => return None,
        };
        if least {
            self.minimum = Some(value);
            self.minimum_each = each.or_else(|| period(tokens, end));
        } else {
            self.cap = Some(value);
        }
        let closes = tokens.get(end).is_some_and(|token| token.is_mark(')'));
        Some(end.saturating_add(usize::from(closes)).saturating_sub(at))
    }

    /// `($500.00 minimum)`.
    fn trailing_bound(&mut self, tokens: &[Token], at: usize) -> Option<usize> {
        let open = tokens.get(at)?.is_mark('(');
        let amount = tokens.get(at.saturating_add(1))?.money()?;
        let (least, words) = bound_word(tokens, at.saturating_add(2))?;
        if !open || words != 1 {
            return None;
        }
        if least {
            self.minimum = Some(amount.value);
        } else {
            self.cap = Some(amount.value);
        }
        Some(4)
    }

    /// `above 10,000`, `beyond 10 in any given month`, `in excess of 260 hours`.
    fn threshold(&mut self, tokens: &[Token], at: usize) -> Option<usize> {
        if self.above.is_some() || self.money.is_none() {
            return None;
        }
        let found = bounds(tokens, at)?;
        let Range::Over(value) = found.range else {
            return None;
        };
        let of_money = tokens
            .get(at..at.saturating_add(found.length))?
            .iter()
            .any(|token| token.money().is_some());
        (!of_money).then(|| {
            self.above = Some(value);
            found.length
        })
    }
}

/// `per site and month`: the span behind the unit.
pub(crate) fn period_and(tokens: &[Token], at: usize) -> Option<Period> {
    tokens.get(at).filter(|token| token.is("and"))?;
    let unit = crate::normal::duration::unit(&tokens.get(at.saturating_add(1))?.low)?;
    let months = crate::normal::duration::months(unit)?;
    Some(Period {
        often: Often::Is(Cadence::months(months)),
        length: 2,
    })
}

/// `minimum`, `max.`, `not to exceed`, `capped at`: least or most, and the words it takes.
fn bound_word(tokens: &[Token], at: usize) -> Option<(bool, usize)> {
    const LEAST: &str = "minimum|min.|min|never less than|not less than|no less than|at least";
    const MOST: &str = "maximum|max.|max|not to exceed|capped at|cap|up to|no more than|not more than|\
        limited to|never more than|never above";
    let most = || any_at(tokens, at, MOST).map(|length| (false, length));
    any_at(tokens, at, LEAST)
        .map(|length| (true, length))
        .or_else(most)
}

/// "$14.25 per case": a box of goods, where "in each case" is none.
fn is_case_of_goods(opens: &Token, found: &PerUnit) -> bool {
    found.unit == "case" && (opens.is("per") || opens.is_mark('/') || opens.is("a"))
}

/// "each" before a noun that is no unit of what is sold ("$5,000 each, due …" keeps its bare each).
fn is_distributive(found: &PerUnit) -> bool {
    const NEVER: &str = "party|case|invoice|share|result|part|portion|total|minimum|maximum|claim|occurrence|\
        time|following|anniversary";
    listed(NEVER, &found.unit)
}
