//! What is kept, grouped by what it is about. Every function works inside an open transaction of its caller, which
//! says whose rows it sees.

use std::sync::LazyLock;

use sqlx::migrate::Migrator;

pub(crate) mod contracts;
pub(crate) mod copies;
pub(crate) mod documents;
pub(crate) mod dossier;
pub(crate) mod events;
pub(crate) mod outbox;
pub(crate) mod papers;
pub(crate) mod quality;
pub(crate) mod queue;

/// The tables, for whoever opens the service's database.
pub static MIGRATIONS: LazyLock<Migrator> = runtime::migrations!("migrations":
    1 "0001_contracts",
    2 "0002_lists",
    3 "0003_review",
    4 "0004_papers",
);

/// Something in the database that this version of the program cannot have written.
fn corrupt(what: impl std::fmt::Display) -> sqlx::Error {
    sqlx::Error::Decode(what.to_string().into())
}

/// A count or number on its way into a column that the database bounds as well.
fn column(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A count or number from a column that is never negative.
fn counted(column: i32) -> Result<u32, sqlx::Error> {
    u32::try_from(column).map_err(corrupt)
}
