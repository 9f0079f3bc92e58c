//! Checks: what does not fit together, and what the file itself gives away. Each check is one rule with one code.

use crate::flag::Flag;
use crate::page::Document;
use crate::terms::Terms;

/// What the terms contradict in themselves. All flags are of [`crate::flag::Origin::Terms`].
#[must_use]
pub fn check(_terms: &Terms) -> Vec<Flag> {
    Vec::new()
}

/// What a reviewer must know about the file: hidden text, pages of pictures, tracked changes, doubtful tables.
#[must_use]
pub fn of_document(_document: &Document) -> Vec<Flag> {
    Vec::new()
}
