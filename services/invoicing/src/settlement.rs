//! What becomes of issued invoices: payments, voiding, writing off. Each holds the account, so that none crosses a run or
//! another of its kind, and stands in the journal and in the audit log.

pub(crate) mod cash;

use billing::journal::JournalError;
use billing::settlement::{
    Allocation, Claim, SettlementError, allocate, check_void, on_payment, on_write_off, reversed,
    write_off as written_off,
};
use jiff::civil::Date;
use pricing::money::{Currency, Money, MoneyError};
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::author::Author;
use crate::billing_run::{VoidingError, take_back};
use crate::invoice::{Invoice, Settled};
use crate::store::audit::{self, Deed};
use crate::store::settlements::{self, History, Payment};
use crate::store::{accounts, corrupt, invoices, late_fees, plans};

/// A payment as somebody reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Made up when empty.
    pub(crate) id: String,
    pub(crate) on: Date,
    /// In the invoice's currency.
    pub(crate) amount: Decimal,
    pub(crate) reference: String,
}

/// Why nothing was done to an invoice.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettlingError {
    #[error(
        "{0} is a credit note: what it gives back is paid out or set off elsewhere, and is not recorded here"
    )]
    NotAnInvoice(String),
    #[error("the contract of {0} agrees no late fees: none can be charged")]
    NoLateFees(String),
    #[error(transparent)]
    Refused(#[from] SettlementError),
    #[error(
        "the payment `{id}` is recorded with another invoice, day, amount or reference: give this one an id of its own"
    )]
    IdTaken { id: String },
    #[error("there is no payment `{id}`: name it by the id under which it was recorded")]
    UnknownPayment { id: String },
    #[error("the payment `{id}` was taken back on {on} already ({reason})")]
    AlreadyReturned { id: String, on: Date, reason: String },
    #[error(
        "{on} lies before {issued}, the date of {number}: nothing is taken back or lost before it was issued"
    )]
    BeforeIssue { number: String, on: Date, issued: Date },
    #[error("the payment came in on {came_in}: it cannot be taken back before, on {on}")]
    BeforePayment { on: Date, came_in: Date },
    #[error("the payment came in on {came_in}: it cannot be applied or paid back before, on {on}")]
    UsedBefore { on: Date, came_in: Date },
    #[error(
        "{moved} of the payment `{id}` were applied elsewhere or paid back: take them off those invoices first, and what was paid back is lost"
    )]
    Moved { id: String, moved: Money },
    #[error("{number} is owed by `{account}`, but `{paid_by}` paid: cash stays with its account")]
    OtherAccount {
        number: String,
        account: String,
        paid_by: String,
    },
    #[error("{number} is in {currency}, but the payment in {paid_in}: cash is applied in its own currency")]
    OtherCurrency {
        number: String,
        currency: Currency,
        paid_in: Currency,
    },
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Voiding(#[from] VoidingError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Records a payment of an invoice; answers its id. The same payment again changes nothing.
pub(crate) async fn record(
    connection: &mut PgConnection,
    author: &Author,
    invoice: &Invoice,
    receipt: Receipt,
) -> Result<String, SettlingError> {
    let Settled { claim, history, .. } = held(connection, author, invoice).await?;
    let amount = Money::new(receipt.amount, invoice.currency);
    if let Some(known) = settlements::payment(connection, author.tenant(), &receipt.id).await? {
        return same(known, invoice.id, &receipt);
    }
    let before = history.allocations();
    let allocation = allocate(&claim, &before, history.closing(), (receipt.on, amount))?;
    let entry = on_payment(&claim, &allocation, history.closing().is_some())?;
    let id = if receipt.id.is_empty() {
        author.new_id().to_string()
    } else {
        receipt.id
    };
    let payment = Payment {
        id: id.clone(),
        invoice: invoice.id,
        allocation,
        reference: receipt.reference,
        entry: author.new_id(),
        returned: None,
    };
    settlements::add_payment(connection, author, &payment, &entry).await?;
    let after = json!({
        "payment": id, "date": allocation.on, "amount": allocation.amount.amount,
        "applied": allocation.applied.amount, "discount": allocation.discount.amount,
        "over": allocation.over.amount, "reference": payment.reference,
    });
    tell(
        connection,
        author,
        "invoice.payment-recorded",
        &claim.number,
        "",
        after,
    )
    .await?;
    Ok(id)
}

fn same(known: Payment, invoice: Uuid, told: &Receipt) -> Result<String, SettlingError> {
    let same = known.invoice == invoice
        && known.returned.is_none()
        && known.allocation.on == told.on
        && known.allocation.amount.amount == told.amount
        && known.reference == told.reference;
    if same {
        Ok(known.id)
    } else {
        Err(SettlingError::IdTaken { id: known.id })
    }
}

/// Takes a payment back that did not hold; answers the invoice it was of. The same again changes nothing.
pub(crate) async fn take_payment_back(
    connection: &mut PgConnection,
    author: &Author,
    id: &str,
    on: Date,
    reason: &str,
) -> Result<Uuid, SettlingError> {
    let tenant = author.tenant();
    let unknown = || SettlingError::UnknownPayment { id: id.to_owned() };
    let known = settlements::payment(connection, tenant, id).await?;
    let invoice = issued(connection, author, known.ok_or_else(unknown)?.invoice).await?;
    let Settled { claim, history, .. } = held(connection, author, &invoice).await?;
    let payment = history.payments.iter().find(|payment| payment.id == id);
    let payment = payment.ok_or_else(unknown)?;
    if let Some((before, why)) = &payment.returned {
        return if (*before, why.as_str()) == (on, reason) {
            Ok(invoice.id)
        } else {
            Err(SettlingError::AlreadyReturned {
                id: id.to_owned(),
                on: *before,
                reason: why.clone(),
            })
        };
    }
    let came_in = payment.allocation.on;
    if on < came_in {
        return Err(SettlingError::BeforePayment { on, came_in });
    }
    let net = net(payment, &history).map_err(SettlementError::from)?;
    if net.amount != payment.allocation.amount {
        return Err(SettlingError::Moved {
            id: id.to_owned(),
            moved: moved(payment, net).map_err(SettlementError::from)?,
        });
    }
    let entry = on_payment(&claim, &net, history.closing().is_some())?;
    let entry = reversed(&entry, on, format!("payment {id} of {} taken back", claim.number))?;
    settlements::add_return(connection, author, payment, reason, &entry).await?;
    let after = json!({ "payment": id, "date": on });
    tell(
        connection,
        author,
        "invoice.payment-returned",
        &claim.number,
        reason,
        after,
    )
    .await?;
    Ok(invoice.id)
}

/// What a payment does to its own invoice now, with what was moved since.
fn net(payment: &Payment, history: &History) -> Result<Allocation, MoneyError> {
    let since = history.transfers.iter();
    let mut its = since.filter(|(transfer, _)| transfer.payment == payment.id);
    its.try_fold(payment.allocation, |sum, (_, moved)| {
        Ok(Allocation {
            on: sum.on,
            amount: sum.amount.plus(moved.amount)?,
            applied: sum.applied.plus(moved.applied)?,
            discount: sum.discount.plus(moved.discount)?,
            over: sum.over.plus(moved.over)?,
        })
    })
}

fn moved(payment: &Payment, net: Allocation) -> Result<Money, MoneyError> {
    payment.allocation.amount.minus(net.amount)
}

/// What is owed of an invoice; nothing once it is paid.
fn owed(claim: &Claim, history: &History) -> Result<Money, SettlementError> {
    let settled = history.allocations();
    let rest = settled.iter().try_fold(claim.total, |rest, each| {
        rest.minus(each.applied)?.minus(each.discount)
    });
    Ok(rest?)
}

/// Takes an invoice back as a whole; answers its credit note. The days it billed can be billed again.
pub(crate) async fn void(
    connection: &mut PgConnection,
    author: &Author,
    request: &str,
    invoice: &Invoice,
    (on, reason): (Date, &str),
) -> Result<Uuid, SettlingError> {
    let Settled { claim, history, .. } = held(connection, author, invoice).await?;
    check_void(&claim, &history.allocations(), history.closing())?;
    check_day(invoice, &claim.number, on)?;
    let note = take_back(connection, author, request, invoice, on).await?;
    settlements::add_void(connection, author, (invoice.id, note.id), on, reason).await?;
    let after = json!({ "date": on, "credit_note": note.number() });
    tell(connection, author, "invoice.voided", &claim.number, reason, after).await?;
    let number = note.number().unwrap_or_default();
    let after = json!({ "id": note.id, "voids": claim.number, "total": note.total });
    tell(connection, author, "credit-note.issued", &number, reason, after).await?;
    Ok(note.id)
}

/// Gives up what is owed of an invoice.
pub(crate) async fn write_off(
    connection: &mut PgConnection,
    author: &Author,
    invoice: &Invoice,
    (on, reason): (Date, &str),
) -> Result<(), SettlingError> {
    let Settled { claim, history, .. } = held(connection, author, invoice).await?;
    let amount = written_off(&claim, &history.allocations(), history.closing())?;
    check_day(invoice, &claim.number, on)?;
    let entry = on_write_off(&claim, on, amount)?;
    settlements::add_write_off(connection, author, invoice.id, amount, reason, &entry).await?;
    let after = json!({ "date": on, "amount": amount.amount });
    tell(
        connection,
        author,
        "invoice.written-off",
        &claim.number,
        reason,
        after,
    )
    .await
}

/// Decides whether late fees are charged on an invoice; the next run bills or gives back what follows. The same decision
/// again changes nothing.
pub(crate) async fn decide_late_fees(
    connection: &mut PgConnection,
    author: &Author,
    invoice: &Invoice,
    (charged, reason): (bool, &str),
) -> Result<(), SettlingError> {
    let Settled { claim, history, .. } = held(connection, author, invoice).await?;
    if history.late_fees == charged {
        return Ok(());
    }
    let version = plans::version(connection, author.tenant(), &invoice.version).await?;
    if version.is_none_or(|version| version.plan.payment.late.is_none()) {
        return Err(SettlingError::NoLateFees(claim.number));
    }
    let of = (invoice.agreement.as_str(), invoice.id);
    late_fees::decide(connection, author, of, charged, reason).await?;
    let action = if charged {
        "invoice.late-fees-charged"
    } else {
        "invoice.late-fees-waived"
    };
    tell(
        connection,
        author,
        action,
        &claim.number,
        reason,
        json!({ "charged": charged }),
    )
    .await
}

fn check_day(invoice: &Invoice, number: &str, on: Date) -> Result<(), SettlingError> {
    if on >= invoice.invoice_date {
        return Ok(());
    }
    Err(SettlingError::BeforeIssue {
        number: number.to_owned(),
        on,
        issued: invoice.invoice_date,
    })
}

/// What became of an invoice so far, its account held: what another did meanwhile is seen.
async fn held(
    connection: &mut PgConnection,
    author: &Author,
    invoice: &Invoice,
) -> Result<Settled, SettlingError> {
    accounts::hold(connection, author.tenant(), &invoice.account).await?;
    let number = invoice.number().unwrap_or_default();
    let settled = issued(connection, author, invoice.id).await?.settled;
    settled.ok_or(SettlingError::NotAnInvoice(number))
}

async fn issued(connection: &mut PgConnection, author: &Author, id: Uuid) -> Result<Invoice, sqlx::Error> {
    let found = invoices::of_ids(connection, author.tenant(), &[id]).await?;
    let missing = || corrupt("an invoice that was there is gone");
    found.into_iter().next().ok_or_else(missing)
}

async fn tell(
    connection: &mut PgConnection,
    author: &Author,
    action: &'static str,
    number: &str,
    reason: &str,
    after: serde_json::Value,
) -> Result<(), SettlingError> {
    let deed = Deed {
        action,
        subject: number.to_owned(),
        reason: reason.to_owned(),
        before: None,
        after: Some(after),
    };
    Ok(audit::record(connection, author, &[deed]).await?)
}
