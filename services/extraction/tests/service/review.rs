//! What people decide about a contract, and everything they may not.

use super::support::*;
use contract::flag::{Code as FlagCode, Flag, number};
use runtime::caller::Role;
use tonic::{Code, Status};
use wire::extraction::v1;

fn flagged(codes: &[FlagCode]) -> Vec<Flag> {
    let flag = |code: &FlagCode| Flag::new(*code, "found something", "decide about it");
    number(codes.iter().map(flag).collect(), &[])
}

async fn submit(client: &mut Client, contract_id: &str, revision: u32) -> Result<v1::Contract, Status> {
    let request = v1::SubmitContractRequest {
        request_id: id(),
        contract_id: contract_id.into(),
        revision,
    };
    Ok(client
        .submit_contract(request)
        .await?
        .into_inner()
        .contract
        .unwrap())
}

async fn approve(client: &mut Client, contract_id: &str, revision: u32) -> Result<v1::Contract, Status> {
    let request = v1::ApproveContractRequest {
        request_id: id(),
        contract_id: contract_id.into(),
        revision,
    };
    Ok(client
        .approve_contract(request)
        .await?
        .into_inner()
        .contract
        .unwrap())
}

async fn reject(
    client: &mut Client,
    contract_id: &str,
    revision: u32,
    reason: &str,
) -> Result<v1::Contract, Status> {
    let (request_id, contract_id, reason) = (id(), contract_id.into(), reason.into());
    let request = v1::RejectContractRequest {
        request_id,
        contract_id,
        revision,
        reason,
    };
    Ok(client
        .reject_contract(request)
        .await?
        .into_inner()
        .contract
        .unwrap())
}

async fn reopen(
    client: &mut Client,
    contract_id: &str,
    revision: u32,
    reason: &str,
) -> Result<v1::Contract, Status> {
    let (request_id, contract_id, reason) = (id(), contract_id.into(), reason.into());
    let request = v1::ReopenContractRequest {
        request_id,
        contract_id,
        revision,
        reason,
    };
    Ok(client
        .reopen_contract(request)
        .await?
        .into_inner()
        .contract
        .unwrap())
}

async fn resolve(
    client: &mut Client,
    contract_id: &str,
    revision: u32,
    flag: &str,
) -> Result<v1::Contract, Status> {
    let (request_id, contract_id, reason) = (id(), contract_id.into(), "seen on the signed copy".into());
    let request = v1::ResolveFlagRequest {
        request_id,
        contract_id,
        revision,
        flag_id: flag.into(),
        reason,
    };
    Ok(client.resolve_flag(request).await?.into_inner().contract.unwrap())
}

fn edit(contract_id: &str, revision: u32, path: &str, value: &str) -> v1::EditTermRequest {
    let (request_id, contract_id, reason) = (id(), contract_id.into(), "as the customer confirmed".into());
    v1::EditTermRequest {
        request_id,
        contract_id,
        revision,
        path: path.into(),
        value: value.into(),
        reason,
    }
}

async fn edited(client: &mut Client, request: v1::EditTermRequest) -> Result<v1::Contract, Status> {
    Ok(client.edit_term(request).await?.into_inner().contract.unwrap())
}

async fn events(client: &mut Client, contract_id: &str) -> Vec<v1::Event> {
    let request = v1::ListEventsRequest {
        contract_id: contract_id.into(),
    };
    client.list_events(request).await.unwrap().into_inner().events
}

fn precondition(reason: &str) -> (Code, String) {
    (Code::FailedPrecondition, reason.into())
}

#[tokio::test]
async fn two_people_bring_a_contract_to_approval_and_every_step_is_on_record() {
    let house = House::running().await;
    let (mut rita, mut anna) = (
        house.person("Rita", Role::Reviewer),
        house.person("Anna", Role::Approver),
    );
    let (id, revision) = house.reviewable(flagged(&[FlagCode::UnsignedCopy])).await;

    let resolved = resolve(&mut rita, &id, revision, "UNSIGNED_COPY-1")
        .await
        .unwrap();
    assert_eq!(state(&resolved), v1::ContractState::InReview);
    let flag = &resolved.flags[0];
    assert_eq!((flag.resolved, flag.resolved_by.as_str()), (true, "Rita"));

    // The sample's plan again, whatever the terms of this test come to.
    let revision = house.put_draft(&id, Vec::new()).await;
    let submitted = submit(&mut rita, &id, revision).await.unwrap();
    assert_eq!(
        (state(&submitted), submitted.submitted_by.as_str()),
        (v1::ContractState::Submitted, "Rita")
    );
    let approved = approve(&mut anna, &id, revision_of(&submitted)).await.unwrap();
    assert_eq!(state(&approved), v1::ContractState::Approved);
    assert_eq!(
        (approved.submitted_by.as_str(), approved.approved_by.as_str()),
        ("Rita", "Anna")
    );
    assert_eq!(approved.handoff.unwrap().state, "waiting");

    let record = events(&mut anna, &id).await;
    let told: Vec<_> = record
        .iter()
        .map(|event| (event.actor.as_str(), event.action.as_str()))
        .collect();
    let expected = [("Rita", "resolved"), ("Rita", "submitted"), ("Anna", "approved")];
    assert_eq!(told[told.len() - 3..], expected, "{told:?}");
    let resolution = &record[record.len() - 3];
    assert_eq!(
        (resolution.path.as_str(), resolution.reason.as_str()),
        ("UNSIGNED_COPY-1", "seen on the signed copy")
    );
    assert_eq!(record.last().unwrap().after, approved.plan_hash);
}

