//! A bell between those who leave work and those who do it, so that a worker need not wait for its next look.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Rung by whoever leaves work; all clones are one bell. It only saves time: what another copy of the service leaves is
/// found by looking.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bell(Arc<Notify>);

impl Bell {
    /// Wakes one worker, or lets the next one that would wait go on at once.
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }

    /// Waits for the bell, the end of the pause or the end of the service.
    pub(crate) async fn wait(&self, pause: Duration, token: &CancellationToken) {
        tokio::select! {
            () = self.0.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = token.cancelled() => {}
        }
    }
}
