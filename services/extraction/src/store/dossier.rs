//! A contract with its review, held against every other change while one is made.

use contract::flag::{Flag, Severity};
use contract::review::Review;
use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use super::contracts::{self, Contract, Summary};
use super::corrupt;
use super::events::{self, Change, Event};
use crate::state::State;

/// A contract with its review.
#[derive(Debug)]
pub(crate) struct Dossier {
    pub(crate) contract: Contract,
    pub(crate) review: Review,
}

/// What the audit log says of a change.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) actor: String,
    pub(crate) action: &'static str,
    pub(crate) change: Change,
    /// The request it is part of; empty for what the service does by itself.
    pub(crate) trace: String,
}

impl Dossier {
    /// Opens a contract and holds it until the transaction ends. None if the caller may see no such contract.
    pub(crate) async fn hold(
        connection: &mut PgConnection,
        tenant: Uuid,
        id: Uuid,
    ) -> Result<Option<Self>, sqlx::Error> {
        match contracts::hold(connection, tenant, id).await? {
            Some(contract) => Self::of(connection, contract).await.map(Some),
            None => Ok(None),
        }
    }

    /// Opens a contract to look at it.
    pub(crate) async fn find(
        connection: &mut PgConnection,
        tenant: Uuid,
        id: Uuid,
    ) -> Result<Option<Self>, sqlx::Error> {
        match contracts::find(connection, tenant, id).await? {
            Some(contract) => Self::of(connection, contract).await.map(Some),
            None => Ok(None),
        }
    }

    /// Writes the next revision, where the contract stands with it, and what the audit log says of it. `code` names the
    /// failure, if that is what happened.
    pub(crate) async fn save(
        self,
        connection: &mut PgConnection,
        next: Review,
        entry: Entry,
        code: &str,
    ) -> Result<Self, sqlx::Error> {
        let revision = u32::try_from(next.revision).map_err(corrupt)?;
        let state = State::of(&next.state, code);
        let summary = summarise(self.contract.summary, &next);
        let contract = Contract {
            state,
            revision,
            summary,
            ..self.contract
        };
        contracts::add_revision(connection, &contract, &next, entry.at).await?;
        let saved = Self {
            contract,
            review: next,
        };
        saved.update(connection, entry).await?;
        Ok(saved)
    }

    /// Writes where the contract stands and what the audit log says of it, without a change to its review.
    pub(crate) async fn update(
        &self,
        connection: &mut PgConnection,
        entry: Entry,
    ) -> Result<(), sqlx::Error> {
        contracts::update(connection, &self.contract).await?;
        events::record(
            connection,
            self.contract.tenant,
            self.contract.id,
            &self.event(entry),
        )
        .await
    }

    async fn of(connection: &mut PgConnection, contract: Contract) -> Result<Self, sqlx::Error> {
        let review = contracts::review(connection, &contract).await?;
        Ok(Self { contract, review })
    }

    fn event(&self, entry: Entry) -> Event {
        Event {
            at: entry.at,
            actor: entry.actor,
            action: entry.action.to_owned(),
            state: self.contract.state.name().to_owned(),
            revision: self.contract.revision,
            change: entry.change,
            trace: entry.trace,
        }
    }
}

fn summarise(before: Summary, review: &Review) -> Summary {
    let Some(draft) = &review.draft else { return before };
    Summary {
        customer: draft.terms.customer.get().cloned().unwrap_or_default(),
        open_flags: count(&draft.flags, Flag::waits),
        blocking_flags: count(&draft.flags, |flag| {
            flag.waits() && flag.severity == Severity::Block
        }),
        ..before
    }
}

fn count(flags: &[Flag], which: impl Fn(&Flag) -> bool) -> u32 {
    u32::try_from(flags.iter().filter(|flag| which(flag)).count()).unwrap_or(u32::MAX)
}