#[tokio::test]
async fn what_may_not_be_is_refused_by_name_and_changes_nothing() {
    let house = House::running().await;
    let (mut rita, mut admin) = (house.person("Rita", Role::Reviewer), house.admin());
    let flags = flagged(&[FlagCode::ConflictTotal, FlagCode::TaxInclusive]);
    let (id, revision) = house.reviewable(flags).await;

    assert_eq!(
        refusal(submit(&mut rita, &id, revision).await),
        precondition("FLAGS_OPEN")
    );
    assert_eq!(
        refusal(approve(&mut admin, &id, revision).await),
        precondition("NOT_NOW")
    );
    let stale = (Code::Aborted, "STALE_REVISION".to_owned());
    assert_eq!(refusal(submit(&mut rita, &id, revision - 1).await), stale);
    assert_eq!(refusal(reject(&mut admin, &id, revision + 1, "no").await), stale);
    assert_eq!(
        refusal(reopen(&mut admin, &id, revision, "why not").await),
        precondition("NOT_NOW")
    );
    let unknown = (Code::NotFound, "FLAG_UNKNOWN".to_owned());
    assert_eq!(
        refusal(resolve(&mut rita, &id, revision, "CONFLICT_TOTAL-9").await),
        unknown
    );
    let wrong = (Code::InvalidArgument, "reason".to_owned());
    assert_eq!(wrong_field(reject(&mut admin, &id, revision, " ").await), wrong);
    let silent = v1::EditTermRequest {
        reason: String::new(),
        ..edit(&id, revision, "/customer", "Acme")
    };
    assert_eq!(wrong_field(edited(&mut rita, silent).await), wrong);
    for (path, value, field) in [
        ("/nowhere/at/all", "1", "path"),
        ("/line_items/7", "", "path"),
        ("/term/start", "soon", "value"),
    ] {
        let answer = edited(&mut rita, edit(&id, revision, path, value)).await;
        assert_eq!(
            wrong_field(answer),
            (Code::InvalidArgument, field.into()),
            "{path}"
        );
    }
    let nobody = uuid::Uuid::nil().to_string();
    let nowhere = (Code::NotFound, "CONTRACT_UNKNOWN".to_owned());
    assert_eq!(refusal(submit(&mut rita, &nobody, 1).await), nowhere);
    assert_eq!(
        wrong_field(submit(&mut rita, "7", 1).await),
        (Code::InvalidArgument, "contract_id".into())
    );
    let now = get(&mut admin, &id).await;
    assert_eq!(
        (revision_of(&now), state(&now)),
        (revision, v1::ContractState::NeedsReview)
    );
}

#[tokio::test]
async fn the_submitter_cannot_approve_and_nobody_approves_twice() {
    let house = House::running().await;
    let (mut admin, mut anna) = (house.admin(), house.person("Anna", Role::Approver));
    let (contract_id, revision) = house.reviewable(Vec::new()).await;
    let submitted = submit(&mut admin, &contract_id, revision).await.unwrap();
    let revision = revision_of(&submitted);
    let own = (Code::PermissionDenied, "SUBMITTER_CANNOT_APPROVE".to_owned());
    assert_eq!(refusal(approve(&mut admin, &contract_id, revision).await), own);

    let request = v1::ApproveContractRequest {
        request_id: id(),
        contract_id: contract_id.clone(),
        revision,
    };
    let first = anna.approve_contract(request.clone()).await.unwrap().into_inner();
    let repeated = anna.approve_contract(request).await.unwrap().into_inner();
    assert_eq!(first, repeated);
    assert_eq!(
        refusal(approve(&mut anna, &contract_id, revision).await),
        precondition("ALREADY_APPROVED")
    );
    let record = events(&mut admin, &contract_id).await;
    assert_eq!(
        record.iter().filter(|event| event.action == "approved").count(),
        1
    );
}

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
async fn a_rejected_contract_can_be_opened_again() {
    let house = House::running().await;
    let (mut anna, mut rita) = (
        house.person("Anna", Role::Approver),
        house.person("Rita", Role::Reviewer),
    );
    let (id, revision) = house.reviewable(Vec::new()).await;
    let rejected = reject(&mut anna, &id, revision, "wrong customer").await.unwrap();
    assert_eq!(state(&rejected), v1::ContractState::Rejected);
    let late = edited(&mut rita, edit(&id, revision_of(&rejected), "/customer", "Acme")).await;
    assert_eq!(refusal(late), precondition("NOT_NOW"));
    let reopened = reopen(&mut rita, &id, revision_of(&rejected), "they sent a new one")
        .await
        .unwrap();
    assert_eq!(state(&reopened), v1::ContractState::InReview);
    assert_eq!(revision_of(&reopened), revision + 2);
}

