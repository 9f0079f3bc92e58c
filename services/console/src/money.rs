//! The pages on which finance sees what is billed, why, and what became of it.

mod account;
mod accounts;
mod amounts;
mod collections;
mod credits;
mod drafts;
mod invoice;
mod invoices;
mod list;
mod payers;
mod renewals;
mod seats;
mod settling;
mod unapplied;
mod usage;
mod why;

use axum::Router;
use axum::routing::{get, post};

use crate::serve::Console;

pub(crate) fn pages() -> Router<Console> {
    Router::new()
        .route("/accounts", get(accounts::show))
        .route("/accounts/{id}", get(account::show))
        .route("/accounts/{id}/usage", get(usage::show))
        .route("/accounts/{id}/events", get(usage::events))
        .route("/accounts/{id}/credits", get(credits::show))
        .route("/accounts/{id}/seats", get(seats::show))
        .route("/accounts/{id}/payers", get(payers::show).post(payers::arrange))
        .route("/renewals", get(renewals::show))
        .route("/usage/waiting", get(usage::waiting))
        .route("/usage/refused", get(usage::refused))
        .route("/invoices", get(invoices::show))
        .route("/invoices/drafts", get(drafts::show))
        .route("/invoices/run", post(drafts::run))
        .route("/invoices/automatic", post(drafts::configure))
        .route("/invoices/{name}", get(invoice::show))
        .route("/invoices/{name}/export", get(invoice::export))
        .route("/invoices/{name}/lines/{line}", get(why::show))
        .route("/invoices/{name}/pay", post(settling::pay))
        .route("/invoices/{name}/return", post(settling::take_back))
        .route("/invoices/{name}/void", post(settling::void))
        .route("/invoices/{name}/write-off", post(settling::write_off))
        .route("/invoices/{name}/late-fees", post(settling::late_fees))
        .route("/collections", get(collections::show))
        .route("/collections/unapplied", get(unapplied::show))
        .route("/collections/unapplied/apply", post(unapplied::apply))
        .route("/collections/unapplied/refund", post(unapplied::refund))
}
