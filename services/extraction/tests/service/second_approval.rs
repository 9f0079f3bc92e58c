//! Where one approver is not enough.

use runtime::caller::Role;
use tonic::Code;
use wire::extraction::v1;

use super::decisions::*;
use super::support::*;

async fn house(limit: &str) -> House {
    let mut house = House::new("http://127.0.0.1:9").await;
    house.two_approve_above(limit);
    house.start().await;
    house
}

#[tokio::test]
async fn above_the_limit_two_approve_and_neither_is_the_submitter() {
    let house = house("100000 USD").await;
    let (mut rita, mut anna, mut ben) = (
        house.person("Rita", Role::Reviewer),
        house.person("Anna", Role::Approver),
        house.person("Ben", Role::Approver),
    );
    // This draft states no total: what cannot be compared is not taken for small.
    let (id, revision) = house.reviewable(Vec::new()).await;
    let submitted = submit(&mut rita, &id, revision).await.unwrap();
    let needed = submitted.second_approval.clone().unwrap();
    assert_eq!(
        (needed.because.as_str(), needed.first_approved_by.as_str()),
        ("it prints no total that could be compared with the limit", "")
    );

    let once = approve(&mut anna, &id, revision_of(&submitted)).await.unwrap();
    assert_eq!(
        (state(&once), once.handoff.clone()),
        (v1::ContractState::Submitted, None)
    );
    assert_eq!(once.second_approval.clone().unwrap().first_approved_by, "Anna");
    let again = approve(&mut anna, &id, revision_of(&once)).await;
    assert_eq!(
        refusal(again),
        (
            Code::PermissionDenied,
            "FIRST_APPROVER_CANNOT_BE_SECOND".to_owned()
        )
    );

    let twice = approve(&mut ben, &id, revision_of(&once)).await.unwrap();
    assert_eq!(state(&twice), v1::ContractState::Approved);
    assert_eq!(
        (twice.submitted_by.as_str(), twice.approved_by.as_str()),
        ("Rita", "Ben")
    );
    assert_eq!(twice.second_approval.unwrap().first_approved_by, "Anna");
    let told: Vec<String> = events(&mut ben, &id)
        .await
        .into_iter()
        .map(|event| format!("{} {}", event.actor, event.action))
        .collect();
    assert_eq!(
        told[told.len() - 3..],
        ["Rita submitted", "Anna approved_first", "Ben approved"]
    );
}

#[tokio::test]
async fn what_is_opened_again_needs_both_approvals_anew() {
    let house = house("1 USD").await;
    let (mut rita, mut anna) = (
        house.person("Rita", Role::Reviewer),
        house.person("Anna", Role::Approver),
    );
    let (id, revision) = house.reviewable(Vec::new()).await;
    let submitted = submit(&mut rita, &id, revision).await.unwrap();
    let once = approve(&mut anna, &id, revision_of(&submitted)).await.unwrap();
    let open = reopen(&mut rita, &id, revision_of(&once), "a price is wrong")
        .await
        .unwrap();
    assert_eq!(
        open.second_approval.clone().unwrap().first_approved_by,
        "",
        "an approval is of what was submitted then"
    );
    let submitted = submit(&mut rita, &id, revision_of(&open)).await.unwrap();
    let once = approve(&mut anna, &id, revision_of(&submitted)).await.unwrap();
    assert_eq!(state(&once), v1::ContractState::Submitted);
}
