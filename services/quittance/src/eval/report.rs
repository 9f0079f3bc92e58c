//! The figures for people and for programs.

use serde_json::{Map, Value, json};

use super::Measured;
use super::tally::{Found, Tally, rounded};
use crate::printing::table;

/// `total`, `by_kind` and `documents`, under the names that programs ask for.
pub(crate) fn json(measured: &[Measured], total: &Tally) -> Value {
    let mut figures = json!({ "documents": measured.len() });
    extend(&mut figures, total.figures());
    let kinds = total
        .by_kind
        .iter()
        .map(|(kind, found)| ((*kind).to_owned(), of_kind(*found)));
    json!({
        "total": figures,
        "by_kind": kinds.collect::<Map<String, Value>>(),
        "documents": measured.iter().map(document).collect::<Value>(),
    })
}

fn of_kind(found: Found) -> Value {
    json!({
        "golden": found.golden,
        "read": found.read,
        "matched": found.matched,
        "precision": rounded(found.precision()),
        "recall": rounded(found.recall()),
        "f1": rounded(found.f1()),
    })
}

fn document(measured: &Measured) -> Value {
    let tally = &measured.tally;
    let mut answer = json!({ "id": measured.id });
    extend(&mut answer, tally.figures());
    extend(
        &mut answer,
        json!({
            "hard": tally.hard,
            "pages": tally.pages,
            "flags_expected": tally.flags.whole,
            "flags_raised": tally.flags.part,
            "held_up": tally.held_up,
            "invoices": tally.invoices.whole,
            "tokens": tally.tokens.map(|(input, output)| json!({ "input": input, "output": output })),
            "refusals": measured.refusals,
            "misses": tally.misses.iter().map(super::tally::Miss::json).collect::<Value>(),
        }),
    );
    answer
}

fn extend(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}

/// One row a contract, the total below, and every hard failure in its own line.
pub(crate) fn people(measured: &[Measured], total: &Tally) -> String {
    let columns = [
        "contract", "items", "prec", "recall", "F1", "fields", "page", "quote", "silent", "flags", "held up",
        "invoices", "hard", "ms/page",
    ];
    let each = measured.iter().map(|measured| row(&measured.id, &measured.tally));
    let rows = each.chain([row("total", total)]).collect();
    let right: Vec<&str> = columns.iter().skip(1).copied().collect();
    let mut text = table(&columns, &right, rows);
    for one in measured {
        for sentence in one
            .tally
            .hard
            .iter()
            .map(|hard| format!("HARD  {hard}"))
            .chain(one.refusals.clone())
        {
            text.push_str(&format!("\n{}: {sentence}", one.id));
        }
    }
    text
}

fn row(name: &str, tally: &Tally) -> Vec<String> {
    let figures = tally.figures();
    let share = |key: &str| {
        figures[key]
            .as_f64()
            .map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
    };
    vec![
        name.to_owned(),
        format!("{}/{}", tally.items.matched, tally.items.golden),
        share("item_precision"),
        share("item_recall"),
        share("item_f1"),
        share("field_f1"),
        share("evidence_page"),
        share("evidence_quote"),
        format!("{}/{}", tally.silent.part, tally.silent.whole),
        format!("{}/{}", tally.flags.part, tally.flags.whole),
        tally.held_up.to_string(),
        format!("{}/{}", tally.invoices.part, tally.invoices.whole),
        tally.hard.len().to_string(),
        share("ms_per_page"),
    ]
}
