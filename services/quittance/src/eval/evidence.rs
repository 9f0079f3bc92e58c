//! Is the evidence where the golden says, and does it hold the words quoted there?

use contract::terms::{Evidence, LineItem};
use serde_json::Value;

use super::golden::list;

/// A place that a golden names.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) page: u64,
    pub(crate) quote: String,
    part: Option<String>,
}

/// The places that a list of evidence names.
pub(crate) fn places(evidence: &Value) -> Vec<Place> {
    list(evidence)
        .into_iter()
        .map(|one| Place {
            page: one["page"].as_u64().unwrap_or(1),
            quote: one["quote"].as_str().unwrap_or_default().to_owned(),
            part: one["part"].as_str().map(str::to_owned),
        })
        .collect()
}

/// All evidence of a line: its own and that of its prices.
pub(crate) fn of_line(item: &LineItem) -> Vec<&Evidence> {
    let price = &item.price;
    let prices = [&price.amount, &price.unit_price, &price.percent];
    let of_prices = prices.into_iter().flat_map(|found| &found.evidence);
    item.evidence.iter().chain(of_prices).collect()
}

impl Place {
    /// Is the evidence, from the part of that name, on this page?
    pub(crate) fn is_page_of(&self, part: &str, evidence: &Evidence) -> bool {
        let same_part = self
            .part
            .as_deref()
            .is_none_or(|named| part.ends_with(named) || named.ends_with(part));
        same_part && u64::from(evidence.page()) == self.page
    }

    /// Does the evidence hold these words, or these words the evidence?
    pub(crate) fn shares_words_with(&self, evidence: &Evidence) -> bool {
        shares(&fold(&self.quote), &fold(evidence.quote()))
    }
}

/// Letters and digits alone: quotation marks, dashes, U+037E and white space differ between readers of one page.
fn fold(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// One holds the other, or a run of sixteen letters of it.
fn shares(one: &str, other: &str) -> bool {
    const RUN: usize = 16;
    if one.is_empty() || other.is_empty() {
        return false;
    }
    if one.contains(other) || other.contains(one) {
        return true;
    }
    let letters: Vec<char> = one.chars().collect();
    letters
        .windows(RUN)
        .any(|run| other.contains(&run.iter().collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shared_whatever_marks_stand_between_them() {
        for (one, other, same) in [
            (
                "Fee of “$ 1,200.00” – monthly",
                "fee of $1,200.00 - monthly",
                true,
            ),
            (
                "payable monthly in advance on the first",
                "x payable monthly in advance y",
                true,
            ),
            ("Fee of $1,200", "Fee of $1,300", false),
            ("", "anything", false),
        ] {
            assert_eq!(shares(&fold(one), &fold(other)), same, "{one} | {other}");
        }
    }
}
