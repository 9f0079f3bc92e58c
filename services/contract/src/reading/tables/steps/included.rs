//! Units that cost nothing before the first tier begins: "documents beyond the included 1,000".

use rust_decimal::Decimal;

use super::Ladder;
use crate::normal::unit::singular;
use crate::reading::items::found;
use crate::reading::phrases::{noun, says_any};
use crate::reading::tokens::Token;
use crate::terms::Found;

const BEYOND: &str = "beyond|above|over|in excess|exceeding|after";
const FREE: &str = "included|free|allowance|at no charge|without charge";

impl Ladder<'_, '_> {
    /// The header names them, or a sentence nearby where the header speaks of what lies beyond.
    pub(super) fn included(&self, unit: Option<&str>) -> Found<Decimal> {
        let header = self.place.header(self.range);
        let beyond = says_any(header, BEYOND) && says_any(header, FREE);
        let mut near = self
            .place
            .near
            .iter()
            .filter(|_| beyond || self.speaks_of_beyond());
        near.find_map(|statement| {
            let at = allowance(statement.tokens(), unit?)?;
            let count = statement.tokens().get(at)?.number()?;
            Some(Found {
                evidence: statement.evidence(self.place.document),
                ..found(
                    count,
                    &statement.stretch,
                    self.place.document,
                    at,
                    at.saturating_add(1),
                )
            })
        })
        .or_else(|| self.in_header().filter(|_| beyond))
        .unwrap_or_default()
    }

    fn speaks_of_beyond(&self) -> bool {
        self.place.near.iter().any(|statement| {
            says_any(
                statement.tokens(),
                "beyond the included|above the included|in excess of the included",
            )
        })
    }

    fn in_header(&self) -> Option<Found<Decimal>> {
        let cell = self.place.grid.header.as_ref()?.get(self.range)?;
        let at = cell.tokens.iter().position(|token| token.number().is_some())?;
        let count = cell.tokens.get(at)?.number()?;
        Some(found(count, cell, self.place.document, at, at.saturating_add(1)))
    }
}

/// "100,000 meter readings in each calendar month are included": where the count stands.
fn allowance(tokens: &[Token], unit: &str) -> Option<usize> {
    let unit: Vec<String> = unit
        .split([' ', '-'])
        .map(|word| singular(&word.to_lowercase()))
        .collect();
    let free = says_any(
        tokens,
        "are included|is included|included and free|free of charge|at no charge|includes",
    );
    (0..tokens.len()).filter(|_| free).find(|at| {
        let counts = tokens.get(*at).is_some_and(|token| token.number().is_some());
        let named = noun(tokens, at.saturating_add(1))
            .is_some_and(|(name, _)| name.split(' ').map(singular).any(|word| unit.contains(&word)));
        counts && named
    })
}
