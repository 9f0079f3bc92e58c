//! Drafts: what is due and waits to be issued, and how long it does.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use runtime::rejection;
use runtime::tenancy::begin_as;
use sqlx::PgConnection;
use tonic::Status;
use wire::invoicing::v1::set_grace_period_request::Of;
use wire::invoicing::v1::{
    self, GracePeriod, InvoiceState, ListDraftsRequest, ListDraftsResponse, ListGracePeriodsRequest,
    ListGracePeriodsResponse, SetGracePeriodRequest, SetGracePeriodResponse,
};

use super::billing::MOST_GRACE_DAYS;
use super::write::{self, Begun};
use super::{database, messages, page_size};
use crate::Invoicing;
use crate::author::Author;
use crate::automatic::days_of;
use crate::billing_run::{self, Accounts, Order};
use crate::store::accounts::{self, Parked};
use crate::store::arrangements;
use crate::store::audit::{self, Deed};
use crate::store::automatic::{self, Dated};
use crate::store::grace::{self, Scope};
use crate::store::page;

/// Accounts of one call: each may have a draft for every period that is due.
const MOST_ACCOUNTS: u16 = 200;

pub(super) async fn list(
    service: &Invoicing,
    author: &Author,
    request: ListDraftsRequest,
) -> Result<ListDraftsResponse, Status> {
    let failed = database("looking up drafts");
    let size = page_size(request.page_size, MOST_ACCOUNTS);
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let setting = automatic::setting(&mut transaction, author.tenant())
        .await
        .map_err(&failed)?;
    let days = days_of(
        &mut transaction,
        &service.clock,
        author.tenant(),
        setting.grace_days,
    );
    let days = days.await.map_err(&failed)?;
    let wanted = (request.page_token.as_str(), request.account.as_str());
    let limit = i64::from(size).saturating_add(1);
    let dated = automatic::dated(&mut transaction, author.tenant(), &days, wanted, limit).await;
    let (dated, next_page_token) = page(dated.map_err(&failed)?, size.into(), |last| last.account.clone());
    let dated = if request.account.is_empty() {
        billed_apart(&mut transaction, author, dated)
            .await
            .map_err(&failed)?
    } else {
        dated
    };
    drop(transaction);
    let (drafts, parked) = drafted(service, author, dated, setting.is_on).await?;
    Ok(ListDraftsResponse {
        drafts,
        parked: parked.iter().map(messages::parked).collect(),
        next_page_token,
    })
}

/// Accounts without those that are billed together with another of them.
async fn billed_apart(
    connection: &mut PgConnection,
    author: &Author,
    dated: Vec<Dated>,
) -> Result<Vec<Dated>, sqlx::Error> {
    let accounts: Vec<String> = dated.iter().map(|dated| dated.account.clone()).collect();
    let heads = arrangements::heads(connection, author.tenant(), &accounts).await?;
    let each = dated.into_iter().zip(heads.iter().enumerate());
    // Together with one that has no contract of its own, the first of them stands for all.
    let apart = each.filter(|(dated, (at, head))| {
        **head == dated.account
            || (!accounts.contains(head) && heads.iter().position(|other| other == *head) == Some(*at))
    });
    Ok(apart.map(|(dated, _)| dated).collect())
}

/// The drafts of accounts on their days, in the order of their dates.
async fn drafted(
    service: &Invoicing,
    author: &Author,
    dated: Vec<Dated>,
    issued_by_itself: bool,
) -> Result<(Vec<v1::Invoice>, Vec<Parked>), Status> {
    let mut by_days: BTreeMap<(Date, Date), Vec<String>> = BTreeMap::new();
    for dated in dated {
        let days = (dated.today, dated.through);
        by_days.entry(days).or_default().push(dated.account);
    }
    let (mut drafts, mut parked) = (Vec::new(), Vec::new());
    for (wait, accounts) in by_days {
        let (through, run) = (wait.0, String::new());
        let order = Order { through, run };
        let accounts = Accounts::Named(accounts);
        let found = billing_run::rehearse(&service.pool, author, &order, &accounts, usize::MAX).await?;
        parked.extend(found.parked);
        drafts.extend(found.first.iter().map(|draft| v1::Invoice {
            state: InvoiceState::Draft.into(),
            issues_on: if issued_by_itself {
                issues_on(draft.invoice_date, wait)
            } else {
                String::new()
            },
            ..messages::invoice(draft)
        }));
    }
    drafts.sort_by(|a, b| (&a.invoice_date, &a.account).cmp(&(&b.invoice_date, &b.account)));
    Ok((drafts, parked))
}

