//! Why a call gets no answer, as it travels.

use std::time::Duration;

use contract::review::Refusal;
use runtime::rejection;
use runtime::requests::RequestError;
use tonic::{Code, Status};

use super::no_such_contract;
use crate::review::DecisionError;

/// Why a call gets no answer. Whatever fails inside a handler becomes one by `?`.
#[derive(Debug)]
pub(super) struct Fault(Status);

impl From<Fault> for Status {
    fn from(fault: Fault) -> Self {
        fault.0
    }
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        Self(status)
    }
}

impl From<RequestError> for Fault {
    fn from(error: RequestError) -> Self {
        Self(error.into())
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self(match error {
            sqlx::Error::PoolTimedOut => {
                let sentence = "the database is busy; try again in a moment";
                rejection::unavailable("DATABASE_BUSY", sentence, Duration::from_secs(1))
            }
            error => rejection::internal("reading or writing contracts", &error),
        })
    }
}

impl From<DecisionError> for Fault {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::UnknownContract(id) => Self(no_such_contract(id)),
            DecisionError::Refused(refusal) => Self(refused(&refusal)),
            DecisionError::Database(error) => error.into(),
        }
    }
}

fn refused(refusal: &Refusal) -> Status {
    let sentence = refusal.to_string();
    let (code, reason) = match refusal {
        Refusal::Stale { .. } => (Code::Aborted, "STALE_REVISION"),
        Refusal::NotNow { .. } => (Code::FailedPrecondition, "NOT_NOW"),
        Refusal::AlreadyApproved => (Code::FailedPrecondition, "ALREADY_APPROVED"),
        Refusal::SubmitterCannotApprove { .. } => (Code::PermissionDenied, "SUBMITTER_CANNOT_APPROVE"),
        Refusal::FirstApproverCannotBeSecond { .. } => {
            (Code::PermissionDenied, "FIRST_APPROVER_CANNOT_BE_SECOND")
        }
        Refusal::OpenFlags { .. } => (Code::FailedPrecondition, "FLAGS_OPEN"),
        Refusal::NoPlan => (Code::FailedPrecondition, "NO_PLAN"),
        Refusal::UnknownFlag { .. } => (Code::NotFound, "FLAG_UNKNOWN"),
        Refusal::AlreadyResolved { .. } => (Code::FailedPrecondition, "FLAG_ALREADY_RESOLVED"),
        Refusal::ReasonMissing => return rejection::invalid("reason", sentence),
        Refusal::UnknownField { .. } => return rejection::invalid("path", sentence),
        Refusal::NoWords | Refusal::NothingSaid { .. } | Refusal::SeveralSaid { .. } => {
            return rejection::invalid("first", sentence);
        }
        Refusal::ValueDoesNotFit { .. } => return rejection::invalid("value", sentence),
    };
    rejection::with_reason(code, reason, sentence)
}
