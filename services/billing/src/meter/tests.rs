//! Every aggregation, and what must never be counted twice or not at all.

use jiff::civil::date;
use pricing::plan::{Aggregation, DimensionFilter, Plan};

use super::*;
use crate::facts::{Facts, Measured, UsageEvent};
use crate::sample::*;

fn january() -> Period {
    Period::try_new(date(2025, 1, 1), date(2025, 2, 1)).unwrap()
}

fn of(aggregation: Aggregation) -> Meter {
    Meter {
        aggregation,
        ..sum_meter("m")
    }
}

fn shown(meter: &Meter, facts: &Facts) -> Result<(String, u64), MeterError> {
    let mut plan = plan(date(2025, 1, 1), None, Vec::new());
    plan.time_zone = "Europe/Berlin".to_owned();
    let reading = read(meter, &Usage::of(&plan, facts)?, january())?;
    Ok((reading.quantity.normalize().to_string(), reading.count))
}

fn events() -> Facts {
    let values = [(3, "20"), (10, "4.5"), (11, "20"), (30, "0.5")];
    let event = |(day, value): (i8, &str)| used(&format!("e{day}"), "m", date(2025, 1, day), value);
    let mut events: Vec<UsageEvent> = values.into_iter().map(event).collect();
    events.push(used("before", "m", date(2024, 12, 31), "7"));
    events.push(used("after", "m", date(2025, 2, 1), "9"));
    events.push(used("other", "n", date(2025, 1, 5), "9"));
    events.reverse();
    Facts { events, ..NONE }
}

#[test]
fn every_aggregation_makes_one_number() {
    let table = [
        (Aggregation::Sum, "45"),
        (Aggregation::Count, "4"),
        (Aggregation::Min, "0.5"),
        (Aggregation::Max, "20"),
        (Aggregation::Last, "0.5"),
        (Aggregation::Average, "11.25"),
        (Aggregation::UniqueCount, "3"),
        (Aggregation::Percentile { rank: 50 }, "4.5"),
        (Aggregation::Percentile { rank: 51 }, "20"),
        (Aggregation::Percentile { rank: 100 }, "20"),
        // 7 for 60 hours, 20 for 168, 4.5 for 24, 20 for 456, 0.5 for 36.
        (Aggregation::WeightedSum, "13026"),
    ];
    for (aggregation, expected) in table {
        assert_eq!(
            shown(&of(aggregation), &events()),
            Ok((expected.to_owned(), 4)),
            "{aggregation:?}"
        );
    }
}

#[test]
fn nothing_used_is_zero() {
    let all = [
        Aggregation::Sum,
        Aggregation::Max,
        Aggregation::Average,
        Aggregation::Percentile { rank: 95 },
    ];
    for aggregation in all {
        assert_eq!(
            shown(&of(aggregation), &NONE),
            Ok(("0".to_owned(), 0)),
            "{aggregation:?}"
        );
    }
}

#[test]
fn an_hour_that_the_clocks_skip_is_not_billed() {
    let mut plan = plan(date(2025, 3, 1), None, Vec::new());
    plan.time_zone = "Europe/Berlin".to_owned();
    let facts = Facts {
        events: vec![used("a", "m", date(2025, 3, 29), "1")],
        ..NONE
    };
    let march = Period::try_new(date(2025, 3, 1), date(2025, 4, 1)).unwrap();
    let usage = Usage::of(&plan, &facts).unwrap();
    // From noon on the 29th: 12 hours, a day of 23, a day of 24.
    assert_eq!(
        read(&of(Aggregation::WeightedSum), &usage, march)
            .unwrap()
            .quantity,
        dec("59")
    );
    let nowhere = Plan {
        time_zone: "Europe/Nowhere".to_owned(),
        ..plan.clone()
    };
    let usage = Usage::of(&nowhere, &facts).unwrap();
    let fault = read(&of(Aggregation::WeightedSum), &usage, march);
    assert!(matches!(fault, Err(MeterError::UnknownTimeZone { .. })));
}

