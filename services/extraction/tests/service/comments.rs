//! What people say about a contract.

use contract::flag::{Code as FlagCode, Flag, number};
use runtime::caller::Role;
use tonic::{Code, Status};
use wire::extraction::v1;

use super::decisions::*;
use super::support::*;

fn comment(contract_id: &str, about: &str, text: &str) -> v1::AddCommentRequest {
    v1::AddCommentRequest {
        request_id: id(),
        contract_id: contract_id.into(),
        about: about.into(),
        text: text.into(),
    }
}

async fn said(client: &mut Client, comment: v1::AddCommentRequest) -> Result<v1::Event, Status> {
    Ok(client.add_comment(comment).await?.into_inner().event.unwrap())
}

#[tokio::test]
async fn a_comment_is_kept_once_and_changes_neither_state_nor_revision() {
    let house = House::running().await;
    let (mut rita, mut finn) = (
        house.person("Rita", Role::Reviewer),
        house.person("Finn", Role::Finance),
    );
    let answer = upload(&mut house.admin(), "order-form.pdf", CONTRACT)
        .await
        .unwrap();
    let id = answer.contract_id;
    let before = wait_for(&mut rita, &id, v1::ContractState::NeedsReview).await;

    let path = before.terms[0].path.clone();
    let asked = comment(
        &id,
        &path,
        "  Is this the new address?\nIt was another in March. ",
    );
    let kept = said(&mut finn, asked.clone()).await.unwrap();
    assert_eq!(said(&mut finn, asked).await.unwrap(), kept);
    assert_eq!(
        (
            kept.actor.as_str(),
            kept.action.as_str(),
            kept.path,
            kept.reason.as_str()
        ),
        (
            "Finn",
            "commented",
            path,
            "Is this the new address?\nIt was another in March."
        )
    );
    said(&mut rita, comment(&id, "", "Looks fine to me."))
        .await
        .unwrap();

    let now = get(&mut rita, &id).await;
    assert_eq!(now, before, "revision, state, flags and terms are as they were");
    let record = events(&mut rita, &id).await;
    let comments: Vec<_> = record
        .iter()
        .filter(|event| event.action == "commented")
        .map(|event| event.actor.as_str())
        .collect();
    assert_eq!(comments, ["Finn", "Rita"]);
}

#[tokio::test]
async fn a_comment_is_about_something_that_is_there_and_may_come_late() {
    let house = House::running().await;
    let (mut rita, mut anna) = (
        house.person("Rita", Role::Reviewer),
        house.person("Anna", Role::Approver),
    );
    let flag = Flag::new(FlagCode::TaxInclusive, "found something", "decide about it");
    let (id, revision) = house.reviewable(number(vec![flag], &[])).await;
    said(&mut rita, comment(&id, "TAX_INCLUSIVE-1", "I asked them."))
        .await
        .unwrap();
    for (about, text, field) in [
        ("TAX_INCLUSIVE-2", "hello", "about"),
        ("/nowhere", "hello", "about"),
        ("", " \n ", "text"),
        ("", "nul \0", "text"),
    ] {
        let refused = said(&mut rita, comment(&id, about, text)).await;
        assert_eq!(wrong_field(refused), (Code::InvalidArgument, field.to_owned()));
    }
    let elsewhere = said(&mut house.stranger(), comment(&id, "", "hello")).await;
    assert_eq!(
        refusal(elsewhere),
        (Code::NotFound, "CONTRACT_UNKNOWN".to_owned())
    );

    resolve(&mut rita, &id, revision, "TAX_INCLUSIVE-1")
        .await
        .unwrap();
    let revision = house.put_draft(&id, Vec::new()).await;
    let submitted = submit(&mut rita, &id, revision).await.unwrap();
    approve(&mut anna, &id, revision_of(&submitted)).await.unwrap();
    said(&mut anna, comment(&id, "", "Approved after their call."))
        .await
        .unwrap();
}
