//! Prepaid credits of an account: what is left of each pool, and how it came about.

use askama::Template;
use axum::extract::{Path, Query};
use jiff::civil::Date;
use wire::invoicing::v1::credit_movement::Kind;
use wire::invoicing::v1::{CreditMovement, ListCreditPoolsRequest, PoolStatement, RegisteredPlan};
use wire::plan::v1::Plan;

use super::account::{Head, head, known, plans, shown_of};
use super::amounts::decimal;
use super::list::Asked;
use super::seats::in_force_last;
use crate::answer::{Answer, page};
use crate::chart::{About, Chart, Step, WIDE, steps};
use crate::fault::Fault;
use crate::layout::{Frame, Section};
use crate::link;
use crate::sheets;
use crate::visitor::Visitor;
use crate::wording::grouped;

/// Movements a table shows; the file has all.
const SHOWN: usize = 60;

#[derive(Template)]
#[template(path = "money/credits.html")]
struct Page {
    frame: Frame,
    head: Head,
    through: String,
    pools: Vec<Pool>,
    file: String,
}

struct Pool {
    name: String,
    unit: String,
    left: String,
    chart: Chart,
    rows: Vec<Movement>,
    /// Says so where the table shows fewer than there are.
    shown: String,
    all: Vec<Movement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Movement {
    at: String,
    what: &'static str,
    amount: String,
    left: String,
}

pub(super) async fn show(visitor: Visitor, Path(id): Path<String>, Query(asked): Query<Asked>) -> Answer {
    let today = visitor.console.clock.today();
    let through = asked.through.parse().unwrap_or(today);
    let (known, plans) = tokio::try_join!(known(&visitor, &id), plans(&visitor, &id))?;
    let mut pools = Vec::new();
    for registered in in_force_last(&plans) {
        pools.extend(of_agreement(&visitor, registered, through).await?);
    }
    if asked.as_file() {
        return take_away(&pools);
    }
    page(&Page {
        file: asked.file(&format!("{}/credits", link::account(&id))),
        head: head(&known, &plans),
        frame: visitor.frame(Section::Accounts),
        through: through.to_string(),
        pools,
    })
}

async fn of_agreement(
    visitor: &Visitor,
    registered: &RegisteredPlan,
    through: Date,
) -> Result<Vec<Pool>, Fault> {
    let Some(plan) = registered.plan.as_ref().filter(|plan| !plan.pools.is_empty()) else {
        return Ok(Vec::new());
    };
    let request = ListCreditPoolsRequest {
        plan: registered.content_hash.clone(),
        through: through.to_string(),
    };
    let statements = visitor
        .invoicing()
        .list_credit_pools(request)
        .await?
        .into_inner()
        .pools;
    let prefix = registered.content_hash.get(..8).unwrap_or_default();
    Ok(statements
        .iter()
        .map(|statement| pool(plan, statement, prefix, through))
        .collect())
}

fn pool(plan: &Plan, statement: &PoolStatement, prefix: &str, through: Date) -> Pool {
    let agreed = plan.pools.iter().find(|pool| pool.id == statement.pool);
    let name = agreed.map_or(statement.pool.clone(), |pool| pool.name.clone());
    let unit = agreed
        .map(|pool| pool.unit.clone())
        .filter(|unit| !unit.is_empty());
    let unit = unit.unwrap_or_else(|| plan.currency.clone());
    let start = plan.term.clone().unwrap_or_default().start;
    let start = start.parse().unwrap_or(through).min(through);
    let about = About {
        id: &format!("{prefix}-{}", statement.pool),
        title: &format!("{name}: what is left, day by day"),
        unit: &unit,
        width: WIDE,
    };
    let mut all: Vec<Movement> = statement.movements.iter().map(movement).collect();
    all.reverse();
    let shown = if all.len() > SHOWN {
        shown_of(SHOWN, all.len())
    } else {
        String::new()
    };
    Pool {
        chart: steps(about, &by_day(&statement.movements), (start, through), through),
        rows: all.iter().take(SHOWN).cloned().collect(),
        left: grouped(&statement.balance),
        name,
        unit,
        shown,
        all,
    }
}

/// What was left at the end of each day on which it moved.
fn by_day(movements: &[CreditMovement]) -> Vec<Step> {
    let mut days: Vec<Step> = Vec::new();
    for moved in movements {
        let Some(on) = moved.at.get(..10).and_then(|day| day.parse().ok()) else {
            continue;
        };
        let step = Step {
            on,
            value: decimal(&moved.balance),
        };
        match days.last_mut() {
            Some(last) if last.on == on => *last = step,
            _ => days.push(step),
        }
    }
    days
}

fn movement(moved: &CreditMovement) -> Movement {
    Movement {
        at: moved.at.trim_end_matches("T00:00:00").replace('T', " "),
        what: match moved.kind() {
            Kind::Granted => "bought or granted",
            Kind::Refilled => "filled up",
            Kind::Drawn => "used",
            Kind::Repaid => "paid for use before it",
            Kind::RolledOver => "carried over",
            Kind::Expired => "expired",
            Kind::Unspecified => "moved",
        },
        amount: grouped(&moved.amount),
        left: grouped(&moved.balance),
    }
}

fn take_away(pools: &[Pool]) -> Answer {
    let head = ["pool", "unit", "at", "what", "amount", "left"]
        .map(str::to_owned)
        .to_vec();
    let plain = |shown: &str| shown.replace(',', "").replace('−', "-");
    let rows = pools.iter().flat_map(|pool| {
        pool.all.iter().rev().map(move |moved| {
            vec![
                pool.name.clone(),
                pool.unit.clone(),
                moved.at.clone(),
                moved.what.to_owned(),
                plain(&moved.amount),
                plain(&moved.left),
            ]
        })
    });
    sheets::file("credits", std::iter::once(head).chain(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_with_its_last_movement() {
        let moved = |at: &str, balance: &str| CreditMovement {
            at: at.to_owned(),
            balance: balance.to_owned(),
            ..CreditMovement::default()
        };
        let days = by_day(&[
            moved("2026-01-01T00:00:00", "50"),
            moved("2026-01-01T10:00:00", "45"),
            moved("2026-01-03T00:00:00", "40"),
        ]);
        let shown: Vec<_> = days
            .iter()
            .map(|day| format!("{} {}", day.on, day.value))
            .collect();
        assert_eq!(shown, ["2026-01-01 45", "2026-01-03 40"]);
        assert_eq!(movement(&moved("2026-01-01T00:00:00", "5")).at, "2026-01-01");
        assert_eq!(
            movement(&moved("2026-01-01T10:30:00", "5")).at,
            "2026-01-01 10:30:00"
        );
    }
}
