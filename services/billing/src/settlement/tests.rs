use jiff::civil::date;

use super::*;
use crate::journal::{JournalEntry, Side};

fn usd(amount: &str) -> Money {
    Money::new(amount.parse().unwrap(), "USD".parse().unwrap())
}

fn day(day: i8) -> Date {
    date(2026, 1, day)
}

/// 1,000.00 of 1 January; 2 % off until 11 January where it is offered.
fn claim(offered: bool) -> Claim {
    Claim {
        number: "INV-000007".to_owned(),
        date: day(1),
        total: usd("1000.00"),
        early: offered.then(|| EarlyOffer {
            until: day(11),
            discount: usd("20.00"),
            payable: usd("980.00"),
        }),
    }
}

fn pay(claim: &Claim, payments: &[(i8, &str)]) -> Vec<Allocation> {
    let mut done = Vec::new();
    for (on, amount) in payments {
        let payment = allocate(claim, &done, None, (day(*on), usd(amount))).unwrap();
        done.push(payment);
    }
    done
}

fn open(paid: &str, owed: &str) -> Settlement {
    Settlement::Open {
        paid: usd(paid),
        owed: usd(owed),
    }
}

fn paid(on: i8, paid: &str, discount: &str, over: &str) -> Settlement {
    Settlement::Paid {
        on: day(on),
        paid: usd(paid),
        discount: usd(discount),
        over: usd(over),
    }
}

#[test]
fn payments_settle_what_they_cover_and_the_early_discount_is_taken_in_time_alone() {
    for (offered, payments, expected) in [
        (false, &[][..], open("0", "1000.00")),
        (false, &[(5, "400.00")], open("400.00", "600.00")),
        (
            false,
            &[(5, "400.00"), (9, "600.00")],
            paid(9, "1000.00", "0", "0"),
        ),
        (
            false,
            &[(9, "600.00"), (5, "400.00")],
            paid(9, "1000.00", "0", "0"),
        ),
        (false, &[(5, "1000.01")], paid(5, "1000.01", "0", "0.01")),
        (false, &[(5, "980.00")], open("980.00", "20.00")),
        // In time, to the day.
        (true, &[(11, "980.00")], paid(11, "980.00", "20.00", "0")),
        (true, &[(12, "980.00")], open("980.00", "20.00")),
        (true, &[(11, "979.99")], open("979.99", "20.01")),
        // More than the offer asks for: only the rest need not be paid.
        (true, &[(11, "990.00")], paid(11, "990.00", "10.00", "0")),
        (true, &[(11, "1000.00")], paid(11, "1000.00", "0", "0")),
        (true, &[(11, "1030.00")], paid(11, "1030.00", "0", "30.00")),
        // In parts.
        (
            true,
            &[(3, "500.00"), (11, "480.00")],
            paid(11, "980.00", "20.00", "0"),
        ),
        (true, &[(12, "500.00"), (11, "480.00")], open("980.00", "20.00")),
        // What comes after the discount was taken is too much.
        (
            true,
            &[(11, "980.00"), (20, "20.00")],
            paid(20, "1000.00", "20.00", "20.00"),
        ),
    ] {
        let claim = claim(offered);
        let found = settlement(&claim, &pay(&claim, payments), None);
        assert_eq!(found, Ok(expected), "{offered} {payments:?}");
    }
}

