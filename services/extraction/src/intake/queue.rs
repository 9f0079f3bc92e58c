//! The worker: takes the contract that has waited longest, holds it while it works, writes what came of it.

use std::time::Duration;

use runtime::tenancy;
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;

use super::{ACTOR, Drafted, Intake, Stage, Trouble};
use crate::sandbox::IntakeError;
use crate::state::State;
use crate::store::dossier::{Dossier, Entry};
use crate::store::queue::{self, Job};

/// How often the queue is looked at when it was empty.
const PAUSE: Duration = Duration::from_millis(250);

/// How often reading a file may take its worker down before it is given up.
const ATTEMPTS: u64 = 3;

/// Takes in contracts until the token is cancelled; one that is under way then is let go and begun again later.
pub(crate) async fn run(intake: Intake, token: CancellationToken) {
    while !token.is_cancelled() {
        let pause = match intake.take_next(&token).await {
            Ok(true) => continue,
            Ok(false) => PAUSE,
            Err(error) => {
                tracing::error!(%error, "the queue of contracts cannot be read or written; trying again");
                PAUSE.saturating_mul(8)
            }
        };
        intake.bell.wait(pause, &token).await;
    }
}

impl Intake {
    /// Takes in one contract. False when none waits, or when the service stops: then the contract is let go of, and the
    /// attempt does not count.
    async fn take_next(&self, token: &CancellationToken) -> Result<bool, sqlx::Error> {
        let mut claim = tenancy::begin_for_worker(&self.pool, ACTOR).await?;
        let Some(job) = queue::take(&mut claim).await? else {
            return Ok(false);
        };
        let Some(outcome) = token.run_until_cancelled(self.attempt(job)).await else {
            queue::end(&mut claim, job).await?;
            claim.commit().await?;
            return Ok(false);
        };
        self.conclude(&mut claim, job, outcome).await?;
        claim.commit().await?;
        tracing::info!(contract = %job.contract, "taken in");
        Ok(true)
    }

    async fn attempt(&self, job: Job) -> Result<Drafted, Trouble> {
        let before = self.begin(job).await?;
        if before >= ATTEMPTS {
            let how = format!("{before} attempts ended without an answer");
            return Err(Trouble::File(IntakeError::ReaderDied { how }));
        }
        self.take_in(job).await
    }

    /// Commits that an attempt begins, before anything can go wrong with it. How many went wrong before.
    async fn begin(&self, job: Job) -> Result<u64, sqlx::Error> {
        let mut transaction = tenancy::begin_for_worker(&self.pool, ACTOR).await?;
        let before = queue::begin(&mut transaction, job).await?;
        transaction.commit().await?;
        Ok(before)
    }

    /// Tells whoever watches what is being done now.
    pub(super) async fn tell(&self, job: Job, stage: Stage) -> Result<(), sqlx::Error> {
        self.tell_of(job, self.entry(stage, "")).await
    }

    /// The same in more words.
    pub(super) async fn tell_of(&self, job: Job, entry: Entry) -> Result<(), sqlx::Error> {
        let mut transaction = tenancy::begin_for_worker(&self.pool, ACTOR).await?;
        let mut dossier = hold(&mut transaction, job).await?;
        dossier.contract.state = State::Reading;
        dossier.update(&mut transaction, entry).await?;
        transaction.commit().await
    }
}

async fn hold(connection: &mut PgConnection, job: Job) -> Result<Dossier, sqlx::Error> {
    Dossier::hold(connection, job.tenant, job.contract)
        .await?
        .ok_or(sqlx::Error::RowNotFound)
}
