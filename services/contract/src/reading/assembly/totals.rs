//! Sums that sentences state: "the fees for the term come to $33,000 in total". They charge nothing; the lines must give
//! them.

use std::collections::HashSet;

use crate::page::WordRef;
use crate::reading::items::Item;
use crate::reading::prose::Found as Mentioned;
use crate::terms::{Found, Role, Total};

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
