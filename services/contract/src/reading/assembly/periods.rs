//! What billing periods are counted from: "on the first day of every calendar month", "a billing month begins on the 15th".

use crate::page::Document;
use crate::reading::items::{Item, found};
use crate::reading::phrases::{find_any, says_any};
use crate::reading::statements::Statement;
use crate::reading::tokens::{Kind as TokenKind, Token};
use crate::terms::{Cadence, Found, PeriodsFrom};

/// Notes on every line that recurs what its periods are counted from, where a sentence says it.
pub(super) fn apply(document: &Document, statements: &[Statement], items: &mut [Item]) {
    for statement in statements {
        for (from, months, at) in said(statement.tokens()) {
            let value = found(from, &statement.stretch, document, at, statement.tokens().len());
            items
                .iter_mut()
                .filter(|item| item.line.cadence.copied() == Some(Cadence::months(months)))
                .for_each(|item| keep(&mut item.line.periods_from, &value));
        }
    }
    for item in items.iter_mut().filter(|item| names_billing_month(item)) {
        let value = Found::derived(
            PeriodsFrom::Start,
            "a billing month that is not explained otherwise is a month of the contract",
            item.line.evidence.clone(),
        );
        keep(&mut item.line.periods_from, &value);
    }
}

/// "above 10,000 in a billing month": its own words say that no calendar month is meant.
fn names_billing_month(item: &Item) -> bool {
    let months = ["billing month", "contract month", "subscription month"];
    let says = |quote: &str| months.iter().any(|month| quote.to_lowercase().contains(month));
    let monthly = item.line.cadence.copied() == Some(Cadence::months(1));
    monthly && item.line.evidence.iter().any(|evidence| says(evidence.quote()))
}

/// The first sentence wins.
fn keep(field: &mut Found<PeriodsFrom>, value: &Found<PeriodsFrom>) {
    if field.is_absent() {
        field.clone_from(value);
    }
}

/// What a sentence says, of which span in months, and where.
fn said(tokens: &[Token]) -> Vec<(PeriodsFrom, u32, usize)> {
    [
        named_day(tokens),
        calendar_quarter(tokens),
        first_of_month(tokens),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// "A billing month begins on the 15th", "billing periods run from the 20th of each month".
fn named_day(tokens: &[Token]) -> Option<(PeriodsFrom, u32, usize)> {
    let (at, _) = find_any(
        tokens,
        "billing month|billing months|billing period|billing periods|billing cycle|service month|invoice month",
    )?;
    let begins = says_any(tokens, "begins|begin|starts|start|runs from|run from");
    let day = tokens.iter().skip(at).find_map(|token| match token.kind {
        TokenKind::Ordinal(day) => u8::try_from(day).ok().filter(|day| (1..=31).contains(day)),
        _ => None,
    })?;
    begins.then_some((PeriodsFrom::Day(day), 1, at))
}

/// "Quarters are calendar quarters", "per calendar quarter".
fn calendar_quarter(tokens: &[Token]) -> Option<(PeriodsFrom, u32, usize)> {
    let (at, _) = find_any(tokens, "calendar quarter|calendar quarters")?;
    Some((PeriodsFrom::Calendar, 3, at))
}

/// "On the first of each month we send one bill", "per calendar month".
fn first_of_month(tokens: &[Token]) -> Option<(PeriodsFrom, u32, usize)> {
    let (at, _) = find_any(
        tokens,
        "first of each month|first of every month|first of the month|first day of each month|first day of every month|\
         first day of each calendar month|first day of every calendar month|1st of each month|1st of every month|\
         1st of the month|1st of the following month|first of the following month|first day of the following month|\
         first day of the month|calendar month|calendar months|each month's end|end of each month|end of every month",
    )?;
    let bills = says_any(
        tokens,
        "invoice|invoices|invoiced|bill|billed|bills|charged|dated|payable|paid|statement|month",
    );
    bills.then_some((PeriodsFrom::Calendar, 1, at))
}

#[cfg(test)]
mod tests {
    use super::said;
    use crate::reading::written::document;
    use crate::reading::{locale, scopes, statements};
    use crate::terms::PeriodsFrom;

    #[test]
    fn what_periods_are_counted_from() {
        let cases = [
            (
                "A billing month begins on the 15th.",
                Some((PeriodsFrom::Day(15), 1)),
            ),
            (
                "On the first of each month we send one bill.",
                Some((PeriodsFrom::Calendar, 1)),
            ),
            (
                "Short code quarters are calendar quarters.",
                Some((PeriodsFrom::Calendar, 3)),
            ),
            ("Invoices go out every three months.", None),
        ];
        for (text, expected) in cases {
            let document = document(text);
            let scopes = scopes::cut(&document, locale::of(&document));
            let statements = statements::all(&document, &scopes);
            let read = said(statements[0].tokens())
                .first()
                .map(|(from, months, _)| (*from, *months));
            assert_eq!(read, expected, "{text}");
        }
    }
}
