//! Issued invoices, their lines and their numbers. Written once, never changed.

mod billed;
mod lines;
mod listing;
mod numbers;
mod read;
mod write;

pub(crate) use billed::{Billed, billed, billed_on, histories};
pub(crate) use lines::line;
pub(crate) use listing::{Order, Wanted, list};
pub(crate) use numbers::take_numbers;
pub(crate) use read::{called, of_ids, of_run};
pub(crate) use write::add;
