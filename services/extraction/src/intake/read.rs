//! Read: from the stored bytes to pages, lines and words.

use std::time::Duration;

use contract::file::Part;
use runtime::tenancy;
use tokio::sync::watch;

use super::{ACTOR, Intake, Stage, Trouble};
use crate::papers::Papers;
use crate::sandbox::{IntakeError, Progress, read_telling};
use crate::store::contracts::{self, Contract};
use crate::store::documents;
use crate::store::queue::Job;

/// A stored file.
pub(super) struct File {
    pub(super) name: String,
    pub(super) sha256: String,
    pub(super) content: Content,
}

pub(super) enum Content {
    /// An earlier attempt came as far as this before its worker died.
    Read(Box<Papers>),
    Unread(Vec<u8>),
}

impl Intake {
    /// Fetches the file, or what was read of it before.
    pub(super) async fn open(&self, job: Job) -> Result<File, Trouble> {
        let mut transaction = tenancy::begin_for_worker(&self.pool, ACTOR).await?;
        let contract = contracts::find(&mut transaction, job.tenant, job.contract).await?;
        let Contract {
            file_name, sha256, ..
        } = contract.ok_or(sqlx::Error::RowNotFound)?;
        let content = match documents::reading(&mut transaction, job.tenant, &sha256).await? {
            Some(papers) => Content::Read(Box::new(papers)),
            None => Content::Unread(documents::bytes(&mut transaction, job.tenant, &sha256).await?),
        };
        Ok(File {
            name: file_name,
            sha256,
            content,
        })
    }

    /// Reads the file in a child process and keeps what was read.
    pub(super) async fn read(&self, job: Job, sha256: &str, content: Content) -> Result<Papers, Trouble> {
        let bytes = match content {
            Content::Read(papers) => return Ok(*papers),
            Content::Unread(bytes) => bytes,
        };
        self.tell(job, Stage::Reading).await?;
        let papers = Papers::among(self.read_telling(job, &bytes).await?).map_err(blame)?;
        let mut transaction = tenancy::begin_for_worker(&self.pool, ACTOR).await?;
        documents::keep_reading(&mut transaction, job.tenant, sha256, &papers).await?;
        transaction.commit().await?;
        Ok(papers)
    }

    /// Reads the file and tells whoever watches how many of its scanned pages have been recognised.
    async fn read_telling(&self, job: Job, bytes: &[u8]) -> Result<Vec<Part>, Trouble> {
        let (tell, told) = watch::channel(None);
        let on_page = move |progress: Progress| {
            tell.send_replace(Some(progress));
        };
        let reading = async move { read_telling(bytes, &self.reader, &on_page).await };
        let (parts, followed) = tokio::join!(reading, self.follow(job, told));
        followed?;
        parts.map_err(blame)
    }

    /// Repeats what is told, no more often than a person looks, until nothing more is.
    async fn follow(&self, job: Job, mut told: watch::Receiver<Option<Progress>>) -> Result<(), sqlx::Error> {
        while told.changed().await.is_ok() {
            let progress = *told.borrow_and_update();
            if let Some(Progress { done, pages }) = progress.filter(|progress| progress.done < progress.pages)
            {
                let entry = self.entry_after(Stage::Recognising, format!("{done} of {pages}"));
                self.tell_of(job, entry).await?;
                tokio::time::sleep(BETWEEN_TELLINGS).await;
            }
        }
        Ok(())
    }
}

/// How often whoever watches is told how far recognising is; each telling stays in the contract's record.
const BETWEEN_TELLINGS: Duration = Duration::from_secs(5);

fn blame(error: IntakeError) -> Trouble {
    match error {
        IntakeError::NotStarted { .. } => Trouble::Reader(error),
        _ => Trouble::File(error),
    }
}
