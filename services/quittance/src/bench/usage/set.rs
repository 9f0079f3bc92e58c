//! The events: the same for the same numbers, on every machine.

use std::collections::HashMap;

use wire::invoicing::v1::UsageEvent;

use crate::command::Ids;

pub(in crate::bench) const METER: &str = "call";
/// The account of the probe, which is not part of the set.
pub(in crate::bench) const PROBE: &str = "probe";
/// The set lies in the month that begins here, 2026-01-01 in UTC, in seconds since 1970.
pub(in crate::bench) const START: i64 = 1_767_225_600;
const MONTH_SECONDS: u64 = 31 * 24 * 3600;
/// One in so many is sent again, and one in so many is late by days.
const ONE_IN: u64 = 100;

/// So many deliveries over so many accounts.
#[derive(Debug, Clone, Copy)]
pub(in crate::bench) struct Set {
    deliveries: u64,
    accounts: u64,
    ids: Ids,
}

impl Set {
    pub(in crate::bench) fn new(deliveries: u64, accounts: u64, ids: Ids) -> Self {
        Self {
            deliveries,
            accounts: accounts.max(1),
            ids,
        }
    }

    pub(in crate::bench) fn accounts(&self) -> impl Iterator<Item = String> + use<> {
        (0..self.accounts).map(account)
    }

    pub(in crate::bench) fn deliveries(&self) -> u64 {
        self.deliveries
    }

    /// How many deliveries repeat an earlier event.
    pub(in crate::bench) fn repeats(&self) -> u64 {
        (0..self.deliveries)
            .map(|delivery| u64::from(event_of(delivery) != delivery))
            .sum()
    }

    /// The account and the hundredths of a unit of an event, none where the delivery is a repeat.
    pub(in crate::bench) fn first_delivery(&self, delivery: u64) -> Option<(u64, u64)> {
        (event_of(delivery) == delivery).then(|| (delivery % self.accounts, hundredths(delivery)))
    }

    /// What is delivered at a place.
    pub(in crate::bench) fn delivery(&self, delivery: u64) -> UsageEvent {
        let event = event_of(delivery);
        let hundredths = hundredths(event);
        UsageEvent {
            source: "gateway".to_owned(),
            id: match self.ids {
                Ids::Ordered => format!("evt-{event:012}"),
                Ids::Random => format!("{:016x}{:016x}", dice(event, 5), dice(event, 6)),
            },
            account: account(event % self.accounts),
            meter: METER.to_owned(),
            time: Some(self.time(event)),
            value: format!("{}.{:02}", hundredths / 100, hundredths % 100),
            dimensions: HashMap::new(),
            corrects: String::new(),
        }
    }

    /// Ten minutes early or late, some days late, always in the month.
    fn time(&self, event: u64) -> prost_types::Timestamp {
        let even = event.saturating_mul(MONTH_SECONDS) / self.deliveries.max(1);
        let back = if dice(event, 1).is_multiple_of(ONE_IN) {
            dice(event, 2) % 864_000
        } else {
            dice(event, 2) % 1200
        };
        let second = even
            .saturating_add(600)
            .saturating_sub(back)
            .min(MONTH_SECONDS - 1);
        prost_types::Timestamp {
            seconds: START.saturating_add(i64::try_from(second).unwrap_or_default()),
            nanos: i32::try_from(dice(event, 3) % 1_000_000)
                .unwrap_or_default()
                .saturating_mul(1000),
        }
    }
}

pub(in crate::bench) fn account(number: u64) -> String {
    format!("account-{number:05}")
}

/// Which event a delivery carries: its own, or one that was delivered before.
fn event_of(delivery: u64) -> u64 {
    if delivery == 0 || !dice(delivery, 0).is_multiple_of(ONE_IN) {
        return delivery;
    }
    // Of a place that could be a repeat itself, its own event is taken.
    event_of(delivery.saturating_sub(1 + dice(delivery, 7) % delivery.min(50_000)))
}

/// From 0.01 to 10.00 units.
fn hundredths(event: u64) -> u64 {
    1 + dice(event, 4) % 1000
}

/// A number that looks thrown (SplitMix64's way of mixing), one for each event and use.
fn dice(event: u64, usage: u64) -> u64 {
    let mut mixed = event
        .wrapping_mul(8)
        .wrapping_add(usage)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
