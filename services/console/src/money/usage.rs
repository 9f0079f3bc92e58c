//! What an account used: by day and by the values of a dimension, and the single events behind each day.

mod conflicts;
mod events;
mod picture;

use askama::Template;
use axum::extract::{Path, Query};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use wire::invoicing::v1::{DailyUsage, ListDailyUsageRequest, RegisteredPlan};
use wire::plan::v1::{AggregationKind, Meter, Plan};

pub(super) use conflicts::refused;
pub(super) use events::{events, waiting};

use super::account::{Head, head, known, plans};
use super::amounts::decimal;
use crate::answer::{Answer, page};
use crate::chart::Chart;
use crate::fault::Fault;
use crate::layout::{Frame, Section};
use crate::link;
use crate::sheets;
use crate::visitor::Visitor;
use crate::wording::{counted, grouped};

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    meter: String,
    /// The first day; the last month if empty.
    #[serde(default)]
    from: String,
    /// The last day, which is in.
    #[serde(default)]
    to: String,
    /// The dimension whose values are told apart.
    #[serde(default)]
    by: String,
    #[serde(default, rename = "as")]
    form: String,
}

#[derive(Template)]
#[template(path = "money/usage.html")]
struct Page {
    frame: Frame,
    head: Head,
    meters: Vec<(String, String)>,
    dimensions: Vec<String>,
    meter: String,
    unit: String,
    by: String,
    from: String,
    to: String,
    before: String,
    after: String,
    /// Which of an event's figures the picture shows, in words.
    shows: &'static str,
    chart: Option<Chart>,
    rows: Vec<Row>,
    sum: Row,
    file: String,
    /// Why there is nothing to see.
    problem: String,
}

/// A day, for one value of the dimension.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Row {
    date: String,
    link: String,
    value: String,
    sum: String,
    count: String,
    least: String,
    greatest: String,
}

/// A meter with the zone in which its agreement counts days.
#[derive(Debug, Clone, PartialEq)]
struct Measured {
    meter: Meter,
    zone: String,
}

pub(super) async fn show(visitor: Visitor, Path(id): Path<String>, Query(asked): Query<Asked>) -> Answer {
    let (known, plans) = tokio::try_join!(known(&visitor, &id), plans(&visitor, &id))?;
    let meters = measured(&plans);
    let chosen = meters.iter().find(|one| one.meter.id == asked.meter);
    let Some(chosen) = chosen.or(meters.first()) else {
        return Err(Fault::unknown("No agreement of this account measures anything.")
            .leading_to("To the accounts", "/accounts"));
    };
    let span = Span::asked(&asked, visitor.console.clock.today());
    let by = Some(&asked.by).filter(|by| chosen.meter.dimensions.contains(by));
    let by = by.cloned().unwrap_or_default();
    let days = daily(&visitor, &id, chosen, span, &by).await?;
    let rows = rows(&id, &chosen.meter.id, &by, &days);
    if asked.form == sheets::AS_FILE {
        return take_away(&by, &rows);
    }
    let here = format!("{}/usage", link::account(&id));
    let address = |span: Span, form: &str| {
        let (from, to) = (span.from.to_string(), span.last().to_string());
        let fields = [
            ("meter", chosen.meter.id.as_str()),
            ("by", &by),
            ("from", &from),
            ("to", &to),
            ("as", form),
        ];
        link::with(&here, &fields)
    };
    let shown = picture::shown(&chosen.meter);
    page(&Page {
        meters: meters
            .iter()
            .map(|one| (one.meter.id.clone(), one.meter.name.clone()))
            .collect(),
        chart: (!days.is_empty()).then(|| picture::draw(&chosen.meter, &by, &days, (span.from, span.until))),
        sum: sum(&days),
        head: head(&known, &plans),
        frame: visitor.frame(Section::Accounts),
        dimensions: chosen.meter.dimensions.clone(),
        meter: chosen.meter.id.clone(),
        unit: chosen.meter.unit.clone(),
        from: span.from.to_string(),
        to: span.last().to_string(),
        before: address(span.moved(-1), ""),
        after: address(span.moved(1), ""),
        file: address(span, sheets::AS_FILE),
        shows: shown.words(),
        problem: String::new(),
        rows,
        by,
    })
}

/// Every meter of the account once, as the newest plan has it.
fn measured(plans: &[RegisteredPlan]) -> Vec<Measured> {
    let mut found: Vec<Measured> = Vec::new();
    for plan in plans.iter().filter_map(|registered| registered.plan.as_ref()) {
        for meter in &plan.meters {
            if found.iter().all(|known| known.meter.id != meter.id) {
                found.push(Measured {
                    meter: with_dimensions_of_prices(meter, plan),
                    zone: plan.time_zone.clone(),
                });
            }
        }
    }
    found
}

/// A meter is told apart by its own dimensions and by those its prices depend on.
fn with_dimensions_of_prices(meter: &Meter, plan: &Plan) -> Meter {
    use wire::plan::v1::price::Model;
    use wire::plan::v1::quantity::Kind;
    let mut meter = meter.clone();
    for charge in &plan.charges {
        let measures = charge
            .quantity
            .as_ref()
            .and_then(|quantity| quantity.kind.as_ref());
        let priced = charge.price.as_ref().and_then(|price| price.model.as_ref());
        if let (Some(Kind::Metered(of)), Some(Model::Matrix(matrix))) = (measures, priced) {
            let new = matrix.dimensions.iter().filter(|_| *of == meter.id);
            meter.dimensions.extend(new.cloned());
        }
    }
    meter.dimensions.sort();
    meter.dimensions.dedup();
    meter
}

