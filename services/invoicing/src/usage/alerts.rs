//! Watching usage: whoever writes it compares it with the amounts that somebody wants to hear of, in the same transaction.
//!
//! What passed an amount is noted with the events that did, once for each period. A meter's total is compared in each
//! period that its events lie in, but in none that was over when the alert was set; a bill is compared as it stands now.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use crate::author::Author;
use crate::billing_run::{self, RunError};
use crate::store::audit::{self, Deed};
use crate::store::usage::alerts::{self, Alert, Every, Measure, Watched};
use crate::store::usage::{self, Asked, Moved, Quantity, Series, months};

/// When what was used.
type Times = HashMap<Series, Vec<Timestamp>>;

/// Compares what was just written with every amount that is watched; says whether one was passed.
pub(crate) async fn check(
    connection: &mut PgConnection,
    author: &Author,
    used: impl IntoIterator<Item = Moved>,
) -> Result<bool, sqlx::Error> {
    let mut times = Times::new();
    for (series, at) in used {
        times.entry(series).or_default().push(at);
    }
    if times.is_empty() {
        return Ok(false);
    }
    let series: Vec<Series> = times.keys().copied().collect();
    let alerts = alerts::alerts_on(connection, author.tenant(), &series).await?;
    compare(connection, author, &alerts, &times).await
}

/// Compares all usage of an account, whose terms changed: what was used before may count from now on.
pub(crate) async fn check_account(
    connection: &mut PgConnection,
    author: &Author,
    account: &str,
) -> Result<bool, sqlx::Error> {
    let one = alerts::alerts(connection, author.tenant(), Some(account), "", 1).await?;
    if one.is_empty() {
        return Ok(false);
    }
    let used = usage::used_times(connection, author.tenant(), account).await?;
    check(connection, author, used).await
}

/// Compares what was used so far with an alert that was just set.
pub(crate) async fn check_one(
    connection: &mut PgConnection,
    author: &Author,
    alert: &Alert,
) -> Result<bool, sqlx::Error> {
    let times = match alert.watched {
        Watched::Meter { series, .. } => Times::from([(series, vec![author.at])]),
        Watched::Bill { .. } => Times::new(),
    };
    compare(connection, author, std::slice::from_ref(alert), &times).await
}

/// A period of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    days: (Date, Date),
    from: Timestamp,
    until: Timestamp,
}

impl Span {
    /// The period that holds an instant; none at the end of the calendar.
    fn holding(at: Timestamp, every: Every, zone: &TimeZone) -> Option<Self> {
        let day = zone.to_datetime(at).date();
        let (first, last) = match every {
            Every::Day => (day, day),
            Every::Month => (day.first_of_month(), day.last_of_month()),
            Every::Year => (day.first_of_year(), day.last_of_year()),
        };
        let after = last.tomorrow().ok()?;
        Some(Self {
            days: (first, after),
            from: first.to_zoned(zone.clone()).ok()?.timestamp(),
            until: after.to_zoned(zone.clone()).ok()?.timestamp(),
        })
    }

    fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// The periods of an alert in which something was used.
fn spans(alert: &Alert, times: &Times, now: Timestamp) -> Vec<Span> {
    let zone = TimeZone::get(&alert.time_zone).unwrap_or(TimeZone::UTC);
    let now = [now];
    let times: &[Timestamp] = match alert.watched {
        Watched::Meter { series, .. } => times.get(&series).map_or(&[], Vec::as_slice),
        Watched::Bill { .. } => &now,
    };
    let mut spans: BTreeMap<Date, Span> = BTreeMap::new();
    let mut last: Option<Span> = None;
    for at in times {
        // Neighbours are mostly of one period.
        if last.is_some_and(|last| last.holds(*at)) {
            continue;
        }
        last = Span::holding(*at, alert.every, &zone);
        spans.extend(last.map(|span| (span.days.0, span)));
    }
    spans
        .into_values()
        .filter(|span| span.until > alert.set_at)
        .collect()
}

async fn compare(
    connection: &mut PgConnection,
    author: &Author,
    alerts: &[Alert],
    times: &Times,
) -> Result<bool, sqlx::Error> {
    let mut each: Vec<(&Alert, Span)> = Vec::new();
    for alert in alerts {
        let now = match alert.watched {
            Watched::Meter { .. } => author.at,
            Watched::Bill { .. } => {
                billing_run::now(connection, author.tenant(), &alert.account, author.at).await?
            }
        };
        let spans = spans(alert, times, now);
        each.extend(spans.into_iter().map(|span| (alert, span)));
    }
    if each.is_empty() {
        return Ok(false);
    }
    let begun: Vec<_> = each.iter().map(|(alert, span)| (*alert, span.days.0)).collect();
    let passed = alerts::were_passed(connection, author.tenant(), &begun).await?;
    let open = each.into_iter().enumerate();
    let open: Vec<(&Alert, Span)> = open
        .filter(|(place, _)| !passed.contains(place))
        .map(|(_, open)| open)
        .collect();
    let totals = totals(connection, author, &open).await?;
    let mut deeds = Vec::new();
    for ((alert, span), total) in open.iter().zip(totals) {
        if total >= alert.amount && alerts::pass(connection, author, alert, span.days, total).await? {
            deeds.push(deed(alert, span, total));
        }
    }
    audit::record(connection, author, &deeds).await?;
    Ok(!deeds.is_empty())
}

/// What each comes to in its period.
async fn totals(
    connection: &mut PgConnection,
    author: &Author,
    open: &[(&Alert, Span)],
) -> Result<Vec<Decimal>, sqlx::Error> {
    let mut totals = vec![Decimal::ZERO; open.len()];
    let (mut places, mut asked) = (Vec::new(), Vec::new());
    for (place, (alert, span)) in open.iter().enumerate() {
        match &alert.watched {
            Watched::Meter { meter, measure, .. } => {
                places.push((place, *measure));
                asked.push(question(alert, meter, *span));
            }
            Watched::Bill { currency } => {
                let bill = bill(connection, author, &alert.account, currency).await?;
                totals.splice(place..=place, [bill]);
            }
        }
    }
    let shown = shown(connection, author, &places, &asked).await?;
    for ((place, _), shown) in places.into_iter().zip(shown) {
        totals.splice(place..=place, [shown]);
    }
    Ok(totals)
}

fn question(alert: &Alert, meter: &str, span: Span) -> Asked {
    Asked {
        account: alert.account.clone(),
        meter: meter.to_owned(),
        from: span.from,
        until: span.until,
        dimensions: Vec::new(),
    }
}

/// What meters show, each by its measure.
async fn shown(
    connection: &mut PgConnection,
    author: &Author,
    places: &[(usize, Measure)],
    asked: &[Asked],
) -> Result<Vec<Decimal>, sqlx::Error> {
    let mut shown = vec![Decimal::ZERO; asked.len()];
    if let Some(month) = months::missing(connection, author.tenant(), months::cut(asked)).await? {
        tracing::warn!(%month, "alerts on a month that was archived are not compared");
        return Ok(shown);
    }
    for quantity in usage::quantities(connection, author.tenant(), asked).await? {
        let measure = places.get(quantity.asked).map(|(_, measure)| *measure);
        if let (Some(shown), Some(measure)) = (shown.get_mut(quantity.asked), measure) {
            *shown = measured(&quantity, measure);
        }
    }
    for (((_, measure), asked), shown) in places.iter().zip(asked).zip(&mut shown) {
        if *measure == Measure::Unique {
            let counted = usage::distinct(connection, author.tenant(), std::slice::from_ref(asked)).await?;
            *shown = counted.first().copied().unwrap_or_default().into();
        }
    }
    Ok(shown)
}

fn measured(quantity: &Quantity, measure: Measure) -> Decimal {
    match measure {
        Measure::Sum => quantity.sum,
        Measure::Max => quantity.greatest,
        Measure::Count | Measure::Unique => quantity.count.into(),
    }
}

/// What an account comes to; nothing where it cannot be billed, for which it is parked by the next run.
async fn bill(
    connection: &mut PgConnection,
    author: &Author,
    account: &str,
    currency: &str,
) -> Result<Decimal, sqlx::Error> {
    match billing_run::bill_so_far(connection, author, account, currency).await {
        Err(RunError::Database(error)) => Err(error),
        Err(error) => {
            tracing::warn!(account, %error, "an alert cannot be compared with a bill that cannot be computed");
            Ok(Decimal::ZERO)
        }
        Ok(net) => Ok(net),
    }
}

fn deed(alert: &Alert, span: &Span, total: Decimal) -> Deed {
    let (first, after) = span.days;
    Deed {
        action: "usage.alert_passed",
        subject: alert.name.clone(),
        reason: String::new(),
        before: None,
        after: Some(serde_json::json!({
            "account": alert.account,
            "amount": alert.amount,
            "total": total,
            "from": first,
            "until": after,
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_that_of_the_alerts_time_zone() {
        let zone = TimeZone::get("Asia/Kolkata").unwrap();
        let at: Timestamp = "2026-01-31T18:30:00Z".parse().unwrap();
        let shown = |every| {
            let span = Span::holding(at, every, &zone).unwrap();
            assert!(span.holds(at) && !span.holds(span.until));
            format!("{} {} {}", span.days.0, span.days.1, span.from)
        };
        assert_eq!(shown(Every::Day), "2026-02-01 2026-02-02 2026-01-31T18:30:00Z");
        assert_eq!(shown(Every::Month), "2026-02-01 2026-03-01 2026-01-31T18:30:00Z");
        assert_eq!(shown(Every::Year), "2026-01-01 2027-01-01 2025-12-31T18:30:00Z");
    }
}
