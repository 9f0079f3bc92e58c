//! Amounts that usage is watched for.

use pricing::money::Currency;
use pricing::plan::{Aggregation, Plan};
use runtime::rejection;
use runtime::tenancy::begin_as;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use tonic::Status;
use wire::invoicing::v1::usage_alert;
use wire::invoicing::v1::{
    ListPassedAlertsRequest, ListPassedAlertsResponse, ListUsageAlertsRequest, ListUsageAlertsResponse,
    PassedAlert, RemoveUsageAlertRequest, RemoveUsageAlertResponse, SetUsageAlertRequest,
    SetUsageAlertResponse, UsageAlert,
};

use super::facts::text;
use super::messages::{money, timestamp};
use super::write::{self, Begun};
use super::{database, page_size};
use crate::Invoicing;
use crate::author::Author;
use crate::store::audit::{self, Deed};
use crate::store::usage::alerts::{self, Alert, Every, Measure, Passed, Watched};
use crate::store::{page, plans, usage as log};
use crate::usage;

const MOST_ALERTS: u16 = 1000;

pub(super) async fn set(
    service: &Invoicing,
    author: Author,
    request: SetUsageAlertRequest,
) -> Result<SetUsageAlertResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "SetUsageAlert",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let told = request.alert.unwrap_or_default();
    let alert = read(&mut write.transaction, &author, &told).await?;
    let failed = database("setting an alert");
    let connection = &mut *write.transaction;
    // Nobody writes usage between setting it and comparing what there is.
    log::take_turn(connection, author.tenant())
        .await
        .map_err(&failed)?;
    alerts::set(connection, &author, &alert).await.map_err(&failed)?;
    let deed = deed(
        "usage.alert_set",
        &alert.name,
        Some(serde_json::json!(format!("{alert:?}"))),
    );
    audit::record(connection, &author, &[deed])
        .await
        .map_err(&failed)?;
    let passed = usage::alerts::check_one(connection, &author, &alert).await;
    let passed = passed.map_err(failed)?;
    let answer = SetUsageAlertResponse {
        alert: Some(message(alert)),
    };
    let answer = write.finish(answer).await?;
    if passed {
        service.signals.passed();
    }
    Ok(answer)
}

fn deed(action: &'static str, name: &str, after: Option<serde_json::Value>) -> Deed {
    Deed {
        action,
        subject: name.to_owned(),
        reason: String::new(),
        before: None,
        after,
    }
}

/// An alert by its message, about something that there is.
async fn read(connection: &mut PgConnection, author: &Author, told: &UsageAlert) -> Result<Alert, Status> {
    let name = text("alert.name", &told.name, 200)?;
    if name.trim().is_empty() {
        return Err(rejection::invalid(
            "alert.name",
            "is missing: give it a name by which it is found",
        ));
    }
    let amount = Decimal::from_str_exact(&told.amount).ok();
    let amount = amount.filter(|amount| *amount > Decimal::ZERO).ok_or_else(|| {
        let sentence = format!("`{}` is no decimal above zero: write 1000.00", told.amount);
        rejection::invalid("alert.amount", sentence)
    })?;
    let account = text("alert.account", &told.account, 200)?;
    let failed = database("looking up an account's plans");
    let versions = plans::of_accounts(connection, author.tenant(), std::slice::from_ref(&account)).await;
    let plans: Vec<Plan> = versions
        .map_err(failed)?
        .into_iter()
        .map(|version| version.plan)
        .collect();
    let newest = plans.last().ok_or_else(|| {
        let sentence = format!("no plan is registered for the account `{account}`: check how it is spelled");
        rejection::not_found("UNKNOWN_ACCOUNT", sentence)
    })?;
    Ok(Alert {
        name,
        watched: watched(connection, author, told, &plans).await?,
        amount: amount.normalize(),
        every: every(told),
        time_zone: newest.time_zone.clone(),
        account,
        invoices: told.invoices,
        set_at: author.at,
    })
}

