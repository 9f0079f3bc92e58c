//! Comparing what was billed with what was worked out by hand, to the cent.

use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use wire::invoicing::v1::Invoice;

use super::story::{ExpectedInvoice, Plan, Story};
use crate::failure::Failure;
use crate::printing::{Output, line, table};

/// What became of one story.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) story: String,
    pub(crate) invoices: usize,
    /// Number of the first invoice, for the reader to try.
    pub(crate) first: Option<String>,
    /// Empty when everything is as expected.
    pub(crate) differences: Vec<String>,
    pub(crate) note: String,
}

/// A story's invoices beside the expected ones, in the order of their dates.
pub(crate) fn compare(story: &Story, plan: &Plan, invoices: &[Invoice]) -> Verdict {
    let mut differences = Vec::new();
    if invoices.len() != story.invoices.len() {
        differences.push(format!(
            "{} invoices instead of {}",
            invoices.len(),
            story.invoices.len()
        ));
    }
    for expected in &story.invoices {
        let date = expected.date.to_string();
        match invoices.iter().find(|invoice| invoice.invoice_date == date) {
            Some(invoice) => differences.extend(differs(expected, invoice)),
            None => differences.push(format!("no invoice on {date}, expected {}", expected.total)),
        }
    }
    let total: Decimal = invoices
        .iter()
        .filter_map(|invoice| invoice.total.parse::<Decimal>().ok())
        .sum();
    let currency = invoices
        .first()
        .map(|invoice| invoice.currency.clone())
        .unwrap_or_default();
    Verdict {
        story: story.name.clone(),
        invoices: invoices.len(),
        first: invoices.first().map(|invoice| invoice.number.clone()),
        differences,
        note: format!("{} billed {total} {currency}", plan.account),
    }
}

fn differs(expected: &ExpectedInvoice, invoice: &Invoice) -> Vec<String> {
    let same = |name: &str, wanted: String, found: &str| {
        (wanted != found).then(|| {
            format!(
                "{} of {}: {name} {found} instead of {wanted}",
                invoice.number, expected.date
            )
        })
    };
    let money = |name: &str, wanted: Decimal, found: &str| {
        (found.parse::<Decimal>().ok() != Some(wanted)).then(|| {
            format!(
                "{} of {}: {name} {found} instead of {wanted}",
                invoice.number, expected.date
            )
        })
    };
    let mut found: Vec<String> = [
        same("due date", expected.due.to_string(), &invoice.due_date),
        same("currency", expected.currency.clone(), &invoice.currency),
        money("tax", expected.tax, &invoice.tax),
        money("total", expected.total, &invoice.total),
    ]
    .into_iter()
    .flatten()
    .collect();
    found.extend(lines_differ(expected, invoice));
    found
}

/// Lines are compared by amount and service period; the wording is the plan's own. A line of zero only informs.
fn lines_differ(expected: &ExpectedInvoice, invoice: &Invoice) -> Vec<String> {
    let zero = Some(Decimal::ZERO);
    let mut left: Vec<(Option<Decimal>, String)> = invoice
        .lines
        .iter()
        .map(|line| {
            let service = line
                .service
                .as_ref()
                .map(|service| format!("{}/{}", service.start, service.end));
            (line.amount.parse().ok(), service.unwrap_or_default())
        })
        .filter(|(amount, _)| *amount != zero)
        .collect();
    let mut differences = Vec::new();
    for wanted in &expected.lines {
        let service = wanted
            .service
            .as_ref()
            .map(|service| format!("{}/{}", service.start, service.end));
        let key = (Some(wanted.amount), service.unwrap_or_default());
        match left.iter().position(|found| *found == key) {
            Some(at) => drop(left.remove(at)),
            None => differences.push(format!(
                "{}: no line {} {} {}",
                expected.date, wanted.description, key.1, wanted.amount
            )),
        }
    }
    let extra = left.iter().map(|(amount, service)| {
        format!(
            "{}: a line of {} for {service} that was not expected",
            expected.date,
            amount.unwrap_or_default()
        )
    });
    differences.extend(extra);
    differences
}

/// Prints the verdicts and one summary line; refused when anything differs.
pub(crate) fn summary(verdicts: &[Verdict], took: Duration, output: Output) -> Result<(), Failure> {
    let right = verdicts
        .iter()
        .filter(|verdict| verdict.differences.is_empty())
        .count();
    let invoices: usize = verdicts.iter().map(|verdict| verdict.invoices).sum();
    let text = format!(
        "{right} of {} stories as expected, {invoices} invoices equal to the cent where they should be, {:.1} s",
        verdicts.len(),
        took.as_secs_f64()
    );
    output.show(
        || verdicts.iter().map(Verdict::json).collect(),
        || report(verdicts),
    );
    output.say(&text);
    if right == verdicts.len() {
        Ok(())
    } else {
        Err(Failure::refused(text))
    }
}

fn report(verdicts: &[Verdict]) -> String {
    for verdict in verdicts {
        for difference in &verdict.differences {
            line(&format!("  {}: {difference}", verdict.story));
        }
    }
    let row = |verdict: &Verdict| {
        let mark = if verdict.differences.is_empty() {
            "✓"
        } else {
            "✗"
        };
        vec![
            mark.to_owned(),
            verdict.story.clone(),
            verdict.invoices.to_string(),
            verdict.note.clone(),
        ]
    };
    format!(
        "\n{}",
        table(
            &["", "story", "invoices", "outcome"],
            &["invoices"],
            verdicts.iter().map(row).collect()
        )
    )
}

impl Verdict {
    fn json(&self) -> Value {
        json!({
            "story": self.story,
            "as_expected": self.differences.is_empty(),
            "invoices": self.invoices,
            "first_invoice": self.first,
            "differences": self.differences,
            "note": self.note,
        })
    }
}
