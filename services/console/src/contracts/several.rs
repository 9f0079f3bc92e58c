//! Changes of several terms at once: a line that is added, a table of tiers. Each term is an edit of its own, so the
//! record says who changed what.

use axum::extract::Path;
use serde::Deserialize;
use tonic::Status;
use wire::extraction::v1::{Contract, EditTermRequest};

use super::decisions::shown_again;
use super::workspace::{Refused, address, summary};
use crate::answer::{Answer, go};
use crate::connection::request_id;
use crate::fault::sentence_of;
use crate::filled::Filled;
use crate::visitor::Visitor;

/// A line as a person describes it.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    revision: u32,
    description: String,
    kind: String,
    amount: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    quantity: String,
    cadence: String,
    timing: String,
    #[serde(default)]
    reason: String,
}

const NEW_LINE: &str = "/line_items/-";

pub(super) async fn add_line(Path(id): Path<String>, filled: Filled<Line>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let head = serde_json::json!({ "kind": form.kind, "description": form.description.trim() });
    let mut edits = Edits::of(&visitor, &id, form.revision, &form.reason);
    let added = match edits.make(NEW_LINE, &head.to_string()).await {
        Ok(contract) => contract,
        Err(status) => return refused(&visitor, &id, NEW_LINE, &form.reason, status).await,
    };
    let line = format!("/line_items/{}", lines(&added).saturating_sub(1));
    for (part, value) in parts(&form) {
        if let Err(status) = edits.make(&format!("{line}/{part}"), &value).await {
            let told = format!(
                "The line was added, but its {part} was not taken: {}",
                sentence_of(&status)
            );
            visitor.tell(told.replace(['_', '/'], " "));
            return go(&address(&id, &format!("{line}/description"), 0));
        }
    }
    visitor.tell("The line was added. Terms, flags and plan were drawn up again.");
    go(&address(&id, &format!("{line}/description"), 0))
}

/// How many lines a contract has, by the places in its terms.
fn lines(contract: &Contract) -> usize {
    let places = contract.terms.iter().filter_map(|term| {
        let (at, _) = term.path.strip_prefix("/line_items/")?.split_once('/')?;
        at.parse::<usize>().ok()
    });
    places.max().map_or(0, |last| last.saturating_add(1))
}

/// What was filled in, as terms of the line.
fn parts(form: &Line) -> Vec<(&'static str, String)> {
    let each = matches!(form.kind.as_str(), "usage" | "seat");
    let price = if each { "price/unit_price" } else { "price/amount" };
    let once = form.kind == "one_time";
    let cadence = if once { "one_time" } else { form.cadence.as_str() };
    let number = |text: &str| text.trim().replace(',', "");
    [
        (price, number(&form.amount)),
        ("unit", form.unit.trim().to_owned()),
        ("quantity", number(&form.quantity)),
        ("cadence", cadence.to_owned()),
        ("timing", if once { String::new() } else { form.timing.clone() }),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .collect()
}

/// Fields of the form: `revision`, `line`, `reason`, `mode`, and of each cell its value and what it was:
/// `cell:ROW:FIELD`, `was:ROW:FIELD`.
pub(super) async fn change_tiers(Path(id): Path<String>, filled: Filled<Vec<(String, String)>>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let field = |name: &str| {
        let found = form.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    };
    let (line, reason) = (field("line"), field("reason"));
    let tiers = format!("{line}/price/tiers");
    let changes = changes(&form, &tiers);
    let about = format!("{tiers}/mode");
    if changes.is_empty() {
        visitor.tell("Nothing was changed.");
        return go(&address(&id, &about, 0));
    }
    let mut edits = Edits::of(
        &visitor,
        &id,
        field("revision").parse().unwrap_or_default(),
        &reason,
    );
    for (made, (path, value)) in changes.iter().enumerate() {
        if let Err(status) = edits.make(path, value).await {
            let status = with_what_was_taken(status, made, changes.len());
            return refused(&visitor, &id, &about, &reason, status).await;
        }
    }
    visitor.tell("The table was changed. Terms, flags and plan were drawn up again.");
    go(&address(&id, &about, 0))
}

/// The refusal of one change, saying as well how many before it were taken and stand.
fn with_what_was_taken(status: Status, made: usize, of: usize) -> Status {
    if made == 0 {
        return status;
    }
    let sentence = format!(
        "{} {made} of {of} changes were taken before it and stand.",
        sentence_of(&status)
    );
    Status::with_details_and_metadata(
        status.code(),
        sentence,
        status.details().to_vec().into(),
        status.metadata().clone(),
    )
}

/// Cells that differ from what they were. A row whose first cell was emptied goes, last rows first, so that the places of
/// the others stay; a new row is one whose cells were all empty.
fn changes(form: &[(String, String)], tiers: &str) -> Vec<(String, String)> {
    let was = |cell: &str| {
        let name = format!("was:{cell}");
        let found = form.iter().find(|(key, _)| *key == name);
        found
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    };
    let (mut set, mut gone, mut new) = (Vec::new(), Vec::new(), serde_json::Map::new());
    for (key, value) in form {
        let (Some(cell), value) = (key.strip_prefix("cell:"), value.trim().replace(',', "")) else {
            continue;
        };
        let before = was(cell);
        match cell.split_once(':') {
            _ if value == before => {}
            Some(("new", name)) => drop(new.insert(name.to_owned(), new_cell(name, value))),
            Some((row, "from")) if value.is_empty() => gone.push(format!("{tiers}/rows/{row}")),
            Some((row, name)) => set.push((format!("{tiers}/rows/{row}/{name}"), value)),
            None => set.push((format!("{tiers}/{cell}"), value)),
        }
    }
    set.retain(|(path, _)| !gone.iter().any(|row| path.starts_with(&format!("{row}/"))));
    gone.reverse();
    set.extend(gone.into_iter().map(|row| (row, String::new())));
    if new.contains_key("from") {
        set.push((
            format!("{tiers}/rows/-"),
            serde_json::Value::Object(new).to_string(),
        ));
    }
    set
}

/// Bounds of a tier are plain; prices carry where they come from.
fn new_cell(name: &str, value: String) -> serde_json::Value {
    if matches!(name, "from" | "to") {
        value.into()
    } else {
        serde_json::json!({ "value": value, "status": "absent" })
    }
}

/// Edits that follow each other, each on the revision that the one before made.
struct Edits<'v> {
    visitor: &'v Visitor,
    contract: &'v str,
    revision: u32,
    reason: &'v str,
}

