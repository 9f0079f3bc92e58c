//! Telling new events from those that are known: among each other, and against the log.

use std::collections::{BTreeSet, HashMap, HashSet};

use sqlx::PgConnection;
use uuid::Uuid;

use super::corrections::{self, Corrections};
use super::{Delivery, Refusal, Sent};
use crate::store::corrupt;
use crate::store::usage::{
    self, Backfill, Correction, Entry, KnownSeries, KnownSource, SeriesByName, Source,
};

/// A source and an id of it.
pub(super) type Name<'d> = (Source, &'d str);

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate<'s> {
    /// It is new and counts.
    Counted,
    /// It is new and counts once a plan knows its account and meter.
    Waiting,
    /// It is known, as it came.
    Repeated,
    /// Another event has its name.
    Conflicting,
    /// It corrects what cannot be corrected.
    Refused(&'s Refusal),
}

/// An event with the numbers of its names, and the place of the delivery that it came with.
#[derive(Debug, Clone)]
pub(super) struct Letter<'d> {
    pub(super) delivery: usize,
    pub(super) sent: &'d Sent,
    series: KnownSeries,
    source: Source,
    backfill: Option<Backfill>,
    /// Is its id greater than any that the log has of the source?
    beyond: bool,
}

/// All events of some deliveries in the order of their names, each name with what the log holds under it.
#[derive(Debug)]
pub(super) struct Sorted<'d> {
    letters: Vec<Letter<'d>>,
    /// Of each name, in order.
    held: Vec<Option<[u8; 16]>>,
    corrections: Corrections<'d>,
    /// Places of deliveries whose backfill takes no events any more.
    reversed: HashSet<usize>,
}

impl<'d> Sorted<'d> {
    pub(super) async fn of(
        connection: &mut PgConnection,
        tenant: Uuid,
        deliveries: &[&'d Delivery],
    ) -> Result<Self, sqlx::Error> {
        let names = Names::of(connection, tenant, deliveries).await?;
        let reversed = names.reversed(deliveries);
        let mut letters = names.letters(deliveries, &reversed)?;
        letters.sort_by(|a, b| a.name().cmp(&b.name()));
        let held = held(connection, tenant, &letters).await?;
        let new = by_name(&letters).zip(&held).filter(|(_, held)| held.is_none());
        let new = new.filter_map(|(letters, _)| letters.first()).collect();
        Ok(Self {
            corrections: corrections::check(connection, tenant, new).await?,
            letters,
            held,
            reversed,
        })
    }

    /// Which events take the place of which.
    pub(super) fn corrections(&self) -> &[Correction<'d>] {
        &self.corrections.taken
    }

    pub(super) fn is_reversed(&self, delivery: usize) -> bool {
        self.reversed.contains(&delivery)
    }

    /// Of each new event the first delivery.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &Letter<'d>> {
        let names = self.by_name().filter(|(_, held)| held.is_none());
        let firsts = names.filter_map(|(letters, _)| letters.first());
        firsts.filter(|letter| !self.corrections.refused.contains_key(&letter.name()))
    }

    /// What becomes of each.
    pub(super) fn fates(&self) -> impl Iterator<Item = (&Letter<'d>, Fate<'_>)> {
        self.by_name().flat_map(|(letters, held)| {
            let first = letters.first().map(|letter| letter.sent.event.content);
            let refused = letters
                .first()
                .and_then(|letter| self.corrections.refused.get(&letter.name()));
            let each = letters.iter().enumerate();
            each.map(move |(place, letter)| match refused.filter(|_| held.is_none()) {
                Some(why) => (letter, Fate::Refused(why)),
                None => (letter, fate(letter, place == 0, held, first)),
            })
        })
    }

    fn by_name(&self) -> impl Iterator<Item = (&[Letter<'d>], Option<[u8; 16]>)> {
        by_name(&self.letters).zip(self.held.iter().copied())
    }
}

fn fate<'s>(letter: &Letter<'_>, leads: bool, held: Option<[u8; 16]>, first: Option<[u8; 16]>) -> Fate<'s> {
    if leads && held.is_none() {
        return if letter.series.matched {
            Fate::Counted
        } else {
            Fate::Waiting
        };
    }
    if held.or(first) == Some(letter.sent.event.content) {
        Fate::Repeated
    } else {
        Fate::Conflicting
    }
}

