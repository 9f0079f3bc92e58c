//! What needs looking after beside the invoices: money that settles none, and usage that was refused.

use serde_json::json;

use super::visitor::{Page, Visitor};
use super::{approved, link};
use crate::house::House;
use crate::program::{complaint, eventually};

fn sent(visitor: &mut Visitor, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
    let answer = visitor.send(page, action, fields);
    assert_ne!(answer.status, 500, "{}", answer.text());
    answer
}

/// A year of invoices of a sample, issued.
fn billed(house: &House) -> Visitor {
    let (mut ada, mut omar) = (house.person("ada", "admin"), house.person("omar", "approver"));
    let mut finn = house.person("finn", "finance");
    approved(&mut ada, &mut omar, "01-subscription");
    eventually("the plan at invoicing", || {
        finn.open("/accounts").text().contains("data-row").then_some(())
    });
    let drafts = finn.open("/invoices/drafts?through=2026-12-31");
    let request = drafts.field("request");
    let order = [
        ("request", request.as_str()),
        ("through", "2026-12-31"),
        ("account", ""),
    ];
    let issued = sent(&mut finn, &drafts, "/invoices/run", &order);
    assert!(
        issued.text().contains("12 invoices were issued"),
        "{}",
        issued.text()
    );
    finn
}

#[test]
fn what_was_paid_too_much_is_applied_and_paid_back_by_forms() {
    let house = House::open();
    let mut finn = billed(&house);
    let none = finn.open("/collections/unapplied");
    assert!(none.text().contains("every payment settles"), "{}", none.text());

    let found = finn.open("/invoices?search=INV-000001");
    let first = link(&found, "/invoices/0");
    let invoice = finn.open(&first);
    let request = invoice.field("request");
    let paid = [
        ("request", request.as_str()),
        ("date", "2026-02-01"),
        ("amount", "750.00"),
        ("reference", "<i>too much</i>"),
    ];
    sent(&mut finn, &invoice, &format!("{first}/pay"), &paid);

    let cash = finn.open("/collections/unapplied");
    let text = cash.text();
    assert!(
        text.contains("250.00 USD") && text.contains("&#60;i&#62;too much"),
        "{text}"
    );
    let (payment, request) = (cash.field("payment"), cash.field("request"));
    let apply = |to: &'static str, amount: &'static str| {
        [
            ("request", request.clone()),
            ("payment", payment.clone()),
            ("invoice", to.to_owned()),
            ("amount", amount.to_owned()),
            ("reason", "paid together".to_owned()),
        ]
    };
    let ask = |finn: &mut Visitor, fields: [(&'static str, String); 5]| {
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        sent(finn, &cash, "/collections/unapplied/apply", &fields)
    };
    let unknown = ask(&mut finn, apply("INV-999999", "100"));
    assert!((400..500).contains(&unknown.status), "{}", unknown.text());
    assert!(
        unknown.text().contains("role=\"alert\"") && unknown.text().contains("value=\"INV-999999\""),
        "what was typed is still there: {}",
        unknown.text()
    );
    let applied = ask(&mut finn, apply("INV-000002", "100"));
    assert!(applied.text().contains("150.00 USD"), "{}", applied.text());

    let back = [
        ("request", applied.field("request")),
        ("payment", payment.clone()),
        ("amount", "150.00".to_owned()),
        ("date", "2026-12-31".to_owned()),
        ("reason", "to the account it came from".to_owned()),
    ];
    // The first form on the page is the other one; this one has a name of its own.
    let back = back.each_ref().map(|(name, value)| match *name {
        "request" => ("request", "11111111-2222-4333-8444-555555555555"),
        name => (name, value.as_str()),
    });
    let gone = sent(&mut finn, &applied, "/collections/unapplied/refund", &back);
    assert!(gone.text().contains("every payment settles"), "{}", gone.text());
    let file = finn.open("/collections/unapplied?as=csv");
    assert_eq!(file.text().lines().count(), 1, "{}", file.text());

    let mut omar = house.person("olga", "approver");
    assert!(!omar.open("/collections/unapplied").text().contains("Pay it back"));
}

#[test]
fn usage_that_was_refused_stands_beside_what_counts() {
    let house = House::open();
    let mut finn = house.person("finn", "finance");
    assert!(finn.open("/usage/refused").text().contains("no two events"));
    let load = |value: u32| {
        let file = house.installation.path().join("usage.ndjson");
        let event = json!({ "source": "<meter>", "id": "e-1", "account": "acme", "meter": "calls",
            "time": "2026-01-10T12:00:00Z", "value": value.to_string() });
        std::fs::write(&file, format!("{event}\n")).unwrap();
        let mut command = house
            .installation
            .command(&["usage", "load", file.to_str().unwrap()]);
        command.env("QUITTANCE_INVOICING_URL", house.running.url("invoicing"));
        command.output().unwrap()
    };
    let taken = load(1_000);
    assert!(taken.status.success(), "{}", complaint(&taken));
    load(1_200);
    let page = finn.open("/usage/refused");
    let text = page.text();
    for told in ["1,000", "1,200", "&#60;meter&#62;", "1 time", "value"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert!(!text.contains("<meter>"), "{text}");
    let file = finn.open("/usage/refused?as=csv").text();
    assert!(file.contains("e-1,acme,value,\"1,000\",\"1,200\""), "{file}");
    assert!(
        finn.open("/usage/refused?source=elsewhere")
            .text()
            .contains("None of the source")
    );
}
