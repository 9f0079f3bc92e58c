//! Replies as the schema says, made of words of a contract and of others: whatever a model claims, every value of the
//! draft has its words on a page.
#![no_main]

use std::sync::LazyLock;

use contract::file::read;
use contract::grounding::ground;
use contract::page::Document;
use contract::schema;
use fuzz::{LIMITS, follow};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

static CONTRACTS: LazyLock<[Document; 2]> = LazyLock::new(|| {
    [
        include_bytes!("../../samples/06-hybrid/contract.txt").as_slice(),
        include_bytes!("../../samples/10-enterprise/contract.md").as_slice(),
    ]
    .map(|bytes| read(bytes, &LIMITS).expect("our own samples are read"))
});

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Unstructured::new(bytes);
    let document = &CONTRACTS[usize::from(bytes.len() % 2 == 1)];
    let Ok(reply) = reply(&mut choices, document) else { return };
    let reply = schema::validate(&reply.to_string()).expect("it is made as the schema says");
    follow(document, Some(ground(&reply, document)));
});

fn reply(choices: &mut Unstructured, document: &Document) -> Result<Value> {
    Ok(json!({
        "coverage": { "first_line": "p1.l1", "last_line": "p1.l1" },
        "statements": several(choices, |choices| statement(choices, document))?,
        "charges": several(choices, |choices| charge(choices, document))?,
        "other_money": several(choices, |choices| other_money(choices, document))?,
    }))
}

fn several(choices: &mut Unstructured, one: impl Fn(&mut Unstructured) -> Result<Value>) -> Result<Vec<Value>> {
    let count = choices.int_in_range(0..=3)?;
    (0..count).map(|_| one(choices)).collect()
}

fn statement(choices: &mut Unstructured, document: &Document) -> Result<Value> {
    let (line, quote) = cited(choices, document)?;
    let kind = choices.choose(&schema_enum("/properties/statements/items/properties/kind"))?.clone();
    Ok(json!({ "id": "s", "lines": [line], "quote": quote, "printed": within(choices, &quote)?, "kind": kind }))
}

fn other_money(choices: &mut Unstructured, document: &Document) -> Result<Value> {
    let (line, quote) = cited(choices, document)?;
    let role = choices.choose(&schema_enum("/properties/other_money/items/properties/role"))?.clone();
    Ok(json!({ "id": "m", "lines": [line], "quote": quote, "printed": within(choices, &quote)?, "role": role }))
}

fn charge(choices: &mut Unstructured, document: &Document) -> Result<Value> {
    let (line, quote) = cited(choices, document)?;
    let kind = choices.choose(&schema_enum("/properties/charges/items/properties/kind"))?.clone();
    let mode = choices.choose(&schema_enum("/properties/charges/items/properties/tier_mode"))?.clone();
    let flow = choices.choose(&schema_enum("/properties/charges/items/properties/flow"))?.clone();
    Ok(json!({
        "id": "c", "lines": [line], "quote": quote, "printed_price": perhaps(choices, &quote)?, "kind": kind,
        "name": within(choices, &quote)?, "unit": perhaps(choices, &quote)?, "quantity": perhaps(choices, &quote)?,
        "included": perhaps(choices, &quote)?, "cadence": perhaps(choices, &quote)?,
        "timing": perhaps(choices, &quote)?, "start": perhaps(choices, &quote)?, "end": perhaps(choices, &quote)?,
        "event": perhaps(choices, &quote)?, "tier_mode": mode,
        "tiers": several(choices, |choices| tier(choices, document))?, "flow": flow,
    }))
}

fn tier(choices: &mut Unstructured, document: &Document) -> Result<Value> {
    let (line, quote) = cited(choices, document)?;
    Ok(json!({
        "line": line, "from": perhaps(choices, &quote)?, "to": perhaps(choices, &quote)?,
        "price": within(choices, &quote)?,
    }))
}

/// A line, and words that stand in it, or in another.
fn cited(choices: &mut Unstructured, document: &Document) -> Result<(String, String)> {
    let lines: Vec<_> = document.lines().filter(|line| !line.words.is_empty()).collect();
    let line = choices.choose(&lines)?;
    let quoted = if choices.ratio(7, 8)? { line } else { choices.choose(&lines)? };
    Ok((line.id.to_string(), within(choices, &quoted.text())?))
}

/// Some words of a text; now and then one that was made up.
fn within(choices: &mut Unstructured, text: &str) -> Result<String> {
    if choices.ratio(1, 16)? {
        return Ok((*choices.choose(&["$9.99", "99", "", "monthly", "12 months", "1/2/2026", "\u{202e}$1"])?).to_owned());
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let from = choices.int_in_range(0..=words.len().saturating_sub(1))?;
    let to = choices.int_in_range(from..=words.len())?;
    Ok(words.get(from..to).unwrap_or_default().join(" "))
}

fn perhaps(choices: &mut Unstructured, text: &str) -> Result<Option<String>> {
    if choices.arbitrary()? { within(choices, text).map(Some) } else { Ok(None) }
}

/// What the schema allows in a field.
fn schema_enum(at: &str) -> Vec<Value> {
    static SCHEMA: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_str(schema::REPLY_SCHEMA).expect("our own schema is JSON"));
    let field = SCHEMA.pointer(at).expect("our own schema has this field");
    field["enum"].as_array().expect("it lists what is allowed").clone()
}
