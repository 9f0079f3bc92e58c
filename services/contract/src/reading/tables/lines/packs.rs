//! Rows that sell in packs, and rows that sell credits.

use rust_decimal::Decimal;

use super::row::RowReader;
use crate::normal::unit::singular;
use crate::reading::items::found;
use crate::reading::phrases::says_any;
use crate::reading::tables::Place;
use crate::reading::tokens::{Stretch, Token};
use crate::terms::{Found, Kind, LineItem};

const PACKS: &str = "pack|packs|block|blocks|bundle|bundles|package|packages|batch|batches|lot|lots";

impl RowReader<'_, '_> {
    /// "Exports | pack of 10, part packs count full | $120.00 per pack": the price is for so many at once.
    pub(super) fn packaged(&self, line: &mut LineItem) {
        let by_pack = line
            .unit
            .as_deref()
            .is_some_and(|unit| PACKS.split('|').any(|pack| singular(unit) == pack));
        if line.kind != Kind::Usage || !by_pack || line.price.package_size.value.is_some() {
            return;
        }
        let size = self.text_cells().find_map(|cell| pack_size(cell, self.place));
        if let Some(size) = size {
            line.price.package_size = Found {
                evidence: self.evidence(),
                ..size
            };
        }
    }

    /// A pool of credits is counted in credits.
    pub(super) fn counted_in_credits(&self, line: &mut LineItem) {
        let counted = |cell: &Stretch| {
            cell.tokens.windows(2).any(|pair| {
                pair.first().and_then(Token::number) == line.quantity.copied()
                    && pair
                        .get(1)
                        .is_some_and(|token| token.is_any("credits|credit|tokens|points|units"))
            })
        };
        if line.kind == Kind::PrepaidCredit && line.unit.is_none() && line.quantity.value.is_some() {
            let words = self.text_cells().find(|cell| counted(cell));
            let unit = words.and_then(|cell| {
                cell.tokens
                    .iter()
                    .find(|token| token.is_any("credits|credit|tokens|points|units"))
            });
            line.unit = unit.map(|token| singular(&token.low));
        }
    }
}

/// The number in "pack of 10".
fn pack_size(cell: &Stretch, place: &Place<'_>) -> Option<Found<Decimal>> {
    let at = cell.tokens.iter().position(|token| token.is_any(PACKS))?;
    let of = at.saturating_add(1);
    let number = of.saturating_add(1);
    let size = cell
        .tokens
        .get(number)
        .and_then(Token::number)
        .filter(|size| *size > Decimal::ONE)?;
    let led =
        cell.tokens.get(of).is_some_and(|token| token.is("of")) && !says_any(&cell.tokens, "not rounded");
    led.then(|| found(size, cell, place.document, number, number.saturating_add(1)))
}
