//! One agreement as it lives: what was reported about it, and what is left of its credits.

use billing::credits::{Movement, MovementKind};
use billing::facts::EndingEvent;
use runtime::rejection;
use runtime::tenancy::begin_as;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use tonic::Status;
use wire::invoicing::v1::credit_movement::Kind;
use wire::invoicing::v1::declared_ending::Ending;
use wire::invoicing::v1::{
    self, CreditMovement, DeclaredEnding, ListCreditPoolsRequest, ListCreditPoolsResponse, ListFactsRequest,
    ListFactsResponse, NonRenewal, PoolStatement, Termination,
};

use super::facts::date;
use super::{database, preview};
use crate::Invoicing;
use crate::author::Author;
use crate::billing_run;
use crate::store::endings::{self, Declared};
use crate::store::milestones::{self, Completion};
use crate::store::plans::{self, PlanVersion};
use crate::store::seats::{self, Recorded};

pub(super) async fn list_facts(
    service: &Invoicing,
    author: &Author,
    request: ListFactsRequest,
) -> Result<ListFactsResponse, Status> {
    let failed = database("looking up what was reported");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let version = version(&mut transaction, author, &request.plan).await?;
    let (connection, tenant) = (&mut *transaction, author.tenant());
    let agreement = [version.agreement.as_str()];
    let seats = seats::of_agreements(connection, tenant, &agreement).await;
    let milestones = milestones::of_agreements(connection, tenant, &agreement).await;
    let withdrawn = milestones::withdrawals(connection, tenant, &agreement).await;
    let endings = endings::of_agreements(connection, tenant, &agreement).await;
    let withdrawn = withdrawn.map_err(&failed)?;
    let holds = |reached: &Completion| withdrawn.iter().all(|(_, _, gone)| gone.completion != reached.id);
    let reports = milestones.map_err(&failed)?.into_iter();
    let reports: Vec<Completion> = reports.map(|(_, report)| report).filter(holds).collect();
    let of = |kind: milestones::Kind| {
        let of_kind = reports.iter().filter(|report| report.kind == kind);
        of_kind.cloned().map(completion).collect()
    };
    Ok(ListFactsResponse {
        seats: counting(seats.map_err(&failed)?),
        milestones: of(milestones::Kind::Completed),
        deliveries: of(milestones::Kind::Delivered),
        rejections: of(milestones::Kind::Rejected),
        endings: endings
            .map_err(failed)?
            .into_iter()
            .map(|(_, declared)| ending(declared))
            .collect(),
    })
}

/// By charge and date, and of one day only what was recorded last.
fn counting(mut changes: Vec<Recorded>) -> Vec<v1::SeatChange> {
    changes.sort_by(|a, b| {
        let place = |recorded: &Recorded| (recorded.change.charge.clone(), recorded.change.date);
        place(a).cmp(&place(b)).then(b.position.cmp(&a.position))
    });
    changes.dedup_by(|later, kept| {
        later.change.charge == kept.change.charge && later.change.date == kept.change.date
    });
    let message = |recorded: Recorded| v1::SeatChange {
        id: recorded.change.id,
        charge: recorded.change.charge,
        date: recorded.change.date.to_string(),
        quantity: recorded.change.quantity.normalize().to_string(),
    };
    changes.into_iter().map(message).collect()
}

fn completion(reached: Completion) -> v1::MilestoneCompletion {
    v1::MilestoneCompletion {
        id: reached.id,
        milestone: reached.milestone,
        date: reached.date.to_string(),
        evidence: reached.evidence,
    }
}

fn ending(declared: Declared) -> DeclaredEnding {
    let ending = match declared.ending.event {
        EndingEvent::Terminated {
            last_day,
            refund_unused,
        } => Ending::Termination(Termination {
            last_day: last_day.to_string(),
            refund_unused,
        }),
        EndingEvent::NotRenewed { notice } => Ending::NonRenewal(NonRenewal {
            notice: notice.to_string(),
        }),
    };
    DeclaredEnding {
        id: declared.ending.id,
        ending: Some(ending),
        reason: declared.reason,
        withdrawn: declared.withdrawn,
    }
}

pub(super) async fn list_credit_pools(
    service: &Invoicing,
    author: &Author,
    request: ListCreditPoolsRequest,
) -> Result<ListCreditPoolsResponse, Status> {
    let through = date("through", &request.through)?;
    let failed = database("counting credits");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let version = version(&mut transaction, author, &request.plan).await?;
    preview::check_span(&version.plan, through)?;
    let of = (version.plan.account.as_str(), version.agreement.as_str());
    let book = billing_run::of_agreement(&mut transaction, author.tenant(), of, through).await;
    drop(transaction);
    let cannot = |reason: String| rejection::failed_precondition("CANNOT_BE_BILLED", reason);
    let book = book.map_err(failed)?.ok_or_else(|| unknown(&request.plan))?;
    let book = book.map_err(|error| cannot(error.to_string()))?;
    let counting = tokio::task::spawn_blocking(move || book.pools(through)).await;
    let counted = counting.map_err(|error| rejection::internal("counting credits", &error))?;
    let pools = counted.map_err(|error| cannot(error.to_string()))?;
    Ok(ListCreditPoolsResponse {
        pools: pools.iter().map(statement).collect(),
    })
}

fn statement(statement: &billing::expected::PoolStatement) -> PoolStatement {
    let mut left = Decimal::ZERO;
    let movements = statement.movements.iter().map(|moved| {
        left = left.saturating_add(moved.amount);
        movement(moved, left)
    });
    PoolStatement {
        movements: movements.collect(),
        pool: statement.pool.clone(),
        balance: statement.balance.normalize().to_string(),
    }
}

/// A grant's balance is its own; a person looks at what is left of the pool.
fn movement(movement: &Movement, left: Decimal) -> CreditMovement {
    let kind = match movement.kind {
        MovementKind::Granted => Kind::Granted,
        MovementKind::Refilled => Kind::Refilled,
        MovementKind::Drawn => Kind::Drawn,
        MovementKind::Repaid => Kind::Repaid,
        MovementKind::RolledOver => Kind::RolledOver,
        MovementKind::Expired => Kind::Expired,
    };
    CreditMovement {
        at: movement.at.to_string(),
        kind: kind.into(),
        amount: movement.amount.normalize().to_string(),
        balance: left.normalize().to_string(),
    }
}

async fn version(connection: &mut PgConnection, author: &Author, hash: &str) -> Result<PlanVersion, Status> {
    let found = plans::version(connection, author.tenant(), hash).await;
    let found = found.map_err(database("looking up a plan"))?;
    found.ok_or_else(|| unknown(hash))
}

fn unknown(hash: &str) -> Status {
    let sentence = format!("no plan `{hash}` is registered: name it by its content hash");
    rejection::not_found("UNKNOWN_PLAN", sentence)
}
