//! Reads contracts whose terms are known and compares: items, fields, evidence, flags, and above all what was wrong and
//! carried no flag. The folder is named by `QUITTANCE_SHARED`; without it the test says so and checks nothing.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a broken golden file must stop the test"
)]

#[path = "goldens/compare.rs"]
mod compare;
#[path = "goldens/fields.rs"]
mod fields;
#[path = "goldens/golden.rs"]
mod golden;
#[path = "goldens/items.rs"]
mod items;
#[path = "goldens/report.rs"]
mod report;
#[path = "goldens/score.rs"]
mod score;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use golden::Golden;
use score::Score;

/// What a folder must reach. Nothing may be billed that must not be, and the rest may only improve.
struct Floor {
    folder: &'static str,
    precision: f64,
    recall: f64,
    fields: f64,
    evidence: f64,
    silent: f64,
    flags: f64,
}

const FLOORS: [Floor; 2] = [
    Floor {
        folder: "contracts",
        precision: 0.91,
        recall: 0.88,
        fields: 0.89,
        evidence: 0.99,
        silent: 0.022,
        flags: 1.0,
    },
    Floor {
        folder: "contracts/modern",
        precision: 0.91,
        recall: 0.90,
        fields: 0.98,
        evidence: 0.99,
        silent: 0.005,
        flags: 1.0,
    },
];

#[test]
fn known_contracts_are_read_as_their_goldens_say() {
    let Some(shared) = std::env::var_os("QUITTANCE_SHARED") else {
        say("QUITTANCE_SHARED is not set: no contract with known terms was read.");
        return;
    };
    let mut totals = Vec::new();
    for floor in FLOORS {
        let folder = Path::new(&shared).join(floor.folder);
        let scores: Vec<Score> = goldens(&folder)
            .iter()
            .map(|path| compare::read(path, &Golden::open(path)))
            .collect();
        assert!(!scores.is_empty(), "no golden in {}", folder.display());
        let total = Score::total(floor.folder, &scores);
        say(&report::table(&scores, &total));
        if std::env::var_os("QUITTANCE_MISSES").is_some() {
            say(&report::misses(&scores));
        }
        totals.push((floor, total));
    }
    for (floor, total) in &totals {
        hold(floor, total);
    }
}

fn hold(floor: &Floor, total: &Score) {
    assert!(total.hard.is_empty(), "{}: {:?}", floor.folder, total.hard);
    let reached = [
        ("item precision", total.precision(), floor.precision),
        ("item recall", total.recall(), floor.recall),
        ("fields F1", total.field_f1(), floor.fields),
        ("evidence on the right page", total.evidence(), floor.evidence),
        ("expected flags raised", total.flags(), floor.flags),
    ];
    let silent = total.silent_rate();
    assert!(
        silent <= floor.silent,
        "{}: {silent:.3} of the values are wrong and carry no flag",
        floor.folder
    );
    for (what, value, least) in reached {
        assert!(
            value >= least,
            "{}: {what} fell to {value:.3}, the floor is {least:.3}",
            floor.folder
        );
    }
}

fn goldens(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".golden.json"))
        .collect();
    found.sort();
    found
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
