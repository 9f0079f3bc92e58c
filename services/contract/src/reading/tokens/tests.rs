use jiff::civil::date;

use super::{Kind, Locale, Stretch, read};
use crate::normal::date::{Day, DayOrder};
use crate::normal::money::Sign;
use crate::normal::number::DecimalMark;
use crate::page::WordRef;
use crate::reading::written::document;

fn tokens(text: &str, locale: Locale) -> Stretch {
    let document = document(text);
    let words: Vec<WordRef> = document
        .lines()
        .flat_map(|line| {
            (0..u32::try_from(line.words.len()).expect("few")).map(|word| WordRef { line: line.id, word })
        })
        .collect();
    read(&document, &words, locale)
}

fn shown(text: &str) -> String {
    let shown: Vec<String> = tokens(text, Locale::default())
        .tokens
        .iter()
        .map(|token| match token.kind {
            Kind::Word => token.low.clone(),
            Kind::Number(value) => format!("#{value}"),
            Kind::Ordinal(value) => format!("{value}th"),
            Kind::Money(amount) => match amount.sign {
                Some(Sign::Of(currency)) => format!("{currency}{}", amount.value),
                Some(Sign::Dollar) => format!("${}", amount.value),
                Some(Sign::Krone) => format!("{} kr", amount.value),
                None => format!("?{}", amount.value),
            },
            Kind::Percent(value) => format!("{value}%"),
            Kind::Date(Day::Is(day)) => day.to_string(),
            Kind::Date(Day::Ambiguous { .. }) => String::from("either-day"),
            Kind::Withheld { money, blank } => format!(
                "{}{}",
                if blank { "blank" } else { "redacted" },
                if money { "$" } else { "" }
            ),
            Kind::Note(number) => format!("note{number}"),
            Kind::Mark(mark) => mark.to_string(),
        })
        .collect();
    shown.join(" ")
}

#[test]
fn words_become_typed_tokens() {
    let cases = [
        (
            "$50K at discovery, $100K at go-live.",
            "$50000 at discovery , $100000 at go-live .",
        ),
        ("within thirty (30) days", "within #30 days"),
        ("the bal-\nance falls", "the balance falls"),
        (
            "a long-\nterm lease, non-\nrefundable",
            "a long-term lease , non-refundable",
        ),
        ("forty-\nfive days", "#45 days"),
        ("a fee - payable", "a fee - payable"),
        ("US$7.50 per US$1 million", "USD7.50 per USD1000000"),
        ("$ 18,000.00 and $30,", "$18000.00 and $30 ,"),
        ("EUR 42.00 or 55 CAD or $55 CAD", "EUR42.00 or CAD55 or CAD55"),
        ("€ 4.560,00", "EUR4560.00"),
        ("a rate of $.25 cents", "a rate of $0.25"),
        ("$0.01 (one cent) per access", "$0.01 per access"),
        ("$0.005 (one-half cent)", "$0.005"),
        ("Eighty Thousand Dollars and No/100's ($80,000.00)", "$80000.00"),
        ("one and one-half percent (1.5%) per month", "1.50% per month"),
        ("2.65% + $0.12", "2.65% + $0.12"),
        ("25 bps", "0.25%"),
        ("five per cent (5%)", "5%"),
        (
            "rate of [ * ] Dollars ($ [ * ]) per day",
            "rate of redacted$ per day",
        ),
        ("a fee of $[***].", "a fee of redacted$ ."),
        ("Fee: $________", "fee : blank$"),
        ("March 1, 2025 and 1 March 2025", "2025-03-01 and 2025-03-01"),
        ("this 19th day of December 1997,", "this 1997-12-19 ,"),
        ("27 day of April th 2009", "2009-04-27"),
        ("2025-03-21T16:20Z", "2025-03-21"),
        ("3/15/98, 03/04/2025", "1998-03-15 , either-day"),
        (
            "a three-year term of twenty-four (24) months",
            "a #3 - year term of #24 months",
        ),
        ("24 x 7 support, 24x7", "#24 x #7 support , 24x7"),
        ("1 - 25,000", "#1 - #25000"),
        ("up to 500GB each", "up to #500 gb each"),
        ("per 1M tokens", "per #1000000 tokens"),
        ("monitoring¹ £1,480.00", "monitoring note1 GBP1480.00"),
        ("$1.92 million", "$1920000.00"),
        ("Inc. of the U.S. is", "inc. of the u.s. is"),
        ("ARTICLE 7.2. Fees", "article #7.2 . fees"),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn words_and_numerals_that_differ_are_kept_apart() {
    let disputed = |text: &str| {
        tokens(text, Locale::default())
            .tokens
            .iter()
            .find_map(|token| token.disputed)
            .map(|value| value.to_string())
    };
    assert_eq!(disputed("within thirty (45) days"), Some(String::from("45")));
    assert_eq!(
        disputed("Four Thousand Nine Hundred Dollars ($4,950.00)"),
        Some(String::from("4900"))
    );
    assert_eq!(disputed("thirty (30) days"), None);
    assert_eq!(disputed("Year One (1998)"), None);
}

#[test]
fn the_documents_own_way_decides() {
    let comma = Locale {
        mark: DecimalMark::Comma,
        order: DayOrder::DayFirst,
    };
    let stretch = tokens("€ 1.500 am 03/04/2025, 18 500,00 EUR", comma);
    let kinds: Vec<Kind> = stretch.tokens.iter().map(|token| token.kind).collect();
    assert!(
        matches!(kinds[0], Kind::Money(amount) if amount.value.to_string() == "1500"),
        "{kinds:?}"
    );
    assert!(
        kinds.contains(&Kind::Date(Day::Is(date(2025, 4, 3)))),
        "{kinds:?}"
    );
    assert!(
        matches!(kinds[4], Kind::Money(amount) if amount.value.to_string() == "18500.00"),
        "{kinds:?}"
    );
}

#[test]
fn evidence_covers_the_words_of_a_token() {
    let document = document("the fee is Eighty Thousand Dollars ($80,000.00) a year");
    let words: Vec<WordRef> = (0..10)
        .map(|word| WordRef {
            line: document.pages[0].lines[0].id,
            word,
        })
        .collect();
    let stretch = read(&document, &words, Locale::default());
    let at = stretch
        .tokens
        .iter()
        .position(|token| token.money().is_some())
        .expect("an amount");
    let evidence = stretch.evidence(&document, at, at + 1);
    assert_eq!(evidence[0].quote(), "Eighty Thousand Dollars ($80,000.00)");
}
