//! Every amount in the document is explained: a term rests on it, or a rule says what else it is.

use super::charged::amount;
use crate::flag::{Code, Flag};
use crate::terms::{Mention, Role, Terms};

/// Flags amounts that nothing explains, those of the same words and line once.
pub(super) fn unexplained(terms: &Terms) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    for (index, mention) in terms.mentions.iter().enumerate() {
        let flag = of(index, mention);
        let known = |other: &Flag| (&other.sentence, &other.evidence) == (&flag.sentence, &flag.evidence);
        if mention.role == Role::Unexplained && !flags.iter().any(known) {
            flags.push(flag);
        }
    }
    flags
}

fn of(index: usize, mention: &Mention) -> Flag {
    let sentence = format!(
        "“{}” stands in “{}”, and no rule explains what for.",
        mention.printed,
        shortened(mention.evidence.quote())
    );
    let flag = Flag::new(
        Code::UnexplainedAmount,
        sentence,
        "Say what it is: enter it as a charge, or decide that it is none.",
    );
    flag.at(format!("/mentions/{index}"))
        .seen([mention.evidence.clone()])
}

/// As much of a quote as a sentence can carry.
fn shortened(quote: &str) -> String {
    const LONGEST: usize = 120;
    if quote.chars().count() <= LONGEST {
        return quote.to_owned();
    }
    let start: String = quote.chars().take(LONGEST).collect();
    format!("{}…", start.trim_end())
}

/// An empty plan needs a reason: nothing is charged, and this is what the amounts in the document are.
pub(super) fn nothing_charged(terms: &Terms) -> Vec<Flag> {
    if !terms.line_items.is_empty() {
        return Vec::new();
    }
    let sentence = match terms.mentions.as_slice() {
        [] => String::from("The document charges nothing: no price stands in what could be read of it."),
        mentions => format!("The document charges nothing: {}.", listed(mentions)),
    };
    let what_to_do = "Upload the document that holds the prices, or enter the lines by hand.";
    vec![Flag::new(Code::NoBillingTerms, sentence, what_to_do).at("/line_items")]
}

fn listed(mentions: &[Mention]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = mentions
        .iter()
        .take(SHOWN)
        .map(|mention| {
            let printed = if mention.printed.is_empty() {
                amount(mention.value)
            } else {
                mention.printed.clone()
            };
            format!("“{printed}” is {}", meaning(mention.role))
        })
        .collect();
    let rest = mentions.len().saturating_sub(SHOWN);
    let more = if rest == 0 {
        String::new()
    } else {
        format!(", and {rest} more amounts are no prices either")
    };
    format!("{}{more}", shown.join(", "))
}

fn meaning(role: Role) -> &'static str {
    match role {
        Role::Price => "a price that no line could be made of",
        Role::Minimum => "a minimum",
        Role::Cap => "a cap",
        Role::Discount => "a reduction",
        Role::ListPrice => "a list price",
        Role::Total => "a sum",
        Role::Threshold => "a threshold",
        Role::LateFee => "interest on late payment",
        Role::Escalator => "an increase",
        Role::Tax => "a tax",
        Role::Liability => "a limit of liability",
        Role::Insurance => "insurance",
        Role::Penalty => "a penalty",
        Role::ServiceCredit => "a service credit",
        Role::Security => "security that comes back",
        Role::Example => "an example",
        Role::Informational => "mentioned only",
        Role::OtherPayer => "paid by somebody else",
        Role::Unexplained => "not explained",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::written::{codes, terms};
    use super::{nothing_charged, unexplained};
    use crate::flag::Severity;

    fn mention(printed: &str, role: &str, line: &str) -> Value {
        let evidence = json!({ "document": "d", "page": 1, "lines": [line], "quote": format!("a fee of {printed} applies"),
            "boxes": [], "match": "exact" });
        json!({ "printed": printed, "value": "1", "role": role, "evidence": evidence })
    }

    #[test]
    fn every_amount_is_explained_or_flagged_once() {
        let mentions = [
            mention("$5,000", "liability", "p1.l1"),
            mention("$70", "unexplained", "p1.l2"),
            mention("$70", "unexplained", "p1.l2"),
            mention("$70", "unexplained", "p1.l9"),
        ];
        let flags = unexplained(&terms(&json!({ "mentions": mentions })));
        assert_eq!(
            codes(&flags),
            ["UNEXPLAINED_AMOUNT /mentions/1", "UNEXPLAINED_AMOUNT /mentions/3"]
        );
        assert_eq!(
            flags[0].sentence,
            "“$70” stands in “a fee of $70 applies”, and no rule explains what for."
        );
    }

    #[test]
    fn an_empty_plan_has_a_reason() {
        let empty =
            |mentions: &[Value]| nothing_charged(&terms(&json!({ "line_items": [], "mentions": mentions })));
        let flags = empty(&[
            mention("$5,000", "liability", "p1.l1"),
            mention("2%", "late_fee", "p1.l2"),
        ]);
        assert_eq!(flags[0].severity, Severity::Block);
        assert_eq!(
            flags[0].sentence,
            "The document charges nothing: “$5,000” is a limit of liability, “2%” is interest on late payment."
        );
        assert_eq!(empty(&[]).len(), 1);
        assert_eq!(nothing_charged(&terms(&json!({}))), []);
    }
}
