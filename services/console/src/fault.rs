//! Why a page cannot be shown, as a page: what happened, and what to do.

use std::fmt::Display;

use askama::Template;
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use runtime::rejection;
use tonic::{Code, Status};

use crate::layout::{Frame, Look, Section};
use crate::serve::Console;
use crate::session::Cookies;
use crate::visitor::Visitor;

/// Why a page cannot be shown or a form was not carried out.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    pub(crate) headline: &'static str,
    pub(crate) sentence: String,
    /// Where to go from here: what the link says, and its address.
    way_on: (&'static str, &'static str),
    /// The page that was asked for, where asking again may help.
    again: Option<String>,
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage<'f> {
    frame: Frame,
    fault: &'f Fault,
}

const HOME: (&str, &str) = ("To the contracts", "/contracts");

impl Fault {
    fn new(status: StatusCode, headline: &'static str, sentence: impl Into<String>) -> Self {
        Self {
            status,
            headline,
            sentence: sentence.into(),
            way_on: HOME,
            again: None,
        }
    }

    /// The address leads nowhere.
    pub(crate) fn nowhere() -> Self {
        let sentence = "The address may be mistyped, or belong to something that another company owns.";
        Self::new(StatusCode::NOT_FOUND, "There is no such page", sentence)
    }

    /// Something of that name is not there.
    pub(crate) fn unknown(sentence: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "That does not exist", sentence)
    }

    /// A form without the token of its session.
    pub(crate) fn foreign_form() -> Self {
        let sentence = "The form was not one that this console gave you in this session, so nothing was done. Open the \
                        page again and send the form from there.";
        Self::new(StatusCode::FORBIDDEN, "This form was not accepted", sentence)
    }

    pub(crate) fn form_not_understood() -> Self {
        let sentence = "A field is missing or cannot be read, so nothing was done. Go back, load the page again and \
                        send the form once more.";
        Self::new(StatusCode::BAD_REQUEST, "This form was not understood", sentence)
    }

    pub(crate) fn form_too_large() -> Self {
        let sentence = "More arrived than this form can hold, or it was cut off on the way. Nothing was done. Go back and \
                        send less at once.";
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "This form did not arrive whole",
            sentence,
        )
    }

    /// Something of ours broke. The log says what; the page does not.
    pub(crate) fn ours(doing: &str, error: &dyn Display) -> Self {
        tracing::error!(doing, %error, "a page failed");
        let sentence = format!(
            "Something broke while {doing}. Nothing was changed. Try again; if it stays, whoever runs this console finds \
             more in its log."
        );
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "That went wrong", sentence)
    }

    /// The same, and a better way on than to the contracts.
    pub(crate) fn leading_to(self, words: &'static str, page: &'static str) -> Self {
        Self {
            way_on: (words, page),
            ..self
        }
    }

    fn unreachable() -> Self {
        let sentence = "A service behind this console does not answer. Nothing was changed. It may be starting: load the \
                        page again in a moment. If it stays away, whoever runs it should look at `quittance serve`.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "No connection", sentence)
    }
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        let sentence = sentence_of(&status);
        match (status.code(), rejection::reason_of(&status)) {
            (Code::Unavailable | Code::Cancelled | Code::Unknown | Code::DeadlineExceeded, None) => {
                tracing::warn!(code = ?status.code(), "a service did not answer");
                Self::unreachable()
            }
            (Code::Unavailable, _) => Self::new(StatusCode::SERVICE_UNAVAILABLE, "Not now", sentence),
            (Code::NotFound, _) => Self::new(StatusCode::NOT_FOUND, "That does not exist", sentence),
            (Code::PermissionDenied, _) => Self::new(StatusCode::FORBIDDEN, "You may not do this", sentence),
            (Code::Unauthenticated, _) => Self {
                way_on: ("Sign in again", "/sign-in"),
                ..Self::new(
                    StatusCode::UNAUTHORIZED,
                    "Your key is not known any more",
                    sentence,
                )
            },
            (Code::Aborted, _) => Self::new(StatusCode::CONFLICT, "Somebody was faster", sentence),
            (Code::InvalidArgument | Code::FailedPrecondition | Code::ResourceExhausted, _) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "That was refused", sentence)
            }
            _ => Self::new(StatusCode::BAD_GATEWAY, "That went wrong", sentence),
        }
    }
}

/// A refusal's sentence, as a person reads it.
pub(crate) fn sentence_of(status: &Status) -> String {
    as_sentence(status.message())
}

/// With a capital at its beginning and a stop at its end.
pub(crate) fn as_sentence(text: &str) -> String {
    let text = text.trim();
    let mut letters = text.chars();
    let mut sentence: String = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default();
    if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

impl Fault {
    /// A template that cannot be drawn leaves the sentence itself.
    fn drawn(&self, frame: Frame) -> String {
        let page = FaultPage { frame, fault: self };
        page.render().unwrap_or_else(|_| self.sentence.clone())
    }
}

/// Drawn as for nobody; [`framed`] draws it anew for whoever asked.
impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let look = Look {
            theme: "system",
            keys: false,
        };
        let text = self.drawn(Frame::outside(look));
        let mut response = (self.status, [(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A page that tells of a fault looks as every other page does to whoever asked: with the way to everywhere else for
/// people who are signed in, and light or dark as they chose.
pub(crate) async fn framed(State(console): State<Console>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let look = Look::of(Cookies(&parts.headers));
    let asked = (parts.method == Method::GET).then(|| parts.uri.to_string());
    let visitor = Visitor::from_request_parts(&mut parts, &console).await.ok();
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let Some(mut fault) = response.extensions_mut().remove::<Fault>() else {
        return response;
    };
    fault.again = asked.filter(|_| fault.status == StatusCode::SERVICE_UNAVAILABLE);
    let frame = visitor.map_or_else(|| Frame::outside(look), |visitor| visitor.frame(Section::None));
    *response.body_mut() = Body::from(fault.drawn(frame));
    response
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_refusal_becomes_a_page_with_its_own_sentence() {
        for (status, code, says) in [
            (
                rejection::not_found("CONTRACT_UNKNOWN", "there is no contract <b>"),
                404,
                "There is no contract &#60;b&#62;.",
            ),
            (
                rejection::aborted("STALE_REVISION", "look again"),
                409,
                "Look again.",
            ),
            (
                rejection::permission_denied("ROLE_NEEDED", "this needs the role approver"),
                403,
                "approver",
            ),
            (
                rejection::unavailable("DATABASE_BUSY", "busy", Duration::from_secs(1)),
                503,
                "Busy.",
            ),
            (
                Status::unavailable("tcp connect error: secret host"),
                503,
                "does not answer",
            ),
        ] {
            let fault = Fault::from(status);
            assert_eq!(fault.status.as_u16(), code);
            let look = Look {
                theme: "system",
                keys: false,
            };
            let page = FaultPage {
                frame: Frame::outside(look),
                fault: &fault,
            }
            .render()
            .unwrap();
            assert!(page.contains(says), "{page}");
            assert!(!page.contains("secret host"), "{page}");
        }
    }
}
