//! What issued invoices were computed from.

use billing::draft::Payer;
use billing::facts::Facts;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::author::Author;
use crate::billing_run::{Basis, Founded};

/// Keeps the bases of what was just issued.
pub(crate) async fn add(
    connection: &mut PgConnection,
    author: &Author,
    founded: &[Founded],
) -> Result<(), sqlx::Error> {
    let bases = || founded.iter().map(|founded| &founded.basis);
    let first = |founded: &Founded| founded.invoices.first().copied();
    let places: Vec<(i64, Uuid)> = (1..)
        .zip(founded)
        .flat_map(|(number, founded)| founded.invoices.iter().map(move |invoice| (number, *invoice)))
        .collect();
    sqlx::query(
        "INSERT INTO invoice_basis (tenant, id, plan, through, issued_through, versions, facts, events_left_out, so_far, payers, \
           invoices) \
         SELECT $1, id, plan, through, issued_through, versions, facts, events_left_out, so_far, payers, \
           ARRAY(SELECT invoice FROM UNNEST($11::bigint[], $12::uuid[]) WITH ORDINALITY \
             AS member (basis, invoice, place) WHERE member.basis = basis.number ORDER BY place) \
         FROM UNNEST($2::uuid[], $3::text[], $4::date[], $5::date[], $6::integer[], $7::jsonb[], $8::bigint[], \
                     $9::boolean[], $10::jsonb[]) WITH ORDINALITY \
             AS basis (id, plan, through, issued_through, versions, facts, events_left_out, so_far, payers, number)",
    )
    .bind(author.tenant())
    .bind(founded.iter().map(first).collect::<Vec<_>>())
    .bind(bases().map(|basis| basis.agreement.as_str()).collect::<Vec<_>>())
    .bind(bases().map(|basis| basis.through.to_sqlx()).collect::<Vec<_>>())
    .bind(bases().map(|basis| basis.issued_through.map(ToSqlx::to_sqlx)).collect::<Vec<_>>())
    .bind(bases().map(|basis| basis.versions).collect::<Vec<_>>())
    .bind(bases().map(|basis| Json(&basis.facts)).collect::<Vec<_>>())
    .bind(bases().map(|basis| basis.events_left_out).collect::<Vec<_>>())
    .bind(bases().map(|basis| basis.so_far).collect::<Vec<_>>())
    .bind(bases().map(|basis| Json(&basis.payers)).collect::<Vec<_>>())
    .bind(places.iter().map(|(basis, _)| *basis).collect::<Vec<_>>())
    .bind(places.iter().map(|(_, invoice)| *invoice).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}

/// A basis as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) founded: Founded,
    /// Invoices of the agreement that were issued before.
    pub(crate) issued_before: Vec<Uuid>,
}

struct Row {
    plan: String,
    invoices: Vec<Uuid>,
    through: jiff_sqlx::Date,
    issued_through: Option<jiff_sqlx::Date>,
    versions: i32,
    facts: Json<Facts>,
    events_left_out: i64,
    so_far: bool,
    payers: Json<Vec<Payer>>,
    issued_before: Vec<Uuid>,
}

runtime::from_row!(Row {
    plan,
    invoices,
    through,
    issued_through,
    versions,
    facts,
    events_left_out,
    so_far,
    payers,
    issued_before
});

/// What an invoice of an agreement was computed from; none where it was not kept.
pub(crate) async fn of_invoice(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
    invoice: Uuid,
) -> Result<Option<Kept>, sqlx::Error> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT basis.*, ARRAY(SELECT member FROM invoice_basis AS earlier, UNNEST(earlier.invoices) AS member \
             WHERE earlier.tenant = basis.tenant AND earlier.plan = basis.plan AND earlier.position < basis.position) \
             AS issued_before \
         FROM invoice_basis AS basis WHERE tenant = $1 AND plan = $2 AND $3 = ANY(invoices)",
    )
    .bind(tenant)
    .bind(agreement)
    .bind(invoice)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Row::kept))
}

impl Row {
    fn kept(self) -> Kept {
        let basis = Basis {
            agreement: self.plan,
            through: self.through.to_jiff(),
            so_far: self.so_far,
            issued_through: self.issued_through.map(jiff_sqlx::Date::to_jiff),
            versions: self.versions,
            facts: self.facts.0,
            events_left_out: self.events_left_out,
            payers: self.payers.0,
        };
        Kept {
            founded: Founded {
                basis,
                invoices: self.invoices,
            },
            issued_before: self.issued_before,
        }
    }
}
