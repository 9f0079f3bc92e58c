//! Looking through many contracts.

use tonic::Code;
use wire::extraction::v1;

use super::support::*;

#[tokio::test]
async fn lists_come_in_pages_newest_first_and_by_state() {
    let house = House::without_recogniser().await;
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