#[test]
fn what_is_closed_refuses_what_would_contradict_it() {
    let claim = claim(true);
    let voided = Closing::Voided {
        on: day(9),
        credit_note: "CN-000001".to_owned(),
    };
    let written_off = Closing::WrittenOff {
        on: day(9),
        amount: usd("600.00"),
    };
    let part = pay(&claim, &[(5, "400.00")]);
    let number = claim.number.clone();
    let void = SettlementError::Void {
        number: number.clone(),
        on: day(9),
        credit_note: "CN-000001".to_owned(),
    };
    let lost = SettlementError::WrittenOff {
        number: number.clone(),
        on: day(9),
    };
    let payment = (day(10), usd("1.00"));
    assert_eq!(allocate(&claim, &[], Some(&voided), payment), Err(void.clone()));
    assert_eq!(check_void(&claim, &[], Some(&voided)), Err(void.clone()));
    assert_eq!(write_off(&claim, &[], Some(&voided)), Err(void));
    assert_eq!(check_void(&claim, &part, Some(&written_off)), Err(lost.clone()));
    assert_eq!(write_off(&claim, &part, Some(&written_off)), Err(lost));
    assert_eq!(check_void(&claim, &[], None), Ok(()));
    assert_eq!(
        check_void(&claim, &part, None),
        Err(SettlementError::HasPayments {
            number: number.clone(),
            paid: usd("400.00")
        })
    );
    assert_eq!(write_off(&claim, &part, None), Ok(usd("600.00")));
    let all = pay(&claim, &[(5, "980.00")]);
    assert_eq!(
        write_off(&claim, &all, None),
        Err(SettlementError::NothingOwed { number })
    );
    for wrong in ["0", "-5.00", "0.001"] {
        assert!(
            allocate(&claim, &[], None, (day(5), usd(wrong))).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn money_that_comes_after_a_write_off_lessens_the_loss_and_earns_no_discount() {
    let claim = claim(true);
    let written_off = Closing::WrittenOff {
        on: day(9),
        amount: usd("1000.00"),
    };
    let payment = allocate(&claim, &[], Some(&written_off), (day(10), usd("990.00"))).unwrap();
    let expected = Settlement::Uncollectible {
        on: day(9),
        paid: usd("990.00"),
        lost: usd("10.00"),
    };
    assert_eq!(settlement(&claim, &[payment], Some(&written_off)), Ok(expected));
    assert_eq!(
        shown(&on_payment(&claim, &payment, true).unwrap()),
        ["debit 990.00 cash", "credit 990.00 bad debt"]
    );
}

#[test]
fn an_invoice_of_nothing_is_paid_on_its_day() {
    let nothing = Claim {
        total: usd("0"),
        ..claim(false)
    };
    assert_eq!(settlement(&nothing, &[], None), Ok(paid(1, "0", "0", "0")));
}

#[test]
fn every_entry_balances_and_what_is_reversed_comes_to_nothing() {
    let claim = claim(true);
    let early = pay(&claim, &[(11, "985.00")])[0];
    let entry = on_payment(&claim, &early, false).unwrap();
    let expected = [
        "debit 985.00 cash",
        "debit 15.00 early payment discounts",
        "credit 1000.00 accounts receivable",
    ];
    assert_eq!(shown(&entry), expected);
    let over = pay(&claim, &[(11, "1030.00")])[0];
    let expected = [
        "debit 1030.00 cash",
        "credit 1000.00 accounts receivable",
        "credit 30.00 unapplied cash",
    ];
    assert_eq!(shown(&on_payment(&claim, &over, false).unwrap()), expected);
    let lost = on_write_off(&claim, day(30), usd("600.00")).unwrap();
    assert_eq!(
        shown(&lost),
        ["debit 600.00 bad debt", "credit 600.00 accounts receivable"]
    );
    let back = reversed(&entry, day(12), "payment returned".to_owned()).unwrap();
    let expected = [
        "credit 985.00 cash",
        "credit 15.00 early payment discounts",
        "debit 1000.00 accounts receivable",
    ];
    assert_eq!(shown(&back), expected);
    assert_eq!(back.date(), day(12));
}

fn shown(entry: &JournalEntry) -> Vec<String> {
    let side = |side| match side {
        Side::Debit => "debit",
        Side::Credit => "credit",
    };
    let postings = entry.postings().iter();
    postings
        .map(|posting| format!("{} {} {}", side(posting.side), posting.amount, posting.account))
        .collect()
}
