//! Cash that changed its place after it came in, and what of it settles nothing.

use billing::journal::JournalEntry;
use billing::settlement::Allocation;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use pricing::money::{Currency, Money};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use super::journal::{self, Posted};
use crate::author::Author;

/// What was done with cash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Applied,
    Released,
    Refunded,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Released => "released",
            Self::Refunded => "refunded",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        let all = [Self::Applied, Self::Released, Self::Refunded];
        all.into_iter().find(|kind| kind.name() == name)
    }
}

/// Cash that changed its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transfer {
    pub(crate) payment: String,
    /// The invoice the payment was recorded for: its unapplied cash stands there.
    pub(crate) home: Uuid,
    pub(crate) kind: Kind,
    pub(crate) invoice: Uuid,
    pub(crate) on: Date,
    /// Above zero.
    pub(crate) amount: Money,
    /// By how much the invoice's discount for paying early changed.
    pub(crate) discount: Money,
    /// Why, or where a refund went.
    pub(crate) reason: String,
    /// Does the payment no longer count?
    pub(crate) returned: bool,
}

impl Transfer {
    /// What it means for one of its two invoices; none for any other, and where it counts no more.
    pub(crate) fn on_invoice(&self, invoice: Uuid) -> Option<Allocation> {
        let (is_home, is_there) = (self.home == invoice, self.invoice == invoice);
        if !(is_home || is_there) || (is_home && self.returned) {
            return None;
        }
        let zero = Decimal::ZERO;
        let settles = match self.kind {
            Kind::Applied => self.amount.amount,
            Kind::Released => -self.amount.amount,
            Kind::Refunded => zero,
        };
        let leaves = match self.kind {
            Kind::Released => -self.amount.amount,
            Kind::Applied | Kind::Refunded => self.amount.amount,
        };
        let applied = if is_there { settles } else { zero };
        let over = if is_home { -leaves } else { zero };
        let money = |amount: Decimal| Money::new(amount, self.amount.currency);
        Some(Allocation {
            on: self.on,
            amount: money(applied.checked_add(over)?),
            applied: money(applied),
            discount: if is_there { self.discount } else { money(zero) },
            over: money(over),
        })
    }
}

struct Row {
    payment: String,
    home: Uuid,
    kind: String,
    invoice: Uuid,
    currency: String,
    date: jiff_sqlx::Date,
    amount: Decimal,
    discount: Decimal,
    reason: String,
    returned: bool,
}

runtime::from_row!(Row {
    payment,
    home,
    kind,
    invoice,
    currency,
    date,
    amount,
    discount,
    reason,
    returned
});

impl TryFrom<Row> for Transfer {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let currency: Currency = row.currency.parse().map_err(corrupt)?;
        Ok(Self {
            payment: row.payment,
            home: row.home,
            kind: Kind::parse(&row.kind).ok_or_else(|| corrupt("a transfer of no known kind"))?,
            invoice: row.invoice,
            on: row.date.to_jiff(),
            amount: Money::new(row.amount, currency),
            discount: Money::new(row.discount, currency),
            reason: row.reason,
            returned: row.returned,
        })
    }
}

/// Transfers to and from some invoices, and of the payments recorded for them, in the order of recording.
pub(crate) async fn of_invoices(
    connection: &mut PgConnection,
    tenant: Uuid,
    invoices: &[Uuid],
) -> Result<Vec<Transfer>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT moved.payment, paid.invoice AS home, moved.kind, moved.invoice, moved.currency, moved.date, \
                moved.amount, moved.discount, moved.reason, returned.payment IS NOT NULL AS returned \
         FROM ( \
             SELECT there.id FROM UNNEST($2::uuid[]) AS wanted (invoice) CROSS JOIN LATERAL \
               (SELECT id FROM cash_transfer WHERE tenant = $1 AND invoice = wanted.invoice OFFSET 0) AS there \
             UNION \
             SELECT here.id FROM UNNEST($2::uuid[]) AS wanted (invoice) CROSS JOIN LATERAL \
               (SELECT id FROM payment WHERE tenant = $1 AND invoice = wanted.invoice OFFSET 0) AS paid CROSS JOIN LATERAL \
               (SELECT id FROM cash_transfer WHERE tenant = $1 AND payment = paid.id OFFSET 0) AS here \
         ) AS wanted \
         CROSS JOIN LATERAL (SELECT * FROM cash_transfer WHERE tenant = $1 AND id = wanted.id OFFSET 0) AS moved \
         CROSS JOIN LATERAL (SELECT invoice FROM payment WHERE tenant = $1 AND id = moved.payment OFFSET 0) AS paid \
         LEFT JOIN LATERAL \
           (SELECT payment FROM payment_return WHERE tenant = $1 AND payment = moved.payment OFFSET 0) AS returned ON true \
         ORDER BY moved.position",
    )
    .bind(tenant)
    .bind(invoices)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Transfer::try_from).collect()
}

/// Stores a transfer with its entry.
pub(crate) async fn add(
    connection: &mut PgConnection,
    author: &Author,
    transfer: &Transfer,
    entry: &JournalEntry,
) -> Result<(), sqlx::Error> {
    let posted = Posted {
        id: author.new_id(),
        invoice: transfer.invoice,
        entry,
    };
    journal::post(connection, author, &[posted]).await?;
    sqlx::query(
        "INSERT INTO cash_transfer (tenant, id, payment, kind, invoice, currency, date, amount, discount, reason, entry, \
           recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(author.tenant())
    .bind(author.new_id())
    .bind(&transfer.payment)
    .bind(transfer.kind.name())
    .bind(transfer.invoice)
    .bind(transfer.amount.currency.code())
    .bind(transfer.on.to_sqlx())
    .bind(transfer.amount.amount)
    .bind(transfer.discount.amount)
    .bind(&transfer.reason)
    .bind(posted.id)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}

/// What of a payment settles nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unapplied {
    pub(crate) payment: String,
    /// Number of the invoice it was recorded for.
    pub(crate) number: String,
    pub(crate) account: String,
    pub(crate) currency: String,
    pub(crate) date: jiff_sqlx::Date,
    pub(crate) reference: String,
    pub(crate) amount: Decimal,
}

runtime::from_row!(Unapplied {
    payment,
    number,
    account,
    currency,
    date,
    reference,
    amount
});

/// Of one payment, even if nothing; none where there is no such payment, or it was taken back.
pub(crate) async fn unapplied_of(
    connection: &mut PgConnection,
    tenant: Uuid,
    payment: &str,
) -> Result<Option<Unapplied>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM unapplied_cash WHERE tenant = $1 AND payment = $2")
        .bind(tenant)
        .bind(payment)
        .fetch_optional(connection)
        .await
}

/// Payments of which something settles nothing, after one in their order: an account's, or everybody's.
pub(crate) async fn unapplied(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Unapplied>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM unapplied_cash WHERE tenant = $1 AND ($2 = '' OR account = $2) AND payment > $3 AND amount > 0 \
         ORDER BY payment LIMIT $4",
    )
    .bind(tenant)
    .bind(account)
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await
}
