//! Handing in files: what is stored, what is refused, and what the reader's limits come to.

use std::path::PathBuf;
use std::time::Duration;

use super::support::*;
use contract::file::Limits;
use extraction::model::ModelSettings;
use runtime::caller::Role;
use sha2::{Digest, Sha256};
use tokio_stream::StreamExt;
use tonic::{Code, Status};
use wire::extraction::v1;

async fn documents(house: &House) -> i64 {
    let mut transaction = runtime::tenancy::begin_for_worker(house.database.pool(), "test")
        .await
        .unwrap();
    sqlx::query_scalar("SELECT count(*) FROM document")
        .fetch_one(&mut *transaction)
        .await
        .unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[tokio::test]
async fn a_contract_is_stored_read_and_put_before_a_reviewer() {
    let house = House::running().await;
    let mut uploader = house.person("Uma", Role::Uploader);
    let whole = v1::UploadHeader {
        sha256: sha256(CONTRACT),
        ..header_of("forms/order-form.pdf", CONTRACT)
    };
    let answer = send(&mut uploader, whole, CONTRACT).await.unwrap();
    assert_eq!(
        (answer.sha256.as_str(), answer.already_known),
        (sha256(CONTRACT).as_str(), false)
    );

    let watched = v1::WatchContractRequest {
        contract_id: answer.contract_id.clone(),
    };
    let seen: Vec<_> = uploader
        .watch_contract(watched)
        .await
        .unwrap()
        .into_inner()
        .collect()
        .await;
    let states: Vec<_> = seen.iter().map(|step| step.as_ref().unwrap().state()).collect();
    assert_eq!(states.last(), Some(&v1::ContractState::NeedsReview), "{seen:?}");
    assert!(seen.iter().all(|step| !step.as_ref().unwrap().stage.is_empty()));

    let contract = get(&mut uploader, &answer.contract_id).await;
    let summary = contract.summary.clone().unwrap();
    assert_eq!(summary.file_name, "order-form.pdf");
    assert!(contract.pages > 0 && contract.readers == "rules", "{contract:?}");
}

#[tokio::test]
async fn the_same_bytes_are_the_same_contract() {
    let house = House::running().await;
    let first = upload(&mut house.person("Uma", Role::Uploader), "a.pdf", CONTRACT)
        .await
        .unwrap();
    let second = upload(&mut house.admin(), "b.pdf", CONTRACT).await.unwrap();
    assert_eq!(
        (second.contract_id, second.already_known),
        (first.contract_id.clone(), true)
    );
    // To another company it is a contract of its own.
    let strange = upload(&mut house.stranger(), "a.pdf", CONTRACT).await.unwrap();
    assert_ne!(strange.contract_id, first.contract_id);
    assert!(!strange.already_known);
    assert_eq!(documents(&house).await, 2);
}

#[tokio::test]
async fn the_same_request_gives_the_same_answer() {
    let house = House::running().await;
    let mut admin = house.admin();
    let header = header_of("a.pdf", CONTRACT);
    let first = send(&mut admin, header.clone(), CONTRACT).await.unwrap();
    assert_eq!(send(&mut admin, header.clone(), CONTRACT).await.unwrap(), first);
    let other = v1::UploadHeader {
        file_name: "b.pdf".into(),
        ..header
    };
    assert_eq!(
        refusal(send(&mut admin, other, CONTRACT).await),
        (Code::AlreadyExists, "REQUEST_ID_REUSED".into())
    );
    let nameless = v1::UploadHeader {
        request_id: String::new(),
        ..header_of("a.pdf", CONTRACT)
    };
    assert_eq!(
        wrong_field(send(&mut admin, nameless, CONTRACT).await),
        (Code::InvalidArgument, "request_id".into())
    );
}

#[tokio::test]
async fn what_is_not_a_whole_contract_leaves_nothing_behind() {
    let mut house = House::new("http://127.0.0.1:9").await;
    house.reader().limits = Limits {
        bytes: 100_000,
        ..Limits::default()
    };
    house.start().await;
    let mut admin = house.admin();
    let large = vec![b'x'; 100_001];
    let half = &CONTRACT[..CONTRACT.len() / 2];
    let announced = |bytes: &[u8]| header_of("a.pdf", bytes);
    let unannounced = v1::UploadHeader {
        size: 0,
        ..announced(&large)
    };
    let wrong_hash = v1::UploadHeader {
        sha256: sha256(b"other"),
        ..announced(CONTRACT)
    };
    for (header, bytes, code, reason) in [
        (announced(CONTRACT), half, Code::Aborted, "UPLOAD_CUT"),
        (
            announced(&large),
            &large[..],
            Code::ResourceExhausted,
            "FILE_TOO_LARGE",
        ),
        (unannounced, &large[..], Code::ResourceExhausted, "FILE_TOO_LARGE"),
        (announced(b""), b"", Code::InvalidArgument, "EMPTY"),
        (
            announced(b"MZ\x90"),
            b"MZ\x90",
            Code::InvalidArgument,
            "NOT_A_DOCUMENT",
        ),
        (wrong_hash, CONTRACT, Code::InvalidArgument, "HASH_DIFFERS"),
    ] {
        assert_eq!(
            refusal(send(&mut admin, header, bytes).await),
            (code, reason.into())
        );
    }
    assert_eq!(documents(&house).await, 0);
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing_behind() {
    let house = House::running().await;
    let mut admin = house.admin();
    let mut sent = parts(header_of("a.pdf", CONTRACT), CONTRACT);
    sent.truncate(2);
    let stream = tokio_stream::iter(sent).chain(tokio_stream::pending());
    let broken = tokio::time::timeout(Duration::from_millis(500), admin.upload_document(stream)).await;
    assert!(broken.is_err(), "an upload without an end was answered");
    assert_eq!(documents(&house).await, 0);
}

#[tokio::test]
async fn a_header_must_come_first_once_and_name_the_file() {
    let house = House::running().await;
    let mut admin = house.admin();
    let whole = parts(header_of("a.pdf", CONTRACT), CONTRACT);
    let headless: Vec<_> = whole.iter().skip(1).cloned().collect();
    let two_headed: Vec<_> = whole.iter().take(1).chain(&whole).cloned().collect();
    for (sent, field) in [
        (headless, "header"),
        (Vec::new(), "header"),
        (two_headed, "chunk"),
        (parts(header_of("", CONTRACT), CONTRACT), "header.file_name"),
        (
            parts(header_of("a\u{7}.pdf", CONTRACT), CONTRACT),
            "header.file_name",
        ),
        (
            parts(header_of(&"a".repeat(256), CONTRACT), CONTRACT),
            "header.file_name",
        ),
    ] {
        let answer = admin.upload_document(tokio_stream::iter(sent)).await;
        assert_eq!(wrong_field(answer), (Code::InvalidArgument, field.into()));
    }
}

#[tokio::test]
async fn a_picture_fails_by_name_and_is_tried_again_when_it_is_sent_again() {
    let house = House::without_recogniser().await;
    let mut admin = house.admin();
    let answer = upload(&mut admin, "scan.pdf", SCAN).await.unwrap();
    let failed = wait_for(&mut admin, &answer.contract_id, v1::ContractState::Failed).await;
    let failure = failed.failure.unwrap();
    assert_eq!(failure.code, "no_text");
    assert!(failure.sentence.contains("scan"), "{}", failure.sentence);
    assert!(failure.sentence.contains("tesseract-ocr"), "{}", failure.sentence);
    assert!(failed.terms.is_empty() && failed.plan.is_none());

    let again = upload(&mut admin, "scan.pdf", SCAN).await.unwrap();
    assert_eq!(
        (again.contract_id.as_str(), again.already_known),
        (answer.contract_id.as_str(), true)
    );
    let events = v1::ListEventsRequest {
        contract_id: answer.contract_id,
    };
    eventually("a second failure", || {
        let (mut admin, events) = (admin.clone(), events.clone());
        Box::pin(async move {
            let events = admin.list_events(events).await.unwrap().into_inner().events;
            (events.iter().filter(|event| event.action == "failed").count() == 2).then_some(())
        })
    })
    .await;
}

#[tokio::test]
async fn a_file_that_kills_its_reader_fails_and_the_next_one_is_read() {
    let mut house = House::new("http://127.0.0.1:9").await;
    let real = house.reader().program.clone();
    // Dies on the scan, reads everything else.
    let size = SCAN.len().to_string();
    let script = format!(
        "f=$(mktemp); cat > $f; if [ $(wc -c < $f) -eq {size} ]; then rm $f; kill -SEGV $$; fi; \
         {} < $f; s=$?; rm $f; exit $s",
        real.display()
    );
    house.reader().program = PathBuf::from("/bin/sh");
    house.reader().arguments = vec!["-c".into(), script];
    house.start().await;
    let mut admin = house.admin();
    let killer = upload(&mut admin, "scan.pdf", SCAN).await.unwrap();
    let victim = upload(&mut admin, "a.pdf", CONTRACT).await.unwrap();
    let failed = wait_for(&mut admin, &killer.contract_id, v1::ContractState::Failed).await;
    assert_eq!(failed.failure.unwrap().code, "reader_died");
    wait_for(&mut admin, &victim.contract_id, v1::ContractState::NeedsReview).await;
}

#[tokio::test]
async fn a_crash_while_reading_loses_nothing() {
    let mut house = House::new("http://127.0.0.1:9").await;
    let real = house.reader().clone();
    house.reader().program = PathBuf::from("/bin/sh");
    house.reader().arguments = vec!["-c".into(), "sleep 60".into()];
    house.start().await;
    let answer = upload(&mut house.admin(), "a.pdf", CONTRACT).await.unwrap();
    wait_for(
        &mut house.admin(),
        &answer.contract_id,
        v1::ContractState::Reading,
    )
    .await;
    house.kill();
    *house.reader() = real;
    house.start().await;
    wait_for(
        &mut house.admin(),
        &answer.contract_id,
        v1::ContractState::NeedsReview,
    )
    .await;
}

#[tokio::test]
async fn a_file_that_takes_the_whole_service_down_again_and_again_is_given_up() {
    let mut house = House::new("http://127.0.0.1:9").await;
    let real = house.reader().clone();
    house.reader().program = PathBuf::from("/bin/sh");
    house.reader().arguments = vec!["-c".into(), "sleep 60".into()];
    let mut known = None;
    for attempt in 1..=3 {
        house.start().await;
        known = Some(upload(&mut house.admin(), "a.pdf", CONTRACT).await.unwrap());
        let events = v1::ListEventsRequest {
            contract_id: known.clone().unwrap().contract_id,
        };
        eventually("an attempt", || {
            let (mut admin, events) = (house.admin(), events.clone());
            Box::pin(async move {
                let events = admin.list_events(events).await.unwrap().into_inner().events;
                (events.iter().filter(|event| event.action == "reading").count() == attempt).then_some(())
            })
        })
        .await;
        house.kill();
    }
    *house.reader() = real;
    house.start().await;
    let contract_id = known.unwrap().contract_id;
    let failed = wait_for(&mut house.admin(), &contract_id, v1::ContractState::Failed).await;
    assert_eq!(failed.failure.unwrap().code, "reader_died");
}

#[tokio::test]
async fn without_a_reader_a_contract_waits_instead_of_failing() {
    let mut house = House::new("http://127.0.0.1:9").await;
    house.reader().program = PathBuf::from("/nowhere/reader");
    house.start().await;
    let mut admin = house.admin();
    let answer = upload(&mut admin, "a.pdf", CONTRACT).await.unwrap();
    let events = v1::ListEventsRequest {
        contract_id: answer.contract_id.clone(),
    };
    eventually("a postponement", || {
        let (mut admin, events) = (admin.clone(), events.clone());
        Box::pin(async move {
            let events = admin.list_events(events).await.unwrap().into_inner().events;
            events
                .iter()
                .any(|event| event.action == "postponed")
                .then_some(())
        })
    })
    .await;
    assert_eq!(
        state(&get(&mut admin, &answer.contract_id).await),
        v1::ContractState::Received
    );
}

#[tokio::test]
async fn when_the_model_fails_the_rules_alone_read_and_a_flag_says_so() {
    let mut house = House::new("http://127.0.0.1:9").await;
    let mut model = ModelSettings::new("http://127.0.0.1:9/v1", "m-1");
    (model.pace.first, model.pace.longest) = (Duration::from_millis(1), Duration::from_millis(1));
    *house.model() = Some(model);
    house.start().await;
    let mut admin = house.admin();
    let answer = upload(&mut admin, "a.pdf", CONTRACT).await.unwrap();
    let contract = wait_for(&mut admin, &answer.contract_id, v1::ContractState::NeedsReview).await;
    assert_eq!(contract.readers, "rules");
    let flag = contract
        .flags
        .iter()
        .find(|flag| flag.code == "MODEL_NOT_USED")
        .unwrap();
    assert!(!flag.sentence.is_empty() && !flag.what_to_do.is_empty());
}

#[tokio::test]
async fn only_uploaders_upload() {
    let house = House::running().await;
    for role in [Role::Reviewer, Role::Approver, Role::Finance, Role::Service] {
        let answer: Result<_, Status> =
            upload(&mut house.person(&format!("a {role}"), role), "a.pdf", CONTRACT).await;
        assert_eq!(
            refusal(answer),
            (Code::PermissionDenied, "ROLE_NEEDED".into()),
            "{role}"
        );
    }
    assert_eq!(documents(&house).await, 0);
}
