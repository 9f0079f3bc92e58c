//! Who, when, how long, when to pay: the paper with more authority wins, and says so where that changes something.

use super::Joint;
use super::authority::Paper;
use crate::flag::{Code, Flag, Severity};
use crate::reconcile::same_name;
use crate::terms::{DocumentKind, Evidence, Found, Status, Terms};

/// Takes what the paper says of the contract as a whole.
pub(super) fn take(joint: &mut Joint, paper: &Paper) {
    let charges = !paper.terms.line_items.is_empty();
    payment(joint, paper);
    currency(joint, paper);
    let (terms, new) = (&mut joint.terms, &paper.terms);
    over(&mut terms.provider, &new.provider);
    over(&mut terms.customer, &new.customer);
    over(&mut terms.agreement_date, &new.agreement_date);
    over(&mut terms.signature_date, &new.signature_date);
    // The term of a framework is not the term of what is ordered under it.
    if charges || terms.line_items.is_empty() {
        title(joint, paper);
        term(joint, paper);
    }
}

/// Papers that name other parties are not of one contract, unless a person knows better. An e-mail names people.
pub(super) fn compare_parties(joint: &mut Joint, papers: &[Paper]) {
    let named = || {
        papers
            .iter()
            .filter(|paper| paper.kind != Some(DocumentKind::Email))
    };
    let parties = [
        ("/provider", named().map(|paper| &paper.terms.provider).collect()),
        ("/customer", named().map(|paper| &paper.terms.customer).collect()),
    ];
    for (path, names) in parties {
        joint.flags.extend(two_names(path, names));
    }
}

fn two_names(path: &str, names: Vec<&Found<String>>) -> Option<Flag> {
    let mut stated = names.into_iter().filter_map(|found| Some((found, found.get()?)));
    let (first, name) = stated.next()?;
    let (second, other) = stated.find(|(_, other)| !same_name(name, other))?;
    let flag = Flag::new(
        Code::ConflictBetweenDocuments,
        format!("The documents name “{name}” and “{other}”."),
        "Look whether all of them belong to this contract, and enter the party that it is with.",
    );
    let words = first.evidence.iter().chain(&second.evidence);
    Some(flag.at(path).seen(words.cloned()))
}

/// The later value, where there is one.
pub(super) fn over<T: Clone>(field: &mut Found<T>, new: &Found<T>) {
    if new.value.is_some() {
        field.clone_from(new);
    }
}

fn title(joint: &mut Joint, paper: &Paper) {
    over(&mut joint.terms.title, &paper.terms.title);
    over(&mut joint.terms.kind, &paper.terms.kind);
}

fn term(joint: &mut Joint, paper: &Paper) {
    let (terms, new) = (&mut joint.terms, &paper.terms);
    over(&mut terms.effective_date, &new.effective_date);
    if new.term.start.value.is_some() || new.term.end.value.is_some() || new.term.months.value.is_some() {
        terms.term = new.term.clone();
    }
    over(&mut terms.renewal.auto, &new.renewal.auto);
    over(&mut terms.renewal.months, &new.renewal.months);
    over(&mut terms.renewal.notice_days, &new.renewal.notice_days);
}

/// When and how is paid, and how long before the end notice is given: of the contract as a whole, whoever says it.
fn payment(joint: &mut Joint, paper: &Paper) {
    let new = &paper.terms;
    settle(joint, paper, "/payment/due", &new.payment.due, |terms| {
        &mut terms.payment.due
    });
    settle(
        joint,
        paper,
        "/payment/late_fee",
        &new.payment.late_fee,
        |terms| &mut terms.payment.late_fee,
    );
    settle(joint, paper, "/payment/early", &new.payment.early, |terms| {
        &mut terms.payment.early
    });
    let notice = &new.renewal.termination_notice_days;
    settle(
        joint,
        paper,
        "/renewal/termination_notice_days",
        notice,
        |terms| &mut terms.renewal.termination_notice_days,
    );
}

/// Takes the value of the paper; where the one before it was another, both are quoted.
fn settle<T: Clone + PartialEq>(
    joint: &mut Joint,
    paper: &Paper,
    path: &str,
    new: &Found<T>,
    field: impl Fn(&mut Terms) -> &mut Found<T>,
) {
    if new.value.is_none() {
        return;
    }
    let old = field(&mut joint.terms).clone();
    let mut chosen = new.clone();
    if old.value.is_some() && old.value != new.value {
        let flag = differing(joint, paper, &old, new).at(path);
        if flag.severity != Severity::Info {
            chosen.status = Status::Conflict {
                other: words(&old).to_owned(),
            };
        }
        joint.flags.push(flag);
    }
    *field(&mut joint.terms) = chosen;
}

/// As printed; the whole clause where no part of it was.
fn words<T>(found: &Found<T>) -> &str {
    match found.evidence.first() {
        Some(evidence) if found.printed.is_empty() => evidence.quote(),
        _ => &found.printed,
    }
}

/// Two terms of one sort: the contract's own rule settles it, or a person does.
fn differing<T>(joint: &Joint, paper: &Paper, old: &Found<T>, new: &Found<T>) -> Flag {
    let gives_way = old
        .evidence
        .iter()
        .any(|evidence| is_subject_to_others(evidence.quote()));
    let ruled = joint.rules_for(paper, &old.evidence);
    let both = |flag: Flag| flag.seen(old.evidence.clone()).seen(new.evidence.clone());
    let sentence = format!("“{}” and “{}” differ", words(old), words(new));
    if ruled || gives_way {
        return both(Flag::new(
            Code::ConflictResolvedByPrecedence,
            format!("{sentence}; the contract says which prevails."),
            "Nothing, unless the rule of precedence was read wrong.",
        ))
        .seen(joint.rule.evidence.clone());
    }
    let code = match paper.kind {
        Some(DocumentKind::Email) => Code::ConflictEmailVsAttachment,
        _ => Code::ConflictBetweenDocuments,
    };
    both(Flag::new(
        code,
        format!("{sentence}, and no document says which prevails."),
        "Decide which of them holds for invoices, and enter it.",
    ))
}

/// "Save as otherwise agreed", "unless the order form states otherwise": the paper steps back by itself.
fn is_subject_to_others(quote: &str) -> bool {
    let low = quote.to_lowercase();
    low.contains("otherwise")
        || low.contains("except as set out in")
        || low.contains("subject to the order form")
}

fn currency(joint: &mut Joint, paper: &Paper) {
    let (old, new) = (&joint.terms.currency, &paper.terms.currency);
    let differ = matches!((old.value, new.value), (Some(old), Some(new)) if old != new);
    if differ && !paper.terms.line_items.is_empty() && !joint.terms.line_items.is_empty() {
        let evidence: Vec<Evidence> = old.evidence.iter().chain(&new.evidence).cloned().collect();
        joint.flags.push(
            Flag::new(
                Code::MultiCurrency,
                "The documents charge in different currencies.",
                "Make one contract of each currency.",
            )
            .severity(Severity::Block)
            .at("/currency")
            .seen(evidence),
        );
    }
    if new.value.is_some() && (!paper.terms.line_items.is_empty() || joint.terms.currency.value.is_none()) {
        joint.terms.currency = new.clone();
    }
}
