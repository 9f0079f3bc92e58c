//! Whether and when to send a request again.

use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::endpoint::{Fault, Reason};
use super::{ModelError, Pace};

/// How often a request is sent at most when the server is down or asks to wait.
const MOST: u32 = 5;
/// How often when it fails in a way that seldom mends itself.
const TWICE: u32 = 2;

/// The attempts at one request.
#[derive(Debug)]
pub(super) struct Patience {
    pace: Pace,
    deadline: Instant,
    attempts: u32,
}

impl Patience {
    pub(super) fn new(pace: Pace, deadline: Instant) -> Self {
        Self {
            pace,
            deadline,
            attempts: 0,
        }
    }

    /// Waits until the request may be sent again; the error, where waiting does not help any more.
    pub(super) async fn wait_after(&mut self, fault: Fault) -> Result<(), ModelError> {
        self.attempts = self.attempts.saturating_add(1);
        let pause = self
            .pause(&fault)
            .filter(|pause| Instant::now() + *pause < self.deadline);
        let Some(pause) = pause else {
            return Err(fault.into());
        };
        tracing::debug!(
            attempt = self.attempts,
            milliseconds = pause.as_millis(),
            "the model is asked again"
        );
        tokio::time::sleep(pause).await;
        Ok(())
    }

    fn pause(&self, fault: &Fault) -> Option<Duration> {
        if self.attempts >= most(fault) {
            return None;
        }
        match fault.retry_after() {
            Some(asked) => (asked <= self.pace.longest).then_some(asked),
            None => Some(self.somewhere_below(self.ceiling())),
        }
    }

    fn ceiling(&self) -> Duration {
        let doubled = 2_u32.saturating_pow(self.attempts.saturating_sub(1));
        self.pace.first.saturating_mul(doubled).min(self.pace.longest)
    }

    /// Anywhere below the ceiling: clients that failed together must not come back together.
    fn somewhere_below(&self, ceiling: Duration) -> Duration {
        let milliseconds = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX);
        let (random, _) = Uuid::new_v4().as_u64_pair();
        Duration::from_millis(
            random
                .checked_rem(milliseconds.saturating_add(1))
                .unwrap_or_default(),
        )
    }
}

fn most(fault: &Fault) -> u32 {
    match fault {
        Fault::Status {
            status: 408 | 409 | 425 | 429 | 500..=599,
            reason: Reason::Other,
            ..
        }
        | Fault::Unreachable { .. } => MOST,
        Fault::Timeout { .. } | Fault::NotACompletion { .. } => TWICE,
        Fault::Status { .. } => 0,
    }
}
