//! Finds out who is calling before any service sees the call.

use std::pin::Pin;
use std::task::{Context, Poll};

use tonic::Status;
use tonic::body::Body;
use tonic::codegen::http::{HeaderMap, Request, Response, header};
use tower::{Layer, Service};
use uuid::Uuid;

use crate::caller::{Caller, Role, TENANT_METADATA};
use crate::keys::Keys;
use crate::rejection;

/// What anyone may ask without a key.
const OPEN: [&str; 2] = ["/grpc.health.", "/grpc.reflection."];

/// Puts the [`Caller`] of each call beside its request, or refuses the call.
#[derive(Debug, Clone)]
pub(super) struct AccessLayer {
    pub(super) keys: Keys,
}

impl<S> Layer<S> for AccessLayer {
    type Service = Access<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Access {
            inner,
            keys: self.keys.clone(),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Access<S> {
    inner: S,
    keys: Keys,
}

impl<S> Service<Request<Body>> for Access<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        if OPEN.iter().any(|prefix| request.uri().path().starts_with(prefix)) {
            return Box::pin(self.inner.call(request));
        }
        match identify(&self.keys, request.headers()) {
            Ok(caller) => {
                tracing::Span::current().record("caller", &caller.name);
                request.extensions_mut().insert(caller);
                Box::pin(self.inner.call(request))
            }
            Err(refusal) => {
                let refusal = if speaks_grpc(request.headers()) {
                    refusal.into_http()
                } else {
                    rejection::http(&refusal).map(Body::new)
                };
                Box::pin(std::future::ready(Ok(refusal)))
            }
        }
    }
}

fn speaks_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
    kind.is_some_and(|kind| kind.starts_with(b"application/grpc"))
}

fn identify(keys: &Keys, headers: &HeaderMap) -> Result<Caller, Status> {
    let key = bearer(headers).ok_or_else(|| {
        rejection::unauthenticated(
            "this call carries no key; send the metadata `authorization: Bearer <key>`",
        )
    })?;
    let caller = keys.caller(key).ok_or_else(|| {
        rejection::unauthenticated(
            "this key is not known, or was withdrawn; ask an administrator for a new one",
        )
    })?;
    act_for(caller, headers)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// A service serves many tenants and says which; anyone else has one.
fn act_for(caller: Caller, headers: &HeaderMap) -> Result<Caller, Status> {
    let Some(named) = headers.get(TENANT_METADATA) else {
        return Ok(caller);
    };
    let tenant = named.to_str().ok().and_then(|text| Uuid::try_parse(text).ok());
    let tenant = tenant.ok_or_else(|| rejection::invalid(TENANT_METADATA, "must be a tenant's UUID"))?;
    if caller.role != Role::Service && tenant != caller.tenant {
        return Err(rejection::permission_denied(
            "OTHER_TENANT",
            format!(
                "the key of {} belongs to another tenant; only a service's key may act for several",
                caller.name
            ),
        ));
    }
    Ok(Caller { tenant, ..caller })
}
