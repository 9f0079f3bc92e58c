//! What people decide about a contract, and everything they may not.

use super::decisions::*;
use super::support::*;
use contract::flag::{Code as FlagCode, Flag, number};
use runtime::caller::Role;
use tonic::Code;
use wire::extraction::v1;

fn flagged(codes: &[FlagCode]) -> Vec<Flag> {
    let flag = |code: &FlagCode| Flag::new(*code, "found something", "decide about it");
    number(codes.iter().map(flag).collect(), &[])
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
