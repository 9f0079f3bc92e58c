//! Several people over one contract, by forms: what they say of it, two who must approve it, and how reviewing goes.

use super::visitor::{Page, Visitor, unescaped};
use super::{contract_of, read_through, sample, settle_all};
use crate::house::House;

fn uploaded(visitor: &mut Visitor, story: &str) -> String {
    let form = visitor.open("/contracts/new");
    let page = visitor.upload(&form, &[("order.pdf", &sample(story))]);
    contract_of(&read_through(visitor, &page))
}

fn say(visitor: &mut Visitor, page: &Page, id: &str, about: &str, text: &str) -> Page {
    let fields = [("about", about), ("text", text)];
    visitor.send(page, &format!("/contracts/{id}/comment"), &fields)
}

#[test]
fn what_is_said_of_a_term_is_read_by_everybody_and_runs_nothing() {
    let house = House::open();
    let (mut uma, mut finn) = (house.person("uma", "uploader"), house.person("finn", "finance"));
    let id = uploaded(&mut uma, "01-subscription");
    let term = format!("/contracts/{id}?term=%2Fpayment%2Fdue");

    let page = uma.open(&term);
    assert!(page.text().contains("About Payment"), "{}", page.text());
    let said = say(
        &mut uma,
        &page,
        &id,
        "/payment/due",
        "<script>alert(1)</script> Is it 30 days?",
    );
    assert_eq!((said.status, said.address.contains("term=")), (200, true));
    let read = finn.open(&term);
    let text = read.text();
    assert!(
        text.contains("Is it 30 days?") && !text.contains("<script>alert"),
        "{text}"
    );
    assert!(text.contains("<b>uma</b>"), "{text}");
    assert!(text.contains(" comment on Payment"), "the term is marked: {text}");

    say(&mut finn, &read, &id, "", "Yes: thirty, from the invoice date.");
    let whole = uma.open(&format!("/contracts/{id}"));
    assert!(whole.text().contains("thirty, from the invoice date"));
    assert!(
        whole.text().contains("about <a href=\"/contracts/"),
        "a comment leads to its term: {}",
        whole.text()
    );
    let history = uma.open(&format!("/contracts/{id}/history"));
    assert!(history.text().contains("Is it 30 days?"));

    let refused = say(&mut uma, &page, &id, "/payment/due", " ");
    assert_eq!(refused.status, 422);
    assert!(
        refused.text().contains("say something") && refused.text().contains("About Payment"),
        "{}",
        refused.text()
    );
}

fn approve(visitor: &mut Visitor, id: &str) -> Page {
    let address = format!("/contracts/{id}/approve");
    let approving = visitor.open(&address);
    let text = approving.text();
    let Some((_, rest)) = text.split_once("Type <b>") else {
        return approving;
    };
    let typed = unescaped(rest.split_once("</b>").unwrap().0);
    let revision = approving.field("revision");
    let fields = [("revision", revision.as_str()), ("confirmation", &typed)];
    visitor.send(&approving, &address, &fields)
}

#[test]
fn above_the_limit_two_approve_and_quality_tells_of_it() {
    let house = House::open_with(&[("QUITTANCE_SECOND_APPROVAL_ABOVE", "1 USD")]);
    let (mut ada, mut omar, mut olga) = (
        house.person("ada", "admin"),
        house.person("omar", "approver"),
        house.person("olga", "approver"),
    );
    let empty = omar.open("/contracts/quality");
    assert!(empty.text().contains("has been read"), "{}", empty.text());

    let id = uploaded(&mut ada, "01-subscription");
    let settled = settle_all(&mut ada, &id);
    let revision = settled.field("revision");
    ada.send(
        &settled,
        &format!("/contracts/{id}/submit"),
        &[("revision", &revision)],
    );
    let asked = omar.open(&format!("/contracts/{id}/approve"));
    assert!(
        asked.text().contains("You would be the first"),
        "{}",
        asked.text()
    );
    let once = approve(&mut omar, &id);
    assert!(
        once.text()
            .contains("Approved once. Somebody else must approve it too"),
        "{}",
        once.text()
    );
    let again = approve(&mut omar, &id);
    assert!(again.text().contains("Not yours to approve"), "{}", again.text());
    let twice = approve(&mut olga, &id);
    assert!(
        twice.text().contains("on its way to invoicing"),
        "{}",
        twice.text()
    );
    let head = ada.open(&format!("/contracts/{id}/history"));
    assert!(
        head.text().contains("approved by <b>omar</b> and <b>olga</b>"),
        "{}",
        head.text()
    );

    let quality = olga.open("/contracts/quality?days=30");
    let text = quality.text();
    assert!(text.contains("1 approved") && text.contains("100 %"), "{text}");
    let file = olga.open("/contracts/quality?days=30&as=csv");
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        file.text()
            .starts_with("what,name,contracts,times,percent_of_contracts")
    );
    let mut uma = house.person("uma", "uploader");
    assert_eq!(uma.open("/contracts/quality").status, 403);
}
