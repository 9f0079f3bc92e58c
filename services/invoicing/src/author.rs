//! Who does something, when, and as part of which trace: what every written row and its audit can tell.

use jiff::Timestamp;
use runtime::caller::{Caller, Role};
use runtime::telemetry::TraceId;
use uuid::Uuid;

/// The author of a change.
#[derive(Debug, Clone)]
pub(crate) struct Author {
    pub(crate) caller: Caller,
    pub(crate) trace: TraceId,
    pub(crate) at: Timestamp,
}

impl Author {
    /// The service itself, under the name of its work, on a trace of its own.
    pub(crate) fn of_service(name: &str, tenant: Uuid, at: Timestamp) -> Self {
        Self {
            caller: Caller {
                tenant,
                name: name.to_owned(),
                role: Role::Service,
            },
            trace: TraceId::random(),
            at,
        }
    }

    pub(crate) fn tenant(&self) -> Uuid {
        self.caller.tenant
    }

    /// A new id, ordered by the time of writing so that indexes grow at one end.
    pub(crate) fn new_id(&self) -> Uuid {
        let seconds = u64::try_from(self.at.as_second()).unwrap_or_default();
        let nanoseconds = u32::try_from(self.at.subsec_nanosecond()).unwrap_or_default();
        Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanoseconds))
    }
}
