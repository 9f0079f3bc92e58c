//! Time happens: what a plan should have produced up to a day, given what became known, and what of it to bill now.
//!
//! **Owns** schedules ([`schedule`]), facts and what is made of them ([`facts`], [`meter`], [`seats`], [`milestone`],
//! [`credits`]), the lines a contract should have produced ([`mod@expected`]), what to bill now ([`mod@difference`]), drafts
//! of invoices and credit notes ([`mod@draft`]), what becomes of them once issued ([`settlement`]), the journal ([`journal`]),
//! when revenue is earned ([`revenue`]), and what an amendment changes over a whole life ([`whole_life`]).
//!
//! **Does not own** what a price comes to (`pricing`); invoice numbers, storage and delivery (`invoicing`).
//!
//! **Words that must not be confused.** *Service period*, *invoice date* and *due date* are three dates. An *expected*
//! line is what the contract should have produced, a *billed* line what issued invoices carry, a *due* line the
//! difference. A *restated* line is still owed with another amount, a *withdrawn* one is no longer owed. A *pool* is
//! what the contract calls its credits, a *grant* is one filling of it, a *draw* is what usage took.
//!
//! **Always true.** No I/O, no clock, no async, no floating point, nothing depends on the order in which facts were
//! learned. The same plan, facts and day give the same lines; a line billed and still expected gives nothing due.
//! Issued lines never change. A journal entry balances. Bad input never panics.
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects))]

pub mod component;
pub mod credits;
pub mod difference;
pub mod draft;
pub mod expected;
pub mod facts;
pub mod journal;
pub mod line;
pub mod meter;
pub mod milestone;
pub mod revenue;
pub mod schedule;
pub mod seats;
pub mod settlement;
pub mod whole_life;

#[cfg(test)]
mod sample;

pub use difference::difference;
pub use draft::{draft, draft_over};
pub use expected::{expected, expected_over, pool_statements};
