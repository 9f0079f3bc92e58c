//! What becomes of issued invoices: payments, voiding, writing off.

use billing::settlement::{Settlement, SettlementError};
use jiff::civil::Date;
use pricing::money::Currency;
use runtime::rejection;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use tonic::Status;
use uuid::Uuid;
use wire::invoicing::v1::{
    self, DecideLateFeesRequest, DecideLateFeesResponse, InvoiceState, RecordPaymentRequest,
    RecordPaymentResponse, ReturnPaymentRequest, ReturnPaymentResponse, VoidInvoiceRequest,
    VoidInvoiceResponse, WriteOffInvoiceRequest, WriteOffInvoiceResponse,
};

use super::facts::{checked_id, date, text};
use super::messages::{self, money};
use super::write::{self, Begun};
use super::{database, invoices};
use crate::Invoicing;
use crate::author::Author;
use crate::billing_run::VoidingError;
use crate::invoice::Settled;
use crate::settlement::{self, Receipt, SettlingError};
use crate::store::settlements::Payment;

pub(super) async fn record(
    service: &Invoicing,
    author: Author,
    request: RecordPaymentRequest,
) -> Result<RecordPaymentResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "RecordPayment",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let receipt = Receipt {
        id: checked_id("id", &request.id)?,
        on: date("date", &request.date)?,
        amount: amount(&request.amount)?,
        reference: needed(
            "reference",
            &request.reference,
            "name the bank statement or the provider's payment",
        )?,
    };
    let invoice = invoices::called(&mut write.transaction, &author, &request.invoice).await?;
    let id = settlement::record(&mut write.transaction, &author, &invoice, receipt).await?;
    let invoice = Some(shown(&mut write.transaction, &author, invoice.id).await?);
    write.finish(RecordPaymentResponse { id, invoice }).await
}

pub(super) async fn take_back(
    service: &Invoicing,
    author: Author,
    request: ReturnPaymentRequest,
) -> Result<ReturnPaymentResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "ReturnPayment",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let id = checked_id("id", &request.id)?;
    let on = date("date", &request.date)?;
    let reason = reason(&request.reason)?;
    let id = settlement::take_payment_back(&mut write.transaction, &author, &id, on, &reason).await?;
    let invoice = Some(shown(&mut write.transaction, &author, id).await?);
    write.finish(ReturnPaymentResponse { invoice }).await
}

pub(super) async fn void(
    service: &Invoicing,
    author: Author,
    request: VoidInvoiceRequest,
) -> Result<VoidInvoiceResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "VoidInvoice",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let (on, reason) = (day(service, &request.date)?, reason(&request.reason)?);
    let invoice = invoices::called(&mut write.transaction, &author, &request.invoice).await?;
    let voiding = settlement::void(
        &mut write.transaction,
        &author,
        &request.request_id,
        &invoice,
        (on, &reason),
    );
    let note = voiding.await?;
    let answer = VoidInvoiceResponse {
        invoice: Some(shown(&mut write.transaction, &author, invoice.id).await?),
        credit_note: Some(shown(&mut write.transaction, &author, note).await?),
    };
    write.finish(answer).await
}

pub(super) async fn write_off(
    service: &Invoicing,
    author: Author,
    request: WriteOffInvoiceRequest,
) -> Result<WriteOffInvoiceResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "WriteOffInvoice",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let (on, reason) = (day(service, &request.date)?, reason(&request.reason)?);
    let invoice = invoices::called(&mut write.transaction, &author, &request.invoice).await?;
    settlement::write_off(&mut write.transaction, &author, &invoice, (on, &reason)).await?;
    let invoice = Some(shown(&mut write.transaction, &author, invoice.id).await?);
    write.finish(WriteOffInvoiceResponse { invoice }).await
}

pub(super) async fn decide_late_fees(
    service: &Invoicing,
    author: Author,
    request: DecideLateFeesRequest,
) -> Result<DecideLateFeesResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "DecideLateFees",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let reason = reason(&request.reason)?;
    let invoice = invoices::called(&mut write.transaction, &author, &request.invoice).await?;
    let decision = (request.charged, reason.as_str());
    settlement::decide_late_fees(&mut write.transaction, &author, &invoice, decision).await?;
    let invoice = Some(shown(&mut write.transaction, &author, invoice.id).await?);
    write.finish(DecideLateFeesResponse { invoice }).await
}

pub(super) fn day(service: &Invoicing, given: &str) -> Result<Date, Status> {
    if given.is_empty() {
        Ok(service.clock.today())
    } else {
        date("date", given)
    }
}

pub(super) fn reason(given: &str) -> Result<String, Status> {
    needed("reason", given, "say why; it is kept for ever")
}

pub(super) fn needed(field: &str, given: &str, what: &str) -> Result<String, Status> {
    if given.trim().is_empty() {
        return Err(rejection::invalid(field, format!("is missing: {what}")));
    }
    text(field, given, 2000)
}

pub(super) fn amount(given: &str) -> Result<Decimal, Status> {
    let wrong = |_| rejection::invalid("amount", format!("`{given}` is no amount: write 1234.50"));
    Decimal::from_str_exact(given).map_err(wrong)
}

