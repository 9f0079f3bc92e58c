//! Lines as they were issued.

use billing::line::DueReason;
use pricing::period::Period;
use pricing::source::FieldSource;
use pricing::working::Working;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::super::corrupt;
use crate::invoice::{FactUsed, Line};

/// A line and the number of the invoice it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IssuedLine {
    pub(crate) line: Line,
    pub(crate) invoice_number: String,
}

struct Row {
    id: Uuid,
    invoice: Uuid,
    number: String,
    plan: String,
    of_invoice: String,
    charge: String,
    component: String,
    first_day: Option<jiff_sqlx::Date>,
    day_after: Option<jiff_sqlx::Date>,
    sequence: i32,
    description: String,
    quantity: Option<Decimal>,
    amount: Decimal,
    tax: Option<String>,
    reason: Json<DueReason>,
    working: Json<Working>,
    facts: Json<Vec<FactUsed>>,
    sources: Json<Vec<FieldSource>>,
}

runtime::from_row!(Row {
    id,
    invoice,
    number,
    plan,
    of_invoice,
    charge,
    component,
    first_day,
    day_after,
    sequence,
    description,
    quantity,
    amount,
    tax,
    reason,
    working,
    facts,
    sources
});

impl TryFrom<Row> for Line {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.id,
            agreement: Some(row.plan).filter(|plan| *plan != row.of_invoice),
            charge: row.charge,
            component: row.component,
            description: row.description,
            service: period(row.first_day, row.day_after)?,
            sequence: row.sequence,
            quantity: row.quantity,
            amount: row.amount,
            tax: row.tax,
            reason: row.reason.0,
            working: row.working.0,
            facts: row.facts.0,
            sources: row.sources.0,
        })
    }
}

/// A period from the bounds of a range of days; none where there is none.
pub(super) fn period(
    first_day: Option<jiff_sqlx::Date>,
    day_after: Option<jiff_sqlx::Date>,
) -> Result<Option<Period>, sqlx::Error> {
    let bounds = first_day.zip(day_after);
    bounds
        .map(|(start, end)| Period::try_new(start.to_jiff(), end.to_jiff()).map_err(corrupt))
        .transpose()
}

/// The line of that id.
pub(crate) async fn line(
    connection: &mut PgConnection,
    tenant: Uuid,
    id: Uuid,
) -> Result<Option<IssuedLine>, sqlx::Error> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT line.*, lower(line.service) AS first_day, upper(line.service) AS day_after, invoice.number, \
                invoice.plan AS of_invoice \
         FROM invoice_line AS line JOIN invoice ON invoice.tenant = line.tenant AND invoice.id = line.invoice \
         WHERE line.tenant = $1 AND line.id = $2",
    )
    .bind(tenant)
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let invoice_number = row.number.clone();
        Ok(IssuedLine {
            line: row.try_into()?,
            invoice_number,
        })
    })
    .transpose()
}

/// The lines of some invoices, each with its invoice's id, in the order in which they stand.
pub(super) async fn of_invoices(
    connection: &mut PgConnection,
    tenant: Uuid,
    invoices: &[Uuid],
) -> Result<Vec<(Uuid, Line)>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT line.*, lower(line.service) AS first_day, upper(line.service) AS day_after, '' AS number, \
                invoice.plan AS of_invoice \
         FROM UNNEST($2::uuid[]) AS wanted (id) \
         CROSS JOIN LATERAL (SELECT * FROM invoice_line WHERE tenant = $1 AND invoice = wanted.id OFFSET 0) AS line \
         CROSS JOIN LATERAL (SELECT plan FROM invoice WHERE tenant = $1 AND id = wanted.id OFFSET 0) AS invoice \
         ORDER BY line.invoice, line.position",
    )
    .bind(tenant)
    .bind(invoices)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| Ok((row.invoice, row.try_into()?)))
        .collect()
}
