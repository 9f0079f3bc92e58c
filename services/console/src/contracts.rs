//! The pages on which contracts are handed in, reviewed and approved.

mod approval;
mod decisions;
mod files;
mod history;
mod inbox;
mod preview;
mod progress;
mod quality;
mod queue;
mod several;
mod upload;
mod workspace;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::serve::Console;

pub(crate) fn pages() -> Router<Console> {
    let several_files = DefaultBodyLimit::max(upload::LARGEST);
    Router::new()
        .route("/contracts", get(inbox::show))
        .route(
            "/contracts/new",
            get(upload::ask).post(upload::take).layer(several_files),
        )
        .route("/contracts/quality", get(quality::show))
        .route("/contracts/{id}", get(workspace::show))
        .route("/contracts/{id}/file", get(files::original))
        .route("/contracts/{id}/pages/{page}/{edition}", get(files::picture))
        .route("/contracts/{id}/edit", post(decisions::edit))
        .route("/contracts/{id}/line", post(several::add_line))
        .route("/contracts/{id}/tiers", post(several::change_tiers))
        .route("/contracts/{id}/cite", post(decisions::cite))
        .route("/contracts/{id}/resolve", post(decisions::resolve))
        .route("/contracts/{id}/comment", post(decisions::comment))
        .route("/contracts/{id}/submit", post(decisions::submit))
        .route("/contracts/{id}/reject", post(decisions::reject))
        .route("/contracts/{id}/reopen", post(decisions::reopen))
        .route(
            "/contracts/{id}/approve",
            get(approval::ask).post(decisions::approve),
        )
        .route("/contracts/{id}/preview", get(preview::show))
        .route("/contracts/{id}/changes", get(history::compare))
        .route("/contracts/{id}/history", get(history::show))
}

pub(crate) async fn home() -> Redirect {
    Redirect::to("/contracts")
}
