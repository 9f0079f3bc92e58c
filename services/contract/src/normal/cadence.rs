//! Words that say how often: `monthly`, `half-yearly`, `per annum`; and those that say two things: `bi-monthly`.

use crate::terms::{Cadence, Span, SpanUnit};

/// What a word says about how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Often {
    /// One thing.
    Is(Cadence),
    /// Two things: twice in the period, or every second one. Never guessed.
    Ambiguous,
}

/// What an adverb or adjective says about how often.
#[must_use]
pub fn adverb(word: &str) -> Option<Often> {
    let (count, unit) = match word {
        "daily" => (1, SpanUnit::Day),
        "weekly" => (1, SpanUnit::Week),
        "fortnightly" => (2, SpanUnit::Week),
        "semi-monthly" | "semimonthly" => (1, SpanUnit::HalfMonth),
        "monthly" | "month-to-month" => (1, SpanUnit::Month),
        "quarterly" => (3, SpanUnit::Month),
        "semi-annually" | "semi-annual" | "semiannually" | "semiannual" | "half-yearly" | "halfyearly"
        | "six-monthly" => (6, SpanUnit::Month),
        "annual" | "annually" | "yearly" => (1, SpanUnit::Year),
        "biennial" | "biennially" => (2, SpanUnit::Year),
        "triennial" | "triennially" => (3, SpanUnit::Year),
        "bi-monthly" | "bimonthly" | "bi-weekly" | "biweekly" | "bi-annual" | "biannual" | "bi-annually"
        | "biannually" | "bi-yearly" | "bi-quarterly" => return Some(Often::Ambiguous),
        _ => return None,
    };
    Some(Often::Is(Cadence::Every(Span { count, unit })))
}

#[cfg(test)]
mod tests {
    use super::{Often, adverb};

    #[test]
    fn some_words_say_two_things() {
        for word in ["bi-monthly", "biannual", "biweekly"] {
            assert_eq!(adverb(word), Some(Often::Ambiguous), "{word}");
        }
        for (word, text) in [
            ("half-yearly", "semiannual"),
            ("biennial", "every 2 years"),
            ("monthly", "monthly"),
        ] {
            let Some(Often::Is(cadence)) = adverb(word) else {
                panic!("{word} says how often")
            };
            assert_eq!(cadence.to_string(), text);
        }
    }
}
