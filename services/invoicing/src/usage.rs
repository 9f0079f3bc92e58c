//! Usage as it arrives: each event is stored once, or refused with its reason; the others of its batch are stored.

use std::collections::HashSet;

use jiff::Timestamp;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::author::Author;
use crate::store::audit::{self, Deed};
use crate::store::usage::{self, Dimensions, Known, Series, UsageEvent};

/// An event that was sent, and its position in the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) index: usize,
    pub(crate) event: UsageEvent,
}

/// What became of a batch: accepted + duplicates + rejected = sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) accepted: u64,
    pub(crate) duplicates: u64,
    pub(crate) rejected: Vec<Rejected>,
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
        "no plan is registered for the account `{account}`: check its spelling, or register its contract first and send the event again"
    )]
    UnknownAccount { account: String },
    #[error(
        "no plan of `{account}` has a meter `{meter}`: check its spelling against the plan's meters and send the event again"
    )]
    UnknownMeter { account: String, meter: String },
    #[error(
        "`{source_name}` has sent an event `{id}` with other content before, which counts; a correction needs an id of its own"
    )]
    ConflictingContent { source_name: String, id: String },
    #[error("{0}")]
    Invalid(#[from] Invalid),
}

/// What is wrong with an event by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Invalid {
    #[error("{field} is empty: every event names its source, id, account and meter")]
    Missing { field: &'static str },
    #[error("{field} has {length} characters; at most 200 are allowed")]
    TooLong { field: &'static str, length: usize },
    #[error("{field} contains a zero character, which no text has")]
    ZeroCharacter { field: &'static str },
    #[error("`{value}` is not a decimal of at most 28 digits: write 1234.5, without separators")]
    NotADecimal { value: String },
    #[error("time is missing or no point in time")]
    NoTime,
    #[error("an event has {0} dimensions; at most 50 are allowed")]
    TooManyDimensions(usize),
}

/// Stores what is new of a batch. Everything that is stored counts from this moment on.
pub(crate) async fn record(
    connection: &mut PgConnection,
    author: &Author,
    sent: Vec<Sent>,
) -> Result<Receipt, sqlx::Error> {
    let (mut known, mut rejected) = match_meters(connection, author, sent).await?;
    known.sort_by(|(a, _), (b, _)| {
        (&a.event.source, &a.event.id, a.index).cmp(&(&b.event.source, &b.event.id, b.index))
    });
    let indexes: Vec<usize> = known.iter().map(|(sent, _)| sent.index).collect();
    let events: Vec<(Series, UsageEvent)> = known
        .into_iter()
        .map(|(sent, series)| (series, sent.event))
        .collect();
    let accepted = usage::append(connection, author, &events).await?;
    let conflicts = if accepted == count(events.len()) {
        Vec::new()
    } else {
        conflicts(connection, author, &indexes, &events).await?
    };
    let duplicates = count(events.len())
        .saturating_sub(accepted)
        .saturating_sub(count(conflicts.len()));
    rejected.extend(conflicts);
    rejected.sort_by_key(|rejected| rejected.index);
    let receipt = Receipt {
        accepted,
        duplicates,
        rejected,
    };
    audit::record(connection, author, &[deed(&receipt)]).await?;
    Ok(receipt)
}

/// Lets through the events whose account has a plan with their meter.
async fn match_meters(
    connection: &mut PgConnection,
    author: &Author,
    sent: Vec<Sent>,
) -> Result<(Vec<(Sent, Series)>, Vec<Rejected>), sqlx::Error> {
    let named: HashSet<&str> = sent.iter().map(|sent| sent.event.account.as_str()).collect();
    let named: Vec<&str> = named.into_iter().collect();
    let accounts = usage::accounts(connection, author.tenant(), &named).await?;
    let series = usage::series(connection, author.tenant(), &named).await?;
    let mut rejected = Vec::new();
    let mut known = Vec::with_capacity(sent.len());
    for sent in sent {
        let UsageEvent { account, meter, .. } = &sent.event;
        if let Some(series) = series.find(account, meter) {
            known.push((sent, series));
        } else if accounts.contains(account) {
            let why = Refusal::UnknownMeter {
                account: account.clone(),
                meter: meter.clone(),
            };
            rejected.push(reject(sent.index, &sent.event, why));
        } else {
            let why = Refusal::UnknownAccount {
                account: account.clone(),
            };
            rejected.push(reject(sent.index, &sent.event, why));
        }
    }
    Ok((known, rejected))
}

async fn conflicts(
    connection: &mut PgConnection,
    author: &Author,
    indexes: &[usize],
    events: &[(Series, UsageEvent)],
) -> Result<Vec<Rejected>, sqlx::Error> {
    let found = usage::compare(connection, author.tenant(), events).await?;
    let different = indexes
        .iter()
        .zip(events)
        .zip(found)
        .filter(|(_, known)| *known == Known::Different);
    Ok(different
        .map(|((index, (_, event)), _)| {
            let why = Refusal::ConflictingContent {
                source_name: event.source.clone(),
                id: event.id.clone(),
            };
            reject(*index, event, why)
        })
        .collect())
}

fn reject(index: usize, event: &UsageEvent, why: Refusal) -> Rejected {
    Rejected {
        index,
        source: event.source.clone(),
        id: event.id.clone(),
        why,
    }
}

fn deed(receipt: &Receipt) -> Deed {
    let rejected: Vec<_> = receipt
        .rejected
        .iter()
        .map(|rejected| [&rejected.source, &rejected.id])
        .collect();
    Deed {
        action: "usage.recorded",
        subject: "usage".to_owned(),
        reason: String::new(),
        before: None,
        after: Some(serde_json::json!({
            "accepted": receipt.accepted,
            "duplicates": receipt.duplicates,
            "rejected": rejected,
        })),
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

const LONGEST_TEXT: usize = 200;
const MOST_DIMENSIONS: usize = 50;

/// An event by its parts, if each is one.
pub(crate) fn event(
    [source, id, account, meter]: [&str; 4],
    at: Option<Timestamp>,
    value: &str,
    dimensions: Dimensions,
) -> Result<UsageEvent, Invalid> {
    for (field, text) in [
        ("source", source),
        ("id", id),
        ("account", account),
        ("meter", meter),
    ] {
        check_text(field, text)?;
    }
    check_dimensions(&dimensions)?;
    let value = Decimal::from_str_exact(value).map_err(|_| Invalid::NotADecimal {
        value: value.to_owned(),
    })?;
    let at = at.and_then(to_microsecond).ok_or(Invalid::NoTime)?;
    let content = content(account, meter, at, value, &dimensions);
    let [source, id, account, meter] = [source, id, account, meter].map(str::to_owned);
    Ok(UsageEvent {
        source,
        id,
        account,
        meter,
        at,
        value,
        dimensions,
        content,
    })
}

fn check_text(field: &'static str, text: &str) -> Result<(), Invalid> {
    match text.chars().count() {
        0 => Err(Invalid::Missing { field }),
        length if length > LONGEST_TEXT => Err(Invalid::TooLong { field, length }),
        _ if text.contains('\0') => Err(Invalid::ZeroCharacter { field }),
        _ => Ok(()),
    }
}

fn check_dimensions(dimensions: &Dimensions) -> Result<(), Invalid> {
    if dimensions.len() > MOST_DIMENSIONS {
        return Err(Invalid::TooManyDimensions(dimensions.len()));
    }
    for text in dimensions.iter().flat_map(|(name, value)| [name, value]) {
        match text.chars().count() {
            length if length > LONGEST_TEXT => {
                return Err(Invalid::TooLong {
                    field: "a dimension",
                    length,
                });
            }
            _ if text.contains('\0') => return Err(Invalid::ZeroCharacter { field: "a dimension" }),
            _ => {}
        }
    }
    Ok(())
}

/// Down to the microsecond, which is what the database keeps. Never up: the last instant of a day stays in it.
fn to_microsecond(at: Timestamp) -> Option<Timestamp> {
    let microseconds = at.as_nanosecond().div_euclid(1000);
    let at = Timestamp::from_microsecond(i64::try_from(microseconds).ok()?).ok()?;
    (at >= FIRST_INSTANT).then_some(at)
}

/// The year 1 in UTC, as the interface has it.
const FIRST_INSTANT: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// Names what an event says. The lengths keep neighbouring texts apart; 1 and 1.0 say the same.
fn content(account: &str, meter: &str, at: Timestamp, value: Decimal, dimensions: &Dimensions) -> [u8; 16] {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update(count(text.len()).to_be_bytes());
        hash.update(text);
    };
    add(account);
    add(meter);
    add(&at.as_microsecond().to_string());
    add(&value.normalize().to_string());
    for (name, held) in dimensions {
        add(name);
        add(held);
    }
    let mut half = [0; 16];
    half.copy_from_slice(hash.finalize().split_at(16).0);
    half
}

#[cfg(test)]
mod tests;
