//! The usage a book needs: put together by the usage log where it keeps what the meter shows, event by event where
//! somebody looks at each.

use std::collections::{BTreeMap, BTreeSet};

use billing::expected::BillingError;
use billing::facts::{Measured, UsageEvent};
use billing::meter::{MeterError, is_counted};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pricing::period::Period;
use pricing::plan::{self, Aggregation, AmountBase, Charge, Meter, Plan};
use pricing::price::Price;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::book::{Book, Versions};
use super::drafting::{Drafted, DraftingError};
use super::facts::name;
use crate::store::corrupt;
use crate::store::usage::{self, Asked, Quantity};

/// A question to the usage log, and whom its answer is for.
#[derive(Debug, Clone)]
struct Question {
    /// Place of the book.
    book: usize,
    meter: Meter,
    period: Period,
    zone: TimeZone,
    asked: Asked,
    way: Way,
}

/// How the usage of a meter comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// The parts of a period add up to the whole.
    InParts,
    /// Put together, but only for the whole period.
    Whole,
    /// Event by event.
    Singly,
}

/// Adds the usage through a day to each book, which may be another for each.
pub(super) async fn measure(
    connection: &mut PgConnection,
    tenant: Uuid,
    books: Vec<Book>,
    known_through: impl Fn(&Book) -> Date,
) -> Result<Vec<Result<Book, Drafted>>, sqlx::Error> {
    let (mut sums, mut singles) = (Vec::new(), Vec::new());
    let mut opened = Vec::with_capacity(books.len());
    for (place, book) in books.into_iter().enumerate() {
        let questions = questions(place, &book, known_through(&book));
        opened.push(
            questions
                .map_err(|error| book.clone().failed(error))
                .map(|questions| {
                    let (single, together): (Vec<_>, Vec<_>) = questions
                        .into_iter()
                        .partition(|question| question.way == Way::Singly);
                    sums.extend(together);
                    singles.extend(single);
                    book
                }),
        );
    }
    let unique = unique(connection, tenant, &sums).await?;
    for quantity in usage::quantities(connection, tenant, &asked(&sums)).await? {
        let unique = unique.get(&quantity.asked).copied();
        if let Some((question, book)) = addressee(&sums, &mut opened, quantity.asked) {
            book.facts.measured.extend(measured(question, quantity, unique));
        }
    }
    for single in usage::events(connection, tenant, &asked(&singles)).await? {
        if let Some((question, book)) = addressee(&singles, &mut opened, single.asked) {
            book.facts.events.push(event_fact(&single.event, &question.zone));
        }
    }
    Ok(opened)
}

/// What a meter shows in a period that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Running {
    pub(crate) meter: String,
    pub(crate) period: Period,
    /// None where nothing was used.
    pub(crate) quantity: Option<Quantity>,
}

/// What meters of a book show in some periods, over all dimensions.
pub(super) async fn running(
    connection: &mut PgConnection,
    tenant: Uuid,
    book: &Book,
    windows: BTreeSet<(String, Period)>,
) -> Result<Vec<Running>, sqlx::Error> {
    let plan = book.versions.last();
    let zone = TimeZone::get(&plan.time_zone).map_err(corrupt)?;
    let midnight = |day: Date| Ok::<_, sqlx::Error>(day.to_zoned(zone.clone()).map_err(corrupt)?.timestamp());
    let mut asked = Vec::with_capacity(windows.len());
    for (meter, period) in &windows {
        asked.push(Asked {
            account: plan.account.clone(),
            meter: meter.clone(),
            from: midnight(period.start())?,
            until: midnight(period.end())?,
            dimensions: Vec::new(),
        });
    }
    let shown = windows.into_iter().map(|(meter, period)| Running {
        meter,
        period,
        quantity: None,
    });
    let mut shown: Vec<Running> = shown.collect();
    for quantity in usage::quantities(connection, tenant, &asked).await? {
        if let Some(running) = shown.get_mut(quantity.asked) {
            running.quantity = Some(quantity);
        }
    }
    Ok(shown)
}

