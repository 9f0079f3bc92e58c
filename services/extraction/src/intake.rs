//! From a file to a review: the flow of the service, one line a step.
//!
//! | step | in → out |
//! |---|---|
//! | receive | bytes → stored document, contract in the queue |
//! | read | bytes → papers: pages, lines and words, in a child process |
//! | ask | each paper → what the rules and, where there is one, the model make of it |
//! | check, ground, interpret | readings, papers joined → terms with evidence, flags and draft plan |
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

use contract::bundle;
use contract::draft::{self, Draft};
use contract::flag::Flag;
use contract::page::Document;
use runtime::clock::Clock;
use sqlx::PgPool;

use crate::bell::Bell;
use crate::papers::{Extent, Paper, Papers};
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
        let papers = self
            .read(job, &file.sha256, file.content)
            .await?
            .called(&file.name);
        let (extents, unread) = (papers.extents(), papers.flags());
        let readings = self.ask(job, papers).await?;
        self.interpret(job, readings, extents, unread).await
    }

    async fn ask(&self, job: Job, papers: Papers) -> Result<Vec<Asked>, Trouble> {
        self.tell(job, Stage::Asking).await?;
        let mut asked = Vec::with_capacity(papers.read.len());
        for Paper { name, document, .. } in papers.read {
            let document = Arc::new(document);
            let readings = self.readers.ask(&document).await?;
            asked.push(Asked {
                name,
                document,
                readings,
            });
        }
        Ok(asked)
    }

    async fn interpret(
        &self,
        job: Job,
        asked: Vec<Asked>,
        papers: Vec<Extent>,
        unread: Vec<Flag>,
    ) -> Result<Drafted, Trouble> {
        self.tell(job, Stage::Interpreting).await?;
        let readers = asked
            .iter()
            .map(|asked| asked.readings.names.clone())
            .max_by_key(String::len);
        let (mut drafts, mut charging) = (Vec::with_capacity(asked.len()), Vec::new());
        for Asked {
            name,
            document,
            readings,
        } in asked
        {
            let draft = readings.draft(&document, name).await?;
            if !draft.terms.line_items.is_empty() {
                charging.push(document.id.clone());
            }
            drafts.push(draft);
        }
        let joined = bundle::join(drafts).ok_or(ReadersBroke)?;
        Ok(Drafted {
            draft: draft::flagged(joined, unread),
            papers,
            charging,
            readers: readers.unwrap_or_default(),
        })
    }
}

/// A paper, and what its readers say of it.
struct Asked {
    name: String,
    document: Arc<Document>,
    readings: Readings,
}

/// What came of a contract.
#[derive(Debug)]
struct Drafted {
    draft: Draft,
    papers: Vec<Extent>,
    /// SHA-256 of the papers that charge something.
    charging: Vec<String>,
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
