//! One case, and how its inputs are read.

use std::cell::RefCell;
use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use pricing::fraction::Fraction;
use pricing::money::{Currency, Money};
use pricing::period::Period;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// A calculation with its inputs and what its source says comes out.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) area: String,
    pub(crate) kind: String,
    pub(crate) conventions: Vec<String>,
    pub(crate) given: Given,
    pub(crate) expect: Map<String, Value>,
}

/// What an adapter gives back: outputs by their names in the format, or why there are none.
pub(crate) type Answer = Result<Map<String, Value>, Failure>;

/// Why there are no outputs.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The engine refused the input, as it may be expected to.
    Refused(String),
    /// The adapter does not understand the input.
    Unreadable(String),
}

/// Inputs by name.
#[derive(Debug, Clone)]
pub(crate) struct Given(Value);

thread_local! {
    /// Names of inputs looked at since the case began.
    static READ: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

impl Case {
    pub(crate) fn read(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let conventions = value["conventions"].as_array().into_iter().flatten();
        Self {
            id: text("id"),
            area: text("area"),
            kind: text("kind"),
            conventions: conventions.filter_map(Value::as_str).map(str::to_owned).collect(),
            given: Given(value["given"].clone()),
            expect: value["expect"].as_object().cloned().unwrap_or_default(),
        }
    }

    /// Do its figures rest on this rule choice?
    pub(crate) fn follows(&self, token: &str) -> bool {
        self.conventions.iter().any(|convention| convention == token)
    }

    /// Forgets what was read of earlier cases.
    pub(crate) fn begin(&self) {
        READ.with_borrow_mut(BTreeSet::clear);
    }

    /// Inputs that nothing has looked at since the case began: its figures came out, or did not, without them.
    pub(crate) fn unread(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        collect_names(&self.given.0, &mut names);
        READ.with_borrow(|read| names.difference(read).cloned().collect())
    }

    /// Must the input be refused?
    pub(crate) fn is_to_be_refused(&self) -> bool {
        self.expect.get("error") == Some(&Value::Bool(true))
    }

    /// An amount as its source states it: rounded as it would be billed, or as exact as the engine keeps it where
    /// the source shows more decimals than can be paid.
    pub(crate) fn amount(&self, name: &str, rounded: Money, exact: Fraction) -> Value {
        let shown = self
            .expect
            .get(name)
            .and_then(Value::as_str)
            .and_then(|text| text.parse::<Decimal>().ok());
        let digits = rounded.currency.minor_digits();
        if shown.is_some_and(|shown| shown.normalize().scale() > digits) {
            return number(exact);
        }
        number(rounded.amount)
    }
}

fn collect_names(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect_names(value, names)),
        Value::Object(named) => {
            for (name, value) in named.iter().filter(|(_, value)| !value.is_null()) {
                names.insert(name.clone());
                collect_names(value, names);
            }
        }
        _ => {}
    }
}

impl Given {
    pub(crate) fn new(value: Value) -> Self {
        Self(value)
    }

    /// Whatever stands under a name, noted as read.
    pub(crate) fn value(&self, name: &str) -> &Value {
        READ.with_borrow_mut(|read| {
            if !read.contains(name) {
                read.insert(name.to_owned());
            }
        });
        &self.0[name]
    }

