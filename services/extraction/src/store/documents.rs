//! Files by their content, and what the reader made of them.

use contract::page::Document;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::papers::Papers;

/// Keeps a file. Keeping the same bytes again changes nothing.
pub(crate) async fn keep(
    connection: &mut PgConnection,
    tenant: Uuid,
    sha256: &str,
    media: &str,
    bytes: &[u8],
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO document (tenant, sha256, media, bytes, stored_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (tenant, sha256) DO NOTHING",
    )
    .bind(tenant)
    .bind(sha256)
    .bind(media)
    .bind(bytes)
    .bind(at.to_sqlx())
    .execute(connection)
    .await
    .map(drop)
}

/// The bytes of a file.
pub(crate) async fn bytes(
    connection: &mut PgConnection,
    tenant: Uuid,
    sha256: &str,
) -> Result<Vec<u8>, sqlx::Error> {
    sqlx::query_scalar("SELECT bytes FROM document WHERE tenant = $1 AND sha256 = $2")
        .bind(tenant)
        .bind(sha256)
        .fetch_one(connection)
        .await
}

/// Keeps what the reader made of a file, in place of an earlier attempt.
pub(crate) async fn keep_reading(
    connection: &mut PgConnection,
    tenant: Uuid,
    sha256: &str,
    papers: &Papers,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO reading (tenant, sha256, papers) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant, sha256) DO UPDATE SET papers = EXCLUDED.papers, document = NULL",
    )
    .bind(tenant)
    .bind(sha256)
    .bind(Json(papers))
    .execute(connection)
    .await
    .map(drop)
}

/// Papers, or the one document of a file that was read before papers were kept.
type Stored = (Option<Json<Papers>>, Option<Json<Document>>);

/// What the reader made of a file, if it was read. Files read before papers were kept have one document.
pub(crate) async fn reading(
    connection: &mut PgConnection,
    tenant: Uuid,
    sha256: &str,
) -> Result<Option<Papers>, sqlx::Error> {
    let row: Option<Stored> =
        sqlx::query_as("SELECT papers, document FROM reading WHERE tenant = $1 AND sha256 = $2")
            .bind(tenant)
            .bind(sha256)
            .fetch_optional(connection)
            .await?;
    Ok(row.and_then(|(papers, document)| {
        let papers = papers.map(|Json(papers)| papers);
        papers.or_else(|| document.map(|Json(document)| Papers::of_one(document)))
    }))
}
