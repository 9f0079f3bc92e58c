//! Copies of a contract: as many as a company comes to have, for measuring the service at that size.
//!
//! A copy is complete: a file of its own, what the reader made of it, every revision and event, and the plan that left.
//! Nothing in the service can tell it from a contract that somebody handed in.

use runtime::tenancy;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Copies to make of a contract.
#[derive(Debug, Clone)]
pub struct Copies {
    /// Whose contract it is.
    pub tenant: Uuid,
    /// The contract that is copied.
    pub original: Uuid,
    /// One copy for each. Its number is in the names of its customer and its file, and it came that many times ten
    /// minutes earlier than the original.
    pub numbers: Vec<i32>,
}

/// Every copy with the names it goes by. The file's bytes differ by what is written after its end, where no reader looks.
const NAME: &str = "CREATE TEMP TABLE copy ON COMMIT DROP AS \
    SELECT n, md5($2::text || '/' || n)::uuid AS id, encode(sha256(d.bytes || convert_to(E'\\n% ' || n, 'UTF8')), 'hex') AS sha256, \
           CASE WHEN o.customer = '' THEN '' ELSE format('Customer %s, Inc.', n) END AS customer, \
           make_interval(mins => n * 10) AS age \
    FROM unnest($3::int[]) AS n, contract o JOIN document d USING (tenant, sha256) WHERE o.tenant = $1 AND o.id = $2";

/// In an order in which each row finds what it refers to. Names are replaced wherever they stand: in JSON as in columns.
const PARTS: [&str; 7] = [
    "INSERT INTO document (tenant, sha256, media, bytes, stored_at) \
     SELECT tenant, copy.sha256, media, bytes || convert_to(E'\\n% ' || n, 'UTF8'), stored_at - age \
     FROM copy, contract o JOIN document d USING (tenant, sha256) WHERE tenant = $1 AND o.id = $2",
    "INSERT INTO reading (tenant, sha256, document, papers) \
     SELECT tenant, copy.sha256, replace(document::text, o.sha256, copy.sha256)::json, replace(papers::text, o.sha256, copy.sha256)::json \
     FROM copy, contract o JOIN reading USING (tenant, sha256) WHERE tenant = $1 AND o.id = $2",
    "INSERT INTO contract (tenant, id, sha256, file_name, state, revision, customer, open_flags, blocking_flags, pages, readers, \
                           failure_code, failure, received_at, printed_total, currency, last_actor, flag_codes) \
     SELECT tenant, copy.id, copy.sha256, format('order-%s.pdf', n), state, revision, copy.customer, open_flags, \
            blocking_flags, pages, readers, failure_code, failure, received_at - age, printed_total, currency, last_actor, flag_codes \
     FROM copy, contract o WHERE tenant = $1 AND o.id = $2",
    "INSERT INTO paper (tenant, contract, part, name, sha256, before, pages) \
     SELECT p.tenant, copy.id, part, name, replace(p.sha256, o.sha256, copy.sha256), before, p.pages \
     FROM copy, contract o JOIN paper p ON (p.tenant, p.contract) = (o.tenant, o.id) WHERE o.tenant = $1 AND o.id = $2",
    "INSERT INTO revision (tenant, contract, number, content, made_at) \
     SELECT r.tenant, copy.id, number, \
            CASE WHEN o.customer = '' THEN content ELSE replace(content::text, o.customer, copy.customer)::jsonb END, made_at - age \
     FROM copy, contract o JOIN revision r ON (r.tenant, r.contract) = (o.tenant, o.id) WHERE o.tenant = $1 AND o.id = $2",
    "INSERT INTO event (tenant, contract, at, actor, action, state, revision, path, before, after, reason, trace) \
     SELECT tenant, copy.id, at - age, actor, action, state, revision, path, before, after, reason, trace \
     FROM copy, (SELECT * FROM event WHERE tenant = $1 AND contract = $2) AS e ORDER BY n, seq",
    "INSERT INTO outbox (tenant, contract, revision, content_hash, plan, submitted_by, approved_by, approved_at, traceparent, \
                         state, attempts, last_error, next_attempt_at, first_approved_by) \
     SELECT tenant, copy.id, revision, content_hash, plan, submitted_by, approved_by, approved_at - age, traceparent, \
            state, attempts, last_error, next_attempt_at, first_approved_by \
     FROM copy, outbox WHERE tenant = $1 AND contract = $2",
];

/// Makes them in one transaction. The planner is told of them at once, as it would be by itself a little later.
///
/// # Errors
/// The database's own; then none was made. Copies with the same numbers may be made once.
pub async fn copy(pool: &PgPool, copies: &Copies) -> Result<(), sqlx::Error> {
    let mut transaction = tenancy::begin_for_worker(pool, "copies").await?;
    let name = sqlx::query(NAME).bind(copies.tenant).bind(copies.original);
    name.bind(&copies.numbers).execute(&mut *transaction).await?;
    for part in PARTS {
        let part = sqlx::query(part).bind(copies.tenant).bind(copies.original);
        part.execute(&mut *transaction).await?;
    }
    analyse(&mut transaction).await?;
    transaction.commit().await
}

async fn analyse(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let analysed = sqlx::query("ANALYZE document, reading, contract, paper, revision, event, outbox");
    analysed.execute(connection).await.map(drop)
}
