//! The dated history of seats.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::author::Author;

/// How many seats a charge has from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeatChange {
    pub(crate) id: String,
    pub(crate) charge: String,
    /// The day belongs to the new number.
    pub(crate) date: Date,
    pub(crate) quantity: Decimal,
}

/// A change and its place in the order of recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// Hash of the agreement.
    pub(crate) agreement: String,
    pub(crate) change: SeatChange,
    /// Of several changes on one day the highest counts.
    pub(crate) position: u64,
}

struct Row {
    plan: String,
    id: String,
    charge: String,
    date: jiff_sqlx::Date,
    quantity: Decimal,
    position: i64,
}

runtime::from_row!(Row {
    plan,
    id,
    charge,
    date,
    quantity,
    position
});

impl TryFrom<Row> for Recorded {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let change = SeatChange {
            id: row.id,
            charge: row.charge,
            date: row.date.to_jiff(),
            quantity: row.quantity,
        };
        Ok(Self {
            agreement: row.plan,
            change,
            position: u64::try_from(row.position).map_err(corrupt)?,
        })
    }
}

/// The change of that id.
pub(crate) async fn by_id(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
    id: &str,
) -> Result<Option<Recorded>, sqlx::Error> {
    let row: Option<Row> =
        sqlx::query_as("SELECT * FROM seat_change WHERE tenant = $1 AND plan = $2 AND id = $3")
            .bind(tenant)
            .bind(agreement)
            .bind(id)
            .fetch_optional(connection)
            .await?;
    row.map(Recorded::try_from).transpose()
}

/// The change that counts on exactly that day.
pub(crate) async fn on(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
    charge: &str,
    date: Date,
) -> Result<Option<Recorded>, sqlx::Error> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT * FROM seat_change WHERE tenant = $1 AND plan = $2 AND charge = $3 AND date = $4 \
         ORDER BY position DESC LIMIT 1",
    )
    .bind(tenant)
    .bind(agreement)
    .bind(charge)
    .bind(date.to_sqlx())
    .fetch_optional(connection)
    .await?;
    row.map(Recorded::try_from).transpose()
}

/// All changes under some agreements.
pub(crate) async fn of_agreements(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreements: &[&str],
) -> Result<Vec<Recorded>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT seats.* FROM UNNEST($2::text[]) AS wanted (plan) \
         CROSS JOIN LATERAL (SELECT * FROM seat_change WHERE tenant = $1 AND plan = wanted.plan OFFSET 0) AS seats",
    )
    .bind(tenant)
    .bind(agreements)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Recorded::try_from).collect()
}

pub(crate) async fn add(
    connection: &mut PgConnection,
    author: &Author,
    agreement: &str,
    change: &SeatChange,
    reason: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO seat_change (tenant, plan, id, charge, date, quantity, reason, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(author.tenant())
    .bind(agreement)
    .bind(&change.id)
    .bind(&change.charge)
    .bind(change.date.to_sqlx())
    .bind(change.quantity)
    .bind(reason)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}
