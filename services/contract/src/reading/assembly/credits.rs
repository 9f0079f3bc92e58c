//! Rules of prepaid credits in sentences: what draws them, when they end, when more are bought.

use rust_decimal::Decimal;

use crate::flag::Code;
use crate::page::Document;
use crate::reading::items::{Doubt, Item, found};
use crate::reading::phrases::{find_any, find_duration, noun, says_any};
use crate::reading::statements::Statement;
use crate::reading::tokens::Token;
use crate::terms::{Cadence, Credits, Kind, LineItem};

/// Gives the one purchase of credits its rules, and adds what draws on it.
pub(super) fn apply(document: &Document, statements: &[Statement], items: &mut Vec<Item>) {
    // More are bought at the terms of the last purchase.
    let Some(pool) = items
        .iter_mut()
        .rfind(|item| item.line.kind == Kind::PrepaidCredit)
    else {
        return;
    };
    for statement in statements {
        expiry(document, statement, pool);
        refill(document, statement, pool);
    }
    let scopes: Vec<usize> = items.iter().map(|item| item.scope).collect();
    for statement in statements
        .iter()
        .filter(|statement| !scopes.contains(&statement.scope))
    {
        items.extend(draws(document, statement));
    }
}

/// "Credits expire 12 months after purchase", "credits are valid for one year".
fn expiry(document: &Document, statement: &Statement, pool: &mut Item) {
    let tokens = statement.tokens();
    let ends = says_any(
        tokens,
        "expire|expires|expiry|lapse|lapses|valid for|life of credits|good for|remain valid",
    );
    if !ends || !says_any(tokens, "credit|credits") {
        return;
    }
    let Some((at, span)) = find_duration(tokens) else {
        return;
    };
    let rules = pool.line.credits.get_or_insert_with(Credits::default);
    if rules.expire_after.is_absent() {
        let span = Cadence::Every(span.span);
        rules.expire_after = found(span, &statement.stretch, document, at, at.saturating_add(2));
    }
}

/// "Whenever the balance falls below 10,000 credits, a further 50,000 credits are bought for $4,500."
fn refill(document: &Document, statement: &Statement, pool: &mut Item) {
    let tokens = statement.tokens();
    let Some((at, length)) = find_any(
        tokens,
        "falls below|drops below|goes below|is below|falls under|drops under",
    ) else {
        return;
    };
    let buys = says_any(
        tokens,
        "bought|purchased|topped up|top up|top-up|added|refill|refilled|replenished|reloaded|recharge|buys|purchase",
    );
    let numbers: Vec<(usize, Decimal)> = tokens
        .iter()
        .enumerate()
        .skip(at.saturating_add(length))
        .filter_map(|(at, token)| Some((at, token.number().or(token.money().map(|amount| amount.value))?)))
        .collect();
    let (Some((below_at, below)), Some((amount_at, amount)), true) = (numbers.first(), numbers.get(1), buys)
    else {
        return;
    };
    let value =
        |at: usize, number: Decimal| found(number, &statement.stretch, document, at, at.saturating_add(1));
    let rules = pool.line.credits.get_or_insert_with(Credits::default);
    rules.top_up_below = value(*below_at, *below);
    rules.top_up_amount = value(*amount_at, *amount);
    pool.words.extend(statement.stretch.all_words().to_vec());
    pool.line.evidence.extend(statement.evidence(document));
    doubt_price(document, statement, pool, *amount);
}

/// More credits are billed at the price of the first; another price is a question.
fn doubt_price(document: &Document, statement: &Statement, pool: &mut Item, amount: Decimal) {
    let Some(price) = statement.tokens().iter().rev().find_map(Token::money) else {
        return;
    };
    let line = &pool.line;
    let granted = line.quantity.copied().or(line.price.amount.copied());
    let same = line
        .price
        .amount
        .copied()
        .zip(granted)
        .is_some_and(|(whole, grant)| whole.checked_mul(amount) == price.value.checked_mul(grant));
    if !same {
        pool.doubts.push(Doubt::new(
            Code::SeveralPrices,
            "/credits/top_up_amount",
            "More credits are bought at another price than the first.",
            "Enter what a refill costs.",
            statement.evidence(document),
        ));
    }
}

/// "Each vCPU-hour uses 2 credits and each GB uses 1 credit".
fn draws(document: &Document, statement: &Statement) -> Vec<Item> {
    let tokens = statement.tokens();
    let one = |at: usize| {
        let opens = tokens.get(at)?.is_any("each|every|one|a|an|per");
        let (unit, length) = noun(tokens, at.saturating_add(1)).filter(|_| opens)?;
        let verb = (at.saturating_add(length)..at.saturating_add(length).saturating_add(6)).find(|at| {
            tokens
                .get(*at)
                .is_some_and(|token| token.is_any("uses|consumes|draws|costs|deducts|takes|burns|use|cost"))
        })?;
        let number = verb.saturating_add(1);
        let count = tokens.get(number)?.number()?;
        tokens
            .get(number.saturating_add(1))
            .filter(|token| token.is_any("credit|credits"))?;
        let mut line = LineItem::new(
            "",
            Kind::Usage,
            statement.stretch.printed(at, verb),
            statement.evidence(document),
        );
        line.unit = Some(
            unit.split(" use")
                .next()
                .unwrap_or_default()
                .trim_end_matches(" uses")
                .to_owned(),
        );
        line.credits = Some(Credits {
            per_unit: found(
                count,
                &statement.stretch,
                document,
                number,
                number.saturating_add(2),
            ),
            ..Credits::default()
        });
        Some(Item::new(line, statement.scope, Vec::new()))
    };
    (0..tokens.len()).filter_map(one).collect()
}
