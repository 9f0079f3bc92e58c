//! Prices that may change: by an index that is not printed, by the provider's decision, or at renewal.

use crate::flag::{Code, Flag};
use crate::terms::{EscalatorKind, EscalatorTerm, Terms};

/// Says what will change prices and is not in the document.
pub(super) fn check(terms: &Terms) -> Vec<Flag> {
    let escalators = terms.escalators.iter().enumerate();
    let mut flags: Vec<Flag> = escalators
        .filter_map(|(index, escalator)| of(index, escalator))
        .collect();
    flags.extend(unstated_renewal(terms));
    flags
}

fn of(index: usize, escalator: &EscalatorTerm) -> Option<Flag> {
    let (code, sentence, what_to_do) = match escalator.kind {
        EscalatorKind::Fixed if escalator.percent.value.is_none() => (
            Code::MissingPrice,
            String::from("Prices rise by a percentage that is not in the document."),
            ENTER,
        ),
        EscalatorKind::Fixed if escalator.first.value.is_none() && escalator.every.value.is_none() => (
            Code::MissingPrice,
            String::from("Prices rise, but the document does not say when."),
            "Enter the first day at the increased price.",
        ),
        EscalatorKind::Fixed | EscalatorKind::AtRenewal => return None,
        EscalatorKind::Index => (
            Code::IndexExternal,
            format!("Prices follow {}, which is not printed.", index_of(escalator)),
            KEEP,
        ),
        EscalatorKind::IndexAtRenewal => (
            Code::RenewalIndexExternal,
            format!(
                "Renewal prices follow {}, which is not printed.",
                index_of(escalator)
            ),
            KEEP,
        ),
        EscalatorKind::Right => right(escalator),
    };
    let flag = Flag::new(code, sentence, what_to_do).at(format!("/escalators/{index}"));
    Some(flag.seen(escalator.evidence.iter().cloned()))
}

const ENTER: &str = "Ask for the percentage and enter it.";
const KEEP: &str = "Enter the index once it is published; prices stay until then.";
const WATCH: &str = "Enter the new price when it is announced; prices stay until then.";

fn index_of(escalator: &EscalatorTerm) -> String {
    escalator
        .index
        .get()
        .cloned()
        .unwrap_or_else(|| String::from("an index"))
}

/// A right that needs notice or has a cap is bounded; one that has neither is not.
fn right(escalator: &EscalatorTerm) -> (Code, String, &'static str) {
    let most = escalator
        .maximum_percent
        .copied()
        .or_else(|| escalator.percent.copied());
    let cap = most.map(|percent| format!("by up to {} %", percent.normalize()));
    let notice = escalator
        .notice_days
        .copied()
        .map(|days| format!("after {days} days' notice"));
    let bounds: Vec<String> = [cap, notice].into_iter().flatten().collect();
    if bounds.is_empty() {
        let sentence = String::from("The provider may change prices without any bound in the document.");
        return (Code::OpenPriceChange, sentence, "Ask whether that is agreed.");
    }
    (
        Code::PriceChangeRight,
        format!("The provider may change prices {}.", bounds.join(" ")),
        WATCH,
    )
}

/// A contract that goes on by itself goes on at its last prices, unless it says otherwise.
fn unstated_renewal(terms: &Terms) -> Option<Flag> {
    let renews = terms.renewal.auto.copied() == Some(true) && !terms.line_items.is_empty();
    if !renews || !terms.escalators.is_empty() {
        return None;
    }
    let sentence = "The contract renews by itself, and no other price for a renewed term was found: prices stay as they are.";
    let flag = Flag::new(
        Code::RenewalPriceNotStated,
        sentence,
        "Ask if other prices are meant.",
    );
    Some(
        flag.at("/renewal")
            .seen(terms.renewal.auto.evidence.iter().cloned()),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::written::{codes, found, terms};
    use super::check;

    #[test]
    fn what_changes_prices_is_said() {
        let at = |code: &str| vec![format!("{code} /escalators/0")];
        let cases = [
            (
                json!({ "kind": "fixed", "percent": found("3"), "every": found("annual") }),
                vec![],
            ),
            (
                json!({ "kind": "fixed", "percent": found("3") }),
                at("MISSING_PRICE"),
            ),
            (
                json!({ "kind": "fixed", "every": found("annual") }),
                at("MISSING_PRICE"),
            ),
            (
                json!({ "kind": "index", "index": found("CPI-U") }),
                at("INDEX_EXTERNAL"),
            ),
            (
                json!({ "kind": "index_at_renewal" }),
                at("RENEWAL_INDEX_EXTERNAL"),
            ),
            (
                json!({ "kind": "right", "notice_days": found(60) }),
                at("PRICE_CHANGE_RIGHT"),
            ),
            (
                json!({ "kind": "right", "maximum_percent": found("5") }),
                at("PRICE_CHANGE_RIGHT"),
            ),
            (json!({ "kind": "right" }), at("OPEN_PRICE_CHANGE")),
            (json!({ "kind": "at_renewal", "percent": found("7") }), vec![]),
        ];
        for (mut escalator, expected) in cases {
            escalator["evidence"] = json!([]);
            assert_eq!(
                codes(&check(&terms(&json!({ "escalators": [escalator] })))),
                expected,
                "{escalator}"
            );
        }
    }

    #[test]
    fn renewal_without_a_price_rule_is_told_and_holds_nothing_up() {
        let flags = check(&terms(&json!({ "renewal": { "auto": found(true) } })));
        assert_eq!(codes(&flags), ["RENEWAL_PRICE_NOT_STATED /renewal"]);
        assert!(!flags[0].waits());
        assert_eq!(check(&terms(&json!({ "renewal": { "auto": found(false) } }))), []);
    }
}
