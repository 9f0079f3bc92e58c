//! Invoices and credit notes, drafted or issued: one shape for preview, dry run and run.

use std::fmt;

use billing::journal::JournalEntry;
use billing::line::DueReason;
use billing::settlement::{Claim, Settlement};
use jiff::Timestamp;
use jiff::civil::Date;
use pricing::money::Currency;
use pricing::period::Period;
use pricing::source::FieldSource;
use pricing::working::Working;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::store::settlements::History;

/// An invoice or credit note. Amounts are in its currency and rounded to the minor unit. As JSON it is what was
/// computed: what issuing adds stays out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invoice {
    #[serde(skip)]
    pub(crate) id: Uuid,
    #[serde(skip)]
    pub(crate) standing: Standing,
    pub(crate) series: Series,
    pub(crate) account: String,
    /// Who pays, as the contract names them.
    pub(crate) customer: String,
    /// Who is paid and whose numbers it carries, as the contract names them.
    pub(crate) issuer: String,
    /// Content hash of the agreement's first version.
    pub(crate) agreement: String,
    /// Content hash of the version it was computed by.
    pub(crate) version: String,
    pub(crate) currency: Currency,
    pub(crate) invoice_date: Date,
    pub(crate) due_date: Date,
    pub(crate) lines: Vec<Line>,
    pub(crate) taxes: Vec<TaxTotal>,
    pub(crate) net: Decimal,
    pub(crate) tax: Decimal,
    /// Negative on a credit note.
    pub(crate) total: Decimal,
    /// What it does to the ledger.
    pub(crate) entry: JournalEntry,
    /// What became of it; none on a preview and on a credit note.
    #[serde(skip)]
    pub(crate) settled: Option<Settled>,
    /// Of a draft: does the account of its agreement pay it?
    #[serde(skip)]
    pub(crate) bills_its_payer: bool,
}

/// What became of an issued invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) claim: Claim,
    pub(crate) settlement: Settlement,
    pub(crate) history: History,
}

/// Was it sent, or would it be?
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Computed only: a preview or a dry run.
    #[default]
    Preview,
    /// Numbered and stored, for ever as it is.
    Issued { sequence: i64, at: Timestamp },
}

/// What is numbered by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Series {
    Invoice,
    CreditNote,
}

/// One part of a charge for one service period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    #[serde(skip)]
    pub(crate) id: Uuid,
    /// Of the agreement it bills, where that is another than the invoice's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agreement: Option<String>,
    /// Of the charge; of the commitment or credit pool where the component says so.
    pub(crate) charge: String,
    pub(crate) component: String,
    pub(crate) description: String,
    pub(crate) service: Option<Period>,
    /// 0 on the first line of a service, then one more for each that restates it.
    pub(crate) sequence: i32,
    pub(crate) quantity: Option<Decimal>,
    pub(crate) amount: Decimal,
    /// Id of the tax on it.
    pub(crate) tax: Option<String>,
    pub(crate) reason: DueReason,
    pub(crate) working: Working,
    pub(crate) facts: Vec<FactUsed>,
    pub(crate) sources: Vec<FieldSource>,
}

/// A fact as it was known when a line was computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FactUsed {
    /// usage, seats, milestone, index, ending, invoice.
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) date: String,
    pub(crate) value: String,
    pub(crate) note: String,
}

/// One tax on an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaxTotal {
    /// Its id in the plan.
    pub(crate) tax: String,
    pub(crate) name: String,
    pub(crate) percent: Decimal,
    /// Is it contained in the lines?
    pub(crate) included: bool,
    /// What it is on, without the tax.
    pub(crate) net: Decimal,
    pub(crate) amount: Decimal,
}

impl Invoice {
    /// The agreement that a line of it bills.
    pub(crate) fn agreement_of<'i>(&'i self, line: &'i Line) -> &'i str {
        line.agreement.as_deref().unwrap_or(&self.agreement)
    }

    /// The agreements it bills, its own first.
    pub(crate) fn agreements(&self) -> Vec<&str> {
        let mut agreements = vec![self.agreement.as_str()];
        for line in &self.lines {
            if let Some(other) = line
                .agreement
                .as_deref()
                .filter(|other| !agreements.contains(other))
            {
                agreements.push(other);
            }
        }
        agreements
    }

    /// Its number as people see it; none while it is only a preview.
    pub(crate) fn number(&self) -> Option<String> {
        match self.standing {
            Standing::Preview => None,
            Standing::Issued { sequence, .. } => Some(self.series.number(sequence)),
        }
    }
}

impl Series {
    /// A number of this series: `INV-000042`, `CN-000007`.
    pub(crate) fn number(self, sequence: i64) -> String {
        let prefix = match self {
            Self::Invoice => "INV",
            Self::CreditNote => "CN",
        };
        format!("{prefix}-{sequence:06}")
    }

    /// The series of a stored name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Invoice, Self::CreditNote]
            .into_iter()
            .find(|series| series.to_string() == name)
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invoice => "invoice",
            Self::CreditNote => "credit-note",
        })
    }
}
