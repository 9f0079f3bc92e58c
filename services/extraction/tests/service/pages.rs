//! Looking at pages, at earlier revisions and at the file itself, and finding contracts among many.

use runtime::caller::Role;
use tokio_stream::StreamExt;
use tonic::Code;
use wire::extraction::v1;
use wire::extraction::v1::ContractState;

use super::support::*;

async fn read_contract(house: &House) -> String {
    let mut admin = house.admin();
    let answer = upload(&mut admin, "Order Form.pdf", CONTRACT).await.unwrap();
    wait_for(&mut admin, &answer.contract_id, ContractState::NeedsReview).await;
    answer.contract_id
}

#[tokio::test]
async fn a_page_is_its_words_with_boxes_and_a_picture_of_itself() {
    let house = House::running().await;
    let id = read_contract(&house).await;
    let mut admin = house.admin();
    let ask = |page| v1::GetPageRequest {
        contract_id: id.clone(),
        page,
    };
    let page = admin.get_page(ask(1)).await.unwrap().into_inner();
    assert!(page.drawable && page.width > 0 && page.height > page.width);
    let words: Vec<_> = page.lines.iter().flat_map(|line| &line.words).collect();
    assert!(words.iter().any(|word| word.text == "Order"), "{words:?}");
    for word in &words {
        let at = word.r#box.unwrap();
        let within = 0 <= at.left && at.left < at.right && at.right <= i32::try_from(page.width).unwrap();
        assert!(within, "{word:?}");
    }
    assert_eq!(
        refusal(admin.get_page(ask(99)).await),
        (Code::NotFound, "PAGE_UNKNOWN".into())
    );

    let draw = |page, width| v1::GetPageImageRequest {
        contract_id: id.clone(),
        page,
        width,
    };
    let first = admin.get_page_image(draw(1, 600)).await.unwrap().into_inner().png;
    assert!(first.starts_with(b"\x89PNG"));
    assert_eq!(u32::from_be_bytes(first[16..20].try_into().unwrap()), 600);
    let again = admin.get_page_image(draw(1, 600)).await.unwrap().into_inner().png;
    assert_eq!(first, again);
    assert_eq!(
        refusal(admin.get_page_image(draw(99, 600)).await),
        (Code::FailedPrecondition, "NOT_DRAWABLE".into())
    );
    assert_eq!(
        wrong_field(admin.get_page_image(draw(1, 99_999)).await),
        (Code::InvalidArgument, "width".into())
    );
    let mut stranger = house.stranger();
    assert_eq!(
        refusal(stranger.get_page(ask(1)).await),
        (Code::NotFound, "CONTRACT_UNKNOWN".into())
    );
    assert_eq!(
        refusal(stranger.get_page_image(draw(1, 600)).await),
        (Code::NotFound, "CONTRACT_UNKNOWN".into())
    );
}

#[tokio::test]
async fn a_text_has_words_and_no_picture() {
    let house = House::running().await;
    let mut admin = house.admin();
    let text = b"Order Form. The Customer pays USD 500.00 per month for the Platform.";
    let answer = upload(&mut admin, "order.txt", text).await.unwrap();
    wait_for(&mut admin, &answer.contract_id, ContractState::NeedsReview).await;
    let ask = v1::GetPageRequest {
        contract_id: answer.contract_id.clone(),
        page: 1,
    };
    let page = admin.get_page(ask).await.unwrap().into_inner();
    assert!(!page.drawable && page.width == 0 && !page.lines.is_empty());
    let draw = v1::GetPageImageRequest {
        contract_id: answer.contract_id,
        page: 1,
        width: 0,
    };
    assert_eq!(
        refusal(admin.get_page_image(draw).await),
        (Code::FailedPrecondition, "NOT_DRAWABLE".into())
    );
}

