//! What a reviewer must know about the file itself, whatever its terms say.

mod findings;
mod language;
mod numerals;
mod orders;
mod printed;
mod recognised;
mod signatures;
mod tables;

use crate::flag::Flag;
use crate::page::Document;
use printed::Printed;

/// One rule about a file.
type Check = fn(&Document, &[Printed<'_>]) -> Vec<Flag>;

const CHECKS: [Check; 7] = [
    |document, _| findings::check(document),
    |document, words| orders::check(document, words),
    |_, words| language::check(words),
    |document, words| recognised::check(document, words),
    |document, words| numerals::check(document, words),
    |document, _| tables::check(document),
    |document, words| signatures::check(document, words),
];

/// Flags of the file; only a decision makes them go away.
pub(super) fn check(document: &Document) -> Vec<Flag> {
    let words = printed::of(document);
    CHECKS.iter().flat_map(|check| check(document, &words)).collect()
}