/// The day on which a draft of a day is issued, for an account whose drafts of `through` are issued today.
fn issues_on(dated: Date, (today, through): (Date, Date)) -> String {
    let waits = through
        .until(today)
        .map(|span| span.get_days())
        .unwrap_or_default();
    dated.saturating_add(waits.days()).to_string()
}

pub(super) async fn set_grace(
    service: &Invoicing,
    author: Author,
    request: SetGracePeriodRequest,
) -> Result<SetGracePeriodResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "SetGracePeriod",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let of = match &request.of {
        Some(Of::Account(account)) => (Scope::Account, account.as_str()),
        Some(Of::Issuer(issuer)) => (Scope::Issuer, issuer.as_str()),
        None => {
            let sentence = "is missing: name the account or the issuer whose drafts wait";
            return Err(rejection::invalid("of", sentence));
        }
    };
    if let Some(days) = request.days.filter(|days| *days > MOST_GRACE_DAYS) {
        let sentence = format!("is {days}; at most {MOST_GRACE_DAYS} are allowed");
        return Err(rejection::invalid("days", sentence));
    }
    must_be_known(&mut write.transaction, &author, of).await?;
    let days = request.days.and_then(|days| i32::try_from(days).ok());
    let set = change(&mut write.transaction, &author, of, days).await;
    set.map_err(database("changing how long drafts wait"))?;
    write.finish(SetGracePeriodResponse {}).await
}

async fn must_be_known(
    connection: &mut PgConnection,
    author: &Author,
    (scope, name): (Scope, &str),
) -> Result<(), Status> {
    let tenant = author.tenant();
    let known = match scope {
        Scope::Account => accounts::exists(connection, tenant, name).await,
        Scope::Issuer => grace::issues(connection, tenant, name).await,
    };
    match (known.map_err(database("looking up whose drafts wait"))?, scope) {
        (true, _) => Ok(()),
        (false, Scope::Account) => {
            let sentence = format!("no plan is registered for the account `{name}`");
            Err(rejection::not_found("UNKNOWN_ACCOUNT", sentence))
        }
        (false, Scope::Issuer) => {
            let sentence = format!("no plan names `{name}` as the provider: write it as the contracts do");
            Err(rejection::not_found("UNKNOWN_ISSUER", sentence))
        }
    }
}

async fn change(
    connection: &mut PgConnection,
    author: &Author,
    of: (Scope, &str),
    days: Option<i32>,
) -> Result<(), sqlx::Error> {
    let before = grace::set(connection, author, of, days).await?;
    let shown = |days: Option<i32>| days.map(|days| serde_json::json!({ "days": days }));
    let deed = Deed {
        action: "grace-period.set",
        subject: format!("{} {}", of.0.name(), of.1),
        reason: String::new(),
        before: shown(before),
        after: shown(days),
    };
    audit::record(connection, author, &[deed]).await
}

pub(super) async fn list_grace(
    service: &Invoicing,
    author: &Author,
    _: ListGracePeriodsRequest,
) -> Result<ListGracePeriodsResponse, Status> {
    let failed = database("looking up how long drafts wait");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let all = grace::all(&mut transaction, author.tenant())
        .await
        .map_err(failed)?;
    let told = |grace: grace::Grace| {
        let is_account = grace.scope == Scope::Account.name();
        let (account, issuer) = if is_account {
            (grace.name, String::new())
        } else {
            (String::new(), grace.name)
        };
        GracePeriod {
            account,
            issuer,
            days: u32::try_from(grace.days).unwrap_or_default(),
        }
    };
    Ok(ListGracePeriodsResponse {
        periods: all.into_iter().map(told).collect(),
    })
}