#[tokio::test]
async fn a_file_comes_back_as_it_was() {
    let house = House::running().await;
    let id = read_contract(&house).await;
    let request = v1::DownloadDocumentRequest {
        contract_id: id.clone(),
    };
    let mut pieces = house
        .admin()
        .download_document(request.clone())
        .await
        .unwrap()
        .into_inner();
    let (mut name, mut bytes) = (String::new(), Vec::new());
    while let Some(piece) = pieces.next().await {
        let piece = piece.unwrap();
        name.push_str(&piece.file_name);
        bytes.extend(piece.chunk);
    }
    assert_eq!((name.as_str(), bytes == CONTRACT), ("Order Form.pdf", true));
    let refused = house.stranger().download_document(request).await.map(drop);
    assert_eq!(refusal(refused), (Code::NotFound, "CONTRACT_UNKNOWN".into()));
}

#[tokio::test]
async fn a_contract_is_shown_as_it_was_at_a_revision() {
    let house = House::running().await;
    let id = read_contract(&house).await;
    let mut dana = house.person("dana", Role::Reviewer);
    let before = get(&mut dana, &id).await;
    let revision = revision_of(&before);
    let edit = v1::EditTermRequest {
        request_id: super::support::id(),
        contract_id: id.clone(),
        revision,
        path: "/customer".into(),
        value: "Somebody Else Ltd".into(),
        reason: "the order form names a branch".into(),
    };
    dana.edit_term(edit).await.unwrap();
    let ask = |revision| v1::GetContractRequest {
        contract_id: id.clone(),
        revision,
    };
    let now = dana
        .get_contract(ask(0))
        .await
        .unwrap()
        .into_inner()
        .contract
        .unwrap();
    let then = dana
        .get_contract(ask(revision))
        .await
        .unwrap()
        .into_inner()
        .contract
        .unwrap();
    assert_eq!(now.summary.as_ref().unwrap().customer, "Somebody Else Ltd");
    assert_eq!(now.summary.as_ref().unwrap().last_actor, "dana");
    assert_eq!(then.terms, before.terms);
    assert_ne!(then.terms, now.terms);
    assert_eq!(
        refusal(dana.get_contract(ask(999)).await),
        (Code::NotFound, "REVISION_UNKNOWN".into())
    );
}

#[tokio::test]
async fn contracts_are_counted_and_found_by_what_they_are_called() {
    let house = House::without_recogniser().await;
    let mut admin = house.admin();
    let scan = upload(&mut admin, "50% off_scan.pdf", SCAN).await.unwrap();
    wait_for(&mut admin, &scan.contract_id, ContractState::Failed).await;
    read_contract(&house).await;
    for (search, found) in [
        ("", 2),
        ("order form", 1),
        ("ORDER", 1),
        ("50% off_", 1),
        ("%", 1),
        ("_scan", 1),
        ("nobody", 0),
        ("' OR 1=1", 0),
    ] {
        let list = v1::ListContractsRequest {
            search: search.into(),
            ..Default::default()
        };
        let listed = admin
            .list_contracts(list)
            .await
            .unwrap()
            .into_inner()
            .contracts
            .len();
        let count = v1::CountContractsRequest {
            search: search.into(),
        };
        let counts = admin.count_contracts(count).await.unwrap().into_inner().counts;
        let counted: u64 = counts.iter().map(|count| count.contracts).sum();
        assert_eq!(
            (listed, counted),
            (found, u64::try_from(found).unwrap()),
            "{search}"
        );
    }
    let none = v1::CountContractsRequest::default();
    let counts = admin
        .count_contracts(none.clone())
        .await
        .unwrap()
        .into_inner()
        .counts;
    let states: Vec<_> = counts
        .iter()
        .map(|count| (count.state(), count.contracts))
        .collect();
    assert_eq!(
        states,
        [(ContractState::Failed, 1), (ContractState::NeedsReview, 1)]
    );
    let theirs = house.stranger().count_contracts(none).await.unwrap().into_inner();
    assert_eq!(theirs.counts, []);
    let long = v1::ListContractsRequest {
        search: "x".repeat(201),
        ..Default::default()
    };
    assert_eq!(
        wrong_field(admin.list_contracts(long).await),
        (Code::InvalidArgument, "search".into())
    );
}

#[tokio::test]
async fn a_key_says_whose_it_is() {
    let house = House::running().await;
    let mut dana = house.person("dana", Role::Reviewer);
    let caller = dana
        .get_caller(v1::GetCallerRequest {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!((caller.name.as_str(), caller.role.as_str()), ("dana", "reviewer"));
}
