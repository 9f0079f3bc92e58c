//! Receive: the file is stored and its contract waits to be read.

use contract::page::Media;
use contract::review::Review;
use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Stage;
use crate::state::State;
use crate::store::contracts::{self, Contract, Summary};
use crate::store::documents;
use crate::store::dossier::{Dossier, Entry};
use crate::store::events::Change;
use crate::store::queue::{self, Job};

/// A file as it was handed in.
pub(crate) struct Receipt<'a> {
    pub(crate) tenant: Uuid,
    /// The id of its contract, unless it has one already.
    pub(crate) contract: Uuid,
    pub(crate) file_name: &'a str,
    pub(crate) sha256: &'a str,
    pub(crate) media: Media,
    pub(crate) bytes: &'a [u8],
    pub(crate) by: &'a str,
    pub(crate) trace: String,
    pub(crate) at: Timestamp,
}

/// Stores a file and queues its contract. The id of the earlier contract, if these bytes were here already; one that
/// could not be read is then tried again.
pub(crate) async fn receive(
    connection: &mut PgConnection,
    receipt: &Receipt<'_>,
    review: Review,
) -> Result<Option<Uuid>, sqlx::Error> {
    let media = media_name(receipt.media);
    documents::keep(
        connection,
        receipt.tenant,
        receipt.sha256,
        media,
        receipt.bytes,
        receipt.at,
    )
    .await?;
    let contract = receipt.contract();
    if let Some(known) = contracts::add(connection, &contract).await? {
        again(connection, receipt, known).await?;
        return Ok(Some(known));
    }
    contracts::add_revision(connection, &contract, &review, receipt.at).await?;
    queue::enter(
        connection,
        Job {
            tenant: receipt.tenant,
            contract: contract.id,
        },
        receipt.at,
    )
    .await?;
    Dossier { contract, review }
        .update(connection, receipt.entry(Stage::Received))
        .await?;
    Ok(None)
}

async fn again(connection: &mut PgConnection, receipt: &Receipt<'_>, known: Uuid) -> Result<(), sqlx::Error> {
    let held = Dossier::hold(connection, receipt.tenant, known).await?;
    let mut dossier = held.ok_or(sqlx::Error::RowNotFound)?;
    if dossier.contract.state.failure().is_some() {
        dossier.contract.state = State::Received;
        queue::enter(
            connection,
            Job {
                tenant: receipt.tenant,
                contract: known,
            },
            receipt.at,
        )
        .await?;
    }
    dossier
        .update(connection, receipt.entry(Stage::ReceivedAgain))
        .await
}

impl Receipt<'_> {
    fn contract(&self) -> Contract {
        Contract {
            tenant: self.tenant,
            id: self.contract,
            sha256: self.sha256.to_owned(),
            file_name: self.file_name.to_owned(),
            state: State::Received,
            revision: 1,
            summary: Summary::default(),
            received_at: self.at,
        }
    }

    fn entry(&self, stage: Stage) -> Entry {
        let change = Change {
            after: self.file_name.to_owned(),
            ..Change::default()
        };
        Entry {
            at: self.at,
            actor: self.by.to_owned(),
            action: stage.action(),
            change,
            trace: self.trace.clone(),
        }
    }
}

fn media_name(media: Media) -> &'static str {
    match media {
        Media::Pdf => "application/pdf",
        Media::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Media::Html => "text/html",
        Media::Email => "message/rfc822",
        Media::Text => "text/plain",
        Media::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Media::Csv => "text/csv",
        Media::Bundle => "application/zip",
    }
}
