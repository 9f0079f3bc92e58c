//! The console: web pages on which people review contracts and look after the money.
//!
//! **Owns** the pages (`templates/`, `assets/`), who is signed in (`session`), what a browser may do with a page
//! (`guard`), and how answers and refusals of the services look to a person (`answer`, `fault`, `wording`).
//!
//! **Does not own** any rule and any data: no database, no price, no state machine. Whatever it shows or does is a call
//! that any other gRPC client could make, with the key of whoever is signed in. What that person may do is decided by the
//! services.
//!
//! **Words that must not be confused.** A *visitor* is a browser that asks, a *person* is who signed in on it. A *session*
//! is one sign-in; it ends, the person's key does not. A *token* proves that a form was served by this console to this
//! session. A *fault* is a page that says why another cannot be shown; a *notice* is one line on the next page.
//!
//! **Always true.** Every page works without script; script only saves steps. No page carries inline script or style, and
//! none asks another host for anything. Text from contracts, files and people is escaped by the template engine, without
//! exception. Every form carries the session's token. Contract text and keys never reach a log or a URL.

mod answer;
mod assets;
mod chart;
mod connection;
mod contracts;
mod fault;
mod filled;
mod guard;
mod layout;
mod link;
mod money;
pub mod oidc;
mod serve;
mod session;
pub mod settings;
mod sheets;
mod sign_in;
mod visitor;
mod wording;

pub use serve::{Means, ServeError, serve};
pub use sign_in::DemoPerson;
