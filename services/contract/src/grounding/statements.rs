//! Claims about the contract as a whole: who, when, how long, in what money, when to pay.

mod terms;

use super::Ground;
use super::cited::Cited;
use super::values::{Claim, Place, amount, percent};
use crate::flag::{Code, Flag};
use crate::page::Document;
use crate::schema::{Statement, StatementKind};
use crate::terms::{Evidence, Found, Status, TaxTerm, Total};

/// Takes a statement into the reading, as far as its words stand.
pub(super) fn take(ground: &mut Ground<'_>, statement: &Statement) {
    let cited = Cited::of(ground.document, &statement.lines);
    let Some(quote) = cited.find(&statement.quote) else {
        let (what, path) = what(statement.kind);
        ground.not_quoted(what, &statement.quote, &statement.lines, path);
        return;
    };
    let claim = Claim { cited: &cited, quote };
    match statement.kind {
        StatementKind::Total => total(ground, &claim, statement),
        StatementKind::Tax => tax(ground, &claim, statement),
        StatementKind::Escalator => terms::escalator(ground, &claim, statement),
        _ => field(ground, &claim, statement),
    }
}

/// What a statement is about, and the field it fills where it fills one.
fn what(kind: StatementKind) -> (&'static str, Option<&'static str>) {
    match kind {
        StatementKind::Provider => ("who is paid", Some("/provider")),
        StatementKind::Customer => ("who pays", Some("/customer")),
        StatementKind::AgreementDate => ("the day of the agreement", Some("/agreement_date")),
        StatementKind::EffectiveDate => ("the effective date", Some("/effective_date")),
        StatementKind::TermStart => ("the first day of the term", Some("/term/start")),
        StatementKind::TermEnd => ("the last day of the term", Some("/term/end")),
        StatementKind::TermLength => ("the length of the term", Some("/term/months")),
        StatementKind::RenewsAutomatically | StatementKind::DoesNotRenew => {
            ("what happens at the end", Some("/renewal/auto"))
        }
        StatementKind::RenewalLength => ("the length of a renewal", Some("/renewal/months")),
        StatementKind::RenewalNotice => ("the notice that stops a renewal", Some("/renewal/notice_days")),
        StatementKind::Currency => ("the currency", Some("/currency")),
        StatementKind::PaymentTerms => ("when invoices must be paid", Some("/payment/due")),
        StatementKind::LateFee => ("interest on late payment", Some("/payment/late_fee")),
        StatementKind::Escalator => ("an increase", None),
        StatementKind::Tax => ("a tax", None),
        StatementKind::Total => ("a total", None),
    }
}

/// Statements that fill one field.
fn field(ground: &mut Ground<'_>, claim: &Claim<'_>, statement: &Statement) {
    let printed = &statement.printed;
    match statement.kind {
        StatementKind::Provider => {
            let found = claim.words(ground, "/provider", printed, Place::Quote);
            set(ground, "/provider", found, |reading| &mut reading.terms.provider);
        }
        StatementKind::Customer => {
            let found = claim.words(ground, "/customer", printed, Place::Quote);
            set(ground, "/customer", found, |reading| &mut reading.terms.customer);
        }
        StatementKind::AgreementDate => {
            let found = claim.date(ground, "/agreement_date", printed);
            set(ground, "/agreement_date", found, |reading| {
                &mut reading.terms.agreement_date
            });
        }
        StatementKind::EffectiveDate => {
            let found = claim.date(ground, "/effective_date", printed);
            set(ground, "/effective_date", found, |reading| {
                &mut reading.terms.effective_date
            });
        }
        StatementKind::TermStart => {
            let found = claim.date(ground, "/term/start", printed);
            set(ground, "/term/start", found, |reading| {
                &mut reading.terms.term.start
            });
        }
        StatementKind::TermEnd => {
            let found = claim.date(ground, "/term/end", printed);
            set(ground, "/term/end", found, |reading| &mut reading.terms.term.end);
        }
        _ => terms::field(ground, claim, statement),
    }
}

/// The first statement of a field counts; one that differs from it makes it a conflict.
fn set<T: PartialEq>(
    ground: &mut Ground<'_>,
    path: &str,
    found: Found<T>,
    field: impl Fn(&mut crate::reading::Reading) -> &mut Found<T>,
) {
    let known = field(&mut ground.reading);
    if known.value.is_none() {
        *known = found;
        return;
    }
    if found.value.is_none() || found.value == known.value {
        return;
    }
    known.status = Status::Conflict {
        other: found.printed.clone(),
    };
    let sentence = format!("The model read both “{}” and “{}”.", known.printed, found.printed);
    let evidence: Vec<Evidence> = known.evidence.iter().chain(&found.evidence).cloned().collect();
    let flag = Flag::new(
        Code::ReadersDisagree,
        sentence,
        "Look which of them holds and enter it.",
    );
    ground.flag(flag.at(path).seen(evidence));
}

fn total(ground: &mut Ground<'_>, claim: &Claim<'_>, statement: &Statement) {
    let path = format!("/totals/{}/amount", ground.reading.terms.totals.len());
    let amount = claim.value(ground, &path, &statement.printed, Place::Quote, amount);
    let label = label(claim, ground.document, &amount);
    ground.reading.terms.totals.push(Total { label, amount });
}

/// The words of the quote before its number.
fn label(claim: &Claim<'_>, document: &Document, amount: &Found<rust_decimal::Decimal>) -> String {
    let words = claim
        .cited
        .words(claim.quote)
        .iter()
        .filter_map(|at| document.word(*at));
    let before: Vec<&str> = words
        .map(|word| word.text.as_str())
        .take_while(|text| !text.contains(|c: char| c.is_ascii_digit()))
        .collect();
    let label = before.join(" ");
    let label = label.trim_matches([':', ' ', '$', '€', '£']);
    if label.is_empty() || amount.value.is_none() {
        String::from("Total")
    } else {
        label.to_owned()
    }
}

fn tax(ground: &mut Ground<'_>, claim: &Claim<'_>, statement: &Statement) {
    let path = format!("/taxes/{}/percent", ground.reading.terms.taxes.len());
    let percent = claim.value(ground, &path, &statement.printed, Place::Quote, percent);
    let said = claim.cited.text(claim.quote).to_lowercase();
    let names = ["value added tax", "vat", "gst", "sales tax", "service tax", "tax"];
    let Some(name) = names
        .iter()
        .find(|name| said.contains(*name))
        .filter(|_| percent.value.is_some())
    else {
        return;
    };
    let name = if name.len() == 3 {
        name.to_uppercase()
    } else {
        (*name).to_owned()
    };
    let evidence = claim.evidence(ground);
    // Whether prices contain it is a question for a person: the model has no field to quote it in.
    ground.reading.terms.taxes.push(TaxTerm {
        name,
        percent,
        included: Found::absent(),
        evidence,
    });
}
