//! Figures that can be checked by hand, and what holds for every contract.

use jiff::civil::date;
use pricing::fraction::Fraction;
use pricing::period::Period;
use pricing::plan::Remainder;
use proptest::prelude::*;

use super::*;
use crate::sample::dec;

const WHOLE: PartRounding = PartRounding::Sum(Remainder::LargestFraction);

fn promised(prices: &[(&str, &str)]) -> Vec<Obligation> {
    let obligation = |(id, price): &(&str, &str)| Obligation {
        id: (*id).to_owned(),
        selling_price: dec(price),
    };
    prices.iter().map(obligation).collect()
}

fn amounts(parts: &[(String, Decimal)]) -> Vec<String> {
    parts
        .iter()
        .map(|(id, amount)| format!("{id} {amount}"))
        .collect()
}

fn months(revenue: &[MonthRevenue]) -> Vec<String> {
    revenue
        .iter()
        .map(|month| month.amount.normalize().to_string())
        .collect()
}

fn service(start: Date, end: Date) -> Period {
    Period::try_new(start, end).unwrap()
}

#[test]
fn a_price_is_allocated_by_what_things_cost_alone() {
    let parts = allocate(
        dec("1500"),
        &promised(&[("setup", "500"), ("service", "1500")]),
        2,
        WHOLE,
    );
    assert_eq!(amounts(&parts.unwrap()), ["setup 375", "service 1125"]);
    let thirds = promised(&[("b", "1"), ("a", "1"), ("c", "1")]);
    let whole = allocate(dec("100"), &thirds, 2, WHOLE).unwrap();
    assert_eq!(amounts(&whole), ["b 33.33", "a 33.34", "c 33.33"]);
    let nearest = allocate(dec("100"), &thirds, 2, PartRounding::EachToNearest).unwrap();
    assert_eq!(amounts(&nearest), ["b 33.33", "a 33.33", "c 33.33"]);
    let last = allocate(dec("100"), &thirds, 2, PartRounding::Sum(Remainder::LastPart)).unwrap();
    assert_eq!(amounts(&last), ["b 33.33", "a 33.33", "c 33.34"]);
    let free = allocate(dec("100"), &promised(&[("a", "0")]), 2, WHOLE);
    assert_eq!(free, Err(RevenueError::NoSellingPrice { sum: Decimal::ZERO }));
}

#[test]
fn the_discount_of_a_bundle_stays_in_it() {
    let promises = promised(&[("a", "40"), ("b", "55"), ("c", "45")]);
    let bundle = Bundle {
        members: vec!["b".to_owned(), "c".to_owned()],
        selling_price: dec("60"),
    };
    let parts = allocate_with_bundle(dec("100"), &promises, &bundle, 2, WHOLE).unwrap();
    assert_eq!(amounts(&parts), ["a 40", "b 33", "c 27"]);
    let stranger = Bundle {
        members: vec!["z".to_owned()],
        ..bundle
    };
    let fault = allocate_with_bundle(dec("100"), &promises, &stranger, 2, WHOLE);
    assert_eq!(
        fault,
        Err(RevenueError::NotPromised {
            member: "z".to_owned()
        })
    );
}

#[test]
fn each_measure_divides_the_same_price_in_its_own_way() {
    let daily = Measure::Daily(service(date(2024, 1, 31), date(2024, 3, 31)));
    assert_eq!(
        months(&recognise(dec("600"), &daily, 2).unwrap()),
        ["10", "290", "300"]
    );
    let by_month = Measure::StraightLineMonthly(service(date(2026, 1, 15), date(2026, 4, 1)));
    assert_eq!(
        months(&recognise(dec("100"), &by_month, 2).unwrap()),
        ["33.33", "33.34", "33.33"]
    );
    let parts = Measure::ProratedCalendarMonths(service(date(2026, 1, 20), date(2026, 3, 3)));
    assert_eq!(
        months(&recognise(dec("300"), &parts, 2).unwrap()),
        ["80", "206.67", "13.33"]
    );
}

#[test]
fn progress_and_cost_count_from_the_beginning() {
    let on = |month, amount: &str| Delivered {
        month: date(2026, month, 1),
        amount: dec(amount),
    };
    let progress = Measure::Progress(vec![on(1, "20"), on(2, "60"), on(3, "50")]);
    assert_eq!(
        months(&recognise(dec("1200"), &progress, 2).unwrap()),
        ["240", "480", "-120"]
    );
    let cost = Measure::OfTotal {
        delivered: vec![on(1, "100"), on(3, "50"), on(3, "50")],
        total: dec("400"),
    };
    assert_eq!(months(&recognise(dec("1000"), &cost, 2).unwrap()), ["250", "250"]);
    let invoiced = right_to_invoice(&[(on(1, "2"), dec("0.004")), (on(2, "2"), dec("0.004"))], 2).unwrap();
    assert_eq!(months(&invoiced), ["0.01", "0.01"]);
    assert_eq!(invoiced[1].to_date, dec("0.02"));
}

#[test]
fn a_position_is_a_liability_or_an_asset() {
    let ahead = position(dec("80"), dec("100")).unwrap();
    assert_eq!((ahead.deferred, ahead.contract_asset), (dec("20"), Decimal::ZERO));
    let behind = position(dec("100"), dec("80")).unwrap();
    assert_eq!(
        (behind.deferred, behind.contract_asset),
        (Decimal::ZERO, dec("20"))
    );
}

