//! The terms as a list: one row a value, with its address, in words, for people and programs that show or edit them.

use serde_json::Value;

use super::{Evidence, Terms};

/// One value of the terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermRow {
    /// JSON pointer of the value's field: its address in an edit.
    pub path: String,
    /// In words: `payment · due`, `API calls · unit price`.
    pub label: String,
    /// In normal form; empty where there is none.
    pub value: String,
    /// As printed.
    pub printed: String,
    /// Name of its status.
    pub status: String,
    /// Where it stands.
    pub evidence: Vec<Evidence>,
}

/// Keys by which a [`super::Found`] is known in JSON.
const FOUND: [&str; 4] = ["value", "printed", "evidence", "status"];

/// Every value that was found, withheld or disputed, in the order of the terms. What is absent has no row.
#[must_use]
pub fn rows(terms: &Terms) -> Vec<TermRow> {
    let mut rows = Vec::new();
    if let Ok(json) = serde_json::to_value(terms) {
        walk(&json, "", &[], &mut rows);
    }
    rows
}

fn walk(json: &Value, path: &str, words: &[String], rows: &mut Vec<TermRow>) {
    match json {
        Value::Object(fields) if FOUND.iter().all(|key| fields.contains_key(*key)) => {
            rows.extend(row(json, path, words));
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                let mut words = words.to_vec();
                words.push(key.replace('_', " "));
                walk(value, &format!("{path}/{key}"), &words, rows);
            }
        }
        // The mentions are the reader's notes on every amount; each term among them has its own row already.
        Value::Array(_) if path == "/mentions" => {}
        Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                let mut words = words.to_vec();
                name(element, &mut words);
                if path.ends_with(TIERS) {
                    words.truncate(words.len().saturating_sub(2));
                    words.push(format!("tier {}", at.saturating_add(1)));
                    rows.extend(
                        BOUNDS
                            .iter()
                            .filter_map(|key| bound(element, path, at, key, &words)),
                    );
                }
                if path == "/line_items" {
                    rows.extend(
                        OF_A_LINE
                            .iter()
                            .filter_map(|key| plain(element, path, at, key, &words)),
                    );
                }
                walk(element, &format!("{path}/{at}"), &words, rows);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What a line says of itself beside the values found for it: it stands where the line does, and is as sure.
const OF_A_LINE: [&str; 3] = ["description", "kind", "unit"];

fn plain(line: &Value, list: &str, at: usize, key: &str, words: &[String]) -> Option<TermRow> {
    let label = [words.to_vec(), vec![key.to_owned()]].concat();
    Some(TermRow {
        path: format!("{list}/{at}/{key}"),
        label: label.join(" · "),
        value: line.get(key)?.as_str()?.to_owned(),
        printed: String::new(),
        status: status(line.get("status")?),
        evidence: serde_json::from_value(line.get("evidence")?.clone()).unwrap_or_default(),
    })
}

/// Where the tiers of a price stand, and what each says besides its prices.
const TIERS: &str = "/price/tiers/rows";
const BOUNDS: [&str; 2] = ["from", "to"];
const PRICES: [&str; 3] = ["unit_price", "flat_fee", "percent"];

/// A bound of a tier stands where its price does, and is as sure.
fn bound(tier: &Value, list: &str, at: usize, key: &str, words: &[String]) -> Option<TermRow> {
    let price = PRICES.iter().find_map(|price| tier.get(*price))?;
    let label = [words.to_vec(), vec![key.to_owned()]].concat();
    Some(TermRow {
        path: format!("{list}/{at}/{key}"),
        label: label.join(" · "),
        value: Some(normal_form(tier.get(key)?)).filter(|bound| !bound.is_empty())?,
        printed: String::new(),
        status: status(price.get("status")?),
        evidence: serde_json::from_value(price.get("evidence")?.clone()).unwrap_or_default(),
    })
}

/// An element that has a name of its own takes it in place of the list's.
fn name(element: &Value, words: &mut Vec<String>) {
    let own = ["description", "label", "name"]
        .iter()
        .find_map(|key| text(element.get(*key)?));
    if let Some(own) = own {
        words.pop();
        words.push(own);
    }
}

/// A description is plain text, or found in the document itself.
fn text(value: &Value) -> Option<String> {
    let plain = value.as_str().or_else(|| value.get("value")?.as_str())?;
    Some(plain.to_owned()).filter(|plain| !plain.is_empty())
}

fn row(found: &Value, path: &str, words: &[String]) -> Option<TermRow> {
    let status = status(found.get("status")?);
    if status == "absent" {
        return None;
    }
    Some(TermRow {
        path: path.to_owned(),
        label: words.join(" · "),
        value: normal_form(found.get("value")?),
        printed: found.get("printed")?.as_str().unwrap_or_default().to_owned(),
        status,
        evidence: serde_json::from_value(found.get("evidence")?.clone()).unwrap_or_default(),
    })
}

/// A status is a word, or an object whose only key is the word.
fn status(json: &Value) -> String {
    let key = json.as_object().and_then(|fields| fields.keys().next());
    json.as_str()
        .or(key.map(String::as_str))
        .unwrap_or_default()
        .to_owned()
}

/// Plain values as they are, compound ones as JSON.
fn normal_form(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Found;

    #[test]
    fn a_line_says_what_sort_of_charge_it_is() {
        let line = crate::terms::LineItem::new("L01", crate::terms::Kind::Usage, "API calls", Vec::new());
        let terms = Terms {
            line_items: vec![crate::terms::LineItem {
                unit: Some("call".to_owned()),
                ..line
            }],
            ..Terms::default()
        };
        let found: Vec<_> = rows(&terms)
            .into_iter()
            .map(|row| (row.path, row.label, row.value))
            .collect();
        let expected = [
            (
                "/line_items/0/description",
                "API calls · description",
                "API calls",
            ),
            ("/line_items/0/kind", "API calls · kind", "usage"),
            ("/line_items/0/unit", "API calls · unit", "call"),
        ];
        assert_eq!(
            found,
            expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()))
        );
    }

    #[test]
    fn a_tier_says_where_it_begins_and_ends() {
        let tier = |from: i64, to: Option<i64>, price: &str| crate::terms::TierRow {
            from: from.into(),
            to: to.map(Into::into),
            unit_price: Found::supported(price.parse().unwrap(), price, Vec::new()),
            ..Default::default()
        };
        let mut line = crate::terms::LineItem::new("L01", crate::terms::Kind::Usage, "API calls", Vec::new());
        line.price.tiers = Some(crate::terms::Tiers {
            mode: Found::supported(crate::terms::TierMode::Graduated, "", Vec::new()),
            counting: crate::terms::TierCounting::PerPeriod,
            rows: vec![tier(1, Some(1_000), "0.10"), tier(1_001, None, "0.08")],
        });
        let terms = Terms {
            line_items: vec![line],
            ..Terms::default()
        };
        let found: Vec<_> = rows(&terms)
            .into_iter()
            .filter_map(|row| Some(format!("{} = {}", row.label.split_once("tier ")?.1, row.value)))
            .collect();
        let expected = [
            "1 · from = 1",
            "1 · to = 1000",
            "1 · unit price = 0.10",
            "2 · from = 1001",
            "2 · unit price = 0.08",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn each_value_has_its_address_and_its_words() {
        let terms = Terms {
            provider: Found::supported("Acme".to_owned(), "ACME", Vec::new()),
            renewal: crate::terms::RenewalTerms {
                months: Found::derived(12, "twelve months", Vec::new()),
                ..Default::default()
            },
            ..Terms::default()
        };
        let found: Vec<_> = rows(&terms)
            .into_iter()
            .map(|row| (row.path, row.label, row.value, row.status))
            .collect();
        let expected = [
            ("/provider", "provider", "Acme", "supported"),
            ("/renewal/months", "renewal · months", "12", "derived"),
        ];
        let owned =
            |(a, b, c, d): (&str, &str, &str, &str)| (a.to_owned(), b.to_owned(), c.to_owned(), d.to_owned());
        assert_eq!(found, expected.map(owned));
    }
}
