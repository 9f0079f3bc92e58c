//! The console as people use it, with no script at all, before real services: from a file to a registered plan by forms,
//! and what a browser must never be made to do.

#[path = "console/visitor.rs"]
mod visitor;

mod program;

use std::fs;
use std::process::Output;

use program::{Installation, Running, complaint, eventually, json, root};
use visitor::{Page, Visitor, unescaped};

/// Services, console, and people with keys.
struct House {
    installation: Installation,
    running: Running,
}

impl House {
    fn open() -> Self {
        let installation = Installation::new();
        let anywhere = "127.0.0.1:0";
        let environment = [
            ("QUITTANCE_EXTRACTION_ADDRESS", anywhere),
            ("QUITTANCE_INVOICING_ADDRESS", anywhere),
            ("QUITTANCE_CONSOLE_ADDRESS", anywhere),
        ];
        let running = installation.serve(&["serve"], &environment, 3);
        Self {
            installation,
            running,
        }
    }

    fn key(&self, name: &str, role: &str) -> String {
        let output: Output = self.installation.run(&["key", "issue", name, role, "--json"]);
        assert!(output.status.success(), "{}", complaint(&output));
        json(&output)["key"].as_str().unwrap().to_owned()
    }

    /// Somebody new, signed in.
    fn person(&self, name: &str, role: &str) -> Visitor {
        let key = self.key(name, role);
        let mut visitor = self.stranger();
        let page = visitor.open("/sign-in");
        let inside = visitor.send(&page, "/sign-in", &[("name", name), ("key", &key)]);
        assert_eq!(inside.status, 200, "{}", inside.text());
        assert!(inside.text().contains("Contracts"), "{}", inside.text());
        visitor
    }

    fn stranger(&self) -> Visitor {
        Visitor::at(self.running.url("console"))
    }
}

fn sample(story: &str) -> Vec<u8> {
    fs::read(root().join("samples").join(story).join("contract.pdf")).unwrap()
}

/// Waits until a file has been read; answers the page of its contract.
fn read_through(visitor: &mut Visitor, page: &Page) -> Page {
    let address = page.address.clone();
    eventually("reading the file", || {
        let page = visitor.open(&address);
        (!page.text().contains("http-equiv=\"refresh\"")).then_some(page)
    })
}

fn contract_of(page: &Page) -> String {
    let path = page.address.trim_start_matches("/contracts/");
    path.split(['?', '/']).next().unwrap().to_owned()
}