#[test]
fn a_modification_is_treated_as_a_person_decided() {
    let year = service(date(2026, 1, 1), date(2027, 1, 1));
    let on = date(2026, 7, 1);
    let change = |revised, treatment| {
        let by = OverTime::StraightLineMonthly;
        change_price(year, by, (dec("1200"), dec(revised)), on, treatment, 2).unwrap()
    };
    let ahead = change("1800", Treatment::Prospective);
    assert_eq!(
        (ahead.months[5].amount, ahead.months[6].amount),
        (dec("100"), dec("200"))
    );
    assert_eq!(
        (ahead.catch_up, ahead.months[11].to_date),
        (Decimal::ZERO, dec("1800"))
    );
    let back = change("600", Treatment::CatchUp);
    assert_eq!(
        (back.months[6].amount, back.months[6].to_date),
        (dec("-250"), dec("350"))
    );
    assert_eq!(back.catch_up, dec("-300"));
    let ended = change("700", Treatment::Termination);
    let last = ended.months.last().unwrap();
    assert_eq!(
        (ended.months.len(), last.amount, last.to_date),
        (7, dec("100"), dec("700"))
    );
    let by = OverTime::Daily;
    let january = service(date(2026, 1, 1), date(2026, 2, 1));
    let prices = (dec("310"), dec("470"));
    let on = date(2026, 1, 16);
    let to_the_day = change_price(january, by, prices, on, Treatment::Prospective, 2).unwrap();
    assert_eq!(to_the_day.recognised_before, dec("150"));
    assert_eq!(to_the_day.months[0].amount, dec("470"));
    let late = change_price(year, by, prices, date(2027, 1, 1), Treatment::CatchUp, 2);
    assert!(matches!(late, Err(RevenueError::OutsideService { .. })));

    assert_eq!(
        catch_up(dec("42000"), "12/36".parse().unwrap(), dec("12000"), 2),
        Ok(dec("2000"))
    );
    let blended = prospective_price(&[
        ProspectiveSplit {
            consideration: dec("6000"),
            over: dec("60"),
        },
        ProspectiveSplit {
            consideration: dec("2400"),
            over: dec("30"),
        },
    ]);
    assert_eq!(blended.unwrap().rounded(2), Some(dec("93.33")));
    assert_eq!(
        spread_evenly(dec("280000"), Decimal::ZERO, dec("4")).unwrap(),
        Fraction::whole(dec("70000"))
    );
    assert_eq!(terminate(dec("1200"), dec("300"), dec("600")), Ok(dec("300")));
    assert_eq!(
        still_to_earn(dec("100000"), dec("40000"), dec("25000")),
        Ok(dec("85000"))
    );
    assert!(matches!(
        still_to_earn(dec("100"), dec("500"), dec("0")),
        Err(RevenueError::EarnedTooMuch { .. })
    ));
}

#[test]
fn estimates_are_measured_against_what_is_expected() {
    assert_eq!(
        breakage(dec("9000"), dec("4500"), dec("9700"), dec("0"), 0),
        Ok(dec("4175"))
    );
    assert_eq!(
        breakage(dec("9000"), dec("9800"), dec("9700"), dec("9000"), 0),
        Ok(dec("0"))
    );
    let volume = retrospective_price(dec("75"), dec("100"), dec("500"), dec("90"));
    assert_eq!(volume, Ok((dec("44250"), dec("-750"))));
    let elevators = uninstalled_materials(dec("5000000"), dec("4000000"), dec("1500000"), dec("500000"), 0);
    assert_eq!(elevators, Ok(dec("2200000")));
}

proptest! {
    #[test]
    fn what_is_recognised_in_the_end_is_the_price(
        cents in 0i64..1_000_000_000, first in 0i64..2_000, days in 1i64..1_500, kind in 0usize..3,
    ) {
        let start = crate::schedule::plus_days(date(2023, 1, 1), first).unwrap();
        let whole = service(start, crate::schedule::plus_days(start, days).unwrap());
        let measure = [Measure::Daily(whole), Measure::StraightLineMonthly(whole), Measure::ProratedCalendarMonths(whole)];
        let price = Decimal::new(cents, 2);
        let revenue = recognise(price, &measure[kind], 2).unwrap();
        prop_assert_eq!(revenue.last().unwrap().to_date, price);
        prop_assert!(revenue.iter().all(|month| month.amount >= Decimal::ZERO));
    }

    #[test]
    fn allocated_parts_add_up_to_the_price(
        cents in 0i64..100_000_000, prices in proptest::collection::vec(1i64..1_000_000, 1..8),
    ) {
        let obligation = |(at, price): (usize, &i64)| Obligation { id: format!("{at}"), selling_price: (*price).into() };
        let promises: Vec<_> = prices.iter().enumerate().map(obligation).collect();
        let price = Decimal::new(cents, 2);
        for remainder in [WHOLE, PartRounding::Sum(Remainder::LastPart)] {
            let parts = allocate(price, &promises, 2, remainder).unwrap();
            prop_assert_eq!(parts.iter().map(|(_, part)| *part).sum::<Decimal>(), price);
        }
    }
}
