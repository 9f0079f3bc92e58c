//! What should be there, counted without any part of the product, and what is.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;
use wire::invoicing::v1::{GetUsageRequest, ListUsageEventsRequest};

use crate::bench::usage::set::{METER, START, Set, account};
use crate::connection::{Invoicing, Services};
use crate::failure::Failure;

#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    pub(super) deliveries: u64,
    pub(super) events: u64,
    /// Empty where every acknowledged event is there once.
    pub(super) faults: Vec<String>,
}

/// How many events there are, and hundredths of a unit.
type Count = (u64, u64);

impl Verdict {
    pub(super) async fn of(services: &Services, set: Set, deliveries: u64) -> Result<Self, Failure> {
        let mut invoicing = services.invoicing().await?;
        let mut expected: BTreeMap<u64, Count> = BTreeMap::new();
        for (account, hundredths) in (0..deliveries).filter_map(|delivery| set.first_delivery(delivery)) {
            let (events, sum) = expected.entry(account).or_default();
            (*events, *sum) = (*events + 1, *sum + hundredths);
        }
        let mut faults = Vec::new();
        for (number, expected) in &expected {
            let name = account(*number);
            for (what, found) in [
                ("the total", total(&mut invoicing, &name).await?),
                ("the log", log(&mut invoicing, &name).await?),
            ] {
                if found != *expected {
                    faults.push(format!(
                        "{name}: {what} has {} events of {} hundredths, but {} of {} were acknowledged",
                        found.0, found.1, expected.0, expected.1
                    ));
                }
            }
        }
        Ok(Self {
            deliveries,
            events: expected.values().map(|(events, _)| events).sum(),
            faults,
        })
    }
}

fn hundredths(value: &str) -> Result<u64, Failure> {
    let value: Decimal = value
        .parse()
        .map_err(|_| Failure::broken("a quantity is no number"))?;
    let hundredths = value
        .checked_mul(Decimal::ONE_HUNDRED)
        .map(|hundredths| hundredths.normalize());
    let whole = hundredths.and_then(|hundredths| u64::try_from(hundredths).ok());
    whole.ok_or_else(|| Failure::broken("a quantity is not of hundredths"))
}

const MONTH: i64 = 31 * 24 * 3600;

fn at(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos: 0 })
}

async fn total(invoicing: &mut Invoicing, account: &str) -> Result<Count, Failure> {
    let request = GetUsageRequest {
        account: account.to_owned(),
        meter: METER.to_owned(),
        from: at(START),
        until: at(START.saturating_add(MONTH)),
        ..GetUsageRequest::default()
    };
    let answer = invoicing.get_usage(request).await?.into_inner();
    match answer.quantities.first() {
        None => Ok((0, 0)),
        Some(total) => Ok((total.count, hundredths(&total.sum)?)),
    }
}

async fn log(invoicing: &mut Invoicing, account: &str) -> Result<Count, Failure> {
    let mut request = ListUsageEventsRequest {
        account: account.to_owned(),
        meter: METER.to_owned(),
        from: at(START),
        until: at(START.saturating_add(MONTH)),
        page_size: 1000,
        page_token: String::new(),
    };
    let (mut events, mut sum) = (0, 0);
    loop {
        let page = invoicing.list_usage_events(request.clone()).await?.into_inner();
        for event in &page.events {
            (events, sum) = (events + 1, sum + hundredths(&event.value)?);
        }
        if page.next_page_token.is_empty() {
            return Ok((events, sum));
        }
        request.page_token = page.next_page_token;
    }
}
