//! Usage as it arrives: each event is stored once, or refused with its reason; the others of its delivery are stored.
//!
//! Deliveries that wait at the same time are written together ([`intake`]); each is answered for its own events. An event
//! whose account or meter no plan knows is stored as well and counts as soon as one does. Amounts that somebody watches
//! are compared with what was written in the same transaction ([`alerts`]), and billed at once where that is asked for
//! ([`threshold`]). Each month has a table of its own ([`months`]), so that it can be taken off as a whole ([`archives`]), by
//! itself where that is wanted ([`retiring`]).

pub(crate) mod alerts;
pub(crate) mod archives;
mod backfill;
mod corrections;
mod event;
mod intake;
pub(crate) mod months;
pub(crate) mod retiring;
mod signals;
mod sorting;
pub(crate) mod threshold;

use std::collections::{BTreeMap, HashSet};

use sqlx::PgConnection;

use crate::author::Author;
use crate::store::accounts;
use crate::store::audit::{self, Deed};
use crate::store::usage::{self, Conflict, Entry, UsageEvent};

pub(crate) use backfill::reverse;
pub(crate) use event::{Invalid, check, event};
pub(crate) use intake::{DeliveryError, Intake, RECORD_USAGE};
pub(crate) use signals::Signals;
use sorting::{Drafts, Fate, Letter, Sorted};

/// What one call sent.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) author: Author,
    /// The call's name: sent again under the same one, it gets the same answer.
    pub(crate) request_id: String,
    /// The name under which its events can be taken back together.
    pub(crate) backfill: Option<String>,
    /// Names its content.
    pub(crate) fingerprint: [u8; 32],
    pub(crate) sent: Vec<Sent>,
    /// What was no event, of the same call.
    pub(crate) invalid: Vec<Rejected>,
}

/// An event that was sent, and its position in the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) index: usize,
    pub(crate) event: UsageEvent,
}

/// What became of a delivery: accepted + duplicates + unmatched + rejected = sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) accepted: u64,
    pub(crate) duplicates: u64,
    pub(crate) unmatched: Vec<Unmatched>,
    pub(crate) rejected: Vec<Rejected>,
}

/// Events that were stored and wait for a plan that knows what they are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unmatched {
    pub(crate) why: Unknown,
    pub(crate) account: String,
    pub(crate) meter: String,
    pub(crate) events: u64,
}

/// What no plan knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unknown {
    Account,
    Meter,
}

impl Unmatched {
    /// What happened and what to do, in a sentence.
    pub(crate) fn sentence(&self) -> String {
        let Self { account, meter, .. } = self;
        match self.why {
            Unknown::Account => format!(
                "no plan is registered for the account `{account}`: register its contract and the usage counts; if the name is a slip of the pen, send the events for the right account under new ids"
            ),
            Unknown::Meter => format!(
                "no plan of `{account}` has a meter `{meter}`: register a plan with it and the usage counts; if the name is a slip of the pen, send the events for the right meter under new ids"
            ),
        }
    }
}

/// An event that was not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejected {
    pub(crate) index: usize,
    pub(crate) source: String,
    pub(crate) id: String,
    pub(crate) why: Refusal,
}

/// Why an event was not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(
        "`{source_name}` has sent an event `{id}` with other content before, which counts; a correction needs an id of its own"
    )]
    ConflictingContent { source_name: String, id: String },
    #[error("it corrects an event `{id}` that its source has not sent: send that one first, or check its id")]
    CorrectsUnknown { id: String },
    #[error("it corrects an event `{id}` that no longer counts: {}", instead(by.as_deref()))]
    CorrectsWithdrawn { id: String, by: Option<String> },
    #[error(
        "it corrects an event `{id}` of a month that was archived: read that back with `quittance usage restore` first"
    )]
    CorrectsArchived { id: String },
    #[error(
        "the backfill `{name}` was reversed: send the events under new ids with a backfill of another name"
    )]
    BackfillReversed { name: String },
    #[error("{0}")]
    Invalid(#[from] Invalid),
}

fn instead(by: Option<&str>) -> String {
    match by {
        Some(by) => format!("`{by}` has taken its place, correct that one"),
        None => "the backfill it came with was reversed, send the event under a new id".to_owned(),
    }
}

/// Stores what is new of some deliveries of one tenant, whose turn it is. Everything that is stored counts from this
/// moment on. Of an event that is in several of them, the first has it. The drafts are theirs. Says too whether an amount
/// was passed that somebody watches.
async fn record(
    connection: &mut PgConnection,
    author: &Author,
    deliveries: &[&Delivery],
    drafts: Drafts<'_>,
) -> Result<(Vec<Receipt>, bool), sqlx::Error> {
    let sorted = Sorted::of(connection, author.tenant(), deliveries, drafts).await?;
    let entries: Vec<Entry<'_>> = sorted.unknown().map(Letter::entry).collect();
    usage::append(connection, author, &entries).await?;
    let moved = usage::correct(connection, author.tenant(), sorted.corrections()).await?;
    let used = entries.iter().map(|entry| (entry.series, entry.event.at));
    let passed = alerts::check(connection, author, used.chain(moved)).await?;
    usage::keep_conflicts(connection, author.tenant(), conflicts(deliveries, &sorted)).await?;
    let mut receipts = tally(deliveries, &sorted);
    explain(connection, author, &mut receipts).await?;
    let deeds: Vec<_> = receipts.iter().map(deed).collect();
    let authors = deliveries.iter().map(|delivery| &delivery.author);
    audit::record_each(connection, &authors.zip(&deeds).collect::<Vec<_>>()).await?;
    Ok((receipts, passed))
}

