//! Lines: what one part of a charge comes to for one service period, and what has been billed of it.

use jiff::civil::Date;
use pricing::money::Money;
use pricing::period::Period;
use pricing::source::FieldSource;
use pricing::working::Working;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::component::Component;
use crate::facts::FactId;

/// One line the contract should have produced. Charge, component and service period identify it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedLine {
    /// Id of the charge; of the commitment or the credit pool where the component says so.
    pub charge: String,
    /// Which part of it.
    pub component: Component,
    /// The days served; absent where nothing is served over time (a fee at signing, a milestone).
    pub service: Option<Period>,
    /// The day on which it should be invoiced.
    pub invoice_date: Date,
    /// What stands on the invoice.
    pub description: String,
    /// How many units were priced, where units were.
    pub quantity: Option<Decimal>,
    /// Before tax (or with it, where the tax is included in prices), rounded once; negative where credits pay.
    pub amount: Money,
    /// Id of the tax on it.
    pub tax: Option<String>,
    /// How the amount came about.
    pub working: Working,
    /// Ids of the facts it rests on.
    pub facts: Vec<FactId>,
    /// The clauses it rests on.
    pub sources: Vec<FieldSource>,
}

/// What an issued invoice or credit note already carries of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BilledLine {
    /// As on the expected line.
    pub charge: String,
    /// As on the expected line.
    pub component: Component,
    /// As on the expected line.
    pub service: Option<Period>,
    /// Date of the invoice or credit note.
    pub invoice_date: Date,
    /// As it stands on the invoice; negative on a credit note.
    pub amount: Money,
    /// Id of the tax it was billed with.
    pub tax: Option<String>,
    /// As it stands on the invoice.
    pub description: String,
    /// Number of the invoice or credit note.
    pub invoice: String,
}

/// A line to bill now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueLine {
    /// The line; its amount is what is to be billed now, its working explains the whole.
    pub line: ExpectedLine,
    /// Why it is due.
    pub reason: DueReason,
}

/// Why a line is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DueReason {
    /// It was never billed.
    First,
    /// It was billed with another amount; the line carries the difference.
    Restated {
        /// What invoices carry of it.
        billed: Money,
        /// What it should be.
        expected: Money,
        /// Numbers of the invoices that carry it.
        invoices: Vec<String>,
    },
    /// It was billed and is no longer owed; the line takes it back.
    Withdrawn {
        /// What invoices carry of it.
        billed: Money,
        /// Numbers of the invoices that carry it.
        invoices: Vec<String>,
    },
    /// The invoice that carries it was taken back as a whole.
    Voided {
        /// Its number.
        invoice: String,
    },
}

impl DueReason {
    /// Does the line change something that was billed before?
    #[must_use]
    pub fn is_adjustment(&self) -> bool {
        !matches!(self, Self::First)
    }
}
