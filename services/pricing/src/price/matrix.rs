//! Matrix: another price for each combination of dimension values.

use super::{MatrixCell, Measured, MeasuredCell, Price, PriceError};
use crate::working::Step;

pub(super) fn steps(
    measured: &[MeasuredCell],
    cells: &[MatrixCell],
    otherwise: Option<&Price>,
    out: &mut Vec<Step>,
) -> Result<(), PriceError> {
    for part in measured {
        let price = cell_price(part, cells, otherwise)?;
        if matches!(price, Price::Matrix { .. }) {
            return Err(PriceError::NestedMatrix);
        }
        out.push(Step::Cell {
            values: part.values.clone(),
        });
        price.steps(Measured::Units(part.quantity), out)?;
    }
    Ok(())
}

fn cell_price<'a>(
    part: &MeasuredCell,
    cells: &'a [MatrixCell],
    otherwise: Option<&'a Price>,
) -> Result<&'a Price, PriceError> {
    cells
        .iter()
        .find(|cell| cell.values == part.values)
        .map(|cell| &cell.price)
        .or(otherwise)
        .ok_or_else(|| PriceError::CellNotListed {
            values: part.values.join(", "),
        })
}
