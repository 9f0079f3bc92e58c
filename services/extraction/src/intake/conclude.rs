//! Ready for review, or not: what came of a contract is written where everybody sees it.

use contract::draft;
use contract::flag::{Code, Flag, Severity};
use sqlx::PgConnection;

use super::{ACTOR, Drafted, Intake, Stage, Trouble};
use crate::sandbox::IntakeError;
use crate::state::State;
use crate::store::dossier::{Dossier, Entry};
use crate::store::events::Change;
use crate::store::papers::{self, Shared};
use crate::store::queue::{self, Job};

/// How long a contract waits after a trouble that was not its fault.
const PAUSE_SECONDS: f64 = 10.0;

/// An agreement stands behind many orders; what charges something and is in two contracts would be billed twice.
fn told(shared: &Shared, charging: &[String]) -> Flag {
    let severity = match charging.contains(&shared.sha256) {
        true => Severity::Review,
        false => Severity::Info,
    };
    Flag::new(
        Code::DocumentOfAnotherContract,
        format!(
            "“{}” is a document of another contract too: “{}”, received on {}.",
            shared.name, shared.elsewhere, shared.received
        ),
        "Make sure that only one of the two bills what it charges; reject the other.",
    )
    .severity(severity)
}

impl Intake {
    /// Writes what came of a contract, in the transaction that holds its place in the queue.
    pub(super) async fn conclude(
        &self,
        connection: &mut PgConnection,
        job: Job,
        outcome: Result<Drafted, Trouble>,
    ) -> Result<(), sqlx::Error> {
        let held = Dossier::hold(connection, job.tenant, job.contract).await?;
        let dossier = held.ok_or(sqlx::Error::RowNotFound)?;
        match outcome {
            Ok(mut drafted) => {
                papers::keep(connection, job, &drafted.papers).await?;
                let shared = papers::shared(connection, job).await?;
                let told = shared.iter().map(|shared| told(shared, &drafted.charging));
                drafted.draft = draft::flagged(drafted.draft, told.collect());
                self.drafted(connection, dossier, drafted).await?;
            }
            Err(Trouble::File(error)) => self.failed(connection, dossier, &error).await?,
            Err(trouble) => return self.postponed(connection, job, dossier, &trouble).await,
        }
        queue::end(connection, job).await?;
        queue::leave(connection, job).await
    }

    async fn drafted(
        &self,
        connection: &mut PgConnection,
        mut dossier: Dossier,
        drafted: Drafted,
    ) -> Result<(), sqlx::Error> {
        let entry = self.entry(Stage::Drafted, &drafted.readers);
        // A second reading never replaces a person's work: then there is nothing to write.
        let Ok(next) = dossier.review.drafted(drafted.draft, entry.at) else {
            return Ok(());
        };
        dossier.contract.summary.pages = drafted.papers.iter().map(|paper| paper.pages).sum();
        dossier.contract.summary.readers = drafted.readers;
        dossier.save(connection, next, entry, "").await.map(drop)
    }

    async fn failed(
        &self,
        connection: &mut PgConnection,
        dossier: Dossier,
        error: &IntakeError,
    ) -> Result<(), sqlx::Error> {
        let entry = self.entry(Stage::Failed, &error.to_string());
        let Ok(next) = dossier.review.failed(&error.to_string(), entry.at) else {
            return Ok(());
        };
        dossier
            .save(connection, next, entry, error.code())
            .await
            .map(drop)
    }

    async fn postponed(
        &self,
        connection: &mut PgConnection,
        job: Job,
        mut dossier: Dossier,
        trouble: &Trouble,
    ) -> Result<(), sqlx::Error> {
        tracing::error!(contract = %job.contract, %trouble, "a contract could not be taken in now; it is tried again");
        if matches!(trouble, Trouble::Reader(_)) {
            queue::end(connection, job).await?;
        }
        queue::postpone(connection, job, PAUSE_SECONDS).await?;
        dossier.contract.state = State::Received;
        dossier.update(connection, self.entry(Stage::Postponed, "")).await
    }

    /// An entry of the service's own that says how far it is.
    pub(super) fn entry_after(&self, stage: Stage, after: String) -> Entry {
        let mut entry = self.entry(stage, "");
        entry.change.after = after;
        entry
    }

    /// An entry of the service's own, with a reason where there is one.
    pub(super) fn entry(&self, stage: Stage, reason: &str) -> Entry {
        Entry {
            at: self.clock.now(),
            actor: ACTOR.to_owned(),
            action: stage.action(),
            change: Change {
                reason: reason.to_owned(),
                ..Change::default()
            },
            trace: String::new(),
        }
    }
}
