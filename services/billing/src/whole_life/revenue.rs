//! What of an invoice is earned when: by the days of each line's service, and on the invoice's day where nothing is served
//! over time.
//!
//! Credits and promised spend that are bought ahead are earned as they are used: their purchase is none, and what they pay
//! of a line does not lessen what the line earns. What of them is never used is left out.

use jiff::civil::Date;
use pricing::money::Money;
use rust_decimal::Decimal;

use super::WholeLifeError;
use crate::component::Component;
use crate::draft::DraftInvoice;
use crate::journal::net_of_included_tax;
use crate::line::ExpectedLine;
use crate::revenue::{Measure, recognise};

/// What is earned of an invoice, by the first days of months.
pub(super) fn earned(invoice: &DraftInvoice) -> Result<Vec<(Date, Money)>, WholeLifeError> {
    let mut earned = Vec::new();
    for (due, net) in net_of_included_tax(invoice)? {
        if !is_paid_ahead(&due.line.component) {
            earned.extend(of_line(&due.line, net, invoice)?);
        }
    }
    Ok(earned)
}

fn of_line(
    line: &ExpectedLine,
    net: Decimal,
    invoice: &DraftInvoice,
) -> Result<Vec<(Date, Money)>, WholeLifeError> {
    let currency = invoice.currency;
    let Some(service) = line.service else {
        let month = invoice.invoice_date.first_of_month();
        return Ok(vec![(month, Money::new(net, currency))]);
    };
    let months = recognise(net, &Measure::Daily(service), currency.minor_digits())?;
    let each = months
        .into_iter()
        .map(|month| (month.month, Money::new(month.amount, currency)));
    Ok(each.collect())
}

/// Does it buy ahead, or is it paid by what was?
fn is_paid_ahead(component: &Component) -> bool {
    matches!(
        component,
        Component::CreditPurchase { .. }
            | Component::CreditsDrawn { .. }
            | Component::TopUp { .. }
            | Component::CommitmentAdvance
            | Component::CommitmentDrawn { .. }
    )
}
