//! Deliveries of one tenant that wait at the same time are written in one transaction: what a commit costs is shared, and
//! an hour's total is written once for all of them.
//!
//! The first delivery goes at once and alone; those that arrive while it is written go together next. While one group is
//! written, the next is made ready. Only so many events may wait; whoever brings more waits before, which holds back
//! senders that wait for answers.
//!
//! A group gives up its turn as soon as it is committed, and is answered once it is on the disk, for which it waits on the
//! connection that committed it: a crash of the database in between, in which it may be lost, breaks that. What the next
//! group made of it lies behind it in the database's log, so that nothing on the disk depends on anything that is not.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use runtime::requests::{self, Attempt, Claim, RequestError};
use runtime::tenancy::begin_on;
use sqlx::{PgConnection, PgPool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use uuid::Uuid;

use super::sorting::Drafts;
use super::{Delivery, Receipt, Signals, record};
use crate::store::{corrupt, usage};

/// Takes deliveries and says what became of each. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Intake(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pool: PgPool,
    /// Puts a receipt into the words in which its delivery is answered, now and when it is sent again.
    word: fn(&Receipt) -> Vec<u8>,
    signals: Signals,
    /// By tenant. Where there is a line, somebody writes.
    lines: Mutex<HashMap<Uuid, Line>>,
    room: Arc<Semaphore>,
}

/// Those who wait, and how many write for them.
#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Waiting>,
    writers: usize,
    /// Groups that were taken from it.
    taken: u64,
    /// The group whose turn it is.
    turn: Arc<watch::Sender<u64>>,
}

/// Those who are written together, and when it is their turn.
#[derive(Debug)]
struct Group {
    waiting: Vec<Waiting>,
    turn: Turn,
}

/// A place in the order of groups; the next has its turn when this passes it on or is dropped.
#[derive(Debug)]
struct Turn {
    number: u64,
    now: Arc<watch::Sender<u64>>,
}

impl Turn {
    async fn come(&self) {
        let mut watched = self.now.subscribe();
        // The sender is here, so it cannot be gone.
        drop(watched.wait_for(|now| *now >= self.number).await);
    }
}

impl Turn {
    fn pass_on(&self) {
        let next = self.number.saturating_add(1);
        self.now.send_modify(|now| *now = next.max(*now));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.pass_on();
    }
}

/// A delivery in line.
#[derive(Debug)]
struct Waiting {
    delivery: Delivery,
    answer: oneshot::Sender<Outcome>,
    _room: OwnedSemaphorePermit,
}

/// The answer in words, the first one where the delivery was made before.
type Outcome = Result<Vec<u8>, DeliveryError>;

/// What became of some deliveries, each by itself.
type Outcomes = Vec<Result<Vec<u8>, RequestError>>;

/// Why a delivery was not taken. Nothing of it was stored, or the same delivery sent again says what was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeliveryError {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("more usage arrives than can be written; send the same request again in a moment")]
    Overwhelmed,
    #[error("writing usage was cut short; send the same request again")]
    CutShort,
}

/// Events that may wait, and some for what a call costs without any.
const ROOM: usize = 400_000;
/// Events in one transaction, unless a single delivery has more.
const MOST_TOGETHER: usize = 20_000;
/// Deliveries in one transaction.
const MOST_DELIVERIES: usize = 1000;
/// Who write one tenant's line: one has its turn, the other makes ready what comes next.
const WRITERS: usize = 2;
const PATIENCE: Duration = Duration::from_secs(10);
/// What deliveries are called among the requests.
pub(crate) const RECORD_USAGE: &str = "RecordUsage";

impl Intake {
    pub(crate) fn new(pool: PgPool, word: fn(&Receipt) -> Vec<u8>, signals: Signals) -> Self {
        Self(Arc::new(Shared {
            pool,
            word,
            signals,
            lines: Mutex::default(),
            room: Arc::new(Semaphore::new(ROOM)),
        }))
    }

