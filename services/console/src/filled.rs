//! A form as a person sent it, once its token has been compared with the session's.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::fault::Fault;
use crate::serve::Console;
use crate::visitor::Visitor;

/// The fields of a form and who filled it in. There is no other way to read a form, so none goes unchecked.
#[derive(Debug)]
pub(crate) struct Filled<T> {
    pub(crate) visitor: Visitor,
    pub(crate) form: T,
}

/// The hidden field.
#[derive(Debug, Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
}

impl<T: DeserializeOwned> FromRequest<Console> for Filled<T> {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, console).await?;
        let body = body_of(Request::from_parts(parts, body), console).await?;
        let form = signed(&body, &visitor.session.token)?;
        Ok(Self { visitor, form })
    }
}

/// The bytes of a small form.
pub(crate) async fn body_of(request: Request, console: &Console) -> Result<Bytes, Response> {
    Bytes::from_request(request, console)
        .await
        .map_err(|_| Fault::form_too_large().into_response())
}

/// The fields of a form that carries this token.
#[expect(
    clippy::result_large_err,
    reason = "the refusal is the page that is answered, once a form"
)]
pub(crate) fn signed<T: DeserializeOwned>(body: &[u8], token: &str) -> Result<T, Response> {
    let read = |_| Fault::form_not_understood().into_response();
    let sent: Token = serde_urlencoded::from_bytes(body).map_err(read)?;
    if !same(&sent.token, token) {
        return Err(Fault::foreign_form().into_response());
    }
    serde_urlencoded::from_bytes(body).map_err(read)
}

/// Compares without telling by its duration how much of it was right. An empty token is never the right one.
pub(crate) fn same(sent: &str, expected: &str) -> bool {
    let (sent, expected) = (sent.as_bytes(), expected.as_bytes());
    let differences = sent
        .iter()
        .zip(expected)
        .fold(0_u8, |found, (a, b)| found | (a ^ b));
    !expected.is_empty() && sent.len() == expected.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_token_is_the_same() {
        assert!(same("abc", "abc"));
        for (sent, expected) in [
            ("", ""),
            ("ab", "abc"),
            ("abd", "abc"),
            ("abcd", "abc"),
            ("", "abc"),
        ] {
            assert!(!same(sent, expected), "{sent} {expected}");
        }
    }
}
