//! Cash that came in and settles nothing, or the wrong invoice: applied later, moved, paid back.

use billing::settlement::{Allocation, apply, leave, on_refund, on_transfer, release};
use jiff::civil::Date;
use pricing::money::Money;
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{SettlingError, held, issued, tell};
use crate::author::Author;
use crate::invoice::{Invoice, Settled};
use crate::store::accounts;
use crate::store::cash::{self, Kind, Transfer};
use crate::store::settlements::{self, Payment};

/// Cash that is to change its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) payment: String,
    /// Taken off this one; of what is unapplied where none is named.
    pub(crate) from: Option<Invoice>,
    /// Applied to this one; left unapplied where none is named.
    pub(crate) to: Option<Invoice>,
    /// As much as there is and is owed where it is not said.
    pub(crate) amount: Option<Decimal>,
    /// The day from which it counts.
    pub(crate) on: Date,
    pub(crate) reason: String,
}

/// Cash that goes back to the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refund {
    pub(crate) payment: String,
    /// All that is unapplied where it is not said.
    pub(crate) amount: Option<Decimal>,
    pub(crate) on: Date,
    /// Where it went and why.
    pub(crate) reason: String,
}

/// A payment that counts, with its own invoice, whose account is held.
struct Held {
    payment: Payment,
    home: Invoice,
}

/// Takes cash off an invoice, applies it to another, or both.
pub(crate) async fn move_cash(
    connection: &mut PgConnection,
    author: &Author,
    wish: &Move,
) -> Result<(), SettlingError> {
    let of = hold(connection, author, &wish.payment, wish.on).await?;
    for invoice in wish.from.iter().chain(&wish.to) {
        check_alike(&of.home, invoice)?;
    }
    let mut amount = wish.amount.map(|amount| Money::new(amount, of.home.currency));
    if let Some(from) = &wish.from {
        amount = Some(take_off(connection, author, &of, (from, amount), wish).await?);
    }
    if let Some(to) = &wish.to {
        put_on(connection, author, &of, (to, amount), wish).await?;
    }
    Ok(())
}

/// Pays unapplied cash back.
pub(crate) async fn refund(
    connection: &mut PgConnection,
    author: &Author,
    wish: &Refund,
) -> Result<(), SettlingError> {
    let of = hold(connection, author, &wish.payment, wish.on).await?;
    let unapplied = unapplied(connection, author, &of).await?;
    let amount = wish
        .amount
        .map_or(unapplied, |amount| Money::new(amount, unapplied.currency));
    leave(wish.on, amount, unapplied)?;
    let Settled { claim, .. } = held(connection, author, &of.home).await?;
    let transfer = Transfer {
        kind: Kind::Refunded,
        invoice: of.home.id,
        ..transfer(&of, wish.on, amount, &wish.reason)
    };
    let entry = on_refund(&claim, wish.on, amount)?;
    cash::add(connection, author, &transfer, &entry).await?;
    let after = json!({ "payment": of.payment.id, "date": wish.on, "amount": amount.amount });
    tell(
        connection,
        author,
        "payment.refunded",
        &claim.number,
        &wish.reason,
        after,
    )
    .await
}

async fn hold(
    connection: &mut PgConnection,
    author: &Author,
    payment: &str,
    on: Date,
) -> Result<Held, SettlingError> {
    let unknown = || SettlingError::UnknownPayment {
        id: payment.to_owned(),
    };
    let known = settlements::payment(connection, author.tenant(), payment).await?;
    let home = issued(connection, author, known.ok_or_else(unknown)?.invoice).await?;
    accounts::hold(connection, author.tenant(), &home.account).await?;
    // Read again: what another did meanwhile is seen.
    let known = settlements::payment(connection, author.tenant(), payment).await?;
    let payment = known.ok_or_else(unknown)?;
    if let Some((on, reason)) = payment.returned {
        return Err(SettlingError::AlreadyReturned {
            id: payment.id,
            on,
            reason,
        });
    }
    let came_in = payment.allocation.on;
    if on < came_in {
        return Err(SettlingError::UsedBefore { on, came_in });
    }
    Ok(Held { payment, home })
}