/// What the log holds under each name. It is asked only for ids that do not lie beyond all it has: of a source whose ids
/// grow with time, those are the few that come again or out of order.
async fn held(
    connection: &mut PgConnection,
    tenant: Uuid,
    letters: &[Letter<'_>],
) -> Result<Vec<Option<[u8; 16]>>, sqlx::Error> {
    let firsts = || by_name(letters).filter_map(<[Letter<'_>]>::first);
    let doubtful: Vec<_> = firsts()
        .filter(|letter| !letter.beyond)
        .map(Letter::name)
        .collect();
    let mut found = usage::contents(connection, tenant, &doubtful).await?.into_iter();
    Ok(firsts()
        .map(|letter| {
            if letter.beyond {
                None
            } else {
                found.next().flatten()
            }
        })
        .collect())
}

fn by_name<'l, 'd>(letters: &'l [Letter<'d>]) -> impl Iterator<Item = &'l [Letter<'d>]> {
    letters.chunk_by(|a, b| a.name() == b.name())
}

impl<'d> Letter<'d> {
    pub(super) fn name(&self) -> Name<'d> {
        (self.source, &self.sent.event.id)
    }

    /// The event it corrects, if it does.
    pub(super) fn corrects(&self) -> Option<Name<'d>> {
        let id = self.sent.event.corrects.as_deref()?;
        Some((self.source, id))
    }

    pub(super) fn entry(&self) -> Entry<'d> {
        Entry {
            series: self.series.series,
            days: self.series.days.clone(),
            source: self.source,
            backfill: self.backfill,
            event: &self.sent.event,
        }
    }
}

/// The numbers of all names in some deliveries.
struct Names {
    series: SeriesByName,
    sources: HashMap<String, KnownSource>,
    backfills: HashMap<String, Backfill>,
}

impl Names {
    async fn of(
        connection: &mut PgConnection,
        tenant: Uuid,
        deliveries: &[&Delivery],
    ) -> Result<Self, sqlx::Error> {
        let events = || {
            deliveries
                .iter()
                .flat_map(|delivery| &delivery.sent)
                .map(|sent| &sent.event)
        };
        let pairs: HashSet<_> = events()
            .map(|event| (event.account.as_str(), event.meter.as_str()))
            .collect();
        let sources: BTreeSet<_> = events().map(|event| event.source.as_str()).collect();
        let backfills = deliveries
            .iter()
            .filter_map(|delivery| delivery.backfill.as_deref())
            .collect();
        Ok(Self {
            backfills: usage::ensure_backfills(connection, tenant, &backfills).await?,
            series: usage::ensure_series(connection, tenant, &pairs).await?,
            sources: usage::ensure_sources(connection, tenant, &sources).await?,
        })
    }

    fn reversed(&self, deliveries: &[&Delivery]) -> HashSet<usize> {
        let each = deliveries.iter().enumerate();
        let reversed = each.filter(|(_, delivery)| {
            let name = delivery.backfill.as_ref();
            name.is_some_and(|name| !self.backfills.contains_key(name))
        });
        reversed.map(|(place, _)| place).collect()
    }

    /// In the order in which they came.
    fn letters<'d>(
        &self,
        deliveries: &[&'d Delivery],
        reversed: &HashSet<usize>,
    ) -> Result<Vec<Letter<'d>>, sqlx::Error> {
        let each = deliveries.iter().enumerate();
        let open = each.filter(|(place, _)| !reversed.contains(place));
        open.flat_map(|(place, delivery)| {
            let backfill = delivery
                .backfill
                .as_ref()
                .and_then(|name| self.backfills.get(name))
                .copied();
            delivery
                .sent
                .iter()
                .map(move |sent| self.letter(place, sent, backfill))
        })
        .collect()
    }

    fn letter<'d>(
        &self,
        delivery: usize,
        sent: &'d Sent,
        backfill: Option<Backfill>,
    ) -> Result<Letter<'d>, sqlx::Error> {
        let event = &sent.event;
        let series = self.series.find(&event.account, &event.meter);
        let KnownSource { source, last } = self.sources.get(&event.source).ok_or_else(lost)?;
        Ok(Letter {
            delivery,
            sent,
            series: series.ok_or_else(lost)?.clone(),
            source: *source,
            backfill,
            beyond: last.as_ref().is_none_or(|last| event.id > *last),
        })
    }
}

fn lost() -> sqlx::Error {
    corrupt("a name of the usage log that was just given has no number")
}
