//! The usage among the facts, in order: repeats counted once, corrected events left out.

use std::collections::{BTreeMap, HashMap, HashSet};

use pricing::plan::Plan;

use super::MeterError;
use crate::facts::{Facts, Measured, UsageEvent};

/// The usage of every meter, by time.
#[derive(Debug)]
pub struct Usage<'a> {
    time_zone: &'a str,
    events: BTreeMap<&'a str, Vec<&'a UsageEvent>>,
    measured: BTreeMap<&'a str, Vec<&'a Measured>>,
}

impl<'a> Usage<'a> {
    /// Sorts the usage among the facts of a plan.
    pub fn of(plan: &'a Plan, facts: &'a Facts) -> Result<Self, MeterError> {
        let usage = Self {
            time_zone: &plan.time_zone,
            events: events_by_meter(&facts.events)?,
            measured: measured_by_meter(&facts.measured)?,
        };
        let both = usage
            .events
            .keys()
            .find(|meter| usage.measured.contains_key(*meter));
        match both {
            Some(meter) => Err(MeterError::EventsAndMeasured {
                meter: (*meter).to_owned(),
            }),
            None => Ok(usage),
        }
    }

    pub(super) fn time_zone(&self) -> &'a str {
        self.time_zone
    }

    pub(crate) fn events(&self, meter: &str) -> &[&'a UsageEvent] {
        self.events.get(meter).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn measured(&self, meter: &str) -> &[&'a Measured] {
        self.measured.get(meter).map_or(&[], Vec::as_slice)
    }

    pub(super) fn has_measured(&self, meter: &str) -> bool {
        self.measured.contains_key(meter)
    }
}

fn events_by_meter(events: &[UsageEvent]) -> Result<BTreeMap<&str, Vec<&UsageEvent>>, MeterError> {
    let replaced: HashSet<&str> = events
        .iter()
        .filter_map(|event| event.replaces.as_deref())
        .collect();
    let mut by_meter: BTreeMap<&str, Vec<&UsageEvent>> = BTreeMap::new();
    for event in once_each(events, |event| &event.id)? {
        if !replaced.contains(event.id.as_str()) {
            by_meter.entry(&event.meter).or_default().push(event);
        }
    }
    for events in by_meter.values_mut() {
        events.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    }
    Ok(by_meter)
}

fn measured_by_meter(measured: &[Measured]) -> Result<BTreeMap<&str, Vec<&Measured>>, MeterError> {
    let mut by_meter: BTreeMap<&str, Vec<&Measured>> = BTreeMap::new();
    for row in once_each(measured, |row| &row.id)? {
        by_meter.entry(&row.meter).or_default().push(row);
    }
    for rows in by_meter.values_mut() {
        rows.sort_by(|a, b| (a.period, &a.id).cmp(&(b.period, &b.id)));
    }
    Ok(by_meter)
}

/// The same fact twice counts once; two facts under one id are a mistake nobody may decide in silence.
fn once_each<'a, T: PartialEq>(
    facts: &'a [T],
    id: impl Fn(&'a T) -> &'a str,
) -> Result<Vec<&'a T>, MeterError> {
    let mut known: HashMap<&str, &T> = HashMap::with_capacity(facts.len());
    let mut once = Vec::with_capacity(facts.len());
    for fact in facts {
        match known.insert(id(fact), fact) {
            Some(other) if other != fact => {
                return Err(MeterError::ConflictingFacts {
                    id: id(fact).to_owned(),
                });
            }
            Some(_) => {}
            None => once.push(fact),
        }
    }
    Ok(once)
}
