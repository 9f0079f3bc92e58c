//! Who is calling, and what a role may do.

use std::fmt;

use serde::{Deserialize, Serialize};
use tonic::metadata::MetadataValue;
use tonic::service::Interceptor;
use tonic::{Request, Status};
use uuid::Uuid;

use crate::rejection;
use crate::telemetry::TraceId;

/// Metadata by which a [`Role::Service`] caller names the tenant it acts for.
pub const TENANT_METADATA: &str = "quittance-tenant";

/// Whoever sent a request, as proven by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The company whose rows the caller may see.
    pub tenant: Uuid,
    /// The caller's name as the audit log shows it.
    pub name: String,
    /// What the caller may do.
    pub role: Role,
}

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Hands in documents.
    Uploader,
    /// Reads, corrects and submits what was read.
    Reviewer,
    /// Approves or rejects what a reviewer submitted.
    Approver,
    /// Bills, and sees the money.
    Finance,
    /// May do whatever any role may do.
    Admin,
    /// Another service, acting for the tenant it names.
    Service,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uploader => "uploader",
            Self::Reviewer => "reviewer",
            Self::Approver => "approver",
            Self::Finance => "finance",
            Self::Admin => "admin",
            Self::Service => "service",
        })
    }
}

/// The caller of a request that came through [`crate::server`]. Every request to a guarded service has one;
/// UNAUTHENTICATED otherwise.
pub fn caller_of<T>(request: &Request<T>) -> Result<&Caller, Status> {
    request.extensions().get::<Caller>().ok_or_else(|| {
        rejection::unauthenticated("this request carries no key; send `authorization: Bearer <key>`")
    })
}

/// Lets a caller through whose role is one of `roles`, or [`Role::Admin`]. PERMISSION_DENIED otherwise, naming the
/// role that is needed.
pub fn require(caller: &Caller, roles: &[Role]) -> Result<(), Status> {
    if caller.role == Role::Admin || roles.contains(&caller.role) {
        return Ok(());
    }
    let needed = if roles.is_empty() {
        Role::Admin.to_string()
    } else {
        either(roles)
    };
    Err(rejection::permission_denied(
        "ROLE_NEEDED",
        format!(
            "this needs the role {needed}; the key of {} has the role {}",
            caller.name, caller.role
        ),
    ))
}

fn either(roles: &[Role]) -> String {
    roles.iter().map(Role::to_string).collect::<Vec<_>>().join(" or ")
}

/// What a gRPC client attaches to each of its calls: its key, the tenant it acts for, the trace it belongs to. Use it
/// as the interceptor of a generated client: `Client::with_interceptor(channel, bearer)`.
#[derive(Clone)]
pub struct Bearer {
    key: String,
    tenant: Option<Uuid>,
    trace: Option<TraceId>,
}

impl Bearer {
    /// Calls with this key, for the key's own tenant.
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            tenant: None,
            trace: None,
        }
    }

    /// Calls for this tenant; only a key of [`Role::Service`] may.
    #[must_use]
    pub fn acting_for(mut self, tenant: Uuid) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// Calls as part of this trace, so that the logs of both services can be read together.
    #[must_use]
    pub fn within(mut self, trace: TraceId) -> Self {
        self.trace = Some(trace);
        self
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer")
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let unsendable =
            |_| rejection::unauthenticated("this key contains characters that no key has; copy it again");
        let authorization = MetadataValue::try_from(format!("Bearer {}", self.key)).map_err(unsendable)?;
        let metadata = request.metadata_mut();
        metadata.insert("authorization", authorization);
        if let Some(tenant) = self.tenant {
            metadata.insert(
                TENANT_METADATA,
                MetadataValue::try_from(tenant.to_string()).map_err(unsendable)?,
            );
        }
        if let Some(trace) = &self.trace {
            metadata.insert(
                "traceparent",
                MetadataValue::try_from(trace.traceparent()).map_err(unsendable)?,
            );
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;

    fn caller(role: Role) -> Caller {
        Caller {
            tenant: Uuid::nil(),
            name: "Ada".to_owned(),
            role,
        }
    }

    #[test]
    fn only_the_named_roles_and_admin_pass() {
        let allowed = [Role::Reviewer, Role::Approver];
        for (role, passes) in [
            (Role::Uploader, false),
            (Role::Reviewer, true),
            (Role::Approver, true),
            (Role::Finance, false),
            (Role::Admin, true),
            (Role::Service, false),
        ] {
            assert_eq!(require(&caller(role), &allowed).is_ok(), passes, "{role}");
        }
    }

    #[test]
    fn a_refusal_names_the_role_that_is_needed() {
        let status = require(&caller(Role::Uploader), &[Role::Reviewer, Role::Approver]).unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied);
        assert!(
            status.message().contains("reviewer or approver"),
            "{}",
            status.message()
        );
    }

    #[test]
    fn a_request_without_a_caller_is_unauthenticated() {
        assert_eq!(
            caller_of(&Request::new(())).unwrap_err().code(),
            Code::Unauthenticated
        );
    }

    #[test]
    fn a_bearer_never_shows_its_key() {
        assert!(!format!("{:?}", Bearer::new("secret-key")).contains("secret"));
    }
}
