//! How reading and reviewing go.

use jiff::{SignedDuration, Timestamp};
use runtime::caller::Role;
use runtime::rejection;
use tonic::{Request, Status};
use wire::extraction::v1;

use super::fault::Fault;
use super::{Call, Desk};
use crate::store::quality::{self, Durations, Tally};

const USUAL_DAYS: u32 = 90;
const MOST_DAYS: u32 = 3650;

pub(super) async fn told(
    desk: &Desk,
    request: &Request<v1::GetReviewQualityRequest>,
) -> Result<v1::GetReviewQualityResponse, Fault> {
    let call = Call::by(request, &[Role::Reviewer, Role::Approver, Role::Finance])?;
    let since = since(desk.clock.now(), request.get_ref().days)?;
    let tenant = call.caller.tenant;
    let mut transaction = desk.begin(&call).await?;
    let totals = quality::totals(&mut transaction, tenant, since).await?;
    let terms = quality::changed(&mut transaction, tenant, since).await?;
    let flags = quality::flagged(&mut transaction, tenant, since).await?;
    let until_approved = quality::until_approved(&mut transaction, tenant, since).await?;
    Ok(v1::GetReviewQualityResponse {
        contracts: totals.contracts,
        approved: totals.approved,
        approved_unchanged: totals.unchanged,
        terms: terms.into_iter().map(term).collect(),
        flags: flags.into_iter().map(flag).collect(),
        until_approved: until_approved.map(durations),
    })
}

fn since(now: Timestamp, days: u32) -> Result<Timestamp, Status> {
    let days = if days == 0 { USUAL_DAYS } else { days };
    if days > MOST_DAYS {
        return Err(rejection::invalid("days", format!("must be at most {MOST_DAYS}")));
    }
    let span = SignedDuration::from_hours(i64::from(days).saturating_mul(24));
    Ok(now.saturating_sub(span).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn term(tally: Tally) -> v1::TermQuality {
    v1::TermQuality {
        path: tally.what,
        contracts: tally.contracts,
        changes: tally.times,
    }
}

fn flag(tally: Tally) -> v1::FlagQuality {
    v1::FlagQuality {
        code: tally.what,
        contracts: tally.contracts,
        flags: tally.times,
    }
}

fn durations(took: Durations) -> v1::Durations {
    v1::Durations {
        half_within: took.half,
        nine_in_ten_within: took.most,
        longest: took.longest,
    }
}
