//! Splits a document into parts small enough for one answer.

use contract::page::{Document, LineId, LineRole};

use super::settings::SendScope;

/// How many characters of lines go into one part: about 6,000 tokens, whose charges fit one answer.
const PART_SIZE: usize = 24_000;
/// How many characters of the document's opening go with every later part: parties, dates and definitions stand there.
const OPENING_SIZE: usize = 1_500;

/// Lines asked about at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// The lines, in reading order.
    pub(super) lines: Vec<NumberedLine>,
    /// The opening of the document, for context, where these lines are not it.
    pub(super) opening: Vec<NumberedLine>,
}

/// A line as the model sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NumberedLine {
    pub(super) id: LineId,
    pub(super) text: String,
}

/// The parts of a document, in reading order. Running titles and words nobody can see are left out, and what may not be sent.
pub(super) fn split(document: &Document, scope: SendScope) -> Vec<Part> {
    let lines = match scope {
        SendScope::Full => visible(document),
        SendScope::Candidates => candidates(visible(document)),
    };
    let opening = beginning(&lines);
    let mut parts = Vec::<Part>::new();
    let mut size = PART_SIZE;
    for line in lines {
        size = size.saturating_add(line.text.len());
        match parts.last_mut() {
            Some(part) if size <= PART_SIZE => part.lines.push(line),
            _ => {
                size = line.text.len();
                let opening = if parts.is_empty() {
                    Vec::new()
                } else {
                    opening.clone()
                };
                parts.push(Part {
                    lines: vec![line],
                    opening,
                });
            }
        }
    }
    parts
}

impl Part {
    /// The same lines as two parts; none of a single line.
    pub(super) fn halves(self) -> Option<(Self, Self)> {
        if self.lines.len() < 2 {
            return None;
        }
        let Self {
            lines: mut first,
            opening,
        } = self;
        let second = first.split_off(first.len().div_euclid(2));
        let later = if opening.is_empty() {
            beginning(&first)
        } else {
            opening.clone()
        };
        Some((
            Self {
                lines: first,
                opening,
            },
            Self {
                lines: second,
                opening: later,
            },
        ))
    }

    pub(super) fn first(&self) -> Option<LineId> {
        self.lines.first().map(|line| line.id)
    }

    pub(super) fn last(&self) -> Option<LineId> {
        self.lines.last().map(|line| line.id)
    }
}

fn visible(document: &Document) -> Vec<NumberedLine> {
    let body = document.lines().filter(|line| line.role == LineRole::Body);
    let lines = body.map(|line| NumberedLine {
        id: line.id,
        text: line.text(),
    });
    lines.filter(|line| !line.text.is_empty()).collect()
}

/// How many lines around a candidate go with it: a sentence runs over lines.
const AROUND: usize = 2;

/// Lines that could hold a term, and those around them.
fn candidates(lines: Vec<NumberedLine>) -> Vec<NumberedLine> {
    let could: Vec<bool> = lines.iter().map(|line| could_hold_a_term(&line.text)).collect();
    let near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        let to = at.saturating_add(AROUND).saturating_add(1).min(could.len());
        could.get(from..to).is_some_and(|near| near.contains(&true))
    };
    let kept = lines.into_iter().enumerate().filter(|(at, _)| near(*at));
    kept.map(|(_, line)| line).collect()
}

fn could_hold_a_term(line: &str) -> bool {
    const STEMS: [&str; 24] = [
        "fee",
        "price",
        "pay",
        "invoic",
        "charg",
        "royalt",
        "commission",
        "cost",
        "rate",
        "discount",
        "percent",
        "dollar",
        "euro",
        "term",
        "renew",
        "notice",
        "effective",
        "between",
        "month",
        "quarter",
        "annual",
        "year",
        "minimum",
        "sign",
    ];
    let low = line.to_lowercase();
    line.chars()
        .any(|c| c.is_numeric() || matches!(c, '$' | '€' | '£' | '¥' | '%'))
        || STEMS.iter().any(|stem| low.contains(stem))
}

fn beginning(lines: &[NumberedLine]) -> Vec<NumberedLine> {
    let mut size = 0_usize;
    let fits = |line: &&NumberedLine| {
        size = size.saturating_add(line.text.len());
        size <= OPENING_SIZE
    };
    lines.iter().take_while(fits).cloned().collect()
}
