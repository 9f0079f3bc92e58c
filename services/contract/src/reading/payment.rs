//! When invoices must be paid, what paying late costs, what paying early saves.

mod due;

#[cfg(test)]
mod tests;

use pricing::plan::Due;
use pricing::plan::payment::LateFeePer;

use super::phrases::{find_duration, period, says_any};
use super::statements::{Key, Statement};
use super::tokens::{Kind, Token};
use crate::flag::{Code, Flag};
use crate::normal::duration as spans;
use crate::page::Document;
use crate::terms::{Cadence, EarlyPaymentTerm, Found, LateFeeTerm, Payment, Status};

/// Payment terms and what is not clear about them.
#[derive(Debug, Clone, Default)]
pub(crate) struct PaymentReading {
    /// The terms.
    pub(crate) terms: Payment,
    /// What is not clear.
    pub(crate) flags: Vec<Flag>,
}

/// One statement of when to pay.
struct Stated<'s> {
    statement: &'s Statement,
    found: Found<Due>,
    from_receipt: bool,
    /// It says what it takes the place of.
    replaces: bool,
}

/// Reads payment terms. `order_form_prevails` is the contract's own rule of precedence, where it has one.
pub(crate) fn read(document: &Document, statements: &[Statement]) -> PaymentReading {
    let mut reading = PaymentReading::default();
    let mut stated: Vec<Stated<'_>> = Vec::new();
    for statement in statements {
        stated.extend(due(document, statement));
        late(&mut reading.terms, document, statement);
        early(&mut reading.terms, document, statement);
    }
    choose(&mut reading, &stated, statements, document);
    reading
}

/// The rule for due dates in words that are known to be about payment.
pub(crate) fn rule_in(tokens: &[Token]) -> Option<Due> {
    due::find(tokens, true).map(|rule| rule.due)
}

fn due<'s>(document: &Document, statement: &'s Statement) -> Option<Stated<'s>> {
    let tokens = statement.tokens();
    let about =
        statement.under.heading.contains("payment") || says_any(tokens, "payment|payments|invoice|invoices");
    let swapped = due::replaced(tokens).filter(|_| about);
    let found = swapped.or_else(|| due::find(tokens, is_payment_field(statement)))?;
    let end = found.at.saturating_add(found.length);
    let evidence = statement.evidence_of(document, due::begin(tokens, found.at), end);
    Some(Stated {
        statement,
        from_receipt: says_any(
            tokens,
            "receipt of invoice|receipt of the invoice|receipt of an invoice|\
            receipt of each invoice|receipt of such invoice|of receipt|after receipt|\
            receiving the invoice|receives the invoice",
        ) && !matches!(found.due, Due::Net { days: 0 }),
        found: Found::supported(found.due, statement.stretch.printed(found.at, end), evidence),
        replaces: swapped.is_some(),
    })
}

/// "Payment Terms: Net 30"; "Settlement: 28 days" says when to pay, "Settlement: monthly" how often is billed.
fn is_payment_field(statement: &Statement) -> bool {
    let settles = statement
        .tokens()
        .first()
        .is_some_and(|token| token.is("settlement"));
    statement.key == Some(Key::Payment) || (settles && statement.key == Some(Key::Billing))
}

