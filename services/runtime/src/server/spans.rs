//! One span for each call, named by its trace, so that all log lines of a call can be found together.

use std::pin::Pin;
use std::task::{Context, Poll};

use tonic::Status;
use tonic::body::Body;
use tonic::codegen::http::{HeaderMap, HeaderValue, Request, Response};
use tower::{Layer, Service};
use tracing::Instrument;

use crate::telemetry::TraceId;

/// Puts a [`TraceId`] beside each request, opens its span, and tells the caller the id in the header `trace-id`.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestSpans;

impl<S> Layer<S> for RequestSpans {
    type Service = Spanned<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Spanned { inner }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Spanned<S> {
    inner: S,
}

impl<S> Service<Request<Body>> for Spanned<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let trace = trace_of(request.headers());
        let span = tracing::info_span!(
            "call", trace = %trace, method = request.uri().path(), caller = tracing::field::Empty
        );
        request.extensions_mut().insert(trace);
        let answer = span.in_scope(|| self.inner.call(request));
        Box::pin(finish(answer, trace).instrument(span))
    }
}

async fn finish<E>(
    answer: impl Future<Output = Result<Response<Body>, E>>,
    trace: TraceId,
) -> Result<Response<Body>, E> {
    let mut response = answer.await?;
    if let Ok(id) = HeaderValue::try_from(trace.to_string()) {
        response.headers_mut().insert("trace-id", id);
    }
    match Status::from_header_map(response.headers()) {
        Some(status) => tracing::info!(code = ?status.code(), "answered"),
        None => tracing::info!("answered"),
    }
    Ok(response)
}

/// A broken header starts a new trace: a call is not refused for how it is traced.
fn trace_of(headers: &HeaderMap) -> TraceId {
    let header = headers.get("traceparent").and_then(|value| value.to_str().ok());
    header
        .and_then(TraceId::parse_traceparent)
        .unwrap_or_else(TraceId::random)
}