/// Settles every flag that asks for it, by the form that stands beside it.
fn settle_all(visitor: &mut Visitor, id: &str) -> Page {
    let address = format!("/contracts/{id}");
    loop {
        let page = visitor.open(&address);
        if !page.text().contains("name=\"flag\"") {
            return page;
        }
        let fields = [
            ("revision", page.field("revision")),
            ("flag", page.field("flag")),
            ("reason", "looked at".to_owned()),
        ];
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = visitor.send(&page, &format!("{address}/resolve"), &fields);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

#[test]
fn a_file_becomes_a_registered_plan_by_forms_alone() {
    let house = House::open();
    let (mut uma, mut dana, mut omar) = (
        house.person("uma", "uploader"),
        house.person("dana", "reviewer"),
        house.person("omar", "approver"),
    );

    let form = uma.open("/contracts/new");
    let page = uma.upload(&form, &[("order.pdf", &sample("01-subscription"))]);
    assert_eq!(page.status, 200, "{}", page.text());
    let page = read_through(&mut uma, &page);
    let id = contract_of(&page);
    let address = format!("/contracts/{id}");
    assert!(
        !page.text().contains("name=\"flag\""),
        "an uploader decides nothing"
    );

    // A term, its words, its page as a picture, and a change of it.
    let term = dana.open(&format!("{address}?term=%2Fpayment%2Fdue"));
    assert!(term.text().contains("<blockquote>"), "{}", term.text());
    let picture = term
        .addresses()
        .into_iter()
        .find(|address| address.ends_with(".png"))
        .unwrap();
    let png = dana.open(&picture);
    assert_eq!((png.status, png.header("content-type")), (200, "image/png"));
    assert!(png.body.len() > 10_000, "{} bytes are no page", png.body.len());

    let change = |value: &'static str, reason: &'static str, revision: &str| {
        vec![
            ("path", "/payment/due".to_owned()),
            ("revision", revision.to_owned()),
            ("value", value.to_owned()),
            ("reason", reason.to_owned()),
        ]
    };
    let send = |visitor: &mut Visitor, page: &Page, fields: Vec<(&'static str, String)>| {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        visitor.send(page, &format!("{address}/edit"), &fields)
    };
    let revision = term.field("revision");
    let refused = send(&mut dana, &term, change("soon", "as agreed", &revision));
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("cannot hold that"), "{}", refused.text());
    assert!(
        refused.text().contains(">soon</textarea>"),
        "what was typed is still there"
    );
    let changed = send(
        &mut dana,
        &term,
        change(r#"{"rule":"net","days":45}"#, "as agreed on the phone", &revision),
    );
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert!(changed.text().contains("days 45") && changed.text().contains("as agreed on the phone"));
    let stale = send(
        &mut dana,
        &term,
        change(r#"{"rule":"net","days":60}"#, "again", &revision),
    );
    assert_eq!(stale.status, 409, "{}", stale.text());

    // What it will bill, with no usage assumed, and what was changed.
    let settled = settle_all(&mut dana, &id);
    let preview = dana.open(&format!("{address}/preview"));
    assert!(
        preview.text().contains("12 invoices") && preview.text().contains("6,000.00"),
        "{}",
        preview.text()
    );
    let changes = dana.open(&format!("{address}/changes"));
    assert!(
        changes.text().contains("<ins>rule net, days 45</ins>"),
        "{}",
        changes.text()
    );

    // One submits, and may not approve; another approves, and must mean it.
    let revision = settled.field("revision");
    let submitted = dana.send(&settled, &format!("{address}/submit"), &[("revision", &revision)]);
    assert!(submitted.text().contains("to approve"), "{}", submitted.text());
    let approving = omar.open(&format!("{address}/approve"));
    let customer = approving
        .text()
        .split("Type <b>")
        .nth(1)
        .unwrap()
        .split("</b>")
        .next()
        .unwrap()
        .to_owned();
    let customer = unescaped(&customer);
    let revision = approving.field("revision");
    let action = format!("{address}/approve");
    let hasty = omar.send(
        &approving,
        &action,
        &[("revision", &revision), ("confirmation", "yes")],
    );
    assert_eq!(hasty.status, 422, "{}", hasty.text());
    let forbidden = dana.open(&format!("{address}/approve"));
    assert!(
        forbidden.text().contains("Not yours to approve"),
        "{}",
        forbidden.text()
    );
    let sneaky = dana.send(
        &forbidden,
        &action,
        &[("revision", &revision), ("confirmation", &customer)],
    );
    assert_eq!(sneaky.status, 403, "{}", sneaky.text());
    let approved = omar.send(
        &approving,
        &action,
        &[("revision", &revision), ("confirmation", &customer)],
    );
    assert_eq!(approved.status, 200, "{}", approved.text());
    eventually("the hand-over", || {
        let page = omar.open(&address);
        page.text()
            .contains("<span class=\"chip good\">billing</span>")
            .then_some(())
    });
    let history = omar.open(&format!("{address}/history"));
    for told in [
        "uma",
        "dana",
        "omar",
        "changed payment · due",
        "handed the plan over",
    ] {
        assert!(history.text().contains(told), "{told}");
    }

    // The file comes back as it was, and only as a download.
    let file = omar.open(&format!("{address}/file"));
    assert!(file.header("content-disposition").starts_with("attachment;"));
    assert_eq!(file.body, sample("01-subscription"));
    pages_keep_their_promises(&mut dana, &id);
}

/// Every page: the policy, no inline script or style, nothing from another host, nothing kept by caches.
fn pages_keep_their_promises(visitor: &mut Visitor, id: &str) {
    let pages = [
        "/contracts",
        "/contracts?queue=all",
        "/contracts/new",
        "/preferences",
        "/nowhere",
        "/sign-in",
    ];
    let of_contract =
        ["", "/preview", "/changes", "/history", "/approve"].map(|part| format!("/contracts/{id}{part}"));
    for address in pages.iter().map(|page| (*page).to_owned()).chain(of_contract) {
        let page = visitor.open(&address);
        let policy = page.header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(
                policy.split("; ").any(|known| known == rule),
                "{address}: {rule} is not in {policy}"
            );
        }
        assert_eq!(page.header("cache-control"), "no-store", "{address}");
        let text = page.text();
        for inline in [" style=", "<style", " onclick=", " onload=", "javascript:"] {
            assert!(!text.contains(inline), "{address} has {inline}");
        }
        assert_eq!(
            text.matches("<script").count(),
            text.matches("<script type=\"module\" src=\"/assets/").count(),
            "{address}"
        );
        for found in page.addresses() {
            assert!(
                found.starts_with('/') && !found.starts_with("//") || found == "#main",
                "{address} names {found}"
            );
        }
    }
}

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

#[test]
fn a_service_that_is_away_is_a_page_that_says_so() {
    let installation = Installation::new();
    let environment = [
        ("QUITTANCE_CONSOLE_ADDRESS", "127.0.0.1:0"),
        ("QUITTANCE_EXTRACTION_URL", "http://127.0.0.1:9"),
    ];
    let running = installation.serve(&["serve", "console"], &environment, 1);
    let mut visitor = Visitor::at(running.url("console"));
    let page = visitor.open("/sign-in");
    let answer = visitor.send(&page, "/sign-in", &[("name", "dana"), ("key", "qk_1")]);
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("does not answer"), "{}", answer.text());
    assert!(
        !installation.path().join("postgres").exists(),
        "the console alone needs no database"
    );
    assert!(running.terminate().success());
}

#[test]
fn unreadable_and_unknown_things_have_pages_of_their_own() {
    let house = House::open();
    let mut admin = house.person("ada", "admin");
    let form = admin.open("/contracts/new");
    let several = admin.upload(
        &form,
        &[
            ("a.exe", b"MZ\x90\x00\x03"),
            ("b.txt", b""),
            ("scan.pdf", &sample("13-scan-without-text")),
        ],
    );
    assert_eq!(several.status, 200);
    for told in [
        "a.exe",
        "not a contract document",
        "b.txt",
        "is empty",
        "scan.pdf",
    ] {
        assert!(several.text().contains(told), "{told}: {}", several.text());
    }
    let scan = several
        .addresses()
        .into_iter()
        .find(|address| address.starts_with("/contracts/") && address.len() > 40)
        .unwrap();
    let scan = eventually("refusing the scan", || {
        let page = admin.open(&scan);
        page.text().contains("no page to show").then_some(page)
    });
    assert!(scan.text().contains("scan"), "{}", scan.text());
    for (address, status) in [
        ("/contracts/00000000-0000-0000-0000-000000000000", 404),
        ("/contracts/not-an-id", 422),
        ("/contracts?after=rubbish", 422),
        ("/assets/x/../../Cargo.toml", 404),
        ("/nowhere", 404),
    ] {
        let page = admin.open(address);
        assert_eq!(page.status, status, "{address}: {}", page.text());
    }
}
