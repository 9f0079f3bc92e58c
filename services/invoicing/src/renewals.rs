//! Renewals: made, or refused, when the notice window before them has closed.
//!
//! What an agreement owes follows from its terms and notices alone; here it is written down what that came to, so that
//! everybody sees which terms began and why. Until when notice stops the next one is noted beside the agreement, so that
//! they can be listed in that order: when anything about it changes, and again once that day has passed.

use std::collections::BTreeMap;

use billing::expected::{BillingError, RenewalDecision, TermRenewal, renewals_over};
use billing::facts::Facts;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pricing::plan::Plan;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::author::Author;
use crate::store::audit::{self, Deed};
use crate::store::automatic::Days;
use crate::store::plans::PlanVersion;
use crate::store::renewals::{self, Decided};
use crate::store::{accounts, clocks, endings, plans};

/// Agreements looked at in one transaction.
const TAKEN: i64 = 200;

/// Writes down the renewals that were decided by now, some at a time; answers whether there may be more.
pub(crate) async fn decide(
    connection: &mut PgConnection,
    author: &Author,
    days: &Days,
) -> Result<bool, sqlx::Error> {
    let due = renewals::due(connection, author.tenant(), days, TAKEN).await?;
    let more = i64::try_from(due.len()).unwrap_or(TAKEN) >= TAKEN;
    for (account, agreement, day) in due {
        accounts::hold(connection, author.tenant(), &account).await?;
        decide_one(connection, author, &agreement, day).await?;
    }
    Ok(more)
}

/// Notes anew until when notice stops the next renewal, some agreements at a time, where the day noted has passed; answers
/// whether there may be more.
pub(crate) async fn look_ahead(
    connection: &mut PgConnection,
    author: &Author,
    days: &Days,
) -> Result<bool, sqlx::Error> {
    let closed = renewals::closed(connection, author.tenant(), days, TAKEN).await?;
    let more = i64::try_from(closed.len()).unwrap_or(TAKEN) >= TAKEN;
    for (account, agreement, day) in closed {
        accounts::hold(connection, author.tenant(), &account).await?;
        note_window(connection, author, &agreement, day).await?;
    }
    Ok(more)
}

/// The terms or the endings of an agreement changed: what renews is decided again, and until when it can be stopped.
pub(crate) async fn changed(
    connection: &mut PgConnection,
    author: &Author,
    version: &PlanVersion,
) -> Result<(), sqlx::Error> {
    let (tenant, agreement) = (author.tenant(), &version.agreement);
    renewals::look_again(connection, tenant, agreement).await?;
    let of = (version.plan.account.as_str(), version.plan.time_zone.as_str());
    let today = today(connection, tenant, of, author.at).await?;
    note_window(connection, author, agreement, today).await
}

/// Which day it is for an agreement of an account, in its time zone.
pub(crate) async fn today(
    connection: &mut PgConnection,
    tenant: Uuid,
    (account, zone): (&str, &str),
    now: Timestamp,
) -> Result<Date, sqlx::Error> {
    let own = clocks::of_account(connection, tenant, account).await?;
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Ok(zone.to_datetime(own.unwrap_or(now)).date())
}

async fn note_window(
    connection: &mut PgConnection,
    author: &Author,
    agreement: &str,
    day: Date,
) -> Result<(), sqlx::Error> {
    // Terms without a calendar are told by whoever lists or bills them.
    let found = as_known(connection, author, agreement, day)
        .await?
        .unwrap_or_default();
    let notice_by = open(&found).map(|renewal| renewal.notice_by);
    renewals::note_window(connection, author.tenant(), agreement, notice_by).await
}

/// The renewal that notice can still stop.
fn open(found: &[TermRenewal]) -> Option<&TermRenewal> {
    found
        .last()
        .filter(|renewal| renewal.decision == RenewalDecision::Open)
}

async fn decide_one(
    connection: &mut PgConnection,
    author: &Author,
    agreement: &str,
    day: Date,
) -> Result<(), sqlx::Error> {
    let tenant = author.tenant();
    // Terms without a calendar are parked by the run; there is nothing to write down.
    let found = as_known(connection, author, agreement, day)
        .await?
        .unwrap_or_default();
    let known = renewals::of_agreement(connection, tenant, agreement).await?;
    let known: BTreeMap<i32, Decided> = known.into_iter().map(|known| (known.number, known)).collect();
    let mut deeds = Vec::new();
    for renewal in found
        .iter()
        .filter(|renewal| renewal.decision != RenewalDecision::Open)
    {
        let decided = decided(author, renewal);
        let before = known.get(&decided.number);
        if before.is_some_and(|before| same(before, &decided)) {
            continue;
        }
        renewals::add(connection, author, agreement, &decided).await?;
        deeds.push(deed(agreement, &decided));
    }
    audit::record(connection, author, &deeds).await?;
    let notice_by = open(&found).map(|renewal| renewal.notice_by);
    renewals::look_after(connection, tenant, agreement, notice_by).await
}

/// The renewals of an agreement as known on a day; none where its terms leave the calendar.
pub(crate) async fn as_known(
    connection: &mut PgConnection,
    author: &Author,
    agreement: &str,
    day: Date,
) -> Result<Result<Vec<TermRenewal>, BillingError>, sqlx::Error> {
    let tenant = author.tenant();
    let versions = plans::first_versions(connection, tenant, agreement, i32::MAX).await?;
    let versions: Vec<&Plan> = versions.iter().map(|version| &version.plan).collect();
    let declared = endings::of_agreements(connection, tenant, &[agreement]).await?;
    let standing = declared.into_iter().filter(|(_, declared)| !declared.withdrawn);
    let facts = Facts {
        endings: standing.map(|(_, declared)| declared.ending).collect(),
        ..Facts::default()
    };
    Ok(renewals_over(&versions, &facts, day))
}

fn decided(author: &Author, renewal: &TermRenewal) -> Decided {
    Decided {
        number: i32::try_from(renewal.number).unwrap_or(i32::MAX),
        starts: renewal.starts,
        ends: renewal.ends,
        notice_by: renewal.notice_by,
        uplift: renewal.uplift,
        renewed: renewal.decision == RenewalDecision::Renewed,
        recorded_at: author.at,
    }
}

fn same(before: &Decided, now: &Decided) -> bool {
    let recorded_at = before.recorded_at;
    *before
        == Decided {
            recorded_at,
            ..now.clone()
        }
}

fn deed(agreement: &str, decided: &Decided) -> Deed {
    let Decided {
        number,
        starts,
        ends,
        notice_by,
        uplift,
        renewed,
        ..
    } = decided;
    let reason = if *renewed {
        format!("no notice was given by {notice_by}")
    } else {
        format!("notice was given by {notice_by}")
    };
    Deed {
        action: if *renewed {
            "renewal.made"
        } else {
            "renewal.refused"
        },
        subject: agreement.to_owned(),
        reason,
        before: None,
        after: Some(json!({ "number": number, "starts": starts, "ends": ends, "uplift": uplift })),
    }
}
