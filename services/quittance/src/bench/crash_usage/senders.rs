//! Clients that send until they are told to finish, each batch until it is acknowledged.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tonic::Code;
use wire::invoicing::v1::{RecordUsageRequest, RecordUsageResponse};

use crate::bench::usage::set::Set;
use crate::connection::{Services, request_id};
use crate::failure::Failure;
use crate::usage::check;

const CLIENTS: usize = 4;
/// A batch that is not taken for so long never will be: the database recovers and services start within it.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Senders {
    set: Set,
    batch: u64,
    next: AtomicU64,
    broken_off: AtomicU64,
    finishing: AtomicBool,
    /// Where the replicas are now.
    doors: Mutex<[Services; 2]>,
    sending: Mutex<JoinSet<Result<(), Failure>>>,
}

/// What was sent, all of it acknowledged.
pub(super) struct Sent {
    pub(super) deliveries: u64,
    pub(super) broken_off: u64,
}

impl Senders {
    pub(super) fn start(set: Set, doors: [Services; 2], batch: u64) -> Arc<Self> {
        let senders = Arc::new(Self {
            set,
            batch,
            next: AtomicU64::new(0),
            broken_off: AtomicU64::new(0),
            finishing: AtomicBool::new(false),
            doors: Mutex::new(doors),
            sending: Mutex::default(),
        });
        for client in 0..CLIENTS {
            let sender = senders.clone();
            let mut sending = senders.sending.lock().unwrap_or_else(PoisonError::into_inner);
            sending.spawn(async move { sender.send(client).await });
        }
        senders
    }

    /// A replica listens somewhere else now.
    pub(super) fn moved(&self, place: usize, door: Services) {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = doors.get_mut(place) {
            *known = door;
        }
    }

    /// Lets each client finish its batch.
    pub(super) async fn finish(&self) -> Result<Sent, Failure> {
        self.finishing.store(true, Ordering::Relaxed);
        let mut sending = {
            let mut held = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *held)
        };
        while let Some(ended) = sending.join_next().await {
            ended.map_err(|panic| Failure::broken(panic.to_string()))??;
        }
        Ok(Sent {
            deliveries: self.next.load(Ordering::Relaxed),
            broken_off: self.broken_off.load(Ordering::Relaxed),
        })
    }

    async fn send(&self, client: usize) -> Result<(), Failure> {
        while !self.finishing.load(Ordering::Relaxed) {
            let first = self.next.fetch_add(self.batch, Ordering::Relaxed);
            let batch = first..first.saturating_add(self.batch);
            let request = RecordUsageRequest {
                request_id: request_id(),
                events: batch.map(|delivery| self.set.delivery(delivery)).collect(),
                backfill: String::new(),
            };
            self.send_stubbornly(client, request).await?;
        }
        Ok(())
    }

    /// To one replica or the other, under the same name or a new one, as a client may that lost its memory.
    async fn send_stubbornly(&self, client: usize, mut request: RecordUsageRequest) -> Result<(), Failure> {
        let began = Instant::now();
        for attempt in 0_usize.. {
            let place = client.wrapping_add(attempt / 2) % 2;
            if let Some(answer) = self.attempt(place, &request).await? {
                return check(&answer);
            }
            if began.elapsed() > LONGEST_WAIT {
                break;
            }
            self.broken_off.fetch_add(1, Ordering::Relaxed);
            sleep(BETWEEN_ATTEMPTS).await;
            if attempt % 2 == 1 {
                request.request_id = request_id();
            }
        }
        Err(Failure::broken(
            "a batch was not acknowledged within five minutes",
        ))
    }

    /// None where it is not known what became of it.
    async fn attempt(
        &self,
        place: usize,
        request: &RecordUsageRequest,
    ) -> Result<Option<RecordUsageResponse>, Failure> {
        let door = {
            let doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
            doors.get(place).cloned()
        };
        let Some(door) = door else { return Ok(None) };
        let Ok(mut client) = door.invoicing().await else {
            return Ok(None);
        };
        match timeout(PATIENCE, client.record_usage(request.clone())).await {
            Ok(Ok(answer)) => Ok(Some(answer.into_inner())),
            Ok(Err(status)) if matches!(status.code(), Code::InvalidArgument | Code::Internal) => {
                Err(status.into())
            }
            Ok(Err(_)) | Err(_) => Ok(None),
        }
    }
}
