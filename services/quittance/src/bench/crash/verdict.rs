//! The books of a tenant, and what is wrong with them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;
use wire::invoicing::v1::{Invoice, ListInvoicesRequest};

use crate::connection::{Invoicing, Services};
use crate::failure::Failure;

/// Faults told one by one; more are only counted.
const MOST_TOLD: usize = 20;

/// Everything issued to a tenant, in what can be compared: numbers and ids depend on who came first.
#[derive(Debug, Default)]
pub(super) struct Books {
    /// How often each line was billed, by the account and all that the line says.
    lines: BTreeMap<String, usize>,
    /// How often each document was issued, by account, date and totals.
    documents: BTreeMap<String, usize>,
    /// The numbers given out, by issuer and kind.
    numbers: BTreeMap<(String, i32), Vec<u64>>,
    unbalanced: Vec<String>,
}

/// What was found.
#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    pub(super) invoices: usize,
    pub(super) lines: usize,
    /// Each in a sentence; none where all is well.
    pub(super) faults: Vec<String>,
}

impl Books {
    pub(super) async fn read(services: &Services) -> Result<Self, Failure> {
        let mut client = services.invoicing().await?;
        let mut books = Self::default();
        let mut request = ListInvoicesRequest {
            page_size: 200,
            ..ListInvoicesRequest::default()
        };
        loop {
            let token = books.take_page(&mut client, &request).await?;
            if token.is_empty() {
                return Ok(books);
            }
            request.page_token = token;
        }
    }

    async fn take_page(
        &mut self,
        client: &mut Invoicing,
        request: &ListInvoicesRequest,
    ) -> Result<String, Failure> {
        let page = client.list_invoices(request.clone()).await?.into_inner();
        for invoice in &page.invoices {
            self.take(invoice);
        }
        Ok(page.next_page_token)
    }

    fn take(&mut self, invoice: &Invoice) {
        let Invoice {
            account,
            invoice_date,
            due_date,
            net,
            tax,
            total,
            ..
        } = invoice;
        let document = format!("{account} {invoice_date} due {due_date}: {net} + {tax} = {total}");
        *self.documents.entry(document).or_default() += 1;
        for line in &invoice.lines {
            let service = line.service.as_ref();
            let days = service.map(|service| format!("{} to {}", service.start, service.end));
            let line = format!(
                "{account} {invoice_date} {} {} {}: {} ({})",
                line.charge,
                line.component,
                days.unwrap_or_default(),
                line.amount,
                line.working,
            );
            *self.lines.entry(line).or_default() += 1;
        }
        self.numbers
            .entry((invoice.provider.clone(), invoice.kind))
            .or_default()
            .extend(sequence(&invoice.number));
        if !balances(invoice) {
            self.unbalanced.push(invoice.number.clone());
        }
    }
}

impl Verdict {
    /// Of books, beside those of runs that nobody disturbed.
    pub(super) fn of(found: &Books, expected: &Books) -> Self {
        let mut faults = Vec::new();
        faults.extend(differences("line", &found.lines, &expected.lines));
        faults.extend(differences("document", &found.documents, &expected.documents));
        faults.extend(found.numbers.values().filter_map(|numbers| gap(numbers)));
        let unbalanced = found.unbalanced.iter();
        faults.extend(unbalanced.map(|number| format!("the journal entry of {number} does not balance")));
        let count = faults.len();
        if count > MOST_TOLD {
            faults.truncate(MOST_TOLD);
            faults.push(format!("{count} faults in all"));
        }
        Self {
            invoices: found.documents.values().sum(),
            lines: found.lines.values().sum(),
            faults,
        }
    }
}

fn differences(
    what: &str,
    found: &BTreeMap<String, usize>,
    expected: &BTreeMap<String, usize>,
) -> Vec<String> {
    let times = |map: &BTreeMap<String, usize>, key: &str| map.get(key).copied().unwrap_or_default();
    let all = found
        .keys()
        .chain(expected.keys().filter(|key| !found.contains_key(*key)));
    all.filter(|key| times(found, key) != times(expected, key))
        .map(|key| {
            format!(
                "a {what} is there {} times instead of {}: {key}",
                times(found, key),
                times(expected, key)
            )
        })
        .collect()
}

fn sequence(number: &str) -> Option<u64> {
    number.rsplit_once('-')?.1.parse().ok()
}

/// Numbers run from 1 without a gap and without a double.
fn gap(numbers: &[u64]) -> Option<String> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let wrong = (1..).zip(&sorted).find(|(expected, number)| expected != *number);
    wrong.map(|(expected, number)| format!("the number {number} stands where {expected} is due"))
}

fn balances(invoice: &Invoice) -> bool {
    let sum = |side: fn(&wire::invoicing::v1::Posting) -> &str| {
        let amounts = invoice
            .journal
            .iter()
            .map(side)
            .filter(|amount| !amount.is_empty());
        amounts
            .map(|amount| amount.parse::<Decimal>())
            .sum::<Result<Decimal, _>>()
    };
    let (debits, credits) = (sum(|posting| &posting.debit), sum(|posting| &posting.credit));
    matches!((debits, credits), (Ok(debits), Ok(credits)) if debits == credits)
}

#[cfg(test)]
mod tests {
    use wire::invoicing::v1::{InvoiceLine, Posting};

    use super::*;

    fn books(edit: impl Fn(usize, &mut Invoice)) -> Books {
        let mut books = Books::default();
        for at in 0..3 {
            let posting = |debit: &str, credit: &str| Posting {
                debit: debit.to_owned(),
                credit: credit.to_owned(),
                ..Posting::default()
            };
            let mut invoice = Invoice {
                number: format!("INV-{:06}", at + 1),
                account: format!("account-{at}"),
                total: "5.00".to_owned(),
                lines: vec![InvoiceLine {
                    amount: "5.00".to_owned(),
                    ..InvoiceLine::default()
                }],
                journal: vec![posting("5.00", ""), posting("", "5.00")],
                ..Invoice::default()
            };
            edit(at, &mut invoice);
            books.take(&invoice);
        }
        books
    }

    #[test]
    fn every_kind_of_fault_is_found() {
        type Edit = fn(usize, &mut Invoice);
        let cases: [(&str, Edit); 5] = [
            ("instead of 1", |at, invoice| {
                if at == 1 {
                    invoice.lines.clear();
                }
            }),
            ("a line is there 2 times", |at, invoice| {
                if at == 1 {
                    invoice.lines.extend(invoice.lines.clone());
                }
            }),
            ("the number 4 stands where 3 is due", |at, invoice| {
                if at == 2 {
                    invoice.number = "INV-000004".to_owned();
                }
            }),
            ("does not balance", |at, invoice| {
                if at == 0 {
                    invoice.journal.pop();
                }
            }),
            ("a document", |at, invoice| {
                if at == 0 {
                    invoice.total = "6.00".to_owned();
                }
            }),
        ];
        let expected = books(|_, _| {});
        assert!(Verdict::of(&books(|_, _| {}), &expected).faults.is_empty());
        for (sentence, edit) in cases {
            let faults = Verdict::of(&books(edit), &expected).faults;
            assert!(
                faults.iter().any(|fault| fault.contains(sentence)),
                "{sentence}: {faults:?}"
            );
        }
    }
}