/// What was refused because another event has its name.
fn conflicts<'d>(deliveries: &[&'d Delivery], sorted: &Sorted<'d>) -> impl Iterator<Item = Conflict<'d>> {
    let conflicting = sorted.fates().filter(|(_, fate)| *fate == Fate::Conflicting);
    conflicting.filter_map(|(letter, _)| {
        Some(Conflict {
            source: letter.name().0,
            event: &letter.sent.event,
            author: &deliveries.get(letter.delivery)?.author,
        })
    })
}

fn tally(deliveries: &[&Delivery], sorted: &Sorted<'_>) -> Vec<Receipt> {
    let opened = deliveries.iter().enumerate();
    let mut receipts: Vec<Receipt> = opened
        .map(|(place, delivery)| opened_with(delivery, sorted.is_reversed(place)))
        .collect();
    let mut waiting: BTreeMap<(usize, &str, &str), u64> = BTreeMap::new();
    for (letter, fate) in sorted.fates() {
        let Some(receipt) = receipts.get_mut(letter.delivery) else {
            continue;
        };
        let UsageEvent { account, meter, .. } = &letter.sent.event;
        match fate {
            Fate::Counted => receipt.accepted += 1,
            Fate::Waiting => *waiting.entry((letter.delivery, account, meter)).or_default() += 1,
            Fate::Repeated => receipt.duplicates += 1,
            Fate::Conflicting => receipt.rejected.push(conflict(letter.sent)),
            Fate::Refused(why) => receipt.rejected.push(reject(letter.sent, why.clone())),
        }
    }
    for ((delivery, account, meter), events) in waiting {
        if let Some(receipt) = receipts.get_mut(delivery) {
            receipt.unmatched.push(Unmatched {
                why: Unknown::Account,
                account: account.to_owned(),
                meter: meter.to_owned(),
                events,
            });
        }
    }
    for receipt in &mut receipts {
        receipt.rejected.sort_by_key(|rejected| rejected.index);
    }
    receipts
}

/// What needs no look at the log.
fn opened_with(delivery: &Delivery, reversed: bool) -> Receipt {
    let name = delivery.backfill.iter().filter(|_| reversed);
    let refused = name.flat_map(|name| {
        let why = Refusal::BackfillReversed { name: name.clone() };
        delivery.sent.iter().map(move |sent| reject(sent, why.clone()))
    });
    Receipt {
        rejected: delivery.invalid.iter().cloned().chain(refused).collect(),
        ..Receipt::default()
    }
}

fn conflict(sent: &Sent) -> Rejected {
    let UsageEvent { source, id, .. } = &sent.event;
    let why = Refusal::ConflictingContent {
        source_name: source.clone(),
        id: id.clone(),
    };
    reject(sent, why)
}

fn reject(sent: &Sent, why: Refusal) -> Rejected {
    Rejected {
        index: sent.index,
        source: sent.event.source.clone(),
        id: sent.event.id.clone(),
        why,
    }
}

/// Says of what is unmatched whether its account has a plan at all.
async fn explain(
    connection: &mut PgConnection,
    author: &Author,
    receipts: &mut [Receipt],
) -> Result<(), sqlx::Error> {
    let unmatched = || receipts.iter().flat_map(|receipt| &receipt.unmatched);
    if unmatched().next().is_none() {
        return Ok(());
    }
    let named: HashSet<&str> = unmatched().map(|unmatched| unmatched.account.as_str()).collect();
    let named: Vec<&str> = named.into_iter().collect();
    let known = accounts::known(connection, author.tenant(), &named).await?;
    for unmatched in receipts.iter_mut().flat_map(|receipt| &mut receipt.unmatched) {
        if known.contains(&unmatched.account) {
            unmatched.why = Unknown::Meter;
        }
    }
    Ok(())
}

fn deed(receipt: &Receipt) -> Deed {
    let rejected = receipt
        .rejected
        .iter()
        .map(|rejected| [&rejected.source, &rejected.id]);
    let unmatched = receipt
        .unmatched
        .iter()
        .map(|unmatched| serde_json::json!([unmatched.account, unmatched.meter, unmatched.events]));
    Deed {
        action: "usage.recorded",
        subject: "usage".to_owned(),
        reason: String::new(),
        before: None,
        after: Some(serde_json::json!({
            "accepted": receipt.accepted,
            "duplicates": receipt.duplicates,
            "unmatched": unmatched.collect::<Vec<_>>(),
            "rejected": rejected.collect::<Vec<_>>(),
        })),
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