/// Of the questions that count different values, how many there are.
async fn unique(
    connection: &mut PgConnection,
    tenant: Uuid,
    questions: &[Question],
) -> Result<BTreeMap<usize, u64>, sqlx::Error> {
    let places = questions.iter().enumerate();
    let (places, counted): (Vec<usize>, Vec<Asked>) = places
        .filter(|(_, question)| question.meter.aggregation == Aggregation::UniqueCount)
        .map(|(place, question)| (place, question.asked.clone()))
        .unzip();
    if counted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let counts = usage::distinct(connection, tenant, &counted).await?;
    Ok(places.into_iter().zip(counts).collect())
}

fn asked(questions: &[Question]) -> Vec<Asked> {
    questions.iter().map(|question| question.asked.clone()).collect()
}

fn addressee<'q, 'b>(
    questions: &'q [Question],
    opened: &'b mut [Result<Book, Drafted>],
    place: usize,
) -> Option<(&'q Question, &'b mut Book)> {
    let question = questions.get(place)?;
    let book = opened.get_mut(question.book)?.as_mut().ok()?;
    Some((question, book))
}

/// What a book asks: each window of a meter that the log puts together, all events of any other.
fn questions(place: usize, book: &Book, through: Date) -> Result<Vec<Question>, DraftingError> {
    let plan = book.versions.last();
    let zone = TimeZone::get(&plan.time_zone).map_err(|_| no_zone(plan))?;
    let windows = book.windows(through)?;
    let mut ways: BTreeMap<&str, Way> = BTreeMap::new();
    for window in &windows {
        let way = way(&book.versions, &window.meter, window.by_day);
        let known = ways.entry(&window.meter).or_insert(way);
        *known = way.max(*known);
    }
    let mut periods: BTreeSet<(String, Period, Way)> = BTreeSet::new();
    for window in &windows {
        let meter = || window.meter.clone();
        match ways.get(window.meter.as_str()).copied().unwrap_or(Way::Singly) {
            way @ Way::InParts if window.by_day => {
                periods.extend(days(window.period).map(|day| (meter(), day, way)));
            }
            way @ (Way::InParts | Way::Whole) => periods.extend([(meter(), window.period, way)]),
            way @ Way::Singly => {
                periods.extend(always(through).map(|always| (meter(), always, way)));
            }
        }
    }
    let asked = periods.into_iter().filter_map(|(id, period, way)| {
        let meter = book.versions.meter(&id, period.start())?;
        let asked = ask(plan, meter, period, &zone).ok_or_else(|| no_zone(plan));
        Some(asked.map(|asked| Question {
            book: place,
            meter: meter.clone(),
            period,
            zone: zone.clone(),
            asked,
            way,
        }))
    });
    asked.collect()
}

/// None where a midnight leaves the calendar.
fn ask(plan: &Plan, meter: &Meter, period: Period, zone: &TimeZone) -> Option<Asked> {
    let midnight = |day: Date| Some(day.to_zoned(zone.clone()).ok()?.timestamp());
    let filtered = meter.filters.iter().map(|filter| &filter.dimension);
    let dimensions: BTreeSet<&String> = meter.dimensions.iter().chain(filtered).collect();
    Some(Asked {
        account: plan.account.clone(),
        meter: meter.id.clone(),
        from: midnight(period.start())?,
        until: midnight(period.end())?,
        dimensions: dimensions.into_iter().cloned().collect(),
    })
}

fn no_zone(plan: &Plan) -> DraftingError {
    let meter = plan
        .meters
        .first()
        .map(|meter| meter.id.clone())
        .unwrap_or_default();
    BillingError::from(MeterError::UnknownTimeZone {
        meter,
        name: plan.time_zone.clone(),
    })
    .into()
}

fn days(period: Period) -> impl Iterator<Item = Period> {
    let after = |day: Date| day.checked_add(1.day()).ok();
    let starts = std::iter::successors(Some(period.start()), move |day| after(*day));
    starts
        .take_while(move |day| *day < period.end())
        .filter_map(move |day| Period::try_new(day, after(day)?).ok())
}

