//! Renewals, decided and still open.

use billing::expected::{RenewalDecision, TermRenewal};
use jiff::tz::TimeZone;
use runtime::rejection;
use runtime::tenancy::begin_as;
use sqlx::PgConnection;
use tonic::Status;
use wire::invoicing::v1::{self, ListRenewalsRequest, ListRenewalsResponse, renewal::Decision};

use super::messages::timestamp;
use super::{database, page_size};
use crate::Invoicing;
use crate::author::Author;
use crate::renewals::as_known;
use crate::store::renewals::{self, Decided};
use crate::store::{clocks, page};

/// Agreements of one call.
const MOST_AGREEMENTS: u16 = 200;

pub(super) async fn list(
    service: &Invoicing,
    author: &Author,
    request: ListRenewalsRequest,
) -> Result<ListRenewalsResponse, Status> {
    let failed = database("looking up renewals");
    let size = page_size(request.page_size, MOST_AGREEMENTS);
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let (after, limit) = (&request.page_token, i64::from(size).saturating_add(1));
    let found = renewals::agreements(&mut transaction, author.tenant(), &request.account, after, limit);
    let found = found.await.map_err(&failed)?;
    let (found, next_page_token) = page(found, size.into(), |(_, agreement, _)| agreement.clone());
    let mut all = Vec::new();
    for agreement in found {
        all.extend(of_one(service, &mut transaction, author, agreement).await?);
    }
    Ok(ListRenewalsResponse {
        renewals: all,
        next_page_token,
    })
}

async fn of_one(
    service: &Invoicing,
    connection: &mut PgConnection,
    author: &Author,
    (account, agreement, zone): (String, String, String),
) -> Result<Vec<v1::Renewal>, Status> {
    let failed = database("looking up renewals");
    let zone = TimeZone::get(&zone).unwrap_or(TimeZone::UTC);
    let clock = clocks::of_account(connection, author.tenant(), &account).await;
    let now = clock.map_err(&failed)?;
    let today = now.map_or_else(
        || service.clock.today_in(&zone),
        |now| zone.to_datetime(now).date(),
    );
    let known = as_known(connection, author, &agreement, today)
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
