//! From a file to a registered plan by forms: terms, flags, lines and tables; and pages for what cannot be shown.

use super::visitor::{Page, Visitor, unescaped};
use super::{contract_of, link, read_through, sample, settle_all};
use crate::house::House;
use crate::program::{Installation, eventually};

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
    assert!(changed.text().contains("net 45 days") && changed.text().contains("as agreed on the phone"));
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
        changes.text().contains("<ins>net 45 days</ins>"),
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
        "/accounts",
        "/accounts/nobody",
        "/invoices",
        "/invoices/nothing",
        "/invoices/drafts",
        "/collections",
        "/usage/waiting",
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
            let here = found
                .strip_prefix('#')
                .is_some_and(|id| text.contains(&format!("id=\"{id}\"")));
            assert!(
                found.starts_with('/') && !found.starts_with("//") || here,
                "{address} names {found}"
            );
        }
    }
}

#[test]
fn lines_and_tables_are_added_and_changed_by_forms() {
    let house = House::open();
    let mut ada = house.person("ada", "admin");
    let form = ada.open("/contracts/new");
    let page = ada.upload(&form, &[("contract.pdf", &sample("03-graduated"))]);
    let id = contract_of(&read_through(&mut ada, &page));
    let address = format!("/contracts/{id}");
    let page = ada.open(&address);
    let revision = page.field("revision");
    let line = [
        ("revision", revision.as_str()),
        ("description", "On-site <b>training</b>"),
        ("kind", "one_time"),
        ("amount", "1,500.00"),
        ("cadence", "monthly"),
        ("timing", "advance"),
        ("reason", "as agreed on the phone"),
    ];
    let added = ada.send(&page, &format!("{address}/line"), &line);
    assert_eq!(added.status, 200, "{}", added.text());
    assert!(
        added.text().contains("The line was added.") && added.text().contains("1,500.00"),
        "{}",
        added.text()
    );
    assert!(!added.text().contains("<b>training"), "a name stays text");

    let tiers = link(
        &added,
        &format!("{address}?term=%2Fline_items%2F0%2Fprice%2Ftiers"),
    );
    let table = ada.open(&tiers);
    let bounds = ["0:from", "0:to", "1:from", "1:to", "2:from", "2:to"];
    let bounds = bounds.map(|bound| table.field(&format!("cell:{bound}")));
    assert_eq!(bounds, ["0", "1000", "1000", "10000", "10000", ""]);
    let cell = "cell:0:unit_price";
    let before = table.field(cell);
    let (revision, mode, line) = (
        table.field("revision"),
        table.field("was:mode"),
        table.field("line"),
    );
    let fields = [
        ("revision", revision.as_str()),
        ("line", &line),
        ("was:mode", &mode),
        ("cell:mode", &mode),
        ("was:0:unit_price", &before),
        (cell, "0.77"),
        ("reason", "as the amended table says"),
    ];
    let changed = ada.send(&table, &format!("{address}/tiers"), &fields);
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(changed.field(cell), "0.77", "{}", changed.text());
    let refused = [
        ("revision", changed.field("revision")),
        ("line", line.clone()),
        ("was:0:unit_price", "0.77".to_owned()),
        (cell, "many".to_owned()),
        ("reason", "a slip".to_owned()),
    ];
    let refused: Vec<_> = refused
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let answer = ada.send(&changed, &format!("{address}/tiers"), &refused);
    assert_eq!(answer.status, 422, "{}", answer.text());

    let undone = undo_first(&mut ada, &answer, &address);
    assert!(
        undone.contains(&format!("name=\"{cell}\" value=\"{before}\"")),
        "{undone}"
    );
    let history = ada.open(&format!("{address}/history?as=csv")).text();
    let head = "at,revision,actor,action,about,before,after,reason\r\n";
    assert!(
        history.starts_with(head) && history.contains(",0.77,as the amended table says"),
        "{history}"
    );

    // A term the contract does not state can be entered as well.
    let absent = ada.open(&format!("{address}?term=%2Frenewal%2Fnotice_days"));
    assert!(absent.text().contains("name=\"value\""), "{}", absent.text());
}

/// Takes the latest change back by the button beside it; answers the table then.
fn undo_first(ada: &mut Visitor, page: &Page, address: &str) -> String {
    let text = page.text();
    let (_, form) = text
        .split_once("class=\"undo\"")
        .expect("a change can be taken back");
    let value = |name: &str| {
        let (_, rest) = form.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
        unescaped(rest.split_once('"').unwrap().0)
    };
    let fields = ["revision", "path", "value", "reason"].map(|name| (name, value(name)));
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let done = ada.send(page, &format!("{address}/edit"), &fields);
    assert_eq!(done.status, 200, "{}", done.text());
    let tiers = link(
        &done,
        &format!("{address}?term=%2Fline_items%2F0%2Fprice%2Ftiers"),
    );
    ada.open(&tiers).text()
}

#[test]
fn the_papers_of_one_contract_are_handed_in_together() {
    let house = House::open();
    let mut ada = house.person("ada", "admin");
    let parties = "between Fernwell Data Ltd (the \"Supplier\") and Colbrook Housing Ltd (the \"Client\")";
    let agreement = format!(
        "MASTER SERVICES AGREEMENT\n\nThis agreement is made on 2 February 2025 {parties}.\n\n1. Invoices are payable within 60 days of the invoice date.\n"
    );
    let order = format!(
        "ORDER FORM 1\n\n{parties}\n\nSubscription term: 1 March 2025 to 28 February 2027\n\nTenancy portal: GBP 1,150.00 per month, billed monthly in advance.\n\nInvoices are payable within 30 days of the invoice date.\n"
    );
    let form = ada.open("/contracts/new");
    let files = [("msa.txt", agreement.as_bytes()), ("order.txt", order.as_bytes())];
    let sent = ada.upload_as(&form, &files, true);
    let read = read_through(&mut ada, &sent);
    let (id, text) = (contract_of(&read), read.text());
    assert!(text.contains("msa.txt + order.txt"), "{text}");
    assert!(text.contains("no document says which prevails"), "{text}");
    assert!(text.contains("msa.txt, page 1 of 1"), "{text}");

    // Both papers are quoted beside the question, and each quote opens its own page.
    let asked = ada.open(&format!("/contracts/{id}?term=%2Fpayment%2Fdue"));
    let text = asked.text();
    assert!(text.contains("order.txt, page 1 of 1"), "{text}");
    for (paper, page, words) in [("msa.txt", 1, "60 days"), ("order.txt", 2, "30 days")] {
        let quote = format!("page={page}\" data-go>{paper}, page 1</a>");
        let (_, rest) = text
            .split_once(&quote)
            .unwrap_or_else(|| panic!("{quote}: {text}"));
        let said = rest.split("</blockquote>").next().unwrap();
        assert!(said.contains(words), "{paper}: {said}");
    }
    let again = ada.upload_as(&form, &files, true);
    assert_eq!(contract_of(&again), id);
    assert!(again.text().contains("was here already"), "{}", again.text());
    let nothing = ada.upload_as(&form, &[], true);
    assert_eq!(nothing.status, 422);
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
        let framed = page.text().contains("/sign-out") || address.starts_with("/assets");
        assert!(framed, "{address} leads everywhere else: {}", page.text());
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
