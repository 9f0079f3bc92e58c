//! What no plan can do without: who pays whom, in what money, from when; and when to pay.

use crate::flag::{Code, Flag};
use crate::terms::{Found, Terms};

/// Flags what the document does not say. Where nothing is charged, nothing is missing.
pub(super) fn check(terms: &Terms) -> Vec<Flag> {
    if terms.line_items.is_empty() {
        return Vec::new();
    }
    [
        party(&terms.provider, "/provider", "is paid"),
        party(&terms.customer, "/customer", "pays"),
        currency(terms),
        start(terms),
        payment(terms),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn party(found: &Found<String>, path: &str, does: &str) -> Option<Flag> {
    if found.get().is_some_and(|name| !name.trim().is_empty()) {
        return None;
    }
    let sentence = format!("The document does not say who {does}{}.", claimed(found));
    Some(missing(
        Code::MissingParty,
        sentence,
        "Enter the party's full name.",
        path,
        found,
    ))
}

fn currency(terms: &Terms) -> Option<Flag> {
    let found = &terms.currency;
    let sentence = format!(
        "The document does not say in what currency it is billed{}.",
        claimed(found)
    );
    let flag = || {
        missing(
            Code::MissingCurrency,
            sentence,
            "Enter the currency's three-letter code.",
            "/currency",
            found,
        )
    };
    found.value.is_none().then(flag)
}

/// A term begins on its own first day or else on the day the contract takes effect; the day it was made or signed says
/// nothing about when charging begins.
fn start(terms: &Terms) -> Option<Flag> {
    let found = &terms.term.start;
    if found.value.is_some() || terms.effective_date.value.is_some() {
        return None;
    }
    let made = terms
        .agreement_date
        .copied()
        .or_else(|| terms.signature_date.copied());
    let made = made
        .map(|date| format!("; it was made on {date}"))
        .unwrap_or_default();
    let sentence = format!(
        "The document does not say on which day charging begins{}{made}.",
        claimed(found)
    );
    Some(missing(
        Code::MissingStart,
        sentence,
        "Enter the first day of the term.",
        "/term/start",
        found,
    ))
}

fn payment(terms: &Terms) -> Option<Flag> {
    let found = &terms.payment.due;
    let sentence = format!(
        "The document does not say when invoices must be paid{}.",
        claimed(found)
    );
    let what_to_do = "Enter the payment terms, for example net 30 days.";
    let flag = || {
        missing(
            Code::PaymentTermsMissing,
            sentence,
            what_to_do,
            "/payment/due",
            found,
        )
    };
    found.value.is_none().then(flag)
}

/// What stands in the place of a value that could not be used.
fn claimed<T>(found: &Found<T>) -> String {
    if found.printed.is_empty() {
        return String::new();
    }
    format!(": “{}” alone does not tell", found.printed)
}

fn missing<T>(code: Code, sentence: String, what_to_do: &str, path: &str, found: &Found<T>) -> Flag {
    Flag::new(code, sentence, what_to_do)
        .at(path)
        .seen(found.evidence.iter().cloned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::written::{codes, found, terms};
    use super::check;
    use crate::flag::Severity;

    #[test]
    fn what_is_not_said_is_flagged_where_it_belongs() {
        let whole = json!({});
        let cases = [
            (whole, vec![]),
            (json!({ "provider": null }), vec!["MISSING_PARTY /provider"]),
            (
                json!({ "customer": found("  ") }),
                vec!["MISSING_PARTY /customer"],
            ),
            (json!({ "currency": null }), vec!["MISSING_CURRENCY /currency"]),
            (json!({ "term": {} }), vec!["MISSING_START /term/start"]),
            (
                json!({ "term": {}, "effective_date": found("2026-02-01") }),
                vec![],
            ),
            (
                json!({ "term": {}, "agreement_date": found("2026-02-01") }),
                vec!["MISSING_START /term/start"],
            ),
            (
                json!({ "payment": {} }),
                vec!["PAYMENT_TERMS_MISSING /payment/due"],
            ),
            (
                json!({ "line_items": [], "provider": null, "currency": null, "term": {}, "payment": {} }),
                vec![],
            ),
        ];
        for (changes, expected) in cases {
            assert_eq!(codes(&check(&terms(&changes))), expected, "{changes}");
        }
    }

    #[test]
    fn without_payment_terms_a_person_decides_and_without_a_currency_nothing_goes_on() {
        let flags = check(&terms(&json!({ "currency": null, "payment": {} })));
        let severities: Vec<Severity> = flags.iter().map(|flag| flag.severity).collect();
        assert_eq!(severities, [Severity::Block, Severity::Review]);
        assert_eq!(
            flags[0].sentence,
            "The document does not say in what currency it is billed."
        );
    }
}
