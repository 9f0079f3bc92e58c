//! Whatever a file does to its reader, the service learns which limit was reached.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use contract::file::ReadError;
use extraction::sandbox::{IntakeError, ReaderSettings, read_in_child};

fn reader() -> ReaderSettings {
    ReaderSettings {
        program: PathBuf::from(env!("CARGO_BIN_EXE_read-document")),
        ..ReaderSettings::default()
    }
}

fn misbehaving(how: &str) -> ReaderSettings {
    ReaderSettings {
        program: PathBuf::from(env!("CARGO_BIN_EXE_misbehaving-reader")),
        arguments: vec![how.to_owned()],
        memory_bytes: 256 << 20,
        cpu_seconds: 1,
        wall: Duration::from_secs(10),
        answer_bytes: 1 << 20,
        ..ReaderSettings::default()
    }
}

fn died(how: &str) -> IntakeError {
    IntakeError::ReaderDied { how: how.to_owned() }
}

#[tokio::test]
async fn every_way_to_misbehave_has_a_name() {
    for (how, error) in [
        ("compute", IntakeError::TookTooLong { seconds: 1 }),
        ("eat", IntakeError::TooMuchMemory { mebibytes: 256 }),
        ("flood", IntakeError::TooMuchMemory { mebibytes: 256 }),
        ("abort", died("signal 6")),
        ("overflow", died("signal 6")),
        ("babble", died("its answer cannot be understood")),
        ("write", died("signal 25")),
        ("fork", died("exit code 4")),
        ("tell", died("exit code 5")),
    ] {
        assert_eq!(
            read_in_child(b"%PDF-", &misbehaving(how)).await,
            Err(error),
            "{how}"
        );
    }
}

#[tokio::test]
async fn a_reader_that_sleeps_is_stopped_by_the_clock_on_the_wall() {
    let begun = Instant::now();
    let settings = ReaderSettings {
        wall: Duration::from_secs(1),
        ..misbehaving("sleep")
    };
    assert_eq!(
        read_in_child(b"%PDF-", &settings).await,
        Err(IntakeError::TookTooLong { seconds: 1 })
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_refusal_comes_back_as_it_was_made() {
    for (bytes, refusal) in [
        (b"".as_slice(), ReadError::Empty),
        (
            b"MZ",
            ReadError::NotADocument {
                looks_like: "a program".to_owned(),
            },
        ),
    ] {
        assert_eq!(
            read_in_child(bytes, &reader()).await,
            Err(IntakeError::Refused(refusal))
        );
    }
    let small = ReaderSettings {
        limits: contract::file::Limits {
            bytes: 3,
            ..Default::default()
        },
        ..reader()
    };
    let refusal = ReadError::TooLarge { bytes: 5, limit: 3 };
    assert_eq!(
        read_in_child(b"%PDF-", &small).await,
        Err(IntakeError::Refused(refusal))
    );
}

#[tokio::test]
async fn a_reader_that_is_not_there_is_not_the_files_fault() {
    let settings = ReaderSettings {
        program: PathBuf::from("/nowhere/reader"),
        ..reader()
    };
    let error = read_in_child(b"%PDF-", &settings).await.unwrap_err();
    assert_eq!(error.code(), "reader_not_started");
    assert!(error.to_string().contains("/nowhere/reader"), "{error}");
}

#[tokio::test]
async fn started_by_hand_it_says_what_to_use_instead() {
    let output = tokio::process::Command::new(reader().program)
        .env_clear()
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("quittance read FILE"));
}
