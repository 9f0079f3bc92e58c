//! Numbers in words: `twenty-four`, `one hundred twenty`, `one and one-half`, `Four and One-Half Million`.

use rust_decimal::Decimal;

/// The number that words begin with and how many of them it takes. `a` and `an` are not numbers.
#[must_use]
pub fn parse(words: &[&str]) -> Option<(Decimal, usize)> {
    let mut sum = Sum::default();
    let mut taken = 0usize;
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at.saturating_add(1)).copied();
        if *word == "and" {
            let goes_on = next.is_some_and(|next| sum.started && is_number_word(next));
            if !goes_on {
                break;
            }
            continue;
        }
        if !sum.word(word)? {
            break;
        }
        taken = at.saturating_add(1);
    }
    (taken > 0)
        .then(|| sum.value().map(|value| (value, taken)))
        .flatten()
}

/// Is it a word that numbers are made of?
#[must_use]
pub fn is_number_word(word: &str) -> bool {
    fraction(word).is_some()
        || word
            .split('-')
            .all(|part| small(part).is_some() || scale(part).is_some())
}

#[derive(Default)]
struct Sum {
    started: bool,
    total: Decimal,
    group: Decimal,
}

impl Sum {
    /// Takes a word in; `Some(false)` where it is no part of a number, `None` on overflow.
    fn word(&mut self, word: &str) -> Option<bool> {
        if let Some(half) = fraction(word) {
            self.group = self.group.checked_add(half)?;
            self.started = true;
            return Some(true);
        }
        let parts: Vec<&str> = word.split('-').collect();
        if !parts
            .iter()
            .all(|part| small(part).is_some() || scale(part).is_some())
        {
            return Some(false);
        }
        for part in parts {
            self.part(part)?;
        }
        self.started = true;
        Some(true)
    }

    fn part(&mut self, part: &str) -> Option<()> {
        if let Some(value) = small(part) {
            self.group = self.group.checked_add(Decimal::from(value))?;
            return Some(());
        }
        let factor = Decimal::from(scale(part)?);
        let group = if self.group.is_zero() {
            Decimal::ONE
        } else {
            self.group
        };
        let scaled = group.checked_mul(factor)?;
        if factor == Decimal::ONE_HUNDRED {
            self.group = scaled;
        } else {
            self.total = self.total.checked_add(scaled)?;
            self.group = Decimal::ZERO;
        }
        Some(())
    }

    fn value(&self) -> Option<Decimal> {
        self.total.checked_add(self.group)
    }
}

fn small(word: &str) -> Option<u32> {
    const UNITS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = [
        "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ];
    let word = if word == "fourty" { "forty" } else { word };
    if let Some(value) = UNITS.iter().position(|name| *name == word) {
        return u32::try_from(value).ok();
    }
    let ten = TENS.iter().position(|name| *name == word)?;
    u32::try_from(ten.saturating_add(2).saturating_mul(10)).ok()
}

fn scale(word: &str) -> Option<u32> {
    match word {
        "hundred" => Some(100),
        "thousand" => Some(1_000),
        "million" => Some(1_000_000),
        "billion" => Some(1_000_000_000),
        _ => None,
    }
}

fn fraction(word: &str) -> Option<Decimal> {
    let hundredths = match word {
        "one-half" => 50,
        "one-quarter" | "one-fourth" => 25,
        "three-quarters" | "three-fourths" => 75,
        _ => return None,
    };
    Some(Decimal::new(hundredths, 2))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn words_become_numbers() {
        let cases = [
            ("thirty days", "30", 1),
            ("twenty-four months", "24", 1),
            ("one hundred twenty (120)", "120", 3),
            ("one hundred and twenty days", "120", 4),
            ("one and one-half percent", "1.50", 3),
            ("four thousand nine hundred dollars", "4900", 4),
            ("four and one-half million dollars", "4500000.00", 4),
            ("two hundred fifty thousand", "250000", 4),
            ("one and the", "1", 1),
        ];
        for (text, value, taken) in cases {
            let words: Vec<&str> = text.split(' ').collect();
            let parsed = parse(&words).map(|(value, taken)| (value.to_string(), taken));
            assert_eq!(parsed, Some((value.to_owned(), taken)), "{text}");
        }
    }

    #[test]
    fn other_words_are_no_numbers() {
        for text in ["a month", "once only", "and one", "customer"] {
            let words: Vec<&str> = text.split(' ').collect();
            assert_eq!(parse(&words), None, "{text}");
        }
    }
}