/// One rule where all agree; where they differ, the one the contract lets prevail, else a conflict.
fn choose(
    reading: &mut PaymentReading,
    stated: &[Stated<'_>],
    statements: &[Statement],
    document: &Document,
) {
    let first = stated.iter().find(|other| other.replaces).or(stated.first());
    let Some(first) = first else { return };
    let differing = stated
        .iter()
        .find(|other| other.found.value != first.found.value)
        .filter(|_| !first.replaces);
    let chosen = match differing {
        None => first,
        Some(other) => match prevailing(first, other, statements) {
            Some((winner, rule)) => {
                reading.flags.push(resolved(first, other, rule, document));
                winner
            }
            None => {
                reading.flags.push(two_terms(first, other));
                first
            }
        },
    };
    reading.terms.due = chosen.found.clone();
    if let (Some(other), false) = (
        differing,
        reading
            .flags
            .iter()
            .any(|flag| flag.code == Code::ConflictResolvedByPrecedence),
    ) {
        reading.terms.due.status = Status::Conflict {
            other: other.found.printed.clone(),
        };
    }
    reading.flags.extend(notes(chosen));
}

/// "The Order Form shall prevail over the body of this Agreement": the term under the order form's heading wins.
fn prevailing<'r, 's>(
    first: &'r Stated<'s>,
    other: &'r Stated<'s>,
    statements: &'r [Statement],
) -> Option<(&'r Stated<'s>, &'r Statement)> {
    let rule = statements.iter().find(|statement| {
        let tokens = statement.tokens();
        says_any(
            tokens,
            "prevail|prevails|take precedence|takes precedence|shall control|controls|\
            will control|govern",
        ) && says_any(
            tokens,
            "order form|order forms|statement of work|sow|conflict|inconsistency|inconsistent",
        )
    })?;
    let order_form_first = says_any(
        rule.tokens(),
        "order form shall prevail|order form prevails|order form will prevail|\
        order form takes precedence|order form shall control|order form controls|\
        order form will control|terms of the order form|order form shall take precedence|\
        order form governs",
    );
    let later = if first.statement.line > other.statement.line {
        first
    } else {
        other
    };
    (order_form_first && is_in_order_form(later.statement, statements)).then_some((later, rule))
}

/// Does an order form's heading stand between the start and this statement?
fn is_in_order_form(statement: &Statement, statements: &[Statement]) -> bool {
    let names = |under: &str| {
        under.starts_with("order form") || under.contains("special terms") || under.contains("order form")
    };
    statements
        .iter()
        .filter(|other| other.line <= statement.line)
        .any(|other| names(&other.under.heading))
}

fn resolved(first: &Stated<'_>, other: &Stated<'_>, rule: &Statement, document: &Document) -> Flag {
    Flag::new(
        Code::ConflictResolvedByPrecedence,
        format!(
            "\"{}\" and \"{}\" differ; the contract says which prevails.",
            first.found.printed, other.found.printed
        ),
        "Nothing, unless the rule of precedence was read wrong.",
    )
    .at("/payment/due")
    .seen(rule.evidence(document))
    .seen(first.found.evidence.clone())
    .seen(other.found.evidence.clone())
}

fn two_terms(first: &Stated<'_>, other: &Stated<'_>) -> Flag {
    Flag::new(
        Code::TwoPaymentTerms,
        format!(
            "Two payment terms: \"{}\" and \"{}\".",
            first.found.printed, other.found.printed
        ),
        "Decide which of them holds for invoices, and enter it.",
    )
    .at("/payment/due")
    .seen(first.found.evidence.clone())
    .seen(other.found.evidence.clone())
}

fn notes(chosen: &Stated<'_>) -> Vec<Flag> {
    let mut flags = Vec::new();
    let note = |code, sentence: &str| {
        Flag::new(code, sentence, "Nothing, if that is what was agreed.")
            .at("/payment/due")
            .seen(chosen.found.evidence.clone())
    };
    if chosen.from_receipt {
        flags.push(note(
            Code::PaymentFromReceipt,
            "Days count from receipt of the invoice; receipt is taken to be the invoice date.",
        ));
    }
    match chosen.found.value {
        Some(Due::EndOfMonth { .. }) => flags.push(note(
            Code::PaymentTermsEndOfMonth,
            "Days count from the end of the invoice's month.",
        )),
        Some(Due::DayOfMonth { months_later, .. }) if months_later > 0 => {
            flags.push(note(
                Code::PaymentTermsEndOfNextMonth,
                "Invoices fall due on a fixed day of a later month.",
            ));
        }
        _ => {}
    }
    flags
}

/// "Late amounts bear interest of 1.5% per month."
fn late(terms: &mut Payment, document: &Document, statement: &Statement) {
    let tokens = statement.tokens();
    if !terms.late_fee.is_absent() || !(statement.key == Some(Key::Late) || speaks_of_lateness(tokens)) {
        return;
    }
    let found = tokens.iter().enumerate().find_map(|(at, token)| {
        let percent = token.percent()?;
        let after = tokens.get(at.saturating_add(1)..).unwrap_or_default();
        Some((at, percent, per(after)?))
    });
    let Some((at, percent, per)) = found else { return };
    let evidence = statement.evidence(document);
    let printed = statement.stretch.printed(at, at.saturating_add(3));
    terms.late_fee = Found::supported(LateFeeTerm { percent, per }, printed, evidence);
}

fn speaks_of_lateness(tokens: &[Token]) -> bool {
    let late = tokens.iter().any(|token| {
        token.is_any("late|overdue|delinquent|unpaid|outstanding|longer")
            || token.low.starts_with("delinquen")
    }) || says_any(
        tokens,
        "not paid when due|past due|when due|not paid|not received",
    );
    let costs = tokens
        .iter()
        .any(|token| token.is_any("interest|charge|fee|grows|finance|accrue|surcharge|penalty"));
    late && costs
}

/// "per month", "a year", "per annum", "over the base rate" (a yearly rate).
fn per(after: &[Token]) -> Option<LateFeePer> {
    let found = (0..after.len().min(8)).find_map(|at| period(after, at));
    match found.and_then(super::phrases::Period::cadence) {
        Some(cadence) if cadence == Cadence::months(1) => Some(LateFeePer::Month),
        Some(cadence) if cadence == Cadence::months(12) => Some(LateFeePer::Year),
        _ => says_any(after, "over the|above the|base rate|prime rate|prime").then_some(LateFeePer::Year),
    }
}

/// "A discount of 2% applies if an invoice is paid within 10 days", "2/10 net 30".
fn early(terms: &mut Payment, document: &Document, statement: &Statement) {
    let tokens = statement.tokens();
    let speaks = says_any(tokens, "discount|reduction|deduct")
        && says_any(
            tokens,
            "paid within|payment within|pays within|if paid|early payment|prompt payment",
        );
    let slashed = tokens.iter().position(|token| token.is_mark('/'));
    let found = if speaks {
        tokens.iter().find_map(Token::percent).zip(early_days(tokens))
    } else {
        slashed.and_then(|at| slashed_early(tokens, at))
    };
    if let Some((percent, days)) = found.filter(|_| terms.early.is_absent()) {
        let printed = statement.stretch.printed(0, tokens.len());
        terms.early = Found::supported(
            EarlyPaymentTerm { percent, days },
            printed,
            statement.evidence(document),
        );
    }
}

/// The days within which paying is early: the first behind the percentage, else the first of all.
fn early_days(tokens: &[Token]) -> Option<u32> {
    let percent = tokens.iter().position(|token| token.percent().is_some())?;
    let behind = tokens.get(percent..)?;
    let (_, found) = find_duration(behind).or_else(|| find_duration(tokens))?;
    spans::days(found.span)
}

/// `2/10 net 30`, `2/10, n/30`.
fn slashed_early(tokens: &[Token], at: usize) -> Option<(rust_decimal::Decimal, u32)> {
    let before = tokens.get(at.checked_sub(1)?)?;
    let after = tokens.get(at.saturating_add(1))?;
    let rest = tokens.get(at.saturating_add(2)..)?;
    let (Kind::Number(percent), Kind::Number(days)) = (before.kind, after.kind) else {
        return None;
    };
    let net = rest.iter().take(2).any(|token| token.is_any("net|n"));
    let days = u32::try_from(days).ok()?;
    (net && percent < rust_decimal::Decimal::TEN).then_some((percent, days))
}