/// Days, the last one out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: Date,
    until: Date,
}

/// As long as the service tells at once.
const LONGEST: i32 = 366;

impl Span {
    /// The days asked for; else the month that today is in.
    fn asked(asked: &Asked, today: Date) -> Self {
        let from: Date = asked.from.parse().unwrap_or_else(|_| today.first_of_month());
        let last: Date = asked.to.parse().unwrap_or_else(|_| from.last_of_month());
        let last = last.clamp(from, from.saturating_add(LONGEST.days()));
        Self {
            from,
            until: last.tomorrow().unwrap_or(last),
        }
    }

    fn last(self) -> Date {
        self.until.yesterday().unwrap_or(self.until)
    }

    /// As many days, or months where it is whole months, before or after.
    fn moved(self, by: i32) -> Self {
        let days = self.from.until(self.until).map_or(30, |span| span.get_days());
        if self.from.day() == 1 && self.until.day() == 1 {
            let months =
                (1..=13).find(|months: &i32| self.from.saturating_add(months.months()) >= self.until);
            let months = months.unwrap_or(1).saturating_mul(by);
            return Self {
                from: self.from.saturating_add(months.months()),
                until: self.until.saturating_add(months.months()),
            };
        }
        let days = days.saturating_mul(by);
        Self {
            from: self.from.saturating_add(days.days()),
            until: self.until.saturating_add(days.days()),
        }
    }
}

async fn daily(
    visitor: &Visitor,
    account: &str,
    of: &Measured,
    span: Span,
    by: &str,
) -> Result<Vec<DailyUsage>, Fault> {
    let request = ListDailyUsageRequest {
        account: account.to_owned(),
        meter: of.meter.id.clone(),
        from: span.from.to_string(),
        until: span.until.to_string(),
        time_zone: of.zone.clone(),
        dimension: by.to_owned(),
    };
    Ok(visitor
        .invoicing()
        .list_daily_usage(request)
        .await?
        .into_inner()
        .days)
}

fn rows(account: &str, meter: &str, by: &str, days: &[DailyUsage]) -> Vec<Row> {
    let here = format!("{}/events", link::account(account));
    let of_day = |day: &DailyUsage| {
        let fields = [("meter", meter), ("from", &day.date), ("to", &day.date)];
        let link = link::with(&here, &fields);
        let each = day.quantities.iter().map(move |used| Row {
            date: day.date.clone(),
            link: link.clone(),
            value: used.dimensions.get(by).cloned().unwrap_or_default(),
            sum: grouped(&used.sum),
            count: grouped(&used.count.to_string()),
            least: grouped(&used.min),
            greatest: grouped(&used.max),
        });
        each.collect::<Vec<_>>()
    };
    days.iter().rev().flat_map(of_day).collect()
}

/// All days together.
fn sum(days: &[DailyUsage]) -> Row {
    let quantities = || days.iter().flat_map(|day| &day.quantities);
    let sum = quantities().fold(rust_decimal::Decimal::ZERO, |sum, used| {
        sum.saturating_add(decimal(&used.sum))
    });
    let count: u64 = quantities().map(|used| used.count).sum();
    Row {
        sum: grouped(&sum.normalize().to_string()),
        count: counted(count, "event", "events"),
        ..Row::default()
    }
}

fn take_away(by: &str, rows: &[Row]) -> Answer {
    let by = if by.is_empty() { "all" } else { by };
    let head = ["date", by, "sum", "events", "least", "greatest"];
    let head = head.map(str::to_owned).to_vec();
    let plain = |shown: &str| shown.replace(',', "").replace('−', "-");
    let rows = rows.iter().rev().map(|row| {
        vec![
            row.date.clone(),
            row.value.clone(),
            plain(&row.sum),
            plain(&row.count),
            plain(&row.least),
            plain(&row.greatest),
        ]
    });
    sheets::file("usage", std::iter::once(head).chain(rows))
}

/// How a meter puts its events together.
fn aggregation(meter: &Meter) -> AggregationKind {
    meter
        .aggregation
        .as_ref()
        .map_or(AggregationKind::Sum, |aggregation| aggregation.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(from: &str, to: &str) -> Asked {
        Asked {
            meter: String::new(),
            from: from.to_owned(),
            to: to.to_owned(),
            by: String::new(),
            form: String::new(),
        }
    }

    #[test]
    fn a_span_is_the_month_unless_asked_and_moves_by_its_own_length() {
        let today = "2026-03-15".parse().unwrap();
        for (from, to, first, last, before, after) in [
            ("", "", "2026-03-01", "2026-03-31", "2026-02-01", "2026-04-01"),
            (
                "2026-01-10",
                "2026-01-12",
                "2026-01-10",
                "2026-01-12",
                "2026-01-07",
                "2026-01-13",
            ),
            (
                "2026-01-01",
                "2026-03-31",
                "2026-01-01",
                "2026-03-31",
                "2025-10-01",
                "2026-04-01",
            ),
            (
                "2026-01-10",
                "2026-01-01",
                "2026-01-10",
                "2026-01-10",
                "2026-01-09",
                "2026-01-11",
            ),
            (
                "2020-01-01",
                "2026-01-01",
                "2020-01-01",
                "2021-01-01",
                "2018-12-30",
                "2021-01-02",
            ),
        ] {
            let span = Span::asked(&asked(from, to), today);
            let told = [span.from, span.last(), span.moved(-1).from, span.moved(1).from];
            assert_eq!(
                told.map(|day| day.to_string()),
                [first, last, before, after],
                "{from} {to}"
            );
        }
    }
}
