//! The values of a row: amounts, dates, cadence, allowance, list price and sum.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::row::{Rhythm, RowReader};
use crate::normal::date::Day;
use crate::reading::items::{found, share};
use crate::reading::phrases::{Period, says_any};
use crate::reading::prices::Expression;
use crate::reading::tables::columns::Column;
use crate::reading::tables::schedules;
use crate::reading::tokens::{Kind as TokenKind, Stretch, Token};
use crate::terms::{Cadence, Evidence, Found, Kind, LineItem};

impl RowReader<'_, '_> {
    /// The price, by unit or flat, with its bounds.
    pub(super) fn amounts(&self, line: &mut LineItem, price: &Expression, (cell, at): (&Stretch, usize)) {
        let document = self.place.document;
        let value = |number: Decimal| found(number, cell, document, at, at.saturating_add(1));
        let whole = |number: Decimal| found(number, cell, document, at, cell.tokens.len());
        if let Some(percent) = price.percent {
            line.price.percent = value(percent);
            line.price.unit_price = price.fixed_fee.map(whole).unwrap_or_default();
        } else if let Some(amount) = price.money {
            let field = if is_by_unit(line, price) {
                &mut line.price.unit_price
            } else {
                &mut line.price.amount
            };
            *field = value(amount.value);
        }
        if let Some(per) = price.per.as_ref().filter(|per| per.count != Decimal::ONE) {
            line.price.per = Found {
                evidence: self.per_evidence(),
                ..whole(per.count)
            };
        }
        line.price.minimum = price
            .minimum
            .map(whole)
            .or_else(|| self.section.minimum.clone())
            .unwrap_or_default();
        line.price.cap = price.cap.map(whole).unwrap_or_default();
    }

    /// Where "per 1M tokens" stands when a sentence above the table says it.
    fn per_evidence(&self) -> Vec<Evidence> {
        let above = &self.place.defaults.evidence;
        if above.is_empty() {
            self.evidence()
        } else {
            above.clone()
        }
    }

    /// First and last day, from columns or from a span in the description.
    pub(super) fn dates(&self, line: &mut LineItem) {
        let date = |cell: &Stretch| date_of(cell, self);
        line.start = self
            .place
            .cell(self.row, Column::Start)
            .and_then(date)
            .unwrap_or_default();
        line.end = self
            .place
            .cell(self.row, Column::End)
            .and_then(date)
            .unwrap_or_default();
        for cell in self.text_cells() {
            if let Some((start, end)) = schedules::range(cell, self.place.document) {
                line.start = start;
                line.end = end;
            }
        }
    }

    /// Cadence, span of the price, timing.
    pub(super) fn timed(&self, line: &mut LineItem, rhythm: &Rhythm) {
        let cell = self
            .place
            .cell(self.row, Column::Billing)
            .or_else(|| self.row.get(self.column));
        let Some(cell) = cell else { return };
        let (document, end) = (self.place.document, cell.tokens.len());
        let cadence = match line.kind {
            Kind::OneTime | Kind::PrepaidCredit => Some(Cadence::OneTime),
            Kind::Usage if self.is_on_delivery() => Some(Cadence::PerEvent),
            _ => rhythm.billed.and_then(Period::cadence).or(rhythm.period),
        };
        if let Some(cadence) = cadence {
            line.cadence = found(cadence, cell, document, 0, end);
        }
        if let Some(period) = rhythm.period.filter(|period| Some(*period) != cadence) {
            line.price.period = Found {
                evidence: self.evidence(),
                ..found(period, cell, document, 0, end)
            };
        }
        if let Some(timing) = rhythm.timing {
            line.timing = found(timing, cell, document, 0, end);
        } else if let Some((.., timing)) = self.timing_above() {
            // "NUMBERS (ahead of the period)" says it of every row below.
            line.timing = Found::supported(timing, self.place.heading(), self.evidence());
        }
    }

    /// Before or after, as the section of the row or the heading of the table says.
    fn timing_above(&self) -> Option<(usize, usize, crate::terms::Timing)> {
        crate::reading::phrases::timing(&self.section.words)
            .or_else(|| crate::reading::phrases::timing(self.place.heading_tokens()))
    }

    /// "Card reader, each, at delivery": charged when it is handed over, whatever the rhythm of the rest.
    fn is_on_delivery(&self) -> bool {
        let words: Vec<Token> = self.text_cells().flat_map(|cell| cell.tokens.clone()).collect();
        says_any(
            &words,
            "at delivery|on delivery|upon delivery|when delivered|on dispatch|when ordered",
        )
    }

    /// Units that cost nothing: an allowance column, or "beyond 50,000".
    pub(super) fn allowance(&self, line: &mut LineItem, price: &Expression) {
        let number = |cell: &Stretch| {
            let at = cell.tokens.iter().position(|token| token.number().is_some())?;
            Some(found(
                cell.tokens.get(at)?.number()?,
                cell,
                self.place.document,
                at,
                at.saturating_add(1),
            ))
        };
        if let Some(included) = self.place.cell(self.row, Column::Included).and_then(number) {
            // "Committed / included | 24 seats": seats are agreed, and none is free.
            if line.kind == Kind::Seat && line.quantity.is_absent() {
                line.quantity = included;
                return;
            }
            line.included = included;
            // "£210 a month, 20,000 pages included" stays a fee; a price for each page beyond is usage.
            let fee = matches!(line.kind, Kind::Recurring) && line.price.unit_price.is_absent();
            if !fee {
                line.kind = Kind::Usage;
            }
            if !fee && line.price.unit_price.is_absent() {
                line.price.unit_price = std::mem::take(&mut line.price.amount);
            }
        } else if let Some(first) = self.first_units_free().filter(|_| line.kind == Kind::Usage) {
            line.included = first;
        } else if let Some(above) = price.above.filter(|_| line.kind == Kind::Usage) {
            line.included = Found::supported(above, above.to_string(), self.evidence());
        }
    }

