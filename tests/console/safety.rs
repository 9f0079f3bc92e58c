//! What a browser must never be made to do.

use super::{contract_of, read_through};
use crate::house::House;

#[test]
fn no_form_counts_without_its_token_or_from_another_site() {
    let house = House::open();
    let mut dana = house.person("dana", "reviewer");
    let page = dana.open("/contracts");
    let token = page.field("token");
    for (action, fields) in [
        ("/sign-out", vec![]),
        ("/preferences", vec![("theme", "dark"), ("keys", "off")]),
        (
            "/contracts/x/edit",
            vec![("revision", "1"), ("path", "/a"), ("value", "1"), ("reason", "b")],
        ),
        ("/contracts/x/resolve", vec![("revision", "1"), ("flag", "a")]),
        ("/contracts/x/line", vec![("revision", "1"), ("description", "a")]),
        ("/contracts/x/tiers", vec![("revision", "1")]),
        ("/invoices/run", vec![("request", "1"), ("through", "2026-01-01")]),
        ("/invoices/automatic", vec![("automatic", "on")]),
        ("/invoices/x/pay", vec![("request", "1"), ("amount", "1")]),
        ("/invoices/x/return", vec![("payment", "1")]),
        ("/invoices/x/void", vec![("reason", "a")]),
        ("/invoices/x/write-off", vec![("reason", "a")]),
        ("/invoices/x/late-fees", vec![("charged", "yes")]),
        ("/contracts/x/submit", vec![("revision", "1")]),
        ("/contracts/x/reject", vec![("revision", "1"), ("reason", "a")]),
        ("/contracts/x/reopen", vec![("revision", "1"), ("reason", "a")]),
        (
            "/contracts/x/approve",
            vec![("revision", "1"), ("confirmation", "a")],
        ),
        ("/sign-in", vec![("name", "dana"), ("key", "qk_1")]),
    ] {
        let without = dana.post(action, &fields, &[]);
        assert_eq!(without.status, 403, "{action} without a token");
        let mut wrong = fields.clone();
        wrong.push(("token", "0123456789abcdef"));
        assert_eq!(
            dana.post(action, &wrong, &[]).status,
            403,
            "{action} with a wrong token"
        );
        let mut right = fields.clone();
        right.push(("token", &token));
        for from in [
            ("origin", "http://evil.example"),
            ("sec-fetch-site", "cross-site"),
            ("origin", "null"),
        ] {
            assert_eq!(
                dana.post(action, &right, &[from]).status,
                403,
                "{action} from {from:?}"
            );
        }
    }
    let upload = dana.open("/contracts/new");
    let mut elsewhere = house.stranger();
    assert_eq!(
        elsewhere.upload(&upload, &[("a.txt", b"text")]).address,
        "/sign-in?next=%2F"
    );
    assert_eq!(
        dana.open("/contracts").status,
        200,
        "nothing above signed her out"
    );
    let out = dana.send(&page, "/sign-out", &[]);
    assert!(out.text().contains("Sign in"));
    assert_eq!(dana.open("/contracts").address, "/sign-in?next=%2Fcontracts");
}

#[test]
fn only_name_and_key_together_sign_in() {
    let house = House::open();
    let key = house.key("dana", "reviewer");
    for (name, given) in [
        ("dana", "qk_wrong"),
        ("omar", key.as_str()),
        ("", key.as_str()),
        ("dana", ""),
    ] {
        let mut visitor = house.stranger();
        let page = visitor.open("/sign-in");
        let answer = visitor.send(&page, "/sign-in", &[("name", name), ("key", given)]);
        assert_eq!(answer.status, 403, "{name} {given}");
        assert!(!answer.text().contains(&key), "a key is never shown again");
    }
    let mut dana = house.stranger();
    let page = dana.open("/contracts/new");
    let next = page.field("next");
    assert_eq!(
        next, "/contracts/new",
        "after signing in one is where one wanted to be"
    );
    let inside = dana.send(
        &page,
        "/sign-in",
        &[("name", "dana"), ("key", &key), ("next", &next)],
    );
    assert_eq!(inside.address, "/contracts/new");
}

/// Script in every place a counterparty or a colleague can write.
#[test]
fn script_in_names_quotes_and_reasons_stays_text() {
    const SCRIPT: &str = "<script>alert(1)</script>";
    let house = House::open();
    let mut admin = house.person("ad<b>min", "admin");
    let text = format!(
        "ORDER FORM\n\nCustomer: {SCRIPT} Ltd\nProvider: \"><img src=x onerror=alert(1)> Inc\nDate: 1 March 2026\n\n\
         The Customer pays USD 500.00 per month for the {SCRIPT} Platform, in advance, from 1 March 2026 to 28 February 2027. \
         Payment is due 30 days after the invoice date.\n"
    );
    let form = admin.open("/contracts/new");
    let page = admin.upload(&form, &[("<script>alert(2)<script>.txt", text.as_bytes())]);
    let page = read_through(&mut admin, &page);
    let id = contract_of(&page);
    let address = format!("/contracts/{id}");
    let page = admin.open(&address);
    assert!(
        page.text().contains("&#60;script&#62;alert(1)"),
        "the page shows the words: {}",
        page.text()
    );
    let fields = [
        ("path", "/customer".to_owned()),
        ("revision", page.field("revision")),
        ("value", format!("{SCRIPT}' onmouseover='x")),
        ("reason", format!("\"><svg onload=alert(3)>{SCRIPT}")),
    ];
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let changed = admin.send(&page, &format!("{address}/edit"), &fields);
    assert_eq!(changed.status, 200, "{}", changed.text());
    let search = "/contracts?queue=all&search=%3Cscript%3Ealert(4)%3C%2Fscript%3E";
    let pages = [
        "",
        "/preview",
        "/changes",
        "/history",
        "/approve",
        "?term=%2Fcustomer",
        "?term=%3Cscript%3E",
    ];
    let pages = pages.map(|part| format!("{address}{part}"));
    let lists = [
        "/contracts?queue=all",
        search,
        "/contracts/%3Cscript%3E",
        "/sign-in?next=%22%3E%3Cscript%3E",
    ];
    for address in lists.iter().map(|list| (*list).to_owned()).chain(pages) {
        let text = admin.open(&address).text();
        assert_eq!(text.matches("<script").count(), 1, "{address}: {text}");
        for tag in ["<img src=x", "<svg onload", "<b>min"] {
            assert!(!text.contains(tag), "{address} has {tag}");
        }
    }
}
