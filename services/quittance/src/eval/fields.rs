//! Fields of the contract as a whole.

use contract::flag::Flag;
use contract::terms::Terms;
use pricing::plan::Due;
use serde_json::Value;

use super::golden::{number, word};

/// One field on both sides.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    path: &'static str,
    /// The part of a golden's evidence that is about it.
    pub(crate) evidence: &'static str,
    pub(crate) golden: Option<String>,
    pub(crate) read: Option<String>,
}

/// The fields that the golden speaks of; `null` says that the contract does not state one. `terms` are none where
/// nothing could be read.
pub(crate) fn of(golden: &Value, terms: &Terms) -> Vec<Field> {
    let parties = ["provider", "customer"].map(|name| (name, "parties", golden["parties"].get(name)));
    let dates = ["effective_date", "agreement_date", "signature_date"];
    let head = dates.map(|name| (name, "term", golden.get(name)));
    let term = [
        "start",
        "end",
        "months",
        "auto_renew",
        "renewal_months",
        "notice_days",
        "termination_notice_days",
    ]
    .map(|name| (name, "term", golden["term"].get(name)));
    let money = ["currency", "payment_terms_days"].map(|name| (name, "payment", golden.get(name)));
    let all = parties.into_iter().chain(head).chain(term).chain(money);
    let judged = all.filter_map(|(name, evidence, value)| Some((name, evidence, value?)));
    judged
        .filter(|(.., value)| !value.is_object() && !value.is_array())
        .map(|(name, evidence, value)| {
            let (path, read) = read(name, terms);
            Field {
                name,
                path,
                evidence,
                golden: word(value),
                read,
            }
        })
        .collect()
}

fn read(name: &str, terms: &Terms) -> (&'static str, Option<String>) {
    let day = |value: Option<&jiff::civil::Date>| value.map(ToString::to_string);
    let count = |value: Option<u32>| value.map(|value| value.to_string());
    match name {
        "provider" => ("/provider", terms.provider.value.clone()),
        "customer" => ("/customer", terms.customer.value.clone()),
        "effective_date" => ("/effective_date", day(terms.effective_date.get())),
        "agreement_date" => ("/agreement_date", day(terms.agreement_date.get())),
        "signature_date" => ("/signature_date", day(terms.signature_date.get())),
        "start" => ("/term/start", day(terms.term.start.get())),
        "end" => ("/term/end", day(terms.term.end.get())),
        "months" => ("/term/months", count(terms.term.months.copied())),
        "auto_renew" => (
            "/renewal/auto",
            terms.renewal.auto.copied().map(|auto| auto.to_string()),
        ),
        "renewal_months" => ("/renewal/months", count(terms.renewal.months.copied())),
        "notice_days" => ("/renewal/notice_days", count(terms.renewal.notice_days.copied())),
        "termination_notice_days" => (
            "/renewal/termination_notice_days",
            count(terms.renewal.termination_notice_days.copied()),
        ),
        "currency" => (
            "/currency",
            terms.currency.copied().map(|currency| currency.code().to_owned()),
        ),
        _ => ("/payment/due", terms.payment.due.copied().and_then(days)),
    }
}

fn days(due: Due) -> Option<String> {
    match due {
        Due::Net { days } | Due::NetBusiness { days } | Due::EndOfMonth { days } => Some(days.to_string()),
        Due::DayOfMonth { .. } => None,
    }
}

impl Field {
    /// The same value; names of parties count as the same where one holds the other.
    pub(crate) fn agrees(&self) -> bool {
        match (&self.golden, &self.read) {
            (Some(golden), Some(read)) if self.evidence == "parties" => same_name(golden, read),
            (Some(golden), Some(read)) => {
                golden == read || number(golden).is_some_and(|golden| number(read) == Some(golden))
            }
            (golden, read) => golden == read,
        }
    }

    /// Does a flag tell a reviewer to look at it?
    pub(crate) fn is_flagged(&self, flags: &[Flag]) -> bool {
        flags
            .iter()
            .any(|flag| flag.waits() && flag.path.as_deref().is_some_and(|at| self.path.starts_with(at)))
    }
}

fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| -> String {
        name.to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect()
    };
    let (one, other) = (plain(one), plain(other));
    let short = one.len().min(other.len());
    short > 3 && (one.contains(&other) || other.contains(&one))
}
