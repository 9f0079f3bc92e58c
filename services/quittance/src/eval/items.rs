//! Line items as both sides can be compared: sort, values, cadence. Wording is never compared.

use std::collections::BTreeSet;

use contract::terms::{Cadence, Kind, LineItem, Mark, TierRow};
use rust_decimal::Decimal;
use serde_json::Value;

use super::golden::{decimal, list, number};

/// What is compared of an item.
#[derive(Debug, Clone)]
pub(crate) struct Comparable {
    /// Its kind, as the report names it.
    pub(crate) kind: &'static str,
    /// What it is called in the report: id, kind and price.
    pub(crate) label: String,
    /// Amounts and unit prices, stated or for the billing period.
    pub(crate) money: BTreeSet<Decimal>,
    /// Rates.
    pub(crate) percents: BTreeSet<Decimal>,
    /// Amounts of a schedule: instalments, or a ramp.
    pub(crate) instalments: BTreeSet<Decimal>,
    pub(crate) cadence: Option<String>,
    /// May be left out without being missed.
    pub(crate) optional: bool,
}

/// Kinds as golden files and the report name them.
const KINDS: [&str; 10] = [
    "recurring",
    "seat",
    "usage",
    "tiered",
    "percentage",
    "one_time",
    "milestone",
    "prepaid_credit",
    "minimum_commitment",
    "discount",
];

impl Comparable {
    pub(crate) fn of_golden(item: &Value) -> Self {
        let mut money = BTreeSet::new();
        let mut percents: BTreeSet<Decimal> = decimal(&item["percent"]).into_iter().collect();
        let mut instalments = BTreeSet::new();
        let amounts = |of: &Value| ["amount", "annual_amount", "unit_price"].map(|field| decimal(&of[field]));
        money.extend(amounts(item).into_iter().flatten());
        for tier in list(&item["tiers"]) {
            money.extend(
                ["unit_price", "flat"]
                    .iter()
                    .filter_map(|field| decimal(&tier[*field])),
            );
            percents.extend(decimal(&tier["percent"]));
        }
        for part in list(&item["schedule"]) {
            instalments.extend(amounts(part).into_iter().flatten());
        }
        money.extend(instalments.iter().copied());
        let named = item["kind"].as_str().unwrap_or_default();
        let kind = KINDS
            .iter()
            .find(|kind| **kind == named)
            .copied()
            .unwrap_or("other");
        let cadence = item["cadence"].as_str().map(cadence_word);
        let id = item["id"].as_str().unwrap_or_default();
        Self {
            label: label(id, kind, &money, &percents, cadence.as_deref()),
            kind,
            money,
            percents,
            instalments,
            cadence,
            optional: item["contingent"].as_bool().unwrap_or(false),
        }
    }

    pub(crate) fn of_line(item: &LineItem) -> Self {
        let stated = Prices::of(item);
        let mut money = stated.money.clone();
        if let Some(times) = scale(item) {
            let scaled = stated.money.iter().filter_map(|value| value.checked_mul(times));
            money.extend(scaled.map(|value| value.normalize()));
        }
        let kind = kind_of(item);
        let cadence = item.cadence.copied().map(|cadence| cadence.to_string());
        Self {
            label: label(
                &item.id,
                kind,
                &stated.money,
                &stated.percents,
                cadence.as_deref(),
            ),
            kind,
            money,
            percents: stated.percents,
            instalments: stated.instalments,
            cadence,
            optional: item.is(Mark::Contingent),
        }
    }

    /// Has it no price at all?
    pub(crate) fn is_unpriced(&self) -> bool {
        self.money.is_empty() && self.percents.is_empty()
    }

    /// How well two items agree in kind, cadence and values: 0 not at all, more where more values are shared.
    pub(crate) fn agrees(&self, line: &Self) -> usize {
        if class(self.kind) == class(line.kind) && self.same_cadence(line) {
            self.shares_values(line)
        } else {
            0
        }
    }

    /// How many values two items share, whatever they are called; 0 where they are not the same prices.
    pub(crate) fn shares_values(&self, line: &Self) -> usize {
        if self.is_unpriced() || line.is_unpriced() {
            return usize::from(self.is_unpriced() && line.is_unpriced());
        }
        let priced = |values: &BTreeSet<Decimal>| values.iter().filter(|value| !value.is_zero()).count();
        let money = self.money.intersection(&line.money);
        let shared = money.filter(|value| !value.is_zero()).count();
        let rates = self.percents.intersection(&line.percents).count();
        // Every price of a metered charge must be there; of a ramp or a two-part price one is enough to know it.
        let whole = class(self.kind) == "usage" && priced(&self.money) > 1;
        if shared + rates == 0 || whole && shared < priced(&self.money) {
            return 0;
        }
        shared + rates + 1
    }

    /// The same prices under another kind or cadence.
    pub(crate) fn is_near(&self, line: &Self) -> bool {
        !self.is_unpriced() && self.shares_values(line) > 0
    }

    pub(crate) fn same_kind(&self, line: &Self) -> bool {
        class(self.kind) == class(line.kind)
    }

