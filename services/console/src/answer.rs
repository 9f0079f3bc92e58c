//! How a handler answers: with a page, or by sending the browser to one.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};

use crate::fault::Fault;

/// What every handler gives.
pub(crate) type Answer = Result<Response, Fault>;

/// A page.
pub(crate) fn page(template: &impl Template) -> Answer {
    page_as(StatusCode::OK, template)
}

/// A page under a status other than 200: a form that was refused and is shown again.
pub(crate) fn page_as(status: StatusCode, template: &impl Template) -> Answer {
    let text = template
        .render()
        .map_err(|error| Fault::ours("drawing a page", &error))?;
    Ok((status, [(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response())
}

/// After a form: on to a page that may be loaded again without doing it twice.
pub(crate) fn go(to: &str) -> Answer {
    Ok(Redirect::to(to).into_response())
}
