//! Usage as columns: one a day, its parts by the values of a dimension.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;
use wire::invoicing::v1::{DailyUsage, UsageQuantity};
use wire::plan::v1::{AggregationKind, Meter};

use super::aggregation;
use crate::chart::{About, Chart, Column, SERIES, WIDE, columns};
use crate::money::amounts::decimal;
use crate::wording;

/// Which figure of a day the picture shows: the one that the meter's own way of counting makes most of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Sum,
    Count,
    Greatest,
}

impl Shown {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Sum => "sum of the values",
            Self::Count => "number of events",
            Self::Greatest => "greatest value",
        }
    }

    fn of(self, used: &UsageQuantity) -> Decimal {
        match self {
            Self::Sum => decimal(&used.sum),
            Self::Count => Decimal::from(used.count),
            Self::Greatest => decimal(&used.max),
        }
    }
}

pub(super) fn shown(meter: &Meter) -> Shown {
    match aggregation(meter) {
        AggregationKind::Count | AggregationKind::UniqueCount => Shown::Count,
        AggregationKind::Max | AggregationKind::Min | AggregationKind::Last | AggregationKind::Percentile => {
            Shown::Greatest
        }
        _ => Shown::Sum,
    }
}

/// A picture of the days from one to before another; days without usage are empty.
pub(super) fn draw(meter: &Meter, by: &str, days: &[DailyUsage], (from, until): (Date, Date)) -> Chart {
    let shown = shown(meter);
    let names = largest(by, days, shown);
    let of_day = |day: Date| {
        let text = day.to_string();
        let used = days.iter().find(|used| used.date == text);
        let used = used.map(|used| used.quantities.as_slice()).unwrap_or_default();
        Column {
            label: day.strftime("%-d %b").to_string(),
            name: wording::day(day),
            parts: parts(by, used, &names, shown),
        }
    };
    let all: Vec<Column> = from
        .series(1.day())
        .take_while(|day| *day < until)
        .map(of_day)
        .collect();
    let about = About {
        id: "usage",
        title: &format!("{} by day: {}", meter.name, shown.words()),
        unit: if shown == Shown::Count {
            "events"
        } else {
            &meter.unit
        },
        width: WIDE,
    };
    columns(about, &all, legend(names, by, days))
}

/// The values with most usage, as many as there are colours; one is left for all others.
fn largest(by: &str, days: &[DailyUsage], shown: Shown) -> Vec<String> {
    let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
    for used in days.iter().flat_map(|day| &day.quantities) {
        let sum = sums.entry(value(by, used)).or_default();
        *sum = sum.saturating_add(shown.of(used).abs());
    }
    let mut names: Vec<(String, Decimal)> = sums.into_iter().collect();
    names.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let most = if names.len() > SERIES {
        SERIES.saturating_sub(1)
    } else {
        SERIES
    };
    names.into_iter().take(most).map(|(name, _)| name).collect()
}

fn value(by: &str, used: &UsageQuantity) -> String {
    used.dimensions.get(by).cloned().unwrap_or_default()
}

fn parts(by: &str, used: &[UsageQuantity], names: &[String], shown: Shown) -> Vec<Decimal> {
    let mut parts = vec![Decimal::ZERO; names.len().saturating_add(1)];
    for quantity in used {
        let own = value(by, quantity);
        let at = names.iter().position(|name| *name == own).unwrap_or(names.len());
        if let Some(part) = parts.get_mut(at) {
            *part = part.saturating_add(shown.of(quantity));
        }
    }
    parts
}

fn legend(names: Vec<String>, by: &str, days: &[DailyUsage]) -> Vec<String> {
    if by.is_empty() {
        return Vec::new();
    }
    let mut values: Vec<String> = days
        .iter()
        .flat_map(|day| &day.quantities)
        .map(|used| value(by, used))
        .collect();
    values.sort_unstable();
    values.dedup();
    let others = values.len() > names.len();
    let word = |name: String| {
        if name.is_empty() {
            format!("without {by}")
        } else {
            name
        }
    };
    names
        .into_iter()
        .map(word)
        .chain(others.then(|| "all others".to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(region: &str, sum: &str) -> UsageQuantity {
        UsageQuantity {
            dimensions: [("region".to_owned(), region.to_owned())].into(),
            sum: sum.to_owned(),
            count: 1,
            ..UsageQuantity::default()
        }
    }

    #[test]
    fn the_largest_values_have_colours_and_the_others_share_one() {
        let quantities: Vec<UsageQuantity> = (0..9)
            .map(|at| used(&format!("r{at}"), &(at + 1).to_string()))
            .collect();
        let days = [DailyUsage {
            date: "2026-01-02".to_owned(),
            quantities,
        }];
        let span = ("2026-01-01".parse().unwrap(), "2026-01-04".parse().unwrap());
        let chart = draw(&Meter::default(), "region", &days, span);
        assert_eq!(chart.legend, ["r8", "r7", "r6", "r5", "r4", "all others"]);
        assert_eq!(chart.bars.len(), 6);
        assert_eq!(chart.bars[5].title, "2 Jan 2026, all others: 10");
        assert_eq!(chart.ticks.len(), 3, "days without usage are there as well");
    }
}
