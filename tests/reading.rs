//! `quittance read`: every file gives terms with evidence, or a named refusal; never a crash, never an empty plan without
//! a reason.

mod program;

use std::fs;
use std::path::{Path, PathBuf};

use program::{Installation, complaint, json, root, shared};
use serde_json::Value;

/// Files whose names end so are read; the others are notes beside them.
const ENDINGS: [&str; 6] = ["pdf", "docx", "html", "eml", "txt", "htm"];

fn read(files: &[PathBuf]) -> (Option<i32>, Vec<Value>) {
    let installation = Installation::new();
    let mut arguments = vec!["read", "--json"];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    let output = installation.run(&arguments);
    assert!(!complaint(&output).contains("panicked"), "{}", complaint(&output));
    (output.status.code(), json(&output).as_array().unwrap().clone())
}

/// A refusal has a code and a sentence; anything else has evidence for what it says and a reason for what it does not.
fn is_honest(answer: &Value) {
    if let Some(error) = answer.get("error") {
        assert!(
            !error["code"].as_str().unwrap().is_empty() && error["sentence"].as_str().unwrap().len() > 20,
            "{error}"
        );
        return;
    }
    for term in answer["terms"].as_array().unwrap() {
        let sourced = !term["evidence"].as_array().unwrap().is_empty() || term["status"] == "derived";
        assert!(sourced, "{} has no source: {term:#}", answer["file"]);
        for evidence in term["evidence"].as_array().unwrap() {
            assert!(
                !evidence["quote"].as_str().unwrap().is_empty(),
                "{} {term:#}",
                answer["file"]
            );
        }
    }
    let charges = answer["plan"]["charges"].as_array().map_or(0, Vec::len);
    let flags = answer["flags"].as_array().unwrap().len();
    assert!(
        charges > 0 || flags > 0,
        "{} has an empty plan without a reason",
        answer["file"]
    );
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(documents(&path));
        } else if path
            .extension()
            .is_some_and(|end| ENDINGS.iter().any(|known| end == *known))
        {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn the_samples_are_read_with_evidence() {
    let files: Vec<PathBuf> = documents(&root().join("samples"))
        .into_iter()
        .filter(|file| file.ends_with("contract.pdf"))
        .collect();
    assert_eq!(files.len(), 13);
    let (code, answers) = read(&files);
    assert_eq!(code, Some(2), "the scan is refused");
    answers.iter().for_each(is_honest);
    let codes: Vec<&str> = answers
        .iter()
        .filter_map(|answer| answer["error"]["code"].as_str())
        .collect();
    assert_eq!(codes, ["no_text"]);
}

#[test]
fn a_scan_is_read_where_tesseract_is_and_refused_with_what_to_install_where_it_is_not() {
    let scan = root().join("samples/13-scan-without-text/contract.pdf");
    let read = |path: Option<&str>| {
        let installation = Installation::new();
        let mut command = installation.command(&["read", "--json", scan.to_str().unwrap()]);
        command
            .env_remove("QUITTANCE_TESSERACT")
            .env("QUITTANCE_READER_SECONDS", "60");
        path.map(|path| command.env("PATH", path));
        json(&command.output().unwrap())[0].clone()
    };
    let refused = read(Some(""));
    assert_eq!(refused["error"]["code"], "no_text");
    let sentence = refused["error"]["sentence"].as_str().unwrap();
    assert!(sentence.contains("tesseract-ocr"), "{sentence}");
    if std::process::Command::new("tesseract")
        .arg("--version")
        .output()
        .is_err()
    {
        eprintln!("*** NOT TESTED HERE: reading scans; install tesseract-ocr ***");
        return;
    }
    let answer = read(None);
    is_honest(&answer);
    let terms = answer["terms"].as_array().unwrap();
    let known = |path: &str, value: &str| {
        terms
            .iter()
            .any(|term| term["path"] == path && term["value"] == value)
    };
    assert!(
        known("/effective_date", "2026-03-01") && known("/term/months", "12"),
        "{terms:#?}"
    );
    assert!(terms.iter().any(|term| term["value"] == "385.00"), "{terms:#?}");
    assert!(terms.iter().all(|term| term["status"] != "verified"));
    let flags = answer["flags"].as_array().unwrap();
    let open = |code: &str| {
        flags
            .iter()
            .any(|flag| flag["code"] == code && flag["open"] == true)
    };
    assert!(open("RECOGNISED_NUMBER") && open("SCANNED_PAGE"), "{flags:#?}");
}

#[test]
fn real_contracts_are_read_or_refused_by_name() {
    let Some(folder) = shared("contracts") else { return };
    let (_, answers) = read(&documents(&folder));
    assert!(answers.len() >= 20);
    answers.iter().for_each(is_honest);
}

#[test]
fn damaged_files_are_read_or_refused_by_name() {
    let Some(folder) = shared("hostile") else { return };
    let (_, answers) = read(&documents(&folder));
    assert!(answers.len() >= 20);
    for answer in answers {
        if let Some(error) = answer.get("error") {
            assert!(error["sentence"].as_str().unwrap().len() > 20, "{answer}");
        }
    }
}

#[test]
fn what_is_no_contract_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&str, &[u8], &str); 4] = [
        ("empty.pdf", b"", "empty"),
        (
            "program.pdf",
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0",
            "not_a_document",
        ),
        ("damaged.pdf", b"%PDF-1.7\n1 0 obj\n<<", "damaged"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not_a_document"),
    ];
    for (name, bytes, code) in cases {
        let file = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        let (exit, answers) = read(&[file]);
        assert_eq!(
            (exit, answers[0]["error"]["code"].as_str()),
            (Some(2), Some(code)),
            "{name}: {}",
            answers[0]
        );
    }
    let (exit, answers) = read(&[folder.path().join("nowhere.pdf")]);
    assert_eq!(
        (exit, answers[0]["error"]["code"].as_str()),
        (Some(2), Some("no_such_file"))
    );
}

#[test]
fn several_files_are_contracts_in_the_order_they_were_named_or_one_contract_together() {
    let folder = root().join("tests/known/housing-framework-order-sow");
    let files = ["msa.txt", "order-form-1.txt", "sow-1.txt"].map(|name| folder.join(name));
    let (code, answers) = read(&files);
    assert_eq!((code, answers.len()), (Some(0), 3));
    for (file, answer) in files.iter().zip(&answers) {
        assert_eq!(answer["file"], file.to_str().unwrap());
    }

    let mut arguments = vec!["read", "--json", "--together"];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    let together = json(&Installation::new().run(&arguments));
    let [contract] = together.as_array().unwrap().as_slice() else {
        panic!("{together:#}");
    };
    is_honest(contract);
    let documents: std::collections::BTreeSet<&str> = contract["terms"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|term| term["evidence"].as_array().unwrap())
        .map(|evidence| evidence["document"].as_str().unwrap())
        .collect();
    assert!(documents.len() >= 2, "{contract:#}");
}
