//! Single prices in sentences: "$500 a month", "$0.10 per API call, invoiced monthly", "4% of net sales".

mod bond;

mod doubts;
mod extent;
mod rhythm;
mod sense;
mod share;
mod span;

use rust_decimal::Decimal;

pub(super) use bond::is_fee;

use super::{Reader, span_of_fee};
use crate::normal::cadence::Often;
use crate::reading::items::{Facts, Item, currency, found, unit_name};
use crate::reading::phrases::{Period, Range, bounds, says_any};
use crate::reading::prices::{self, Expression};
use crate::reading::statements::Statement;
use crate::reading::tokens::{Kind as TokenKind, Token};
use crate::terms::{Cadence, Found, Kind, LineItem, Role};

/// Reads every price of the sentence that nothing else explained.
pub(super) fn read(reader: &mut Reader<'_>) {
    for at in reader.open(Role::Price) {
        if reader.taken.contains(&at) {
            continue;
        }
        let Some(price) = prices::read(reader.tokens(), at) else {
            continue;
        };
        let end = at.saturating_add(price.length);
        if let Some(item) = (Charge { reader, at, price }).item() {
            let amounts: Vec<usize> = (at..end)
                .filter(|position| reader.role_of(*position).is_some())
                .collect();
            reader.keep(item, amounts);
        }
    }
}

/// Does the price at `at` go on with the charge before it, in words that name nothing?
pub(super) fn goes_on(reader: &Reader<'_>, at: usize, price: Expression) -> bool {
    Charge { reader, at, price }.goes_on()
}

struct Charge<'r, 's> {
    reader: &'r Reader<'s>,
    at: usize,
    price: Expression,
}

