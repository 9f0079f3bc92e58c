//! An amendment before it is approved: what it changes over the contract's whole life.

use billing::whole_life::{self, Month, WholeLifeError};
use jiff::ToSpan;
use jiff::civil::Date;
use pricing::money::{Currency, Money};
use pricing::plan::Plan;
use runtime::rejection;
use runtime::tenancy::begin_as;
use sqlx::PgConnection;
use tonic::Status;
use wire::invoicing::v1::{DiffPlansRequest, DiffPlansResponse, MonthDifference};

use super::database;
use super::facts::date;
use super::messages::{money, violations};
use super::plans::within;
use super::preview::check_span;
use crate::Invoicing;
use crate::author::Author;
use crate::billing_run::{self, Book};
use crate::registration::{RegistrationError, check_amendment, plan_faults};
use crate::store::plans::{self, PlanVersion};

pub(super) async fn diff(
    service: &Invoicing,
    author: &Author,
    request: DiffPlansRequest,
) -> Result<DiffPlansResponse, Status> {
    let amendment = amendment(&request)?;
    let mut transaction = begin_as(&service.pool, &author.caller)
        .await
        .map_err(database("comparing plans"))?;
    let amended = amended(&mut transaction, author, &amendment).await?;
    let through = through(&request.through, &amended.plan, &amendment)?;
    let (currency, agreement) = (amendment.currency, amended.agreement);
    let books =
        billing_run::with_and_without(&mut transaction, author.tenant(), &agreement, amendment, through)
            .await
            .map_err(database("comparing plans"))?;
    let (before, after) =
        books.map_err(|error| rejection::failed_precondition("CANNOT_BE_BILLED", error.to_string()))?;
    let computing = tokio::task::spawn_blocking(move || compare(currency, &before, &after, through)).await;
    let months = computing.map_err(|error| rejection::internal("comparing plans", &error))?;
    let months =
        months.map_err(|error| rejection::failed_precondition("CANNOT_BE_BILLED", error.to_string()))?;
    answer(currency, through, &months)
}

fn amendment(request: &DiffPlansRequest) -> Result<Plan, Status> {
    let message = request
        .amendment
        .as_ref()
        .ok_or_else(|| rejection::invalid("amendment", "is missing"))?;
    let plan = wire::plan::plan(message).map_err(|faults| violations(within("amendment", faults)))?;
    let faults = plan_faults(&plan);
    if faults.is_empty() {
        Ok(plan)
    } else {
        Err(rejection::invalid_fields(&faults))
    }
}

/// The version that the plan amends, checked as if it were registered now.
async fn amended(
    connection: &mut PgConnection,
    author: &Author,
    amendment: &Plan,
) -> Result<PlanVersion, Status> {
    let missing = || {
        rejection::invalid(
            "amendment.amends",
            "is missing: name the plan it amends and its first day",
        )
    };
    let amends = amendment.amends.as_ref().ok_or_else(missing)?;
    let newest = plans::newest_of(connection, author.tenant(), &amends.plan)
        .await
        .map_err(database("comparing plans"))?;
    let newest = newest.ok_or_else(|| RegistrationError::AmendsUnknown {
        plan: amends.plan.clone(),
    })?;
    check_amendment(connection, author, amendment, amends, &newest).await?;
    Ok(newest)
}

/// Where neither plan ends, this much is shown unless asked otherwise.
const ENDLESS_YEARS: i32 = 5;

/// The day asked for; else the last day on which either life invoices.
fn through(asked: &str, before: &Plan, after: &Plan) -> Result<Date, Status> {
    let endless = || before.term.start.saturating_add(ENDLESS_YEARS.years());
    let through = if asked.is_empty() {
        let ends = [before.term.end, after.term.end];
        ends.into_iter()
            .map(|end| end.unwrap_or_else(endless))
            .max()
            .unwrap_or_else(endless)
    } else {
        date("through", asked)?
    };
    check_span(before, through)?;
    Ok(through)
}

fn compare(
    currency: Currency,
    before: &Book,
    after: &Book,
    through: Date,
) -> Result<Vec<Month>, WholeLifeError> {
    let (before, after) = (before.whole_life(through)?, after.whole_life(through)?);
    whole_life::by_month(currency, &before, &after)
}

fn answer(currency: Currency, through: Date, months: &[Month]) -> Result<DiffPlansResponse, Status> {
    let too_large = |error| rejection::internal("adding up two lives", &error);
    let mut sums = [Money::zero(currency); 2];
    for month in months {
        sums[0] = sums[0].plus(month.invoiced.before).map_err(too_large)?;
        sums[1] = sums[1].plus(month.invoiced.after).map_err(too_large)?;
    }
    let difference = sums[1].minus(sums[0]).map_err(too_large)?;
    Ok(DiffPlansResponse {
        currency: currency.code().to_owned(),
        through: through.to_string(),
        months: months.iter().map(|each| month(each, currency)).collect(),
        invoiced_before: money(sums[0].amount, currency),
        invoiced_after: money(sums[1].amount, currency),
        invoiced_difference: money(difference.amount, currency),
    })
}

fn month(month: &Month, currency: Currency) -> MonthDifference {
    MonthDifference {
        month: month.month.to_string(),
        invoiced_before: money(month.invoiced.before.amount, currency),
        invoiced_after: money(month.invoiced.after.amount, currency),
        cash_before: money(month.cash.before.amount, currency),
        cash_after: money(month.cash.after.amount, currency),
        revenue_before: money(month.revenue.before.amount, currency),
        revenue_after: money(month.revenue.after.amount, currency),
    }
}
