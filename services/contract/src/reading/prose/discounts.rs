//! Reductions in sentences: "a promotional discount of 12% for the first contract year", "abated by £130.00 a month".

use rust_decimal::Decimal;

use super::Reader;
use crate::flag::Code;
use crate::reading::items::{Doubt, Item, found};
use crate::reading::phrases::{find_any, says_any};
use crate::reading::prices;
use crate::terms::{Cadence, Kind, LineItem, Mark, Role};

/// Reads reductions of what this contract charges.
pub(super) fn read(reader: &mut Reader<'_>) {
    for at in reader.open(Role::Discount) {
        if let Some(item) = item(reader, at) {
            reader.keep(item, [at]);
        }
    }
}

/// Reads "half off the input and output rates": a reduction in words alone.
pub(super) fn read_words(reader: &mut Reader<'_>) {
    let Some((at, length)) = find_any(
        reader.tokens(),
        "half off|half price|half the price|half the rate",
    ) else {
        return;
    };
    // "Half days are charged at half the rate": what half a day costs, and nobody saves anything.
    let half_units = says_any(
        reader.tokens(),
        "half days|half day|half-days|half-day|half hours|half hour",
    );
    if half_units || !is_about_charges(reader) {
        return;
    }
    let statement = reader.statement();
    let mut line = LineItem::new(
        "",
        Kind::Discount,
        reader.description(at),
        statement.evidence(reader.document),
    );
    line.price.percent = found(
        Decimal::from(50),
        &statement.stretch,
        reader.document,
        at,
        at.saturating_add(length),
    );
    let words = statement.stretch.words(at, at.saturating_add(length)).to_vec();
    let mut item = Item::new(line, statement.scope, words);
    // "Send work through the batch queue and you get half off": for some uses and not for others.
    if says_any(
        reader.tokens(),
        "when|if|through|via|where|for every|send|batch|during|overnight|off-peak",
    ) {
        conditional(&mut item, reader);
    }
    reader.keep(item, []);
}

fn item(reader: &Reader<'_>, at: usize) -> Option<Item> {
    let statement = reader.statement();
    let tokens = reader.tokens();
    if is_for_early_payment(reader) || !is_about_charges(reader) {
        return None;
    }
    let price = prices::read(tokens, at)?;
    let stretch = &statement.stretch;
    let mut line = LineItem::new(
        "",
        Kind::Discount,
        reader.description(at),
        statement.evidence(reader.document),
    );
    if let Some(percent) = price.percent {
        line.price.percent = found(percent, stretch, reader.document, at, at.saturating_add(1));
    } else {
        line.price.amount = found(
            price.money?.value,
            stretch,
            reader.document,
            at,
            at.saturating_add(1),
        );
    }
    if let Some(period) = price.period.and_then(|period| period.cadence()) {
        line.cadence = found(
            period,
            stretch,
            reader.document,
            at,
            at.saturating_add(price.length),
        );
    } else if says_any(tokens, "opening invoice|first invoice|one-time") {
        line.cadence = found(
            Cadence::OneTime,
            stretch,
            reader.document,
            at,
            at.saturating_add(1),
        );
    }
    let holds_sometimes =
        reader.is_contingent(at) || says_any(tokens, "until|unless|provided|as long as|for every|where");
    let mut item = Item::new(
        line,
        statement.scope,
        stretch.words(at, at.saturating_add(price.length)).to_vec(),
    );
    if holds_sometimes {
        conditional(&mut item, reader);
    }
    if let Some((held, _)) = (0..tokens.len()).find_map(|at| crate::reading::phrases::holding(tokens, at)) {
        item.stages = crate::reading::items::Stage::first(held).into_iter().collect();
    }
    if says_any(tokens, "shares|stock|in kind|store credit") {
        item.line.marks.push(Mark::NonCash);
    }
    Some(item)
}

fn conditional(item: &mut Item, reader: &Reader<'_>) {
    item.line.marks.push(Mark::Contingent);
    item.doubts.push(Doubt::new(
        Code::ConditionalPrice,
        "",
        "This reduction holds only under a condition.",
        "Decide whether and when it holds.",
        reader.statement().evidence(reader.document),
    ));
}

/// What an invoice paid early saves is a payment term, not a price.
fn is_for_early_payment(reader: &Reader<'_>) -> bool {
    says_any(
        reader.tokens(),
        "paid within|payment within|pays within|early payment|prompt payment|if paid",
    )
}

/// Reductions for somebody else's customers are no reductions here.
fn is_about_charges(reader: &Reader<'_>) -> bool {
    let tokens = reader.tokens();
    let ours = says_any(
        tokens,
        "line|fee|fees|price|prices|subscription|charges|charge|invoice|invoices|rate|rates|\
        seat|seats|licence|license|platform|order|slice|first year|contract year|services|\
        bill|plan|retainer|package|module|support|hosting|rent",
    );
    let theirs = says_any(
        tokens,
        "members|member offer|consumers|end users|retail|suggested|shoppers|\
        fair market value|visitors",
    );
    ours && !theirs
}
