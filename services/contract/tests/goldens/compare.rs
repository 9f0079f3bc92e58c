//! One contract: what was read against what is known.

use std::path::Path;

use contract::draft::Draft;
use contract::file::{self, Limits};
use contract::flag::{Flag, Severity};
use contract::terms::Evidence;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::fields;
use crate::golden::{Golden, decimal};
use crate::items::Comparable;
use crate::score::Score;

/// What reading the documents of one contract gave.
struct Outcome {
    drafts: Vec<Draft>,
    error: Option<String>,
}

pub(crate) fn read(_path: &Path, golden: &Golden) -> Score {
    let outcome = outcome(golden);
    let mut score = Score {
        id: golden.id.clone(),
        ..Score::default()
    };
    refusals(golden, &outcome, &mut score);
    items(golden, &outcome, &mut score);
    if let Some(first) = outcome.drafts.first() {
        document_fields(golden, first, &mut score);
    }
    flags(golden, &outcome, &mut score);
    forbidden(golden, &outcome, &mut score);
    score
}

fn outcome(golden: &Golden) -> Outcome {
    let mut outcome = Outcome {
        drafts: Vec::new(),
        error: None,
    };
    for path in &golden.files {
        let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let parts = match file::read_all(&bytes, &Limits::default()) {
            Ok(parts) => parts,
            Err(error) => {
                outcome.error = Some(error.to_string());
                continue;
            }
        };
        for part in parts {
            match part.read {
                Ok(document) => outcome.drafts.push(contract::draft(
                    &document,
                    &part.name,
                    contract::reading::read(&document),
                    None,
                )),
                Err(error) => outcome.error = Some(error.to_string()),
            }
        }
    }
    // The paper with prices speaks for the contract; an e-mail around it does not.
    outcome
        .drafts
        .sort_by_key(|draft| usize::from(draft.terms.line_items.is_empty()));
    outcome
}

/// A contract without text must be refused by name; one without charges must say so.
fn refusals(golden: &Golden, outcome: &Outcome, score: &mut Score) {
    let empty = outcome
        .drafts
        .iter()
        .all(|draft| draft.terms.line_items.is_empty());
    let told = outcome.error.is_some()
        || outcome
            .drafts
            .iter()
            .flat_map(|draft| &draft.flags)
            .any(|flag| flag.severity == Severity::Block);
    if empty && !told {
        score
            .hard
            .push(format!("{}: an empty plan without a reason", golden.id));
    }
    if !golden.has_text() && outcome.error.is_none() && empty {
        score
            .hard
            .push(format!("{}: a scan read as an empty contract", golden.id));
    }
    if !golden.charges() && !empty {
        score
            .hard
            .push(format!("{}: charges where there are none", golden.id));
    }
}

fn items(golden: &Golden, outcome: &Outcome, score: &mut Score) {
    let wanted: Vec<(Comparable, &Value)> = golden
        .items()
        .into_iter()
        .map(|item| (Comparable::of_golden(item), item))
        .collect();
    let lines: Vec<(usize, usize, Comparable)> = outcome
        .drafts
        .iter()
        .enumerate()
        .flat_map(|(draft, one)| {
            one.terms
                .line_items
                .iter()
                .enumerate()
                .map(move |(line, item)| (draft, line, Comparable::of_line(item)))
        })
        .collect();
    let pairs = pairs(&wanted, &lines);
    for (index, (item, value)) in wanted.iter().enumerate() {
        let pair = pairs
            .iter()
            .find(|(wanted, _)| *wanted == index)
            .and_then(|(_, line)| lines.get(*line));
        match pair {
            Some((draft, line, _)) => {
                score.matched_items += 1;
                score.golden_items += 1;
                if let Some(found) = outcome
                    .drafts
                    .get(*draft)
                    .and_then(|draft| draft.terms.line_items.get(*line))
                {
                    evidence(value, &found.evidence, score);
                }
            }
            None if item.optional => {}
            None if !golden.has_text() && outcome.error.is_some() => {}
            None => {
                score.golden_items += 1;
                score.misses.push(format!(
                    "missed {} {:?} {:?} {:?}",
                    item.label, item.money, item.percents, item.cadence
                ));
            }
        }
    }
    for (at, (draft, line, item)) in lines.iter().enumerate() {
        score.read_items += 1;
        score.values += item.money.len().max(1);
        if pairs.iter().any(|(_, pair)| *pair == at) {
            continue;
        }
        let flagged = outcome.drafts.get(*draft).is_some_and(|draft| {
            draft
                .flags
                .iter()
                .any(|flag| flag.waits() && flag.is_about_item(*line))
        });
        score.misses.push(format!(
            "extra{} {} {:?} {:?} {:?}",
            if flagged { "" } else { " (silent)" },
            item.label,
            item.money,
            item.percents,
            item.cadence
        ));
        score.silent += usize::from(!flagged);
    }
}

