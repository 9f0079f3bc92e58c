//! A contract with its review, held against every other change while one is made.

use contract::flag::{Flag, Severity};
use contract::review::{Review, State as ReviewState};
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

    /// The same contract with its review as it stood at a revision; none where it has no such revision.
    pub(crate) async fn at_revision(
        self,
        connection: &mut PgConnection,
        revision: u32,
    ) -> Result<Option<Self>, sqlx::Error> {
        let review = contracts::review_at(connection, &self.contract, revision).await?;
        Ok(review.map(|review| Self {
            contract: Contract {
                revision,
                summary: summarise(self.contract.summary, &review),
                ..self.contract
            },
            review,
        }))
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
        let mut summary = summarise(self.contract.summary, &next);
        // What the service does by itself is part of no request; the hand-over belongs to the one that approved.
        if !entry.trace.is_empty() && !matches!(next.state, ReviewState::HandedOver { .. }) {
            summary.last_actor.clone_from(&entry.actor);
        }
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

    /// Writes what the audit log says of it and nothing else: neither state nor review changes. The contract is held.
    pub(crate) async fn comment(
        &self,
        connection: &mut PgConnection,
        entry: Entry,
    ) -> Result<Event, sqlx::Error> {
        let event = self.event(entry);
        events::record(connection, self.contract.tenant, self.contract.id, &event).await?;
        Ok(event)
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
        printed_total: draft
            .terms
            .totals
            .iter()
            .filter_map(|total| total.amount.copied())
            .max(),
        currency: draft
            .terms
            .currency
            .copied()
            .map(|currency| currency.to_string())
            .unwrap_or_default(),
        open_flags: count(&draft.flags, Flag::waits),
        blocking_flags: count(&draft.flags, |flag| {
            flag.waits() && flag.severity == Severity::Block
        }),
        flag_codes: draft.flags.iter().map(|flag| flag.code.to_string()).collect(),
        ..before
    }
}

fn count(flags: &[Flag], which: impl Fn(&Flag) -> bool) -> u32 {
    u32::try_from(flags.iter().filter(|flag| which(flag)).count()).unwrap_or(u32::MAX)
}
