//! The dossier: everything an invoice was computed from, and the invoice, in one file.

use billing::draft::Payer;
use billing::facts::Facts;
use jiff::Timestamp;
use jiff::civil::Date;
use pricing::plan::Plan;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::invoice::Invoice;
use crate::store::invoices::Billed;

/// Says what the file is, and which form of it.
const FORMAT: &str = "quittance invoice dossier 1";

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dossier {
    format: String,
    /// Version of the product.
    pub(super) written_by: String,
    pub(super) contents: Contents,
    seals: Seals,
}

/// All that the computation takes, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contents {
    pub(crate) issued: Issued,
    pub(crate) run: Run,
    /// Versions of the agreement as they were approved, in the order in which they were agreed.
    pub(crate) versions: Vec<Version>,
    /// Everything that was known about the agreement when the run computed.
    pub(crate) facts: Facts,
    /// Lines of the agreement on invoices that were issued before.
    pub(crate) billed: Vec<Billed>,
    /// With each line's working, the facts it names and the clauses it rests on.
    pub(crate) invoice: Invoice,
    /// On a collective invoice: what the lines of each further agreement were computed from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) others: Vec<Part>,
}

/// What the lines of one agreement were computed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    pub(crate) run: Run,
    /// As in [`Contents`].
    pub(crate) versions: Vec<Version>,
    pub(crate) facts: Facts,
    pub(crate) billed: Vec<Billed>,
}

/// What issuing added to the computation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Issued {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) at: Timestamp,
}

/// The run that billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    /// Everything dated up to and including this day.
    pub(crate) through: Date,
    /// Date of the agreement's latest invoice before the run.
    pub(crate) issued_through: Option<Date>,
    /// Did it bill the usage of periods that were not over?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) so_far: bool,
    /// Which of the invoices that the run drafted for the agreement, from 0.
    pub(crate) place: usize,
    /// Who paid; the account itself if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) payers: Vec<Payer>,
}

/// A version of the plan and who let it through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Version {
    pub(crate) content_hash: String,
    /// First day in force.
    pub(crate) effective: Date,
    pub(crate) approval: Approved,
    pub(crate) plan: Plan,
}

/// Who let a version through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approved {
    pub(crate) contract: String,
    pub(crate) revision: u32,
    pub(crate) submitted_by: String,
    pub(crate) approved_by: String,
    pub(crate) approved_at: Timestamp,
}

/// SHA-256 of each part in its canonical JSON. They tell a slip or a careless change; whoever changes a file and its
/// seals meets the recomputation, the plan's hash, and the digest that the exporter saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seals {
    issued: String,
    run: String,
    versions: String,
    facts: String,
    billed: String,
    invoice: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    others: Option<String>,
}

impl Dossier {
    /// The dossier of these contents.
    pub(crate) fn new(contents: Contents) -> Self {
        Self {
            format: FORMAT.to_owned(),
            written_by: env!("CARGO_PKG_VERSION").to_owned(),
            seals: contents.seals(),
            contents,
        }
    }

    /// Of the invoice.
    pub(crate) fn number(&self) -> &str {
        &self.contents.issued.number
    }

    /// Names the content: equal contents, equal digest.
    pub(crate) fn digest(&self) -> String {
        self.seals.digest()
    }

    /// Is it a file of the form this program reads? If not, why.
    pub(super) fn check_format(&self) -> Result<(), String> {
        if self.format == FORMAT {
            Ok(())
        } else {
            Err(format!(
                "its form is `{}`, and this program reads `{FORMAT}`",
                self.format
            ))
        }
    }

    /// The parts that are not what their seals say.
    pub(super) fn broken_seals(&self) -> impl Iterator<Item = &'static str> {
        let (stated, found) = (self.seals.by_name(), self.contents.seals());
        let found = found.by_name().map(|(_, seal)| seal.to_owned());
        let pairs: Vec<_> = stated
            .into_iter()
            .zip(found)
            .filter(|((_, stated), found)| stated != found)
            .map(|((part, _), _)| part)
            .collect();
        pairs.into_iter()
    }
}

impl Contents {
    pub(super) fn seals(&self) -> Seals {
        Seals {
            issued: seal(&self.issued),
            run: seal(&self.run),
            versions: seal(&self.versions),
            facts: seal(&self.facts),
            billed: seal(&self.billed),
            invoice: seal(&self.invoice),
            others: (!self.others.is_empty()).then(|| seal(&self.others)),
        }
    }

    /// What the lines of each agreement were computed from, the invoice's own first.
    pub(super) fn parts(&self) -> Vec<Part> {
        let own = Part {
            run: self.run.clone(),
            versions: self.versions.clone(),
            facts: self.facts.clone(),
            billed: self.billed.clone(),
        };
        std::iter::once(own).chain(self.others.iter().cloned()).collect()
    }
}

impl Seals {
    /// Names all parts together.
    pub(super) fn digest(&self) -> String {
        seal(self)
    }

    fn by_name(&self) -> [(&'static str, &str); 7] {
        [
            ("issued", &self.issued),
            ("run", &self.run),
            ("versions", &self.versions),
            ("facts", &self.facts),
            ("billed", &self.billed),
            ("invoice", &self.invoice),
            ("others", self.others.as_deref().unwrap_or_default()),
        ]
    }
}

fn seal(part: &impl Serialize) -> String {
    // Serialising owned data with string keys into memory has no way to fail; an empty text still hashes.
    let canonical = serde_json::to_vec(part).unwrap_or_default();
    Sha256::digest(canonical)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
