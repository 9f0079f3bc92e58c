//! What was used day by day.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use runtime::rejection;
use runtime::tenancy::begin_as;
use sqlx::PgConnection;
use tonic::Status;
use wire::invoicing::v1::{DailyUsage, ListDailyUsageRequest, ListDailyUsageResponse, UsageQuantity};

use super::database;
use super::facts::date;
use crate::Invoicing;
use crate::author::Author;
use crate::store::usage::{self, Asked, Quantity};

const MOST_DAYS: i32 = 400;

pub(super) async fn list(
    service: &Invoicing,
    author: &Author,
    request: ListDailyUsageRequest,
) -> Result<ListDailyUsageResponse, Status> {
    let days = days(&request)?;
    let asked = asked(&request, &days)?;
    let failed = database("adding up usage");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let quantities = usage::quantities(&mut transaction, author.tenant(), &asked).await;
    let quantities = quantities.map_err(failed)?;
    if quantities.is_empty() {
        check_known(&mut transaction, author, &request).await?;
    }
    let mut answer: Vec<DailyUsage> = Vec::new();
    for used in quantities {
        let Some(day) = days.get(used.asked).map(Date::to_string) else {
            continue;
        };
        match answer.last_mut() {
            Some(last) if last.date == day => last.quantities.push(quantity(used)),
            _ => answer.push(DailyUsage {
                date: day,
                quantities: vec![quantity(used)],
            }),
        }
    }
    Ok(ListDailyUsageResponse { days: answer })
}

fn quantity(used: Quantity) -> UsageQuantity {
    UsageQuantity {
        dimensions: used.dimensions.into_iter().collect(),
        sum: used.sum.to_string(),
        count: used.count,
        min: used.least.to_string(),
        max: used.greatest.to_string(),
    }
}

/// Days without usage are an answer; a meter that no plan has is none.
async fn check_known(
    connection: &mut PgConnection,
    author: &Author,
    request: &ListDailyUsageRequest,
) -> Result<(), Status> {
    let (account, meter) = (request.account.as_str(), request.meter.as_str());
    let pair = [(account, meter)];
    let series = usage::series(connection, author.tenant(), &pair).await;
    let series = series.map_err(database("looking up a meter"))?;
    if series.find(account, meter).is_some_and(|known| known.matched) {
        return Ok(());
    }
    let sentence = format!("no plan of `{account}` has a meter `{meter}`: check how both are spelled");
    Err(rejection::not_found("UNKNOWN_METER", sentence))
}

fn days(request: &ListDailyUsageRequest) -> Result<Vec<Date>, Status> {
    let (from, until) = (date("from", &request.from)?, date("until", &request.until)?);
    let last = from.saturating_add(MOST_DAYS.days());
    if until <= from || until > last {
        let sentence = format!("is {until}: give a day after {from} and not after {last}");
        return Err(rejection::invalid("until", sentence));
    }
    Ok(from.series(1.day()).take_while(|day| *day < until).collect())
}

/// Each day from its first instant to the next day's.
fn asked(request: &ListDailyUsageRequest, days: &[Date]) -> Result<Vec<Asked>, Status> {
    let zone = zone(&request.time_zone)?;
    let outside = |_| rejection::invalid("from", "lies outside of what a calendar holds");
    let dimension = Some(request.dimension.clone()).filter(|dimension| !dimension.is_empty());
    let of_day = |day: &Date| {
        let next = day.tomorrow().map_err(outside)?;
        Ok(Asked {
            account: request.account.clone(),
            meter: request.meter.clone(),
            from: day.to_zoned(zone.clone()).map_err(outside)?.timestamp(),
            until: next.to_zoned(zone.clone()).map_err(outside)?.timestamp(),
            dimensions: dimension.iter().cloned().collect(),
        })
    };
    days.iter().map(of_day).collect()
}

fn zone(name: &str) -> Result<TimeZone, Status> {
    if name.is_empty() {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name).map_err(|_| {
        let sentence = format!("`{name}` is not an IANA time zone: write Europe/Berlin, or UTC");
        rejection::invalid("time_zone", sentence)
    })
}
