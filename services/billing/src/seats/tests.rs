//! A history of seats, and what of it is billed.

use jiff::civil::date;

use super::*;
use crate::sample::*;

fn history(rules: SeatRules, changes: &[(Date, i64)]) -> SeatHistory {
    let changes: Vec<SeatChange> = changes
        .iter()
        .enumerate()
        .map(|(at, (on, count))| seats_from(&format!("c{at}"), "seats", *on, *count))
        .collect();
    SeatHistory::new(Decimal::TEN, rules, &changes)
}

fn june() -> Period {
    Period::try_new(date(2025, 6, 1), date(2025, 7, 1)).unwrap()
}

fn shown(history: &SeatHistory, removal: Removal) -> Vec<String> {
    let movement = |movement: &Movement| format!("{} {}→{}", movement.on, movement.from, movement.to);
    history.movements(june(), removal).iter().map(movement).collect()
}

#[test]
fn a_paid_seat_is_not_given_back_and_may_be_taken_over() {
    let seats = history(
        SeatRules::default(),
        &[
            (date(2025, 6, 5), 8),
            (date(2025, 6, 10), 12),
            (date(2025, 6, 20), 11),
            (date(2025, 6, 25), 13),
        ],
    );
    assert_eq!(
        shown(&seats, Removal::KeepsPaidPeak),
        ["2025-06-10 10→12", "2025-06-25 12→13"]
    );
    assert_eq!(
        shown(&seats, Removal::CountsDays),
        [
            "2025-06-05 10→8",
            "2025-06-10 8→12",
            "2025-06-20 12→11",
            "2025-06-25 11→13"
        ]
    );
}

#[test]
fn the_day_of_a_change_belongs_to_the_new_number() {
    let seats = history(
        SeatRules::default(),
        &[(date(2025, 6, 1), 12), (date(2025, 7, 1), 20)],
    );
    assert_eq!(seats.count_on(date(2025, 5, 31)), dec("10"));
    assert_eq!(seats.count_on(date(2025, 6, 1)), dec("12"));
    assert_eq!(shown(&seats, Removal::KeepsPaidPeak), Vec::<String>::new());
}

#[test]
fn a_floor_and_a_ratchet_hold() {
    let floor = SeatRules {
        floor: Some(dec("9")),
        ratchet: false,
    };
    let down = [
        (date(2025, 6, 5), 2),
        (date(2025, 6, 9), 15),
        (date(2025, 6, 12), 3),
    ];
    let counts = |seats: &SeatHistory| [5, 9, 12].map(|day| seats.count_on(date(2025, 6, day)).to_string());
    assert_eq!(counts(&history(floor, &down)), ["9", "15", "9"]);
    let ratchet = SeatRules {
        floor: None,
        ratchet: true,
    };
    assert_eq!(counts(&history(ratchet, &down)), ["10", "15", "15"]);
}

#[test]
fn the_last_recorded_change_of_a_day_counts_whatever_its_place_in_the_list() {
    let mut first = seats_from("a", "seats", date(2025, 6, 5), 20);
    first.recorded = 2;
    let second = SeatChange {
        recorded: 1,
        ..seats_from("b", "seats", date(2025, 6, 5), 30)
    };
    for changes in [[first.clone(), second.clone()], [second, first]] {
        let seats = SeatHistory::new(Decimal::TEN, SeatRules::default(), &changes);
        assert_eq!(seats.count_on(date(2025, 6, 5)), dec("20"));
    }
}

#[test]
fn peak_and_average_are_observed_over_the_days() {
    let seats = history(
        SeatRules::default(),
        &[(date(2025, 6, 11), 40), (date(2025, 6, 16), 16)],
    );
    assert_eq!(seats.peak(june()), dec("40"));
    // 10 days of 10, 5 of 40, 15 of 16.
    assert_eq!(seats.average(june()), Some(Fraction::whole(dec("18"))));
    assert_eq!(seats.facts_in(june()), ["c0", "c1"]);
}
