//! The portable profile: what a schema may use so that every provider of structured output takes it.
//!
//! Bounds from the strictest published lists: Azure OpenAI "Structured outputs" (100 properties, 5 levels, no bounds or
//! formats) and OpenAI "Supported schemas" (every property required, no additional ones, root an object).

use std::fmt;

use serde_json::{Map, Value};

const ALLOWED: [&str; 8] = [
    "type",
    "description",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "title",
];
const MOST_PROPERTIES: usize = 100;
const MOST_LEVELS: usize = 5;

/// A place where a schema leaves the portable profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// JSON pointer into the schema.
    pub at: String,
    /// Which rule it breaks.
    pub rule: String,
}

impl fmt::Display for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.rule)
    }
}

/// Every departure of a schema from the portable profile.
#[must_use]
pub fn portable(schema: &Value) -> Vec<Departure> {
    let mut walk = Walk::default();
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        walk.depart("", "the root must be an object");
    }
    walk.visit(schema, "", 1);
    if walk.properties > MOST_PROPERTIES {
        walk.depart("", "more than 100 properties");
    }
    walk.departures
}

#[derive(Default)]
struct Walk {
    properties: usize,
    departures: Vec<Departure>,
}

impl Walk {
    fn depart(&mut self, at: &str, rule: &str) {
        self.departures.push(Departure {
            at: at.to_owned(),
            rule: rule.to_owned(),
        });
    }

    fn visit(&mut self, schema: &Value, at: &str, level: usize) {
        let Some(fields) = schema.as_object() else {
            return self.depart(at, "every schema must be an object");
        };
        for keyword in fields
            .keys()
            .filter(|keyword| !ALLOWED.contains(&keyword.as_str()))
        {
            self.depart(at, &format!("`{keyword}` is not portable"));
        }
        self.union(fields, at);
        if let Some(items) = fields.get("items") {
            self.visit(items, &format!("{at}/items"), level);
        }
        if let Some(properties) = fields.get("properties").and_then(Value::as_object) {
            self.object(fields, properties, at, level);
        }
    }

    fn union(&mut self, fields: &Map<String, Value>, at: &str) {
        let Some(types) = fields.get("type").and_then(Value::as_array) else {
            return;
        };
        let nullable = types.len() == 2 && types.iter().any(|kind| kind == "null");
        let of_objects = types.iter().any(|kind| kind == "object" || kind == "array");
        if !nullable || of_objects {
            self.depart(at, "a union may only be one plain type and null");
        }
    }

    fn object(
        &mut self,
        fields: &Map<String, Value>,
        properties: &Map<String, Value>,
        at: &str,
        level: usize,
    ) {
        self.properties = self.properties.saturating_add(properties.len());
        if level > MOST_LEVELS {
            self.depart(at, "more than 5 levels");
        }
        if fields.get("additionalProperties") != Some(&Value::Bool(false)) {
            self.depart(at, "additionalProperties must be false");
        }
        let required: Vec<&str> = fields
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        if !properties.keys().map(String::as_str).eq(required) {
            self.depart(at, "required must list every property, in order");
        }
        for (name, property) in properties {
            self.visit(
                property,
                &format!("{at}/properties/{name}"),
                level.saturating_add(1),
            );
        }
    }
}
