//! The service as its callers know it: over gRPC, on real PostgreSQL.
#![expect(clippy::unwrap_used, reason = "in a test a failed expectation is the point")]

mod access;
mod bookkeeping;
mod concurrency;
mod explaining;
mod facts;
mod plans;
mod samples;
mod support;
mod time;
