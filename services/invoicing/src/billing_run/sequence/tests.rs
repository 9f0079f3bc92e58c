use billing::line::{BilledLine, DueReason, ExpectedLine};
use jiff::civil::{Date, date};
use pricing::money::{Currency, Money};
use pricing::working::Working;

use super::*;

fn usd(amount: i64) -> Money {
    Money::new(amount.into(), "USD".parse().unwrap())
}

fn days(from: i8, until: i8) -> Option<Period> {
    Some(Period::try_new(date(2026, 1, from), date(2026, 1, until)).unwrap())
}

fn billed(service: Option<Period>, sequence: i32) -> Billed {
    let line = BilledLine {
        charge: "fee".to_owned(),
        component: Component::Base,
        service,
        invoice_date: date(2026, 1, 1),
        amount: usd(100),
        tax: None,
        description: "Fee".to_owned(),
        invoice: "INV-000001".to_owned(),
    };
    Billed {
        agreement: "a".to_owned(),
        line,
        sequence,
    }
}

fn due(component: Component, service: Option<Period>, reason: DueReason) -> DueLine {
    let currency: Currency = "USD".parse().unwrap();
    let line = ExpectedLine {
        charge: "fee".to_owned(),
        component,
        service,
        invoice_date: Date::MIN,
        description: "Fee".to_owned(),
        quantity: None,
        amount: usd(1),
        tax: None,
        working: Working::new(currency),
        facts: Vec::new(),
        sources: Vec::new(),
    };
    DueLine { line, reason }
}

fn first(service: Option<Period>) -> DueLine {
    due(Component::Base, service, DueReason::First)
}

fn restated(service: Option<Period>) -> DueLine {
    let reason = DueReason::Restated {
        billed: usd(1),
        expected: usd(2),
        invoices: Vec::new(),
    };
    due(Component::Base, service, reason)
}

fn withdrawn(service: Option<Period>) -> DueLine {
    due(
        Component::Base,
        service,
        DueReason::Withdrawn {
            billed: usd(1),
            invoices: Vec::new(),
        },
    )
}

fn places(billed: &[Billed], due: &[DueLine]) -> Vec<i32> {
    Places::of(billed).assign(&due.iter().map(|due| (due, false)).collect::<Vec<_>>())
}

/// What it shows, what was billed, what is due, and the places that takes.
type Case<'a> = (&'a str, &'a [Billed], Vec<DueLine>, Vec<i32>);

#[test]
fn lines_take_places_that_the_database_can_hold() {
    let on = date(2026, 1, 10);
    let seats = due(Component::Seats { on }, days(10, 31), DueReason::First);
    let once = [billed(days(1, 11), 0)];
    let twice = [billed(days(1, 11), 0), billed(days(1, 11), 1)];
    let cases: [Case<'_>; 8] = [
        ("new days begin at 0", &once, vec![first(days(11, 21))], vec![0]),
        (
            "days billed before are refused: 0 is taken",
            &once,
            vec![first(days(5, 15))],
            vec![0],
        ),
        (
            "a restatement follows what it restates",
            &once,
            vec![restated(days(1, 11))],
            vec![1],
        ),
        (
            "the next one follows that",
            &twice,
            vec![restated(days(1, 11))],
            vec![2],
        ),
        (
            "a period cut in two: its rest is let through beside the restatement, in any order",
            &once,
            vec![first(days(5, 15)), restated(days(1, 11))],
            vec![2, 1],
        ),
        (
            "taken back and billed anew",
            &once,
            vec![withdrawn(days(1, 11)), first(days(1, 11))],
            vec![1, 2],
        ),
        (
            "another part of the charge is another matter",
            &once,
            vec![seats],
            vec![0],
        ),
        (
            "what is not served over time has places too",
            &[billed(None, 0)],
            vec![first(None)],
            vec![0],
        ),
    ];
    for (case, billed, due, expected) in cases {
        assert_eq!(places(billed, &due), expected, "{case}");
    }
}

#[test]
fn a_further_part_of_a_line_takes_the_place_after_it() {
    let parts = [first(days(1, 11)), first(days(1, 11)), first(days(11, 21))];
    let due = [(&parts[0], false), (&parts[1], true), (&parts[2], true)];
    assert_eq!(Places::of(&[]).assign(&due), [0, 1, 0]);
    // The same line twice by mistake is refused as ever.
    let due = [(&parts[0], false), (&parts[1], false)];
    assert_eq!(Places::of(&[]).assign(&due), [0, 0]);
    let restated = [restated(days(1, 11)), restated(days(1, 11))];
    let billed = [billed(days(1, 11), 0), billed(days(1, 11), 1)];
    let due = [(&restated[0], false), (&restated[1], true)];
    assert_eq!(Places::of(&billed).assign(&due), [2, 3]);
}
