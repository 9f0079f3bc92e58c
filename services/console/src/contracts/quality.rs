//! How reading and reviewing go: what people changed, what was flagged, how long contracts take.

use askama::Template;
use axum::extract::Query;
use serde::Deserialize;
use wire::extraction::v1::{GetReviewQualityRequest, GetReviewQualityResponse};

use crate::answer::{Answer, page};
use crate::layout::{Frame, Section};
use crate::link;
use crate::sheets;
use crate::visitor::Visitor;
use crate::wording::{counted, grouped, lasting};

/// Spans that are offered, with their words; the longest is all there is.
const DAYS: [(u32, &str); 4] = [
    (30, "30 days"),
    (90, "90 days"),
    (365, "a year"),
    (3650, "ten years"),
];
const USUAL: (u32, &str) = DAYS[1];

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    days: u32,
    #[serde(default, rename = "as")]
    form: String,
}

#[derive(Template)]
#[template(path = "contracts/quality.html")]
struct Quality {
    frame: Frame,
    /// The span that is shown, and all of them with their addresses.
    words: &'static str,
    spans: Vec<(&'static str, String)>,
    /// Contracts that were read.
    contracts: u64,
    figures: Vec<(&'static str, String, String)>,
    terms: Vec<Tally>,
    flags: Vec<Tally>,
    file: String,
}

/// A row with its picture: how many contracts, of all.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tally {
    words: String,
    contracts: u64,
    times: u64,
    /// Of all contracts, in whole percent.
    share: u64,
}

pub(super) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Answer {
    let chosen = DAYS.into_iter().find(|(days, _)| *days == asked.days);
    let (days, words) = chosen.unwrap_or(USUAL);
    let request = GetReviewQualityRequest { days };
    let found = visitor
        .extraction()
        .get_review_quality(request)
        .await?
        .into_inner();
    let tallied = |words: String, contracts, times| Tally {
        words,
        contracts,
        times,
        share: percent(contracts, found.contracts),
    };
    let terms: Vec<Tally> = found
        .terms
        .iter()
        .map(|term| tallied(words_of_path(&term.path), term.contracts, term.changes))
        .collect();
    let flags: Vec<Tally> = found
        .flags
        .iter()
        .map(|flag| tallied(words_of_code(&flag.code), flag.contracts, flag.flags))
        .collect();
    if asked.form == sheets::AS_FILE {
        return file(&terms, &flags);
    }
    page(&Quality {
        spans: DAYS
            .iter()
            .map(|(days, words)| (*words, address(*days, "")))
            .collect(),
        file: address(days, sheets::AS_FILE),
        frame: visitor.frame(Section::Contracts),
        contracts: found.contracts,
        figures: figures(&found),
        words,
        terms,
        flags,
    })
}

fn address(days: u32, form: &str) -> String {
    link::with("/contracts/quality", &[("days", &days.to_string()), ("as", form)])
}

fn figures(found: &GetReviewQualityResponse) -> Vec<(&'static str, String, String)> {
    let took = found.until_approved.unwrap_or_default();
    let unchanged = percent(found.approved_unchanged, found.approved);
    let approved = |words: String| {
        if found.approved == 0 {
            "–".to_owned()
        } else {
            words
        }
    };
    vec![
        (
            "Read",
            grouped(&found.contracts.to_string()),
            format!("{} approved", grouped(&found.approved.to_string())),
        ),
        (
            "Approved as read",
            approved(format!("{unchanged} %")),
            format!(
                "{} without a change of any term",
                counted(found.approved_unchanged, "contract", "contracts")
            ),
        ),
        (
            "From upload to approval",
            approved(lasting(took.half_within)),
            format!(
                "half of them; nine in ten within {}",
                approved(lasting(took.nine_in_ten_within))
            ),
        ),
    ]
}

/// Rounded down, so that only all of them is a hundred.
fn percent(part: u64, whole: u64) -> u64 {
    part.saturating_mul(100).checked_div(whole).unwrap_or(0).min(100)
}

/// `/line_items/*/price/unit_price` is the unit price among the prices of the line items.
fn words_of_path(path: &str) -> String {
    let parts = path.split('/').filter(|part| !part.is_empty() && *part != "*");
    let parts: Vec<String> = parts.map(|part| part.replace('_', " ")).collect();
    parts.join(" · ")
}

fn words_of_code(code: &str) -> String {
    code.to_lowercase().replace('_', " ")
}

fn file(terms: &[Tally], flags: &[Tally]) -> Answer {
    let head = ["what", "name", "contracts", "times", "percent_of_contracts"].map(str::to_owned);
    let row = |what: &str, tally: &Tally| {
        vec![
            what.to_owned(),
            tally.words.clone(),
            tally.contracts.to_string(),
            tally.times.to_string(),
            tally.share.to_string(),
        ]
    };
    let terms = terms.iter().map(|tally| row("changed", tally));
    let flags = flags.iter().map(|tally| row("flagged", tally));
    sheets::file(
        "quality",
        std::iter::once(head.to_vec()).chain(terms).chain(flags),
    )
}

#[cfg(test)]
mod tests {
    use wire::extraction::v1::Durations;

    use super::*;

    #[test]
    fn paths_and_shares_are_told_in_words_and_whole_percent() {
        assert_eq!(
            words_of_path("/line_items/*/price/unit_price"),
            "line items · price · unit price"
        );
        assert_eq!(words_of_code("TAX_INCLUSIVE"), "tax inclusive");
        assert_eq!((percent(1, 3), percent(3, 3), percent(0, 0)), (33, 100, 0));
    }

    #[test]
    fn nothing_approved_is_no_figure() {
        let nothing = figures(&GetReviewQualityResponse {
            contracts: 3,
            ..GetReviewQualityResponse::default()
        });
        assert_eq!(
            (
                nothing[0].1.as_str(),
                nothing[1].1.as_str(),
                nothing[2].1.as_str()
            ),
            ("3", "–", "–")
        );
        let some = figures(&GetReviewQualityResponse {
            contracts: 4,
            approved: 2,
            approved_unchanged: 1,
            until_approved: Some(Durations {
                half_within: 90,
                nine_in_ten_within: 7_200,
                longest: 7_200,
            }),
            ..GetReviewQualityResponse::default()
        });
        assert_eq!((some[1].1.as_str(), some[2].1.as_str()), ("50 %", "1 min"));
    }
}
