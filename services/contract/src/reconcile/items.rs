//! Lines that both readings found, and lines that one of them did.

mod pairs;

use rust_decimal::Decimal;

use super::fields::{Field, same_name};
use super::lists::overlap;
use super::{Meeting, runs_with};
use crate::flag::{Code, Flag};
use crate::terms::{Evidence, Found, Kind, LineItem, Status, Terms, Tiers};
use pairs::{Pair, prices};

/// Brings the lines together. Lines of the rules keep their places; what only the model found comes behind them.
pub(super) fn meet(meeting: &mut Meeting, rules: &mut Terms, model: &Terms) {
    let pairs = pairs::of(&rules.line_items, &model.line_items);
    let dates = Dates::of(rules);
    for (from, item) in model.line_items.iter().enumerate() {
        let known = pairs
            .iter()
            .find(|pair| pair.model == from)
            .map(|pair: &Pair| pair.rules);
        match known.and_then(|to| Some((to, rules.line_items.get_mut(to)?))) {
            Some((to, own)) => {
                meeting.paths.moved_to("line_items", from, Some(to));
                Line { from, to }.meet(meeting, own, item, &dates);
            }
            None => add(meeting, rules, from, item),
        }
    }
}

/// A line that only the model found bills only after a person has looked at it. One without any price says nothing.
fn add(meeting: &mut Meeting, rules: &mut Terms, from: usize, item: &LineItem) {
    let withheld = [&item.price.amount, &item.price.unit_price]
        .iter()
        .any(|price| price.status == Status::Withheld);
    if prices(item).is_empty() && !withheld {
        meeting.paths.moved_to("line_items", from, None);
        return;
    }
    let to = rules.line_items.len();
    meeting.paths.moved_to("line_items", from, Some(to));
    let sentence = format!(
        "Only the model found a charge for “{}”{}.",
        item.description,
        elsewhere(rules, item)
    );
    let flag = Flag::new(
        Code::ReadersDisagree,
        sentence,
        "Look whether it is charged; remove the line if it is not.",
    );
    meeting.flags.push(
        flag.at(format!("/line_items/{to}"))
            .seen(item.evidence.iter().cloned()),
    );
    let id = free_id(rules);
    rules.line_items.push(LineItem { id, ..item.clone() });
}

/// What the rules made of the same amount.
fn elsewhere(rules: &Terms, item: &LineItem) -> &'static str {
    let values = prices(item);
    let total = rules
        .totals
        .iter()
        .any(|total| total.amount.value.is_some_and(|value| values.contains(&value)));
    let other = rules.mentions.iter().any(|mention| {
        values.contains(&mention.value) && overlap(std::slice::from_ref(&mention.evidence), &item.evidence)
    });
    match (total, other) {
        (true, _) => "; the rules take the amount for a sum",
        (false, true) => "; the rules take the amount for no price",
        (false, false) => "",
    }
}

fn free_id(rules: &Terms) -> String {
    let taken = |id: &String| rules.line_items.iter().any(|item| item.id == *id);
    let mut ids = (rules.line_items.len().saturating_add(1)..).map(|number| format!("L{number:02}"));
    ids.find(|id| !taken(id)).unwrap_or_default()
}

/// The days of the term, which a line need not repeat.
struct Dates(Terms);

impl Dates {
    fn of(terms: &Terms) -> Self {
        Self(Terms {
            term: terms.term.clone(),
            effective_date: terms.effective_date.clone(),
            ..Terms::default()
        })
    }
}

/// A line of both readings and its places in them.
struct Line {
    from: usize,
    to: usize,
}

impl Line {
    fn meet(&self, meeting: &mut Meeting, own: &mut LineItem, other: &LineItem, dates: &Dates) {
        let other = &aligned(own, other);
        let disputes = meeting.flags.len();
        self.price(meeting, own, other);
        self.field(meeting, "/quantity", &mut own.quantity, &other.quantity);
        self.field(meeting, "/included", &mut own.included, &other.included);
        self.field(meeting, "/cadence", &mut own.cadence, &other.cadence);
        self.field(meeting, "/timing", &mut own.timing, &other.timing);
        if !(own.start.is_absent() && runs_with(&dates.0, other.start.value)) {
            self.field(meeting, "/start", &mut own.start, &other.start);
        }
        if !(own.end.is_absent() && runs_with(&dates.0, other.end.value)) {
            self.field(meeting, "/end", &mut own.end, &other.end);
        }
        self.event(meeting, own, other);
        own.unit = own.unit.take().or_else(|| other.unit.clone());
        let prices = [&own.price.amount, &own.price.unit_price, &own.price.percent];
        let verified = prices.iter().any(|price| price.status == Status::Verified);
        if verified && meeting.flags.len() == disputes && own.status == Status::Supported {
            own.status = Status::Verified;
        }
    }

    fn price(&self, meeting: &mut Meeting, own: &mut LineItem, other: &LineItem) {
        let priced = !prices(own).is_empty();
        let fields = [
            ("/price/amount", &mut own.price.amount, &other.price.amount),
            (
                "/price/unit_price",
                &mut own.price.unit_price,
                &other.price.unit_price,
            ),
            ("/price/percent", &mut own.price.percent, &other.price.percent),
        ];
        let mut strange: Option<(&str, Found<Decimal>)> = None;
        for (field, rules, model) in fields {
            // A price of another sort is a dispute about the line, not a second price.
            if priced && rules.value.is_none() && model.value.is_some() {
                strange = Some((field, model.clone()));
            } else {
                self.field(meeting, field, rules, model);
            }
        }
        if let Some((field, model)) = strange {
            self.other_price(meeting, own, field, &model);
        }
        self.field(meeting, "/price/per", &mut own.price.per, &other.price.per);
        self.field(
            meeting,
            "/price/period",
            &mut own.price.period,
            &other.price.period,
        );
        self.tiers(meeting, own, other, priced);
    }

