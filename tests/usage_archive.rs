//! Months of usage in files, by the real program: written out, taken off, known all the same, and read back.

mod program;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use program::{Installation, Running};
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

    fn path(&self, name: &str) -> PathBuf {
        self.installation.path().join(name)
    }

    /// Exit code and answer.
    fn ask(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let mut command = self.installation.command(arguments);
        command.env("QUITTANCE_INVOICING_URL", self.invoicing.url("invoicing"));
        let output = command.arg("--json").output().unwrap();
        (
            output.status.code(),
            serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
        )
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A year ago and later, with what a file has to quote.
fn usage() -> String {
    let mut text = "source,id,account,meter,time,value,region\n".to_owned();
    for id in 0..3000 {
        let (day, region) = (1 + id % 28, if id % 2 == 0 { "\"a, \"\"b\"\"\"" } else { "" });
        writeln!(
            text,
            "gateway,{id},acme,call,2025-03-{day:02}T10:00:00.25Z,1.50,{region}"
        )
        .unwrap();
    }
    text.push_str("gateway,april,acme,call,2025-04-01T00:00:00Z,1,\n");
    text
}

#[test]
fn a_month_lives_in_a_file_until_it_is_read_back() {
    let house = House::open();
    let (loaded, out) = (house.path("usage.csv"), house.path("march.csv"));
    std::fs::write(&loaded, usage()).unwrap();
    let (code, told) = house.ask(&["usage", "load", text(&loaded)]);
    assert_eq!((code, &told["unmatched"]), (Some(0), &3001.into()), "{told}");
    let (code, told) = house.ask(&["usage", "archive", "2025-03", "--out", text(&out), "--retire"]);
    assert_eq!(
        (code, &told["events"], &told["retired"]),
        (Some(0), &3000.into(), &true.into()),
        "{told}"
    );
    let written = std::fs::read_to_string(&out).unwrap();
    assert_eq!(written.lines().count(), 3001);
    // A file is never written over, and what is off cannot be written again.
    assert_eq!(
        house.ask(&["usage", "archive", "2025-04", "--out", text(&out)]).0,
        Some(2)
    );
    let other = house.path("other.csv");
    assert_eq!(
        house
            .ask(&["usage", "archive", "2025-03", "--out", text(&other)])
            .0,
        Some(2)
    );
    let (_, months) = house.ask(&["usage", "months"]);
    let shown: Vec<_> = months
        .as_array()
        .unwrap()
        .iter()
        .map(|month| &month["month"])
        .collect();
    assert_eq!(shown, ["2025-03", "2025-04"]);
    assert_eq!(months[0]["archived_events"], 3000, "{months}");
    // Every name is known.
    std::fs::remove_file(house.path("usage.csv")).unwrap();
    let copy = house.path("copy.csv");
    std::fs::write(&copy, usage() + "\n").unwrap();
    let (_, again) = house.ask(&["usage", "load", text(&copy)]);
    assert_eq!(
        (&again["duplicates"], &again["unmatched"]),
        (&3001.into(), &0.into()),
        "{again}"
    );
    let changed = house.path("changed.csv");
    std::fs::write(&changed, written.replacen("1.50", "1.51", 1)).unwrap();
    assert_eq!(
        house.ask(&["usage", "restore", "2025-03", text(&changed)]).0,
        Some(2)
    );
    let (code, told) = house.ask(&["usage", "restore", "2025-03", text(&out)]);
    assert_eq!((code, &told["events"]), (Some(0), &3000.into()), "{told}");
    let (code, told) = house.ask(&[
        "usage",
        "archive",
        "2025-03",
        "--out",
        text(&house.path("second.csv")),
    ]);
    assert_eq!((code, &told["events"]), (Some(0), &3000.into()), "{told}");
    let second = std::fs::read_to_string(house.path("second.csv")).unwrap();
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&second), sorted(&written));
}
