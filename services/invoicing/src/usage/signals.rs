//! Says within the service that usage was written, to those who wait for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use uuid::Uuid;

/// Who waits for what. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signals(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// By tenant, as long as somebody listens.
    tenants: Mutex<HashMap<Uuid, watch::Sender<()>>>,
    passed: Notify,
}

impl Signals {
    /// Usage of a tenant was written.
    pub(crate) fn changed(&self, tenant: Uuid) {
        if let Some(sender) = self.tenants().get(&tenant) {
            sender.send_replace(());
        }
    }

    /// Hears each time that usage of a tenant is written by this service.
    pub(crate) fn listen(&self, tenant: Uuid) -> watch::Receiver<()> {
        let mut tenants = self.tenants();
        tenants.retain(|_, sender| !sender.is_closed());
        tenants
            .entry(tenant)
            .or_insert_with(|| watch::Sender::new(()))
            .subscribe()
    }

    /// An amount was passed that somebody watches.
    pub(crate) fn passed(&self) {
        self.0.passed.notify_one();
    }

    /// Waits until an amount is passed; one that was passed before anybody waited counts.
    pub(crate) async fn until_passed(&self) {
        self.0.passed.notified().await;
    }

    fn tenants(&self) -> MutexGuard<'_, HashMap<Uuid, watch::Sender<()>>> {
        self.0.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
