//! From a document and what readers say of it to terms, flags and a draft plan: the order of the steps.

use pricing::plan::{Plan, PlanDocument};
use serde::{Deserialize, Serialize};

use crate::checks;
use crate::flag::{self, Flag, Origin};
use crate::interpret::interpret;
use crate::page::Document;
use crate::reading::Reading;
use crate::reconcile::reconcile;
use crate::terms::Terms;

/// What a person reviews.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// What the contract says.
    pub terms: Terms,
    /// What must be known or decided, each with its id.
    pub flags: Vec<Flag>,
    /// What would be billed: the lines without an open question. `None` while something stops the whole plan.
    pub plan: Option<Plan>,
}

/// Draws up terms, flags and plan from the rule reading and, where a model was asked, its reading too.
#[must_use]
pub fn draft(document: &Document, name: &str, rules: Reading, model: Option<Reading>) -> Draft {
    let mut agreed = reconcile(rules, model);
    agreed.terms.documents = vec![PlanDocument {
        sha256: document.id.clone(),
        name: name.to_owned(),
    }];
    let mut flags = checks::of_document(document);
    flags.extend(agreed.flags);
    settle(agreed.terms, flags, &[])
}

/// Draws up flags and plan again after a person changed the terms: flags about the document stay with their decisions,
/// flags about the terms are found anew.
#[must_use]
pub fn redraft(terms: Terms, before: &[Flag]) -> Draft {
    let of_document = before.iter().filter(|flag| flag.origin == Origin::Document);
    settle(terms, of_document.cloned().collect(), before)
}

/// The same draft with more that a person must know about its documents.
#[must_use]
pub fn flagged(draft: Draft, more: Vec<Flag>) -> Draft {
    if more.is_empty() {
        return draft;
    }
    let mut flags = draft.flags;
    flags.retain(|flag| flag.origin == Origin::Document);
    flags.extend(more);
    settle(draft.terms, flags, &[])
}

pub(crate) fn settle(terms: Terms, mut flags: Vec<Flag>, before: &[Flag]) -> Draft {
    flags.extend(checks::check(&terms));
    let interpretation = interpret(&terms, &flag::number(flags.clone(), before));
    flags.extend(interpretation.flags);
    Draft {
        terms,
        flags: flag::number(flags, before),
        plan: interpretation.plan,
    }
}
