//! The extraction service as its callers meet it: over gRPC, on a real PostgreSQL, reading in real child processes.

#[cfg(test)]
mod service {
    mod bundles;
    mod comments;
    mod copies;
    mod decisions;
    mod edits;
    mod handoff;
    mod invoicing;
    mod limits;
    mod lists;
    mod pages;
    mod quality;
    mod review;
    mod sandbox;
    mod scans;
    mod second_approval;
    mod support;
    mod tenants;
    mod upload;
}
