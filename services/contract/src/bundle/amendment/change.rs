//! A line that changes from a day on: its old terms until the day before, its new ones from then.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::super::Joint;
use crate::terms::{Found, Kind, LineItem, Mark, Segment, Status};

/// The one known line that the new one speaks of: the same sort, and more words in common than any other.
pub(super) fn target(known: &[LineItem], new: &LineItem) -> Option<usize> {
    match most_alike(known, new).as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// The lines of that sort that share the most words with the new one.
fn most_alike(known: &[LineItem], new: &LineItem) -> Vec<usize> {
    let other = words(new);
    let shared = |line: &LineItem| words(line).iter().filter(|word| other.contains(word)).count();
    let found: Vec<(usize, usize)> = known
        .iter()
        .enumerate()
        .filter(|(_, line)| line.kind.family() == new.kind.family() && !is_over(line, new))
        .map(|(at, line)| (shared(line), at))
        .filter(|(count, _)| *count > 0)
        .collect();
    let best = found.iter().map(|(count, _)| *count).max();
    found
        .into_iter()
        .filter(|(count, _)| Some(*count) == best)
        .map(|(_, at)| at)
        .collect()
}

/// Did it end before the new one begins?
fn is_over(line: &LineItem, new: &LineItem) -> bool {
    matches!((line.end.copied(), new.start.copied()), (Some(end), Some(start)) if end < start)
}

fn words(line: &LineItem) -> Vec<String> {
    let unit = line.unit.as_deref().unwrap_or_default();
    telling(&format!("{} {unit}", line.description))
}

/// What tells a line's name from others, in no order; the heading it stands under is its paper's own.
pub(in super::super) fn name_words(line: &LineItem) -> Vec<String> {
    let own = line.description.rsplit(": ").next();
    telling(own.unwrap_or(&line.description))
}

fn telling(text: &str) -> Vec<String> {
    const SAID_OF_ALL: [&str; 12] = [
        "price",
        "fee",
        "fees",
        "charge",
        "charges",
        "rate",
        "month",
        "year",
        "with",
        "from",
        "changed",
        "increased",
    ];
    let mut words: Vec<String> = text
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 2 && !SAID_OF_ALL.contains(word))
        .map(|word| word.trim_end_matches('s').to_owned())
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The known line with the new terms from their day on.
pub(super) fn apply(joint: &mut Joint, at: usize, mut new: LineItem) {
    complete_from(joint.terms.line_items.get(at), &mut new);
    let Some(old) = joint.terms.line_items.get_mut(at) else {
        return;
    };
    let (Some(since), Some(before)) = (
        new.start.copied(),
        new.start.copied().and_then(|day| day.yesterday().ok()),
    ) else {
        return;
    };
    if let Some(more) = added_units(old, &new) {
        let added = LineItem {
            quantity: more,
            schedule: old.schedule.clone(),
            price: old.price.clone(),
            ..new
        };
        return joint.terms.line_items.push(added);
    }
    if is_plain(old)
        && is_plain(&new)
        && (new.quantity.value.is_none() || new.quantity.value == old.quantity.value)
    {
        return step(old, &new, since, before);
    }
    old.end = Found::derived(
        before,
        "the day before the amendment takes effect",
        new.evidence.clone(),
    );
    joint.terms.line_items.push(new);
}

/// One price, amount or for a unit.
fn is_plain(line: &LineItem) -> bool {
    line.price.tiers.is_none() && line.price.percent.value.is_none()
}

/// More units at the old price: only what comes on top is new.
fn added_units(old: &LineItem, new: &LineItem) -> Option<Found<Decimal>> {
    let same_price =
        new.price.unit_price.value.is_none() || new.price.unit_price.value == old.price.unit_price.value;
    let (before, after) = (old.quantity.copied()?, new.quantity.copied()?);
    let more = after.checked_sub(before).filter(|more| *more > Decimal::ZERO)?;
    let how = format!("{after} less the {before} agreed before");
    same_price.then(|| Found::derived(more, how, new.quantity.evidence.clone()))
}

fn step(old: &mut LineItem, new: &LineItem, since: Date, before: Date) {
    let evidence = new.evidence.clone();
    let mut segments = std::mem::take(&mut old.schedule);
    if segments.is_empty() {
        segments.push(Segment {
            from: old.start.clone(),
            to: Found::absent(),
            amount: old.price.amount.clone(),
            unit_price: old.price.unit_price.clone(),
        });
    }
    segments.retain(|segment| segment.from.copied().is_none_or(|from| from < since));
    if let Some(last) = segments.last_mut() {
        last.to = Found::derived(before, "the day before the new price", evidence.clone());
    }
    segments.push(Segment {
        from: new.start.clone(),
        to: Found::absent(),
        amount: new.price.amount.clone(),
        unit_price: new.price.unit_price.clone(),
    });
    old.schedule = segments;
    old.evidence.extend(evidence);
}

/// What a line that is added leaves unsaid is as on the line it is like; of several, where they cost the same.
pub(super) fn complete(known: &[LineItem], new: &mut LineItem) {
    let like: Vec<&LineItem> = most_alike(known, new)
        .into_iter()
        .filter_map(|at| known.get(at))
        .collect();
    let price = |line: &LineItem| {
        (
            line.price.amount.value,
            line.price.unit_price.value,
            line.cadence.value,
        )
    };
    let same = like
        .windows(2)
        .all(|pair| matches!(pair, [one, other] if price(one) == price(other)));
    complete_from(like.first().copied().filter(|_| same), new);
}

fn complete_from(like: Option<&LineItem>, new: &mut LineItem) {
    new.marks.retain(|mark| *mark != Mark::Replaces);
    let Some(like) = like else { return };
    let concluded = matches!(new.cadence.status, Status::Derived { .. });
    if (new.cadence.value.is_none() || concluded) && new.kind != Kind::OneTime {
        new.cadence.clone_from(&like.cadence);
        new.periods_from.clone_from(&like.periods_from);
    }
    if new.timing.value.is_none() && new.kind.family() == like.kind.family() {
        new.timing.clone_from(&like.timing);
    }
    // "15 more seats at the same price".
    if is_unpriced(new) && new.quantity.value.is_some() {
        new.price.clone_from(&like.price);
        new.schedule.clone_from(&like.schedule);
        new.unit.clone_from(&like.unit);
    }
}

fn is_unpriced(line: &LineItem) -> bool {
    let price = &line.price;
    price.amount.value.is_none()
        && price.unit_price.value.is_none()
        && price.percent.value.is_none()
        && price.tiers.is_none()
        && line.schedule.is_empty()
}
