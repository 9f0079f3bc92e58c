//! Ask: what each reader makes of the document. The rules are always asked; a model that fails is a flag, not a failure.

use std::sync::Arc;

use contract::flag::{Code, Flag};
use contract::grounding::ground;
use contract::page::Document;
use contract::reading::{self, Reading};

use super::{Intake, Stage, Trouble, thinking};
use crate::model::{Model, ModelAnswer, ModelError, ModelSettings};
use crate::store::queue::Job;

/// What the readers make of a document.
pub(super) struct Readings {
    pub(super) rules: Reading,
    pub(super) model: Option<Reading>,
    /// Which readers these are: `rules`, `rules + MODEL`.
    pub(super) names: String,
}

/// A model and what people call it.
#[derive(Debug)]
pub(crate) struct NamedModel {
    name: String,
    model: Model,
}

impl NamedModel {
    /// Prepares to ask a model. Nothing is sent yet.
    pub(crate) fn new(settings: ModelSettings) -> Result<Self, ModelError> {
        Ok(Self {
            name: settings.model.clone(),
            model: Model::new(settings)?,
        })
    }
}

impl Intake {
    pub(super) async fn ask(&self, job: Job, document: &Arc<Document>) -> Result<Readings, Trouble> {
        self.tell(job, Stage::Asking).await?;
        let by_rules = Arc::clone(document);
        let by_rules = thinking(move || reading::read(&by_rules));
        match &self.model {
            None => Ok(Readings::of_rules(by_rules.await?)),
            Some(model) => {
                let (rules, answer) = tokio::join!(by_rules, model.model.ask(document));
                both(rules?, answer, &model.name, document).await
            }
        }
    }
}

impl Readings {
    fn of_rules(rules: Reading) -> Self {
        Self {
            rules,
            model: None,
            names: "rules".to_owned(),
        }
    }
}

async fn both(
    mut rules: Reading,
    answer: Result<ModelAnswer, ModelError>,
    name: &str,
    document: &Arc<Document>,
) -> Result<Readings, Trouble> {
    let reply = match answer {
        Ok(answer) => answer.reply,
        Err(error) => {
            rules.flags.push(not_used(name, &error));
            return Ok(Readings::of_rules(rules));
        }
    };
    let document = Arc::clone(document);
    let model = thinking(move || ground(&reply, &document)).await?;
    Ok(Readings {
        rules,
        model: Some(model),
        names: format!("rules + {name}"),
    })
}

fn not_used(name: &str, error: &ModelError) -> Flag {
    Flag::new(
        Code::ModelNotUsed,
        format!("the model {name} was not used, the rules alone read this contract: {error}"),
        "check the terms with more care than usual",
    )
}
