//! Whoever reads a document: the rules always, a model where one is set. A model that fails is a flag, not a failure.

use std::sync::Arc;
use std::time::Duration;

use contract::draft::{Draft, draft};
use contract::flag::{Code, Flag};
use contract::grounding::ground;
use contract::page::Document;
use contract::reading::{self, Reading};

use crate::model::{Asked, Model, ModelAnswer, ModelError, ModelSettings, Tokens};

/// How long the rules may think about one document; they take milliseconds a page.
const PATIENCE: Duration = Duration::from_secs(120);

/// Whoever reads a document.
#[derive(Debug)]
pub struct Readers {
    model: Option<Named>,
}

/// What the readers make of a document.
#[derive(Debug)]
pub struct Readings {
    rules: Reading,
    model: Option<Reading>,
    /// The tokens the model took, also for an answer that could not be used; `None` where none was asked.
    pub tokens: Option<Tokens>,
    /// Which readers these are: `rules`, `rules + MODEL`.
    pub names: String,
}

/// The words of a document brought a reader of ours down. That is a fault of ours, but it costs one document, not the
/// service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the words of this document cannot be made sense of; the file itself is well")]
pub struct ReadersBroke;

#[derive(Debug)]
struct Named {
    name: String,
    model: Model,
}

impl Readers {
    /// The rules, and a model if its settings are given. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ModelError`] when this machine cannot ask a model at all.
    pub fn new(model: Option<ModelSettings>) -> Result<Self, ModelError> {
        let named = |settings: ModelSettings| {
            let name = settings.model.clone();
            Model::new(settings).map(|model| Named { name, model })
        };
        Ok(Self {
            model: model.map(named).transpose()?,
        })
    }

    /// What the readers make of a document, each for itself and at the same time.
    ///
    /// # Errors
    /// [`ReadersBroke`]; a model that cannot be used is a flag among the readings instead.
    pub async fn ask(&self, document: &Arc<Document>) -> Result<Readings, ReadersBroke> {
        let by_rules = Arc::clone(document);
        let by_rules = thinking(move || reading::read(&by_rules));
        let Some(Named { name, model }) = &self.model else {
            return by_rules.await.map(Readings::of_rules);
        };
        let (rules, Asked { answer, tokens }) = tokio::join!(by_rules, model.ask(document));
        let readings = match answer {
            Ok(answer) => Readings::of_both(rules?, answer, name, document).await?,
            Err(error) => Readings::of_rules(flagged(rules?, name, &error)),
        };
        Ok(Readings {
            tokens: Some(tokens),
            ..readings
        })
    }
}

impl Readings {
    /// Checks what the readers say, ties it to the words, and draws up terms, flags and plan.
    ///
    /// # Errors
    /// [`ReadersBroke`].
    pub async fn draft(self, document: &Arc<Document>, name: String) -> Result<Draft, ReadersBroke> {
        let document = Arc::clone(document);
        thinking(move || draft(&document, &name, self.rules, self.model)).await
    }

    /// The model's reading as if the rules had said nothing: for measuring a model. Where none answered, nothing but the
    /// flag that says so.
    #[must_use]
    pub fn without_rules(self) -> Self {
        let silent = || Reading {
            flags: self.rules.flags.clone(),
            ..Reading::default()
        };
        Self {
            rules: self.model.unwrap_or_else(silent),
            model: None,
            ..self
        }
    }

    fn of_rules(rules: Reading) -> Self {
        Self {
            rules,
            model: None,
            tokens: None,
            names: "rules".to_owned(),
        }
    }

    async fn of_both(
        rules: Reading,
        answer: ModelAnswer,
        name: &str,
        document: &Arc<Document>,
    ) -> Result<Self, ReadersBroke> {
        let document = Arc::clone(document);
        let model = thinking(move || ground(&answer.reply, &document)).await?;
        Ok(Self {
            rules,
            model: Some(model),
            tokens: None,
            names: format!("rules + {name}"),
        })
    }
}

fn flagged(mut rules: Reading, name: &str, error: &ModelError) -> Reading {
    rules.flags.push(Flag::new(
        Code::ModelNotUsed,
        format!("the model {name} was not used, so the rules alone read this contract: {error}"),
        "check the terms with more care than usual",
    ));
    rules
}

/// Work that keeps a core busy, out of the way of those who wait for answers. Nobody waits for it longer than this.
async fn thinking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ReadersBroke> {
    let thought = tokio::time::timeout(PATIENCE, tokio::task::spawn_blocking(work)).await;
    thought.map_err(|_| ReadersBroke)?.map_err(|_| ReadersBroke)
}