fn check_alike(home: &Invoice, invoice: &Invoice) -> Result<(), SettlingError> {
    let number = invoice.number().unwrap_or_default();
    if invoice.account != home.account {
        return Err(SettlingError::OtherAccount {
            number,
            account: invoice.account.clone(),
            paid_by: home.account.clone(),
        });
    }
    if invoice.currency != home.currency {
        return Err(SettlingError::OtherCurrency {
            number,
            currency: invoice.currency,
            paid_in: home.currency,
        });
    }
    Ok(())
}

/// Answers how much was taken off.
async fn take_off(
    connection: &mut PgConnection,
    author: &Author,
    of: &Held,
    (from, amount): (&Invoice, Option<Money>),
    wish: &Move,
) -> Result<Money, SettlingError> {
    let Settled { claim, history, .. } = held(connection, author, from).await?;
    let applied = on_it(of, from.id, &history.transfers)?;
    let amount = amount.unwrap_or(applied);
    let allocation = release(&claim, &history.allocations(), (wish.on, amount), applied)?;
    let moved = Transfer {
        kind: Kind::Released,
        invoice: from.id,
        discount: allocation.discount,
        ..transfer(of, wish.on, amount, &wish.reason)
    };
    let entry = on_transfer(&claim, &allocation, history.closing().is_some())?;
    cash::add(connection, author, &moved, &entry).await?;
    let told = told(of, &allocation);
    tell(
        connection,
        author,
        "invoice.cash-taken-off",
        &claim.number,
        &wish.reason,
        told,
    )
    .await?;
    Ok(amount)
}

async fn put_on(
    connection: &mut PgConnection,
    author: &Author,
    of: &Held,
    (to, amount): (&Invoice, Option<Money>),
    wish: &Move,
) -> Result<(), SettlingError> {
    let Settled { claim, history, .. } = held(connection, author, to).await?;
    let unapplied = unapplied(connection, author, of).await?;
    let owed = super::owed(&claim, &history)?;
    let most = if unapplied.amount > owed.amount {
        owed
    } else {
        unapplied
    };
    let amount = amount.unwrap_or(most);
    leave(wish.on, amount, unapplied)?;
    let before = history.allocations();
    let allocation = apply(&claim, &before, history.closing(), (wish.on, amount))?;
    let moved = Transfer {
        kind: Kind::Applied,
        invoice: to.id,
        discount: allocation.discount,
        ..transfer(of, wish.on, amount, &wish.reason)
    };
    let entry = on_transfer(&claim, &allocation, history.closing().is_some())?;
    cash::add(connection, author, &moved, &entry).await?;
    let told = told(of, &allocation);
    tell(
        connection,
        author,
        "invoice.cash-applied",
        &claim.number,
        &wish.reason,
        told,
    )
    .await
}

/// How much a payment has on an invoice.
fn on_it(of: &Held, invoice: Uuid, transfers: &[(Transfer, Allocation)]) -> Result<Money, SettlingError> {
    let begun = if invoice == of.home.id {
        of.payment.allocation.applied
    } else {
        Money::zero(of.home.currency)
    };
    let its = transfers
        .iter()
        .filter(|(moved, _)| moved.payment == of.payment.id && moved.invoice == invoice);
    let sum = its.map(|(_, allocation)| allocation.applied);
    Ok(sum
        .into_iter()
        .try_fold(begun, Money::plus)
        .map_err(billing::settlement::SettlementError::from)?)
}

async fn unapplied(
    connection: &mut PgConnection,
    author: &Author,
    of: &Held,
) -> Result<Money, SettlingError> {
    let found = cash::unapplied_of(connection, author.tenant(), &of.payment.id).await?;
    let amount = found.map_or(Decimal::ZERO, |found| found.amount);
    Ok(Money::new(amount, of.home.currency))
}

fn transfer(of: &Held, on: Date, amount: Money, reason: &str) -> Transfer {
    Transfer {
        payment: of.payment.id.clone(),
        home: of.home.id,
        kind: Kind::Applied,
        invoice: of.home.id,
        on,
        amount,
        discount: Money::zero(amount.currency),
        reason: reason.to_owned(),
        returned: false,
    }
}

fn told(of: &Held, allocation: &Allocation) -> serde_json::Value {
    json!({
        "payment": of.payment.id, "date": allocation.on,
        "applied": allocation.applied.amount, "discount": allocation.discount.amount,
    })
}
