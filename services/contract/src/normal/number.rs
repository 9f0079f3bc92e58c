//! Numerals: `1,234.50`, `1.234,50`, `10K`, `4th`.

use rust_decimal::Decimal;

/// Which character separates the decimals in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DecimalMark {
    /// `1,234.50`.
    #[default]
    Point,
    /// `1.234,50`.
    Comma,
}

/// The value of a numeral, or `None` where its separators do not fit the document's or each other.
#[must_use]
pub fn parse(numeral: &str, mark: DecimalMark) -> Option<Decimal> {
    let shape = Shape::of(numeral)?;
    match (shape, mark) {
        (Shape::Plain, _) => numeral.parse().ok(),
        (Shape::Point { groups: true }, DecimalMark::Comma) => without(numeral, '.'),
        (Shape::Point { .. }, _) => numeral.parse().ok(),
        (Shape::Comma { groups: true }, DecimalMark::Point) => without(numeral, ','),
        (Shape::Comma { .. }, _) => numeral.replace(',', ".").parse().ok(),
        (Shape::Grouped { thousands }, _) => without(numeral, thousands).or_else(|| {
            let decimal = if thousands == ',' { '.' } else { ',' };
            without_then(numeral, thousands, decimal)
        }),
    }
}

/// The decimal mark that a numeral gives away by its own shape: `1.234,50` and `38,00` say comma, `1,234.50` and `0.5`
/// say point, `1,234` says nothing.
#[must_use]
pub fn mark_of(numeral: &str) -> Option<DecimalMark> {
    match Shape::of(numeral)? {
        Shape::Grouped { thousands: '.' } => Some(DecimalMark::Comma),
        Shape::Grouped { .. } => Some(DecimalMark::Point),
        Shape::Comma { groups: false } => Some(DecimalMark::Comma),
        Shape::Point { groups: false } => Some(DecimalMark::Point),
        _ => None,
    }
}

/// How a numeral is written.
#[derive(Clone, Copy)]
enum Shape {
    Plain,
    /// One kind of separator, a point; could it be a thousands group?
    Point {
        groups: bool,
    },
    /// One kind of separator, a comma.
    Comma {
        groups: bool,
    },
    /// Both kinds, or several of one: the first kind separates thousands.
    Grouped {
        thousands: char,
    },
}

impl Shape {
    fn of(numeral: &str) -> Option<Self> {
        if !numeral
            .chars()
            .all(|c| c.is_ascii_digit() || c == '.' || c == ',')
        {
            return None;
        }
        let commas = numeral.matches(',').count();
        let points = numeral.matches('.').count();
        match (commas, points) {
            (0, 0) => Some(Self::Plain),
            (0, 1) => Some(Self::Point {
                groups: looks_grouped(numeral, '.'),
            }),
            (1, 0) => Some(Self::Comma {
                groups: looks_grouped(numeral, ','),
            }),
            (_, 0) => looks_grouped(numeral, ',').then_some(Self::Grouped { thousands: ',' }),
            (0, _) => looks_grouped(numeral, '.').then_some(Self::Grouped { thousands: '.' }),
            (_, 1) if numeral.rfind('.') > numeral.rfind(',') => Some(Self::Grouped { thousands: ',' }),
            (1, _) if numeral.rfind(',') > numeral.rfind('.') => Some(Self::Grouped { thousands: '.' }),
            _ => None,
        }
    }
}

/// One to three digits, not a lone zero, then groups of exactly three.
fn looks_grouped(numeral: &str, separator: char) -> bool {
    let mut groups = numeral.split(separator);
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && !first.starts_with('0') && groups.all(|group| group.len() == 3)
}

fn without(numeral: &str, thousands: char) -> Option<Decimal> {
    looks_grouped(numeral, thousands)
        .then(|| numeral.replace(thousands, ""))
        .and_then(|plain| plain.parse().ok())
}

