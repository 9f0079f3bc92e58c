//! A story as it lies in `samples/`: contract, what people decide, what happens in the year, what must be billed.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::check::Verdict;
use crate::failure::Failure;

/// One folder of `samples/`.
#[derive(Debug)]
pub(crate) struct Story {
    /// The folder's name.
    pub(crate) name: String,
    /// First line of its README.
    pub(crate) title: String,
    pub(crate) contract: PathBuf,
    pub(crate) expectation: Expectation,
    pub(crate) facts: Facts,
    pub(crate) invoices: Vec<ExpectedInvoice>,
    pub(crate) submitter: String,
    pub(crate) approver: String,
    pub(crate) resolve: Vec<Resolution>,
    pub(crate) edits: Vec<Edit>,
}

/// What becomes of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expectation {
    /// It is approved and bills.
    Approved,
    /// It cannot be read; the error's code.
    Unreadable(String),
    /// It can be read, but these flags block it.
    Blocked(Vec<String>),
}

/// Where a story stands after review.
pub(crate) enum Outcome {
    HandedOver(Plan),
    StoppedBefore(Verdict),
}

/// The registered plan of a story.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) hash: String,
    pub(crate) account: String,
}

/// What happened in the story's year.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Facts {
    #[serde(default)]
    pub(crate) usage: Vec<Usage>,
    #[serde(default)]
    pub(crate) seats: Vec<Seats>,
    #[serde(default)]
    pub(crate) milestones: Vec<Milestone>,
    #[serde(default)]
    pub(crate) through: Option<Date>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Usage {
    pub(crate) id: String,
    pub(crate) meter: String,
    pub(crate) at: Date,
    pub(crate) value: Decimal,
    #[serde(default)]
    pub(crate) dimensions: std::collections::HashMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seats {
    pub(crate) id: String,
    pub(crate) charge: String,
    pub(crate) date: Date,
    pub(crate) quantity: Decimal,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Milestone {
    pub(crate) id: String,
    pub(crate) milestone: String,
    pub(crate) date: Date,
    pub(crate) note: String,
}

/// `review.json`: what the people do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Decisions {
    #[serde(default)]
    submitter: String,
    #[serde(default)]
    approver: String,
    #[serde(default)]
    resolve: Vec<Resolution>,
    #[serde(default)]
    edits: Vec<Edit>,
    #[serde(default)]
    expect: String,
    #[serde(default)]
    codes: Vec<String>,
    #[serde(default)]
    error: String,
}

/// A flag that a person decides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resolution {
    pub(crate) code: String,
    pub(crate) why: String,
}

/// A term that a person changes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    pub(crate) path: String,
    pub(crate) value: String,
    pub(crate) why: String,
}

/// An invoice worked out by hand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedInvoice {
    pub(crate) date: Date,
    pub(crate) due: Date,
    pub(crate) currency: String,
    pub(crate) lines: Vec<ExpectedLine>,
    pub(crate) tax: Decimal,
    pub(crate) total: Decimal,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedLine {
    #[serde(rename = "charge")]
    pub(crate) _charge: String,
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) service: Option<Service>,
    #[serde(default, rename = "quantity")]
    pub(crate) _quantity: Option<String>,
    pub(crate) amount: Decimal,
    #[serde(default, rename = "calc")]
    pub(crate) _calc: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    pub(crate) start: Date,
    pub(crate) end: Date,
}

impl Story {
    /// Every story of a folder, in the order of their names.
    pub(crate) fn load_all(folder: &Path) -> Result<Vec<Self>, Failure> {
        let missing = |error: std::io::Error| {
            Failure::refused(format!(
                "no stories in {}: run this where the repository was cloned, or name the folder with --samples ({error})",
                folder.display()
            ))
        };
        let mut folders: Vec<PathBuf> = fs::read_dir(folder)
            .map_err(missing)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.join("contract.pdf").exists())
            .collect();
        folders.sort();
        if folders.is_empty() {
            return Err(missing(std::io::ErrorKind::NotFound.into()));
        }
        folders.iter().map(|folder| Self::load(folder)).collect()
    }

    fn load(folder: &Path) -> Result<Self, Failure> {
        let decisions: Decisions = parsed(&folder.join("review.json"))?;
        let expectation = decisions.expectation();
        let bills = expectation == Expectation::Approved;
        Ok(Self {
            name: folder
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            title: title(folder)?,
            contract: folder.join("contract.pdf"),
            facts: if bills {
                parsed(&folder.join("facts.json"))?
            } else {
                Facts::default()
            },
            invoices: if bills {
                parsed(&folder.join("invoices.json"))?
            } else {
                Vec::new()
            },
            expectation,
            submitter: decisions.submitter,
            approver: decisions.approver,
            resolve: decisions.resolve,
            edits: decisions.edits,
        })
    }
}

impl Decisions {
    fn expectation(&self) -> Expectation {
        match self.expect.as_str() {
            "unreadable" => Expectation::Unreadable(self.error.clone()),
            "blocked" | "refused" => Expectation::Blocked(self.codes.clone()),
            _ => Expectation::Approved,
        }
    }
}

impl Expectation {
    /// What differs between what a story expects and what happened.
    pub(crate) fn differences(&self, found: &Self) -> Vec<String> {
        match (self, found) {
            (Self::Unreadable(wanted), Self::Unreadable(code)) if wanted == code => Vec::new(),
            // Where tesseract is installed a scan is read, and waits for a person all the same: nothing in it bills by itself.
            (Self::Unreadable(wanted), Self::Blocked(_)) if wanted == "no_text" => Vec::new(),
            (Self::Blocked(wanted), Self::Blocked(codes)) => {
                let missing = wanted.iter().filter(|code| !codes.contains(code));
                missing
                    .map(|code| format!("the flag {code} was not raised"))
                    .collect()
            }
            (wanted, found) if wanted == found => Vec::new(),
            (wanted, found) => vec![format!(
                "expected: {}; found: {}",
                wanted.sentence(),
                found.sentence()
            )],
        }
    }

    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Approved => "approved".to_owned(),
            Self::Unreadable(code) => {
                format!("not readable ({code}), refused before anybody could approve it")
            }
            Self::Blocked(codes) => format!("blocked until a person decides {}", codes.join(", ")),
        }
    }
}

fn title(folder: &Path) -> Result<String, Failure> {
    let text = text_of(&folder.join("README.md"))?;
    Ok(text
        .lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches('#')
        .trim()
        .to_owned())
}

fn text_of(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::refused(format!("{}: {error}", path.display())))
}

fn parsed<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    serde_json::from_str(&text_of(path)?)
        .map_err(|error| Failure::refused(format!("{}: {error}", path.display())))
}
