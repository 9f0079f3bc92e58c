//! Read: from the stored bytes to pages, lines and words.

use contract::page::Document;
use runtime::tenancy;

use super::{ACTOR, Intake, Stage, Trouble};
use crate::sandbox::{IntakeError, read_in_child};
use crate::store::queue::Job;
use crate::store::{contracts, documents};

/// A stored file.
pub(super) struct File {
    pub(super) name: String,
    bytes: Vec<u8>,
    /// What an earlier attempt made of it.
    read_before: Option<Document>,
}

impl Intake {
    /// Fetches the file, and what was read of it before a worker died.
    pub(super) async fn open(&self, job: Job) -> Result<File, Trouble> {
        let mut transaction = tenancy::begin_for_worker(&self.pool, ACTOR).await?;
        let contract = contracts::find(&mut transaction, job.tenant, job.contract).await?;
        let contract = contract.ok_or(sqlx::Error::RowNotFound)?;
        Ok(File {
            name: contract.file_name,
            bytes: documents::bytes(&mut transaction, job.tenant, &contract.sha256).await?,
            read_before: documents::reading(&mut transaction, job.tenant, &contract.sha256).await?,
        })
    }

    /// Reads the file in a child process and keeps what was read.
    pub(super) async fn read(&self, job: Job, file: &mut File) -> Result<Document, Trouble> {
        if let Some(document) = file.read_before.take() {
            return Ok(document);
        }
        self.tell(job, Stage::Reading).await?;
        let document = match read_in_child(&file.bytes, &self.reader).await {
            Ok(document) => document,
            Err(error @ IntakeError::NotStarted { .. }) => return Err(Trouble::Reader(error)),
            Err(error) => return Err(Trouble::File(error)),
        };
        let mut transaction = tenancy::begin_for_worker(&self.pool, ACTOR).await?;
        documents::keep_reading(&mut transaction, job.tenant, &document).await?;
        transaction.commit().await?;
        Ok(document)
    }
}
