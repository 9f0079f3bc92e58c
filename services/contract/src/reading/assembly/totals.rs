//! Sums that stand apart from the table they add up: "Order total: $31,200.00", "the fees come to $33,000.00 in total".

use std::collections::HashSet;

use crate::page::{Document, WordRef};
use crate::reading::items::{Item, found};
use crate::reading::phrases::says_any;
use crate::reading::prose::Found as Mentioned;
use crate::reading::statements::{Key, Statement};
use crate::terms::{Found, Role, Total};

/// Adds each sum that is not known yet.
pub(super) fn collect(document: &Document, statements: &[Statement], totals: &mut Vec<Total>) {
    for statement in statements {
        let Some(total) = total(document, statement) else {
            continue;
        };
        if !totals
            .iter()
            .any(|known| known.amount.value == total.amount.value)
        {
            totals.push(total);
        }
    }
}

/// A label that names the whole order, or a sentence that says what the fees come to in all; one amount, and no other.
fn total(document: &Document, statement: &Statement) -> Option<Total> {
    const WHOLE: &str = "order total|grand total|contract total|total contract value|total order value|total price|total fees|total due";
    let tokens = statement.tokens();
    let mut amounts = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.money().is_some());
    let (Some((at, token)), None) = (amounts.next(), amounts.next()) else {
        return None;
    };
    let label = tokens.get(..statement.label).unwrap_or_default();
    let labelled = statement.key == Some(Key::Total) && says_any(label, WHOLE);
    let said = says_any(tokens, "fees|charges|price|prices|sums payable")
        && says_any(tokens, "come to|comes to|amount to|amounts to")
        && says_any(
            tokens,
            "in total|in all|altogether|over the whole period|for the whole term|for the service period|for the term",
        );
    let value = token.money()?.value;
    (labelled || said).then(|| Total {
        label: statement.stretch.printed(0, at.min(12)),
        amount: Found {
            evidence: statement.evidence(document),
            ..found(value, &statement.stretch, document, at, at.saturating_add(1))
        },
    })
}

/// Adds each sum that no line took and no table printed.
pub(super) fn of_sentences(mentions: &[Mentioned], items: &[Item], totals: &mut Vec<Total>) {
    let taken: HashSet<WordRef> = items.iter().flat_map(|item| item.words.iter().copied()).collect();
    for mention in mentions {
        let free = !mention.explained && !mention.words.iter().any(|word| taken.contains(word));
        let known = totals
            .iter()
            .any(|total| total.amount.copied() == Some(mention.value));
        if mention.role == Role::Total && free && !known && is_of_fees(&mention.lead) {
            totals.push(Total {
                label: mention.lead.clone(),
                amount: Found::supported(
                    mention.value,
                    mention.printed.clone(),
                    vec![mention.evidence.clone()],
                ),
            });
        }
    }
}

/// A sum of what is charged here, not of a balance, a loan or a turnover.
fn is_of_fees(lead: &str) -> bool {
    let low = lead.to_lowercase();
    let of_fees = [
        "fee",
        "price",
        "charge",
        "contract value",
        "total value",
        "contract total",
        "order total",
        "total due",
    ];
    of_fees.iter().any(|word| low.contains(word)) && !low.contains("balance")
}

#[cfg(test)]
mod tests {
    use super::collect;
    use crate::reading::written::document;
    use crate::reading::{locale, scopes, statements};

    #[test]
    fn sums_outside_of_tables() {
        let cases = [
            ("Order total: $31,200.00", 1),
            ("The fees for the service period come to $33,000.00 in total.", 1),
            ("Total monthly volume comes to $2,000.", 0),
            ("The fee is $500 per month.", 0),
        ];
        for (text, expected) in cases {
            let document = document(text);
            let scopes = scopes::cut(&document, locale::of(&document));
            let mut totals = Vec::new();
            collect(&document, &statements::all(&document, &scopes), &mut totals);
            assert_eq!(totals.len(), expected, "{text} {totals:?}");
        }
    }
}
