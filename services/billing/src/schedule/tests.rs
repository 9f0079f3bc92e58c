//! Tables of dates a reader can check with a calendar, and what holds for every cadence.

use jiff::civil::date;
use pricing::plan::CadenceUnit;
use proptest::prelude::*;

use super::*;

fn every(count: u32, unit: CadenceUnit) -> Recurrence {
    Recurrence {
        every: Cadence { count, unit },
        timing: Timing::Advance,
        anchor: Anchor::Start,
        stub: Stub::Short,
    }
}

fn shown(recurrence: &Recurrence, window: Window, through: Date) -> Vec<String> {
    let cycles = cycles(recurrence, window, through).unwrap();
    let row = |c: &Cycle| {
        let (service, whole) = (c.service.days(), c.whole.days());
        format!("{} +{service}/{whole} on {}", c.service.start(), c.invoice_date)
    };
    cycles.iter().map(row).collect()
}

#[test]
fn twice_a_month_on_agreed_days_begins_with_what_is_left_of_a_half() {
    let twice = Recurrence {
        anchor: Anchor::DaysOfMonth { first: 1, second: 15 },
        ..every(1, CadenceUnit::HalfMonth)
    };
    let window = Window::try_new(date(2025, 2, 10), None).unwrap();
    assert_eq!(
        shown(&twice, window, date(2025, 3, 15)),
        [
            "2025-02-10 +5/14 on 2025-02-10",
            "2025-02-15 +14/14 on 2025-02-15",
            "2025-03-01 +14/14 on 2025-03-01",
            "2025-03-15 +17/17 on 2025-03-15",
        ]
    );
}

#[test]
fn a_short_first_period_is_what_the_contract_makes_of_it() {
    let window = Window::try_new(date(2025, 1, 10), None).unwrap();
    let monthly = Recurrence {
        anchor: Anchor::Calendar,
        ..every(1, CadenceUnit::Month)
    };
    let through = date(2025, 2, 1);
    assert_eq!(
        shown(&monthly, window, through),
        [
            "2025-01-10 +22/31 on 2025-01-10",
            "2025-02-01 +28/28 on 2025-02-01"
        ]
    );
    let merged = Recurrence {
        stub: Stub::Merged,
        ..monthly
    };
    assert_eq!(
        shown(&merged, window, through),
        ["2025-01-10 +50/28 on 2025-01-10"]
    );
    let full = Recurrence {
        stub: Stub::Full,
        ..monthly
    };
    assert_eq!(
        shown(&full, window, through),
        [
            "2025-01-10 +22/22 on 2025-01-10",
            "2025-02-01 +28/28 on 2025-02-01"
        ]
    );
}

#[test]
fn arrears_are_invoiced_on_the_day_after_the_period() {
    let window = Window::try_new(date(2025, 1, 31), Some(date(2025, 3, 10))).unwrap();
    let monthly = Recurrence {
        timing: Timing::Arrears,
        ..every(1, CadenceUnit::Month)
    };
    assert_eq!(
        shown(&monthly, window, date(2025, 12, 31)),
        [
            "2025-01-31 +28/28 on 2025-02-28",
            "2025-02-28 +10/31 on 2025-03-10"
        ]
    );
    assert_eq!(shown(&monthly, window, date(2025, 2, 27)), Vec::<String>::new());
}

#[test]
fn an_agreed_day_survives_a_first_month_too_short_for_it() {
    let window = Window::try_new(date(2025, 2, 10), None).unwrap();
    let on_31 = Recurrence {
        anchor: Anchor::DayOfMonth { day: 31 },
        ..every(1, CadenceUnit::Month)
    };
    assert_eq!(
        shown(&on_31, window, date(2025, 3, 31)),
        [
            "2025-02-10 +18/28 on 2025-02-10",
            "2025-02-28 +31/31 on 2025-02-28",
            "2025-03-31 +30/30 on 2025-03-31"
        ]
    );
}

#[test]
fn calendar_units_begin_on_monday_the_first_the_quarter_the_year() {
    let start = date(2025, 5, 15);
    let window = Window::try_new(start, None).unwrap();
    let table = [
        (1, CadenceUnit::Week, date(2025, 5, 19)),
        (1, CadenceUnit::HalfMonth, date(2025, 5, 16)),
        (1, CadenceUnit::Month, date(2025, 6, 1)),
        (3, CadenceUnit::Month, date(2025, 7, 1)),
        (6, CadenceUnit::Month, date(2025, 7, 1)),
        (1, CadenceUnit::Year, date(2026, 1, 1)),
    ];
    for (count, unit, second) in table {
        let aligned = Recurrence {
            anchor: Anchor::Calendar,
            ..every(count, unit)
        };
        let cycles = cycles(&aligned, window, second).unwrap();
        assert_eq!(cycles[1].service.start(), second, "{count} {unit:?}");
    }
}

#[test]
fn a_window_without_a_day_is_refused() {
    let day = date(2025, 1, 1);
    assert!(matches!(
        Window::try_new(day, Some(day)),
        Err(ScheduleError::EmptyWindow(_))
    ));
}

proptest! {
    #[test]
    fn adjacent_periods_tile_thirty_years(
        start_day in 0i64..1_500, kind in 0usize..4, day in 1u8..=31, anchor_offset in -800i64..800,
        count in 1u32..14, unit in 0usize..5, stub in 0usize..3, ends in proptest::option::of(1i64..10_000),
    ) {
        let units =
            [CadenceUnit::Day, CadenceUnit::Week, CadenceUnit::HalfMonth, CadenceUnit::Month, CadenceUnit::Year];
        let start = plus_days(date(2023, 1, 1), start_day).unwrap();
        let named = plus_days(start, anchor_offset).unwrap();
        let anchors = [Anchor::Start, Anchor::DayOfMonth { day }, Anchor::Calendar, Anchor::On { date: named }];
        let recurrence = Recurrence {
            anchor: anchors[kind],
            stub: [Stub::Short, Stub::Merged, Stub::Full][stub],
            ..every(count, units[unit])
        };
        let end = ends.map(|days| plus_days(start, days).unwrap());
        let window = Window::try_new(start, end).unwrap();
        let through = plus_days(start, 30 * 365).unwrap();
        let cycles = cycles(&recurrence, window, through).unwrap();
        prop_assert_eq!(cycles[0].service.start(), start);
        for pair in cycles.windows(2) {
            prop_assert_eq!(pair[0].service.end(), pair[1].service.start());
        }
        let last = cycles.last().unwrap().service.end();
        prop_assert_eq!(last, end.filter(|end| *end <= through).unwrap_or(last));
        prop_assert!(last > through || Some(last) == end);
    }
}

#[test]
fn periods_are_counted_from_the_first_day_on() {
    let monthly = Recurrence {
        anchor: Anchor::DayOfMonth { day: 10 },
        ..every(1, CadenceUnit::Month)
    };
    let start = date(2024, 1, 1);
    let elapsed = |day| elapsed_periods(&monthly, start, day).unwrap();
    assert_eq!(
        [
            elapsed(date(2023, 12, 1)),
            elapsed(start),
            elapsed(date(2024, 1, 10))
        ],
        [0, 0, 1]
    );
    let window = Window::try_new(start, None).unwrap();
    let early = parts_billed(&monthly, window, date(2023, 12, 31));
    assert_eq!(
        early,
        Err(ScheduleError::BeforeStart {
            start,
            asked: date(2023, 12, 31)
        })
    );
}
