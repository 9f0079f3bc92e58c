//! Storing issued invoices: three statements, however many there are.

use jiff_sqlx::ToSqlx;
use pricing::period::Period;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::author::Author;
use crate::invoice::{Invoice, Line, Standing, TaxTotal};

/// Stores invoices with their lines and taxes. `run` names the request that billed them.
pub(crate) async fn add(
    connection: &mut PgConnection,
    author: &Author,
    run: &str,
    invoices: &[Invoice],
) -> Result<(), sqlx::Error> {
    add_heads(connection, author, run, invoices).await?;
    add_lines(connection, author.tenant(), invoices).await?;
    add_taxes(connection, author.tenant(), invoices).await
}

async fn add_heads(
    connection: &mut PgConnection,
    author: &Author,
    run: &str,
    invoices: &[Invoice],
) -> Result<(), sqlx::Error> {
    let text = |field: fn(&Invoice) -> &str| invoices.iter().map(field).collect::<Vec<_>>();
    sqlx::query(
        "INSERT INTO invoice (tenant, issued_at, issued_by, run, id, issuer, series, sequence, number, account, plan, \
           version, customer, currency, invoice_date, due_date, net, tax, total) \
         SELECT $1, $2, $3, $4, invoice.* \
         FROM UNNEST($5::uuid[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::text[], \
           $12::text[], $13::text[], $14::text[], $15::date[], $16::date[], $17::numeric[], $18::numeric[], \
           $19::numeric[]) AS invoice",
    )
    .bind(author.tenant())
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .bind(run)
    .bind(invoices.iter().map(|invoice| invoice.id).collect::<Vec<_>>())
    .bind(text(|invoice| &invoice.issuer))
    .bind(invoices.iter().map(|invoice| invoice.series.to_string()).collect::<Vec<_>>())
    .bind(invoices.iter().map(sequence).collect::<Vec<_>>())
    .bind(invoices.iter().map(Invoice::number).collect::<Vec<_>>())
    .bind(text(|invoice| &invoice.account))
    .bind(text(|invoice| &invoice.agreement))
    .bind(text(|invoice| &invoice.version))
    .bind(text(|invoice| &invoice.customer))
    .bind(text(|invoice| invoice.currency.code()))
    .bind(invoices.iter().map(|invoice| invoice.invoice_date.to_sqlx()).collect::<Vec<_>>())
    .bind(invoices.iter().map(|invoice| invoice.due_date.to_sqlx()).collect::<Vec<_>>())
    .bind(invoices.iter().map(|invoice| invoice.net).collect::<Vec<_>>())
    .bind(invoices.iter().map(|invoice| invoice.tax).collect::<Vec<_>>())
    .bind(invoices.iter().map(|invoice| invoice.total).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}

/// None on a preview, which the table then refuses.
fn sequence(invoice: &Invoice) -> Option<i64> {
    match invoice.standing {
        Standing::Preview => None,
        Standing::Issued { sequence, .. } => Some(sequence),
    }
}

async fn add_lines(
    connection: &mut PgConnection,
    tenant: Uuid,
    invoices: &[Invoice],
) -> Result<(), sqlx::Error> {
    let numbered = |invoice| -> Vec<(&Invoice, i32, &Line)> { number_lines(invoice) };
    let lines: Vec<(&Invoice, i32, &Line)> = invoices.iter().flat_map(numbered).collect();
    let of_invoice =
        |field: fn(&Invoice) -> &str| lines.iter().map(|(of, _, _)| field(of)).collect::<Vec<_>>();
    let text = |field: fn(&Line) -> &str| lines.iter().map(|(_, _, line)| field(line)).collect::<Vec<_>>();
    let service = |day: fn(Period) -> jiff::civil::Date| -> Vec<Option<jiff_sqlx::Date>> {
        lines
            .iter()
            .map(|(_, _, line)| line.service.map(|service| day(service).to_sqlx()))
            .collect()
    };
    sqlx::query(
        "INSERT INTO invoice_line (tenant, id, invoice, position, plan, currency, charge, component, service, sequence, \
           description, quantity, amount, tax, reason, working, facts, sources) \
         SELECT $1, line.id, line.invoice, line.position, line.plan, line.currency, line.charge, line.component, \
           CASE WHEN line.first_day IS NULL THEN NULL ELSE daterange(line.first_day, line.day_after) END, \
           line.sequence, line.description, line.quantity, line.amount, line.tax, line.reason, line.working, \
           line.facts, line.sources \
         FROM UNNEST($2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[], \
           $9::date[], $10::date[], $11::integer[], $12::text[], $13::numeric[], $14::numeric[], $15::text[], \
           $16::jsonb[], $17::jsonb[], $18::jsonb[], $19::jsonb[]) \
           AS line (id, invoice, position, plan, currency, charge, component, first_day, day_after, sequence, \
             description, quantity, amount, tax, reason, working, facts, sources)",
    )
    .bind(tenant)
    .bind(lines.iter().map(|(_, _, line)| line.id).collect::<Vec<_>>())
    .bind(lines.iter().map(|(of, _, _)| of.id).collect::<Vec<_>>())
    .bind(lines.iter().map(|(_, position, _)| *position).collect::<Vec<_>>())
    .bind(lines.iter().map(|(of, _, line)| of.agreement_of(line)).collect::<Vec<_>>())
    .bind(of_invoice(|invoice| invoice.currency.code()))
    .bind(text(|line| &line.charge))
    .bind(text(|line| &line.component))
    .bind(service(Period::start))
    .bind(service(Period::end))
    .bind(lines.iter().map(|(_, _, line)| line.sequence).collect::<Vec<_>>())
    .bind(text(|line| &line.description))
    .bind(lines.iter().map(|(_, _, line)| line.quantity).collect::<Vec<_>>())
    .bind(lines.iter().map(|(_, _, line)| line.amount).collect::<Vec<_>>())
    .bind(lines.iter().map(|(_, _, line)| line.tax.as_deref()).collect::<Vec<_>>())
    .bind(lines.iter().map(|(_, _, line)| Json(&line.reason)).collect::<Vec<_>>())
    .bind(lines.iter().map(|(_, _, line)| Json(&line.working)).collect::<Vec<_>>())
    .bind(lines.iter().map(|(_, _, line)| Json(&line.facts)).collect::<Vec<_>>())
    .bind(lines.iter().map(|(_, _, line)| Json(&line.sources)).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}

fn number_lines(invoice: &Invoice) -> Vec<(&Invoice, i32, &Line)> {
    (1..)
        .zip(&invoice.lines)
        .map(|(position, line)| (invoice, position, line))
        .collect()
}

async fn add_taxes(
    connection: &mut PgConnection,
    tenant: Uuid,
    invoices: &[Invoice],
) -> Result<(), sqlx::Error> {
    let taxes: Vec<(Uuid, &TaxTotal)> = invoices
        .iter()
        .flat_map(|invoice| invoice.taxes.iter().map(|tax| (invoice.id, tax)))
        .collect();
    if taxes.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO invoice_tax (tenant, invoice, tax, name, percent, included, net, amount) \
         SELECT $1, tax.* FROM UNNEST($2::uuid[], $3::text[], $4::text[], $5::numeric[], $6::boolean[], $7::numeric[], \
           $8::numeric[]) AS tax",
    )
    .bind(tenant)
    .bind(taxes.iter().map(|(invoice, _)| *invoice).collect::<Vec<_>>())
    .bind(taxes.iter().map(|(_, tax)| tax.tax.as_str()).collect::<Vec<_>>())
    .bind(taxes.iter().map(|(_, tax)| tax.name.as_str()).collect::<Vec<_>>())
    .bind(taxes.iter().map(|(_, tax)| tax.percent).collect::<Vec<_>>())
    .bind(taxes.iter().map(|(_, tax)| tax.included).collect::<Vec<_>>())
    .bind(taxes.iter().map(|(_, tax)| tax.net).collect::<Vec<_>>())
    .bind(taxes.iter().map(|(_, tax)| tax.amount).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}
