//! Billing runs.

use jiff::ToSpan;
use jiff::civil::Date;
use runtime::rejection;
use runtime::tenancy::begin_as;
use sqlx::PgConnection;
use tonic::Status;
use wire::invoicing::v1::{
    BillingSettings, ConfigureBillingRequest, ConfigureBillingResponse, GetBillingSettingsRequest,
    GetBillingSettingsResponse, RunBillingRequest, RunBillingResponse,
};

use super::facts::date;
use super::write::{self, Begun};
use super::{database, messages};
use crate::Invoicing;
use crate::author::Author;
use crate::billing_run::{self, Accounts, Done, Order, Rehearsal, RunError, Share};
use crate::store::audit::{self, Deed};
use crate::store::automatic::{self, Setting};
use crate::store::invoices;

/// Invoices in one answer; a message has its limits.
const MOST_SHOWN: u16 = 200;
/// Accounts of one call. Even a slow machine bills them well before a call is cut off.
const MOST_ACCOUNTS: u32 = 20_000;

pub(super) async fn run(
    service: &Invoicing,
    author: Author,
    request: RunBillingRequest,
) -> Result<RunBillingResponse, Status> {
    let (order, accounts) = read(service, &request)?;
    if request.dry_run {
        return rehearse(service, &author, &order, &accounts).await;
    }
    // A run takes many transactions, so the request is not held open meanwhile. What it issues carries its id: an
    // attempt that broke off is completed by sending the request again, and the answer holds what both issued.
    if let Begun::Answered(answer) = begin(service, &author, &request).await? {
        return Ok(answer);
    }
    let done = billing_run::run(&service.pool, &author, &order, &accounts).await?;
    match begin(service, &author, &request).await? {
        Begun::Answered(answer) => Ok(answer),
        Begun::New(mut write) => {
            let answer = answer(&mut write.transaction, &author, &order, &accounts, done).await;
            write
                .finish(answer.map_err(database("reading what was issued"))?)
                .await
        }
    }
}

fn read(service: &Invoicing, request: &RunBillingRequest) -> Result<(Order, Accounts), Status> {
    let through = through(service, &request.through)?;
    let continued = continued(&request.page_token, through)?;
    let (run, after) = continued.unwrap_or_else(|| (request.request_id.clone(), String::new()));
    let accounts = if request.account.is_empty() {
        Accounts::Share(Share {
            after,
            most: accounts_of_call(request.page_size),
        })
    } else {
        Accounts::One(request.account.clone())
    };
    Ok((Order { through, run }, accounts))
}

fn accounts_of_call(asked: u32) -> u32 {
    match asked {
        0 => MOST_ACCOUNTS,
        asked => asked.min(MOST_ACCOUNTS),
    }
}

/// How far ahead anything is billed: further is a slip of the pen, and invoices cannot be taken back.
pub(super) const MOST_YEARS_AHEAD: i32 = 5;

fn through(service: &Invoicing, given: &str) -> Result<Date, Status> {
    let through = date("through", given)?;
    let last = service.clock.today().saturating_add(MOST_YEARS_AHEAD.years());
    if through > last {
        let sentence =
            format!("{through} lies more than {MOST_YEARS_AHEAD} years ahead: bill through {last} at most");
        return Err(rejection::invalid("through", sentence));
    }
    Ok(through)
}

/// Names the run, the day it bills through and the last account it billed.
fn token(order: &Order, last: &str) -> String {
    serde_json::json!([order.run, order.through, last]).to_string()
}

/// The run that a token goes on with, and the account after which it does; none without a token.
fn continued(token: &str, through: Date) -> Result<Option<(String, String)>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    match serde_json::from_str::<(String, Date, String)>(token) {
        Ok((run, same, last)) if same == through && !format!("{run}{last}").contains('\0') => {
            Ok(Some((run, last)))
        }
        Ok((_, other, _)) if other != through => Err(rejection::invalid(
            "page_token",
            format!("is of a run through {other}, not {through}: go on with the same day, or leave it empty"),
        )),
        _ => Err(rejection::invalid(
            "page_token",
            "is none that this service gave; leave it empty to begin again",
        )),
    }
}

async fn begin(
    service: &Invoicing,
    author: &Author,
    request: &RunBillingRequest,
) -> Result<Begun<RunBillingResponse>, Status> {
    write::begin(&service.pool, author, "RunBilling", &request.request_id, request).await
}

