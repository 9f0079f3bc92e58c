//! Why an action on a review is refused.

/// Why an action on a review is refused, in a sentence for the person who tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody changed the review since it was looked at.
    #[error(
        "this review is at revision {current}, you decided on revision {seen}: look at it again, then decide"
    )]
    Stale {
        /// The revision the decision was made on.
        seen: u64,
        /// The revision now.
        current: u64,
    },
    /// The state does not allow it.
    #[error("a review that is {state} cannot be {action}: {hint}")]
    NotNow {
        /// Name of the state.
        state: &'static str,
        /// What was tried: `edited`, `submitted`, …
        action: &'static str,
        /// What to do instead.
        hint: &'static str,
    },
    /// Approved before.
    #[error("this plan is already approved: nothing more to do")]
    AlreadyApproved,
    /// The same person submitted it.
    #[error("{name} submitted this review, so somebody else must approve it")]
    SubmitterCannotApprove {
        /// The person.
        name: String,
    },
    /// The same person approved it before, and one approver is not enough.
    #[error("{name} approved this review already, so somebody else must approve it too")]
    FirstApproverCannotBeSecond {
        /// The person.
        name: String,
    },
    /// Flags wait for a decision.
    #[error("flags wait for a decision: {}; decide each of them, then try again", .flags.join(", "))]
    OpenFlags {
        /// Their ids.
        flags: Vec<String>,
    },
    /// There is nothing to bill.
    #[error("the terms do not make a plan yet: correct what the flags name")]
    NoPlan,
    /// A change or decision without a reason.
    #[error("say why: a reason is kept with every change and decision")]
    ReasonMissing,
    /// No flag of that id.
    #[error("there is no flag `{id}` in this review: list its flags to see their ids")]
    UnknownFlag {
        /// What was given.
        id: String,
    },
    /// The flag was decided before.
    #[error("flag {id} was decided before by {by}")]
    AlreadyResolved {
        /// Its id.
        id: String,
        /// Who decided.
        by: String,
    },
    /// The path leads nowhere.
    #[error(
        "there is no field at `{path}`: take a path from the terms, for example /line_items/0/price/amount"
    )]
    UnknownField {
        /// What was given.
        path: String,
    },
    /// The field cannot hold the value.
    #[error("`{path}` cannot hold that: {detail}")]
    ValueDoesNotFit {
        /// The field.
        path: String,
        /// What it can hold.
        detail: String,
    },
    /// Words that are not on the page, or cannot be seen there.
    #[error("there are no words to see at that place of the page: select words that are printed there")]
    NoWords,
    /// The words say nothing that the field can hold.
    #[error(
        "“{quote}” says nothing that `{path}` can hold: select the words that give its value, or enter it"
    )]
    NothingSaid {
        /// The field.
        path: String,
        /// The words.
        quote: String,
    },
    /// The words say several things that the field could hold.
    #[error("“{quote}” says more than one value: select only the words of the one that is meant")]
    SeveralSaid {
        /// The words.
        quote: String,
    },
}
