//! Ask: what a language model reads in a document, through any OpenAI-compatible URL.
//!
//! | step | in → out |
//! |---|---|
//! | split | document → parts of numbered lines, small enough for one answer (`part`) |
//! | probe | first use of a model → what it understands: a schema, a JSON mode, or words (`dialect`) |
//! | call | prompt → completion; waits and tries again where that helps (`prompt`, `endpoint`, `patience`, `completion`) |
//! | check | completion → reply that is as the schema says; at most two more tries, told what was wrong (`answer`) |
//! | merge | replies of all parts → one |
//!
//! A part whose answer, or prompt, was cut off is split and asked again as two. Everything is paid from one budget of
//! calls, tokens and time (`budget`). Lines of the contract go to the model and nowhere else: no error and no log
//! repeats them.

use std::collections::VecDeque;
use std::time::Duration;

use contract::page::Document;
use contract::schema;
use tokio::sync::OnceCell;

mod answer;
mod budget;
mod completion;
mod dialect;
mod endpoint;
mod error;
mod part;
mod patience;
mod prompt;
mod settings;
#[cfg(test)]
mod tests;
mod transport;

use answer::{Complaint, check};
use budget::Budget;
use completion::Completion;
use dialect::Dialect;
use endpoint::Endpoint;
use part::Part;
use patience::Patience;

pub use dialect::Rung;
pub use error::ModelError;
pub use settings::{ModelSettings, SendScope};

/// How often an answer that is not as asked is asked for again.
const REPAIRS: usize = 2;

/// What a model made of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelAnswer {
    /// Its reply, as the schema says; not yet held against the words on the pages.
    pub reply: schema::ModelReply,
    /// The tokens it took.
    pub tokens: Tokens,
    /// The requests it took, those that failed included.
    pub calls: u32,
    /// How the model was told what to answer.
    pub rung: Rung,
}

/// What came of asking, and what it cost: an answer that cannot be used is paid for all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The answer, or why there is none; nothing is kept of one that is not complete.
    pub answer: Result<ModelAnswer, ModelError>,
    /// The tokens of all requests that came to an end.
    pub tokens: Tokens,
}

/// Tokens sent and received; estimated from the number of characters where the server does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Tokens of prompts.
    pub input: u64,
    /// Tokens of answers.
    pub output: u64,
}

/// A model behind a URL. What it understands is found out once.
#[derive(Debug)]
pub struct Model {
    settings: ModelSettings,
    endpoint: Endpoint,
    dialect: OnceCell<Dialect>,
}

/// Asks a model once. Where documents follow one another, keep a [`Model`]: it remembers what the model understands.
///
/// # Errors
/// [`ModelError`], whose sentence says what to do.
pub async fn ask(document: &Document, settings: &ModelSettings) -> Result<ModelAnswer, ModelError> {
    Model::new(settings.clone())?.ask(document).await.answer
}

impl Model {
    /// Prepares to ask a model. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ModelError::Unavailable`] when this machine cannot make HTTP requests at all.
    pub fn new(settings: ModelSettings) -> Result<Self, ModelError> {
        let endpoint = Endpoint::new(&settings)?;
        Ok(Self {
            settings,
            endpoint,
            dialect: OnceCell::new(),
        })
    }

    /// What the model makes of a document.
    pub async fn ask(&self, document: &Document) -> Asked {
        let mut budget = Budget::of(&self.settings);
        let deadline = budget.deadline();
        let answered = tokio::time::timeout_at(deadline, self.ask_within(document, &mut budget)).await;
        let answered = answered.unwrap_or_else(|_| Err(budget.out_of_time()));
        match &answered {
            Ok(answer) => tracing::info!(
                calls = answer.calls, input = answer.tokens.input, output = answer.tokens.output,
                rung = %answer.rung, charges = answer.reply.charges.len(), "the model answered"),
            Err(error) => tracing::warn!(
                calls = budget.calls(), input = budget.spent().input, output = budget.spent().output,
                %error, "the model was not used"),
        }
        Asked {
            answer: answered,
            tokens: budget.spent(),
        }
    }

