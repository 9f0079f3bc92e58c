//! Copies are contracts like any other.

use extraction::{Copies, copy};
use runtime::caller::Role;
use uuid::Uuid;
use wire::extraction::v1;

use super::decisions::*;
use super::support::*;

async fn listed(client: &mut Client, search: &str) -> Vec<v1::ContractSummary> {
    let request = v1::ListContractsRequest {
        search: search.to_owned(),
        ..Default::default()
    };
    client
        .list_contracts(request)
        .await
        .unwrap()
        .into_inner()
        .contracts
}

#[tokio::test]
async fn a_copy_is_found_read_and_changed_like_the_contract_it_was_made_of() {
    let house = House::running().await;
    let mut rita = house.person("Rita", Role::Reviewer);
    let uploaded = upload(&mut house.admin(), "order-form.pdf", CONTRACT)
        .await
        .unwrap();
    let original = uploaded.contract_id;
    wait_for(&mut house.admin(), &original, v1::ContractState::NeedsReview).await;
    let before = get(&mut rita, &original).await;
    let copies = Copies {
        tenant: house.tenant,
        original: Uuid::try_parse(&original).unwrap(),
        numbers: vec![7, 8],
    };
    copy(house.database.pool(), &copies).await.unwrap();

    let found = listed(&mut rita, "customer 8,").await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].file_name, "order-8.pdf");
    let copied = get(&mut rita, &found[0].contract_id).await;
    assert_eq!(copied.terms.len(), before.terms.len());
    let customer = copied.terms.iter().find(|term| term.path == "/customer").unwrap();
    assert_eq!(customer.value, "Customer 8, Inc.");
    let page = v1::GetPageRequest {
        contract_id: found[0].contract_id.clone(),
        page: 1,
    };
    assert!(!rita.get_page(page).await.unwrap().into_inner().lines.is_empty());

    let change = edit(&found[0].contract_id, revision_of(&copied), "/customer", "Acme");
    edited(&mut rita, change).await.unwrap();
    assert_eq!(listed(&mut rita, "acme").await.len(), 1);
    assert_eq!(
        get(&mut rita, &original).await,
        before,
        "the original is as it was"
    );
    assert!(copy(house.database.pool(), &copies).await.is_err(), "once");
}
