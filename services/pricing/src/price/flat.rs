//! Flat: the same amount whatever the quantity.

use rust_decimal::Decimal;

use crate::working::Step;

pub(super) fn steps(amount: Decimal, out: &mut Vec<Step>) {
    out.push(Step::Flat { amount });
}