    /// The names it has, of a part whose names are the source's own.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Texts of a list; none if it is absent.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let values = self.value(name).as_array().into_iter().flatten();
        values.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        !self.value(name).is_null()
    }

    /// The first of several names that it has.
    pub(crate) fn first_of<'a>(&self, names: &[&'a str]) -> Option<&'a str> {
        names.iter().copied().find(|name| self.has(name))
    }

    pub(crate) fn text(&self, name: &str) -> Result<&str, Failure> {
        self.value(name).as_str().ok_or_else(|| self.missing(name))
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.value(name).as_bool().unwrap_or(false)
    }

    pub(crate) fn decimal(&self, name: &str) -> Result<Decimal, Failure> {
        as_decimal(self.value(name)).ok_or_else(|| self.missing(name))
    }

    /// The same figure under the first of several names it goes by.
    pub(crate) fn one_of(&self, names: &[&str]) -> Result<Decimal, Failure> {
        self.first_of(names).map_or_else(
            || Err(self.missing(&names.join("` or `"))),
            |name| self.decimal(name),
        )
    }

    pub(crate) fn optional_decimal(&self, name: &str) -> Result<Option<Decimal>, Failure> {
        if self.has(name) {
            self.decimal(name).map(Some)
        } else {
            Ok(None)
        }
    }

    pub(crate) fn fraction(&self, name: &str) -> Result<Fraction, Failure> {
        let text = self
            .value(name)
            .as_str()
            .map(str::to_owned)
            .or_else(|| Some(as_decimal(self.value(name))?.to_string()));
        text.and_then(|text| text.parse().ok())
            .ok_or_else(|| self.missing(name))
    }

    pub(crate) fn whole(&self, name: &str) -> Result<u32, Failure> {
        let number = as_decimal(self.value(name)).and_then(|number| number.to_string().parse().ok());
        number.ok_or_else(|| self.missing(name))
    }

    pub(crate) fn currency(&self) -> Result<Currency, Failure> {
        if !self.has("currency") {
            return "USD".parse().map_err(refused);
        }
        self.text("currency")?.parse().map_err(refused)
    }

    pub(crate) fn money(&self, name: &str) -> Result<Money, Failure> {
        Ok(Money::new(self.decimal(name)?, self.currency()?))
    }

    /// A day; of an instant, the day it falls on in the case's time zone.
    pub(crate) fn date(&self, name: &str) -> Result<Date, Failure> {
        self.date_time(name).map(DateTime::date)
    }

    /// A moment by the clock of the case's time zone; midnight of a day.
    pub(crate) fn date_time(&self, name: &str) -> Result<DateTime, Failure> {
        let text = self.text(name)?;
        if let Ok(date) = text.parse::<Date>() {
            return Ok(date.to_datetime(jiff::civil::Time::midnight()));
        }
        let instant: jiff::Timestamp = text.parse().map_err(|_| self.missing(name))?;
        Ok(instant.to_zoned(self.zone()?).datetime())
    }

    pub(crate) fn zone(&self) -> Result<TimeZone, Failure> {
        let name = ["timezone", "time_zone", "customer_timezone", "zone", "tz"]
            .into_iter()
            .find(|name| self.has(name));
        name.map_or(Ok(TimeZone::UTC), |name| {
            TimeZone::get(self.text(name)?).map_err(refused)
        })
    }

    /// From one day to another, whose name says whether it is included: `service_to_inclusive`, `service_to`.
    pub(crate) fn period(&self, name: &str) -> Result<Period, Failure> {
        let at = |end: &str| {
            if name.is_empty() {
                end.to_owned()
            } else {
                format!("{name}_{end}")
            }
        };
        let start = ["from", "start"].map(at).into_iter().find(|name| self.has(name));
        let start = self.date(&start.unwrap_or_else(|| at("from")))?;
        let inclusive = at("to_inclusive");
        let end = if self.has(&inclusive) {
            self.date(&inclusive)?.tomorrow().map_err(refused)?
        } else {
            let end = ["to", "end"].map(at).into_iter().find(|name| self.has(name));
            self.date(&end.unwrap_or_else(|| at("to")))?
        };
        Period::try_new(start, end).map_err(refused)
    }

    /// Members of a list; none if it is absent.
    pub(crate) fn list(&self, name: &str) -> Vec<Self> {
        self.value(name)
            .as_array()
            .into_iter()
            .flatten()
            .cloned()
            .map(Self)
            .collect()
    }

    pub(crate) fn decimals(&self, name: &str) -> Result<Vec<Decimal>, Failure> {
        let named = |value: &Value| {
            let mut names = ["amount", "subtotal"].iter();
            names.find_map(|name| as_decimal(&value[name]))
        };
        let amount = |value: &Value| as_decimal(value).or_else(|| named(value));
        let all: Option<Vec<Decimal>> = self
            .value(name)
            .as_array()
            .into_iter()
            .flatten()
            .map(amount)
            .collect();
        all.ok_or_else(|| self.missing(name))
    }

    /// Exact numbers of a list, `1230/31` as well as `39.68`.
    pub(crate) fn fractions(&self, name: &str) -> Result<Vec<Fraction>, Failure> {
        let values = self.value(name).as_array().into_iter().flatten();
        let exact = |value: &Value| Self(serde_json::json!({ name: value })).fraction(name);
        values.map(exact).collect()
    }

    pub(crate) fn part(&self, name: &str) -> Self {
        Self(self.value(name).clone())
    }

    pub(crate) fn missing(&self, name: &str) -> Failure {
        Failure::Unreadable(format!("`{name}` is not as the format says: {}", self.0[name]))
    }
}

fn as_decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

/// The engine's reason to refuse.
pub(crate) fn refused(reason: impl std::fmt::Display) -> Failure {
    Failure::Refused(reason.to_string())
}

/// An output that is a number, exact fractions included.
pub(crate) fn number(value: impl Into<Fraction>) -> Value {
    Value::String(value.into().to_string())
}

/// Outputs by name.
pub(crate) fn outputs<const N: usize>(named: [(&str, Value); N]) -> Answer {
    Ok(named
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect())
}
