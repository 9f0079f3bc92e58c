//! Fields of the contract as a whole.

use contract::terms::Terms;
use pricing::plan::Due;
use serde_json::Value;

/// One field on both sides.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    pub(crate) golden: Option<String>,
    pub(crate) read: Option<String>,
}

/// Fields that the golden file speaks of.
pub(crate) fn of(golden: &Value, terms: &Terms) -> Vec<Field> {
    let date = |value: Option<&jiff::civil::Date>| value.map(ToString::to_string);
    let number = |value: Option<u32>| value.map(|value| value.to_string());
    let term = &golden["term"];
    let mut fields = vec![
        (
            "provider",
            "/provider",
            &golden["parties"]["provider"],
            terms.provider.value.clone(),
        ),
        (
            "customer",
            "/customer",
            &golden["parties"]["customer"],
            terms.customer.value.clone(),
        ),
        (
            "effective_date",
            "/effective_date",
            &golden["effective_date"],
            date(terms.effective_date.get()),
        ),
        (
            "term.start",
            "/term/start",
            &term["start"],
            date(terms.term.start.get()),
        ),
        ("term.end", "/term/end", &term["end"], date(terms.term.end.get())),
        (
            "term.months",
            "/term/months",
            &term["months"],
            number(terms.term.months.copied()),
        ),
        (
            "auto_renew",
            "/renewal/auto",
            &term["auto_renew"],
            terms.renewal.auto.copied().map(|auto| auto.to_string()),
        ),
        (
            "notice_days",
            "/renewal/notice_days",
            &term["notice_days"],
            number(terms.renewal.notice_days.copied()),
        ),
        (
            "currency",
            "/currency",
            &golden["currency"],
            terms.currency.copied().map(|currency| currency.code().to_owned()),
        ),
        (
            "payment_terms_days",
            "/payment/due",
            &golden["payment_terms_days"],
            terms.payment.due.copied().and_then(days),
        ),
    ];
    if term.get("renewal_months").is_some() {
        fields.push((
            "renewal_months",
            "/renewal/months",
            &term["renewal_months"],
            number(terms.renewal.months.copied()),
        ));
    }
    if golden.get("agreement_date").is_some() {
        fields.push((
            "agreement_date",
            "/agreement_date",
            &golden["agreement_date"],
            date(terms.agreement_date.get()),
        ));
    }
    fields
        .into_iter()
        .map(|(name, path, golden, read)| Field {
            name,
            path,
            golden: word(golden),
            read,
        })
        .collect()
}

fn days(due: Due) -> Option<String> {
    match due {
        Due::Net { days } | Due::NetBusiness { days } | Due::EndOfMonth { days } => Some(days.to_string()),
        Due::DayOfMonth { .. } => None,
    }
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl Field {
    /// The same value; names of parties count as the same where one holds the other.
    pub(crate) fn agrees(&self) -> bool {
        match (&self.golden, &self.read) {
            (Some(golden), Some(read)) if self.name == "provider" || self.name == "customer" => {
                same_name(golden, read)
            }
            (golden, read) => golden == read,
        }
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