fn every(told: &UsageAlert) -> Every {
    match told.every() {
        usage_alert::Every::Day => Every::Day,
        usage_alert::Every::Unspecified | usage_alert::Every::Month => Every::Month,
        usage_alert::Every::Year => Every::Year,
    }
}

async fn watched(
    connection: &mut PgConnection,
    author: &Author,
    told: &UsageAlert,
    plans: &[Plan],
) -> Result<Watched, Status> {
    if told.meter.is_empty() {
        return bill(told, plans);
    }
    let meters = plans.iter().rev().flat_map(|plan| &plan.meters);
    let meter = meters
        .clone()
        .find(|meter| meter.id == told.meter)
        .ok_or_else(|| {
            let sentence = format!(
                "no plan of an account `{}` has a meter `{}`: check how both are spelled",
                told.account, told.meter
            );
            rejection::not_found("UNKNOWN_METER", sentence)
        })?;
    let measure = measure(told, meter.aggregation)?;
    let pair = [(told.account.as_str(), told.meter.as_str())];
    let series = log::ensure_series(connection, author.tenant(), &pair).await;
    let series = series.map_err(database("looking up a meter"))?;
    let known = series.find(&told.account, &told.meter);
    let known = known.ok_or_else(|| rejection::internal("looking up a meter", &"its series is gone"))?;
    Ok(Watched::Meter {
        series: known.series,
        meter: told.meter.clone(),
        measure,
    })
}

fn bill(told: &UsageAlert, plans: &[Plan]) -> Result<Watched, Status> {
    if !matches!(
        told.measure(),
        usage_alert::Measure::Unspecified | usage_alert::Measure::Bill
    ) {
        let sentence = "is missing: name the meter to watch, or watch the BILL";
        return Err(rejection::invalid("alert.meter", sentence));
    }
    let billed_in = |currency: &Currency| plans.iter().any(|plan| plan.currency == *currency);
    let currency = told.currency.parse::<Currency>().ok().filter(billed_in);
    let currency = currency.ok_or_else(|| {
        let sentence = format!(
            "`{}` is no currency in which the account is billed",
            told.currency
        );
        rejection::invalid("alert.currency", sentence)
    })?;
    Ok(Watched::Bill {
        currency: currency.code().to_owned(),
    })
}

/// As the plan's meter shows it, unless said otherwise.
fn measure(told: &UsageAlert, aggregation: Aggregation) -> Result<Measure, Status> {
    let refused = |sentence: &str| Err(rejection::invalid("alert.measure", sentence));
    match (told.measure(), aggregation) {
        (usage_alert::Measure::Sum, _) | (usage_alert::Measure::Unspecified, Aggregation::Sum) => {
            Ok(Measure::Sum)
        }
        (usage_alert::Measure::Count, _) | (usage_alert::Measure::Unspecified, Aggregation::Count) => {
            Ok(Measure::Count)
        }
        (usage_alert::Measure::Max, _) | (usage_alert::Measure::Unspecified, Aggregation::Max) => {
            Ok(Measure::Max)
        }
        (usage_alert::Measure::Unique, _) | (usage_alert::Measure::Unspecified, Aggregation::UniqueCount) => {
            Ok(Measure::Unique)
        }
        (usage_alert::Measure::Bill, _) => refused("is BILL: leave the meter empty to watch the bill"),
        (usage_alert::Measure::Unspecified, _) => {
            refused("is missing: what this meter shows is not compared, so name SUM, COUNT, MAX or UNIQUE")
        }
    }
}

pub(super) async fn remove(
    service: &Invoicing,
    author: Author,
    request: RemoveUsageAlertRequest,
) -> Result<RemoveUsageAlertResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "RemoveUsageAlert",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let name = text("name", &request.name, 200)?;
    let failed = database("removing an alert");
    let removed = alerts::remove(&mut write.transaction, author.tenant(), &name).await;
    if !removed.map_err(&failed)? {
        let sentence = format!("there is no alert `{name}`: check how it is spelled");
        return Err(rejection::not_found("UNKNOWN_ALERT", sentence));
    }
    let deed = deed("usage.alert_removed", &name, None);
    let noted = audit::record(&mut write.transaction, &author, &[deed]).await;
    noted.map_err(failed)?;
    write.finish(RemoveUsageAlertResponse {}).await
}

