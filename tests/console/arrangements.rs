//! Who pays for an account, and which terms follow by themselves: by links and forms alone.

use super::{approved, link};
use crate::house::House;
use crate::program::eventually;

#[test]
fn payers_are_arranged_by_a_form_and_renewals_say_until_when_they_can_be_stopped() {
    let house = House::open();
    let (mut ada, mut omar) = (house.person("ada", "admin"), house.person("omar", "approver"));
    let mut finn = house.person("finn", "finance");
    let nothing = finn.open("/renewals");
    assert!(nothing.text().contains("renews by itself"), "{}", nothing.text());
    approved(&mut ada, &mut omar, "10-enterprise");
    let accounts = eventually("the plan at invoicing", || {
        let accounts = finn.open("/accounts");
        accounts.text().contains("data-row").then_some(accounts)
    });
    let account = link(&accounts, "/accounts/");
    let overview = finn.open(&account);
    assert!(
        overview.text().contains("unless notice is given"),
        "what follows its term: {}",
        overview.text()
    );

    let renewals = finn.open("/renewals");
    assert!(
        renewals.text().contains(&account) && renewals.text().contains("2028-01-01 – "),
        "{}",
        renewals.text()
    );
    let all = finn.open("/renewals?show=all");
    assert!(all.text().contains(&account), "{}", all.text());
    let file = finn.open("/renewals?as=csv").text();
    assert!(file.starts_with("account,agreement,renewal,starts"), "{file}");

    let address = format!("{account}/payers");
    let page = finn.open(&address);
    assert!(page.text().contains("pays for itself"), "{}", page.text());
    let request = page.field("request");
    let form = |percent: &'static str, reason: &'static str| {
        [
            ("request", request.clone()),
            ("collective", "yes".to_owned()),
            ("account:0", "parent".to_owned()),
            ("customer:0", "<b>Parent</b> AG".to_owned()),
            ("percent:0", percent.to_owned()),
            ("charges:0", String::new()),
            ("reason", reason.to_owned()),
        ]
    };
    let mut send = |page: &super::visitor::Page, fields: &[(&str, String)]| {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        finn.send(page, &address, &fields)
    };
    let refused = send(&page, &form("60", "asked for"));
    assert!((400..500).contains(&refused.status), "{}", refused.status);
    assert!(
        refused.text().contains("value=\"60\"") && refused.text().contains("role=\"alert\""),
        "what was typed is still there: {}",
        refused.text()
    );
    let mut whole = form("100", "asked for");
    whole[0].1 = refused.field("request");
    let done = send(&refused, &whole);
    let text = done.text();
    assert!(
        text.contains("100 % of every line")
            && text.contains("&#60;b&#62;Parent")
            && !text.contains("<b>Parent"),
        "{text}"
    );
    assert!(text.contains("falls on one day with one due date"), "{text}");
    let looking = omar.open(&address);
    assert!(
        looking.text().contains("100 % of every line") && !looking.text().contains("Arrange it"),
        "only finance is offered the form: {}",
        looking.text()
    );
}
