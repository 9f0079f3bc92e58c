//! What a server understands: how it is told to answer in JSON, and which names it has for limits. Found out once by
//! questions with one possible answer, because servers ignore what they do not know, or refuse it, each in its own way.

use std::fmt;

use serde_json::{Value, json};

use super::budget::Budget;
use super::endpoint::Words;
use super::{Model, ModelError, answer};

/// How the model is told what to answer. The schema stands in the prompt on every rung, and every answer is checked here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// By a schema the server enforces while the model writes.
    JsonSchema,
    /// By a mode in which any JSON object may come.
    JsonObject,
    /// By words alone.
    Words,
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::JsonSchema => "json_schema",
            Self::JsonObject => "json_object",
            Self::Words => "words",
        })
    }
}

/// What a server understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) rung: Rung,
    names: Names,
}

/// The names of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// `max_tokens`, and a temperature of 0: what most servers take.
    Usual,
    /// `max_completion_tokens`, and no temperature: what reasoning models insist on.
    Reasoning,
}

/// The best first; each is tried with both sets of names.
const RUNGS: [Rung; 3] = [Rung::JsonSchema, Rung::JsonObject, Rung::Words];

/// Room for a reasoning model to think about the probe.
const PROBE_LIMIT: u64 = 2_000;

impl Dialect {
    /// The next best way to say how to answer; none below words.
    pub(super) fn lower(self) -> Option<Self> {
        let below = RUNGS.iter().skip_while(|rung| **rung != self.rung).nth(1);
        below.map(|rung| Self { rung: *rung, ..self })
    }

    /// Adds to a request how it is to be answered.
    pub(super) fn apply(self, request: &mut Value, name: &str, schema: &Value, limit: u64) {
        let Some(request) = request.as_object_mut() else {
            return;
        };
        match self.names {
            Names::Usual => {
                request.insert("max_tokens".to_owned(), limit.into());
                request.insert("temperature".to_owned(), 0.into());
            }
            Names::Reasoning => {
                request.insert("max_completion_tokens".to_owned(), limit.into());
            }
        }
        if let Some(format) = self.response_format(name, schema) {
            request.insert("response_format".to_owned(), format);
        }
    }

    fn response_format(self, name: &str, schema: &Value) -> Option<Value> {
        match self.rung {
            Rung::JsonSchema => {
                let schema = json!({ "name": name, "strict": true, "schema": schema });
                Some(json!({ "type": "json_schema", "json_schema": schema }))
            }
            Rung::JsonObject => Some(json!({ "type": "json_object" })),
            Rung::Words => None,
        }
    }
}

/// Finds the best dialect a server understands. A request it refuses as such (400, 422) tells that it does not know this
/// one; everything else that goes wrong has nothing to do with dialects.
pub(super) async fn probe(model: &Model, budget: &mut Budget) -> Result<Dialect, ModelError> {
    let mut refusal = ModelError::BadRequest {
        status: 400,
        message: String::new(),
    };
    for rung in RUNGS {
        for names in [Names::Usual, Names::Reasoning] {
            let dialect = Dialect { rung, names };
            match model
                .call(&question(&model.settings.model, dialect), Words::Ours, budget)
                .await
            {
                Ok(completion) if rung == Rung::Words || confirms(&completion.text()) => return Ok(dialect),
                // Understood and ignored: other names will not change that.
                Ok(_) => break,
                Err(
                    error @ ModelError::BadRequest {
                        status: 400 | 422, ..
                    },
                ) => refusal = error,
                Err(error) => return Err(error),
            }
        }
    }
    Err(refusal)
}

/// A schema contradicts the words, so that obeying it shows; a mode for JSON has to be mentioned in the words.
fn question(model: &str, dialect: Dialect) -> Value {
    let words = match dialect.rung {
        Rung::JsonSchema => "Say hello.",
        Rung::JsonObject => "Answer with the JSON object {\"ready\":\"yes\"} and nothing else.",
        Rung::Words => "Answer with the word yes.",
    };
    let mut request = json!({ "model": model, "messages": [{ "role": "user", "content": words }] });
    let schema = json!({
        "type": "object",
        "properties": { "ready": { "type": "string", "enum": ["yes"] } },
        "required": ["ready"],
        "additionalProperties": false,
    });
    dialect.apply(&mut request, "probe", &schema, PROBE_LIMIT);
    request
}

fn confirms(text: &Result<String, ModelError>) -> bool {
    let object = text.as_deref().ok().and_then(answer::object);
    object.is_some_and(|object| object == json!({ "ready": "yes" }))
}
