//! Renewals: made, or refused, when the notice window before them has closed.
//!
//! What an agreement owes follows from its terms and notices alone; here it is written down what that came to, so that
//! everybody sees which terms began and why.

use std::collections::BTreeMap;

use billing::expected::{BillingError, RenewalDecision, TermRenewal, renewals_over};
use billing::facts::Facts;
use jiff::civil::Date;
use pricing::plan::Plan;
use serde_json::json;
use sqlx::PgConnection;

use crate::author::Author;
use crate::store::audit::{self, Deed};
use crate::store::automatic::Days;
use crate::store::renewals::{self, Decided};
use crate::store::{accounts, endings, plans};

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
    let open = found
        .last()
        .filter(|renewal| renewal.decision == RenewalDecision::Open);
    renewals::look_after(
        connection,
        tenant,
        agreement,
        open.map(|renewal| renewal.notice_by),
    )
    .await
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
