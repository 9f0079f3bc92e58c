//! What invoicing's answer means for a parcel.

use tonic::{Code, Status};

/// What invoicing's answer means for a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The plan is registered, now or before.
    Taken,
    /// The plan will not be taken as it is; offering it again would not help.
    Refused(String),
    /// Not now. That includes a wrong key or an older version: somebody will put it right.
    Later(String),
}

impl Answer {
    /// A word for the log; the sentence may name terms of the contract.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Refused(_) => "refused",
            Self::Later(_) => "later",
        }
    }
}

impl From<Result<(), Status>> for Answer {
    fn from(result: Result<(), Status>) -> Self {
        let Err(status) = result else { return Self::Taken };
        let why = sentence(&status);
        match status.code() {
            Code::InvalidArgument
            | Code::FailedPrecondition
            | Code::AlreadyExists
            | Code::OutOfRange
            | Code::NotFound
            | Code::DataLoss => Self::Refused(why),
            _ => Self::Later(why),
        }
    }
}

fn sentence(status: &Status) -> String {
    match (status.code(), status.message()) {
        (Code::Unavailable, "") => "invoicing cannot be reached".to_owned(),
        (Code::Unavailable, message) => format!("invoicing cannot be reached: {message}"),
        (Code::DeadlineExceeded | Code::Cancelled, _) => "invoicing did not answer in time".to_owned(),
        (code, "") => format!("invoicing answered {code:?} without a reason"),
        (_, message) => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_about_the_plan_ends_the_attempts() {
        for (code, ends) in [
            (Code::Unavailable, false),
            (Code::DeadlineExceeded, false),
            (Code::Unauthenticated, false),
            (Code::PermissionDenied, false),
            (Code::Internal, false),
            (Code::Unimplemented, false),
            (Code::ResourceExhausted, false),
            (Code::Aborted, false),
            (Code::InvalidArgument, true),
            (Code::FailedPrecondition, true),
            (Code::AlreadyExists, true),
        ] {
            let answer = Answer::from(Err(Status::new(code, "why")));
            assert_eq!(matches!(answer, Answer::Refused(_)), ends, "{code:?}");
        }
        assert_eq!(Answer::from(Ok(())), Answer::Taken);
    }

    #[test]
    fn an_answer_without_words_still_says_something() {
        for code in [Code::Unavailable, Code::Internal, Code::InvalidArgument] {
            let (Answer::Later(why) | Answer::Refused(why)) = Answer::from(Err(Status::new(code, ""))) else {
                panic!("{code:?} was taken for a yes")
            };
            assert!(why.contains("invoicing"), "{why}");
        }
    }
}
