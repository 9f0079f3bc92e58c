//! Recomputing an issued invoice from one file, with no database and no server: to the cent, or with what differs.

mod comparison;
mod dossier;

use std::fmt;

use crate::billing_run::{self, Book};
use crate::invoice::Invoice;

pub(crate) use dossier::{Approved, Contents, Dossier, Issued, Part, Run, Version};

/// What came of recomputing an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The invoice's number, as the file says.
    pub number: String,
    /// Total and currency, as the file says.
    pub total: String,
    /// Lines that were recomputed.
    pub lines: usize,
    /// Names the file's content: whoever exported it saw the same.
    pub digest: String,
    /// Which version of the product wrote the file.
    pub written_by: String,
    /// Everything that does not hold; empty when the invoice is exactly what its terms and facts come to.
    pub differences: Vec<Difference>,
}

/// One thing about a file that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// A part is not what was exported.
    Changed {
        /// `run`, `versions`, `facts`, `billed`, `invoice` or `others`.
        part: &'static str,
    },
    /// A version of the plan is not the one that was approved under its hash.
    OtherPlan {
        /// The hash the file names.
        stated: String,
        /// The hash of what the file holds.
        computed: String,
    },
    /// The invoice says something else than its terms and facts come to.
    Value {
        /// Where in the invoice: `lines.0.amount`.
        path: String,
        /// What the file says; empty where it says nothing.
        stated: String,
        /// What was computed; empty where nothing was.
        computed: String,
    },
    /// The terms and facts of the file cannot be billed.
    NotComputed {
        /// Why.
        reason: String,
    },
}

/// Why a file is no dossier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no exported invoice: {0}; take the file as `quittance invoice export` wrote it")]
pub struct NoDossier(String);

/// Recomputes the invoice of an exported file.
pub fn replay(text: &str) -> Result<Replay, NoDossier> {
    let dossier: Dossier = serde_json::from_str(text).map_err(|error| NoDossier(error.to_string()))?;
    dossier.check_format().map_err(NoDossier)?;
    let mut differences: Vec<Difference> = dossier
        .broken_seals()
        .map(|part| Difference::Changed { part })
        .collect();
    differences.extend(other_plans(&dossier.contents));
    match recompute(&dossier.contents) {
        Ok(computed) => differences.extend(comparison::compare(&dossier.contents.invoice, &computed)),
        Err(reason) => differences.push(Difference::NotComputed { reason }),
    }
    let Contents { issued, invoice, .. } = &dossier.contents;
    Ok(Replay {
        number: issued.number.clone(),
        total: format!("{} {}", invoice.total, invoice.currency),
        lines: invoice.lines.len(),
        digest: dossier.contents.seals().digest(),
        written_by: dossier.written_by.clone(),
        differences,
    })
}

fn other_plans(contents: &Contents) -> Vec<Difference> {
    let others = contents.others.iter().flat_map(|part| &part.versions);
    let each = contents.versions.iter().chain(others).map(|version| {
        let computed = version.plan.content_hash();
        (computed != version.content_hash).then(|| Difference::OtherPlan {
            stated: version.content_hash.clone(),
            computed,
        })
    });
    each.flatten().collect()
}

/// The invoice as the run that issued it computed it.
fn recompute(contents: &Contents) -> Result<Invoice, String> {
    let parts = contents.parts();
    let parts: Vec<Invoice> = parts.iter().map(recompute_part).collect::<Result<_, _>>()?;
    let whole = billing_run::together(parts).map_err(|error| error.to_string())?;
    whole.ok_or_else(|| "the file holds no agreement".to_owned())
}

/// What it bills of one agreement.
fn recompute_part(part: &Part) -> Result<Invoice, String> {
    let book = Book::restored(part).ok_or("the file holds no version of the plan")?;
    let drafted = match part.run.so_far {
        true => billing_run::draft_so_far(&book, part.run.through),
        false => billing_run::draft(&book, part.run.through),
    };
    let drafts = drafted.map_err(|error| error.to_string())?.invoices;
    let count = drafts.len();
    drafts
        .into_iter()
        .nth(part.run.place)
        .ok_or_else(|| format!("its terms and facts give {count} invoices, and this would be another"))
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { part } => write!(f, "`{part}` was changed after it was exported"),
            Self::OtherPlan { stated, computed } => {
                write!(
                    f,
                    "the plan approved as {stated} is not in the file; what is there has the hash {computed}"
                )
            }
            Self::Value {
                path,
                stated,
                computed,
            } => write!(
                f,
                "{path}: the invoice says {}, its terms and facts say {}",
                shown(stated),
                shown(computed)
            ),
            Self::NotComputed { reason } => write!(f, "the invoice cannot be recomputed: {reason}"),
        }
    }
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "nothing" } else { value }
}

#[cfg(test)]
mod tests;
