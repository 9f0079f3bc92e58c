//! Changing what was read.

use runtime::caller::Role;
use tonic::Code;
use wire::extraction::v1;

use super::decisions::*;
use super::support::*;

#[tokio::test]
async fn of_two_edits_at_once_one_is_told_to_look_again() {
    let house = House::running().await;
    let (id, revision) = house.reviewable(Vec::new()).await;
    let (mut rita, mut rolf) = (
        house.person("Rita", Role::Reviewer),
        house.person("Rolf", Role::Reviewer),
    );
    let (one, other) = tokio::join!(
        edited(&mut rita, edit(&id, revision, "/customer", "Acme Ltd")),
        edited(&mut rolf, edit(&id, revision, "/customer", "Apex Ltd")),
    );
    assert_eq!(
        [&one, &other].iter().filter(|result| result.is_ok()).count(),
        1,
        "{one:?} {other:?}"
    );
    let late = if one.is_err() { one } else { other };
    assert_eq!(refusal(late), (Code::Aborted, "STALE_REVISION".to_owned()));
    assert_eq!(revision_of(&get(&mut rita, &id).await), revision + 1);
}

#[tokio::test]
async fn an_edit_takes_text_and_json_and_leaves_its_trace() {
    let house = House::running().await;
    let (id, mut revision) = house.reviewable(Vec::new()).await;
    let mut rita = house.person("Rita", Role::Reviewer);
    for (path, value, at, shown) in [
        ("/customer", "Acme Ltd", "/customer", "Acme Ltd"),
        ("/customer", "42", "/customer", "42"),
        ("/customer", "", "/customer", ""),
        ("/term/start", "2026-01-31", "/term/start", "2026-01-31"),
        ("/renewal/months", "12", "/renewal/months", "12"),
        ("/renewal/auto", "true", "/renewal/auto", "true"),
        (
            "/payment/due",
            r#"{"rule":"net","days":30}"#,
            "/payment/due",
            r#"{"days":30,"rule":"net"}"#,
        ),
        (
            "/line_items/-",
            r#"{"kind":"one_time","description":"Set-up"}"#,
            "",
            "",
        ),
        (
            "/line_items/0/price/amount",
            "500.00",
            "/line_items/0/price/amount",
            "500.00",
        ),
        ("/line_items/0", "", "", ""),
    ] {
        let contract = edited(&mut rita, edit(&id, revision, path, value)).await;
        let contract = contract.unwrap_or_else(|status| panic!("{path}: {}", status.message()));
        revision = revision_of(&contract);
        let term = contract.terms.iter().find(|term| term.path == at);
        let found = term.map(|term| (same_json(&term.value), term.status.as_str()));
        assert_eq!(found.unwrap_or_default().0, same_json(shown), "{path}");
        assert!(at.is_empty() || found_status(term) == "edited", "{path}");
    }
    let record = events(&mut rita, &id).await;
    let second = record
        .iter()
        .filter(|event| event.action == "edited")
        .nth(1)
        .unwrap();
    assert_eq!(
        (second.before.as_str(), second.after.as_str()),
        ("Acme Ltd", "42")
    );
    assert_eq!(
        (second.actor.as_str(), second.path.as_str()),
        ("Rita", "/customer")
    );
    assert!(
        !get(&mut rita, &id)
            .await
            .terms
            .iter()
            .any(|term| term.path.starts_with("/line_items"))
    );
}

fn found_status(term: Option<&v1::Term>) -> &str {
    term.map(|term| term.status.as_str()).unwrap_or_default()
}

/// JSON whose keys may stand in another order; any other text as it is.
fn same_json(text: &str) -> String {
    match serde_json::from_str::<std::collections::BTreeMap<String, serde_json::Value>>(text) {
        Ok(fields) => format!("{fields:?}"),
        Err(_) => text.to_owned(),
    }
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_by_its_field() {
    let house = House::running().await;
    let (id, revision) = house.reviewable(Vec::new()).await;
    let mut rita = house.person("Rita", Role::Reviewer);
    let good = edit(&id, revision, "/customer", "Acme");
    for (request, field) in [
        (
            v1::EditTermRequest {
                value: "a\0b".into(),
                ..good.clone()
            },
            "value",
        ),
        (
            v1::EditTermRequest {
                reason: "a\0b".into(),
                ..good.clone()
            },
            "reason",
        ),
        (
            v1::EditTermRequest {
                path: "/\0".into(),
                ..good.clone()
            },
            "path",
        ),
        (
            v1::EditTermRequest {
                reason: "a".repeat(20_001),
                ..good
            },
            "reason",
        ),
    ] {
        assert_eq!(
            wrong_field(edited(&mut rita, request).await),
            (Code::InvalidArgument, field.into())
        );
    }
}
