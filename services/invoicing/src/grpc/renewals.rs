//! Renewals, decided and still open.

use billing::expected::{RenewalDecision, TermRenewal};
use jiff::civil::Date;
use runtime::rejection;
use runtime::tenancy::begin_as;
use sqlx::PgConnection;
use tonic::Status;
use wire::invoicing::v1::{self, ListRenewalsRequest, ListRenewalsResponse, renewal::Decision};

use super::messages::timestamp;
use super::{database, page_size};
use crate::Invoicing;
use crate::author::Author;
use crate::renewals::{as_known, today};
use crate::store::page;
use crate::store::renewals::{self, Decided};

/// Agreements of one call.
const MOST_AGREEMENTS: u16 = 200;

pub(super) async fn list(
    service: &Invoicing,
    author: &Author,
    request: ListRenewalsRequest,
) -> Result<ListRenewalsResponse, Status> {
    let failed = database("looking up renewals");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let (found, next_page_token) = if request.open {
        windows(&mut transaction, author, &request).await?
    } else {
        agreements(&mut transaction, author, &request).await?
    };
    let mut all = Vec::new();
    for agreement in found {
        all.extend(of_one(service, &mut transaction, author, agreement).await?);
    }
    if request.open {
        all.retain(|renewal| renewal.decision() == Decision::Open);
        all.sort_by(|a, b| (&a.notice_by, &a.plan).cmp(&(&b.notice_by, &b.plan)));
    }
    Ok(ListRenewalsResponse {
        renewals: all,
        next_page_token,
    })
}

/// An account, an agreement, its time zone.
type Found = (String, String, String);

async fn agreements(
    connection: &mut PgConnection,
    author: &Author,
    request: &ListRenewalsRequest,
) -> Result<(Vec<Found>, String), Status> {
    let size = page_size(request.page_size, MOST_AGREEMENTS);
    let (after, limit) = (&request.page_token, i64::from(size).saturating_add(1));
    let found = renewals::agreements(connection, author.tenant(), &request.account, after, limit).await;
    let found = found.map_err(database("looking up renewals"))?;
    Ok(page(found, size.into(), |(_, agreement, _)| agreement.clone()))
}

/// Those in which notice still stops something, the soonest first.
async fn windows(
    connection: &mut PgConnection,
    author: &Author,
    request: &ListRenewalsRequest,
) -> Result<(Vec<Found>, String), Status> {
    let size = page_size(request.page_size, MOST_AGREEMENTS);
    let (after, limit) = (after(&request.page_token)?, i64::from(size).saturating_add(1));
    let found = renewals::windows(connection, author.tenant(), &request.account, after, limit).await;
    let found = found.map_err(database("looking up renewals"))?;
    let (found, next) = page(found, size.into(), |(_, agreement, _, day)| {
        format!("{day} {agreement}")
    });
    let found = found
        .into_iter()
        .map(|(account, agreement, zone, _)| (account, agreement, zone));
    Ok((found.collect(), next))
}

/// Where a list of windows goes on: after a day, and an agreement of that day.
fn after(token: &str) -> Result<(Date, &str), Status> {
    if token.is_empty() {
        return Ok((Date::ZERO, ""));
    }
    let parts = token.split_once(' ');
    let read = parts.and_then(|(day, agreement)| Some((day.parse().ok()?, agreement)));
    read.ok_or_else(|| {
        rejection::invalid(
            "page_token",
            "is none that this service gave; leave it empty to begin again",
        )
    })
}

async fn of_one(
    service: &Invoicing,
    connection: &mut PgConnection,
    author: &Author,
    (account, agreement, zone): Found,
) -> Result<Vec<v1::Renewal>, Status> {
    let failed = database("looking up renewals");
    let today = today(
        connection,
        author.tenant(),
        (&account, &zone),
        service.clock.now(),
    )
    .await;
    let known = as_known(connection, author, &agreement, today.map_err(&failed)?)
        .await
        .map_err(&failed)?;
    let known =
        known.map_err(|error| rejection::failed_precondition("CANNOT_BE_BILLED", error.to_string()))?;
    let recorded = renewals::of_agreement(connection, author.tenant(), &agreement).await;
    let recorded = recorded.map_err(failed)?;
    let of = (account.as_str(), agreement.as_str());
    Ok(known
        .iter()
        .map(|renewal| message(of, renewal, &recorded))
        .collect())
}

fn message((account, plan): (&str, &str), renewal: &TermRenewal, recorded: &[Decided]) -> v1::Renewal {
    let number = i32::try_from(renewal.number).unwrap_or(i32::MAX);
    let recorded = recorded.iter().find(|recorded| recorded.number == number);
    let decision = match renewal.decision {
        RenewalDecision::Open => Decision::Open,
        RenewalDecision::Renewed => Decision::Renewed,
        RenewalDecision::Refused => Decision::Refused,
    };
    v1::Renewal {
        account: account.to_owned(),
        plan: plan.to_owned(),
        number: renewal.number,
        starts: renewal.starts.to_string(),
        ends: renewal.ends.to_string(),
        notice_by: renewal.notice_by.to_string(),
        uplift_percent: renewal
            .uplift
            .map(|uplift| uplift.normalize().to_string())
            .unwrap_or_default(),
        decision: decision.into(),
        recorded_at: recorded
            .filter(|recorded| recorded.renewed == (renewal.decision == RenewalDecision::Renewed))
            .map(|recorded| timestamp(recorded.recorded_at)),
    }
}
