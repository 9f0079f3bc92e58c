//! What a contract says: the words on its pages, what they agree, where each term stands, and what a person decided.
//!
//! **Owns** the document model ([`page`]), reading files into it (`pdf` and its neighbours), the rule reader
//! (`reading`), what a model must answer (`schema`), tying values to words (`grounding`), flags (`checks`),
//! turning terms into a draft plan (`interpret`), folding the papers of one contract (`bundle`) and the life of a review
//! (`review`).
//!
//! **Does not own** what a price comes to (`pricing`), when it falls due (`billing`), calling a model, storing or
//! sending anything (`extraction`).
//!
//! **Words that must not be confused.** A *document* is a file as we read it; a *contract* is what the parties agreed,
//! in one or more documents. A *reading* is one reader's opinion; *terms* are what readings came to after checks.
//! *Evidence* is computed from words on a page, never taken from a reader's claim. A *flag* asks a person to decide;
//! an *error* ends the reading with nothing.
//!
//! **Always true.** No I/O, no clock, no async, no floating point near money. Every value carries the words as printed.
//! What cannot be read with certainty is flagged or refused. Bad input never panics on our side.

pub mod bundle;
pub mod checks;
pub mod draft;
pub mod file;
pub mod flag;
pub mod grounding;
pub mod interpret;
pub mod normal;
pub mod page;
pub mod reading;
pub mod reconcile;
pub mod review;
pub mod schema;
pub mod terms;

pub use draft::draft;
