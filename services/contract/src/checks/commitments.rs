//! One promise is one line: the same words must not become a minimum and a purchase, or be charged twice.

use super::charged::{Line, amount, charged};
use crate::flag::{Code, Flag};
use crate::terms::{Evidence, Kind, LineItem, Terms};

/// Flags a promise of money that several lines bill.
pub(super) fn check(terms: &Terms) -> Vec<Flag> {
    let promises: Vec<Line<'_>> = charged(terms).filter(|line| is_promise(line.item)).collect();
    let mut flags = Vec::new();
    for (at, line) in promises.iter().enumerate() {
        let rest = promises.iter().skip(at.saturating_add(1));
        flags.extend(rest.filter_map(|other| twice(*line, *other)));
    }
    flags
}

/// A minimum, a purchase of credits, or a fee that may be either.
fn is_promise(item: &LineItem) -> bool {
    let sort = matches!(
        item.kind,
        Kind::MinimumCommitment | Kind::PrepaidCredit | Kind::OneTime | Kind::Recurring
    );
    sort && !item.price.amount.evidence.is_empty()
}

fn twice(line: Line<'_>, other: Line<'_>) -> Option<Flag> {
    let sorts = [line.item.kind, other.item.kind];
    let promised = sorts
        .iter()
        .any(|kind| matches!(kind, Kind::MinimumCommitment | Kind::PrepaidCredit));
    let (value, same) = (
        line.item.price.amount.copied()?,
        other.item.price.amount.copied()?,
    );
    if !promised
        || value != same
        || !rest_on_the_same(
            &line.item.price.amount.evidence,
            &other.item.price.amount.evidence,
        )
    {
        return None;
    }
    let sentence = format!(
        "{} and {} both bill {}, and rest on the same words: one promise would be paid twice.",
        line.name(),
        other.name(),
        amount(value)
    );
    Some(other.flag(
        Code::SeveralPrices,
        "",
        sentence,
        "See which of the two is meant and remove the other.",
    ))
}

fn rest_on_the_same(one: &[Evidence], other: &[Evidence]) -> bool {
    let same = |a: &Evidence, b: &Evidence| {
        a.lines() == b.lines() && a.boxes() == b.boxes() && a.quote() == b.quote()
    };
    one.iter().any(|a| other.iter().any(|b| same(a, b)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::written::{line, of_lines};
    use super::check;

    fn promise(kind: &str, amount: &str, quote: &str) -> Value {
        let evidence = json!([{ "document": "d", "page": 1, "lines": ["p1.l4"], "quote": quote, "boxes": [], "match": "exact" }]);
        let found =
            json!({ "value": amount, "printed": amount, "evidence": evidence, "status": "supported" });
        line(&json!({ "kind": kind, "description": kind, "price": { "amount": found } }))
    }

    #[test]
    fn one_promise_is_billed_once() {
        let cases = [
            (
                ("minimum_commitment", "50000", "a"),
                ("prepaid_credit", "50000", "a"),
                1,
            ),
            (
                ("minimum_commitment", "50000", "a"),
                ("prepaid_credit", "50000", "b"),
                0,
            ),
            (
                ("minimum_commitment", "50000", "a"),
                ("prepaid_credit", "40000", "a"),
                0,
            ),
            (
                ("recurring", "50000", "a"),
                ("minimum_commitment", "50000", "a"),
                1,
            ),
            (("one_time", "50000", "a"), ("recurring", "50000", "a"), 0),
        ];
        for (one, other, expected) in cases {
            let lines = [promise(one.0, one.1, one.2), promise(other.0, other.1, other.2)];
            assert_eq!(check(&of_lines(&lines)).len(), expected, "{one:?} {other:?}");
        }
    }
}
