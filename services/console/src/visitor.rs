//! The person a request comes from. A handler that takes a [`Visitor`] is for people who are signed in.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::{HOST, REFERER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Redirect, Response};

use crate::connection::{Extraction, Invoicing};
use crate::layout::{Frame, Look, Person, Section};
use crate::serve::Console;
use crate::session::{Cookies, SESSION, Session};

/// Whoever is signed in on the browser that asks.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) console: Console,
    pub(crate) session: Session,
    secret: String,
    look: Look,
}

impl Visitor {
    /// What stands around a page for this person.
    pub(crate) fn frame(&self, section: Section) -> Frame {
        Frame {
            person: Some(Person {
                name: self.session.name.clone(),
                role: self.session.role.clone(),
            }),
            token: self.session.token.clone(),
            section,
            notice: self.console.sessions.told(&self.secret),
            look: self.look,
        }
    }

    /// The extraction service, asked with this person's key.
    pub(crate) fn extraction(&self) -> Extraction {
        self.console.services.extraction(self.session.key.reveal())
    }

    /// The invoicing service, asked with this person's key.
    pub(crate) fn invoicing(&self) -> Invoicing {
        self.console.services.invoicing(self.session.key.reveal())
    }

    /// Leaves one line for the next page.
    pub(crate) fn tell(&self, notice: impl Into<String>) {
        self.console.sessions.tell(&self.secret, notice.into());
    }

    /// Is it this person's work? Only for what is offered: whether it may be done is for the services to say.
    pub(crate) fn works_as(&self, role: &str) -> bool {
        self.session.role == role || self.session.role == "admin"
    }

    pub(crate) fn sign_out(&self) {
        self.console.sessions.end(&self.secret);
    }
}

impl FromRequestParts<Console> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Response> {
        let cookies = Cookies(&parts.headers);
        let found = cookies
            .get(SESSION)
            .and_then(|secret| Some((secret.to_owned(), console.sessions.find(secret)?)));
        let (secret, session) = found.ok_or_else(|| sign_in_first(parts))?;
        Ok(Self {
            console: console.clone(),
            session,
            secret,
            look: Look::of(cookies),
        })
    }
}

/// To the sign-in, and from there back to the page that was asked for.
fn sign_in_first(parts: &Parts) -> Response {
    let page = match (&parts.method, parts.uri.path_and_query()) {
        (&Method::GET, Some(page)) => page.as_str(),
        _ => form_page(&parts.headers).unwrap_or("/"),
    };
    let back = serde_urlencoded::to_string([("next", page)]).unwrap_or_default();
    Redirect::to(&format!("/sign-in?{back}")).into_response()
}

/// The page of this console that a form stood on, as the browser tells it.
fn form_page(headers: &HeaderMap) -> Option<&str> {
    let text = |name| headers.get(name)?.to_str().ok();
    let (_, from) = text(REFERER)?.split_once("://")?;
    let page = from.strip_prefix(text(HOST)?)?;
    page.starts_with('/').then_some(page)
}

impl OptionalFromRequestParts<Console> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Option<Self>, Infallible> {
        let found = <Self as FromRequestParts<Console>>::from_request_parts(parts, console).await;
        Ok(found.ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_its_page_and_to_no_other_site() {
        let page = |referer: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, "console:7003".parse().unwrap());
            headers.insert(REFERER, referer.parse().unwrap());
            form_page(&headers).map(str::to_owned)
        };
        let here = page("http://console:7003/contracts/1?term=%2Fcustomer");
        assert_eq!(here.as_deref(), Some("/contracts/1?term=%2Fcustomer"));
        for elsewhere in [
            "https://evil.example/x",
            "http://console:7003.evil.example/x",
            "nonsense",
        ] {
            assert_eq!(page(elsewhere), None, "{elsewhere}");
        }
    }
}