    /// What is not stated, and what falls due when it happens, are written either way. A discount follows what it
    /// reduces.
    pub(crate) fn same_cadence(&self, line: &Self) -> bool {
        let loose =
            |cadence: &Option<String>| cadence.as_deref().is_none_or(|cadence| cadence == "per_event");
        let once = |cadence: &Option<String>| {
            loose(cadence)
                || cadence
                    .as_deref()
                    .is_some_and(|cadence| matches!(cadence, "one_time" | "dated"))
        };
        let (one, other) = (&self.cadence, &line.cadence);
        one == other
            || loose(one) && loose(other)
            || self.kind == "discount" && other.is_none()
            || self.kind == "milestone" && once(one) && once(other)
    }

    /// A fee in parts may be one item with instalments: are all amounts of this one among the other's?
    pub(crate) fn is_part_of(&self, other: &Self) -> bool {
        let fee = |kind: &str| matches!(kind, "one_time" | "milestone" | "recurring" | "prepaid_credit");
        fee(self.kind)
            && fee(other.kind)
            && other.instalments.len() > 1
            && !self.money.is_empty()
            && self.money.is_subset(&other.instalments)
    }
}

/// Prices of a line as they are stated.
#[derive(Debug, Default)]
pub(crate) struct Prices {
    pub(crate) money: BTreeSet<Decimal>,
    pub(crate) percents: BTreeSet<Decimal>,
    instalments: BTreeSet<Decimal>,
}

impl Prices {
    pub(crate) fn of(item: &LineItem) -> Self {
        let price = &item.price;
        let rows: &[TierRow] = price.tiers.as_ref().map_or(&[], |tiers| &tiers.rows);
        let instalments = item
            .schedule
            .iter()
            .flat_map(|part| [part.amount.copied(), part.unit_price.copied()]);
        let mut found = Self {
            instalments: normal(instalments),
            ..Self::default()
        };
        let flat = [price.amount.copied(), price.unit_price.copied()];
        let tiers = rows
            .iter()
            .flat_map(|row| [row.unit_price.copied(), row.flat_fee.copied()]);
        found.money = normal(flat.into_iter().chain(tiers));
        found.money.extend(found.instalments.iter().copied());
        let rates = rows.iter().map(|row| row.percent.copied());
        found.percents = normal(rates.chain([price.percent.copied()]));
        found
    }
}

fn normal(values: impl Iterator<Item = Option<Decimal>>) -> BTreeSet<Decimal> {
    values.flatten().map(|value| value.normalize()).collect()
}

/// An amount stated for another span than it is billed for: 72,000 a year, billed by the quarter, is 18,000.
pub(crate) fn scale(item: &LineItem) -> Option<Decimal> {
    let billed = item.cadence.copied()?.in_months()?;
    let stated = item.price.period.copied()?.in_months()?;
    Decimal::from(billed).checked_div(Decimal::from(stated))
}

/// Usage and tiers, recurring and seats are told apart by their values alone.
fn class(kind: &str) -> &str {
    match kind {
        "seat" => "recurring",
        "tiered" => "usage",
        other => other,
    }
}

fn kind_of(item: &LineItem) -> &'static str {
    match item.kind {
        Kind::Recurring => "recurring",
        Kind::Seat => "seat",
        Kind::Usage if item.price.tiers.is_some() => "tiered",
        Kind::Usage => "usage",
        Kind::Percentage => "percentage",
        Kind::OneTime => "one_time",
        Kind::Milestone => "milestone",
        Kind::PrepaidCredit => "prepaid_credit",
        Kind::MinimumCommitment => "minimum_commitment",
        Kind::Discount => "discount",
    }
}

/// A cadence of a golden file in our words; one we have no word for stays as it is and equals nothing.
pub(crate) fn cadence_word(word: &str) -> String {
    let ours = match word {
        "per two years" | "biennial" => Cadence::months(24).to_string(),
        "per three years" => Cadence::months(36).to_string(),
        "biweekly" => "every 2 weeks".to_owned(),
        "yearly" => "annual".to_owned(),
        "semi-annual" | "half-yearly" | "half_yearly" => "semiannual".to_owned(),
        other => other.replace('-', "_"),
    };
    Cadence::try_from(ours.clone()).map_or(ours, |cadence| cadence.to_string())
}

fn label(
    id: &str,
    kind: &str,
    money: &BTreeSet<Decimal>,
    percents: &BTreeSet<Decimal>,
    cadence: Option<&str>,
) -> String {
    let rates = percents.iter().map(|rate| format!("{rate}%"));
    let prices: Vec<String> = money.iter().map(ToString::to_string).chain(rates).collect();
    let prices = if prices.is_empty() {
        "unpriced".to_owned()
    } else {
        prices.join(" / ")
    };
    format!("{id} {kind} {prices} {}", cadence.unwrap_or("no cadence"))
}

/// Numbers that a golden item may be read with: its prices and what it says was computed from them.
pub(crate) fn allowed(item: &Value, golden: &Comparable) -> BTreeSet<Decimal> {
    let derived = item["derived"].as_object();
    let computed = derived
        .into_iter()
        .flatten()
        .filter_map(|(value, _)| number(value));
    golden
        .money
        .iter()
        .chain(&golden.percents)
        .copied()
        .chain(computed)
        .collect()
}
