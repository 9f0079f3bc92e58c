//! What people and services do with a review.

use jiff::Timestamp;

use super::{ApprovedPlan, Change, Citation, Edit, FirstApproval, Refusal, Review, State, cite, edit};
use crate::draft::{Draft, redraft};
use crate::flag::FlagState;

/// Who acts, when, and on which revision they decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act<'a> {
    /// The person, as the service authenticated them.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
    /// The revision they looked at.
    pub revision: u64,
}

impl Review {
    /// A document arrived.
    #[must_use]
    pub fn received(at: Timestamp) -> Self {
        Self {
            revision: 1,
            state: State::Received { at },
            draft: None,
        }
    }

    /// The document was read: the draft waits for a reviewer.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] unless it was received or failed, so that a second reading never replaces a person's work.
    pub fn drafted(&self, draft: Draft, at: Timestamp) -> Result<Self, Refusal> {
        match self.state {
            State::Received { .. } | State::Failed { .. } => {
                Ok(self.next(State::NeedsReview { since: at }, Some(draft)))
            }
            _ => Err(self.not_now("drafted", "it was read before")),
        }
    }

    /// The document could not be read.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] unless it was received or failed before.
    pub fn failed(&self, reason: &str, at: Timestamp) -> Result<Self, Refusal> {
        let state = State::Failed {
            reason: reason.to_owned(),
            at,
        };
        match self.state {
            State::Received { .. } | State::Failed { .. } => Ok(self.next(state, None)),
            _ => Err(self.not_now("failed", "it was read before")),
        }
    }

    /// A person changes the terms. Flags and plan are drawn up again; flags about the changed field count as decided.
    ///
    /// # Errors
    /// Stale revision, wrong state, a reason that is missing, a path that leads nowhere, a value that does not fit.
    pub fn edit(&self, change: &Edit, act: Act<'_>) -> Result<Self, Refusal> {
        let draft = self.open_draft("edited", act)?;
        let reason = reason_of(&change.reason)?;
        let terms = edit::apply(&draft.terms, change, act)?;
        let mut flags = draft.flags.clone();
        edit::decide_flags(&mut flags, change, &resolved(reason, act));
        Ok(self.next(working(act), Some(redraft(terms, &flags))))
    }

    /// A person points at the words a field rests on; its value is read from them. Flags about it count as decided.
    ///
    /// # Errors
    /// As for [`Review::edit`]; words that say nothing the field can hold, or more than one such thing.
    pub fn cite(&self, citation: &Citation<'_>, act: Act<'_>) -> Result<Self, Refusal> {
        let draft = self.open_draft("edited", act)?;
        let reason = reason_of(&citation.reason)?;
        let terms = cite::apply(&draft.terms, citation, act)?;
        let change = Edit {
            path: citation.path.clone(),
            change: Change::Set(serde_json::Value::Null),
            reason: reason.clone(),
        };
        let mut flags = draft.flags.clone();
        edit::decide_flags(&mut flags, &change, &resolved(reason, act));
        Ok(self.next(working(act), Some(redraft(terms, &flags))))
    }

    /// A person decides about a flag.
    ///
    /// # Errors
    /// Stale revision, wrong state, a reason that is missing, a flag that is unknown or decided.
    pub fn resolve(&self, flag: &str, reason: &str, act: Act<'_>) -> Result<Self, Refusal> {
        let draft = self.open_draft("changed", act)?;
        let reason = reason_of(reason)?;
        let mut flags = draft.flags.clone();
        let unknown = || Refusal::UnknownFlag { id: flag.to_owned() };
        let decided = flags
            .iter_mut()
            .find(|known| known.id == flag)
            .ok_or_else(unknown)?;
        if let FlagState::Resolved { by, .. } = &decided.state {
            return Err(Refusal::AlreadyResolved {
                id: flag.to_owned(),
                by: by.clone(),
            });
        }
        decided.state = resolved(reason, act);
        Ok(self.next(working(act), Some(redraft(draft.terms.clone(), &flags))))
    }

    /// A reviewer says that the draft is right.
    ///
    /// # Errors
    /// Stale revision, wrong state, flags that wait for a decision, terms that make no plan.
    pub fn submit(&self, act: Act<'_>) -> Result<Self, Refusal> {
        let draft = self.open_draft("submitted", act)?;
        ready(draft)?;
        let state = State::Submitted {
            by: act.by.to_owned(),
            at: act.at,
            first: None,
        };
        Ok(self.next(state, Some(draft.clone())))
    }

    /// A second person agrees: the plan may be handed over. Where one approver is not enough, the first approval yields
    /// no plan and the review waits for another person.
    ///
    /// # Errors
    /// Approved before, not submitted, stale revision, the submitter, the first approver, flags that wait, terms that
    /// make no plan.
    pub fn approve(&self, act: Act<'_>, two_needed: bool) -> Result<(Self, Option<ApprovedPlan>), Refusal> {
        let (submitted_by, submitted_at, first) = self.submission()?;
        self.fresh(act)?;
        if submitted_by == act.by {
            return Err(Refusal::SubmitterCannotApprove {
                name: act.by.to_owned(),
            });
        }
        let plan = ready(self.draft.as_ref().ok_or(Refusal::NoPlan)?)?;
        let other = first.filter(|first| first.by != act.by);
        if two_needed && other.is_none() {
            if first.is_some() {
                return Err(Refusal::FirstApproverCannotBeSecond {
                    name: act.by.to_owned(),
                });
            }
            let state = State::Submitted {
                by: submitted_by.to_owned(),
                at: submitted_at,
                first: Some(FirstApproval {
                    by: act.by.to_owned(),
                    at: act.at,
                }),
            };
            return Ok((self.next(state, self.draft.clone()), None));
        }
        let approved = ApprovedPlan {
            content_hash: plan.content_hash(),
            plan: plan.clone(),
            submitted_by: submitted_by.to_owned(),
            approved_by: act.by.to_owned(),
            first_approved_by: other.map(|first| first.by.clone()),
            approved_at: act.at,
        };
        Ok((
            self.next(approved_state(&approved), self.draft.clone()),
            Some(approved),
        ))
    }

