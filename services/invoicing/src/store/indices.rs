//! Published values of index series.

use billing::facts::IndexValue;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::author::Author;

/// A value as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Published {
    pub(crate) series: String,
    /// First day of the reference month.
    pub(crate) month: Date,
    pub(crate) value: Decimal,
    /// Where it was published.
    pub(crate) publication: String,
}

struct Row {
    series: String,
    month: jiff_sqlx::Date,
    value: Decimal,
    publication: String,
}

runtime::from_row!(Row {
    series,
    month,
    value,
    publication
});

impl From<Row> for Published {
    fn from(row: Row) -> Self {
        Self {
            series: row.series,
            month: row.month.to_jiff(),
            value: row.value,
            publication: row.publication,
        }
    }
}

impl Published {
    /// As billing takes it: a revision is another fact than what it revises.
    pub(crate) fn fact(self) -> IndexValue {
        IndexValue {
            id: format!("index:{} {} {}", self.series, self.month, self.value.normalize()),
            series: self.series,
            month: self.month,
            value: self.value,
        }
    }
}

/// The values of some series that count: of each month the one recorded last.
pub(crate) async fn of_series(
    connection: &mut PgConnection,
    tenant: Uuid,
    series: &[&str],
) -> Result<Vec<Published>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT DISTINCT ON (series, month) series, month, value, publication FROM index_value \
         WHERE tenant = $1 AND series = ANY($2) ORDER BY series, month, position DESC",
    )
    .bind(tenant)
    .bind(series)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Published::from).collect())
}

pub(crate) async fn add(
    connection: &mut PgConnection,
    author: &Author,
    published: &Published,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO index_value (tenant, series, month, value, publication, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(author.tenant())
    .bind(&published.series)
    .bind(published.month.to_sqlx())
    .bind(published.value)
    .bind(&published.publication)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}
