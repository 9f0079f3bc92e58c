//! Credits that are bought again by themselves: "whenever the balance falls below $5,000, Customer buys further credits of
//! $10,000".

use rust_decimal::Decimal;

use super::Reader;
use crate::reading::items::{Item, found};
use crate::reading::phrases::{find_any, says_any};
use crate::terms::{Credits, Found, Kind};

/// Gives the rule to the credits bought last before it; its amounts are explained.
pub(super) fn read(reader: &mut Reader<'_>, before: &mut [Item]) {
    let Some((below, amount)) = rule(reader) else {
        return;
    };
    let Some(pool) = before
        .iter_mut()
        .rev()
        .find(|item| item.line.kind == Kind::PrepaidCredit)
    else {
        return;
    };
    let credits = pool.line.credits.get_or_insert_with(Credits::default);
    credits.top_up_below = below;
    credits.top_up_amount = amount;
    pool.line
        .evidence
        .extend(reader.statement().evidence(reader.document));
    let amounts: Vec<usize> = reader.roles.iter().map(|(at, _)| *at).collect();
    reader.taken.extend(amounts);
}

/// The balance that is too low, and what is bought then: every amount behind it must be the same.
fn rule(reader: &Reader<'_>) -> Option<(Found<Decimal>, Found<Decimal>)> {
    let tokens = reader.tokens();
    let (at, length) = find_any(
        tokens,
        "falls below|drops below|fall below|drop below|goes below|is below|less than|falls under|drops under",
    )?;
    let balance = says_any(
        tokens,
        "balance|credits remaining|remaining credits|credit remaining",
    );
    let buys = says_any(
        tokens,
        "buys|purchases|purchase|buy|top up|tops up|topped up|replenish|replenishes|replenished|reload|reloads",
    );
    if !(balance && buys) {
        return None;
    }
    let money: Vec<(usize, Decimal)> = tokens
        .iter()
        .enumerate()
        .skip(at.saturating_add(length))
        .filter_map(|(at, token)| Some((at, token.money()?.value)))
        .collect();
    let [(below_at, below), (amount_at, amount), rest @ ..] = money.as_slice() else {
        return None;
    };
    let value = |at: usize, value: Decimal| {
        found(
            value,
            &reader.statement().stretch,
            reader.document,
            at,
            at.saturating_add(1),
        )
    };
    let agreed = rest.iter().all(|(_, other)| other == amount);
    agreed.then(|| (value(*below_at, *below), value(*amount_at, *amount)))
}
