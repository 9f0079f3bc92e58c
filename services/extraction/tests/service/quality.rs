//! How reading and reviewing go.

use contract::flag::{Code as FlagCode, Flag, number};
use runtime::caller::Role;
use tonic::Code;
use wire::extraction::v1;

use super::decisions::*;
use super::support::*;

async fn quality(client: &mut Client) -> v1::GetReviewQualityResponse {
    let request = v1::GetReviewQualityRequest { days: 7 };
    client.get_review_quality(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn what_people_changed_what_was_flagged_and_how_long_it_took() {
    let house = House::running().await;
    let (mut rita, mut anna) = (
        house.person("Rita", Role::Reviewer),
        house.person("Anna", Role::Approver),
    );
    let nothing = quality(&mut rita).await;
    assert_eq!(nothing, v1::GetReviewQualityResponse::default());

    let flag = Flag::new(FlagCode::TaxInclusive, "found something", "decide about it");
    let (id, revision) = house.reviewable(number(vec![flag], &[])).await;
    let changed = edited(&mut rita, edit(&id, revision, "/customer", "Acme"))
        .await
        .unwrap();
    edited(
        &mut rita,
        edit(&id, revision_of(&changed), "/customer", "Acme Inc"),
    )
    .await
    .unwrap();

    let found = quality(&mut rita).await;
    assert_eq!(
        (found.contracts, found.approved, found.until_approved),
        (1, 0, None)
    );
    let customer = &found.terms[0];
    assert_eq!(
        (customer.path.as_str(), customer.contracts, customer.changes),
        ("/customer", 1, 2)
    );
    let tax = found
        .flags
        .iter()
        .find(|flag| flag.code == "TAX_INCLUSIVE")
        .unwrap();
    assert_eq!((tax.contracts, tax.flags), (1, 1));

    let revision = house.put_draft(&id, Vec::new()).await;
    let submitted = submit(&mut rita, &id, revision).await.unwrap();
    approve(&mut anna, &id, revision_of(&submitted)).await.unwrap();
    let after = quality(&mut rita).await;
    assert_eq!((after.approved, after.approved_unchanged), (1, 0));
    assert!(after.until_approved.unwrap().longest < 120);
    assert!(after.flags.iter().all(|flag| flag.code != "TAX_INCLUSIVE"));
}

#[tokio::test]
async fn places_in_lists_are_one_kind_and_other_companies_are_not_counted() {
    let house = House::running().await;
    let mut rita = house.person("Rita", Role::Reviewer);
    let answer = upload(&mut house.admin(), "order-form.pdf", CONTRACT)
        .await
        .unwrap();
    let id = answer.contract_id;
    let read = wait_for(&mut rita, &id, v1::ContractState::NeedsReview).await;
    let description = edit(&id, revision_of(&read), "/line_items/0/description", "Platform");
    edited(&mut rita, description).await.unwrap();

    let found = quality(&mut rita).await;
    assert_eq!(found.terms[0].path, "/line_items/*/description");
    let elsewhere = quality(&mut house.stranger()).await;
    assert_eq!(elsewhere, v1::GetReviewQualityResponse::default());
    let ages = v1::GetReviewQualityRequest { days: 9999 };
    assert_eq!(
        wrong_field(rita.get_review_quality(ages).await),
        (Code::InvalidArgument, "days".to_owned())
    );
}
