//! "Sections 2 and 3 are invoiced …", "Items 1, 4 and 5 are …": lines that a sentence knows by the number of their section or row.

use crate::reading::items::Item;
use crate::reading::tokens::Token;

/// Lines known by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbered {
    sections: bool,
    numbers: Vec<String>,
}

/// The numbers at the start of a sentence, where it speaks of sections or rows.
pub(super) fn read(tokens: &[Token]) -> Option<Numbered> {
    let start = tokens
        .iter()
        .take(6)
        .position(|token| token.is_any(SECTIONS) || token.is_any(ROWS))?;
    let led = tokens.get(..start)?.iter().all(|token| {
        token.is_any("the|fees|charges|amounts|prices|under|in|of|all|for")
            || token.number().is_some()
            || token.is_mark('.')
    });
    let sections = tokens.get(start)?.is_any(SECTIONS);
    let mut numbers: Vec<String> = Vec::new();
    let mut through = false;
    let mut goes_on = false;
    for token in tokens.get(start.saturating_add(1)..)? {
        if let Some(number) = label(token) {
            let from = numbers.last().and_then(|last| last.parse::<u32>().ok());
            if let (true, Some(from), Ok(to)) = (through, from, number.parse::<u32>()) {
                let between = from.saturating_add(1)..to.min(from.saturating_add(50));
                numbers.extend(between.map(|number| number.to_string()));
            }
            numbers.push(number);
            through = false;
        } else if token.is_any("to|through|until|till") || token.is_mark('-') || token.is_mark('\u{2013}') {
            through = true;
        } else if !(token.is_mark(',') || token.is_mark('&') || token.is_any("and|or")) {
            // "Section 5.01 Transporter shall render an invoice": the sentence's own number.
            goes_on = token.is_any("is|are|shall|will|be|may|must");
            break;
        }
    }
    (led && goes_on && !numbers.is_empty()).then_some(Numbered { sections, numbers })
}

const SECTIONS: &str = "section|sections|clause|clauses|paragraph|paragraphs|article|articles";
const ROWS: &str = "item|items|line|lines|row|rows|position|positions|no.|nos.|numbers";

/// `2`, `2.1`, `B`: what a section or a row is known by.
fn label(token: &Token) -> Option<String> {
    let text = token.low.trim_end_matches(['.', ')']);
    let letter = text.chars().count() == 1 && token.is_capital();
    let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    (letter || digits).then(|| text.to_owned())
}

impl Numbered {
    /// Does the line stand in one of the sections, or in one of the rows?
    pub(super) fn holds(&self, item: &Item) -> bool {
        let is_part = |of: &str, number: &String| {
            let rest = of.strip_prefix(number.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '(']))
        };
        if self.sections {
            return self.numbers.iter().any(|number| is_part(&item.clause, number));
        }
        let reference = item.reference.as_deref().unwrap_or_default().to_lowercase();
        self.numbers.contains(&reference)
    }
}
