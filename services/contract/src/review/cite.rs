//! A person points at words of the page: they become what a field rests on, and its value is read from them.

use serde_json::{Value, json};

use super::edit::{split, with};
use super::{Act, Refusal};
use crate::normal::duration;
use crate::page::{Document, WordRef};
use crate::reading::locale;
use crate::reading::tokens::{self, Kind, Token};
use crate::terms::{Evidence, Match, Terms};

/// Words of a page for a field, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation<'d> {
    /// The document the words stand in.
    pub document: &'d Document,
    /// JSON pointer of a field that was found before.
    pub path: String,
    /// The words, in reading order.
    pub words: Vec<WordRef>,
    /// Why, in the person's own words.
    pub reason: String,
}

/// The terms with those words, and the one value that they say and the field can hold.
pub(super) fn apply(terms: &Terms, citation: &Citation<'_>, act: Act<'_>) -> Result<Terms, Refusal> {
    let evidence = Evidence::from_words(citation.document, &citation.words, Match::Exact);
    let evidence = evidence.ok_or(Refusal::NoWords)?;
    let unknown = || Refusal::UnknownField {
        path: citation.path.clone(),
    };
    let unchanged = serde_json::to_value(terms).map_err(|_| unknown())?;
    if unchanged
        .pointer(&citation.path)
        .is_none_or(|field| field.get("evidence").is_none())
    {
        return Err(unknown());
    }
    let (parent, key) = split(&citation.path).ok_or_else(unknown)?;
    let quote = evidence.quote().to_owned();
    let attempt = |value: &Value| {
        let field = json!({
            "value": value,
            "printed": quote,
            "evidence": [evidence],
            "status": {"edited": {"by": act.by, "reason": citation.reason.trim(), "at": act.at.to_string()}},
        });
        let changed = with(&unchanged, parent, key, field)?;
        serde_json::from_value::<Terms>(changed).ok()
    };
    // What holds any text takes the words as they are.
    if let Some(changed) = attempt(&json!(bare(&quote))) {
        return Ok(changed);
    }
    let mut said = said(citation, key);
    said.retain(|value| attempt(value).is_some());
    match said.as_slice() {
        [] => Err(Refusal::NothingSaid {
            path: citation.path.clone(),
            quote,
        }),
        [value] => attempt(value).ok_or_else(unknown),
        _ => Err(Refusal::SeveralSaid { quote }),
    }
}

/// Every value the words can be read as, each once.
fn said(citation: &Citation<'_>, key: &str) -> Vec<Value> {
    let locale = locale::of(citation.document);
    let stretch = tokens::read(citation.document, &citation.words, locale);
    let mut values: Vec<Value> = Vec::new();
    for (at, token) in stretch.tokens.iter().enumerate() {
        let next = stretch.tokens.get(at.saturating_add(1)..).unwrap_or_default();
        for value in readings(token, next, key) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }
    values
}

fn readings(token: &Token, next: &[Token], key: &str) -> Vec<Value> {
    use crate::normal::date::Day;
    use crate::normal::money::Sign;
    match token.kind {
        Kind::Date(Day::Is(day)) => vec![json!(day.to_string())],
        Kind::Money(amount) => {
            let sign = match amount.sign {
                Some(Sign::Of(currency)) => Some(json!(currency.to_string())),
                _ => None,
            };
            sign.into_iter()
                .chain([json!(amount.value.to_string())])
                .collect()
        }
        Kind::Percent(percent) => vec![json!(percent.to_string())],
        Kind::Number(number) => match counted(number, next, key) {
            Some(value) => vec![value],
            None => vec![json!(number.to_string())],
        },
        Kind::Word => vec![json!(token.low)],
        _ => Vec::new(),
    }
}

/// A number of days, weeks, months or years, in what the field counts.
fn counted(number: rust_decimal::Decimal, next: &[Token], key: &str) -> Option<Value> {
    use rust_decimal::prelude::ToPrimitive;
    let count = number.to_u32().filter(|_| number.fract().is_zero())?;
    // "twelve (12) months": the number in figures and the brackets stand between.
    let unit = next.iter().take(4).find_map(|token| duration::unit(&token.low));
    let span = unit.and_then(|unit| duration::times(count, unit));
    match key {
        "months" => duration::months(span?).map(|months| json!(months)),
        "due" => duration::days(span?).map(|days| json!({"rule": "net", "days": days})),
        _ if key.ends_with("days") => duration::notice_days(span?).map(|days| json!(days)),
        _ => None,
    }
}

/// Without marks around it.
fn bare(quote: &str) -> &str {
    quote.trim_matches(|c: char| c.is_whitespace() || ",.;:“”\"'()".contains(c))
}
