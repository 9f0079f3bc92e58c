//! What the events come to, in whole numbers and without any part of the product.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::set::Set;

/// USD for each unit: 125 ten-thousandths.
pub(super) const UNIT_PRICE: &str = "0.0125";
const PRICE: u64 = 125;
/// A hundredth of a unit times a ten-thousandth of a dollar, in a cent.
const PARTS_OF_A_CENT: u64 = 10_000;

/// The bill of all accounts, each rounded once, half up; the probe used one unit each time.
pub(in crate::bench) fn total(set: Set, probes: u64) -> Decimal {
    let mut by_account: BTreeMap<u64, u64> = BTreeMap::new();
    for (account, hundredths) in (0..set.deliveries()).filter_map(|delivery| set.first_delivery(delivery)) {
        *by_account.entry(account).or_default() += hundredths;
    }
    let probed = probes.saturating_mul(100);
    let cents: u64 = by_account.into_values().chain([probed]).map(cents).sum();
    Decimal::new(i64::try_from(cents).unwrap_or(i64::MAX), 2)
}

fn cents(hundredths: u64) -> u64 {
    (hundredths.saturating_mul(PRICE) + PARTS_OF_A_CENT / 2) / PARTS_OF_A_CENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Ids;

    #[test]
    fn a_set_is_the_same_each_time_and_sends_some_events_twice() {
        let set = Set::new(20_000, 7, Ids::Ordered);
        assert!((150..250).contains(&set.repeats()), "{}", set.repeats());
        let mut by_id = BTreeMap::new();
        let mut repeats = 0;
        for event in (0..20_000).map(|delivery| set.delivery(delivery)) {
            let known = by_id.insert(event.id.clone(), event.clone());
            repeats += u64::from(known.is_some());
            assert!(known.is_none_or(|known| known == event), "a repeat says the same");
        }
        assert_eq!(repeats, set.repeats());
        let plain: Decimal = by_id
            .values()
            .map(|event| event.value.parse::<Decimal>().unwrap())
            .sum();
        let exact = plain * UNIT_PRICE.parse::<Decimal>().unwrap();
        assert!(
            (total(set, 0) - exact).abs() <= Decimal::new(35, 3),
            "half a cent for each account at most"
        );
        assert_eq!(total(set, 4) - total(set, 0), Decimal::new(5, 2));
    }
}
