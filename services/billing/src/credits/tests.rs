//! Grants burned down, refilled, reset and lost.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::sample::dec;

fn at(day: i8, hour: i8) -> DateTime {
    date(2024, 1, day).at(hour, 0, 0, 0)
}

fn grant(id: &str, priority: i64, starts: DateTime, ends: DateTime) -> Grant {
    Grant {
        id: id.to_owned(),
        amount: dec("100"),
        priority,
        starts,
        ends: Some(ends),
        refills: Vec::new(),
        refill: Refill::ToAmount,
        rollover: RolloverBounds::default(),
    }
}

fn burned(
    grants: &[Grant],
    uses: &[(DateTime, i64)],
    resets: &[Reset],
    until: DateTime,
) -> (Vec<String>, String) {
    let grants: Vec<_> = grants.iter().map(|grant| (grant.clone(), dec("100"))).collect();
    let uses: Vec<_> = uses
        .iter()
        .map(|(at, quantity)| Use {
            at: *at,
            quantity: (*quantity).into(),
        })
        .collect();
    let left = burn_down(&grants, &uses, resets, at(1, 0), until).unwrap();
    let balances = left
        .balances
        .iter()
        .map(|(id, balance)| format!("{id} {balance}"))
        .collect();
    (balances, left.overage.to_string())
}

fn shown(balances: &[&str], overage: &str) -> (Vec<String>, String) {
    (
        balances.iter().map(|text| (*text).to_owned()).collect(),
        overage.to_owned(),
    )
}

#[test]
fn grants_burn_by_priority_then_end_then_name() {
    let grants = [
        grant("d", 1, at(1, 0), at(31, 0)),
        grant("c", 1, at(1, 0), at(31, 0)),
        grant("b", 1, at(1, 0), at(20, 0)),
        grant("a", 0, at(1, 0), at(31, 0)),
    ];
    let left = burned(&grants, &[(at(2, 0), 250)], &[], at(3, 0));
    assert_eq!(left, shown(&["d 100", "c 50", "b 0", "a 0"], "0"));
}

#[test]
fn the_edges_of_a_window_are_exact() {
    let short = grant("g", 1, at(1, 0), at(5, 0));
    let uses = [(at(5, 0), 30)];
    assert_eq!(
        burned(std::slice::from_ref(&short), &uses, &[], at(5, 0)),
        shown(&["g 100"], "0")
    );
    assert_eq!(burned(&[short], &uses, &[], at(6, 0)), shown(&["g 0"], "30"));
    let later = grant("g", 1, at(4, 0), at(9, 0));
    assert_eq!(
        burned(std::slice::from_ref(&later), &[], &[], at(4, 0)),
        shown(&["g 100"], "0")
    );
    assert_eq!(burned(&[later], &[], &[], at(3, 0)), shown(&["g 0"], "0"));
}

#[test]
fn overage_is_repaid_by_what_comes_next() {
    let mut refilled = grant("g", 1, at(1, 0), at(31, 0));
    refilled.refills = vec![at(10, 0)];
    assert_eq!(
        burned(&[refilled.clone()], &[(at(2, 0), 130)], &[], at(9, 0)),
        shown(&["g 0"], "30")
    );
    assert_eq!(
        burned(&[refilled], &[(at(2, 0), 130)], &[], at(10, 0)),
        shown(&["g 70"], "0")
    );
}

#[test]
fn a_reset_keeps_what_may_roll_over() {
    let mut rolling = grant("g", 1, at(1, 0), at(31, 0));
    rolling.rollover = RolloverBounds {
        min: dec("20"),
        max: dec("50"),
    };
    let reset = |keeps_overage| {
        [Reset {
            at: at(5, 0),
            keeps_overage,
        }]
    };
    let of = |used, keeps| burned(&[rolling.clone()], &[(at(2, 0), used)], &reset(keeps), at(6, 0));
    assert_eq!(of(10, false), shown(&["g 50"], "0"));
    assert_eq!(of(70, false), shown(&["g 30"], "0"));
    assert_eq!(of(115, false), shown(&["g 20"], "0"));
    assert_eq!(of(115, true), shown(&["g 5"], "0"));
}

#[test]
fn a_renewal_adds_to_what_was_left_within_bounds() {
    let mut renewed = grant("g", 1, at(1, 0), at(31, 0));
    renewed.refills = vec![at(10, 0), at(20, 0)];
    renewed.refill = Refill::AddWithin(RolloverBounds {
        min: dec("0"),
        max: dec("150"),
    });
    assert_eq!(
        burned(&[renewed.clone()], &[(at(2, 0), 80)], &[], at(10, 0)),
        shown(&["g 120"], "0")
    );
    assert_eq!(
        burned(&[renewed], &[(at(2, 0), 80)], &[], at(20, 0)),
        shown(&["g 150"], "0")
    );
}

