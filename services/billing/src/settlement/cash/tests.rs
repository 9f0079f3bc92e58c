use jiff::civil::date;

use super::*;
use crate::draft::EarlyOffer;
use crate::settlement::{Settlement, allocate, check_void, settlement};

fn usd(amount: &str) -> Money {
    Money::new(amount.parse().unwrap(), "USD".parse().unwrap())
}

fn day(day: i8) -> Date {
    date(2026, 1, day)
}

/// 1,000.00 of 1 January; 980.00 settle it until 11 January.
fn claim() -> Claim {
    Claim {
        number: "INV-000007".to_owned(),
        date: day(1),
        total: usd("1000.00"),
        early: Some(EarlyOffer {
            until: day(11),
            discount: usd("20.00"),
            payable: usd("980.00"),
        }),
    }
}

fn owed_after(before: &[Allocation]) -> String {
    owed(&claim(), before).unwrap().amount.normalize().to_string()
}

#[test]
fn what_was_too_much_is_applied_later_up_to_what_is_owed() {
    let part = allocate(&claim(), &[], None, (day(12), usd("400.00"))).unwrap();
    let applied = apply(&claim(), &[part], None, (day(20), usd("600.00"))).unwrap();
    assert_eq!(
        [applied.amount, applied.applied, applied.discount, applied.over],
        [usd("600.00"), usd("600.00"), usd("0"), usd("0")]
    );
    assert_eq!(owed_after(&[part, applied]), "0");
    assert_eq!(
        apply(&claim(), &[part], None, (day(20), usd("600.01"))),
        Err(SettlementError::MoreThanOwed {
            number: "INV-000007".to_owned(),
            amount: usd("600.01"),
            owed: usd("600.00"),
        })
    );
    let void = Closing::Voided {
        on: day(2),
        credit_note: "CN-000001".to_owned(),
    };
    assert!(matches!(
        apply(&claim(), &[], Some(&void), (day(20), usd("1"))),
        Err(SettlementError::Void { .. })
    ));
}

#[test]
fn cash_that_counts_from_an_early_day_earns_the_discount() {
    let early = apply(&claim(), &[], None, (day(11), usd("980.00"))).unwrap();
    assert_eq!(early.discount, usd("20.00"));
    let late = apply(&claim(), &[], None, (day(12), usd("980.00"))).unwrap();
    assert_eq!(late.discount, usd("0"));
}

#[test]
fn taking_cash_off_takes_back_a_discount_that_is_no_longer_earned() {
    let first = allocate(&claim(), &[], None, (day(5), usd("700.00"))).unwrap();
    let second = allocate(&claim(), &[first], None, (day(6), usd("290.00"))).unwrap();
    assert_eq!(second.discount, usd("10.00"));
    let both = [first, second];
    // 980.00 stay, so the discount covers what was taken off.
    let little = release(&claim(), &both, (day(20), usd("10.00")), usd("700.00")).unwrap();
    assert_eq!(little.discount, usd("10.00"));
    assert_eq!(owed_after(&[first, second, little]), "0");
    // 979.99 do not earn it.
    let more = release(&claim(), &both, (day(20), usd("10.01")), usd("700.00")).unwrap();
    assert_eq!(more.discount, usd("-10.00"));
    assert_eq!(owed_after(&[first, second, more]), "20.01");
    assert_eq!(
        release(&claim(), &both, (day(20), usd("700.01")), usd("700.00")),
        Err(SettlementError::MoreThanApplied {
            number: "INV-000007".to_owned(),
            amount: usd("700.01"),
            applied: usd("700.00"),
        })
    );
}

#[test]
fn an_invoice_whose_cash_went_elsewhere_can_be_voided() {
    let paid = allocate(&claim(), &[], None, (day(20), usd("300.00"))).unwrap();
    let off = release(&claim(), &[paid], (day(21), usd("300.00")), usd("300.00")).unwrap();
    assert!(check_void(&claim(), &[paid], None).is_err());
    assert_eq!(check_void(&claim(), &[paid, off], None), Ok(()));
    let found = settlement(&claim(), &[paid, off], None).unwrap();
    assert_eq!(
        found,
        Settlement::Open {
            paid: usd("0.00"),
            owed: usd("1000.00")
        }
    );
}

#[test]
fn no_more_leaves_than_is_unapplied() {
    let left = leave(day(20), usd("10.00"), usd("30.00")).unwrap();
    assert_eq!((left.amount, left.over), (usd("-10.00"), usd("-10.00")));
    assert_eq!(
        leave(day(20), usd("30.01"), usd("30.00")),
        Err(SettlementError::MoreThanUnapplied {
            amount: usd("30.01"),
            unapplied: usd("30.00"),
        })
    );
    assert!(leave(day(20), usd("0"), usd("30.00")).is_err());
}
