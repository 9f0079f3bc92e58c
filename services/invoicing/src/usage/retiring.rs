//! Months retire by themselves where that is wanted: each goes into a file of its own once it is old enough, and leaves the
//! database when the file is on the disk and reads back. Names and totals stay.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::{StreamExt as _, pin_mut};
use runtime::clock::Clock;
use runtime::tenancy::{begin_as, begin_for_worker, begin_looking_as};
use sqlx::{PgConnection, PgPool};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::archives::{self, NotTaken};
use crate::archive::{ArchiveError, Writer};
use crate::author::Author;
use crate::settings::Retiring;
use crate::store::usage::months::{self, Month};
use crate::workers;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(3600);
/// As the audit log shows it.
const NAME: &str = "retiring of usage";
/// Names the lock among all advisory locks of the database.
const LOCK: i64 = 0x7175_6974_7573_6167;

/// Why a month stayed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stayed {
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    #[error(transparent)]
    File(#[from] ArchiveError),
    #[error("{}: {cause}", place.display())]
    Folder { place: PathBuf, cause: std::io::Error },
}

impl From<sqlx::Error> for Stayed {
    fn from(error: sqlx::Error) -> Self {
        Self::NotTaken(error.into())
    }
}

/// Retires months until the token is cancelled.
pub(crate) async fn work(pool: PgPool, clock: Clock, retiring: Retiring, token: CancellationToken) {
    const FAILED: &str = "months of usage could not be looked up for retiring; tried again later";
    workers::take_turns(EVERY, token, FAILED, || turn(&pool, &clock, &retiring)).await;
}

/// Retires what is old enough, unless another service is doing that; answers how many months went. One that cannot go holds
/// up no other.
pub(crate) async fn turn(pool: &PgPool, clock: &Clock, retiring: &Retiring) -> Result<usize, sqlx::Error> {
    let mut watch = begin_for_worker(pool, NAME).await?;
    if !workers::is_alone(&mut watch, LOCK).await? {
        return Ok(0);
    }
    // In a transaction of its own: whoever has looked at a table keeps it from being taken off until the transaction ends.
    let mut look = begin_for_worker(pool, NAME).await?;
    let first_kept = Month::of(clock.now()).before(retiring.kept);
    let old = months::old(&mut look, first_kept).await?;
    look.rollback().await?;
    let mut gone = 0_usize;
    for (tenant, month) in old {
        match retire(pool, clock, retiring, tenant, month).await {
            Ok(events) => {
                gone = gone.saturating_add(1);
                tracing::info!(%tenant, %month, events, "a month of usage was moved into a file");
            }
            Err(error) => {
                tracing::error!(%tenant, %month, %error, "a month of usage could not retire; tried again later");
            }
        }
    }
    watch.rollback().await?;
    Ok(gone)
}

async fn retire(
    pool: &PgPool,
    clock: &Clock,
    retiring: &Retiring,
    tenant: Uuid,
    month: Month,
) -> Result<u64, Stayed> {
    let author = Author::of_service(NAME, tenant, clock.now());
    let folder = retiring.folder.join(tenant.to_string());
    let digest = write_out(pool, &author, month, &folder).await?;
    let mut transaction = begin_as(pool, &author.caller).await?;
    let events = archives::take_off(&mut transaction, &author, month, &digest).await?;
    transaction.commit().await?;
    Ok(events)
}

/// Writes a month to a file whose name tells its content, so that none ever takes the place of another; answers its digest.
async fn write_out(pool: &PgPool, author: &Author, month: Month, folder: &Path) -> Result<Vec<u8>, Stayed> {
    let draft = folder.join(format!("{month}.draft"));
    fs::create_dir_all(folder).map_err(at(folder))?;
    if draft.exists() {
        // Somebody was cut off at it.
        fs::remove_file(&draft).map_err(at(&draft))?;
    }
    let mut writer = Writer::create(&draft)?;
    let mut transaction = begin_looking_as(pool, &author.caller).await?;
    write_parts(&mut transaction, author, month, &mut writer).await?;
    transaction.rollback().await?;
    let digest = tokio::task::block_in_place(|| writer.finish())?.finish();
    let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let file = folder.join(format!("{month}-{short}.csv"));
    fs::rename(&draft, &file).map_err(at(&file))?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(at(folder))?;
    Ok(digest)
}

async fn write_parts(
    connection: &mut PgConnection,
    author: &Author,
    month: Month,
    writer: &mut Writer,
) -> Result<(), Stayed> {
    let parts = months::parts(connection, author.tenant(), month)?;
    pin_mut!(parts);
    while let Some(part) = parts.next().await {
        for event in archives::of_part(part?) {
            writer.add(&event)?;
        }
    }
    Ok(())
}

fn at(place: &Path) -> impl FnOnce(std::io::Error) -> Stayed {
    let place = place.to_owned();
    move |cause| Stayed::Folder { place, cause }
}
