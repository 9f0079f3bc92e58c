//! How agreements end otherwise than by their term: terminations and notices, each with its reason.

use billing::facts::{Ending, EndingEvent};
use jiff::civil::Date;
use sqlx::PgConnection;

use crate::author::Author;
use crate::renewals;
use crate::store::audit::{self, Deed};
use crate::store::endings::{self, Declared};
use crate::store::plans::PlanVersion;
use crate::store::{accounts, plans};

/// An ending that somebody declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declaration {
    /// Content hash of any version of the agreement.
    pub(crate) plan: String,
    /// Its id is made up when empty.
    pub(crate) ending: Ending,
    pub(crate) reason: String,
}

/// Why nothing was declared or taken back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EndingError {
    #[error("no plan `{plan}` is registered: name it by its content hash")]
    UnknownPlan { plan: String },
    #[error(
        "the reason is missing: say which notice, clause or agreement ends the plan, or shows the mistake"
    )]
    NoReason,
    #[error(
        "{date} lies before {start}, the first day of the plan: a plan that never began is not ended but given back line by line"
    )]
    BeforeStart { date: Date, start: Date },
    #[error("`{id}` declares this already ({what}); withdraw it first if it was a mistake")]
    AlreadyDeclared { id: String, what: String },
    #[error("the ending `{id}` is recorded with another day or reason: give this one an id of its own")]
    IdTaken { id: String },
    #[error("the plan has no ending `{id}`; its endings are: {known}")]
    UnknownEnding { id: String, known: String },
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Records how an agreement ends; answers the declaration's id. The same declaration again changes nothing. What was
/// billed for days that are no longer served is given back by the next run, where the contract says so.
pub(crate) async fn declare(
    connection: &mut PgConnection,
    author: &Author,
    declaration: Declaration,
) -> Result<String, EndingError> {
    let newest = held(connection, author, &declaration.plan).await?;
    check(&newest, &declaration)?;
    let known = known(connection, author, &newest).await?;
    if let Some(id) = already(&known, &declaration)? {
        return Ok(id);
    }
    let Declaration { ending, reason, .. } = declaration;
    let id = if ending.id.is_empty() {
        author.new_id().to_string()
    } else {
        ending.id
    };
    let ending = Ending {
        id: id.clone(),
        event: ending.event,
    };
    endings::add(connection, author, &newest.agreement, &ending, &reason).await?;
    renewals::changed(connection, author, &newest).await?;
    let deed = Deed {
        action: "plan.ending-declared",
        subject: newest.agreement,
        reason,
        before: None,
        after: Some(serde_json::json!(ending)),
    };
    audit::record(connection, author, &[deed]).await?;
    Ok(id)
}

/// Takes a declaration back: from now on the agreement is billed as if it had never been made.
pub(crate) async fn withdraw(
    connection: &mut PgConnection,
    author: &Author,
    plan: &str,
    id: &str,
    reason: &str,
) -> Result<(), EndingError> {
    let newest = held(connection, author, plan).await?;
    if reason.trim().is_empty() {
        return Err(EndingError::NoReason);
    }
    let known = known(connection, author, &newest).await?;
    let found = known.iter().find(|declared| declared.ending.id == id);
    let found = found.ok_or_else(|| unknown(id, &known))?;
    if found.withdrawn {
        return Ok(());
    }
    endings::withdraw(connection, author, &newest.agreement, id, reason).await?;
    renewals::changed(connection, author, &newest).await?;
    let deed = Deed {
        action: "plan.ending-withdrawn",
        subject: newest.agreement,
        reason: reason.to_owned(),
        before: Some(serde_json::json!(found.ending)),
        after: None,
    };
    Ok(audit::record(connection, author, &[deed]).await?)
}

fn unknown(id: &str, known: &[Declared]) -> EndingError {
    let ids: Vec<&str> = known.iter().map(|declared| declared.ending.id.as_str()).collect();
    EndingError::UnknownEnding {
        id: id.to_owned(),
        known: ids.join(", "),
    }
}

/// The newest version of the agreement, whose account is held: of two equal declarations arriving together the second
/// sees the first.
async fn held(
    connection: &mut PgConnection,
    author: &Author,
    plan: &str,
) -> Result<PlanVersion, EndingError> {
    let newest = plans::newest_of(connection, author.tenant(), plan).await?;
    let newest = newest.ok_or_else(|| EndingError::UnknownPlan {
        plan: plan.to_owned(),
    })?;
    accounts::hold(connection, author.tenant(), &newest.plan.account).await?;
    Ok(newest)
}

async fn known(
    connection: &mut PgConnection,
    author: &Author,
    newest: &PlanVersion,
) -> Result<Vec<Declared>, sqlx::Error> {
    let found = endings::of_agreements(connection, author.tenant(), &[&newest.agreement]).await?;
    Ok(found.into_iter().map(|(_, declared)| declared).collect())
}

fn check(newest: &PlanVersion, declaration: &Declaration) -> Result<(), EndingError> {
    if declaration.reason.trim().is_empty() {
        return Err(EndingError::NoReason);
    }
    let start = newest.plan.term.start;
    match declaration.ending.event {
        EndingEvent::Terminated { last_day, .. } if last_day < start => Err(EndingError::BeforeStart {
            date: last_day,
            start,
        }),
        _ => Ok(()),
    }
}

/// The id under which this very declaration stands, if it does. One of each kind stands at a time, so that nobody
/// wonders which counts.
fn already(known: &[Declared], told: &Declaration) -> Result<Option<String>, EndingError> {
    let id = &told.ending.id;
    if let Some(same_id) = known.iter().find(|declared| declared.ending.id == *id) {
        let same = same_id.ending == told.ending && same_id.reason == told.reason && !same_id.withdrawn;
        return if same {
            Ok(Some(id.clone()))
        } else {
            Err(EndingError::IdTaken { id: id.clone() })
        };
    }
    let kind = std::mem::discriminant(&told.ending.event);
    let standing = known
        .iter()
        .find(|declared| !declared.withdrawn && std::mem::discriminant(&declared.ending.event) == kind);
    match standing {
        None => Ok(None),
        Some(found) if found.ending.event == told.ending.event && id.is_empty() => {
            Ok(Some(found.ending.id.clone()))
        }
        Some(found) => Err(EndingError::AlreadyDeclared {
            id: found.ending.id.clone(),
            what: what(&found.ending.event),
        }),
    }
}

fn what(event: &EndingEvent) -> String {
    match event {
        EndingEvent::Terminated { last_day, .. } => format!("terminated, last day {last_day}"),
        EndingEvent::NotRenewed { notice } => format!("notice given on {notice}"),
    }
}
