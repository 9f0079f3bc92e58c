//! What the terms mean: a plan is a list of charges, and every charge is *when × how much × of what*.
//!
//! **Owns** plans and what makes one valid ([`plan`]), prices ([`price`]), the adjustments in their declared
//! order, rating ([`rate`]), what comes after it over several lines ([`discount`], [`commitment`], [`tax`], [`split`]),
//! and the working that explains every amount ([`working`]).
//!
//! **Does not own** when something falls due, what was used, or what was billed before (`billing`); where a term
//! stands in a contract (`contract`, which only leaves its [`source::Source`] here); storage or transport.
//!
//! **Words that must not be confused.** A *price* is a rule, an *amount* is money. A *charge* is the agreed rule in
//! the plan, a *line* is what one period of it came to. *Graduated* prices each unit in its own tier, *volume* prices
//! every unit in the tier reached; "tiered" alone is never a name. A *minimum* tops up one charge, a *commitment*
//! tops up a set of charges.
//!
//! **Always true.** No I/O, no clock, no async, no floating point. Every operation is checked: an overflow is an
//! error, never a zero. Fractions stay exact until a line is rounded once, half away from zero, to the currency's
//! minor unit. Bad input never panics.

pub mod commitment;
pub mod discount;
pub mod fraction;
pub mod index;
pub mod money;
pub mod period;
pub mod plan;
pub mod price;
pub mod rate;
pub mod source;
pub mod split;
pub mod tax;
pub mod working;

#[cfg(test)]
mod properties;
