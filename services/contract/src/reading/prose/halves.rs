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
    // "The fee of $9,000 per month is payable one-third upon the 1st": it comes again.
    let spanned = crate::reading::prices::read(tokens, at).is_some_and(|price| price.period.is_some())
        || super::span_of_fee(tokens, at).is_some();
    if spanned {
        return;
    }
    let after = at.saturating_add(1);
    let Some(parts) = tokens.get(after..).and_then(shares::of) else {
        return;
    };
    let items: Option<Vec<Item>> = parts.iter().map(|one| item(reader, at, after, one)).collect();
    let mut items = items.unwrap_or_default();
    to_the_cent(&mut items);
    for item in items {
        reader.keep(item, [at]);
    }
}

/// Three thirds of $100.00 are $33.33, $33.33 and $33.34: the last part is what is left of the sum.
fn to_the_cent(items: &mut [Item]) {
    let amount = |item: &Item| item.line.price.amount.copied();
    let Some((last, others)) = items.split_last_mut() else {
        return;
    };
    let paid = others
        .iter()
        .try_fold(Decimal::ZERO, |sum, item| sum.checked_add(amount(item)?));
    let whole = last.line.price.total.copied();
    if let (Some(paid), Some(whole)) = (paid, whole)
        && let Some(rest) = whole.checked_sub(paid)
    {
        last.line.price.amount.value = Some(rest.normalize());
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
    let part = share(amount.value, one.percent)?.round_dp(2);
    line.price.amount = Found::derived(
        part.normalize(),
        format!("{}% of {}", one.percent.round_dp(4).normalize(), amount.value),
        evidence.clone(),
    );
    line.price.total = found(amount.value, stretch, reader.document, at, after);
    let day = (from..to).find_map(|at| Some((at, reader.tokens().get(at)?.day()?)));
    match day {
        Some((at, day)) => {
            line.kind = Kind::OneTime;
            line.start = found(day, stretch, reader.document, at, at.saturating_add(1));
        }
        None => line.event = found(stretch.printed(from, to), stretch, reader.document, from, to),
    }
    line.cadence = found(Cadence::OneTime, stretch, reader.document, from, to);
    let (timing, how) = if signing || day.is_some() {
        (
            Timing::Advance,
            if signing {
                "due at the start"
            } else {
                "paid on a day, for nothing measured"
            },
        )
    } else {
        (Timing::Arrears, "due once it is reached")
    };
    line.timing = Found::derived(timing, how, evidence);
    let mut item = Item::new(line, statement.scope, stretch.words(at, after).to_vec());
    item.currency = currency(amount);
    (part > Decimal::ZERO).then_some(item)
}
