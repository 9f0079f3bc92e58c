//! A sum that falls due in parts named in words: "for a fixed fee of £12,000: half on signature and half on go-live".

use rust_decimal::Decimal;

use super::Reader;
use crate::reading::items::{Item, currency, found, share};
use crate::reading::phrases::has_stem;
use crate::reading::tables::shares::{self, Share};
use crate::terms::{Cadence, Found, Kind, LineItem, Timing};

/// Reads the parts, each with its event.
pub(super) fn read(reader: &mut Reader<'_>) {
    let tokens = reader.tokens();
    let mut amounts = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.money().is_some());
    let (Some((at, _)), None) = (amounts.next(), amounts.next()) else {
        return;
    };
    if tokens.iter().any(|token| token.percent().is_some()) || reader.taken.contains(&at) {
        return;
    }
    let after = at.saturating_add(1);
    let Some(parts) = tokens.get(after..).and_then(shares::of) else {
        return;
    };
    let items: Option<Vec<Item>> = parts.iter().map(|one| item(reader, at, after, one)).collect();
    for item in items.unwrap_or_default() {
        reader.keep(item, [at]);
    }
}

fn item(reader: &Reader<'_>, at: usize, after: usize, one: &Share) -> Option<Item> {
    let statement = reader.statement();
    let stretch = &statement.stretch;
    let amount = reader.tokens().get(at)?.money()?;
    let (from, to) = (
        after.saturating_add(one.event.0),
        after.saturating_add(one.event.1),
    );
    let event = reader.tokens().get(from..to)?;
    let signing = has_stem(event, "sign|execut") && !has_stem(event, "sign-off");
    let evidence = statement.evidence(reader.document);
    let mut line = LineItem::new(
        "",
        if signing { Kind::OneTime } else { Kind::Milestone },
        format!("{}: {}", reader.description(at), stretch.printed(from, to)),
        evidence.clone(),
    );
    let part = share(amount.value, one.percent)?;
    line.price.amount = Found::derived(
        part.normalize(),
        format!("{}% of {}", one.percent.round_dp(4).normalize(), amount.value),
        evidence.clone(),
    );
    line.price.total = found(amount.value, stretch, reader.document, at, after);
    line.event = found(stretch.printed(from, to), stretch, reader.document, from, to);
    line.cadence = found(Cadence::OneTime, stretch, reader.document, from, to);
    let (timing, how) = if signing {
        (Timing::Advance, "due at the start")
    } else {
        (Timing::Arrears, "due once it is reached")
    };
    line.timing = Found::derived(timing, how, evidence);
    let mut item = Item::new(line, statement.scope, stretch.words(at, after).to_vec());
    item.currency = currency(amount);
    (part > Decimal::ZERO).then_some(item)
}
