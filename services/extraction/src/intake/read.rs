//! Read: from the stored bytes to pages, lines and words.

use contract::page::Document;
use runtime::tenancy;

use super::{ACTOR, Intake, Stage, Trouble};
use crate::sandbox::{IntakeError, read_in_child};
use crate::store::contracts::{self, Contract};
use crate::store::documents;
use crate::store::queue::Job;

/// A stored file.
pub(super) struct File {
    pub(super) name: String,
    pub(super) content: Content,
}

pub(super) enum Content {
    /// An earlier attempt came as far as this before its worker died.
    Read(Box<Document>),
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
            Some(document) => Content::Read(Box::new(document)),
            None => Content::Unread(documents::bytes(&mut transaction, job.tenant, &sha256).await?),
        };
        Ok(File {
            name: file_name,
            content,
        })
    }

    /// Reads the file in a child process and keeps what was read.
    pub(super) async fn read(&self, job: Job, content: Content) -> Result<Document, Trouble> {
        let bytes = match content {
            Content::Read(document) => return Ok(*document),
            Content::Unread(bytes) => bytes,
        };
        self.tell(job, Stage::Reading).await?;
        let document = read_in_child(&bytes, &self.reader).await.map_err(blame)?;
        let mut transaction = tenancy::begin_for_worker(&self.pool, ACTOR).await?;
        documents::keep_reading(&mut transaction, job.tenant, &document).await?;
        transaction.commit().await?;
        Ok(document)
    }
}

fn blame(error: IntakeError) -> Trouble {
    match error {
        IntakeError::NotStarted { .. } => Trouble::Reader(error),
        _ => Trouble::File(error),
    }
}
