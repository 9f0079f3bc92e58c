//! The service as programs reach it over plain HTTP: usage as CloudEvents, on the address of the gRPC service and with the
//! same keys (`Authorization: Bearer`).
//!
//! `POST /v1/usage` takes one event in structured mode (`application/cloudevents+json`), one in binary mode (`ce-` headers
//! and JSON data), or a batch (`application/cloudevents-batch+json`). The answer is the receipt that `RecordUsage` gives, as
//! JSON. A single event that was not stored is a refusal by its status too: 409 where another event has its name, 422
//! otherwise; of a batch the receipt names each. With an `idempotency-key` the same request gets the same answer again.

mod cloud_events;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use runtime::caller::{Caller, require};
use runtime::rejection;
use runtime::server::MESSAGE_LIMIT;
use runtime::telemetry::TraceId;
use tonic::Status;
use uuid::Uuid;
use wire::invoicing::v1::RecordUsageResponse;
use wire::invoicing::v1::rejected_event::Reason;

use crate::Invoicing;
use crate::author::Author;
use crate::grpc::recording::{Parcel, take_in};
use crate::grpc::roles::BRINGS_FACTS;
use cloud_events::{Mode, events};

/// The addresses.
pub(crate) fn routes(service: Invoicing) -> Router {
    Router::new()
        .route("/v1/usage", post(receive))
        .with_state(service)
}

async fn receive(State(service): State<Invoicing>, request: Request) -> axum::response::Response {
    match taken(&service, request).await {
        Ok((mode, receipt)) => {
            let kind = [(header::CONTENT_TYPE, "application/json")];
            (code(mode, &receipt), kind, wire::json::json(&receipt).to_string()).into_response()
        }
        Err(refusal) => rejection::http(&refusal).into_response(),
    }
}

async fn taken(service: &Invoicing, request: Request) -> Result<(Mode, RecordUsageResponse), Status> {
    let (parts, body) = request.into_parts();
    let caller = parts.extensions.get::<Caller>();
    let caller = caller.ok_or_else(|| rejection::unauthenticated("this request carries no key"))?;
    require(caller, BRINGS_FACTS)?;
    let trace = parts.extensions.get::<TraceId>().copied();
    let author = Author {
        caller: caller.clone(),
        trace: trace.unwrap_or_else(TraceId::random),
        at: service.clock.now(),
    };
    let body = to_bytes(body, MESSAGE_LIMIT).await.map_err(|_| {
        let sentence = format!(
            "the body is longer than {MESSAGE_LIMIT} bytes, or broke off; send fewer events at a time"
        );
        rejection::over_limit("BODY_TOO_LONG", sentence)
    })?;
    let mode = Mode::of(&parts.headers)?;
    let parcel = Parcel {
        request_id: request_id(&parts.headers)?,
        backfill: String::new(),
        events: events(mode, &parts.headers, &body)?,
    };
    Ok((mode, take_in(service, author, parcel).await?))
}

/// Whoever gives none relies on the events' own ids, which count once anyway.
fn request_id(headers: &HeaderMap) -> Result<String, Status> {
    match headers.get("idempotency-key") {
        None => Ok(Uuid::new_v4().to_string()),
        Some(key) => {
            let key = key.to_str().ok().filter(|key| !key.is_empty());
            let key = key.ok_or_else(|| rejection::invalid("idempotency-key", "is no plain text"))?;
            Ok(key.to_owned())
        }
    }
}

fn code(mode: Mode, receipt: &RecordUsageResponse) -> StatusCode {
    match receipt.rejected.first() {
        Some(rejected) if mode != Mode::Batch => match rejected.reason() {
            Reason::ConflictingContent => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        },
        _ => StatusCode::OK,
    }
}
