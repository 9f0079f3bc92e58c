//! Signing in and out, and how pages look on this browser.
//!
//! A person signs in with their name and the key that the services know them by (`quittance key issue`). The console asks
//! the extraction service whose key it is; it keeps no list of people of its own. With an issuer of identities they may
//! come from there instead ([`crate::oidc`]).

use askama::Template;
use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use runtime::settings::Secret;
use serde::Deserialize;
use tonic::Code;
use wire::extraction::v1::GetCallerRequest;

use crate::answer::{Answer, go, page_as};
use crate::fault::Fault;
use crate::filled::{Filled, body_of, signed};
use crate::layout::{Frame, KEYS, Look, Section, THEME, theme};
use crate::link;
use crate::oidc;
use crate::serve::Console;
use crate::session::{Cookies, SESSION, VISIT, clear, lasting, random, set};
use crate::visitor::Visitor;

/// Somebody of a demonstration, who signs in with one click.
#[derive(Debug, Clone)]
pub struct DemoPerson {
    /// The person's name.
    pub name: String,
    /// What the person does, in a few words.
    pub does: String,
    /// The person's key.
    pub key: Secret,
}

pub(crate) fn pages() -> Router<Console> {
    Router::new()
        .route("/sign-in", get(ask).post(sign_in))
        .route("/sign-in/demo", post(sign_in_as_demo))
        .route("/sign-in/oidc", get(oidc::leave))
        .route(oidc::BACK, get(oidc::come_back))
        .route("/sign-out", post(sign_out))
        .route("/preferences", get(preferences).post(prefer))
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    frame: Frame,
    next: String,
    name: String,
    problem: Option<String>,
    demo: Vec<DemoPerson>,
    /// Where people of an organisation go to sign in.
    elsewhere: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    next: String,
}

#[derive(Debug, Deserialize)]
struct Claimed {
    #[serde(default)]
    next: String,
    name: String,
    #[serde(default)]
    key: String,
}

async fn ask(State(console): State<Console>, headers: HeaderMap, Query(asked): Query<Asked>) -> Answer {
    form(
        &console,
        &headers,
        StatusCode::OK,
        asked.next,
        String::new(),
        None,
    )
}

/// The form, tied to this browser by a cookie.
fn form(
    console: &Console,
    headers: &HeaderMap,
    status: StatusCode,
    next: String,
    name: String,
    problem: Option<String>,
) -> Answer {
    let cookies = Cookies(headers);
    let visit = cookies
        .get(VISIT)
        .filter(|visit| visit.len() >= 64)
        .map_or_else(random, str::to_owned);
    let mut frame = Frame::outside(Look::of(cookies));
    frame.token.clone_from(&visit);
    let elsewhere = Some(link::with("/sign-in/oidc", &[("next", &next)]));
    let template = SignIn {
        frame,
        next,
        name,
        problem,
        demo: console.demo.clone(),
        elsewhere: elsewhere.filter(|_| console.oidc.is_some()),
    };
    let cookie = AppendHeaders([(SET_COOKIE, set(VISIT, &visit, headers))]);
    Ok((cookie, page_as(status, &template)?).into_response())
}

/// The form once more, with a sentence why nobody came in.
pub(crate) fn refused(console: &Console, headers: &HeaderMap, next: String, sentence: String) -> Answer {
    form(
        console,
        headers,
        StatusCode::FORBIDDEN,
        next,
        String::new(),
        Some(sentence),
    )
}

async fn sign_in(State(console): State<Console>, request: Request) -> Result<Response, Response> {
    let (headers, claimed) = claimed(&console, request).await?;
    let key = claimed.key.trim().to_owned();
    let answer = match recognise(&console, &key).await {
        Ok(Some((name, role))) if name == claimed.name.trim() => {
            return Ok(begin(&console, &headers, name, role, key, &claimed.next));
        }
        Ok(_) => form(
            &console,
            &headers,
            StatusCode::FORBIDDEN,
            claimed.next,
            claimed.name,
            Some(
                "This name and this key do not belong together. Keys are made with `quittance key issue NAME ROLE`."
                    .to_owned(),
            ),
        ),
        Err(fault) => Err(fault),
    };
    answer.map_err(IntoResponse::into_response)
}

