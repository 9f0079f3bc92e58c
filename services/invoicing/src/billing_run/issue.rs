//! From draft to document: numbers, and the audit rows that tell of it.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::Order;
use crate::author::Author;
use crate::invoice::{Invoice, Series, Standing};
use crate::store::audit::Deed;
use crate::store::invoices;

/// Numbers drafts in the order of their dates. From here until the transaction ends nobody else numbers for these
/// issuers, so little should follow.
pub(super) async fn number(
    connection: &mut PgConnection,
    author: &Author,
    mut drafts: Vec<Invoice>,
) -> Result<Vec<Invoice>, sqlx::Error> {
    drafts.sort_by(|a, b| (a.invoice_date, &a.account).cmp(&(b.invoice_date, &b.account)));
    let mut wanted: BTreeMap<(String, Series), i64> = BTreeMap::new();
    for draft in &drafts {
        let count = wanted.entry((draft.issuer.clone(), draft.series)).or_default();
        *count = count.saturating_add(1);
    }
    let mut next = invoices::take_numbers(connection, author.tenant(), &wanted).await?;
    for draft in &mut drafts {
        if let Some(sequence) = next.get_mut(&(draft.issuer.clone(), draft.series)) {
            draft.standing = Standing::Issued {
                sequence: *sequence,
                at: author.at,
            };
            *sequence = sequence.saturating_add(1);
        }
        draft.id = author.new_id();
        for line in &mut draft.lines {
            line.id = author.new_id();
        }
    }
    Ok(drafts)
}

/// One audit row for each document.
pub(super) fn deeds(issued: &[Invoice], order: &Order) -> Vec<Deed> {
    issued.iter().map(|invoice| deed(invoice, order)).collect()
}

fn deed(invoice: &Invoice, order: &Order) -> Deed {
    Deed {
        action: match invoice.series {
            Series::Invoice => "invoice.issued",
            Series::CreditNote => "credit-note.issued",
        },
        subject: invoice.number().unwrap_or_default(),
        reason: format!("billing run {} through {}", order.run, order.through),
        before: None,
        after: Some(serde_json::json!({
            "id": invoice.id,
            "issuer": invoice.issuer,
            "account": invoice.account,
            "version": invoice.version,
            "currency": invoice.currency,
            "total": invoice.total,
        })),
    }
}
