//! Every field of a plan says where it comes from.

use pricing::source::{FieldSource, Source};

use crate::terms::{Evidence, Found, Status};

/// The sources of one field: the person who set it, or each place whose words it rests on, and how it was derived.
pub(super) fn of<T>(field: &str, found: &Found<T>) -> Vec<FieldSource> {
    let mut sources: Vec<Source> = Vec::new();
    match &found.status {
        Status::Edited { by, reason, .. } => {
            sources.push(Source::Person {
                name: by.clone(),
                reason: reason.clone(),
            });
        }
        Status::Derived { how } => sources.push(Source::Derived { how: how.clone() }),
        Status::Verified
        | Status::Supported
        | Status::Conflict { .. }
        | Status::Unsupported
        | Status::Withheld
        | Status::Absent => {}
    }
    if !matches!(found.status, Status::Edited { .. }) {
        sources.extend(
            found
                .evidence
                .iter()
                .map(|evidence| Source::Clause(evidence.clause())),
        );
    }
    sources
        .into_iter()
        .map(|source| FieldSource {
            field: field.to_owned(),
            source,
        })
        .collect()
}

/// The places themselves, for an object as a whole.
pub(super) fn clauses(field: &str, evidence: &[Evidence]) -> Vec<FieldSource> {
    let one = |evidence: &Evidence| FieldSource {
        field: field.to_owned(),
        source: Source::Clause(evidence.clause()),
    };
    evidence.iter().map(one).collect()
}

/// A field that was computed here, and how.
pub(super) fn derived(field: &str, how: impl Into<String>) -> FieldSource {
    FieldSource {
        field: field.to_owned(),
        source: Source::Derived { how: how.into() },
    }
}
