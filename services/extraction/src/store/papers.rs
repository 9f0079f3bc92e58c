//! Which pages of a contract are which paper.

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
