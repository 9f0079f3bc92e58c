//! Files of usage, loaded by the real program: each row once, however often and wherever loading breaks off, and each row
//! that is not taken told with its place.

mod program;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use program::{Installation, Running, eventually};
use serde_json::Value;

struct House {
    installation: Installation,
    invoicing: Running,
}

impl House {
    fn open() -> Self {
        let installation = Installation::new();
        let environment = [("QUITTANCE_INVOICING_ADDRESS", "127.0.0.1:0")];
        let invoicing = installation.serve(&["serve", "invoicing"], &environment, 1);
        Self {
            installation,
            invoicing,
        }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.installation.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = self.installation.command(arguments);
        command.env("QUITTANCE_INVOICING_URL", self.invoicing.url("invoicing"));
        command
    }

    /// Exit code and answer.
    fn ask(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let output = self.command(arguments).arg("--json").output().unwrap();
        (
            output.status.code(),
            serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
        )
    }

    fn load(&self, file: &std::path::Path) -> (Option<i32>, Value) {
        self.ask(&["usage", "load", file.to_str().unwrap()])
    }
}

fn line(id: usize, value: &str) -> String {
    format!(
        r#"{{"source":"gateway","id":"{id}","account":"acme","meter":"call","time":"2026-01-05T10:00:00Z","value":{value}}}"#
    ) + "\n"
}

/// The same rows as CSV.
fn table(rows: usize) -> String {
    let mut text = "source,id,account,meter,time,value\n".to_owned();
    for id in 0..rows {
        writeln!(text, "gateway,{id},acme,call,2026-01-05T10:00:00Z,1").unwrap();
    }
    text
}

#[test]
fn what_is_not_taken_is_told_row_by_row_and_a_file_loaded_again_changes_nothing() {
    let house = House::open();
    let mut text: String = (0..4500).map(|id| line(id, "\"1\"")).collect();
    text.push_str(&line(9000, "1.5"));
    text.push_str(&line(7, "\"2\""));
    text.push_str("no event\n");
    let file = house.file("usage.ndjson", &text);
    let (code, told) = house.load(&file);
    assert_eq!(code, Some(2), "{told}");
    // No plan knows the account yet: everything waits.
    assert_eq!(
        (&told["unmatched"], &told["refused"]),
        (&4500.into(), &3.into()),
        "{told}"
    );
    let rejected = std::fs::read_to_string(told["rejected_file"].as_str().unwrap()).unwrap();
    let rows: Vec<&str> = rejected
        .lines()
        .skip(1)
        .map(|row| row.split(',').next().unwrap())
        .collect();
    assert_eq!(rows, ["4501", "4502", "4503"], "{rejected}");
    let (code, again) = house.load(&file);
    assert_eq!(
        (code, &again["unmatched"], &again["rows_before"]),
        (Some(0), &0.into(), &6000.into()),
        "{again}"
    );
    let (code, csv) = house.load(&house.file("usage.csv", table(4500)));
    assert_eq!(
        (code, &csv["duplicates"], &csv["unmatched"]),
        (Some(0), &4500.into(), &0.into()),
        "{csv}"
    );
    let (_, conflicts) = house.ask(&["usage", "conflicts"]);
    assert_eq!(
        (
            conflicts.as_array().unwrap().len(),
            &conflicts[0]["refused"]["id"]
        ),
        (1, &"7".into())
    );
}

/// 4500 rows of which one value has thirty digits and one account is absent.
const PARQUET: &str = "services/quittance/src/usage/rows/parquet/known/two-wrong-rows.parquet";

#[test]
fn a_parquet_file_is_taken_row_by_row_like_any_other() {
    let house = House::open();
    let parquet = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(PARQUET);
    let whole = std::fs::read(parquet).unwrap();
    let file = house.file("usage.parquet", &whole);
    let (code, told) = house.load(&file);
    assert_eq!(code, Some(2), "{told}");
    assert_eq!(
        (&told["unmatched"], &told["refused"]),
        (&4498.into(), &2.into()),
        "{told}"
    );
    let rejected = std::fs::read_to_string(told["rejected_file"].as_str().unwrap()).unwrap();
    let rows: Vec<&str> = rejected.lines().skip(1).collect();
    assert!(
        rows[0].starts_with("2500,") && rows[0].contains("more than 28 digits"),
        "{rejected}"
    );
    assert!(
        rows[1].starts_with("4400,") && rows[1].contains("account"),
        "{rejected}"
    );
    let (code, again) = house.load(&file);
    assert_eq!(
        (code, &again["unmatched"], &again["rows_before"]),
        (Some(0), &0.into(), &6000.into()),
        "{again}"
    );
    let (_, csv) = house.load(&house.file("usage.csv", table(4500)));
    assert_eq!(
        (&csv["duplicates"], &csv["unmatched"]),
        (&4498.into(), &2.into()),
        "{csv}"
    );
    let cut = house.file("cut.parquet", &whole[..whole.len() / 2]);
    let refused = house
        .command(&["usage", "load", cut.to_str().unwrap()])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("cut.parquet: the file is damaged"), "{told}");
}

#[test]
fn loading_that_was_killed_goes_on_and_counts_each_row_once() {
    let house = House::open();
    const ROWS: usize = 60_000;
    let text: String = (0..ROWS).map(|id| line(id, "\"1\"")).collect();
    let file = house.file("usage.ndjson", &text);
    let path = file.to_str().unwrap();
    let mut first = house.command(&["usage", "load", path]).spawn().unwrap();
    eventually("some rows", || {
        let count = house.ask(&["usage", "waiting"]).1;
        (count.as_array()?.first()?["events"].as_u64()? > 0).then_some(())
    });
    first.kill().unwrap();
    first.wait().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let (code, told) = house.load(&file);
    assert_eq!(code, Some(0), "{told}");
    let before = told["rows_before"].as_u64().unwrap();
    assert!(before > 0 && before < 60_000, "{told}");
    let (_, all) = house.load(&house.file("usage.csv", table(ROWS)));
    assert_eq!(
        (&all["duplicates"], &all["unmatched"]),
        (&60_000.into(), &0.into()),
        "{all}"
    );
    let waiting = house.ask(&["usage", "waiting"]).1;
    assert_eq!(waiting[0]["events"], 60_000, "{waiting}");
}
