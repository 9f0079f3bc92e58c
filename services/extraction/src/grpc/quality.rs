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
    let mut transaction = desk.begin(&call).await?;
    let found = quality::since(&mut transaction, call.caller.tenant, since).await?;
    Ok(v1::GetReviewQualityResponse {
        contracts: found.totals.contracts,
        approved: found.totals.approved,
        approved_unchanged: found.totals.unchanged,
        terms: found.changed.into_iter().map(term).collect(),
        flags: found.flagged.into_iter().map(flag).collect(),
        until_approved: found.until_approved.map(durations),
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