    /// Stores a delivery. When this answers, what it says is durable. A caller who goes away does not stop it.
    pub(crate) async fn deliver(&self, delivery: Delivery) -> Outcome {
        let needed = u32::try_from(delivery.sent.len().saturating_add(1)).unwrap_or(u32::MAX);
        let room = self.0.room.clone().acquire_many_owned(needed);
        let room = tokio::time::timeout(PATIENCE, room)
            .await
            .map_err(|_| DeliveryError::Overwhelmed)?
            .map_err(|_| DeliveryError::CutShort)?;
        let tenant = delivery.author.tenant();
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting {
            delivery,
            answer,
            _room: room,
        };
        if self.0.queue(tenant, waiting) {
            let writer = Writer {
                shared: self.0.clone(),
                tenant,
                done: false,
            };
            tokio::spawn(writer.write());
        }
        answered.await.unwrap_or(Err(DeliveryError::CutShort))
    }
}

impl Shared {
    fn lines(&self) -> MutexGuard<'_, HashMap<Uuid, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True where another writer should begin.
    fn queue(&self, tenant: Uuid, waiting: Waiting) -> bool {
        let mut lines = self.lines();
        let line = lines.entry(tenant).or_default();
        line.waiting.push_back(waiting);
        let wanted = line.writers < WRITERS;
        line.writers += usize::from(wanted);
        wanted
    }

    /// Those who are written next; none where the line is empty, which ends a writer.
    fn next(&self, tenant: Uuid) -> Option<Group> {
        let mut lines = self.lines();
        let line = lines.get_mut(&tenant)?;
        let waiting = take(&mut line.waiting);
        if waiting.is_empty() {
            leave(&mut lines, tenant);
            return None;
        }
        let turn = Turn {
            number: line.taken,
            now: line.turn.clone(),
        };
        line.taken = line.taken.saturating_add(1);
        Some(Group { waiting, turn })
    }

    async fn write(&self, group: Group) {
        let Group { waiting, turn } = group;
        let deliveries: Vec<&Delivery> = waiting.iter().map(|waiting| &waiting.delivery).collect();
        match self.commit(&deliveries, &turn).await {
            Ok(outcomes) => answer(waiting, outcomes),
            // What one delivery has wrong is not the others' fault: each by itself.
            Err(error) if waiting.len() > 1 && matches!(error, sqlx::Error::Database(_)) => {
                tracing::warn!(deliveries = waiting.len(), %error, "usage is written one delivery at a time");
                self.write_each(waiting, &turn).await;
            }
            Err(error) => refuse(waiting, error),
        }
    }

    async fn write_each(&self, waiting: Vec<Waiting>, turn: &Turn) {
        for waiting in waiting {
            match self.commit(&[&waiting.delivery], turn).await {
                Ok(outcomes) => answer(vec![waiting], outcomes),
                Err(error) => refuse(vec![waiting], error),
            }
        }
    }

    /// Writes all that is new of these; what it answers is on the disk.
    async fn commit(&self, deliveries: &[&Delivery], turn: &Turn) -> Result<Outcomes, sqlx::Error> {
        let Some(first) = deliveries.first() else {
            return Ok(Outcomes::default());
        };
        let tenant = first.author.tenant();
        let drafts = Drafts::of(deliveries);
        let mut connection = self.pool.acquire().await?;
        let mut transaction = begin_on(&mut connection, &first.author.caller).await?;
        turn.come().await;
        // And among other services.
        let backend = usage::take_short_turn(&mut transaction, tenant).await?;
        let (outcomes, passed) = self.append(&mut transaction, deliveries, drafts).await?;
        transaction.commit().await?;
        turn.pass_on();
        if !usage::is_durable(&mut connection, backend).await? {
            return Err(corrupt(
                "the connection on which usage was written was changed for another",
            ));
        }
        self.signals.changed(tenant);
        if passed {
            self.signals.passed();
        }
        Ok(outcomes)
    }

