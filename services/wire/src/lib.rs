//! The only crate that knows protobuf: what machines rely on, and the way between it and the domain.
//!
//! **Owns** the generated gRPC of `proto/` ([`plan::v1`], [`extraction::v1`], [`invoicing::v1`]), the descriptors for
//! reflection, the conversions of plans both ways ([`plan`]) and messages as JSON ([`json`]), and the name of what an archive of usage holds ([`archive`]).
//!
//! **Does not own** what any of it means (`pricing`), or what a service does with it.
//!
//! **Words that must not be confused.** A *message* is protobuf, a *plan* is the domain's. A *violation* names one
//! field of a message that cannot be taken and says why; a message is refused with all of them at once.
//!
//! **Always true.** A plan that goes out and comes back is equal and has the same content hash. Nothing is defaulted:
//! an unspecified enum or an empty oneof is a violation, not a guess.

pub mod archive;
pub mod json;
pub mod plan;
pub mod value;

/// The extraction service.
pub mod extraction {
    /// Version 1.
    #[allow(missing_docs, clippy::all, clippy::pedantic, unused_qualifications)]
    pub mod v1 {
        tonic::include_proto!("quittance.extraction.v1");
    }
}

/// The invoicing service.
pub mod invoicing {
    /// Version 1.
    #[allow(missing_docs, clippy::all, clippy::pedantic, unused_qualifications)]
    pub mod v1 {
        tonic::include_proto!("quittance.invoicing.v1");
    }
}

/// The descriptors of every message and service, for gRPC reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// A field that cannot be taken, and why, in a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {description}")]
pub struct Violation {
    /// Path of the field in the message.
    pub field: String,
    /// What is wrong and what would be right.
    pub description: String,
}
