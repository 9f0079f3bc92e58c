//! Totals, increases, taxes and mentions.

use super::Meeting;
use super::fields::Field;
use crate::flag::{Code, Flag, Severity};
use crate::terms::{EscalatorTerm, Evidence, Mention, Role, TaxTerm, Terms};

/// Brings the lists together.
pub(super) fn meet(meeting: &mut Meeting, rules: &mut Terms, model: &Terms) {
    totals(meeting, rules, model);
    for (from, escalator) in model.escalators.iter().enumerate() {
        escalators(meeting, rules, from, escalator);
    }
    for (from, tax) in model.taxes.iter().enumerate() {
        taxes(meeting, rules, from, tax);
    }
    for mention in &model.mentions {
        mentions(meeting, rules, mention);
    }
}

/// A total is never charged, so one that only the model read checks the lines like any other.
fn totals(meeting: &mut Meeting, rules: &mut Terms, model: &Terms) {
    for (from, total) in model.totals.iter().enumerate() {
        let known = rules
            .totals
            .iter()
            .position(|known| known.amount.value == total.amount.value);
        let to = known.unwrap_or(rules.totals.len());
        meeting
            .paths
            .moved_to("totals", from, total.amount.value.map(|_| to));
        match rules.totals.get_mut(to) {
            _ if total.amount.value.is_none() => {}
            Some(own) => {
                let (path, of_model) = (format!("/totals/{to}/amount"), format!("/totals/{from}/amount"));
                Field::at(&path, &of_model).meet(meeting, &mut own.amount, &total.amount);
            }
            None => rules.totals.push(total.clone()),
        }
    }
}

fn escalators(meeting: &mut Meeting, rules: &mut Terms, from: usize, escalator: &EscalatorTerm) {
    let known = rules
        .escalators
        .iter()
        .position(|known| overlap(&known.evidence, &escalator.evidence));
    let to = known.unwrap_or(rules.escalators.len());
    meeting.paths.moved_to("escalators", from, Some(to));
    let Some(own) = rules.escalators.get_mut(to) else {
        let sentence = format!(
            "Only the model read an increase of prices: “{}”.",
            escalator.evidence.first().map_or("", Evidence::quote)
        );
        let flag = Flag::new(
            Code::ReadersDisagree,
            sentence,
            "Look whether the contract says so.",
        );
        meeting.flags.push(
            flag.at(format!("/escalators/{to}"))
                .seen(escalator.evidence.iter().cloned()),
        );
        rules.escalators.push(escalator.clone());
        return;
    };
    for (field, rules, model) in [
        ("percent", &mut own.percent, &escalator.percent),
        (
            "maximum_percent",
            &mut own.maximum_percent,
            &escalator.maximum_percent,
        ),
    ] {
        let (path, of_model) = (
            format!("/escalators/{to}/{field}"),
            format!("/escalators/{from}/{field}"),
        );
        // The rules know which of the two a percentage is; the same one in the other field is no other increase.
        if rules.value.is_some() && model.value.is_some() {
            Field::at(&path, &of_model).meet(meeting, rules, model);
        }
    }
}

/// Without a word on whether prices contain it, a tax changes nothing yet.
fn taxes(meeting: &mut Meeting, rules: &mut Terms, from: usize, tax: &TaxTerm) {
    let known = rules.taxes.iter().position(|known| {
        known.percent.value == tax.percent.value || overlap(&known.evidence, &tax.evidence)
    });
    let to = known.unwrap_or(rules.taxes.len());
    meeting.paths.moved_to("taxes", from, Some(to));
    let (path, of_model) = (format!("/taxes/{to}/percent"), format!("/taxes/{from}/percent"));
    if let Some(own) = rules.taxes.get_mut(to) {
        Field::at(&path, &of_model).meet(meeting, &mut own.percent, &tax.percent);
        return;
    }
    let sentence = format!(
        "Only the model read a tax: {} of “{}”.",
        tax.name, tax.percent.printed
    );
    let flag = Flag::new(
        Code::ReadersDisagree,
        sentence,
        "Look whether the contract says so.",
    );
    meeting.flags.push(
        flag.at(path)
            .severity(Severity::Info)
            .seen(tax.evidence.iter().cloned()),
    );
    rules.taxes.push(tax.clone());
}

/// What the rules made of an amount stands. Where they charge it and the model says that it is no price, a person must
/// look; where they cannot explain it, the model's word alone does not.
fn mentions(meeting: &mut Meeting, rules: &mut Terms, mention: &Mention) {
    let evidence = std::slice::from_ref(&mention.evidence);
    let charged = rules.line_items.iter().position(|item| {
        let prices = [&item.price.amount, &item.price.unit_price, &item.price.percent];
        prices
            .iter()
            .any(|price| price.value == Some(mention.value) && overlap(&price.evidence, evidence))
    });
    let named = matches!(
        mention.role,
        Role::Minimum | Role::Cap | Role::Discount | Role::ListPrice | Role::Unexplained
    );
    if let Some(index) = charged.filter(|_| !named) {
        let name = rules
            .line_items
            .get(index)
            .map(|item| item.description.clone())
            .unwrap_or_default();
        let sentence = format!(
            "The rules charge “{}” for “{name}”, the model takes it for no price.",
            mention.printed
        );
        let flag = Flag::new(Code::ReadersDisagree, sentence, "Look what the amount is.");
        meeting.flags.push(
            flag.at(format!("/line_items/{index}"))
                .seen([mention.evidence.clone()]),
        );
    }
    let known = rules.mentions.iter().any(|known| {
        known.value == mention.value && overlap(std::slice::from_ref(&known.evidence), evidence)
    });
    if !known && charged.is_none() {
        rules.mentions.push(mention.clone());
    }
}

/// Do they rest on words of the same line?
pub(super) fn overlap(one: &[Evidence], other: &[Evidence]) -> bool {
    one.iter().any(|one| {
        other.iter().any(|other| {
            one.document() == other.document() && one.lines().iter().any(|line| other.lines().contains(line))
        })
    })
}
