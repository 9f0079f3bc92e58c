//! How words name a line: by the heading it stands under, by a letter or number, by its own name.

use crate::reading::items::Item;
use crate::reading::phrases::{find, says_any};
use crate::reading::scopes::Scopes;
use crate::reading::tokens::Token;
use crate::terms::{Cadence, Kind};

/// A line as other lines may speak of it.
pub(super) struct Known {
    pub(super) id: String,
    pub(super) names: Vec<String>,
    pub(super) kind: Kind,
    pub(super) cadence: Option<Cadence>,
    pub(super) recurs: bool,
    reference: Option<String>,
    pub(super) heading: String,
    number: String,
}

impl Known {
    pub(super) fn of(item: &Item, scopes: &Scopes) -> Self {
        let under = scopes.all.get(item.scope).map(|scope| &scope.under);
        Self {
            id: item.line.id.clone(),
            names: item.names.clone(),
            kind: item.line.kind,
            cadence: item.line.cadence.copied(),
            recurs: matches!(item.line.cadence.copied(), Some(Cadence::Every(_))),
            reference: item.reference.clone(),
            heading: Some(item.section.clone())
                .filter(|section| !section.is_empty())
                .or_else(|| under.map(|under| under.heading.clone()))
                .unwrap_or_default(),
            number: under
                .map(|under| under.number.trim_end_matches('.').to_lowercase())
                .unwrap_or_default(),
        }
    }

    /// Something that is charged, rather than a rule about what is.
    pub(super) fn is_charge(&self) -> bool {
        !matches!(self.kind, Kind::Discount | Kind::MinimumCommitment)
    }

    /// Do the words name it? `own` is the line that they are about.
    pub(super) fn is_named(&self, tokens: &[Token], own: &Self) -> bool {
        self.is_placed(tokens, own) || self.has_name_in(tokens)
    }

    /// Do the words name the place where it stands?
    pub(super) fn is_placed(&self, tokens: &[Token], own: &Self) -> bool {
        let by_heading = self.heading != own.heading && says_heading(tokens, &self.heading);
        by_heading || self.is_numbered(tokens)
    }

    /// "Line 1", "the charge for A", "charges under A, B and C".
    pub(super) fn is_numbered(&self, tokens: &[Token]) -> bool {
        let wanted: Vec<&str> = [
            self.reference.as_deref().unwrap_or_default(),
            self.number.as_str(),
        ]
        .into_iter()
        .filter(|name| !name.is_empty())
        .collect();
        const LEADS: &str = "line|lines|item|items|charge for|charges for|under|section|sections|clause|clauses|part|parts|fee for";
        !wanted.is_empty()
            && LEADS.split('|').any(|lead| {
                let at = find(tokens, lead).map(|at| at.saturating_add(lead.split(' ').count()));
                let list = at.and_then(|at| tokens.get(at..)).unwrap_or_default();
                enumerated(list)
                    .iter()
                    .any(|named| wanted.contains(&named.as_str()))
            })
    }

    /// Most words of its name.
    fn has_name_in(&self, tokens: &[Token]) -> bool {
        let distinct = self.distinct();
        let hits = distinct
            .iter()
            .filter(|name| tokens.iter().any(|token| same_word(&token.low, name)))
            .count();
        !distinct.is_empty() && hits == distinct.len().min(2) && hits > 0
    }

    /// A long word of its name.
    pub(super) fn shares_word(&self, tokens: &[Token]) -> bool {
        let long = self.distinct().into_iter().filter(|name| name.len() > 5);
        long.into_iter()
            .any(|name| tokens.iter().any(|token| same_word(&token.low, name)))
    }

    /// Any word of its name, or its heading: enough where a few words leave something out.
    pub(super) fn is_meant_by(&self, tokens: &[Token]) -> bool {
        let distinct = self.distinct();
        let hits = distinct
            .iter()
            .filter(|name| tokens.iter().any(|token| same_word(&token.low, name)))
            .count();
        hits > 0 && hits.saturating_mul(2) >= distinct.len().min(4) || says_heading(tokens, &self.heading)
    }

    fn distinct(&self) -> Vec<&String> {
        const GENERIC: [&str; 14] = [
            "charge", "charges", "monthly", "annual", "service", "services", "fees", "price", "list",
            "month", "year", "with", "from", "quarter",
        ];
        self.names
            .iter()
            .filter(|name| name.len() > 3 && !GENERIC.contains(&name.as_str()))
            .collect()
    }
}

fn same_word(one: &str, other: &str) -> bool {
    one.trim_end_matches('s') == other.trim_end_matches('s')
}

/// The heading's words in a row.
fn says_heading(tokens: &[Token], heading: &str) -> bool {
    let plain = heading.trim_matches(|c: char| !c.is_alphanumeric());
    plain.len() > 3 && says_any(tokens, plain)
}

/// `A, B and C`, `1 and 2`, `A to C`: short names in a row.
fn enumerated(tokens: &[Token]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut to = false;
    for token in tokens.iter().take(14) {
        let name = token.low.trim_end_matches(['.', ',']).to_owned();
        let short = name.len() <= 3 && name.chars().all(char::is_alphanumeric) && !name.is_empty();
        if token.is_any("to|through") || token.is_mark('-') {
            to = true;
        } else if token.is_any("and|or|&") || token.is_mark(',') {
            to = false;
        } else if short && (name.len() == 1 || name.starts_with(|c: char| c.is_ascii_digit())) {
            if let (true, Some(last)) = (to, found.last()) {
                found.extend(between(last, &name));
            }
            found.push(name);
            to = false;
        } else {
            break;
        }
    }
    found
}

/// The letters or numbers between two.
fn between(from: &str, to: &str) -> Vec<String> {
    let letter = |text: &str| text.chars().next().filter(|_| text.chars().count() == 1);
    if let (Some(from), Some(to)) = (letter(from), letter(to)) {
        return (from..to).skip(1).map(|c| c.to_string()).collect();
    }
    match (from.parse::<u32>(), to.parse::<u32>()) {
        (Ok(from), Ok(to)) if to < from.saturating_add(50) => {
            (from..to).skip(1).map(|n| n.to_string()).collect()
        }
        _ => Vec::new(),
    }
}
