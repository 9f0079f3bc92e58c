//! What became of the cases, by area.

use std::collections::BTreeMap;
use std::fmt;

use super::case::Case;

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
    pub(crate) failures: Vec<String>,
}

impl Report {
    pub(crate) fn add(&mut self, case: &Case, outcome: Outcome) {
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
        self.failures
            .iter()
            .try_for_each(|failure| writeln!(f, "failed {failure}"))
    }
}
