//! Deliveries of one tenant that wait at the same time are written in one transaction: what a commit costs is shared, and
//! an hour's total is written once for all of them.
//!
//! The first delivery goes at once and alone; those that arrive while it is written go together next. While one group is
//! written, the next is made ready. Only so many events may wait; whoever brings more waits before, which holds back
//! senders that wait for answers.
//!
//! Every commit waits for the disk, before the next group has its turn: a commit that does not may be lost in a crash of
//! the database without anybody hearing of it on another connection.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use runtime::requests::{self, Attempt, Claim, RequestError};
use runtime::tenancy::begin_as;
use sqlx::PgPool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use uuid::Uuid;

use super::sorting::Drafts;
use super::{Delivery, Receipt, Signals, record};
use crate::store::usage::take_turn;

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

/// A place in the order of groups; the next has its turn when this is dropped.
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

impl Drop for Turn {
    fn drop(&mut self) {
        let next = self.number.saturating_add(1);
        self.now.send_modify(|now| *now = next.max(*now));
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

/// What was written of some deliveries.
#[derive(Debug, Default)]
struct Written {
    outcomes: Vec<Result<Vec<u8>, RequestError>>,
    /// Is it on the disk already?
    flushed: bool,
}

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

    /// Returns when everything that was committed before is on the disk, see [`Shared::flush`].
    pub(crate) async fn flush(&self) -> Result<(), sqlx::Error> {
        self.0.flush().await
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

    async fn write(self: &Arc<Self>, group: Group) {
        let Group { waiting, turn } = group;
        let deliveries: Vec<&Delivery> = waiting.iter().map(|waiting| &waiting.delivery).collect();
        match self.commit(&deliveries, &turn).await {
            Ok(written) if written.flushed => answer(waiting, written.outcomes),
            Ok(written) => {
                let shared = self.clone();
                tokio::spawn(async move {
                    match shared.flush().await {
                        Ok(()) => answer(waiting, written.outcomes),
                        Err(error) => refuse(waiting, error),
                    }
                });
            }
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
            let mut written = self.commit(&[&waiting.delivery], turn).await;
            if written.as_ref().is_ok_and(|written| !written.flushed) {
                written = self.flush().await.and(written);
            }
            match written {
                Ok(written) => answer(vec![waiting], written.outcomes),
                Err(error) => refuse(vec![waiting], error),
            }
        }
    }

    /// Returns when everything that was committed before is on the disk: a transaction that waits for its own commit
    /// waits for all before it in the database's log. The message in it is for nobody; without any, there is nothing to
    /// wait for.
    async fn flush(&self) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT pg_logical_emit_message(true, 'quittance', '')")
            .execute(&self.pool)
            .await
            .map(drop)
    }

    /// Writes all that is new of these.
    async fn commit(&self, deliveries: &[&Delivery], turn: &Turn) -> Result<Written, sqlx::Error> {
        let Some(first) = deliveries.first() else {
            return Ok(Written::default());
        };
        let tenant = first.author.tenant();
        let drafts = Drafts::of(deliveries);
        let mut transaction = begin_as(&self.pool, &first.author.caller).await?;
        turn.come().await;
        // And among other services.
        take_turn(&mut transaction, tenant).await?;
        let claims: Vec<Claim<'_>> = deliveries.iter().map(|delivery| delivery.claim()).collect();
        let attempts = requests::begin_all(&mut transaction, tenant, RECORD_USAGE, &claims).await?;
        let new = deliveries.iter().zip(&attempts);
        let new = new.filter(|(_, attempt)| matches!(attempt, Ok(Attempt::First(_))));
        let new: Vec<&Delivery> = new.map(|(delivery, _)| *delivery).collect();
        let all_new = new.len() == deliveries.len();
        let drafts = if all_new { drafts } else { Drafts::of(&new) };
        let (receipts, passed) = record(&mut transaction, &first.author, &new, drafts).await?;
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
        requests::record_all(&mut transaction, entries).await?;
        transaction.commit().await?;
        self.signals.changed(tenant);
        if passed {
            self.signals.passed();
        }
        // With nothing written this commit waits for nothing, while an answer that was given before has to be on the disk.
        let flushed = all_new;
        Ok(Written { outcomes, flushed })
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