/// The best pairs first; each item once.
fn pairs(wanted: &[(Comparable, &Value)], lines: &[(usize, usize, Comparable)]) -> Vec<(usize, usize)> {
    let mut all: Vec<(usize, usize, usize)> = Vec::new();
    for (index, (golden, _)) in wanted.iter().enumerate() {
        for (at, (.., line)) in lines.iter().enumerate() {
            let weight = golden.agrees(line);
            if weight > 0 {
                all.push((weight, index, at));
            }
        }
    }
    all.sort_by_key(|(weight, index, at)| (usize::MAX - weight, *index, *at));
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for (_, index, at) in all {
        if !taken.iter().any(|(known, line)| *known == index || *line == at) {
            taken.push((index, at));
        }
    }
    taken
}

/// A page that the golden file names, and words it quotes.
fn evidence(golden: &Value, found: &[Evidence], score: &mut Score) {
    let quotes: Vec<(u64, String)> = golden["evidence"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| {
            (
                one["page"].as_u64().unwrap_or(1),
                fold(one["quote"].as_str().unwrap_or_default()),
            )
        })
        .collect();
    if quotes.is_empty() {
        return;
    }
    score.evidence_all += 1;
    let right = found.iter().any(|one| {
        let read = fold(one.quote());
        quotes
            .iter()
            .any(|(page, quote)| u64::from(one.page()) == *page && shares(quote, &read))
    });
    if right {
        score.evidence_right += 1;
    } else {
        let read: Vec<String> = found
            .iter()
            .map(|one| format!("p{} {}", one.page(), one.quote()))
            .collect();
        score
            .misses
            .push(format!("evidence of {}: {read:?}", golden["id"]));
    }
}

fn fold(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// One holds the other, or a run of sixteen letters of it.
fn shares(one: &str, other: &str) -> bool {
    if one.contains(other) || other.contains(one) {
        return true;
    }
    let letters: Vec<char> = one.chars().collect();
    letters
        .windows(16)
        .any(|run| other.contains(&run.iter().collect::<String>()))
}

fn document_fields(golden: &Golden, draft: &Draft, score: &mut Score) {
    for field in fields::of(&golden.value, &draft.terms) {
        score.values += usize::from(field.read.is_some());
        match (&field.golden, &field.read) {
            (None, None) => {}
            _ if field.agrees() => score.fields_right += 1,
            (Some(golden), None) => {
                score.fields_missed += 1;
                score
                    .misses
                    .push(format!("field {} missed: {golden}", field.name));
            }
            (known, Some(read)) => {
                score.fields_wrong += 1;
                score.fields_missed += usize::from(known.is_some());
                let flagged = about(&draft.flags, field.path);
                score.silent += usize::from(!flagged);
                score.misses.push(format!(
                    "field {} wrong{}: {read} for {known:?}",
                    field.name,
                    if flagged { "" } else { " (silent)" }
                ));
            }
        }
    }
}

fn about(flags: &[Flag], path: &str) -> bool {
    flags
        .iter()
        .any(|flag| flag.waits() && flag.path.as_deref().is_some_and(|at| path.starts_with(at)))
}

fn flags(golden: &Golden, outcome: &Outcome, score: &mut Score) {
    let raised: Vec<String> = outcome
        .drafts
        .iter()
        .flat_map(|draft| &draft.flags)
        .map(|flag| flag.code.to_string())
        .collect();
    let expected = golden.flags();
    for code in &expected {
        score.flags_expected += 1;
        let told = raised.contains(code)
            || outcome.error.is_some() && (code.starts_with("SCANNED") || code.starts_with("ENCRYPTED"));
        if told {
            score.flags_raised += 1;
        } else {
            score.misses.push(format!("flag {code} not raised"));
        }
    }
    let waiting = outcome
        .drafts
        .iter()
        .flat_map(|draft| &draft.flags)
        .filter(|flag| flag.waits() && !expected.contains(&flag.code.to_string()));
    for flag in waiting {
        score.held_up += 1;
        if golden.value.get("flags").is_some() {
            score.misses.push(format!(
                "held up by {} {:?}: {}",
                flag.id, flag.path, flag.sentence
            ));
        }
    }
}

/// Sums, caps and other numbers that must be no charge.
fn forbidden(golden: &Golden, outcome: &Outcome, score: &mut Score) {
    let known: Vec<Decimal> = golden
        .items()
        .into_iter()
        .flat_map(|item| {
            [
                "amount",
                "unit_price",
                "percent",
                "annual_amount",
                "cap",
                "minimum_charge",
            ]
            .map(|field| decimal(&item[field]))
        })
        .flatten()
        .collect();
    let wrong: Vec<Decimal> = golden
        .forbidden()
        .into_iter()
        .chain(golden.totals())
        .filter(|value| !known.contains(value))
        .collect();
    for item in outcome.drafts.iter().flat_map(|draft| &draft.terms.line_items) {
        let charged = [
            item.price.amount.copied(),
            item.price.unit_price.copied(),
            item.price.percent.copied(),
        ];
        for value in charged.into_iter().flatten().map(|value| value.normalize()) {
            if wrong.contains(&value) {
                score
                    .hard
                    .push(format!("{}: {value} charged as {}", golden.id, item.description));
            }
        }
    }
    if golden.outcome() == "refuse_encrypted" && outcome.error.is_none() {
        score
            .hard
            .push(format!("{}: an encrypted file was read", golden.id));
    }
}