    /// "first 3,000 minutes free, then 1.2p a minute", "2,000 pages included".
    fn first_units_free(&self) -> Option<Found<Decimal>> {
        let unit = self.place.cell(self.row, Column::Unit);
        let cells = self
            .row
            .get(self.column)
            .into_iter()
            .chain(self.text_cells())
            .chain(unit);
        cells.into_iter().find_map(|cell| {
            let at = cell.tokens.iter().position(|token| token.number().is_some())?;
            let after = cell.tokens.get(at..at.saturating_add(7).min(cell.tokens.len()))?;
            let free = says_any(after, "free|included|at no charge|inclusive|without charge");
            let first = at
                .checked_sub(1)
                .and_then(|before| cell.tokens.get(before))
                .is_none_or(|token| {
                    token.is_any("first|initial") || token.is_mark('(') || token.is_mark(';')
                });
            let count = cell.tokens.get(at)?.number()?;
            (free && first).then(|| found(count, cell, self.place.document, at, at.saturating_add(1)))
        })
    }

    /// List price, reduction, sum.
    pub(super) fn extras(&self, line: &mut LineItem) {
        let value = |cell: &Stretch, read: fn(&Token) -> Option<Decimal>| {
            let at = cell.tokens.iter().position(|token| read(token).is_some())?;
            Some(found(
                read(cell.tokens.get(at)?)?,
                cell,
                self.place.document,
                at,
                at.saturating_add(1),
            ))
        };
        let money: fn(&Token) -> Option<Decimal> = |token| token.money().map(|amount| amount.value);
        let cell = |column: Column| self.place.cell(self.row, column);
        line.price.list_price = cell(Column::ListPrice)
            .and_then(|cell| value(cell, money))
            .unwrap_or_default();
        line.price.discount_percent = cell(Column::Discount)
            .and_then(|cell| value(cell, Token::percent))
            .unwrap_or_default();
        let own = self.place.columns.get(self.column);
        if own != Some(&Column::Extended) {
            line.price.total = cell(Column::Extended)
                .and_then(|cell| value(cell, money))
                .unwrap_or_default();
        }
        if own == Some(&Column::ListPrice) {
            let by_unit = !line.price.unit_price.is_absent();
            self.net_of_list(line, by_unit);
        } else if line.price.list_price.is_absent() && self.is_before_reduction(line) {
            self.net_of_printed(line);
        }
    }

    /// "10 | $100.00 | 10% | $900.00": the sum says that the printed price is the one before its reduction.
    fn is_before_reduction(&self, line: &LineItem) -> bool {
        let field = if line.price.unit_price.is_absent() {
            &line.price.amount
        } else {
            &line.price.unit_price
        };
        let (Some(price), Some(percent), Some(total)) = (
            field.copied(),
            line.price.discount_percent.copied(),
            line.price.total.copied(),
        ) else {
            return false;
        };
        let count = line.quantity.copied().unwrap_or(Decimal::ONE);
        let net = share(price, percent).and_then(|off| price.checked_sub(off)?.checked_mul(count));
        let times = |months: u32| net.and_then(|net| net.checked_mul(Decimal::from(months)));
        let same = |value: Option<Decimal>| value.is_some_and(|value| value.round_dp(2) == total);
        percent > Decimal::ZERO
            && [1, 3, 6, 12, 24, 36, 48, 60]
                .into_iter()
                .any(|months| same(times(months)))
    }

    fn net_of_printed(&self, line: &mut LineItem) {
        let by_unit = !line.price.unit_price.is_absent();
        let printed = if by_unit {
            std::mem::take(&mut line.price.unit_price)
        } else {
            std::mem::take(&mut line.price.amount)
        };
        line.price.list_price = printed;
        self.net_of_list(line, by_unit);
    }

    /// Only a list price and a reduction are printed: the price is computed and says so.
    fn net_of_list(&self, line: &mut LineItem, by_unit: bool) {
        let (Some(price), Some(percent)) = (
            line.price.list_price.copied(),
            line.price.discount_percent.copied(),
        ) else {
            return;
        };
        let net = share(price, percent).and_then(|off| price.checked_sub(off));
        let field = if by_unit {
            &mut line.price.unit_price
        } else {
            &mut line.price.amount
        };
        if let Some(net) = net {
            *field = Found::derived(
                net.normalize(),
                format!("{price} less {percent}%"),
                self.evidence(),
            );
        }
    }
}

/// Is the price for one of several, rather than for the whole line?
fn is_by_unit(line: &LineItem, price: &Expression) -> bool {
    let many = line.quantity.copied().is_some_and(|count| count != Decimal::ONE);
    match line.kind {
        Kind::PrepaidCredit | Kind::MinimumCommitment => false,
        Kind::Usage => true,
        _ => price.is_per_unit() && line.quantity.copied() != Some(Decimal::ONE) || many,
    }
}

fn date_of(cell: &Stretch, reader: &RowReader<'_, '_>) -> Option<Found<Date>> {
    cell.tokens
        .iter()
        .enumerate()
        .find_map(|(at, token)| match token.kind {
            TokenKind::Date(Day::Is(day)) => {
                Some(found(day, cell, reader.place.document, at, at.saturating_add(1)))
            }
            _ => None,
        })
}
