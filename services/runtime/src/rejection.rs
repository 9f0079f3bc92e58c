//! Errors on the wire: a gRPC code, a sentence for the person, and machine-readable details (`google.rpc`).
//!
//! Sentences are shown to people as they are: say what happened, where, and what to do. Reasons are stable names in
//! `UPPER_SNAKE_CASE` by which a program tells one refusal from another.

use std::collections::HashMap;
use std::fmt::Display;
use std::time::Duration;

use tonic::codegen::http;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

/// The `domain` of every `google.rpc.ErrorInfo` this product sends.
const DOMAIN: &str = "quittance";

/// INVALID_ARGUMENT: one field of the request is wrong, whatever the state of the system.
pub fn invalid(field: &str, sentence: impl Into<String>) -> Status {
    let sentence = sentence.into();
    let details = ErrorDetails::with_bad_request_violation(field, sentence.clone());
    Status::with_error_details(Code::InvalidArgument, format!("{field}: {sentence}"), details)
}

/// INVALID_ARGUMENT: several fields are wrong at once, each given as (field, sentence).
pub fn invalid_fields(violations: &[(String, String)]) -> Status {
    let sentences = violations
        .iter()
        .map(|(field, sentence)| format!("{field}: {sentence}"))
        .collect::<Vec<_>>();
    let violations = violations
        .iter()
        .map(|(field, sentence)| FieldViolation::new(field, sentence))
        .collect::<Vec<_>>();
    let details = ErrorDetails::with_bad_request(violations);
    Status::with_error_details(Code::InvalidArgument, sentences.join("; "), details)
}

/// FAILED_PRECONDITION: the request is fine, but the system is not in the state for it; sending it again as it is
/// will not help.
pub fn failed_precondition(reason: &str, sentence: impl Into<String>) -> Status {
    with_reason(Code::FailedPrecondition, reason, sentence)
}

/// NOT_FOUND: what the request names does not exist, or belongs to another tenant.
pub fn not_found(reason: &str, sentence: impl Into<String>) -> Status {
    with_reason(Code::NotFound, reason, sentence)
}

/// ALREADY_EXISTS: what the request would create is there already, and is different.
pub fn already_exists(reason: &str, sentence: impl Into<String>) -> Status {
    with_reason(Code::AlreadyExists, reason, sentence)
}

/// ABORTED: somebody else changed the same thing meanwhile (a stale revision); read it again and decide anew.
pub fn aborted(reason: &str, sentence: impl Into<String>) -> Status {
    with_reason(Code::Aborted, reason, sentence)
}

/// RESOURCE_EXHAUSTED: over a limit that the sentence names.
pub fn over_limit(reason: &str, sentence: impl Into<String>) -> Status {
    with_reason(Code::ResourceExhausted, reason, sentence)
}

/// PERMISSION_DENIED: the caller is known and may not do this.
pub fn permission_denied(reason: &str, sentence: impl Into<String>) -> Status {
    with_reason(Code::PermissionDenied, reason, sentence)
}

/// UNAUTHENTICATED: the caller is not known.
pub fn unauthenticated(sentence: impl Into<String>) -> Status {
    with_reason(Code::Unauthenticated, "KEY_NEEDED", sentence)
}

/// UNAVAILABLE: try the same request again after `retry_after`.
pub fn unavailable(reason: &str, sentence: impl Into<String>, retry_after: Duration) -> Status {
    let mut details = ErrorDetails::with_retry_info(Some(retry_after));
    details.set_error_info(reason, DOMAIN, HashMap::new());
    Status::with_error_details(Code::Unavailable, sentence, details)
}

/// INTERNAL: a fault of ours. The error goes to the log, under the request's trace id; the caller gets a sentence
/// without inner workings.
pub fn internal(doing: &str, error: &dyn Display) -> Status {
    tracing::error!(doing, %error, "a request failed");
    with_reason(
        Code::Internal,
        "INTERNAL",
        format!("something went wrong while {doing}; nothing was changed; the server's log says more"),
    )
}

/// A status of a code with a stable reason; for codes that have no function of their own here.
pub fn with_reason(code: Code, reason: &str, sentence: impl Into<String>) -> Status {
    Status::with_error_details(
        code,
        sentence,
        ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new()),
    )
}

/// A refusal for a caller who asked over plain HTTP: its code, and a JSON object with `reason`, `detail` and, where fields
/// are wrong, `fields`.
pub fn http(status: &Status) -> http::Response<String> {
    let code = match status.code() {
        Code::InvalidArgument => http::StatusCode::BAD_REQUEST,
        Code::Unauthenticated => http::StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => http::StatusCode::FORBIDDEN,
        Code::NotFound => http::StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::FailedPrecondition | Code::Aborted => http::StatusCode::CONFLICT,
        Code::ResourceExhausted => http::StatusCode::PAYLOAD_TOO_LARGE,
        Code::Unavailable => http::StatusCode::SERVICE_UNAVAILABLE,
        _ => http::StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut told = serde_json::json!({
        "reason": reason_of(status).unwrap_or_else(|| "INVALID".to_owned()),
        "detail": status.message(),
    });
    let fields = fields_of(status);
    if !fields.is_empty() {
        told["fields"] = fields.into_iter().map(|(field, _)| field).collect();
    }
    let mut response = http::Response::new(told.to_string());
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json"),
    );
    if code == http::StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(http::header::RETRY_AFTER, http::HeaderValue::from_static("1"));
    }
    response
}

/// The stable reason a status carries, if it is one of ours.
pub fn reason_of(status: &Status) -> Option<String> {
    let info = status.get_details_error_info()?;
    (info.domain == DOMAIN).then_some(info.reason)
}

/// The fields a status complains about, as (field, sentence).
pub fn fields_of(status: &Status) -> Vec<(String, String)> {
    let violations = status
        .get_details_bad_request()
        .map(|request| request.field_violations)
        .unwrap_or_default();
    violations
        .into_iter()
        .map(|violation| (violation.field, violation.description))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_survives_the_wire() {
        let sent = failed_precondition("FLAG_OPEN", "resolve the flag first");
        let received = Status::from_header_map(sent.into_http::<()>().headers()).unwrap();
        assert_eq!(received.code(), Code::FailedPrecondition);
        assert_eq!(received.message(), "resolve the flag first");
        assert_eq!(reason_of(&received).as_deref(), Some("FLAG_OPEN"));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let violations = [
            ("seats".to_owned(), "must be above zero".to_owned()),
            ("date".to_owned(), "is missing".to_owned()),
        ];
        let status = invalid_fields(&violations);
        assert_eq!(fields_of(&status), violations);
        assert_eq!(status.message(), "seats: must be above zero; date: is missing");
        assert_eq!(
            fields_of(&invalid("seats", "must be above zero")),
            violations[..1]
        );
    }

    #[test]
    fn an_internal_error_tells_the_caller_nothing_inside() {
        let status = internal("saving the plan", &"password=hunter2 at 10.0.0.1");
        assert!(!status.message().contains("hunter2"));
        assert_eq!(reason_of(&status).as_deref(), Some("INTERNAL"));
    }
}
