//! Package: sold in packages; a started one counts whole, its exact part, or nothing, as agreed.

use rust_decimal::Decimal;

use super::{PriceError, StartedPackage, block, per_unit};
use crate::working::Step;

pub(super) fn steps(
    quantity: Decimal,
    size: Decimal,
    package_price: Decimal,
    started: StartedPackage,
    out: &mut Vec<Step>,
) -> Result<(), PriceError> {
    let packages = match started {
        StartedPackage::Whole => block::started(quantity, size)?,
        StartedPackage::Nothing => block::filled(quantity, size)?,
        StartedPackage::Exact => return per_unit::steps(quantity, package_price, size, out),
    };
    out.push(Step::Package {
        quantity,
        packages,
        package_price,
    });
    Ok(())
}
