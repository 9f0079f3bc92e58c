//! Which pages of a contract are which paper.

use jiff::civil::Date;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::queue::Job;
use super::{column, counted};
use crate::papers::Extent;

/// Keeps which papers a contract was found to have, in place of an earlier attempt.
pub(crate) async fn keep(
    connection: &mut PgConnection,
    job: Job,
    papers: &[Extent],
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM paper WHERE tenant = $1 AND contract = $2")
        .bind(job.tenant)
        .bind(job.contract)
        .execute(&mut *connection)
        .await?;
    for paper in papers {
        sqlx::query(
            "INSERT INTO paper (tenant, contract, part, name, sha256, before, pages) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(job.tenant)
        .bind(job.contract)
        .bind(column(paper.part))
        .bind(&paper.name)
        .bind(&paper.sha256)
        .bind(column(paper.before))
        .bind(column(paper.pages))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// A paper that another contract has too.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) name: String,
    pub(crate) sha256: String,
    /// The other contract's file.
    pub(crate) elsewhere: String,
    /// The day it came.
    pub(crate) received: Date,
}

/// Those papers of a contract that a contract has which may bill or bills. One that was read before papers were kept is known by
/// its file.
pub(crate) async fn shared(connection: &mut PgConnection, job: Job) -> Result<Vec<Shared>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT DISTINCT ON (p.part) p.name, p.sha256, o.file_name, (o.received_at AT TIME ZONE 'UTC')::date AS received \
         FROM paper p CROSS JOIN LATERAL ( \
             SELECT q.contract AS id FROM paper q WHERE q.tenant = p.tenant AND q.sha256 = p.sha256 \
             UNION SELECT f.id FROM contract f WHERE f.tenant = p.tenant AND f.sha256 = p.sha256) twin \
         JOIN contract o ON o.tenant = p.tenant AND o.id = twin.id AND o.id <> p.contract \
         WHERE (p.tenant, p.contract) = ($1, $2) AND o.state NOT IN ('failed', 'rejected', 'superseded') \
         ORDER BY p.part, o.received_at, o.id",
    )
    .bind(job.tenant)
    .bind(job.contract)
    .fetch_all(connection)
    .await?;
    rows.iter().map(shared_paper).collect()
}

fn shared_paper(row: &PgRow) -> Result<Shared, sqlx::Error> {
    let received: jiff_sqlx::Date = row.try_get("received")?;
    Ok(Shared {
        name: row.try_get("name")?,
        sha256: row.try_get("sha256")?,
        elsewhere: row.try_get("file_name")?,
        received: received.to_jiff(),
    })
}

/// The papers of a contract in order; none of one that was read before papers were kept, which has one.
pub(crate) async fn of(
    connection: &mut PgConnection,
    tenant: Uuid,
    contract: Uuid,
) -> Result<Vec<Extent>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT part, name, sha256, before, pages FROM paper WHERE tenant = $1 AND contract = $2 ORDER BY part",
    )
    .bind(tenant)
    .bind(contract)
    .fetch_all(connection)
    .await?;
    rows.iter().map(paper).collect()
}

fn paper(row: &PgRow) -> Result<Extent, sqlx::Error> {
    Ok(Extent {
        part: counted(row.try_get("part")?)?,
        name: row.try_get("name")?,
        sha256: row.try_get("sha256")?,
        before: counted(row.try_get("before")?)?,
        pages: counted(row.try_get("pages")?)?,
    })
}
