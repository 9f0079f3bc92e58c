//! Line items as both sides can be compared: sort, values, cadence.

use std::collections::BTreeSet;

use contract::terms::{Cadence, Kind, LineItem, Mark};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::golden::decimal;

/// What is compared of an item.
#[derive(Debug, Clone)]
pub(crate) struct Comparable {
    pub(crate) kind: &'static str,
    pub(crate) money: BTreeSet<Decimal>,
    pub(crate) percents: BTreeSet<Decimal>,
    pub(crate) cadence: Option<String>,
    pub(crate) optional: bool,
    pub(crate) unpriced: bool,
    pub(crate) label: String,
}

/// Usage and tiers, recurring and seats are told apart by their values alone.
fn class(kind: &str) -> &'static str {
    match kind {
        "recurring" | "seat" => "recurring",
        "usage" | "tiered" => "usage",
        "one_time" => "one_time",
        "milestone" => "milestone",
        "percentage" => "percentage",
        "prepaid_credit" => "prepaid_credit",
        "minimum_commitment" => "minimum_commitment",
        _ => "discount",
    }
}

impl Comparable {
    pub(crate) fn of_golden(item: &Value) -> Self {
        let mut money = BTreeSet::new();
        let mut percents = BTreeSet::new();
        for field in ["amount", "annual_amount", "unit_price"] {
            money.extend(decimal(&item[field]));
        }
        percents.extend(decimal(&item["percent"]));
        for tier in item["tiers"].as_array().into_iter().flatten() {
            money.extend(decimal(&tier["unit_price"]));
            money.extend(decimal(&tier["flat"]));
            percents.extend(decimal(&tier["percent"]));
        }
        for part in item["schedule"].as_array().into_iter().flatten() {
            for field in ["amount", "annual_amount", "unit_price"] {
                money.extend(decimal(&part[field]));
            }
        }
        let truth = |field: &str| item[field].as_bool().unwrap_or(false);
        Self {
            kind: class(item["kind"].as_str().unwrap_or_default()),
            unpriced: money.is_empty() && percents.is_empty(),
            money,
            percents,
            cadence: item["cadence"].as_str().map(cadence_word),
            optional: truth("contingent"),
            label: format!(
                "{} {}",
                item["id"].as_str().unwrap_or_default(),
                item["description"].as_str().unwrap_or_default()
            ),
        }
    }

    pub(crate) fn of_line(item: &LineItem) -> Self {
        let mut money = BTreeSet::new();
        let mut percents = BTreeSet::new();
        let price = &item.price;
        money.extend(price.amount.copied());
        money.extend(price.unit_price.copied());
        percents.extend(price.percent.copied());
        if let Some(tiers) = &price.tiers {
            for row in &tiers.rows {
                money.extend(row.unit_price.copied());
                money.extend(row.flat_fee.copied());
                percents.extend(row.percent.copied());
            }
        }
        for part in &item.schedule {
            money.extend(part.amount.copied());
            money.extend(part.unit_price.copied());
        }
        let scaled = scale(item);
        let more: Vec<Decimal> = money
            .iter()
            .filter_map(|value| value.checked_mul(scaled?))
            .collect();
        let normal = |values: BTreeSet<Decimal>| {
            values
                .into_iter()
                .map(|value| value.normalize())
                .collect::<BTreeSet<Decimal>>()
        };
        money.extend(more);
        Self {
            kind: class(kind_word(item.kind)),
            unpriced: money.is_empty() && percents.is_empty(),
            money: normal(money),
            percents: normal(percents),
            cadence: item.cadence.copied().map(|cadence| cadence.to_string()),
            optional: item.is(Mark::Contingent),
            label: format!(
                "{} {:?} {}",
                item.id,
                item.kind,
                item.description.chars().take(60).collect::<String>()
            ),
        }
    }

    /// How well two items agree: 0 not at all, more where more values are shared.
    pub(crate) fn agrees(&self, line: &Self) -> usize {
        if self.kind != line.kind || !same_cadence(self, line) {
            return 0;
        }
        if self.unpriced || line.unpriced {
            return usize::from(self.unpriced && line.unpriced);
        }
        let money = self
            .money
            .iter()
            .filter(|value| !value.is_zero() && line.money.contains(value))
            .count();
        let percents = self.percents.intersection(&line.percents).count();
        let needed = match (self.money.is_empty(), self.percents.is_empty()) {
            (true, _) => percents,
            (false, true) => money,
            (false, false) => money.min(1).max(percents.min(1)),
        };
        let whole = self.kind == "usage" && self.money.iter().filter(|value| !value.is_zero()).count() > 1;
        let short = whole && money < self.money.iter().filter(|value| !value.is_zero()).count();
        if needed == 0 || short {
            0
        } else {
            money + percents + 1
        }
    }
}

/// An amount stated for another span than it is billed for: 72,000 a year, billed by the quarter, is 18,000.
fn scale(item: &LineItem) -> Option<Decimal> {
    let billed = item.cadence.copied()?.in_months()?;
    let stated = item.price.period.copied()?.in_months()?;
    Decimal::from(billed).checked_div(Decimal::from(stated))
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Recurring => "recurring",
        Kind::Seat => "seat",
        Kind::Usage => "usage",
        Kind::Percentage => "percentage",
        Kind::OneTime => "one_time",
        Kind::Milestone => "milestone",
        Kind::PrepaidCredit => "prepaid_credit",
        Kind::MinimumCommitment => "minimum_commitment",
        Kind::Discount => "discount",
    }
}

fn cadence_word(word: &str) -> String {
    match word {
        "per two years" | "biennial" => Cadence::months(24).to_string(),
        "per three years" => Cadence::months(36).to_string(),
        "biweekly" => String::from("every 2 weeks"),
        "yearly" => String::from("annual"),
        other => other.to_owned(),
    }
}

/// What is not stated, and what falls due when it happens, are written either way. A discount follows what it reduces.
fn same_cadence(golden: &Comparable, line: &Comparable) -> bool {
    let loose = |cadence: &Option<String>| cadence.as_deref().is_none_or(|cadence| cadence == "per_event");
    let (one, other) = (&golden.cadence, &line.cadence);
    one == other || (loose(one) && loose(other)) || golden.kind == "discount" && other.is_none()
}
