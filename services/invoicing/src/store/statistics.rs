//! What the planner knows about the tables. PostgreSQL looks after it once a minute at best; a run that fills a table
//! within seconds says so itself, else checks of foreign keys and the like go on as if the table were small.

use sqlx::{AssertSqlSafe, PgPool};

/// Below this many new rows nothing can go wrong for long.
const FEW: i64 = 500;

/// Has those tables analysed that have twice as many rows as when they were analysed last.
pub(crate) async fn refresh(pool: &PgPool) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let grown: Vec<String> = sqlx::query_scalar(
        "SELECT quote_ident(counted.relname) FROM pg_stat_user_tables AS counted \
         JOIN pg_class AS class ON class.oid = counted.relid \
         WHERE counted.schemaname = current_schema() \
           AND counted.n_mod_since_analyze > greatest(class.reltuples, 0) + $1",
    )
    .bind(FEW)
    .fetch_all(&mut *connection)
    .await?;
    for table in grown {
        tracing::debug!(table, "it grew; its statistics are taken anew");
        // The name is quoted, and comes from the catalogue; ANALYZE takes no parameters.
        let statement = AssertSqlSafe(format!("ANALYZE {table}"));
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    Ok(())
}
