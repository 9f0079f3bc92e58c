//! Pages that are pictures: read through tesseract where it is, refused where it is not, never verified.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use contract::page::{Document, Visibility};
use extraction::sandbox::{
    IntakeError, Progress, ReaderSettings, Recogniser, read_all_in_child, read_in_child, read_telling,
};
use wire::extraction::v1;
use wire::extraction::v1::page_word::Visibility as Seen;

use super::support::{Client, House, SCAN, get, id, state, upload};

fn reader() -> ReaderSettings {
    ReaderSettings {
        program: PathBuf::from(env!("CARGO_BIN_EXE_read-document")),
        arguments: Vec::new(),
        // These programs are not optimised, and a page is many pixels.
        cpu_seconds: 60,
        wall: Duration::from_secs(180),
        ..ReaderSettings::default()
    }
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
/// Tesseract is not everywhere; where it is not, that is said loudly.
fn tesseract() -> bool {
    let found = ReaderSettings::default().recogniser.is_some();
    if !found {
        eprintln!("*** NOT TESTED HERE: scans; install tesseract-ocr ***");
    }
    found
}

fn recognised(document: &Document) -> usize {
    let words = document.lines().flat_map(|line| &line.words);
    words
        .filter(|word| matches!(word.visible, Visibility::Ocr(_)))
        .count()
}

#[tokio::test]
async fn a_scan_is_read_and_nothing_in_it_is_verified() {
    if !tesseract() {
        return;
    }
    let mut house = House::new("http://127.0.0.1:9").await;
    house.reader().cpu_seconds = 60;
    house.reader().wall = Duration::from_secs(180);
    house.start().await;
    let mut admin = house.admin();
    let answer = upload(&mut admin, "scan.pdf", SCAN).await.unwrap();
    follow(&mut admin, &answer.contract_id).await;
    let contract = get(&mut admin, &answer.contract_id).await;
    assert_eq!(state(&contract), v1::ContractState::NeedsReview);
    let value = |path: &str| {
        let term = contract.terms.iter().find(|term| term.path == path);
        term.map(|term| term.value.as_str())
    };
    assert_eq!(value("/effective_date"), Some("2026-03-01"));
    assert_eq!(value("/term/months"), Some("12"));
    assert_eq!(value("/renewal/notice_days"), Some("60"));
    assert!(
        contract.terms.iter().any(|term| term.value == "385.00"),
        "{:?}",
        contract.terms
    );
    assert!(contract.terms.iter().all(|term| term.status != "verified"));
    let numbers: Vec<_> = contract
        .flags
        .iter()
        .filter(|flag| flag.code == "RECOGNISED_NUMBER")
        .collect();
    assert_eq!(numbers.len(), 2, "one for each page");
    assert!(
        numbers
            .iter()
            .all(|flag| !flag.resolved && flag.severity == i32::from(v1::flag::Severity::Review))
    );
    let submitted = admin
        .submit_contract(v1::SubmitContractRequest {
            request_id: id(),
            contract_id: answer.contract_id.clone(),
            revision: contract.summary.as_ref().unwrap().revision,
        })
        .await;
    assert!(submitted.is_err(), "a number nobody compared cannot be approved");
    pages_and_record(&mut admin, &answer.contract_id).await;
}

/// Watches until a person has the word, and is told what takes long on the way.
async fn follow(admin: &mut Client, contract: &str) {
    let request = v1::WatchContractRequest {
        contract_id: contract.to_owned(),
    };
    let mut told = admin.watch_contract(request).await.unwrap().into_inner();
    let mut stages = Vec::new();
    while let Some(message) = told.message().await.unwrap() {
        stages.push(message.stage);
    }
    assert!(
        stages.contains(&"recognising scanned pages: 1 of 2".to_owned()),
        "{stages:?}"
    );
}

async fn pages_and_record(admin: &mut Client, contract: &str) {
    let request = v1::GetPageRequest {
        contract_id: contract.to_owned(),
        page: 1,
    };
    let page = admin.get_page(request).await.unwrap().into_inner();
    let words: Vec<_> = page.lines.iter().flat_map(|line| &line.words).collect();
    assert!(
        words.len() > 100
            && words
                .iter()
                .all(|word| word.visibility == i32::from(Seen::Recognised))
    );
    let request = v1::ListEventsRequest {
        contract_id: contract.to_owned(),
    };
    let events = admin.list_events(request).await.unwrap().into_inner().events;
    let told = events.iter().find(|event| event.action == "recognising");
    assert_eq!(told.unwrap().after, "1 of 2");
}

#[tokio::test]
async fn a_scan_in_an_e_mail_is_read_too() {
    if !tesseract() {
        return;
    }
    let mail = format!(
        "From: Ana <ana@provider.example>\r\nTo: Bo <bo@customer.example>\r\nSubject: Signed\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=\"cut\"\r\n\r\n--cut\r\nContent-Type: text/plain\r\n\r\nSigned copy attached.\r\n\
        --cut\r\nContent-Type: application/pdf; name=\"signed.pdf\"\r\nContent-Disposition: attachment; filename=\"signed.pdf\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--cut--\r\n",
        BASE64_STANDARD.encode(SCAN)
    );
    let parts = read_all_in_child(mail.as_bytes(), &reader()).await.unwrap();
    let [body, scan] = parts.as_slice() else {
        panic!("two parts")
    };
    assert_eq!(recognised(body.read.as_ref().unwrap()), 0);
    let scan = scan.read.as_ref().unwrap();
    assert!(recognised(scan) > 200, "{}", recognised(scan));
    assert!(
        scan.lines()
            .any(|line| line.text().contains("MAINTENANCE AGREEMENT"))
    );
}

#[tokio::test]
async fn whoever_waits_is_told_page_by_page() {
    if !tesseract() {
        return;
    }
    let told = std::sync::Mutex::new(Vec::new());
    let parts = read_telling(SCAN, &reader(), &|progress| told.lock().unwrap().push(progress)).await;
    let parts = parts.unwrap();
    assert!(recognised(parts[0].read.as_ref().unwrap()) > 200);
    let progress = |done| Progress { done, pages: 2 };
    assert_eq!(*told.lock().unwrap(), [progress(1), progress(2)]);
}

#[tokio::test]
async fn without_a_recogniser_a_scan_is_refused_with_what_to_install() {
    let settings = ReaderSettings {
        recogniser: None,
        ..reader()
    };
    let refused = read_in_child(SCAN, &settings).await.unwrap_err();
    assert_eq!(refused, IntakeError::NoRecogniser { pages: 2 });
    assert_eq!(refused.code(), "no_text");
    assert!(
        refused.to_string().contains("apt-get install tesseract-ocr"),
        "{refused}"
    );
    assert_eq!(read_all_in_child(SCAN, &settings).await.unwrap_err(), refused);
}

/// A page on which nothing is drawn: to be recognised like any without text, and drawn in no time.
fn blank() -> Vec<u8> {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>",
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut table = String::from("xref\n0 4\n0000000000 65535 f \n");
    for (number, object) in (1..).zip(objects) {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.push_str(&format!("{number} 0 obj{object}endobj\n"));
    }
    let start = pdf.len();
    format!("{pdf}{table}trailer<</Size 4/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").into_bytes()
}

/// A program in a folder that everybody may look into.
fn program(script: &str) -> (tempfile::TempDir, Recogniser) {
    let folder = tempfile::tempdir().unwrap();
    let everybody = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), everybody.clone()).unwrap();
    let path = folder.path().join("tesseract");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, everybody).unwrap();
    let recogniser = Recogniser {
        page_seconds: 1,
        ..Recogniser::at(path)
    };
    (folder, recogniser)
}

