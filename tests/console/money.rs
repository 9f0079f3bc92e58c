//! From a registered plan to a settled invoice and the clause behind a cent.

use super::visitor::{Page, Visitor};
use super::{approved, link};
use crate::house::House;
use crate::program::eventually;

/// From a registered plan to a settled invoice and the clause behind a cent, by forms and links alone.
#[test]
fn finance_bills_explains_and_settles_by_forms_alone() {
    let house = House::open();
    let (mut ada, mut omar) = (house.person("ada", "admin"), house.person("omar", "approver"));
    let mut finn = house.person("finn", "finance");
    let empty = finn.open("/invoices");
    assert!(
        empty.text().contains("Nothing was invoiced yet"),
        "{}",
        empty.text()
    );
    let customer = approved(&mut ada, &mut omar, "01-subscription");
    eventually("the plan at invoicing", || {
        let accounts = finn.open("/accounts");
        accounts.text().contains("data-row").then_some(())
    });

    // What is due is shown before it is issued; sent twice, it is issued once.
    let drafts = finn.open("/invoices/drafts?through=2026-12-31");
    assert!(
        drafts.text().contains("12 invoices with 12 lines"),
        "{}",
        drafts.text()
    );
    let order = [
        ("request", drafts.field("request")),
        ("through", "2026-12-31".to_owned()),
        ("account", String::new()),
    ];
    let order: Vec<_> = order
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let issued = finn.send(&drafts, "/invoices/run", &order);
    assert!(
        issued.text().contains("12 invoices were issued"),
        "{}",
        issued.text()
    );
    let again = finn.send(&drafts, "/invoices/run", &order);
    assert_eq!(
        again.text().matches("data-row").count(),
        12,
        "sent twice, billed once"
    );
    let nothing = finn.open("/invoices/drafts?through=2026-12-31");
    assert!(nothing.text().contains("Nothing is due"), "{}", nothing.text());

    // From the list to the invoice, from there to the line, from there to the words on the page.
    let found = finn.open("/invoices?search=inv-000001");
    let address = link(&found, "/invoices/0");
    let invoice = finn.open(&address);
    assert!(
        invoice.text().contains("500.00") && invoice.text().contains(&customer),
        "{}",
        invoice.text()
    );
    let why = finn.open(&link(&invoice, &format!("{address}/lines/")));
    for told in [
        "Why 500.00 USD",
        "<blockquote>",
        "class=\"excerpt\"",
        "How it was computed",
    ] {
        assert!(why.text().contains(told), "{told}: {}", why.text());
    }
    let picture = finn.open(&link(&why, "/contracts/").replace("?page=1", ""));
    assert_eq!(picture.status, 200, "the clause leads to its contract");

    // A payment: refused with a sentence, recorded once, taken back.
    let pay = |finn: &mut Visitor, page: &Page, amount: &str| {
        let fields = [
            ("request", page.field("request")),
            ("date", "2026-02-01".to_owned()),
            ("amount", amount.to_owned()),
            ("reference", "<b>statement</b>".to_owned()),
        ];
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        finn.send(page, &format!("{address}/pay"), &fields)
    };
    let refused = pay(&mut finn, &invoice, "much");
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(
        refused.text().contains("value=\"much\""),
        "what was typed is still there"
    );
    let part = pay(&mut finn, &refused, "200.00");
    assert!(part.text().contains("300.00 USD owed"), "{}", part.text());
    assert!(
        part.text().contains("&#60;b&#62;statement"),
        "a reference stays text"
    );
    let twice = pay(&mut finn, &refused, "200.00");
    assert!(
        twice.text().contains("300.00 USD owed"),
        "sent twice, recorded once"
    );
    let fields = [
        ("payment", part.field("payment")),
        ("date", "2026-02-03".to_owned()),
        ("reason", "bounced".to_owned()),
    ];
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let back = finn.send(&part, &format!("{address}/return"), &fields);
    assert!(back.text().contains("500.00 USD owed"), "{}", back.text());
    let lost = [("date", "2026-03-01"), ("reason", "insolvent")];
    let lost = finn.send(&back, &format!("{address}/write-off"), &lost);
    assert!(lost.text().contains("written off"), "{}", lost.text());
    let looking = omar.open(&address);
    assert!(
        !looking.text().contains("Record a payment"),
        "only finance is offered it"
    );
    let forbidden = omar.send(
        &looking,
        &format!("{address}/void"),
        &[("date", "2026-03-01"), ("reason", "x")],
    );
    assert_eq!(forbidden.status, 403, "{}", forbidden.text());

    let account = link(&invoice, "/accounts/");
    tables_come_as_files(&mut finn, &address, &account);
}

/// Every table can be taken away, and what it holds is what the page shows.
fn tables_come_as_files(finn: &mut Visitor, invoice: &str, account: &str) {
    for (address, rows, holds) in [
        ("/invoices?as=csv".to_owned(), 13, "INV-000012"),
        ("/invoices?show=owed&as=csv".to_owned(), 12, "issued"),
        ("/collections?as=csv".to_owned(), 0, "number,kind,account"),
        ("/accounts?as=csv".to_owned(), 2, "5500.00"),
        (format!("{invoice}?as=csv"), 2, "500.00"),
        (format!("{account}?as=csv"), 13, "500.00,USD"),
        (
            "/invoices/drafts?through=2026-12-31&as=csv".to_owned(),
            1,
            "account,customer",
        ),
    ] {
        let file = finn.open(&address);
        assert_eq!(
            file.header("content-type"),
            "text/csv; charset=utf-8",
            "{address}"
        );
        assert!(
            file.header("content-disposition").starts_with("attachment;"),
            "{address}"
        );
        let lines = file.text().lines().count();
        assert!(rows == 0 || lines == rows, "{address}: {}", file.text());
        assert!(file.text().contains(holds), "{address}: {}", file.text());
    }
    let dossier = finn.open(&format!("{invoice}/export"));
    assert!(dossier.header("content-disposition").contains("INV-000001.json"));
    for (address, status) in [
        ("/invoices/INV-999999", 404),
        ("/invoices?after=rubbish", 422),
        ("/accounts/nobody", 404),
        ("/accounts/nobody/usage", 404),
        ("/invoices/drafts?account=nobody", 422),
    ] {
        let page = finn.open(address);
        assert_eq!(page.status, status, "{address}: {}", page.text());
    }
}
