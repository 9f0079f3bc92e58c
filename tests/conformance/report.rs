//! What became of the cases, by area.

use std::collections::BTreeMap;
use std::fmt;

use super::case::Case;
use super::choices::{EXPLAIN, is_known};

/// What became of one case.
pub(crate) enum Outcome {
    Passed,
    Failed(String),
    Unsupported {
        token: &'static str,
        reason: &'static str,
    },
}

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    unsupported: usize,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Report {
    areas: BTreeMap<String, Tally>,
    unsupported: BTreeMap<&'static str, (&'static str, Vec<String>)>,
    unread: BTreeMap<String, Vec<String>>,
    unknown: BTreeMap<String, Vec<String>>,
    pub(crate) failures: Vec<String>,
}

impl Report {
    pub(crate) fn add(&mut self, case: &Case, outcome: Outcome) {
        if matches!(outcome, Outcome::Passed) && !case.is_to_be_refused() {
            self.note(case);
        }
        let tally = self.areas.entry(case.area.clone()).or_default();
        match outcome {
            Outcome::Passed => tally.passed += 1,
            Outcome::Failed(why) => {
                tally.failed += 1;
                self.failures.push(format!("{} ({}): {why}", case.id, case.kind));
            }
            Outcome::Unsupported { token, reason } => {
                tally.unsupported += 1;
                let (_, ids) = self.unsupported.entry(token).or_insert((reason, Vec::new()));
                ids.push(case.id.clone());
            }
        }
    }

    /// Nothing of a case goes unnoticed: inputs that no adapter reads and choices that none knows are named, though
    /// its figures came out without them.
    fn note(&mut self, case: &Case) {
        for name in case.unread() {
            if !EXPLAIN.contains(&name.as_str()) {
                self.unread.entry(name).or_default().push(case.id.clone());
            }
        }
        for choice in case.conventions.iter().filter(|choice| !is_known(choice)) {
            self.unknown
                .entry(choice.clone())
                .or_default()
                .push(case.id.clone());
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<12} {:>6} {:>6} {:>11}",
            "area", "passed", "failed", "unsupported"
        )?;
        let mut all = Tally::default();
        for (area, tally) in &self.areas {
            writeln!(
                f,
                "{area:<12} {:>6} {:>6} {:>11}",
                tally.passed, tally.failed, tally.unsupported
            )?;
            all.passed += tally.passed;
            all.failed += tally.failed;
            all.unsupported += tally.unsupported;
        }
        writeln!(
            f,
            "{:<12} {:>6} {:>6} {:>11}",
            "all", all.passed, all.failed, all.unsupported
        )?;
        for (token, (reason, ids)) in &self.unsupported {
            writeln!(f, "unsupported {token}: {reason} ({})", ids.join(", "))?;
        }
        for (name, ids) in &self.unread {
            writeln!(f, "input not read `{name}`: {}", ids.join(", "))?;
        }
        for (choice, ids) in &self.unknown {
            writeln!(f, "rule choice not known `{choice}`: {}", ids.join(", "))?;
        }
        self.failures
            .iter()
            .try_for_each(|failure| writeln!(f, "failed {failure}"))
    }
}
