//! From a file to a review: the flow of the service, one line a step.
//!
//! | step | in → out |
//! |---|---|
//! | receive | bytes → stored document, contract in the queue |
//! | read | bytes → pages, lines and words, in a child process |
//! | ask | document → what the rules and, where there is one, the model make of it |
//! | check, ground, interpret | readings → terms with evidence, flags and draft plan |
//! | conclude | draft → ready for review; or a failure with its name |
//!
//! A worker holds the contract it works on by a row lock. If the worker dies, the lock goes with it and another worker
//! begins again; what was read already is not read a second time.

mod conclude;
mod queue;
mod read;
mod receive;
mod stage;

use std::sync::Arc;

use contract::draft::Draft;
use contract::page::Document;
use runtime::clock::Clock;
use sqlx::PgPool;

use crate::bell::Bell;
use crate::readers::{Readers, ReadersBroke, Readings};
use crate::sandbox::{IntakeError, ReaderSettings};
use crate::store::queue::Job;

pub(crate) use queue::run;
pub(crate) use receive::{Receipt, receive};
pub(crate) use stage::Stage;

/// What takes contracts in.
#[derive(Debug, Clone)]
pub(crate) struct Intake {
    pub(crate) pool: PgPool,
    pub(crate) clock: Clock,
    pub(crate) reader: ReaderSettings,
    pub(crate) readers: Arc<Readers>,
    /// Rung when a contract is received.
    pub(crate) bell: Bell,
}

impl Intake {
    /// The way of a contract that was received and waits.
    async fn take_in(&self, job: Job) -> Result<Drafted, Trouble> {
        let file = self.open(job).await?;
        let document = Arc::new(self.read(job, file.content).await?);
        let readings = self.ask(job, &document).await?;
        self.interpret(job, &document, file.name, readings).await
    }

    async fn ask(&self, job: Job, document: &Arc<Document>) -> Result<Readings, Trouble> {
        self.tell(job, Stage::Asking).await?;
        Ok(self.readers.ask(document).await?)
    }

    async fn interpret(
        &self,
        job: Job,
        document: &Arc<Document>,
        name: String,
        readings: Readings,
    ) -> Result<Drafted, Trouble> {
        self.tell(job, Stage::Interpreting).await?;
        let pages = u32::try_from(document.pages.len()).unwrap_or(u32::MAX);
        let readers = readings.names.clone();
        Ok(Drafted {
            draft: readings.draft(document, name).await?,
            pages,
            readers,
        })
    }
}

/// What came of a contract.
#[derive(Debug)]
struct Drafted {
    draft: Draft,
    pages: u32,
    /// Which readers read it.
    readers: String,
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    /// The file is to blame: the contract has failed.
    #[error(transparent)]
    File(IntakeError),
    /// The service is to blame: the contract waits.
    #[error(transparent)]
    Reader(IntakeError),
    /// The database is to blame: the contract waits.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl From<ReadersBroke> for Trouble {
    fn from(broke: ReadersBroke) -> Self {
        Self::File(IntakeError::ReaderDied {
            how: broke.to_string(),
        })
    }
}

/// The worker's name in the audit log.
const ACTOR: &str = "intake";