impl<'s> Charge<'_, 's> {
    fn statement(&self) -> &'s Statement {
        self.reader.statement()
    }

    fn item(self) -> Option<Item> {
        if (self.price.percent.is_some() && !self.is_share()) || !self.is_bound() {
            return None;
        }
        let mut price = self.price.clone();
        if price.per.is_none() && price.money.is_some() {
            price.per = self.listed_by_time();
        }
        if price.unit().is_none()
            && let Some(unit) = self.reader.unit_before(self.at)
        {
            price.per = Some(crate::reading::phrases::PerUnit {
                count: Decimal::ONE,
                unit,
                length: 0,
            });
        }
        let parts = self.instalments();
        if let Some((_, found)) = parts {
            price.period = Some(found);
            price.per = price.per.filter(|per| !per.unit.is_empty());
        }
        price.period = price
            .period
            .or_else(|| span_of_fee(self.reader.tokens(), self.at))
            .or_else(|| self.listed_period())
            .or_else(|| self.each_anniversary())
            .or_else(|| self.span_of_compared());
        let every = |months| Period {
            often: Often::Is(Cadence::months(months)),
            length: 1,
        };
        let twelfth = self.is_twelfth();
        if twelfth {
            price.period = Some(every(12));
        }
        self.complete(&mut price);
        price.join_days();
        if price.above.is_none() && price.money.is_some() {
            price.above = self
                .reader
                .excess_before(self.at, price.unit())
                .map(|(_, value)| value)
                .or_else(|| self.excess_behind(price.unit()));
        }
        let before = self.threshold_before(&price);
        price.above = price.above.or(before.map(|(above, _)| above));
        if price.per.is_none() && before.is_some() {
            price.per = self.each_before();
        }
        let billed = parts
            .or_else(|| self.in_parts(price.period))
            .or(twelfth.then(|| (self.at, every(1))))
            .or_else(|| self.billed())
            .or_else(|| before.and_then(|(_, span)| span));
        let quantity = self
            .reader
            .quantity(self.at, price.unit())
            .filter(|_| price.is_per_unit());
        let unit = price.unit().map(str::to_owned).or_else(|| {
            quantity
                .as_ref()
                .map(|(_, name)| crate::normal::unit::singular(name))
                .filter(|_| price.is_per_unit())
        });
        let period = price.period.and_then(Period::cadence);
        let cadence = billed.and_then(|(_, period)| period.cadence());
        let words = self.words();
        let facts = Facts {
            price: &price,
            words: &words,
            period,
            cadence,
            quantity: quantity.is_some(),
            unit: unit.as_deref(),
        };
        let known = self.sort(&facts, &price);
        let sort = known.or_else(|| self.guessed(&price))?;
        // "Each active learner above 100 in a month: £0.80" counts what was there, whatever its price is called.
        let over = price.is_per_unit()
            && says_any(
                &words,
                "beyond that|beyond this|beyond those|above that number|over that number|over this number",
            );
        let beyond = (before.is_some() || over) && matches!(sort, Kind::Recurring | Kind::Seat);
        let sort = if beyond { Kind::Usage } else { sort };
        let mut line = LineItem::new("", sort, self.reader.description(self.at), self.evidence());
        line.unit = unit.map(|unit| unit_name(&unit, period));
        line.quantity = quantity.map(|(quantity, _)| quantity).unwrap_or_default();
        if sort == Kind::PrepaidCredit && line.quantity.is_absent() {
            let credits = self.reader.quantity(self.at, Some("credit"));
            line.unit = credits.as_ref().map(|_| String::from("credit")).or(line.unit);
            line.quantity = credits.map(|(quantity, _)| quantity).unwrap_or_default();
        }
        self.amounts(&mut line, &price);
        self.rhythm(&mut line, &price, billed);
        self.bounds(&mut line, &price);
        self.greater_of(&mut line);
        let mut item = Item::new(
            line,
            self.statement().scope,
            self.statement()
                .stretch
                .words(self.at, self.at.saturating_add(self.price.length))
                .to_vec(),
        );
        item.currency = price.money.and_then(currency);
        item.cadence_is_price_span = billed.is_none() && period.is_some();
        if item.line.kind == Kind::Percentage {
            item.base_span = self.span_of_base();
        }
        let holds = self.reader.holds.iter().filter(|(at, _)| *at == self.at);
        item.stages = holds.map(|(_, stage)| *stage).collect();
        item.goes_on = self.goes_on();
        item.in_prose = true;
        item.in_parts = self.is_in_parts();
        self.doubts(&mut item, &price, billed);
        if known.is_none() {
            self.doubt_guess(&mut item);
        }
        Some(item)
    }

    /// The words that tell what it is: its clause and the heading.
    fn words(&self) -> Vec<Token> {
        let mut words = self.reader.clause(self.at).to_vec();
        words.extend(
            self.statement()
                .under
                .title
                .iter()
                .flat_map(|title| title.tokens.clone()),
        );
        words
    }

    /// All of the sentence, and the sentence before that it goes on from.
    fn evidence(&self) -> Vec<crate::terms::Evidence> {
        self.statement().evidence(self.reader.document)
    }

    fn found<T>(&self, value: T, from: usize, to: usize) -> Found<T> {
        found(value, &self.statement().stretch, self.reader.document, from, to)
    }

    /// "payable in equal monthly installments of $1,050 each": the rhythm of the parts.
    fn instalments(&self) -> Option<(usize, Period)> {
        let from = self.at.saturating_sub(5);
        let before = self.reader.tokens().get(from..self.at)?;
        let parts = before
            .iter()
            .rposition(|token| token.is_any("installments|instalments|payments"))?;
        let at = parts.checked_sub(1)?;
        let rhythm = crate::reading::phrases::period(before, at).filter(|found| found.length == 1)?;
        Some((from.saturating_add(at), rhythm))
    }

    /// "Each active learner above 100": what one is called, said before the price.
    fn each_before(&self) -> Option<crate::reading::phrases::PerUnit> {
        let tokens = self.reader.tokens();
        let (from, _) = crate::reading::roles::clause(tokens, self.at);
        let each =
            (from..self.at).find(|at| tokens.get(*at).is_some_and(|token| token.is_any("each|every")))?;
        let (unit, _) = crate::reading::phrases::noun(tokens, each.saturating_add(1))?;
        let time = crate::normal::duration::unit(unit.rsplit(' ').next()?).is_some();
        (!time).then_some(crate::reading::phrases::PerUnit {
            count: Decimal::ONE,
            unit,
            length: 0,
        })
    }

    /// "Hours above 20 in a month are charged at £240 per hour", "support hours beyond the first 5 in a month: $95.00 per
    /// hour": the units below cost nothing more, and are counted over that span.
    fn threshold_before(&self, price: &Expression) -> Option<(Decimal, Option<(usize, Period)>)> {
        if price.above.is_some()
            || price.money.is_none()
            || !(price.is_per_unit() || self.each_before().is_some())
        {
            return None;
        }
        let tokens = self.reader.tokens();
        let (from, _) = crate::reading::roles::clause(tokens, self.at);
        (from..self.at).rev().find_map(|at| {
            let found = bounds(tokens, at)?;
            let Range::Over(above) = found.range else {
                return None;
            };
            let end = at.saturating_add(found.length);
            let words = tokens.get(at..end)?;
            let between = tokens.get(end..self.at)?;
            let plain = words
                .iter()
                .chain(between)
                .all(|token| token.money().is_none() && token.percent().is_none());
            let span = (end..end.saturating_add(5).min(self.at))
                .find_map(|at| crate::reading::phrases::period(tokens, at).map(|period| (at, period)));
            plain.then_some((above, span))
        })
    }

    fn amounts(&self, line: &mut LineItem, price: &Expression) {
        let end = self.at.saturating_add(1);
        if price.withheld {
            let printed = self.statement().stretch.printed(self.at, end);
            let hidden = Found::withheld(
                printed,
                self.statement()
                    .stretch
                    .evidence(self.reader.document, self.at, end),
            );
            line.missing = Some(String::from("redacted"));
            if price.is_per_unit() {
                line.price.unit_price = hidden;
            } else {
                line.price.amount = hidden;
            }
            return;
        }
        if let Some(percent) = price.percent {
            line.price.percent = self.found(percent, self.at, end);
            line.price.unit_price = price
                .fixed_fee
                .map(|fee| self.found(fee, self.at, self.at.saturating_add(3)))
                .unwrap_or_default();
        } else if let Some(amount) = price.money {
            let by_unit = price.is_per_unit() && line.kind != Kind::PrepaidCredit;
            let field = if by_unit {
                &mut line.price.unit_price
            } else {
                &mut line.price.amount
            };
            *field = self.found(amount.value, self.at, end);
        }
        if let Some(per) = price.per.as_ref().filter(|per| per.count != Decimal::ONE) {
            line.price.per = self.found(per.count, self.at, self.at.saturating_add(price.length));
        }
        let bound = |value: Decimal| self.found(value, self.at, self.at.saturating_add(price.length));
        line.price.minimum = price.minimum.map(bound).unwrap_or_default();
        line.price.cap = price.cap.map(bound).unwrap_or_default();
    }

    /// Allowances and the days between which it is charged.
    fn bounds(&self, line: &mut LineItem, price: &Expression) {
        if let Some(above) = price.above {
            let stands = self
                .reader
                .excess_before(self.at, price.unit())
                .map_or(self.at, |(at, _)| at);
            let length = self.at.saturating_add(price.length).saturating_sub(stands);
            line.included = self.reader.above(stands, length, above);
        } else if line.kind == Kind::Usage || line.kind == Kind::Recurring {
            let unit = line.unit.clone().filter(|_| line.kind == Kind::Usage);
            let own = self.reader.included(unit.as_deref());
            line.included = own
                .filter(|_| line.kind == Kind::Usage && self.is_additional() || line.kind == Kind::Recurring)
                .unwrap_or_default();
        }
        let tokens = self.reader.tokens();
        let (from, to) = self.between();
        let dates: Vec<(usize, jiff::civil::Date)> = tokens
            .iter()
            .enumerate()
            .filter(|(at, _)| (from..to).contains(at))
            .filter_map(|(at, token)| match token.kind {
                TokenKind::Date(crate::normal::date::Day::Is(day)) => Some((at, day)),
                _ => None,
            })
            .collect();
        if line.kind == Kind::OneTime {
            return;
        }
        self.extent(line, &dates);
        for (at, day) in dates {
            let led = tokens.get(at.saturating_sub(3)..at).unwrap_or_default();
            if line.start.is_absent()
                && says_any(
                    led,
                    "commencing|beginning|starting|from|commencing on|beginning on|effective",
                )
            {
                line.start = self.found(day, at, at.saturating_add(1));
            } else if line.end.is_absent()
                // "$1,000 through December 31 and $300 thereafter": the day ends the price before it.
                && (at > self.at || from == 0)
                && (says_any(led, "ending|through|until|ending on")
                    || line.start.value.is_some()
                        && led
                            .last()
                            .is_some_and(|token| token.is("to") || token.is_mark('-')))
            {
                line.end = self.found(day, at, at.saturating_add(1));
            }
        }
    }

    /// "Each additional transaction", "overages", "beyond": what comes after an allowance.
    fn is_additional(&self) -> bool {
        says_any(
            self.reader.clause(self.at),
            "additional|overage|overages|beyond|in excess|excess|above|extra|exceeding|exceed|\
            thereafter",
        )
    }
}

/// Words at which "of net sales of the Products" goes on to something else.
fn ends_base(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Mark(';' | '.' | ':'))
        || token.is_any("if|is|are|shall|will|may|unless|within|which|that")
}
