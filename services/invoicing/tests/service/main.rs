//! The service as its callers know it: over gRPC, on real PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in a test a failed expectation is the point"
)]

mod acceptance;
mod access;
mod amendments;
mod arrangements;
mod automatic;
mod bookkeeping;
mod cash;
mod clocks;
mod concurrency;
mod diff;
mod drafts;
mod endings_and_indices;
mod explaining;
mod exporting;
mod late_facts;
mod late_fees;
mod plans;
mod receivables;
mod renewals;
mod samples;
mod seats_and_milestones;
mod settlement;
mod support;
mod time;
mod usage;
mod usage_alerts;
mod usage_archive;
mod usage_blocks;
mod usage_conflicts;
mod usage_corrections;
mod usage_delivery;
mod usage_http;
mod usage_retiring;
mod usage_so_far;
mod usage_streams;
mod usage_together;
mod usage_totals;
mod usage_values;
mod waiting;