/// An invoice as it stands now.
pub(super) async fn shown(
    connection: &mut PgConnection,
    author: &Author,
    id: Uuid,
) -> Result<v1::Invoice, Status> {
    let found = invoices::called(connection, author, &id.to_string()).await?;
    Ok(messages::invoice(&found))
}

/// The state of an invoice, and what became of it.
pub(super) fn message(settled: &Settled, currency: Currency) -> (InvoiceState, v1::Settlement) {
    let shown = |amount: &pricing::money::Money| money(amount.amount, currency);
    let claim = &settled.claim;
    let told = v1::Settlement {
        reason: settled
            .history
            .closing
            .as_ref()
            .map(|(_, reason)| reason.clone())
            .unwrap_or_default(),
        early: claim.early.as_ref().map(|offer| v1::EarlyOffer {
            until: offer.until.to_string(),
            payable: shown(&offer.payable),
            discount: shown(&offer.discount),
        }),
        late_fees: settled.history.late_fees,
        payments: settled
            .history
            .payments
            .iter()
            .map(|each| payment(each, currency))
            .collect(),
        ..v1::Settlement::default()
    };
    match &settled.settlement {
        Settlement::Open { paid, owed } => {
            let (paid, owed) = (shown(paid), shown(owed));
            (InvoiceState::Issued, v1::Settlement { paid, owed, ..told })
        }
        Settlement::Paid {
            on,
            paid,
            discount,
            over,
        } => {
            let told = v1::Settlement {
                paid: shown(paid),
                discount: shown(discount),
                over: shown(over),
                closed_on: on.to_string(),
                ..told
            };
            (InvoiceState::Paid, told)
        }
        Settlement::Void { on, credit_note } => {
            let told = v1::Settlement {
                closed_on: on.to_string(),
                credit_note: credit_note.clone(),
                ..told
            };
            (InvoiceState::Void, told)
        }
        Settlement::Uncollectible { on, paid, lost } => {
            let told = v1::Settlement {
                paid: shown(paid),
                owed: shown(lost),
                closed_on: on.to_string(),
                ..told
            };
            (InvoiceState::Uncollectible, told)
        }
    }
}

fn payment(payment: &Payment, currency: Currency) -> v1::Payment {
    let allocation = &payment.allocation;
    let (returned_on, returned_because) = match &payment.returned {
        Some((on, why)) => (on.to_string(), why.clone()),
        None => (String::new(), String::new()),
    };
    v1::Payment {
        id: payment.id.clone(),
        date: allocation.on.to_string(),
        amount: money(allocation.amount.amount, currency),
        reference: payment.reference.clone(),
        discount: money(allocation.discount.amount, currency),
        over: money(allocation.over.amount, currency),
        returned_on,
        returned_because,
    }
}

impl From<SettlingError> for Status {
    fn from(error: SettlingError) -> Self {
        let sentence = error.to_string();
        match error {
            SettlingError::NotAnInvoice(_) => rejection::failed_precondition("NOT_AN_INVOICE", sentence),
            SettlingError::Refused(refused) => refusal(&refused, sentence),
            SettlingError::IdTaken { .. } => rejection::already_exists("PAYMENT_EXISTS", sentence),
            SettlingError::NoLateFees(_) => rejection::failed_precondition("NO_LATE_FEES", sentence),
            SettlingError::UnknownPayment { .. } => rejection::not_found("UNKNOWN_PAYMENT", sentence),
            SettlingError::AlreadyReturned { .. } => {
                rejection::already_exists("PAYMENT_ALREADY_RETURNED", sentence)
            }
            SettlingError::BeforeIssue { .. }
            | SettlingError::BeforePayment { .. }
            | SettlingError::UsedBefore { .. } => rejection::invalid("date", sentence),
            SettlingError::Moved { .. } => rejection::failed_precondition("PAYMENT_MOVED", sentence),
            SettlingError::OtherAccount { .. } => rejection::failed_precondition("OTHER_ACCOUNT", sentence),
            SettlingError::OtherCurrency { .. } => rejection::failed_precondition("OTHER_CURRENCY", sentence),
            SettlingError::Journal(error) => rejection::internal("writing a journal entry", &error),
            SettlingError::Voiding(VoidingError::Database(error)) => database("voiding an invoice")(error),
            SettlingError::Voiding(error) => rejection::internal("writing a credit note", &error),
            SettlingError::Database(error) => database("recording what became of an invoice")(error),
        }
    }
}

fn refusal(refused: &SettlementError, sentence: String) -> Status {
    match refused {
        SettlementError::NotPositive(_) | SettlementError::NotPayable(_) => {
            rejection::invalid("amount", sentence)
        }
        SettlementError::Void { .. } => rejection::failed_precondition("INVOICE_VOID", sentence),
        SettlementError::WrittenOff { .. } => rejection::failed_precondition("INVOICE_WRITTEN_OFF", sentence),
        SettlementError::HasPayments { .. } => {
            rejection::failed_precondition("INVOICE_HAS_PAYMENTS", sentence)
        }
        SettlementError::NothingOwed { .. } => rejection::failed_precondition("NOTHING_OWED", sentence),
        SettlementError::MoreThanOwed { .. }
        | SettlementError::MoreThanApplied { .. }
        | SettlementError::MoreThanUnapplied { .. } => rejection::invalid("amount", sentence),
        SettlementError::Money(_) => rejection::invalid("amount", sentence),
    }
}
