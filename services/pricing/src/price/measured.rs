//! What was measured, in the shape a price asks for.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::PriceError;

/// What was measured of a period, in the shape the price asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured<'a> {
    /// Units, or for a percentage the total of the money.
    Units(Decimal),
    /// Units weighted by the time they were held; the tier of a volume or stairstep price is chosen by `reached`.
    Weighted {
        /// What is priced.
        units: Decimal,
        /// What chooses the tier.
        reached: Decimal,
    },
    /// The money of each transaction, in the order in which they happened.
    Transactions(&'a [Decimal]),
    /// Units for each combination of dimension values.
    Cells(&'a [MeasuredCell]),
}

/// Units measured for one combination of dimension values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasuredCell {
    /// In the order of the matrix's dimensions.
    pub values: Vec<String>,
    /// At least 0.
    pub quantity: Decimal,
}

impl Measured<'_> {
    /// All of it as one number.
    pub fn total(&self) -> Result<Decimal, PriceError> {
        match self {
            Self::Units(units) | Self::Weighted { units, .. } => Ok(*units),
            Self::Transactions(transactions) => sum(transactions.iter().copied()),
            Self::Cells(cells) => sum(cells.iter().map(|cell| cell.quantity)),
        }
    }
}

fn sum(mut parts: impl Iterator<Item = Decimal>) -> Result<Decimal, PriceError> {
    parts
        .try_fold(Decimal::ZERO, Decimal::checked_add)
        .ok_or(PriceError::TooLarge)
}
