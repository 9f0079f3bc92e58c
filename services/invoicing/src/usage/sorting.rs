//! Telling new events from those that are known: among each other, and against the log.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use sqlx::PgConnection;
use uuid::Uuid;

use super::corrections::{self, Corrections};
use super::{Delivery, Refusal, Sent};
use crate::store::corrupt;
use crate::store::usage::{self, Ahead, Backfill, Correction, Entry, KnownSeries, KnownSource, Source};

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
    ahead: Ahead,
}

/// All events of some deliveries in the order of their names, as far as that is known without the log: what can be done
/// before it is their turn.
#[derive(Debug)]
pub(super) struct Drafts<'d> {
    drafts: Vec<Draft<'d>>,
    /// Accounts and meters.
    pairs: Vec<(&'d str, &'d str)>,
    sources: Vec<&'d str>,
}

/// An event with the place of its delivery and those of its names.
#[derive(Debug, Clone, Copy)]
struct Draft<'d> {
    delivery: usize,
    sent: &'d Sent,
    pair: usize,
    source: usize,
}

impl<'d> Drafts<'d> {
    pub(super) fn of(deliveries: &[&'d Delivery]) -> Self {
        let (mut pairs, mut sources) = (Places::default(), Places::default());
        let sent = deliveries.iter().enumerate();
        let sent = sent.flat_map(|(delivery, of)| of.sent.iter().map(move |sent| (delivery, sent)));
        let mut drafts: Vec<_> = sent
            .map(|(delivery, sent)| Draft {
                delivery,
                sent,
                pair: pairs.place((sent.event.account.as_str(), sent.event.meter.as_str())),
                source: sources.place(sent.event.source.as_str()),
            })
            .collect();
        let (pairs, sources) = (pairs.known, sources.known);
        // Each delivery comes mostly in order, which a stable sort makes use of.
        drafts.sort_by(|a, b| {
            let source = |draft: &Draft<'_>| sources.get(draft.source);
            let by_source = if a.source == b.source {
                Ordering::Equal
            } else {
                source(a).cmp(&source(b))
            };
            by_source.then_with(|| a.sent.event.id.cmp(&b.sent.event.id))
        });
        Self {
            drafts,
            pairs,
            sources,
        }
    }
}

/// Gives things places, in the order in which they come first.
#[derive(Debug)]
struct Places<T> {
    known: Vec<T>,
    places: HashMap<T, usize>,
    /// Neighbours are often alike.
    last: usize,
}

impl<T> Default for Places<T> {
    fn default() -> Self {
        Self {
            known: Vec::new(),
            places: HashMap::new(),
            last: 0,
        }
    }
}

impl<T: Copy + Eq + Hash> Places<T> {
    fn place(&mut self, thing: T) -> usize {
        if self.known.get(self.last) != Some(&thing) {
            let next = self.known.len();
            self.last = *self.places.entry(thing).or_insert(next);
            if self.last == next {
                self.known.push(thing);
            }
        }
        self.last
    }
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
        drafts: Drafts<'d>,
    ) -> Result<Self, sqlx::Error> {
        let names = Names::of(connection, tenant, deliveries, &drafts).await?;
        let reversed = names.reversed(deliveries);
        let letters = names.letters(deliveries, drafts, &reversed)?;
        let held = held(connection, &letters).await?;
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
    letters: &[Letter<'_>],
) -> Result<Vec<Option<[u8; 16]>>, sqlx::Error> {
    let firsts = || by_name(letters).filter_map(<[Letter<'_>]>::first);
    let doubtful: Vec<_> = firsts()
        .filter(|letter| letter.ahead == Ahead::No)
        .map(Letter::name)
        .collect();
    let mut found = usage::contents(connection, &doubtful).await?.into_iter();
    Ok(firsts()
        .map(|letter| {
            if letter.ahead == Ahead::No {
                found.next().flatten()
            } else {
                None
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
            ahead: self.ahead,
            event: &self.sent.event,
        }
    }
}

/// The numbers of all names in some deliveries, in the places that the drafts know.
struct Names {
    series: Vec<KnownSeries>,
    sources: Vec<KnownSource>,
    backfills: HashMap<String, Backfill>,
}

impl Names {
    async fn of(
        connection: &mut PgConnection,
        tenant: Uuid,
        deliveries: &[&Delivery],
        drafts: &Drafts<'_>,
    ) -> Result<Self, sqlx::Error> {
        let backfills = deliveries.iter();
        let backfills = backfills
            .filter_map(|delivery| delivery.backfill.as_deref())
            .collect();
        let backfills = usage::ensure_backfills(connection, tenant, &backfills).await?;
        let series = usage::ensure_series(connection, tenant, &drafts.pairs).await?;
        let mut sources = usage::ensure_sources(connection, tenant, &drafts.sources).await?;
        let pairs = drafts.pairs.iter();
        let series = pairs.map(|(account, meter)| series.find(account, meter).cloned());
        let names = drafts.sources.iter();
        let sources = names.map(|name| sources.remove(*name));
        Ok(Self {
            backfills,
            series: series.collect::<Option<_>>().ok_or_else(lost)?,
            sources: sources.collect::<Option<_>>().ok_or_else(lost)?,
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

    fn letters<'d>(
        &self,
        deliveries: &[&'d Delivery],
        drafts: Drafts<'d>,
        reversed: &HashSet<usize>,
    ) -> Result<Vec<Letter<'d>>, sqlx::Error> {
        let backfills = deliveries.iter().map(|delivery| delivery.backfill.as_ref());
        let backfills: Vec<Option<Backfill>> =
            backfills.map(|name| self.backfills.get(name?).copied()).collect();
        let open = drafts.drafts.into_iter();
        let open = open.filter(|draft| reversed.is_empty() || !reversed.contains(&draft.delivery));
        open.map(|draft| self.letter(draft, &backfills)).collect()
    }

    fn letter<'d>(
        &self,
        draft: Draft<'d>,
        backfills: &[Option<Backfill>],
    ) -> Result<Letter<'d>, sqlx::Error> {
        let Draft { delivery, sent, .. } = draft;
        let series = self.series.get(draft.pair).ok_or_else(lost)?;
        let KnownSource { source, last } = self.sources.get(draft.source).ok_or_else(lost)?;
        Ok(Letter {
            delivery,
            sent,
            series: series.clone(),
            source: *source,
            backfill: backfills.get(delivery).copied().flatten(),
            ahead: match last {
                None => Ahead::OfNone,
                Some(last) if sent.event.id > *last => Ahead::OfAll,
                Some(_) => Ahead::No,
            },
        })
    }
}

fn lost() -> sqlx::Error {
    corrupt("a name of the usage log that was just given has no number")
}
