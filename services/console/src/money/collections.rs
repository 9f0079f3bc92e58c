//! What is owed: how much by age, and which invoices to go after first.

use askama::Template;
use axum::extract::Query;
use wire::invoicing::v1::{AgeingBucket, GetAgeingRequest, InvoiceKind, InvoiceOrder, ListInvoicesRequest};

use super::amounts::{decimal, money};
use super::invoices::{Row, row, take_away};
use super::list::Asked;
use crate::answer::{Answer, page};
use crate::chart::{About, Chart, Column, columns, width_of_each};
use crate::layout::{Frame, Section};
use crate::visitor::Visitor;
use crate::wording::counted;

const HERE: &str = "/collections";
const ROWS: u32 = 50;
const AT_ONCE: u32 = 200;

#[derive(Template)]
#[template(path = "money/collections.html")]
struct Collections {
    frame: Frame,
    search: String,
    today: String,
    charts: Vec<Chart>,
    ages: Vec<Currency>,
    rows: Vec<Row>,
    first: Option<String>,
    next: Option<String>,
    file: String,
}

/// What is owed in one currency.
struct Currency {
    code: String,
    total: String,
    buckets: Vec<(&'static str, String, String)>,
}

/// Ages as the service counts them: days overdue from which on, and the words for it.
const AGES: [(u32, &str); 5] = [
    (0, "Not due yet"),
    (1, "1 to 30 days"),
    (31, "31 to 60 days"),
    (61, "61 to 90 days"),
    (91, "Over 90 days"),
];

pub(super) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Answer {
    let today = visitor.console.clock.today().to_string();
    let mut list = ListInvoicesRequest {
        search: asked.search.trim().to_owned(),
        order: InvoiceOrder::ByDueDate.into(),
        kind: InvoiceKind::Invoice.into(),
        due_before: today.clone(),
        page_size: ROWS,
        page_token: asked.after.clone(),
        ..ListInvoicesRequest::default()
    };
    if asked.as_file() {
        list.page_size = AT_ONCE;
        return take_away(visitor, list);
    }
    let (mut lister, mut counter) = (visitor.invoicing(), visitor.invoicing());
    let ageing = GetAgeingRequest { on: today.clone() };
    let (listed, ageing) = tokio::try_join!(lister.list_invoices(list), counter.get_ageing(ageing))?;
    let (listed, buckets) = (listed.into_inner(), ageing.into_inner().buckets);
    let ages = currencies(&buckets);
    page(&Collections {
        charts: charts(&buckets),
        rows: listed
            .invoices
            .iter()
            .map(|invoice| row(invoice, &visitor))
            .collect(),
        first: asked.first(HERE),
        next: asked.next(HERE, &listed.next_page_token),
        file: asked.file(HERE),
        frame: visitor.frame(Section::Collections),
        search: asked.search,
        ages,
        today,
    })
}

fn codes(buckets: &[AgeingBucket]) -> Vec<&str> {
    let mut codes: Vec<&str> = buckets.iter().map(|bucket| bucket.currency.as_str()).collect();
    codes.dedup();
    codes
}

fn of<'b>(buckets: &'b [AgeingBucket], code: &str, from_days: u32) -> Option<&'b AgeingBucket> {
    let mut found = buckets.iter();
    found.find(|bucket| bucket.currency == code && bucket.from_days == from_days)
}

fn currencies(buckets: &[AgeingBucket]) -> Vec<Currency> {
    let currency = |code: &&str| Currency {
        code: (*code).to_owned(),
        total: money(&total(buckets, code).to_string(), code),
        buckets: AGES
            .iter()
            .map(|(from, words)| match of(buckets, code, *from) {
                Some(bucket) => (
                    *words,
                    money(&bucket.owed, code),
                    counted(bucket.invoices, "invoice", "invoices"),
                ),
                None => (*words, "–".to_owned(), "none".to_owned()),
            })
            .collect(),
    };
    codes(buckets).iter().map(currency).collect()
}

/// All that is owed in a currency, due or not.
fn total(buckets: &[AgeingBucket], code: &str) -> rust_decimal::Decimal {
    let owed = buckets.iter().filter(|bucket| bucket.currency == code);
    owed.fold(rust_decimal::Decimal::ZERO, |sum, bucket| {
        sum.saturating_add(decimal(&bucket.owed))
    })
}

fn charts(buckets: &[AgeingBucket]) -> Vec<Chart> {
    let codes = codes(buckets);
    let chart = |(at, code): (usize, &&str)| {
        let ages = AGES.iter().enumerate().map(|(place, (from, words))| {
            let owed = of(buckets, code, *from).map_or("0", |bucket| &bucket.owed);
            let mut parts = vec![rust_decimal::Decimal::ZERO; place];
            parts.push(decimal(owed));
            Column {
                label: (*words).to_owned(),
                name: (*words).to_owned(),
                parts,
            }
        });
        let about = About {
            id: &format!("ageing-{at}"),
            title: &format!("Owed in {code}, by how long it has been due"),
            unit: code,
            width: width_of_each(codes.len()),
        };
        columns(about, &ages.collect::<Vec<_>>(), Vec::new())
    };
    codes.iter().enumerate().map(chart).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_age_has_its_row_whether_anything_is_owed_or_not() {
        let bucket = |currency: &str, from_days, owed: &str| AgeingBucket {
            currency: currency.to_owned(),
            from_days,
            owed: owed.to_owned(),
            invoices: 1,
        };
        let buckets = [
            bucket("EUR", 1, "5.00"),
            bucket("USD", 0, "1200.00"),
            bucket("USD", 91, "7.00"),
        ];
        let found = currencies(&buckets);
        let shown: Vec<_> = found[1]
            .buckets
            .iter()
            .map(|(_, owed, _)| owed.as_str())
            .collect();
        assert_eq!(shown, ["1,200.00 USD", "–", "–", "–", "7.00 USD"]);
        assert_eq!(found[1].total, "1,207.00 USD");
        assert_eq!((found.len(), charts(&buckets)[1].bars.len()), (2, 2));
    }
}
