//! Replies and what stands of them.

mod charges;

use serde_json::{Value, json};

use super::ground;
use super::written::document;
use crate::flag::Code;
use crate::reading::Reading;
use crate::schema::ModelReply;
use crate::terms::{Found, LineItem, Status};

const PAGE: &str = "Larkfield Ltd. provides the service to Morrow & Pike LLP from 1 March 2026.\n\
    Platform fee $500.00 per month, billed annually in advance; setup fee EUR 1,200.\n\
    Invoices are payable net thirty (30) days. Liability is limited to $5\n\
    million. Calls cost $2.50 per 1,000 calls, hosting costs $[***] a month.\n\
    The order renews automatically for twelve (12) months. ~The ~price ~is ~$1.00 ~a ~month.\n\
    Reports ^cost ^$70 each bi-monthly. Late payments bear 1.5% per month from 03/04/2026.";

fn reply(statements: &Value, charges: &Value, other_money: &Value) -> ModelReply {
    let reply = json!({ "coverage": { "first_line": "p1.l1", "last_line": "p1.l6" }, "statements": statements,
        "charges": charges, "other_money": other_money });
    serde_json::from_value(reply).unwrap()
}

fn stated(kind: &str, line: &str, quote: &str, printed: &str) -> Reading {
    let statement = json!({ "id": "s1", "lines": [line], "quote": quote, "printed": printed, "kind": kind });
    ground(
        &reply(&json!([statement]), &json!([]), &json!([])),
        &document(PAGE),
    )
}

/// A charge of one line of the page, changed where the test says so.
fn charge(line: &str, quote: &str, price: &str, changes: &Value) -> Value {
    let mut charge = json!({ "id": "c1", "lines": [line], "quote": quote, "printed_price": price, "kind": "recurring",
        "name": "fee", "unit": null, "quantity": null, "included": null, "cadence": null, "timing": null, "start": null,
        "end": null, "event": null, "tier_mode": null, "tiers": [], "flow": "customer_pays" });
    for (field, value) in changes.as_object().unwrap() {
        charge[field] = value.clone();
    }
    charge
}

fn charged(charge: &Value, page: &str) -> Reading {
    ground(&reply(&json!([]), &json!([charge]), &json!([])), &document(page))
}

fn line(charge: &Value) -> LineItem {
    charged(charge, PAGE).terms.line_items.remove(0)
}

fn codes(reading: &Reading) -> Vec<Code> {
    reading.flags.iter().map(|flag| flag.code).collect()
}

fn shown<T: std::fmt::Debug>(found: &Found<T>) -> String {
    format!("{:?}", found.value)
}

#[test]
fn statements_are_read_from_the_page() {
    let cases = [
        (
            "provider",
            "p1.l1",
            "Larkfield Ltd. provides the service",
            "Larkfield Ltd.",
            "/provider",
            "\"Larkfield Ltd.\"",
        ),
        (
            "customer",
            "p1.l1",
            "to Morrow & Pike LLP from",
            "Morrow & Pike LLP",
            "/customer",
            "\"Morrow & Pike LLP\"",
        ),
        (
            "term_start",
            "p1.l1",
            "from 1 March 2026",
            "1 March 2026",
            "/term/start",
            "\"2026-03-01\"",
        ),
        (
            "payment_terms",
            "p1.l3",
            "payable net thirty (30) days",
            "net thirty (30) days",
            "/payment/due",
            "{\"rule\":\"net\",\"days\":30}",
        ),
        (
            "renews_automatically",
            "p1.l5",
            "The order renews automatically",
            "renews automatically",
            "/renewal/auto",
            "true",
        ),
        (
            "renewal_length",
            "p1.l5",
            "renews automatically for twelve (12) months",
            "12",
            "/renewal/months",
            "12",
        ),
        (
            "late_fee",
            "p1.l6",
            "Late payments bear 1.5% per month",
            "1.5%",
            "/payment/late_fee",
            "{\"percent\":\"1.5\",\"per\":\"month\"}",
        ),
        (
            "total",
            "p1.l2",
            "setup fee EUR 1,200",
            "EUR 1,200",
            "/totals/0/amount",
            "\"1200\"",
        ),
    ];
    for (kind, line, quote, printed, path, expected) in cases {
        let reading = stated(kind, line, quote, printed);
        let terms = serde_json::to_value(&reading.terms).unwrap();
        let value = terms.pointer(&format!("{path}/value")).unwrap().to_string();
        assert_eq!((value.as_str(), codes(&reading)), (expected, vec![]), "{kind}");
    }
}

#[test]
fn what_the_words_do_not_say_has_no_value() {
    let cases = [
        (
            "term_start",
            "p1.l2",
            "from 1 March 2026",
            "1 March 2026",
            Code::QuoteNotFound,
        ),
        (
            "term_start",
            "p9.l9",
            "from 1 March 2026",
            "1 March 2026",
            Code::QuoteNotFound,
        ),
        (
            "term_start",
            "p1.l1",
            "from 1 March 2026",
            "1 March 2027",
            Code::ValueNotInQuote,
        ),
        (
            "term_start",
            "p1.l6",
            "from 03/04/2026",
            "03/04/2026",
            Code::AmbiguousDate,
        ),
        (
            "payment_terms",
            "p1.l3",
            "payable net thirty (30) days",
            "net 45",
            Code::ValueNotInQuote,
        ),
        (
            "does_not_renew",
            "p1.l5",
            "The order renews automatically",
            "renews automatically",
            Code::ValueNotInQuote,
        ),
        (
            "currency",
            "p1.l2",
            "Platform fee $500.00 per month",
            "$500.00",
            Code::ValueNotInQuote,
        ),
        (
            "total",
            "p1.l5",
            "The price is $1.00 a month",
            "$1.00",
            Code::QuoteNotFound,
        ),
        (
            "total",
            "p1.l3",
            "Liability is limited to $5",
            "$5",
            Code::ValueNotInQuote,
        ),
    ];
    for (kind, line, quote, printed, code) in cases {
        let reading = stated(kind, line, quote, printed);
        assert_eq!(codes(&reading), [code], "{kind} {printed}");
        let values = serde_json::to_string(&reading.terms).unwrap();
        assert!(!values.contains("\"status\":\"supported\""), "{values}");
    }
}

#[test]
fn money_that_is_no_price_is_noted_with_its_role() {
    let other = json!([{ "id": "m1", "lines": ["p1.l3", "p1.l4"], "quote": "limited to $5 million", "printed": "$5", "role": "liability" }]);
    let terms = ground(&reply(&json!([]), &json!([]), &other), &document(PAGE)).terms;
    assert_eq!(
        (
            terms.mentions[0].value.to_string(),
            terms.mentions[0].printed.as_str()
        ),
        ("5000000".to_owned(), "$5 million")
    );
}

#[test]
fn two_statements_of_one_field_are_a_conflict() {
    let statement = |quote: &str, printed: &str| json!({ "id": "s", "lines": ["p1.l1"], "quote": quote, "printed": printed, "kind": "provider" });
    let both = json!([
        statement("Larkfield Ltd. provides", "Larkfield Ltd."),
        statement("to Morrow & Pike LLP", "Morrow & Pike LLP")
    ]);
    let reading = ground(&reply(&both, &json!([]), &json!([])), &document(PAGE));
    assert_eq!(
        reading.terms.provider.status,
        Status::Conflict {
            other: String::from("Morrow & Pike LLP")
        }
    );
    assert_eq!(codes(&reading), [Code::ReadersDisagree]);
}