    async fn ask_within(&self, document: &Document, budget: &mut Budget) -> Result<ModelAnswer, ModelError> {
        let mut waiting = VecDeque::from(part::split(document, self.settings.scope));
        if waiting.is_empty() {
            return Err(ModelError::NothingToRead);
        }
        budget.check_enough_for(waiting.iter().map(prompt::estimate).sum())?;
        let mut dialect = self.dialect(budget).await?;
        let mut replies = Vec::new();
        while let Some(part) = waiting.pop_front() {
            match self.read(&part, dialect, budget).await {
                Ok(reply) => replies.push(reply),
                Err(ModelError::Truncated | ModelError::AnswerTooLong) => {
                    let (first, second) = part.halves().ok_or(ModelError::Truncated)?;
                    waiting.push_front(second);
                    waiting.push_front(first);
                }
                // It took the small schema of the probe, but does not take the whole one.
                Err(
                    error @ ModelError::BadRequest {
                        status: 400 | 422, ..
                    },
                ) => {
                    dialect = dialect.lower().ok_or(error)?;
                    waiting.push_front(part);
                }
                Err(error) => return Err(error),
            }
        }
        let reply = answer::merge(replies).ok_or(ModelError::NothingToRead)?;
        Ok(ModelAnswer {
            reply,
            tokens: budget.spent(),
            calls: budget.calls(),
            rung: dialect.rung,
        })
    }

    async fn dialect(&self, budget: &mut Budget) -> Result<Dialect, ModelError> {
        self.dialect
            .get_or_try_init(|| dialect::probe(self, budget))
            .await
            .copied()
    }

    /// Asks about one part until the answer is as the schema says.
    async fn read(
        &self,
        part: &Part,
        dialect: Dialect,
        budget: &mut Budget,
    ) -> Result<schema::ModelReply, ModelError> {
        let mut complaints = Vec::<Complaint>::new();
        for _ in 0..=REPAIRS {
            let completion = self.complete(part, &complaints, dialect, budget).await?;
            match check(&completion.text()?, part) {
                Ok(reply) => return Ok(reply),
                Err(found) => complaints = found,
            }
        }
        Err(ModelError::InvalidOutput {
            places: complaints.into_iter().map(|complaint| complaint.at).collect(),
        })
    }

    /// Sends one request about a part, again for a shorter answer where the server takes no longer ones.
    async fn complete(
        &self,
        part: &Part,
        complaints: &[Complaint],
        dialect: Dialect,
        budget: &mut Budget,
    ) -> Result<Completion, ModelError> {
        loop {
            let limit = budget.answer_limit();
            let request = prompt::request(&self.settings.model, part, complaints, dialect, limit);
            match self.call(&request, endpoint::Words::Contract, budget).await {
                Err(ModelError::AnswerTooLong) if budget.shorten_answers() => {}
                Ok(completion) if completion.prompt_was_cut(prompt::size(&request)) => {
                    return Err(ModelError::Truncated);
                }
                completed => return completed,
            }
        }
    }

    /// Sends one request, again where waiting helps.
    async fn call(
        &self,
        request: &serde_json::Value,
        words: endpoint::Words,
        budget: &mut Budget,
    ) -> Result<Completion, ModelError> {
        let mut patience = Patience::new(self.settings.pace, budget.deadline());
        loop {
            budget.take_call()?;
            match self.endpoint.post(request, words).await {
                Ok(completion) => {
                    budget.take_tokens(completion.tokens(prompt::size(request)));
                    return Ok(completion);
                }
                Err(fault) => patience.wait_after(fault).await?,
            }
        }
    }
}

/// The shortest and the longest pause before a request is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The longest first pause; each further one may be twice as long.
    pub first: Duration,
    /// The longest pause of all, also when the server asks for more.
    pub longest: Duration,
}