#[tokio::test]
async fn a_recogniser_that_does_not_work_is_named_and_stopped() {
    for (script, cause) in [
        ("#!/bin/sh\nexit 3\n", "exit code 3"),
        ("#!/bin/sh\nwhile :; do :; done\n", "took more than"),
        ("#!/bin/sh\nsleep 60\n", ""),
        ("#!/bin/sh\necho stolen > /tmp/escaped-scan || exit 9\n", "died"),
    ] {
        let (_folder, recogniser) = program(script);
        let settings = ReaderSettings {
            recogniser: Some(recogniser),
            ..reader()
        };
        let begun = Instant::now();
        let error = read_in_child(&blank(), &settings).await.unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(60), "{script}");
        let expected = cause == "died" || error.to_string().contains(cause);
        assert!(
            matches!(error, IntakeError::NotRecognised { pages: 1, .. }) && expected,
            "{error}"
        );
    }
    assert!(std::fs::read("/tmp/escaped-scan").unwrap_or_default().is_empty());
}

#[tokio::test]
async fn a_recogniser_that_says_nothing_leaves_a_refusal() {
    let (_folder, recogniser) = program("#!/bin/sh\nexit 0\n");
    let settings = ReaderSettings {
        recogniser: Some(recogniser),
        ..reader()
    };
    let refused = read_in_child(&blank(), &settings).await.unwrap_err();
    assert_eq!(
        refused,
        IntakeError::Refused(contract::file::ReadError::NoText { pages: 1 })
    );
}