    /// Invoicing acknowledged the plan. Told twice, it stays as it is.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] unless it was approved.
    pub fn handed_over(&self, at: Timestamp) -> Result<Self, Refusal> {
        match &self.state {
            State::Approved { plan, .. } => {
                let state = State::HandedOver {
                    plan: plan.clone(),
                    at,
                };
                Ok(self.next(state, self.draft.clone()))
            }
            State::HandedOver { .. } => Ok(self.clone()),
            _ => Err(self.not_now("handed over", "approve it first")),
        }
    }

    /// A person decides that it must not bill.
    ///
    /// # Errors
    /// Stale revision, a reason that is missing, approved or handed over before.
    pub fn reject(&self, reason: &str, act: Act<'_>) -> Result<Self, Refusal> {
        self.fresh(act)?;
        let reason = reason_of(reason)?;
        match self.state {
            State::NeedsReview { .. } | State::InReview { .. } | State::Submitted { .. } => {}
            _ => return Err(self.not_now("rejected", "only a review that is open or submitted can be")),
        }
        let state = State::Rejected {
            by: act.by.to_owned(),
            reason,
            at: act.at,
        };
        Ok(self.next(state, self.draft.clone()))
    }

    /// A person takes a submitted or rejected review up again, or an approved one whose plan has not reached invoicing:
    /// whoever carries this out takes the plan back in the same step. What was handed over stays as it is.
    ///
    /// # Errors
    /// Stale revision, a reason that is missing, any other state.
    pub fn reopen(&self, reason: &str, act: Act<'_>) -> Result<Self, Refusal> {
        self.fresh(act)?;
        reason_of(reason)?;
        match self.state {
            State::Submitted { .. } | State::Rejected { .. } | State::Approved { .. } => {
                Ok(self.next(working(act), self.draft.clone()))
            }
            State::HandedOver { .. } => Err(self.not_now("reopened", "register an amendment instead")),
            _ => Err(self.not_now("reopened", "only a submitted, rejected or approved review can be")),
        }
    }

    /// Another document takes its place.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] once it is approved: what bills is changed by an amendment, never replaced.
    pub fn superseded(&self, by: &str, at: Timestamp) -> Result<Self, Refusal> {
        match self.state {
            State::Approved { .. } | State::HandedOver { .. } => {
                Err(self.not_now("superseded", "register an amendment instead"))
            }
            _ => {
                let by = by.to_owned();
                Ok(self.next(State::Superseded { by, at }, self.draft.clone()))
            }
        }
    }

    fn next(&self, state: State, draft: Option<Draft>) -> Self {
        Self {
            revision: self.revision.saturating_add(1),
            state,
            draft,
        }
    }

    fn fresh(&self, act: Act<'_>) -> Result<(), Refusal> {
        if act.revision == self.revision {
            return Ok(());
        }
        Err(Refusal::Stale {
            seen: act.revision,
            current: self.revision,
        })
    }

    fn open_draft(&self, action: &'static str, act: Act<'_>) -> Result<&Draft, Refusal> {
        let open = matches!(self.state, State::NeedsReview { .. } | State::InReview { .. });
        if !open {
            return Err(self.not_now(action, "reopen it first"));
        }
        self.fresh(act)?;
        self.draft.as_ref().ok_or(Refusal::NoPlan)
    }

    fn submission(&self) -> Result<(&str, Timestamp, Option<&FirstApproval>), Refusal> {
        match &self.state {
            State::Submitted { by, at, first } => Ok((by, *at, first.as_ref())),
            State::Approved { .. } | State::HandedOver { .. } => Err(Refusal::AlreadyApproved),
            _ => Err(self.not_now("approved", "a reviewer must submit it first")),
        }
    }

    fn not_now(&self, action: &'static str, hint: &'static str) -> Refusal {
        Refusal::NotNow {
            state: self.state.name(),
            action,
            hint,
        }
    }
}

fn ready(draft: &Draft) -> Result<&pricing::plan::Plan, Refusal> {
    let waiting: Vec<String> = draft
        .flags
        .iter()
        .filter(|flag| flag.waits())
        .map(|flag| flag.id.clone())
        .collect();
    if !waiting.is_empty() {
        return Err(Refusal::OpenFlags { flags: waiting });
    }
    draft.plan.as_ref().ok_or(Refusal::NoPlan)
}

fn reason_of(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    Ok(reason.to_owned())
}

fn resolved(reason: String, act: Act<'_>) -> FlagState {
    FlagState::Resolved {
        by: act.by.to_owned(),
        reason,
        at: act.at,
    }
}

fn working(act: Act<'_>) -> State {
    State::InReview {
        by: act.by.to_owned(),
        since: act.at,
    }
}

fn approved_state(approved: &ApprovedPlan) -> State {
    State::Approved {
        by: approved.approved_by.clone(),
        submitted_by: approved.submitted_by.clone(),
        at: approved.approved_at,
        plan: approved.content_hash.clone(),
        first_approved_by: approved.first_approved_by.clone(),
    }
}