async fn answer(
    connection: &mut PgConnection,
    author: &Author,
    order: &Order,
    accounts: &Accounts,
    done: Done,
) -> Result<RunBillingResponse, sqlx::Error> {
    let after = match accounts {
        Accounts::One(_) | Accounts::Named(_) => "",
        Accounts::Share(share) => &share.after,
    };
    let of = (after, done.left.as_deref());
    let issued = invoices::of_run(connection, author.tenant(), &order.run, of, MOST_SHOWN.into()).await?;
    let first = invoices::of_ids(connection, author.tenant(), &issued.first).await?;
    Ok(RunBillingResponse {
        invoices: first.iter().map(messages::invoice).collect(),
        parked: done.parked.iter().map(messages::parked).collect(),
        invoice_count: u64::try_from(issued.invoices).unwrap_or_default(),
        line_count: u64::try_from(issued.lines).unwrap_or_default(),
        next_page_token: done.left.map(|last| token(order, &last)).unwrap_or_default(),
    })
}

async fn rehearse(
    service: &Invoicing,
    author: &Author,
    order: &Order,
    accounts: &Accounts,
) -> Result<RunBillingResponse, Status> {
    let rehearsal = billing_run::rehearse(&service.pool, author, order, accounts, MOST_SHOWN.into()).await?;
    let Rehearsal {
        first,
        invoices,
        lines,
        parked,
        left,
    } = rehearsal;
    Ok(RunBillingResponse {
        invoices: first.iter().map(messages::invoice).collect(),
        parked: parked.iter().map(messages::parked).collect(),
        invoice_count: invoices,
        line_count: lines,
        next_page_token: left.map(|last| token(order, &last)).unwrap_or_default(),
    })
}

/// The longest an invoice waits for late usage.
pub(super) const MOST_GRACE_DAYS: u32 = 60;

pub(super) async fn configure(
    service: &Invoicing,
    author: Author,
    request: ConfigureBillingRequest,
) -> Result<ConfigureBillingResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "ConfigureBilling",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let told = request.settings.unwrap_or_default();
    if told.grace_days > MOST_GRACE_DAYS {
        let sentence = format!("is {}; at most {MOST_GRACE_DAYS} are allowed", told.grace_days);
        return Err(rejection::invalid("settings.grace_days", sentence));
    }
    let setting = Setting {
        is_on: told.automatic,
        grace_days: i32::try_from(told.grace_days).unwrap_or_default(),
    };
    let changed = change(&mut write.transaction, &author, setting).await;
    changed.map_err(database("changing how billing happens"))?;
    let settings = Some(told);
    write.finish(ConfigureBillingResponse { settings }).await
}

async fn change(connection: &mut PgConnection, author: &Author, setting: Setting) -> Result<(), sqlx::Error> {
    let shown =
        |setting: Setting| serde_json::json!({ "on": setting.is_on, "grace_days": setting.grace_days });
    let before = automatic::setting(connection, author.tenant()).await?;
    automatic::set(connection, author, setting).await?;
    let deed = Deed {
        action: "billing.configured",
        subject: "automatic billing".to_owned(),
        reason: String::new(),
        before: Some(shown(before)),
        after: Some(shown(setting)),
    };
    audit::record(connection, author, &[deed]).await
}

pub(super) async fn settings(
    service: &Invoicing,
    author: &Author,
    _: GetBillingSettingsRequest,
) -> Result<GetBillingSettingsResponse, Status> {
    let failed = database("looking up how billing happens");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let setting = automatic::setting(&mut transaction, author.tenant()).await;
    let Setting { is_on, grace_days } = setting.map_err(failed)?;
    Ok(GetBillingSettingsResponse {
        settings: Some(BillingSettings {
            automatic: is_on,
            grace_days: u32::try_from(grace_days).unwrap_or_default(),
        }),
    })
}

impl From<RunError> for Status {
    fn from(error: RunError) -> Self {
        let sentence = error.to_string();
        match error {
            RunError::CannotBeBilled(_) => rejection::failed_precondition("CANNOT_BE_BILLED", sentence),
            RunError::UnknownAccount(_) => rejection::not_found("UNKNOWN_ACCOUNT", sentence),
            RunError::Worker(error) => rejection::internal("running billing", &error),
            RunError::Database(error) => database("running billing")(error),
        }
    }
}
