//! The table that a person reads.

use std::fmt::Write as _;

use crate::score::Score;

pub(crate) fn table(scores: &[Score], total: &Score) -> String {
    let mut out = String::from(
        "contract                            items  read  ok  prec   rec   fields  evid  silent  flags  held  hard\n",
    );
    for score in scores.iter().chain([total]) {
        let _ = writeln!(
            out,
            "{:36}{:5}{:6}{:4}  {:.2}  {:.2}    {:.2}  {:.2}  {:3}/{:<3}  {}/{}  {:4}  {:4}",
            score.id,
            score.golden_items,
            score.read_items,
            score.matched_items,
            score.precision(),
            score.recall(),
            score.field_f1(),
            score.evidence(),
            score.silent,
            score.values,
            score.flags_raised,
            score.flags_expected,
            score.held_up,
            score.hard.len(),
        );
    }
    for hard in &total.hard {
        let _ = writeln!(out, "HARD {hard}");
    }
    out
}

pub(crate) fn misses(scores: &[Score]) -> String {
    let mut out = String::new();
    for score in scores {
        for miss in &score.misses {
            let _ = writeln!(out, "{}: {miss}", score.id);
        }
    }
    out
}