/// From the first day that events may have: a level set long ago still holds.
fn always(through: Date) -> Option<Period> {
    Period::try_new(Date::constant(1, 1, 1), through.checked_add(1.day()).ok()?).ok()
}

/// The same for all versions: a meter's usage comes in one way. Of a meter that does not add, credits that pay by the
/// day ask for parts, which only its events have.
fn way(versions: &Versions, meter: &str, by_day: bool) -> Way {
    let of = |plan: &Plan| {
        let mut charges = plan
            .charges
            .iter()
            .filter(|charge| charge_meter(charge) == Some(meter));
        if charges.any(looks_at_each) {
            return Way::Singly;
        }
        let defined = plan.meters.iter().filter(|defined| defined.id == meter);
        defined.map(way_of).max().unwrap_or(Way::InParts)
    };
    match versions.each().map(of).max() {
        Some(Way::Whole) if by_day => Way::Singly,
        way => way.unwrap_or(Way::InParts),
    }
}

fn way_of(meter: &Meter) -> Way {
    let plain = meter.dimensions.is_empty() && meter.filters.is_empty();
    match meter.aggregation {
        Aggregation::Sum | Aggregation::Count => Way::InParts,
        Aggregation::Min | Aggregation::Max => Way::Whole,
        // Means and counts of different values cannot be put together from those of combinations of dimensions.
        Aggregation::Average | Aggregation::UniqueCount if plain => Way::Whole,
        _ => Way::Singly,
    }
}

fn looks_at_each(charge: &Charge) -> bool {
    let ramped = charge.ramp.iter().map(|segment| &segment.price);
    let mut prices = std::iter::once(&charge.price).chain(ramped);
    prices.any(|price| matches!(price, Price::Percentage { rate } if rate.asks_for_transactions()))
}

fn charge_meter(charge: &Charge) -> Option<&str> {
    match &charge.quantity {
        plan::Quantity::Metered { meter }
        | plan::Quantity::Amount {
            of: AmountBase::Meter { meter },
        } => Some(meter),
        plan::Quantity::Fixed { .. } | plan::Quantity::Seats { .. } | plan::Quantity::Amount { .. } => None,
    }
}

/// A quantity as billing takes it; none where the meter's filters leave it out.
fn measured(question: &Question, quantity: Quantity, unique: Option<u64>) -> Option<Measured> {
    if !is_counted(&question.meter, &quantity.dimensions) {
        return None;
    }
    let (from, until) = (question.period.start(), question.period.end());
    let dimensions = if quantity.dimensions.is_empty() {
        String::new()
    } else {
        serde_json::to_string(&quantity.dimensions).ok()?
    };
    let id = format!("{} {from}/{until} {dimensions}", question.meter.id);
    Some(Measured {
        id: name("measured", id.trim_end()),
        meter: question.meter.id.clone(),
        period: question.period,
        quantity: match question.meter.aggregation {
            Aggregation::Count => Decimal::from(quantity.count),
            Aggregation::Min => quantity.least,
            Aggregation::Max => quantity.greatest,
            Aggregation::Average => quantity.sum.checked_div(Decimal::from(quantity.count))?,
            Aggregation::UniqueCount => Decimal::from(unique?),
            _ => quantity.sum,
        },
        count: quantity.count,
        dimensions: quantity.dimensions,
    })
}

/// An event as billing takes it: its time local to the plan, its name unique over all sources.
pub(crate) fn event_fact(event: &usage::UsageEvent, zone: &TimeZone) -> UsageEvent {
    UsageEvent {
        id: event_name(&event.source, &event.id),
        meter: event.meter.clone(),
        at: zone.to_datetime(event.at),
        value: event.value,
        key: None,
        dimensions: event.dimensions.clone(),
        replaces: event.corrects.as_ref().map(|id| event_name(&event.source, id)),
    }
}

/// The name of an event: a slash in its source is escaped, so that no two events share one.
fn event_name(source: &str, id: &str) -> String {
    name(
        "usage",
        &format!("{}/{id}", source.replace('%', "%25").replace('/', "%2F")),
    )
}

#[cfg(test)]
mod tests;
