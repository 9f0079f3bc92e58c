//! Months of usage that retire by themselves: not before they are old enough, into files that read back, and only where that
//! is wanted.

use std::fs;
use std::path::{Path, PathBuf};

use invoicing::archive;
use invoicing::settings::Retiring;
use tempfile::TempDir;
use wire::archive::Digest;
use wire::invoicing::v1::{ListUsageMonthsRequest, RestoreUsageMonthRequest, UsageMonth};

use super::automatic::service;
use super::support::{Client, World, event, record, register, request_id, usage_plan};

async fn months(client: &mut Client) -> Vec<UsageMonth> {
    let answer = client.list_usage_months(ListUsageMonthsRequest {}).await;
    answer.unwrap().into_inner().months
}

/// Which months are here still, and which were taken off.
async fn archived(client: &mut Client) -> Vec<(String, bool)> {
    let months = months(client).await.into_iter();
    months
        .map(|month| (month.month, month.archived_at.is_some()))
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

async fn restore(client: &mut Client, month: &str, file: &Path) {
    let message = RestoreUsageMonthRequest {
        request_id: request_id(),
        month: month.to_owned(),
        events: archive::read(file).unwrap().map(Result::unwrap).collect(),
    };
    let messages = tokio_stream::iter([message]);
    client.restore_usage_month(messages).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn months_move_into_files_once_they_are_old_enough() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let at = |month: &str, id: &str| event("acme", id, &format!("2026-{month}-10T10:20:30.5Z"), "2.50");
    record(
        &mut admin,
        vec![
            at("01", "a"),
            at("01", "b, \"quoted\""),
            at("02", "c"),
            at("03", "d"),
        ],
    )
    .await;
    let home = TempDir::new().unwrap();
    let retiring = Retiring {
        folder: home.path().join("archive"),
        kept: 1,
    };
    let (never, _) = service(&world, "2036-01-01T00:00:00Z");
    assert_eq!(never.retire_old_usage().await.unwrap(), 0, "nobody wants it");
    let (early, _) = service(&world, "2026-02-28T23:59:59Z");
    let early = early.retiring(Some(retiring.clone()));
    assert_eq!(early.retire_old_usage().await.unwrap(), 0, "January is kept");
    let (late, _) = service(&world, "2026-03-01T00:00:00Z");
    let late = late.retiring(Some(retiring.clone()));
    assert_eq!(late.retire_old_usage().await.unwrap(), 1);
    assert_eq!(late.retire_old_usage().await.unwrap(), 0, "it is gone already");
    let expected = [("2026-01", true), ("2026-02", false), ("2026-03", false)];
    let expected = expected.map(|(month, gone)| (month.to_owned(), gone));
    assert_eq!(archived(&mut admin).await, expected);
    let folder = files(&retiring.folder).pop().unwrap();
    let written = files(&folder);
    assert_eq!(written.len(), 1, "{written:?}");
    let mut digest = Digest::default();
    archive::read(&written[0])
        .unwrap()
        .for_each(|event| digest.add(&event.unwrap()));
    assert_eq!(digest.events(), 2);
    assert_eq!(months(&mut admin).await[0].digest, digest.finish());
    assert_eq!(
        record(&mut admin, vec![at("01", "a")]).await.duplicates,
        1,
        "its names stay"
    );
    restore(&mut admin, "2026-01", &written[0]).await;
    assert!(archived(&mut admin).await.iter().all(|(_, gone)| !gone));
    assert_eq!(late.retire_old_usage().await.unwrap(), 1, "as old as before");
    assert_eq!(files(&folder), written, "the same events are the same file");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_that_cannot_be_written_stays_and_what_was_cut_off_is_begun_again() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    record(&mut admin, vec![event("acme", "a", "2026-01-10T10:00:00Z", "1")]).await;
    let home = TempDir::new().unwrap();
    let retiring = Retiring {
        folder: home.path().join("archive"),
        kept: 1,
    };
    let (old, _) = service(&world, "2026-03-01T00:00:00Z");
    let old = old.retiring(Some(retiring.clone()));
    fs::write(&retiring.folder, "a file where the folder should be").unwrap();
    assert_eq!(old.retire_old_usage().await.unwrap(), 0);
    assert_eq!(archived(&mut admin).await, [("2026-01".to_owned(), false)]);
    fs::remove_file(&retiring.folder).unwrap();
    assert_eq!(old.retire_old_usage().await.unwrap(), 1);
    let folder = files(&retiring.folder).pop().unwrap();
    let written = files(&folder).pop().unwrap();
    restore(&mut admin, "2026-01", &written).await;
    fs::write(folder.join("2026-01.draft"), "source,id\nhalf a row").unwrap();
    assert_eq!(old.retire_old_usage().await.unwrap(), 1);
    assert_eq!(files(&folder), [written]);
}
