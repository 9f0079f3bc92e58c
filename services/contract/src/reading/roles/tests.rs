use super::role;
use crate::reading::parties::{self};
use crate::reading::written::document;
use crate::reading::{locale, scopes, statements};
use crate::terms::Role;

fn roles(text: &str) -> Vec<Role> {
    let document = document(text);
    let scopes = scopes::cut(&document, locale::of(&document));
    let statements = statements::all(&document, &scopes);
    let parties = parties::read(&document, &scopes, &statements);
    let mut out = Vec::new();
    for statement in &statements {
        for (at, token) in statement.tokens().iter().enumerate() {
            if token.money().is_some() || token.percent().is_some() {
                out.push(role(statement, at, &parties));
            }
        }
    }
    out
}

#[test]
fn money_has_a_role() {
    let cases = [
        ("Customer shall pay $500 per month.", Role::Price),
        (
            "6. LIMITATION OF LIABILITY\nNeither party is liable for more than $500,000.",
            Role::Liability,
        ),
        (
            "Vendor shall carry insurance of not less than $5,000,000 per occurrence.",
            Role::Insurance,
        ),
        ("Late amounts bear interest of 1.5% per month.", Role::LateFee),
        ("Travel is reimbursed at cost up to $12,000.", Role::Cap),
        ("Total fixed fee: $224,500.", Role::Total),
        ("Value added tax at 20% is payable in addition.", Role::Tax),
        (
            "At renewal the seat price may rise by no more than 5%.",
            Role::Escalator,
        ),
        (
            "Line 1 carries a promotional discount of 12% for the first contract year only.",
            Role::Discount,
        ),
        ("Liability is limited to $500,000.", Role::Liability),
        (
            "Hardware list value of the cluster is $1.92 million.",
            Role::Informational,
        ),
        ("Pool reference value: $0.08 per credit.", Role::Informational),
        ("A reserve of 5% of settlement volume is held.", Role::Security),
        ("The bond of £25,000 is recorded.", Role::Security),
        (
            "Traffic charges are billed at no less than $4,000.00 per month.",
            Role::Minimum,
        ),
        ("The charges are capped at $900 per month.", Role::Cap),
        (
            "If monthly availability drops under 99.5% the credit applies.",
            Role::ServiceCredit,
        ),
        ("Managed hosting fees are $175 per month.", Role::Price),
        ("The weather in $5 was fine.", Role::Unexplained),
    ];
    for (text, expected) in cases {
        assert_eq!(roles(text).first(), Some(&expected), "{text}");
    }
}

#[test]
fn money_the_provider_owes_is_no_price() {
    let text = "Agreement between Acme Inc. (\"Supplier\") and Beta LLC (\"Customer\"). Supplier shall pay Customer $500 for each referral.";
    assert_eq!(roles(text), [Role::OtherPayer]);
}
