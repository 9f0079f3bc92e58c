//! Who, when, how long, in what money, when to pay.

use serde::Serialize;

use super::Meeting;
use super::fields::{Field, same_name};
use crate::terms::{Found, Terms};

/// Brings the fields of the contract as a whole together.
pub(super) fn meet(meeting: &mut Meeting, rules: &mut Terms, model: &Terms) {
    name(meeting, "/provider", &mut rules.provider, &model.provider);
    name(meeting, "/customer", &mut rules.customer, &model.customer);
    field(
        meeting,
        "/agreement_date",
        &mut rules.agreement_date,
        &model.agreement_date,
    );
    field(
        meeting,
        "/effective_date",
        &mut rules.effective_date,
        &model.effective_date,
    );
    field(meeting, "/term/start", &mut rules.term.start, &model.term.start);
    field(meeting, "/term/end", &mut rules.term.end, &model.term.end);
    field(
        meeting,
        "/term/months",
        &mut rules.term.months,
        &model.term.months,
    );
    field(
        meeting,
        "/renewal/auto",
        &mut rules.renewal.auto,
        &model.renewal.auto,
    );
    field(
        meeting,
        "/renewal/months",
        &mut rules.renewal.months,
        &model.renewal.months,
    );
    field(
        meeting,
        "/renewal/notice_days",
        &mut rules.renewal.notice_days,
        &model.renewal.notice_days,
    );
    field(meeting, "/currency", &mut rules.currency, &model.currency);
    field(
        meeting,
        "/payment/due",
        &mut rules.payment.due,
        &model.payment.due,
    );
    field(
        meeting,
        "/payment/late_fee",
        &mut rules.payment.late_fee,
        &model.payment.late_fee,
    );
}

fn field<T: Clone + PartialEq + Serialize>(
    meeting: &mut Meeting,
    path: &str,
    rules: &mut Found<T>,
    model: &Found<T>,
) {
    Field::at(path, path).meet(meeting, rules, model);
}

fn name(meeting: &mut Meeting, path: &str, rules: &mut Found<String>, model: &Found<String>) {
    Field {
        path,
        of_model: path,
        same: same_name,
    }
    .meet(meeting, rules, model);
}