async fn sign_in_as_demo(State(console): State<Console>, request: Request) -> Result<Response, Response> {
    let (headers, claimed) = claimed(&console, request).await?;
    let person = console.demo.iter().find(|person| person.name == claimed.name);
    let key = person
        .ok_or_else(|| Fault::nowhere().into_response())?
        .key
        .reveal()
        .to_owned();
    let known = recognise(&console, &key)
        .await
        .map_err(IntoResponse::into_response)?;
    let (name, role) = known.ok_or_else(|| Fault::nowhere().into_response())?;
    Ok(begin(&console, &headers, name, role, key, &claimed.next))
}

/// What was typed into the sign-in form that this browser was given.
async fn claimed(console: &Console, request: Request) -> Result<(HeaderMap, Claimed), Response> {
    let headers = request.headers().clone();
    let body = body_of(request, console).await?;
    let visit = Cookies(&headers).get(VISIT).unwrap_or_default().to_owned();
    Ok((headers, signed(&body, &visit)?))
}

/// Whose key it is; nobody's if the services do not know it.
pub(crate) async fn recognise(console: &Console, key: &str) -> Result<Option<(String, String)>, Fault> {
    let asked = console
        .services
        .extraction(key)
        .get_caller(GetCallerRequest {})
        .await;
    match asked {
        Ok(answer) => {
            let caller = answer.into_inner();
            Ok(Some((caller.name, caller.role)))
        }
        Err(status) if status.code() == Code::Unauthenticated => Ok(None),
        Err(status) => Err(status.into()),
    }
}

pub(crate) fn begin(
    console: &Console,
    headers: &HeaderMap,
    name: String,
    role: String,
    key: String,
    next: &str,
) -> Response {
    // A browser that was signed in before is somebody else's now.
    if let Some(former) = Cookies(headers).get(SESSION) {
        console.sessions.end(former);
    }
    tracing::info!(person = name, role, "signed in");
    let secret = console.sessions.begin(name, role, Secret::new(key));
    let cookies = AppendHeaders([
        (SET_COOKIE, set(SESSION, &secret, headers)),
        (SET_COOKIE, clear(VISIT, headers)),
    ]);
    (cookies, Redirect::to(within(next))).into_response()
}

/// A page of this console and of nobody else.
fn within(next: &str) -> &str {
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.chars().any(|c| c == '\\' || c.is_control())
        && !next.starts_with("/sign-");
    if ours { next } else { "/contracts" }
}

async fn sign_out(headers: HeaderMap, filled: Filled<Nothing>) -> Response {
    filled.visitor.sign_out();
    let cookies = AppendHeaders([(SET_COOKIE, clear(SESSION, &headers))]);
    (cookies, Redirect::to("/sign-in")).into_response()
}

/// A form that has nothing but its token.
#[derive(Debug, Deserialize)]
pub(crate) struct Nothing {}

#[derive(Template)]
#[template(path = "preferences.html")]
struct Preferences {
    frame: Frame,
}

#[derive(Debug, Deserialize)]
struct Preferred {
    theme: String,
    keys: String,
}

async fn preferences(visitor: Visitor) -> Answer {
    page_as(
        StatusCode::OK,
        &Preferences {
            frame: visitor.frame(Section::None),
        },
    )
}

async fn prefer(headers: HeaderMap, filled: Filled<Preferred>) -> Response {
    let keys = if filled.form.keys == "off" { "off" } else { "on" };
    filled.visitor.tell("Saved for this browser.");
    let cookies = AppendHeaders([
        (SET_COOKIE, lasting(THEME, theme(&filled.form.theme), &headers)),
        (SET_COOKIE, lasting(KEYS, keys, &headers)),
    ]);
    (cookies, Redirect::to("/preferences")).into_response()
}

/// An address that is none of ours.
pub(crate) async fn nowhere(visitor: Option<Visitor>) -> Answer {
    match visitor {
        Some(_) => Err(Fault::nowhere()),
        None => go("/sign-in"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_no_other_site() {
        for (next, leads_to) in [
            ("/contracts?state=open", "/contracts?state=open"),
            ("", "/contracts"),
            ("https://evil.example", "/contracts"),
            ("//evil.example", "/contracts"),
            ("/\\evil.example", "/contracts"),
            ("/\tx", "/contracts"),
            ("/sign-out", "/contracts"),
        ] {
            assert_eq!(within(next), leads_to, "{next}");
        }
    }
}
