//! Which golden item is which line that was read: the pairing with the most shared values in all.

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

use super::items::Comparable;

/// Golden items and lines, by their index.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairing {
    /// Golden item and line that are the same.
    pub(crate) pairs: Vec<(usize, usize)>,
    /// Golden item that is one of several parts of a line, or the other way round.
    pub(crate) parts: Vec<(usize, usize)>,
    /// Golden item and line with the same prices, but of another kind or cadence: neither found nor invented.
    pub(crate) near: Vec<(usize, usize)>,
}

impl Pairing {
    pub(crate) fn of(golden: &[Comparable], lines: &[Comparable]) -> Self {
        let mut pairing = Self {
            pairs: best(golden, lines),
            parts: Vec::new(),
            near: Vec::new(),
        };
        for (index, item) in golden.iter().enumerate() {
            if pairing.line_of(index).is_none()
                && let Some(line) = lines.iter().position(|line| item.is_part_of(line))
            {
                pairing.parts.push((index, line));
            }
        }
        for (at, line) in lines.iter().enumerate() {
            if pairing.golden_of(at).is_none()
                && let Some(index) = golden.iter().position(|item| line.is_part_of(item))
            {
                pairing.parts.push((index, at));
            }
        }
        pairing.find_near(golden, lines);
        pairing
    }

    fn find_near(&mut self, golden: &[Comparable], lines: &[Comparable]) {
        for (index, item) in golden.iter().enumerate() {
            let free = |at: &usize| self.golden_of(*at).is_none() && self.near_of(*at).is_none();
            let alike = |at: &usize| lines.get(*at).is_some_and(|line| item.is_near(line));
            if self.line_of(index).is_none()
                && let Some(at) = (0..lines.len()).filter(free).find(alike)
            {
                self.near.push((index, at));
            }
        }
    }

    /// The golden item that a line comes near to.
    pub(crate) fn near_of(&self, line: usize) -> Option<usize> {
        self.near
            .iter()
            .find(|(_, at)| *at == line)
            .map(|(index, _)| *index)
    }

    /// The line that comes near to a golden item.
    pub(crate) fn near_to(&self, golden: usize) -> Option<usize> {
        self.near
            .iter()
            .find(|(index, _)| *index == golden)
            .map(|(_, line)| *line)
    }

    /// The line that a golden item is, or is a part of.
    pub(crate) fn line_of(&self, golden: usize) -> Option<usize> {
        let mut all = self.pairs.iter().chain(&self.parts);
        all.find(|(index, _)| *index == golden).map(|(_, line)| *line)
    }

    /// The golden item that a line is, or is a part of.
    pub(crate) fn golden_of(&self, line: usize) -> Option<usize> {
        let mut all = self.pairs.iter().chain(&self.parts);
        all.find(|(_, at)| *at == line).map(|(index, _)| *index)
    }
}

/// The assignment of the largest sum. The algorithm wants no more rows than columns.
fn best(golden: &[Comparable], lines: &[Comparable]) -> Vec<(usize, usize)> {
    let turned = golden.len() > lines.len();
    let (rows, columns) = if turned { (lines, golden) } else { (golden, lines) };
    if rows.is_empty() {
        return Vec::new();
    }
    let weight = |row: usize, column: usize| {
        let (index, at) = if turned { (column, row) } else { (row, column) };
        match (golden.get(index), lines.get(at)) {
            (Some(item), Some(line)) => i64::try_from(item.agrees(line)).unwrap_or(i64::MAX >> 16),
            _ => 0,
        }
    };
    let weights = Matrix::from_fn(rows.len(), columns.len(), |(row, column)| weight(row, column));
    let (_, assigned) = kuhn_munkres(&weights);
    assigned
        .into_iter()
        .enumerate()
        .filter(|(row, column)| weight(*row, *column) > 0)
        .map(|(row, column)| if turned { (column, row) } else { (row, column) })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn items(items: &[Value]) -> Vec<Comparable> {
        items.iter().map(Comparable::of_golden).collect()
    }

    fn fee(amount: &str, cadence: &str) -> Value {
        json!({"kind": "recurring", "amount": amount, "cadence": cadence})
    }

    #[test]
    fn the_sum_counts_and_not_the_first_that_fits() {
        let two = |one: &str, other: &str| json!({"kind": "seat", "cadence": "monthly", "schedule": [{"unit_price": one}, {"unit_price": other}]});
        let golden = items(&[two("1", "2"), fee("1", "monthly")]);
        let lines = items(&[fee("1", "monthly"), two("1", "2")]);
        assert_eq!(Pairing::of(&golden, &lines).pairs, [(0, 1), (1, 0)]);
    }

    #[test]
    fn kind_value_and_cadence_must_agree() {
        let golden = items(&[fee("10", "monthly")]);
        for (line, matched) in [
            (fee("10.00", "monthly"), true),
            (
                json!({"kind": "seat", "unit_price": "10", "cadence": "monthly"}),
                true,
            ),
            (fee("10", "annual"), false),
            (fee("11", "monthly"), false),
            (
                json!({"kind": "usage", "unit_price": "10", "cadence": "monthly"}),
                false,
            ),
        ] {
            assert_eq!(
                !Pairing::of(&golden, &items(std::slice::from_ref(&line)))
                    .pairs
                    .is_empty(),
                matched,
                "{line}"
            );
        }
    }

    #[test]
    fn two_halves_may_be_one_fee_in_instalments() {
        let half = |amount: &str| json!({"kind": "one_time", "amount": amount, "cadence": "one_time"});
        let whole = json!({"kind": "one_time", "cadence": "dated",
            "schedule": [{"date": "2025-01-01", "amount": "7500"}, {"date": "2025-02-01", "amount": "2500"}]});
        let (halves, whole) = (items(&[half("7500"), half("2500")]), items(&[whole]));
        for pairing in [Pairing::of(&halves, &whole), Pairing::of(&whole, &halves)] {
            assert_eq!(pairing.pairs.len() + pairing.parts.len(), 2, "{pairing:?}");
        }
        let others = items(&[half("7500"), half("9")]);
        assert_eq!(Pairing::of(&others, &whole).parts.len(), 1);
    }
}