#[test]
fn the_history_explains_every_balance() {
    let short = grant("g", 1, at(2, 0), at(5, 0));
    let uses = [Use {
        at: at(3, 0),
        quantity: dec("40"),
    }];
    let left = burn_down(&[(short, dec("0"))], &uses, &[], at(1, 0), at(9, 0)).unwrap();
    let kinds: Vec<_> = left
        .history
        .iter()
        .map(|moved| (moved.kind, moved.amount, moved.balance))
        .collect();
    assert_eq!(
        kinds,
        [
            (MovementKind::Granted, dec("100"), dec("100")),
            (MovementKind::Drawn, dec("-40"), dec("60")),
            (MovementKind::Expired, dec("-60"), dec("0")),
        ]
    );
}

#[test]
fn less_than_nothing_and_the_past_are_refused() {
    let negative = Grant {
        amount: dec("-1"),
        ..grant("g", 1, at(1, 0), at(5, 0))
    };
    let mut ledger = Ledger::new(at(3, 0));
    assert!(matches!(
        ledger.add(negative, None),
        Err(CreditError::Negative { .. })
    ));
    assert!(matches!(
        ledger.draw_or_owe(at(4, 0), dec("-1")),
        Err(CreditError::Negative { .. })
    ));
    assert!(matches!(
        ledger.advance_to(at(2, 0)),
        Err(CreditError::OutOfOrder { .. })
    ));
}

#[test]
fn wallets_pay_by_priority_and_age_what_they_may_pay() {
    let eur = |amount: &str| pricing::money::Money::new(dec(amount), "EUR".parse().unwrap());
    let wallet = |id: &str, priority, pays: &[&str]| Wallet {
        id: id.to_owned(),
        balance: eur("10"),
        priority,
        pays: pays.iter().map(|kind| (*kind).to_owned()).collect(),
    };
    let wallets = vec![
        wallet("late", 2, &[]),
        wallet("seats only", 1, &["seats"]),
        wallet("first", 1, &[]),
    ];
    let fees = [
        Fee {
            kind: "usage".to_owned(),
            amount: eur("15"),
        },
        Fee {
            kind: "seats".to_owned(),
            amount: eur("20"),
        },
    ];
    let applied = apply_wallets(wallets, &fees, eur("0")).unwrap();
    assert_eq!((applied.paid, applied.due), (eur("30"), eur("5")));
    assert!(
        applied
            .wallets
            .iter()
            .all(|wallet| wallet.balance.amount.is_zero())
    );
}

proptest! {
    #[test]
    fn balances_never_fall_below_zero_and_nothing_is_lost(
        grants in proptest::collection::vec((0i64..4, 0i64..500, 1i8..28, 1i8..28), 1..5),
        uses in proptest::collection::vec((1i8..28, 0i64..400), 0..20),
    ) {
        let grants: Vec<_> = grants.iter().enumerate().map(|(n, (priority, amount, start, length))| {
            let starts = at(*start, 0);
            let ends = date(2024, 1, *start).checked_add(jiff::Span::new().days(i64::from(*length))).unwrap().at(0, 0, 0, 0);
            (Grant { amount: (*amount).into(), ..grant(&format!("g{n}"), *priority, starts, ends) }, (*amount).into())
        }).collect();
        let uses: Vec<_> = uses.iter().map(|(day, n)| Use { at: at(*day, 12), quantity: (*n).into() }).collect();
        let until = date(2024, 3, 1).at(0, 0, 0, 0);
        let left = burn_down(&grants, &uses, &[], at(1, 0), until).unwrap();
        prop_assert!(left.history.iter().all(|moved| moved.balance >= Decimal::ZERO));
        prop_assert!(left.balances.iter().all(|(_, balance)| *balance >= Decimal::ZERO));
        let moved: Decimal = left.history.iter().map(|moved| moved.amount).sum();
        let held: Decimal = left.balances.iter().map(|(_, balance)| *balance).sum();
        prop_assert_eq!(moved, held);
        let drawn: Decimal = left.history.iter()
            .filter(|moved| matches!(moved.kind, MovementKind::Drawn | MovementKind::Repaid))
            .map(|moved| -moved.amount).sum();
        let used: Decimal = uses.iter().map(|used| used.quantity).sum();
        prop_assert_eq!(drawn + left.overage, used);
    }
}
