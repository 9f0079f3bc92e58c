//! The extraction service: a signed contract in, an approved plan out.
//!
//! **Owns** the files and the contracts made of them (`store`), reading a file in a process of its own ([`sandbox`]),
//! asking whoever reads a document ([`readers`], [`model`]), pictures of its pages (`gallery`), the flow from file to review (`intake`), carrying out a
//! review's decisions (`review`), handing approved plans to invoicing (`handoff`) and the gRPC in front of it all (`grpc`).
//!
//! **Does not own** what a page says, what is flagged, or who may approve what (`contract`); what a plan comes to
//! (`invoicing`, asked over gRPC); pages for people (`console`).
//!
//! **Words that must not be confused.** A *document* is a file by its bytes; a *contract* here is one document's way
//! through the service, and an archive of several files is one document too: its files are the contract's *papers*. A *revision* is a review as it stood after one change, a *stage* is what the service is doing
//! without anybody's help. *Failed* means unreadable and needs another file; *rejected* means a person turned it down.
//! *Approved* is decided here, *handed over* is acknowledged by invoicing.
//!
//! **Always true.** The same bytes are the same contract. Every change of a contract is one transaction: the new
//! revision, its event in the audit log and, when it approves, the plan on its way out. Revisions, events and files are
//! never changed. Contract text is never logged.

mod bell;
mod gallery;
mod grpc;
mod handoff;
mod intake;
pub mod limit;
pub mod model;
pub mod papers;
pub mod readers;
mod review;
pub mod sandbox;
mod serve;
pub mod settings;
mod state;
mod store;

pub use serve::{Means, ServeError, serve};
pub use store::MIGRATIONS;
pub use store::copies::{Copies, copy};
