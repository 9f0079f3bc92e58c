//! Migrations compiled into the program. The driver's own macro does the same, but it has the whole driver compiled a
//! second time for the compiler to load, and the first build is what a newcomer waits for.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// The migrations of the crate that calls it: the folder they are in, then each file's version and its name without
/// `.sql`, in order. `tests/architecture.rs` fails when a file of a service is not named.
#[macro_export]
macro_rules! migrations {
    ($folder:literal: $($version:literal $name:literal),+ $(,)?) => {
        ::std::sync::LazyLock::new(|| {
            $crate::database::migrations::migrator([$((
                $version,
                $name,
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder, "/", $name, ".sql")),
            )),+])
        })
    };
}

/// What [`migrations!`](crate::migrations) makes of versions, names and texts.
#[must_use]
pub fn migrator(files: impl IntoIterator<Item = (i64, &'static str, &'static str)>) -> Migrator {
    let migration = |(version, name, text): (i64, &'static str, &'static str)| {
        let description = name.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
        let description = Cow::Owned(description.replace('_', " "));
        Migration::new(
            version,
            description,
            MigrationType::Simple,
            text.into_sql_str(),
            false,
        )
    };
    Migrator::with_migrations(files.into_iter().map(migration).collect())
}