impl<'v> Edits<'v> {
    fn of(visitor: &'v Visitor, contract: &'v str, revision: u32, reason: &'v str) -> Self {
        Self {
            visitor,
            contract,
            revision,
            reason,
        }
    }

    async fn make(&mut self, path: &str, value: &str) -> Result<Contract, Status> {
        let request = EditTermRequest {
            request_id: request_id(),
            contract_id: self.contract.to_owned(),
            revision: self.revision,
            path: path.to_owned(),
            value: value.to_owned(),
            reason: self.reason.to_owned(),
        };
        let answer = self.visitor.extraction().edit_term(request).await?.into_inner();
        let contract = answer.contract.unwrap_or_default();
        self.revision = summary(&contract).revision;
        Ok(contract)
    }
}

async fn refused(visitor: &Visitor, id: &str, about: &str, reason: &str, status: Status) -> Answer {
    let refused = Refused {
        sentence: sentence_of(&status),
        about: about.to_owned(),
        reason: reason.to_owned(),
        ..Refused::default()
    };
    shown_again(visitor, id, refused, status).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_cells_that_changed_are_edited_and_rows_come_and_go() {
        let form = |cells: &[(&str, &str, &str)]| -> Vec<(String, String)> {
            let both = cells.iter().flat_map(|(cell, was, now)| {
                [
                    (format!("was:{cell}"), (*was).to_owned()),
                    (format!("cell:{cell}"), (*now).to_owned()),
                ]
            });
            both.collect()
        };
        let cells = [
            ("mode", "graduated", "volume"),
            ("0:from", "1", "1"),
            ("0:unit_price", "0.10", "0.12"),
            ("1:from", "1001", ""),
            ("1:unit_price", "0.05", "0.04"),
            ("2:from", "2001", ""),
            ("new:from", "", "5,001"),
            ("new:unit_price", "", "0.01"),
            ("new:to", "", ""),
        ];
        let found = changes(&form(&cells), "/t");
        let told: Vec<_> = found
            .iter()
            .map(|(path, value)| format!("{path} {value}"))
            .collect();
        assert_eq!(
            told,
            [
                "/t/mode volume",
                "/t/rows/0/unit_price 0.12",
                "/t/rows/2 ",
                "/t/rows/1 ",
                "/t/rows/- {\"from\":\"5001\",\"unit_price\":{\"value\":\"0.01\",\"status\":\"absent\"}}",
            ]
        );
        assert!(changes(&form(&[("0:from", "1", "1")]), "/t").is_empty());
    }
}
