//! Who is billed and what is owed.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use runtime::tenancy::begin_as;
use rust_decimal::Decimal;
use tonic::Status;
use wire::invoicing::v1::{
    self, AgeingBucket, GetAgeingRequest, GetAgeingResponse, ListAccountsRequest, ListAccountsResponse,
};

use super::facts::date;
use super::messages::{self, money};
use super::{database, page_size};
use crate::Invoicing;
use crate::author::Author;
use crate::store::accounts::Parked;
use crate::store::receivables::{self, Account, Balance, Wanted};
use crate::store::{corrupt, page};

const MOST_ACCOUNTS: u16 = 1000;

pub(super) async fn list(
    service: &Invoicing,
    author: &Author,
    request: ListAccountsRequest,
) -> Result<ListAccountsResponse, Status> {
    let on = day(author, &request.on)?;
    let size = page_size(request.page_size, MOST_ACCOUNTS);
    let wanted = Wanted {
        search: request.search.trim(),
        account: &request.account,
        after: Some(request.page_token.as_str()).filter(|token| !token.is_empty()),
    };
    let failed = database("listing accounts");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let (connection, tenant) = (&mut *transaction, author.tenant());
    let limit = i64::from(size).saturating_add(1);
    let found = receivables::accounts(connection, tenant, wanted, limit).await;
    let (found, next_page_token) = page(found.map_err(&failed)?, size.into(), |last| last.id.clone());
    let ids: Vec<&str> = found.iter().map(|account| account.id.as_str()).collect();
    let balances = receivables::balances(connection, tenant, &ids, on).await;
    let parked = receivables::parked(connection, tenant, &ids).await;
    let (balances, parked) = (balances.map_err(&failed)?, parked.map_err(&failed)?);
    let accounts = found.into_iter().map(|found| account(found, &balances, &parked));
    Ok(ListAccountsResponse {
        accounts: accounts.collect::<Result<_, _>>().map_err(&failed)?,
        next_page_token,
    })
}

/// The day asked for; else today.
fn day(author: &Author, asked: &str) -> Result<Date, Status> {
    if asked.is_empty() {
        Ok(author.at.to_zoned(TimeZone::UTC).date())
    } else {
        date("on", asked)
    }
}

fn account(account: Account, balances: &[Balance], parked: &[Parked]) -> Result<v1::Account, sqlx::Error> {
    let own_balances = balances.iter().filter(|balance| balance.account == account.id);
    let own_parked = parked.iter().filter(|parked| parked.account == account.id);
    Ok(v1::Account {
        balances: own_balances.map(balance).collect::<Result<_, _>>()?,
        parked: own_parked.map(messages::parked).collect(),
        agreements: u32::try_from(account.agreements).unwrap_or_default(),
        id: account.id,
        customer: account.customer,
    })
}

fn balance(balance: &Balance) -> Result<v1::Balance, sqlx::Error> {
    Ok(v1::Balance {
        owed: shown(balance.owed, &balance.currency)?,
        overdue: shown(balance.overdue, &balance.currency)?,
        invoices: u64::try_from(balance.invoices).unwrap_or_default(),
        currency: balance.currency.clone(),
    })
}

fn shown(amount: Decimal, currency: &str) -> Result<String, sqlx::Error> {
    Ok(money(amount, currency.parse().map_err(corrupt)?))
}

pub(super) async fn ageing(
    service: &Invoicing,
    author: &Author,
    request: GetAgeingRequest,
) -> Result<GetAgeingResponse, Status> {
    let on = day(author, &request.on)?;
    let failed = database("adding up what is owed");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let buckets = receivables::ageing(&mut transaction, author.tenant(), on).await;
    let bucket = |bucket: receivables::Bucket| {
        Ok(AgeingBucket {
            owed: shown(bucket.owed, &bucket.currency)?,
            from_days: u32::try_from(bucket.from_days).unwrap_or_default(),
            invoices: u64::try_from(bucket.invoices).unwrap_or_default(),
            currency: bucket.currency,
        })
    };
    let buckets: Result<_, sqlx::Error> = buckets.map_err(&failed)?.into_iter().map(bucket).collect();
    Ok(GetAgeingResponse {
        buckets: buckets.map_err(failed)?,
    })
}