#[tokio::test]
async fn an_approved_contract_can_be_opened_again_until_its_plan_has_left() {
    let house = House::running().await;
    let (mut anna, mut rita) = (
        house.person("Anna", Role::Approver),
        house.person("Rita", Role::Reviewer),
    );
    let (id, revision) = house.reviewable(Vec::new()).await;
    let submitted = submit(&mut rita, &id, revision).await.unwrap();
    let approved = approve(&mut anna, &id, revision_of(&submitted)).await.unwrap();
    let reopened = reopen(&mut rita, &id, revision_of(&approved), "a price is wrong")
        .await
        .unwrap();
    assert_eq!(state(&reopened), v1::ContractState::InReview);
    assert_eq!((reopened.handoff, reopened.approved_by.as_str()), (None, ""));
    // The approved revision itself is still there, as it was.
    let mut transaction = runtime::tenancy::begin_for_worker(house.database.pool(), "test")
        .await
        .unwrap();
    let kept: String =
        sqlx::query_scalar("SELECT content->'state'->>'state' FROM revision WHERE number = $1")
            .bind(i32::try_from(revision_of(&approved)).unwrap())
            .fetch_one(&mut *transaction)
            .await
            .unwrap();
    assert_eq!(kept, "approved");
}

#[tokio::test]
async fn each_role_does_its_own_part() {
    let house = House::running().await;
    let (id, revision) = house.reviewable(Vec::new()).await;
    let denied = (Code::PermissionDenied, "ROLE_NEEDED".to_owned());
    for role in [
        Role::Uploader,
        Role::Reviewer,
        Role::Approver,
        Role::Finance,
        Role::Service,
    ] {
        let mut person = house.person(&format!("a {role}"), role);
        assert_eq!(
            revision_of(&get(&mut person, &id).await),
            revision,
            "{role} may look"
        );
        if role != Role::Reviewer {
            assert_eq!(
                refusal(edited(&mut person, edit(&id, revision, "/customer", "Acme")).await),
                denied
            );
            assert_eq!(refusal(resolve(&mut person, &id, revision, "X-1").await), denied);
            assert_eq!(refusal(submit(&mut person, &id, revision).await), denied);
        }
        if role != Role::Approver {
            assert_eq!(refusal(approve(&mut person, &id, revision).await), denied);
            assert_eq!(refusal(reject(&mut person, &id, revision, "no").await), denied);
        }
        if ![Role::Reviewer, Role::Approver].contains(&role) {
            assert_eq!(refusal(reopen(&mut person, &id, revision, "again").await), denied);
        }
    }
}

#[tokio::test]
async fn lists_come_in_pages_newest_first_and_by_state() {
    let house = House::running().await;
    let mut admin = house.admin();
    let picture = upload(&mut admin, "scan.pdf", SCAN).await.unwrap();
    wait_for(&mut admin, &picture.contract_id, v1::ContractState::Failed).await;
    let (id, _) = house.reviewable(Vec::new()).await;
    let page = |page_token: &str| v1::ListContractsRequest {
        page_size: 1,
        page_token: page_token.into(),
        ..Default::default()
    };
    let first = admin.list_contracts(page("")).await.unwrap().into_inner();
    let second = admin
        .list_contracts(page(&first.next_page_token))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (first.contracts[0].contract_id.as_str(), first.contracts.len()),
        (id.as_str(), 1)
    );
    assert_eq!(second.contracts[0].contract_id, picture.contract_id);
    assert_eq!(second.next_page_token, "");
    let failed = v1::ListContractsRequest {
        states: vec![v1::ContractState::Failed.into()],
        ..Default::default()
    };
    let failed = admin.list_contracts(failed).await.unwrap().into_inner().contracts;
    assert_eq!(
        failed
            .iter()
            .map(|known| known.file_name.as_str())
            .collect::<Vec<_>>(),
        ["scan.pdf"]
    );
    for (wrong, field) in [
        (
            v1::ListContractsRequest {
                page_size: 1001,
                ..Default::default()
            },
            "page_size",
        ),
        (
            v1::ListContractsRequest {
                page_token: "elsewhere".into(),
                ..Default::default()
            },
            "page_token",
        ),
        (
            v1::ListContractsRequest {
                states: vec![0],
                ..Default::default()
            },
            "states",
        ),
    ] {
        assert_eq!(
            wrong_field(admin.list_contracts(wrong).await),
            (Code::InvalidArgument, field.into())
        );
    }
}
