//! Changes of seats: a dated history, each entry with its reason.

use jiff::civil::Date;
use pricing::plan::{Plan, Quantity};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use crate::author::Author;
use crate::store::accounts;
use crate::store::audit::{self, Deed};
use crate::store::plans;
use crate::store::seats::{self, SeatChange};

/// A change that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    /// Content hash of any version of the agreement.
    pub(crate) plan: String,
    /// Its id is made up when empty.
    pub(crate) change: SeatChange,
    pub(crate) reason: String,
}

/// Why the seats were left as they are.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SeatsError {
    #[error("no plan `{plan}` is registered: name it by its content hash")]
    UnknownPlan { plan: String },
    #[error("the plan has no charge `{charge}`; its charges are: {known}")]
    UnknownCharge { charge: String, known: String },
    #[error("`{charge}` is not charged by seats, so there is nothing to set")]
    NotBySeats { charge: String },
    #[error("{quantity} seats cannot be: set 0 or more")]
    Negative { quantity: Decimal },
    #[error(
        "{date} lies before {start}, the first day of the plan: seats from then on stand in the plan itself"
    )]
    BeforeStart { date: Date, start: Date },
    #[error(
        "the change `{id}` is recorded with another charge, day or number: give this one an id of its own"
    )]
    IdTaken { id: String },
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Sets the seats of a charge from a day on; answers the change's id. Setting what is set already changes nothing.
pub(crate) async fn change(
    connection: &mut PgConnection,
    author: &Author,
    wish: Wish,
) -> Result<String, SeatsError> {
    let tenant = author.tenant();
    let newest = plans::newest_of(connection, tenant, &wish.plan).await?;
    let newest = newest.ok_or_else(|| SeatsError::UnknownPlan {
        plan: wish.plan.clone(),
    })?;
    check(&newest.plan, &wish.change)?;
    // Held, so that of two equal changes arriving together the second sees the first.
    accounts::hold(connection, tenant, &newest.plan.account).await?;
    if let Some(known) = known(connection, author, &newest.agreement, &wish.change).await? {
        return Ok(known);
    }
    let before = seats::on(
        connection,
        tenant,
        &newest.agreement,
        &wish.change.charge,
        wish.change.date,
    )
    .await?;
    let id = if wish.change.id.is_empty() {
        author.new_id().to_string()
    } else {
        wish.change.id
    };
    let change = SeatChange {
        id: id.clone(),
        ..wish.change
    };
    seats::add(connection, author, &newest.agreement, &change, &wish.reason).await?;
    let before = before.map(|before| before.change);
    audit::record(
        connection,
        author,
        &[deed(&newest.agreement, before.as_ref(), &change, wish.reason)],
    )
    .await?;
    Ok(id)
}

fn check(plan: &Plan, change: &SeatChange) -> Result<(), SeatsError> {
    let charge = change.charge.clone();
    let Some(found) = plan.charge(&charge) else {
        let ids: Vec<&str> = plan.charges.iter().map(|charge| charge.id.as_str()).collect();
        return Err(SeatsError::UnknownCharge {
            charge,
            known: ids.join(", "),
        });
    };
    if !matches!(found.quantity, Quantity::Seats { .. }) {
        return Err(SeatsError::NotBySeats { charge });
    }
    if change.quantity < Decimal::ZERO {
        return Err(SeatsError::Negative {
            quantity: change.quantity,
        });
    }
    let start = plan.term.start;
    if change.date < start {
        Err(SeatsError::BeforeStart {
            date: change.date,
            start,
        })
    } else {
        Ok(())
    }
}

/// The id of this very change, if it was recorded before.
async fn known(
    connection: &mut PgConnection,
    author: &Author,
    agreement: &str,
    change: &SeatChange,
) -> Result<Option<String>, SeatsError> {
    let tenant = author.tenant();
    if change.id.is_empty() {
        let found = seats::on(connection, tenant, agreement, &change.charge, change.date).await?;
        return Ok(found
            .filter(|found| found.change.quantity == change.quantity)
            .map(|found| found.change.id));
    }
    match seats::by_id(connection, tenant, agreement, &change.id).await? {
        None => Ok(None),
        Some(found) if found.change == *change => Ok(Some(found.change.id)),
        Some(_) => Err(SeatsError::IdTaken {
            id: change.id.clone(),
        }),
    }
}

fn deed(agreement: &str, before: Option<&SeatChange>, after: &SeatChange, reason: String) -> Deed {
    let shown = |change: &SeatChange| {
        serde_json::json!({
            "id": change.id, "charge": change.charge, "date": change.date, "quantity": change.quantity,
        })
    };
    Deed {
        action: "seats.changed",
        subject: agreement.to_owned(),
        reason,
        before: before.map(shown),
        after: Some(shown(after)),
    }
}
