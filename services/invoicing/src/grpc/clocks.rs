//! Accounts that live by a time of their own.

use jiff::ToSpan;
use jiff::tz::TimeZone;
use runtime::rejection;
use tonic::Status;
use wire::invoicing::v1::{AdvanceClockRequest, AdvanceClockResponse};

use super::billing::MOST_YEARS_AHEAD;
use super::database;
use super::facts::text;
use super::messages::{instant, timestamp};
use super::write::{self, Begun};
use crate::Invoicing;
use crate::author::Author;
use crate::clocks::{self, ClockError};

pub(super) async fn advance(
    service: &Invoicing,
    author: Author,
    request: AdvanceClockRequest,
) -> Result<AdvanceClockResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "AdvanceClock",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let account = text("account", &request.account, 200)?;
    if account.trim().is_empty() {
        return Err(rejection::invalid("account", "is missing: name the account"));
    }
    let missing = || rejection::invalid("to", "is missing or no point in time: say what time it is then");
    let to = request.to.as_ref().and_then(instant).ok_or_else(missing)?;
    let last = service.clock.today().saturating_add(MOST_YEARS_AHEAD.years());
    if to.to_zoned(TimeZone::UTC).date() > last {
        let sentence =
            format!("{to} lies more than {MOST_YEARS_AHEAD} years ahead: move it to {last} at most");
        return Err(rejection::invalid("to", sentence));
    }
    clocks::advance(&mut write.transaction, &author, &account, to).await?;
    let now = Some(timestamp(to));
    write.finish(AdvanceClockResponse { now }).await
}

impl From<ClockError> for Status {
    fn from(error: ClockError) -> Self {
        let sentence = error.to_string();
        match error {
            ClockError::Billed(_) => rejection::failed_precondition("ACCOUNT_BILLED", sentence),
            ClockError::Backwards { .. } => rejection::invalid("to", sentence),
            ClockError::Database(error) => database("moving a clock")(error),
        }
    }
}