fn without_then(numeral: &str, thousands: char, decimal: char) -> Option<Decimal> {
    let (whole, fraction) = numeral.split_once(decimal)?;
    if !looks_grouped(whole, thousands) {
        return None;
    }
    format!("{}.{fraction}", whole.replace(thousands, ""))
        .parse()
        .ok()
}

/// The factor a magnitude word or letter stands for: `k`, `million`, `bn`.
#[must_use]
pub fn magnitude(word: &str) -> Option<Decimal> {
    let zeros = match word {
        "k" | "thousand" | "tsd" => 1_000,
        "m" | "mm" | "mio" | "million" | "millions" | "mn" => 1_000_000,
        "b" | "bn" | "billion" | "billions" => 1_000_000_000,
        _ => return None,
    };
    Some(Decimal::from(zeros))
}

/// Digits that letters stand for in a misprint: `5OO` for 500. Used to suspect, never to read.
#[must_use]
pub fn lookalike(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text
        .chars()
        .filter(|c| matches!(c, 'O' | 'o' | 'l' | 'I' | 'S'))
        .count();
    let rest = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, 'O' | 'o' | 'l' | 'I' | 'S' | ',' | '.'));
    rest && digits > 0 && letters > 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::{DecimalMark, lookalike, mark_of, parse};

    #[test]
    fn numerals_mean_what_they_print() {
        let cases = [
            ("1,234.50", DecimalMark::Point, Some("1234.50")),
            ("1.234,50", DecimalMark::Comma, Some("1234.50")),
            ("1.234,50", DecimalMark::Point, Some("1234.50")),
            ("38,00", DecimalMark::Point, Some("38.00")),
            ("1,500", DecimalMark::Point, Some("1500")),
            ("1.500", DecimalMark::Comma, Some("1500")),
            ("1.500", DecimalMark::Point, Some("1.500")),
            ("0.0120", DecimalMark::Point, Some("0.0120")),
            ("0,095", DecimalMark::Comma, Some("0.095")),
            ("1,920,000", DecimalMark::Point, Some("1920000")),
            ("85", DecimalMark::Comma, Some("85")),
            ("1,23,456", DecimalMark::Point, None),
            ("1.2.3", DecimalMark::Point, None),
            ("12a", DecimalMark::Point, None),
        ];
        for (numeral, mark, expected) in cases {
            let value = parse(numeral, mark).map(|value| value.to_string());
            assert_eq!(value.as_deref(), expected, "{numeral}");
        }
    }

    #[test]
    fn a_numeral_gives_its_mark_away_or_not() {
        assert_eq!(mark_of("4.560,00"), Some(DecimalMark::Comma));
        assert_eq!(mark_of("36,50"), Some(DecimalMark::Comma));
        assert_eq!(mark_of("1,250.00"), Some(DecimalMark::Point));
        assert_eq!(mark_of("1,250"), None);
        assert_eq!(mark_of("750"), None);
    }

    #[test]
    fn letters_in_a_number_are_suspected() {
        assert!(lookalike("5OO,000"));
        assert!(!lookalike("500,000"));
        assert!(!lookalike("Oslo"));
    }

    proptest! {
        #[test]
        fn grouping_never_changes_the_value(whole in 0u64..1_000_000_000_000, cents in 0u8..100) {
            let plain = format!("{whole}.{cents:02}");
            let mut grouped = String::new();
            let digits = whole.to_string();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at) % 3 == 0 {
                    grouped.push(',');
                }
                grouped.push(digit);
            }
            let printed = format!("{grouped}.{cents:02}");
            prop_assert_eq!(parse(&printed, DecimalMark::Point), plain.parse::<Decimal>().ok());
            let german: String = printed.chars().map(|c| match c { ',' => '.', '.' => ',', other => other }).collect();
            prop_assert_eq!(parse(&german, DecimalMark::Comma), plain.parse::<Decimal>().ok());
        }
    }
}
