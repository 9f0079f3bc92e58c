//! Which line of one reading is which of the other: the same sort, and the same price or the same words.

use rust_decimal::Decimal;

use crate::reconcile::lists::overlap;
use crate::terms::{Evidence, LineItem};

/// A line of the rules and the model's line that is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) rules: usize,
    pub(super) model: usize,
}

/// Pairs, the surest first: the same price in the same words, then the same price under one name, then the only two
/// lines that rest on the same words, then the only two of that price.
pub(super) fn of(rules: &[LineItem], model: &[LineItem]) -> Vec<Pair> {
    let mut pairs = Pairing {
        rules,
        model,
        pairs: Vec::new(),
    };
    pairs.best(|own, other| same_price(own, other) && rest_on_same(own, other));
    pairs.best(|own, other| same_price(own, other) && same_words(own, other));
    pairs.unique(rest_on_same);
    pairs.unique(same_price);
    pairs.pairs
}

/// Every price of a line; empty where it has none.
pub(super) fn prices(item: &LineItem) -> Vec<Decimal> {
    let plain = [&item.price.amount, &item.price.unit_price, &item.price.percent];
    let rows = item.price.tiers.iter().flat_map(|tiers| &tiers.rows);
    let tiers = rows.flat_map(|row| [&row.unit_price, &row.flat_fee, &row.percent]);
    let dated = item
        .schedule
        .iter()
        .flat_map(|part| [&part.amount, &part.unit_price]);
    plain
        .into_iter()
        .chain(tiers)
        .chain(dated)
        .filter_map(|price| price.value)
        .collect()
}

struct Pairing<'i> {
    rules: &'i [LineItem],
    model: &'i [LineItem],
    pairs: Vec<Pair>,
}

impl Pairing<'_> {
    fn is_free(&self, pair: Pair) -> bool {
        self.pairs
            .iter()
            .all(|known| known.rules != pair.rules && known.model != pair.model)
    }

    fn candidates(&self, fits: impl Fn(&LineItem, &LineItem) -> bool) -> Vec<(u32, Pair)> {
        let mut found = Vec::new();
        for (at, own) in self.rules.iter().enumerate() {
            for (of, other) in self.model.iter().enumerate() {
                let pair = Pair { rules: at, model: of };
                if self.is_free(pair) && own.kind.family() == other.kind.family() && fits(own, other) {
                    found.push((likeness(own, other), pair));
                }
            }
        }
        found
    }

    /// Takes the candidates, the most alike first.
    fn best(&mut self, fits: impl Fn(&LineItem, &LineItem) -> bool) {
        let mut found = self.candidates(fits);
        found.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
        for (_, pair) in found {
            if self.is_free(pair) {
                self.pairs.push(pair);
            }
        }
    }

    /// Takes candidates that have no rival.
    fn unique(&mut self, fits: impl Fn(&LineItem, &LineItem) -> bool) {
        let found = self.candidates(fits);
        let rivals = |pair: &Pair| {
            found
                .iter()
                .filter(|(_, other)| other.rules == pair.rules || other.model == pair.model)
                .count()
        };
        let alone: Vec<Pair> = found
            .iter()
            .map(|(_, pair)| *pair)
            .filter(|pair| rivals(pair) == 1)
            .collect();
        self.pairs.extend(alone);
    }
}

/// Is every price of the shorter line one of the other's?
fn same_price(own: &LineItem, other: &LineItem) -> bool {
    let (own, other) = (prices(own), prices(other));
    !other.is_empty() && !own.is_empty() && other.iter().all(|price| own.contains(price))
}

fn rest_on_same(own: &LineItem, other: &LineItem) -> bool {
    overlap(&evidence(own), &evidence(other))
}

fn evidence(item: &LineItem) -> Vec<Evidence> {
    let prices = [&item.price.amount, &item.price.unit_price, &item.price.percent];
    let of_prices = prices.into_iter().flat_map(|price| &price.evidence);
    item.evidence.iter().chain(of_prices).cloned().collect()
}

/// Do their names share a word that is no filler?
fn same_words(own: &LineItem, other: &LineItem) -> bool {
    shared_words(own, other) > 0
}

fn shared_words(own: &LineItem, other: &LineItem) -> usize {
    let (own, other) = (words(&own.description), words(&other.description));
    own.iter().filter(|word| other.contains(word)).count()
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words.filter(|word| word.chars().count() > 3).collect()
}

/// How alike two lines are that could be the same.
fn likeness(own: &LineItem, other: &LineItem) -> u32 {
    let equal = [
        own.kind == other.kind,
        own.quantity.value.is_some() && own.quantity.value == other.quantity.value,
        own.cadence.value.is_some() && own.cadence.value == other.cadence.value,
        evidence(own)
            .iter()
            .any(|seen| evidence(other).iter().any(|same| same.quote() == seen.quote())),
    ];
    let points = equal
        .iter()
        .filter(|equal| **equal)
        .count()
        .saturating_add(shared_words(own, other).saturating_mul(2));
    u32::try_from(points).unwrap_or(u32::MAX)
}