    /// What becomes of deliveries whose turn it is, and whether an amount was passed that somebody watches.
    async fn append(
        &self,
        connection: &mut PgConnection,
        deliveries: &[&Delivery],
        drafts: Drafts<'_>,
    ) -> Result<(Outcomes, bool), sqlx::Error> {
        let Some(first) = deliveries.first() else {
            return Ok(Default::default());
        };
        let claims: Vec<Claim<'_>> = deliveries.iter().map(|delivery| delivery.claim()).collect();
        let tenant = first.author.tenant();
        let attempts = requests::begin_all(connection, tenant, RECORD_USAGE, &claims).await?;
        let new = deliveries.iter().zip(&attempts);
        let new = new.filter(|(_, attempt)| matches!(attempt, Ok(Attempt::First(_))));
        let new: Vec<&Delivery> = new.map(|(delivery, _)| *delivery).collect();
        let all_new = new.len() == deliveries.len();
        let drafts = if all_new { drafts } else { Drafts::of(&new) };
        let (receipts, passed) = record(connection, &first.author, &new, drafts).await?;
        let mut words = receipts.iter().map(self.word);
        let mut entries = Vec::with_capacity(new.len());
        let outcomes = attempts.into_iter().map(|attempt| match attempt? {
            Attempt::Repeated(answer) => Ok(answer),
            Attempt::First(entry) => {
                let answer = words.next().unwrap_or_default();
                entries.push((entry, answer.clone()));
                Ok(answer)
            }
        });
        let outcomes = outcomes.collect();
        requests::record_all(connection, entries).await?;
        Ok((outcomes, passed))
    }
}

fn answer(group: Vec<Waiting>, outcomes: Vec<Result<Vec<u8>, RequestError>>) {
    for (waiting, outcome) in group.into_iter().zip(outcomes) {
        // A caller who went away does not hear it.
        let _gone = waiting.answer.send(outcome.map_err(DeliveryError::from));
    }
}

/// Tells all of them, and one of them why.
fn refuse(mut group: Vec<Waiting>, error: sqlx::Error) {
    if let Some(last) = group.pop() {
        let _gone = last.answer.send(Err(error.into()));
    }
    for waiting in group {
        let _gone = waiting.answer.send(Err(DeliveryError::CutShort));
    }
}

/// A writer ends. With the last one its line does.
fn leave(lines: &mut HashMap<Uuid, Line>, tenant: Uuid) {
    if let Entry::Occupied(mut line) = lines.entry(tenant) {
        line.get_mut().writers = line.get().writers.saturating_sub(1);
        if line.get().writers == 0 {
            line.remove();
        }
    }
}

/// From the front, as many as go together. Of two with one request id the second goes later: then it is a repeat.
fn take(line: &mut VecDeque<Waiting>) -> Vec<Waiting> {
    let (mut events, mut ids) = (0_usize, HashSet::new());
    let fits = line.iter().take(MOST_DELIVERIES).take_while(|waiting| {
        let first = events == 0 && ids.is_empty();
        events = events.saturating_add(waiting.delivery.sent.len());
        ids.insert(waiting.delivery.request_id.as_str()) && (first || events <= MOST_TOGETHER)
    });
    let fitting = fits.count();
    line.drain(..fitting).collect()
}

/// Whoever writes a tenant's line until it is empty.
struct Writer {
    shared: Arc<Shared>,
    tenant: Uuid,
    done: bool,
}

impl Writer {
    async fn write(mut self) {
        while let Some(group) = self.shared.next(self.tenant) {
            self.shared.write(group).await;
        }
        self.done = true;
    }
}

impl Drop for Writer {
    /// Cut off in the middle, it leaves no line behind that nobody writes: those who wait hear of it and come again.
    fn drop(&mut self) {
        if !self.done {
            leave(&mut self.shared.lines(), self.tenant);
        }
    }
}

impl Delivery {
    fn claim(&self) -> Claim<'_> {
        Claim {
            request_id: &self.request_id,
            fingerprint: self.fingerprint,
        }
    }
}
