use super::read;
use crate::reading::tokens::{self, Locale};
use crate::reading::written::document;

fn shown(text: &str) -> String {
    let document = document(text);
    let line = &document.pages[0].lines[0];
    let words: Vec<crate::page::WordRef> = (0..u32::try_from(line.words.len()).expect("few"))
        .map(|word| crate::page::WordRef { line: line.id, word })
        .collect();
    let stretch = tokens::read(&document, &words, Locale::default());
    let at = stretch
        .tokens
        .iter()
        .position(|token| token.money().is_some() || token.percent().is_some())
        .expect("a price");
    let found = read(&stretch.tokens, at).expect("an expression");
    let part =
        |name: &str, value: Option<String>| value.map(|value| format!(" {name} {value}")).unwrap_or_default();
    let number = |value: Option<rust_decimal::Decimal>| value.map(|value| value.to_string());
    let price = number(found.money.map(|money| money.value))
        .or(number(found.percent).map(|percent| format!("{percent}%")));
    format!(
        "{}{}{}{}{}{}{}",
        price.unwrap_or_default(),
        part("fee", number(found.fixed_fee)),
        part("min", number(found.minimum)),
        part("max", number(found.cap)),
        part(
            "per",
            found
                .per
                .as_ref()
                .map(|per| format!("{} {}", per.count, per.unit))
        ),
        part(
            "every",
            found
                .period
                .and_then(|period| period.cadence())
                .map(|cadence| cadence.to_string())
        ),
        part("above", number(found.above)),
    )
}

#[test]
fn prices_say_what_they_are_for() {
    let cases = [
        ("$500 a month", "500 every monthly"),
        ("$0.10 per API call, invoiced monthly", "0.10 per 1 api call"),
        ("$50 per seat per month", "50 per 1 seat every monthly"),
        (
            "$0.05 per transaction above 10,000",
            "0.05 per 1 transaction above 10000",
        ),
        (
            "$9.00 per 1M training tokens, counted",
            "9.00 per 1000000 training token",
        ),
        ("2.65% + $0.12", "2.65% fee 0.12"),
        ("0.80%, max. $5.00", "0.80% max 5.00"),
        ("1.10%, min. $0.50", "1.10% min 0.50"),
        (
            "$ 3.75 per account ($ 500.00 minimum)",
            "3.75 min 500.00 per 1 account",
        ),
        (
            "$20 for each 1 G beyond 10 in any given month",
            "20 per 1 g above 10",
        ),
        ("$72,000 per annum", "72000 every annual"),
        ("$250 each per month", "250 per 1  every monthly"),
        ("£18.50 per day", "18.50 per 1 day"),
        ("$1,250.00 per month, billed monthly", "1250.00 every monthly"),
        ("$15,000 implementation fee", "15000"),
        ("€ 36,50 each per month", "36.50 per 1  every monthly"),
        ("$150 per hour in excess of 260 hours", "150 per 1 hour above 260"),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text}");
    }
}