    fn field<T: Clone + PartialEq + serde::Serialize>(
        &self,
        meeting: &mut Meeting,
        field: &str,
        rules: &mut Found<T>,
        model: &Found<T>,
    ) {
        let (path, of_model) = self.paths(field);
        Field::at(&path, &of_model).meet(meeting, rules, model);
    }

    fn paths(&self, field: &str) -> (String, String) {
        (
            format!("/line_items/{}{field}", self.to),
            format!("/line_items/{}{field}", self.from),
        )
    }

    fn event(&self, meeting: &mut Meeting, own: &mut LineItem, other: &LineItem) {
        let (path, of_model) = self.paths("/event");
        // Events are told in many words; only one that the rules did not see is new.
        if own.event.value.is_none() {
            Field {
                path: &path,
                of_model: &of_model,
                same: same_name,
            }
            .meet(meeting, &mut own.event, &other.event);
        }
    }

    fn other_price(&self, meeting: &mut Meeting, own: &LineItem, field: &str, model: &Found<Decimal>) {
        let shown: Vec<String> = prices(own).iter().map(Decimal::to_string).collect();
        let sentence = format!(
            "The rules price “{}” at {}, the model at “{}”.",
            own.description,
            shown.join(", "),
            model.printed
        );
        let flag = Flag::new(
            Code::ReadersDisagree,
            sentence,
            "Look which of them the contract says.",
        );
        meeting
            .flags
            .push(flag.at(self.paths(field).0).seen(model.evidence.iter().cloned()));
    }

    fn tiers(&self, meeting: &mut Meeting, own: &mut LineItem, other: &LineItem, priced: bool) {
        let (path, of_model) = self.paths("/price/tiers");
        match (&mut own.price.tiers, &other.price.tiers) {
            (Some(rules), Some(model)) if same_tiers(rules, model) => {
                let mode = (format!("{path}/mode"), format!("{of_model}/mode"));
                Field::at(&mode.0, &mode.1).meet(meeting, &mut rules.mode, &model.mode);
                verify(meeting, &of_model, rules);
            }
            (Some(rules), Some(model)) => {
                meeting
                    .flags
                    .push(other_tiers(&path, rules, model, &other.evidence));
            }
            (None, Some(model)) => {
                let sentence = format!("Only the model read tiers: {}.", listed(model));
                let flag = Flag::new(
                    Code::ReadersDisagree,
                    sentence,
                    "Look whether the contract says so.",
                );
                meeting
                    .flags
                    .push(flag.at(&path).seen(other.evidence.iter().cloned()));
                own.price.tiers = own
                    .price
                    .tiers
                    .take()
                    .or_else(|| (!priced).then(|| model.clone()));
            }
            (_, None) => {}
        }
    }
}

/// The same line with a plain price in the field where the rules have theirs.
fn aligned(own: &LineItem, other: &LineItem) -> LineItem {
    let mut other = other.clone();
    let (amount, unit) = (
        own.price.amount.value.is_some(),
        own.price.unit_price.value.is_some(),
    );
    let other_amount = other.price.amount.value.is_some();
    let other_unit = other.price.unit_price.value.is_some();
    if amount != unit && other_amount != other_unit && amount != other_amount {
        std::mem::swap(&mut other.price.amount, &mut other.price.unit_price);
    }
    if own.kind == Kind::OneTime && own.cadence.is_absent() {
        other.cadence = Found::absent();
    }
    other
}

fn same_tiers(rules: &Tiers, model: &Tiers) -> bool {
    let row = |tiers: &Tiers| -> Vec<_> {
        let rows = tiers.rows.iter();
        rows.map(|row| {
            (
                row.from,
                row.to,
                row.unit_price.value.or(row.flat_fee.value),
                row.percent.value,
            )
        })
        .collect()
    };
    row(rules) == row(model)
}

fn verify(meeting: &Meeting, of_model: &str, rules: &mut Tiers) {
    if meeting.is_weak(of_model) {
        return;
    }
    let prices = rules
        .rows
        .iter_mut()
        .flat_map(|row| [&mut row.unit_price, &mut row.flat_fee, &mut row.percent]);
    for price in prices.filter(|price| price.status == Status::Supported) {
        price.status = Status::Verified;
    }
}

fn other_tiers(path: &str, rules: &Tiers, model: &Tiers, evidence: &[Evidence]) -> Flag {
    let sentence = format!(
        "The rules read tiers {}; the model {}.",
        listed(rules),
        listed(model)
    );
    let flag = Flag::new(
        Code::ReadersDisagree,
        sentence,
        "Look which of them the contract says.",
    );
    flag.at(path).seen(evidence.iter().cloned())
}

fn listed(tiers: &Tiers) -> String {
    let rows = tiers.rows.iter().map(|row| {
        let to = row.to.map_or_else(|| String::from("up"), |to| to.to_string());
        let price = row.unit_price.value.or(row.flat_fee.value).or(row.percent.value);
        format!(
            "{} to {to} at {}",
            row.from,
            price.map(|price| price.to_string()).unwrap_or_default()
        )
    });
    rows.collect::<Vec<String>>().join(", ")
}
