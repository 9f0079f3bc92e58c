//! When an invoice must be paid.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Payment terms of all invoices of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentTerms {
    /// How the due date follows from the invoice date.
    pub due: Due,
    /// What happens when the due date falls on a Saturday or Sunday.
    #[serde(default)]
    pub weekend: Weekend,
    /// A reduction for paying early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early: Option<EarlyPayment>,
    /// What paying late costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<LateFee>,
}

/// How the due date follows from the invoice date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Due {
    /// So many calendar days after the invoice date; 0 is on receipt.
    Net {
        /// Days.
        days: u32,
    },
    /// So many business days (Monday to Friday) after the invoice date.
    NetBusiness {
        /// Days.
        days: u32,
    },
    /// So many days after the end of the invoice's month.
    EndOfMonth {
        /// Days.
        days: u32,
    },
    /// A day of a month after the invoice's (1 = next month), clamped to its last day.
    DayOfMonth {
        /// From 1 to 31.
        day: u8,
        /// Months after the invoice's month.
        months_later: u32,
    },
}

/// What happens when a due date falls on a weekend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekend {
    /// It stays.
    #[default]
    Stay,
    /// The next Monday.
    Next,
    /// The Friday before.
    Previous,
}

/// 2/10 net 30: two percent off when paid within ten days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyPayment {
    /// Percent of the total.
    pub percent: Decimal,
    /// Days after the invoice date.
    pub days: u32,
}

/// What paying late costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LateFee {
    /// Percent of what is overdue.
    pub percent: Decimal,
    /// Is the percentage for a month or for a year?
    pub per: LateFeePer,
}

/// The span a late fee's percentage is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateFeePer {
    /// A month.
    Month,
    /// A year.
    Year,
}
