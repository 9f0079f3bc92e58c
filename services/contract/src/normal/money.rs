//! Which currency a sign, a code or a word names.

use pricing::money::Currency;

/// What a currency sign or word can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sign {
    /// One currency.
    Of(Currency),
    /// `$`: the dollar of whichever country; the document must say which.
    Dollar,
    /// `kr`: the crown of whichever Nordic country; the document must say which.
    Krone,
}

/// A sign or prefix before a number: `$`, `US$`, `€`, `£`, `CHF`, `USD`.
#[must_use]
pub fn sign(text: &str) -> Option<Sign> {
    let code = match text {
        "$" => return Some(Sign::Dollar),
        "US$" | "U.S.$" | "USD$" => "USD",
        "€" => "EUR",
        "£" => "GBP",
        "¥" => "JPY",
        "₹" => "INR",
        "C$" | "CA$" | "CAD$" | "CDN$" | "Cdn$" => "CAD",
        "A$" | "AU$" | "AUD$" => "AUD",
        "NZ$" => "NZD",
        "HK$" => "HKD",
        "S$" => "SGD",
        "₩" => "KRW",
        "R$" => "BRL",
        other => return code(other).map(Sign::Of),
    };
    code.parse().ok().map(Sign::Of)
}

/// An ISO code as contracts use them, in capitals.
#[must_use]
pub fn code(text: &str) -> Option<Currency> {
    const USED: [&str; 34] = [
        "USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "JPY", "CNY", "INR", "SEK", "NOK", "DKK", "PLN",
        "CZK", "HUF", "RON", "BGN", "ILS", "TRY", "ZAR", "BRL", "MXN", "SGD", "HKD", "KRW", "TWD", "THB",
        "AED", "SAR", "KWD", "QAR", "ISK", "MYR",
    ];
    USED.contains(&text).then(|| text.parse().ok()).flatten()
}

/// A word after a number: `dollars`, `euros`, `pounds sterling`.
#[must_use]
pub fn word(text: &str) -> Option<Sign> {
    let code = match text {
        "dollars" | "dollar" => return Some(Sign::Dollar),
        "kr" | "kr." | "kroner" => return Some(Sign::Krone),
        "kronor" | "krona" => "SEK",
        "euro" | "euros" => "EUR",
        "pounds" | "sterling" => "GBP",
        "yen" => "JPY",
        "francs" => "CHF",
        _ => return None,
    };
    code.parse().ok().map(Sign::Of)
}

#[cfg(test)]
mod tests {
    use super::{Sign, code, sign, word};

    #[test]
    fn signs_name_one_currency_or_a_dollar() {
        let named = |text: &str| {
            sign(text).map(|sign| match sign {
                Sign::Of(currency) => currency.code(),
                Sign::Dollar => "a dollar",
                Sign::Krone => "a crown",
            })
        };
        for (text, expected) in [
            ("$", "a dollar"),
            ("US$", "USD"),
            ("€", "EUR"),
            ("CHF", "CHF"),
            ("C$", "CAD"),
        ] {
            assert_eq!(named(text), Some(expected), "{text}");
        }
        assert_eq!(sign("#"), None);
        assert_eq!(code("ALL"), None, "a word in capitals is no currency");
        assert_eq!(word("dollars"), Some(Sign::Dollar));
    }
}
