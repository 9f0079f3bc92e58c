//! Lines of one part of a charge whose days overlap without being the same: a period was cut, joined or moved since
//! it was billed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use pricing::period::Period;

use super::carried::CarriedLine;
use crate::component::Component;
use crate::line::ExpectedLine;

/// What is expected and what is billed for days that hang together.
pub(super) struct Cluster<'a> {
    /// Place of the first expected line among all; what is only billed comes last.
    place: usize,
    pub(super) expected: Vec<&'a ExpectedLine>,
    pub(super) carried: Vec<CarriedLine<'a>>,
}

enum Item<'a> {
    Expected(usize, &'a ExpectedLine),
    Carried(CarriedLine<'a>),
}

/// What is expected and what is billed with one tax.
type WithOneTax<'a> = (Vec<&'a ExpectedLine>, Vec<CarriedLine<'a>>);

impl<'a> Cluster<'a> {
    /// Each tax that is expected or billed, with its lines; lines without tax come first.
    pub(super) fn by_tax(&self) -> Vec<WithOneTax<'a>> {
        let mut taxes: BTreeMap<Option<&str>, WithOneTax<'a>> = BTreeMap::new();
        for line in &self.expected {
            taxes.entry(line.tax.as_deref()).or_default().0.push(line);
        }
        for found in &self.carried {
            let tax = found.lines.first().and_then(|line| line.tax.as_deref());
            taxes.entry(tax).or_default().1.push(found.clone());
        }
        taxes.into_values().collect()
    }
}

/// Clusters in the order of the expected lines.
pub(super) fn by_days<'a>(
    expected: Vec<&'a ExpectedLine>,
    carried: Vec<CarriedLine<'a>>,
) -> Vec<Cluster<'a>> {
    let expected = expected
        .into_iter()
        .enumerate()
        .map(|(place, line)| Item::Expected(place, line));
    let mut parts: BTreeMap<(&str, &Component), Vec<Item<'a>>> = BTreeMap::new();
    for item in expected.chain(carried.into_iter().map(Item::Carried)) {
        if let Some(part) = item.part() {
            parts.entry(part).or_default().push(item);
        }
    }
    let mut clusters: Vec<Cluster<'a>> = parts.into_values().flat_map(of_part).collect();
    clusters.sort_by_key(|cluster| cluster.place);
    clusters
}

fn of_part(mut items: Vec<Item<'_>>) -> Vec<Cluster<'_>> {
    items.sort_by_key(|item| item.service());
    let mut clusters: Vec<Cluster<'_>> = Vec::new();
    let mut until: Option<Date> = None;
    let mut timeless = false;
    for item in items {
        let hangs_together = match item.service() {
            None => std::mem::replace(&mut timeless, true),
            Some(service) => {
                let together = until.is_some_and(|until| service.start() < until);
                until = until.filter(|_| together).max(Some(service.end()));
                together
            }
        };
        match clusters.last_mut().filter(|_| hangs_together) {
            Some(cluster) => cluster.push(item),
            None => {
                let mut cluster = Cluster {
                    place: usize::MAX,
                    expected: Vec::new(),
                    carried: Vec::new(),
                };
                cluster.push(item);
                clusters.push(cluster);
            }
        }
    }
    clusters
}

impl<'a> Cluster<'a> {
    fn push(&mut self, item: Item<'a>) {
        match item {
            Item::Expected(place, line) => {
                self.place = self.place.min(place);
                self.expected.push(line);
            }
            Item::Carried(found) => self.carried.push(found),
        }
    }
}

impl<'a> Item<'a> {
    fn part(&self) -> Option<(&'a str, &'a Component)> {
        match self {
            Self::Expected(_, line) => Some((&line.charge, &line.component)),
            Self::Carried(found) => found
                .lines
                .first()
                .map(|line| (line.charge.as_str(), &line.component)),
        }
    }

    fn service(&self) -> Option<Period> {
        match self {
            Self::Expected(_, line) => line.service,
            Self::Carried(found) => found.lines.first().and_then(|line| line.service),
        }
    }
}
