//! The rule reader: tokens, phrases, scopes, roles, terms. Never a pattern over raw text.

mod assembly;
mod billing;
mod escalators;
pub(crate) mod items;
pub(crate) mod locale;
mod nature;
mod others;
mod parties;
pub(crate) mod payment;
pub(crate) mod phrases;
mod prices;
mod prose;
mod renewal;
mod roles;
mod scopes;
mod signs;
mod statements;
mod tables;
mod taxes;
mod term;
mod tiers;
pub(crate) mod tokens;

#[cfg(test)]
pub(crate) mod written;

use serde::{Deserialize, Serialize};

use crate::flag::Flag;
use crate::page::Document;
use crate::terms::Terms;

/// One reader's opinion of a document: values with evidence, and what it is not sure of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// What it read.
    pub terms: Terms,
    /// What it is not sure of; paths point into its own terms.
    pub flags: Vec<Flag>,
}

/// Reads a document by rules alone.
#[must_use]
pub fn read(document: &Document) -> Reading {
    assembly::read(document)
}