#[test]
fn a_repeat_counts_once_and_a_conflict_is_refused() {
    let mut facts = events();
    facts.events.push(facts.events[3].clone());
    assert_eq!(shown(&of(Aggregation::Sum), &facts).unwrap().0, "45");
    facts.events.push(used("e3", "m", date(2025, 1, 3), "21"));
    let conflict = MeterError::ConflictingFacts { id: "e3".to_owned() };
    assert_eq!(shown(&of(Aggregation::Sum), &facts), Err(conflict));
}

#[test]
fn a_correction_takes_the_place_of_what_it_names() {
    let mut facts = events();
    let correction = used("fix", "m", date(2025, 1, 3), "21");
    facts.events.push(UsageEvent {
        replaces: Some("e3".to_owned()),
        ..correction
    });
    assert_eq!(shown(&of(Aggregation::Sum), &facts).unwrap().0, "46");
}

#[test]
fn filters_and_dimensions_choose_what_counts() {
    let mut facts = events();
    for (at, event) in facts.events.iter_mut().enumerate() {
        let region = ["eu", "us", "ap"][at % 3];
        event.dimensions.insert("region".to_owned(), region.to_owned());
    }
    let wanted = |value: &str| DimensionFilter {
        dimension: "region".to_owned(),
        value: value.to_owned(),
    };
    let some = Meter {
        filters: vec![wanted("eu"), wanted("us")],
        ..sum_meter("m")
    };
    let plan = plan(date(2025, 1, 1), None, Vec::new());
    let usage = Usage::of(&plan, &facts).unwrap();
    let regions = ["region".to_owned()];
    let all = read_by(&sum_meter("m"), &usage, january(), &regions).unwrap();
    let total: Decimal = all.values().map(|reading| reading.quantity).sum();
    assert_eq!(total, dec("45"));
    let chosen = read(&some, &usage, january()).unwrap().quantity;
    let others = all
        .get(&vec!["ap".to_owned()])
        .map_or(Decimal::ZERO, |reading| reading.quantity);
    assert_eq!(chosen, dec("45") - others);
    assert!(others > Decimal::ZERO);
}

fn measured(id: &str, start: Date, end: Date, quantity: &str) -> Measured {
    Measured {
        id: id.to_owned(),
        meter: "m".to_owned(),
        period: Period::try_new(start, end).unwrap(),
        quantity: dec(quantity),
        count: 1,
        dimensions: BTreeMap::new(),
    }
}

#[test]
fn measured_parts_add_up_only_where_they_may() {
    let halves = Facts {
        measured: vec![
            measured("a", date(2025, 1, 1), date(2025, 1, 16), "10"),
            measured("b", date(2025, 1, 16), date(2025, 2, 1), "20"),
        ],
        ..NONE
    };
    assert_eq!(shown(&of(Aggregation::Sum), &halves), Ok(("30".to_owned(), 2)));
    assert!(matches!(
        shown(&of(Aggregation::Max), &halves),
        Err(MeterError::CannotSplit { .. })
    ));
    let whole = Facts {
        measured: vec![measured("a", date(2025, 1, 1), date(2025, 2, 1), "20")],
        ..NONE
    };
    assert_eq!(shown(&of(Aggregation::Max), &whole), Ok(("20".to_owned(), 1)));
    let across = Facts {
        measured: vec![measured("a", date(2025, 1, 20), date(2025, 2, 20), "20")],
        ..NONE
    };
    assert!(matches!(
        shown(&of(Aggregation::Sum), &across),
        Err(MeterError::CannotSplit { .. })
    ));
    let both = Facts {
        events: events().events,
        ..whole
    };
    assert_eq!(
        shown(&of(Aggregation::Sum), &both),
        Err(MeterError::EventsAndMeasured {
            meter: "m".to_owned()
        })
    );
}

#[test]
fn too_much_is_an_error_and_never_a_zero() {
    let huge = |id: &str| used(id, "m", date(2025, 1, 3), "79228162514264337593543950335");
    let facts = Facts {
        events: vec![huge("a"), huge("b")],
        ..NONE
    };
    assert_eq!(
        shown(&of(Aggregation::Sum), &facts),
        Err(MeterError::Overflow {
            meter: "m".to_owned()
        })
    );
}
