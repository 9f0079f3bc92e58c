//! Outsourced services: a base charge covers a baseline of each resource unit; a unit above it costs an additional resource
//! charge ("ARC"), a unit below it gives a reduced resource credit ("RRC").

use super::row::RowReader;
use crate::flag::Code;
use crate::normal::unit::singular;
use crate::reading::items::{Doubt, Item};
use crate::reading::phrases::{PerUnit, has_stem, says_any};
use crate::reading::prices::Expression;
use crate::reading::tokens::Token;
use crate::terms::{Found, Kind};
use rust_decimal::Decimal;

/// What a column of such a table prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    /// Each unit above the baseline.
    Additional,
    /// Each unit below it, given back.
    Reduced,
}

impl RowReader<'_, '_> {
    /// "ARC per unit", "RRC", "Additional resource charge" over the column.
    pub(super) fn resource(&self) -> Option<Resource> {
        let header = self.place.header(self.column);
        // Alone, "ARC" is an annual recurring charge.
        let paired = self.heads("rrc|rrcs|reduced resource|baseline|baselines|resource unit");
        if says_any(header, "additional resource") || paired && says_any(header, "arc|arcs") {
            return Some(Resource::Additional);
        }
        says_any(header, "rrc|rrcs|reduced resource").then_some(Resource::Reduced)
    }

    /// The base charge itself, in a table with columns for what lies above or below the baseline.
    pub(super) fn beside_resources(&self) -> bool {
        self.heads("rrc|rrcs|reduced resource|additional resource")
    }

    /// Does a cell of the header say one of these?
    fn heads(&self, words: &str) -> bool {
        let mut cells = self.place.grid.header.iter().flatten();
        cells.any(|cell| says_any(&cell.tokens, words))
    }

    /// Its price is one of a unit, whatever months stand over the table.
    pub(super) fn by_resource(&self, mut price: Expression) -> Expression {
        if self.resource().is_none() {
            return price;
        }
        let named = self
            .text_cells()
            .next()
            .map(|cell| cell.printed(0, cell.tokens.len()));
        price.per = Some(PerUnit {
            count: Decimal::ONE,
            unit: named.map_or_else(|| String::from("unit"), |unit| singular(&unit.to_lowercase())),
            length: 0,
        });
        price.period = None;
        price
    }

    /// Which sort of line the column makes.
    pub(super) fn resource_kind(&self) -> Option<Kind> {
        Some(match self.resource()? {
            Resource::Additional => Kind::Usage,
            Resource::Reduced => Kind::Discount,
        })
    }

    /// A band around the baseline within which nothing changes hands must be entered by whoever reviews.
    pub(super) fn banded(&self, item: &mut Item) {
        let band = |tokens: &[Token]| {
            says_any(tokens, "dead band|deadband")
                || has_stem(tokens, "baseline") && tokens.iter().any(|token| token.percent().is_some())
        };
        let near = self.place.near.iter().any(|statement| band(statement.tokens()));
        if self.resource().is_none() || !near {
            return;
        }
        item.line.included = Found::absent();
        item.doubts.push(Doubt::new(
            Code::AmbiguousUnit,
            "/included",
            format!(
                "The contract names a band around the baseline of “{}” within which nothing is charged or credited.",
                item.line.description
            ),
            "Enter the number of units from which the price applies.",
            self.evidence(),
        ));
    }
}