pub(super) async fn list(
    service: &Invoicing,
    author: &Author,
    request: ListUsageAlertsRequest,
) -> Result<ListUsageAlertsResponse, Status> {
    let size = page_size(request.page_size, MOST_ALERTS);
    let after = text("page_token", &request.page_token, 200)?;
    let account = text("account", &request.account, 200)?;
    let account = Some(account.as_str()).filter(|account| !account.is_empty());
    let failed = database("listing alerts");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let limit = i64::from(size).saturating_add(1);
    let found = alerts::alerts(&mut transaction, author.tenant(), account, &after, limit).await;
    let (found, next_page_token) = page(found.map_err(failed)?, size.into(), |last| last.name.clone());
    Ok(ListUsageAlertsResponse {
        alerts: found.into_iter().map(message).collect(),
        next_page_token,
    })
}

pub(super) async fn list_passed(
    service: &Invoicing,
    author: &Author,
    request: ListPassedAlertsRequest,
) -> Result<ListPassedAlertsResponse, Status> {
    let size = page_size(request.page_size, MOST_ALERTS);
    let before = match request.page_token.as_str() {
        "" => i64::MAX,
        token => token.parse().map_err(|_| {
            let sentence = "is none that this service gave; leave it empty to begin again";
            rejection::invalid("page_token", sentence)
        })?,
    };
    let account = text("account", &request.account, 200)?;
    let account = Some(account.as_str()).filter(|account| !account.is_empty());
    let failed = database("listing passed alerts");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let limit = i64::from(size).saturating_add(1);
    let found = alerts::passed(&mut transaction, author.tenant(), account, before, limit).await;
    let (found, next_page_token) = page(found.map_err(failed)?, size.into(), |last| last.place.to_string());
    Ok(ListPassedAlertsResponse {
        passed: found.into_iter().map(passed_message).collect(),
        next_page_token,
    })
}

fn message(alert: Alert) -> UsageAlert {
    let (meter, measure, currency) = match alert.watched {
        Watched::Meter { meter, measure, .. } => (meter, shown(measure), String::new()),
        Watched::Bill { currency } => (String::new(), usage_alert::Measure::Bill, currency),
    };
    UsageAlert {
        name: alert.name,
        account: alert.account,
        meter,
        measure: measure.into(),
        amount: alert.amount.to_string(),
        currency,
        every: match alert.every {
            Every::Day => usage_alert::Every::Day,
            Every::Month => usage_alert::Every::Month,
            Every::Year => usage_alert::Every::Year,
        }
        .into(),
        invoices: alert.invoices,
    }
}

fn shown(measure: Measure) -> usage_alert::Measure {
    match measure {
        Measure::Sum => usage_alert::Measure::Sum,
        Measure::Count => usage_alert::Measure::Count,
        Measure::Max => usage_alert::Measure::Max,
        Measure::Unique => usage_alert::Measure::Unique,
    }
}

fn passed_message(passed: Passed) -> PassedAlert {
    let currency = passed
        .currency
        .as_deref()
        .and_then(|code| code.parse::<Currency>().ok());
    let total = currency.map_or_else(
        || passed.total.normalize().to_string(),
        |currency| money(passed.total, currency),
    );
    let (first, after) = passed.days;
    PassedAlert {
        alert: passed.name,
        account: passed.account,
        meter: passed.meter.unwrap_or_default(),
        amount: passed.amount.to_string(),
        total,
        currency: passed.currency.unwrap_or_default(),
        from: first.to_string(),
        until: after.to_string(),
        passed_at: Some(timestamp(passed.at)),
        invoices: passed.invoices,
        billed_at: passed.billed_at.map(timestamp),
        issued: passed.issued,
    }
}
