//! Invoices as bars: a picture of the table beneath it, drawn by the server.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use wire::invoicing::v1::Invoice;

use crate::wording::grouped;

/// The picture's size, in units of its own.
pub(super) const WIDTH: u32 = 800;
pub(super) const HEIGHT: u32 = 120;

/// One invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Does it give money back?
    pub(super) credit: bool,
    pub(super) title: String,
}

/// One bar an invoice, as high as its total, from left to right.
pub(super) fn bars(invoices: &[Invoice]) -> Vec<Bar> {
    let amounts: Vec<Decimal> = invoices
        .iter()
        .map(|invoice| invoice.total.parse().unwrap_or_default())
        .collect();
    let highest = amounts.iter().map(Decimal::abs).max().unwrap_or_default();
    let count = u32::try_from(invoices.len()).unwrap_or(u32::MAX).max(1);
    let step = WIDTH.div_euclid(count).clamp(2, 80);
    let bar = |((at, invoice), amount): ((u32, &Invoice), &Decimal)| {
        let height = share(amount.abs(), highest);
        Bar {
            x: at.saturating_mul(step),
            y: HEIGHT.saturating_sub(height),
            width: step.saturating_sub(step.div_euclid(6).max(1)).max(1),
            height,
            credit: amount.is_sign_negative(),
            title: format!(
                "{}: {} {}",
                invoice.invoice_date,
                grouped(&invoice.total),
                invoice.currency
            ),
        }
    };
    (0..).zip(invoices).zip(&amounts).map(bar).collect()
}

/// A height; whatever is not nothing can be seen.
fn share(amount: Decimal, highest: Decimal) -> u32 {
    if amount.is_zero() {
        return 0;
    }
    let share = amount
        .checked_mul(Decimal::from(HEIGHT))
        .and_then(|scaled| scaled.checked_div(highest));
    share
        .and_then(|share| share.to_u32())
        .unwrap_or(HEIGHT)
        .clamp(2, HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_invoice_is_the_highest_bar_and_none_leaves_the_picture() {
        let invoice = |total: &str| Invoice {
            total: total.to_owned(),
            ..Invoice::default()
        };
        let drawn = bars(&[
            invoice("50.00"),
            invoice("-100.00"),
            invoice("0.00"),
            invoice("0.01"),
        ]);
        assert_eq!(
            drawn.iter().map(|bar| bar.height).collect::<Vec<_>>(),
            [60, 120, 0, 2]
        );
        assert!(drawn[1].credit && !drawn[0].credit);
        let many = bars(&vec![invoice("1"); 300]);
        assert!(
            many.iter().all(|bar| bar.x + bar.width <= WIDTH),
            "{:?}",
            many.last()
        );
        assert!(bars(&[]).is_empty());
    }
}
