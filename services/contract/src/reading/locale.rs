//! How the document itself writes numbers and dates, from those of its amounts and dates that can be read in one way.

use std::cmp::Ordering;

use super::tokens::Locale;
use crate::normal::date::{DayOrder, order_of};
use crate::normal::number::{DecimalMark, mark_of};
use crate::page::Document;

/// The document's own way of writing numbers and dates.
pub(crate) fn of(document: &Document) -> Locale {
    let words: Vec<&str> = document
        .lines()
        .flat_map(|line| &line.words)
        .filter(|word| word.seen())
        .map(|word| word.text.as_str())
        .collect();
    Locale {
        mark: mark(&words),
        order: order(&words),
    }
}

fn mark(words: &[&str]) -> DecimalMark {
    let marks = words.iter().enumerate().filter_map(|(at, word)| {
        let before = at
            .checked_sub(1)
            .and_then(|before| words.get(before))
            .copied()
            .unwrap_or_default();
        let after = words.get(at.saturating_add(1)).copied().unwrap_or_default();
        let money = [*word, before, after].iter().any(|word| is_money_sign(word));
        let numeral = word.trim_matches(|c: char| !c.is_ascii_digit());
        mark_of(numeral).filter(|_| money)
    });
    let commas = marks.fold(0i32, |sum, mark| match mark {
        DecimalMark::Comma => sum.saturating_add(1),
        DecimalMark::Point => sum.saturating_sub(1),
    });
    if commas > 0 || commas == 0 && (groups_with_points(words) || groups_with_spaces(words)) {
        DecimalMark::Comma
    } else {
        DecimalMark::Point
    }
}

/// "NOK 9.800": where no numeral tells, three figures behind a point are thousands in the currencies of countries that write
/// them so; nowhere do three figures behind a comma say otherwise.
fn groups_with_points(words: &[&str]) -> bool {
    let continental = |word: &str| {
        let code = word.trim_matches(|c: char| !c.is_alphabetic());
        word.contains('€')
            || "EUR|NOK|SEK|DKK|BRL|ISK|IDR|VND|CLP|COP|ARS"
                .split('|')
                .any(|known| known == code)
    };
    let grouped = |word: &str, separator: char| {
        let numeral = word.trim_matches(|c: char| !c.is_ascii_digit());
        let only = numeral.matches(separator).count() == 1
            && numeral.chars().all(|c| c.is_ascii_digit() || c == separator);
        only && numeral
            .split(separator)
            .nth(1)
            .is_some_and(|group| group.len() == 3)
            && !numeral.starts_with('0')
    };
    let beside = |at: usize| {
        let near = at.saturating_sub(1)..at.saturating_add(2).min(words.len());
        words
            .get(near)
            .unwrap_or_default()
            .iter()
            .any(|word| continental(word))
    };
    let any = |separator: char| {
        words
            .iter()
            .enumerate()
            .any(|(at, word)| grouped(word, separator) && beside(at))
    };
    any('.') && !any(',')
}

/// "21 700 kr": thousands set apart by spaces before a currency; whoever writes so writes decimals with a comma.
fn groups_with_spaces(words: &[&str]) -> bool {
    const CONTINENTAL: &str = "kr|kr.|kronor|kroner|€|EUR|SEK|NOK|DKK|CZK|PLN|HUF";
    let digits = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    // "10 500 EUR" can be a count and a price; where any numeral groups with a comma, it is.
    let grouped = words
        .iter()
        .any(|word| word.contains(',') && word.chars().any(|c| c.is_ascii_digit()) && !word.ends_with(','));
    let continental = |sign: &str| CONTINENTAL.split('|').any(|known| known == sign);
    !grouped
        && words.windows(3).any(|three| match three {
            [first, group, sign] => {
                digits(first)
                    && first.len() <= 3
                    && digits(group)
                    && group.len() == 3
                    && continental(sign.trim_end_matches(['.', ',', ';']))
            }
            _ => false,
        })
}

fn is_money_sign(word: &str) -> bool {
    word.contains(['$', '€', '£', '¥'])
        || matches!(word, "kr" | "kr." | "kronor" | "kroner")
        || crate::normal::money::code(word).is_some()
}

fn order(words: &[&str]) -> DayOrder {
    let orders = words
        .iter()
        .filter_map(|word| order_of(word.trim_matches(|c: char| !c.is_ascii_digit())));
    let balance = orders.fold(0i32, |sum, order| match order {
        DayOrder::MonthFirst => sum.saturating_add(1),
        DayOrder::DayFirst => sum.saturating_sub(1),
        DayOrder::Unknown => sum,
    });
    match balance.cmp(&0) {
        Ordering::Greater => DayOrder::MonthFirst,
        Ordering::Less => DayOrder::DayFirst,
        Ordering::Equal => DayOrder::Unknown,
    }
}
