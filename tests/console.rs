//! The console as people use it, with no script at all, before real services: from a file to a registered plan by forms,
//! and what a browser must never be made to do.

#[path = "console/arrangements.rs"]
mod arrangements;
#[path = "console/cash.rs"]
mod cash;
#[path = "console/house.rs"]
mod house;
#[path = "console/money.rs"]
mod money;
#[path = "console/oidc.rs"]
mod oidc;
#[path = "console/review.rs"]
mod review;
#[path = "console/safety.rs"]
mod safety;
#[path = "console/together.rs"]
mod together;
#[path = "console/visitor.rs"]
mod visitor;

mod program;

use std::fs;

use house::House;
use program::{eventually, root};
use visitor::{Page, Visitor, unescaped};

impl House {
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

/// A sample's contract in force, as two people let it through; who its customer is.
fn approved(ada: &mut Visitor, omar: &mut Visitor, story: &str) -> String {
    let form = ada.open("/contracts/new");
    let page = ada.upload(&form, &[("contract.pdf", &sample(story))]);
    let id = contract_of(&read_through(ada, &page));
    let settled = settle_all(ada, &id);
    let revision = settled.field("revision");
    ada.send(
        &settled,
        &format!("/contracts/{id}/submit"),
        &[("revision", &revision)],
    );
    let approving = omar.open(&format!("/contracts/{id}/approve"));
    let text = approving.text();
    let (_, rest) = text.split_once("Type <b>").unwrap();
    let customer = rest.split_once("</b>").unwrap().0.to_owned();
    let revision = approving.field("revision");
    let typed = unescaped(&customer);
    let fields = [("revision", revision.as_str()), ("confirmation", &typed)];
    let done = omar.send(&approving, &format!("/contracts/{id}/approve"), &fields);
    assert_eq!(done.status, 200, "{}", done.text());
    customer
}

/// The first link of a page that begins so.
fn link(page: &Page, begins: &str) -> String {
    let mut found = page
        .addresses()
        .into_iter()
        .filter(|address| address.starts_with(begins));
    found
        .next()
        .unwrap_or_else(|| panic!("no link {begins} on {}: {}", page.address, page.text()))
}
