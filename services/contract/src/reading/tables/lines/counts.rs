//! How many of a thing a row is for.

use rust_decimal::Decimal;

use super::row::RowReader;
use crate::normal::unit::{is_seat, singular};
use crate::reading::items::found;
use crate::reading::phrases::{self, noun, says_any};
use crate::reading::prices;
use crate::reading::tables::billing;
use crate::reading::tables::columns::Column;
use crate::reading::tokens::{Stretch, Token};
use crate::terms::Found;

impl RowReader<'_, '_> {
    pub(super) fn quantity(&self) -> Found<Decimal> {
        let read = |cell: &Stretch| {
            let at = cell.tokens.iter().position(|token| token.number().is_some())?;
            // "12 months" counts periods, not what is sold.
            if phrases::duration(&cell.tokens, at).is_some() {
                return None;
            }
            Some(found(
                cell.tokens.get(at)?.number()?,
                cell,
                self.place.document,
                at,
                at.saturating_add(1),
            ))
        };
        // "12 | Month | $3,400.00": the number counts the periods.
        let by_time = self
            .place
            .cell(self.row, Column::Unit)
            .is_some_and(|cell| cell.tokens.len() == 1 && billing::of_unit_cell(cell).period.is_some());
        if by_time {
            return Found::absent();
        }
        if let Some(quantity) = self.place.cell(self.row, Column::Quantity).and_then(read) {
            return quantity;
        }
        let described = self.text_cells().find_map(|cell| self.quantity_in(cell));
        described
            .or_else(|| self.seats_beside())
            .or_else(|| self.quantity_behind())
            .unwrap_or_default()
    }

    /// "£11.00 per line, 8 lines": the number stands behind the price, with the same unit.
    fn quantity_behind(&self) -> Option<Found<Decimal>> {
        let cell = self.row.get(self.column)?;
        let at = self.price_at(cell)?;
        let price = prices::read(&cell.tokens, at)?;
        let unit = price.unit()?.to_owned();
        let end = at.saturating_add(price.length);
        (end..cell.tokens.len()).find_map(|at| {
            let count = cell.tokens.get(at)?.number()?;
            let (name, _) = noun(&cell.tokens, at.saturating_add(1))?;
            (singular(&name) == singular(&unit))
                .then(|| found(count, cell, self.place.document, at, at.saturating_add(1)))
        })
    }

    /// "Monthly in advance; 40 seats at the Commencement Date": a count of seats beside how they are billed.
    fn seats_beside(&self) -> Option<Found<Decimal>> {
        let cell = self.place.cell(self.row, Column::Billing)?;
        let at = cell.tokens.windows(2).position(
            |pair| matches!(pair, [count, unit] if count.number().is_some() && is_seat(&unit.low)),
        )?;
        let bounded = says_any(
            cell.tokens.get(..at)?,
            "up to|maximum|minimum|least|more than|fewer than|less than|per|every|additional",
        );
        let count = cell.tokens.get(at)?.number().filter(|_| !bounded)?;
        Some(found(count, cell, self.place.document, at, at.saturating_add(2)))
    }

    /// "Carrier connectors, six"; "625,000 credits"; "6 x connector".
    fn quantity_in(&self, cell: &Stretch) -> Option<Found<Decimal>> {
        let last = cell.tokens.len().checked_sub(1)?;
        let comma = last
            .checked_sub(1)
            .and_then(|at| cell.tokens.get(at))
            .is_some_and(|token| token.is_mark(','));
        if let Some(count) = cell.tokens.get(last).and_then(Token::number).filter(|_| comma) {
            return Some(found(
                count,
                cell,
                self.place.document,
                last,
                last.saturating_add(1),
            ));
        }
        let count = cell.tokens.first()?.number()?;
        let counted = cell.tokens.get(1).is_some_and(|token| {
            token.is("x")
                || token.is_mark('\u{00D7}')
                || token.is_any("credits|seats|users|licenses|licences|units")
        });
        counted.then(|| found(count, cell, self.place.document, 0, 1))
    }
}
