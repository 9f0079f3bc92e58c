//! "Endpoint protection, 350 clients at 62 kr | 21,700 kr": how many and the price of one stand in the words, their product beside them.

use rust_decimal::Decimal;

use super::row::RowReader;
use crate::normal::unit::{is_seat, singular};
use crate::reading::items::{found, unit_name};
use crate::reading::phrases::noun;
use crate::reading::tokens::{Stretch, Token};
use crate::terms::{Kind, LineItem};

/// Where a cell says how many, and where the price of one.
struct Factors {
    count: usize,
    price: usize,
    unit: String,
}

impl RowReader<'_, '_> {
    /// The price of one and how many, in place of the sum that both come to.
    pub(super) fn multiplied(&self, line: &mut LineItem) {
        let Some(amount) = line.price.amount.copied() else {
            return;
        };
        let apart =
            line.quantity.is_absent() && matches!(line.kind, Kind::Recurring | Kind::OneTime | Kind::Seat);
        let cells: Vec<&Stretch> = self.text_cells().collect();
        let Some((cell, factors)) = cells
            .iter()
            .find_map(|cell| Some((*cell, factors(&cell.tokens, amount)?)))
            .filter(|_| apart)
        else {
            return;
        };
        let value =
            |at: usize, number: Decimal| found(number, cell, self.place.document, at, at.saturating_add(1));
        let number = |at: usize| cell.tokens.get(at).and_then(Token::number);
        let money = |at: usize| {
            cell.tokens
                .get(at)
                .and_then(Token::money)
                .map(|amount| amount.value)
        };
        let (Some(count), Some(price)) = (number(factors.count), money(factors.price)) else {
            return;
        };
        line.quantity = value(factors.count, count);
        line.price.unit_price = value(factors.price, price);
        line.price.total = std::mem::take(&mut line.price.amount);
        if line.kind == Kind::Recurring && is_seat(&factors.unit) {
            line.kind = Kind::Seat;
        }
        line.unit = Some(unit_name(&factors.unit, line.cadence.copied()));
    }
}

/// "350 clients at 62 kr", "15 extra calls at $18.00 each", whose product is the amount.
fn factors(tokens: &[Token], amount: Decimal) -> Option<Factors> {
    (0..tokens.len()).find_map(|price| {
        let each = tokens.get(price)?.money()?.value;
        let led = price.checked_sub(1).and_then(|before| tokens.get(before))?;
        let from = price.saturating_sub(8);
        let count = (from..price).rev().find(|at| {
            let counted = tokens
                .get(*at)
                .filter(|token| token.money().is_none())
                .and_then(Token::number);
            counted.and_then(|count| count.checked_mul(each)) == Some(amount)
        })?;
        let (unit, _) = noun(tokens, count.saturating_add(1))?;
        let head = unit.rsplit(' ').next().map(singular).unwrap_or_default();
        let at =
            led.is_any("at|@|x|of|for") || led.is_mark('@') || led.is_mark('\u{D7}') || led.is_mark('\u{E0}');
        let time = crate::normal::duration::unit(&head).is_some();
        (at && !head.is_empty() && !time).then_some(Factors {
            count,
            price,
            unit: head,
        })
    })
}
