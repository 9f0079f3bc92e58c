//! Normal forms: what a printed number, date, span or word means, whoever printed it. No document, no position, no guess.
//!
//! Every function takes words as they stand and returns a value or nothing; what can be read in two ways is returned as
//! such ([`date::Day::Ambiguous`], [`cadence::Often::Ambiguous`]).

pub mod cadence;
pub mod date;
pub mod duration;
pub mod money;
pub mod number;
pub mod number_words;
pub mod unit;
