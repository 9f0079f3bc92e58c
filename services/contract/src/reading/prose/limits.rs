//! Minimums and caps in sentences: commitments of their own, or bounds of a charge beside them.

use rust_decimal::Decimal;

use super::{Reader, billed};
use crate::reading::items::{Item, currency, found};
use crate::reading::phrases::{period_within, says_any};
use crate::reading::prices;
use crate::reading::roles;
use crate::terms::{Cadence, Found, Kind, LineItem, Mark, Role, Timing};

/// Reads what is left of minimums and caps.
pub(super) fn read(reader: &mut Reader<'_>) {
    commitment_label(reader);
    for at in reader.open(Role::Minimum) {
        if bound_last(reader, at, true) {
            continue;
        }
        if let Some(item) = minimum(reader, at) {
            let same: Vec<usize> = same_amounts(reader, at);
            reader.keep(item, same);
        }
    }
    for at in reader.open(Role::Cap) {
        if !bound_last(reader, at, false)
            && let Some(item) = at_cost(reader, at)
        {
            reader.keep(item, [at]);
        }
    }
}

/// The other mentions of the same amount in the sentence: "less than $2,000 …, we top the bill up to $2,000".
fn same_amounts(reader: &Reader<'_>, at: usize) -> Vec<usize> {
    let value = |at: usize| {
        reader
            .tokens()
            .get(at)
            .and_then(|token| token.money())
            .map(|amount| amount.value)
    };
    reader
        .roles
        .iter()
        .map(|(other, _)| *other)
        .filter(|other| value(*other) == value(at))
        .collect()
}

/// The bound of a charge that the same sentence names before it.
fn bound_last(reader: &mut Reader<'_>, at: usize, least: bool) -> bool {
    let (stretch, document) = (&reader.statement().stretch, reader.document);
    let Some(amount) = reader.tokens().get(at).and_then(|token| token.money()) else {
        return false;
    };
    let bound = found(amount.value, stretch, document, at, at.saturating_add(1));
    let in_total = says_any(reader.tokens(), &["in total", "in the aggregate", "overall"]);
    let count = reader.items.len();
    let from = if in_total { 0 } else { count.saturating_sub(1) };
    let mut bounded = false;
    for item in reader
        .items
        .iter_mut()
        .skip(from)
        .filter(|item| !matches!(item.line.kind, Kind::Discount | Kind::Milestone))
    {
        let field = if least {
            &mut item.line.price.minimum
        } else {
            &mut item.line.price.cap
        };
        *field = bound.clone();
        bounded = true;
    }
    if bounded {
        reader.taken.insert(at);
    }
    bounded
}

/// "Commitment | $1,500,000 of Eligible Usage".
fn commitment_label(reader: &mut Reader<'_>) {
    let statement = reader.statement();
    let label = statement.tokens().get(..statement.label).unwrap_or_default();
    let named = says_any(
        label,
        &[
            "commitment",
            "minimum commitment",
            "committed spend",
            "annual commitment",
            "usage commitment",
            "spend commitment",
            "minimum spend",
            "commit",
        ],
    );
    let Some(at) = reader
        .open(Role::Price)
        .first()
        .copied()
        .or_else(|| reader.open(Role::Unexplained).first().copied())
        .filter(|_| named)
    else {
        return;
    };
    if let Some(item) = minimum(reader, at) {
        reader.keep(item, [at]);
    }
}

fn minimum(reader: &Reader<'_>, at: usize) -> Option<Item> {
    let tokens = reader.tokens();
    let statement = reader.statement();
    let stretch = &statement.stretch;
    let amount = tokens.get(at)?.money()?;
    let clause = reader.clause(at);
    let charges = says_any(
        clause,
        &[
            "purchase",
            "purchases",
            "minimum",
            "charges",
            "fees",
            "bill",
            "billed",
            "invoice",
            "spend",
            "commitment",
            "usage",
            "pay",
            "payment",
            "payments",
            "adds up",
            "floor",
            "order",
            "revenue",
            "royalties",
        ],
    );
    let condition = says_any(
        clause,
        &[
            "provided that",
            "provided",
            "as long as",
            "only if",
            "in order to qualify",
            "eligible if",
        ],
    ) && !says_any(clause, &["top", "must", "shall pay"]);
    if !charges || condition {
        return None;
    }
    let mut line = LineItem::new(
        "",
        Kind::MinimumCommitment,
        reader.description(at),
        statement.evidence(reader.document),
    );
    line.price.amount = found(amount.value, stretch, reader.document, at, at.saturating_add(1));
    let (from, to) = roles::clause(tokens, at);
    let scope = tokens.get(from..to)?;
    let price_period = prices::read(tokens, at).and_then(|price| price.period);
    let period = price_period
        .or_else(|| billed(scope).map(|(_, period)| period))
        .or_else(|| named_period(scope))
        .and_then(|period| period.cadence());
    match (period, reader.due_day(at)) {
        (Some(cadence), _) => {
            line.cadence = found(cadence, stretch, reader.document, from, to);
            line.timing = Found::derived(
                Timing::Arrears,
                "topped up once the period is known",
                line.evidence.clone(),
            );
        }
        (None, Some(day)) => {
            line.cadence = found(
                Cadence::OneTime,
                stretch,
                reader.document,
                at,
                at.saturating_add(1),
            );
            line.timing = Found::derived(Timing::Advance, "due on a day", line.evidence.clone());
            line.start = day;
        }
        (None, None) => settled(reader, &mut line),
    }
    let mut item = Item::new(
        line,
        statement.scope,
        stretch.words(at, at.saturating_add(1)).to_vec(),
    );
    item.currency = currency(amount);
    Some(item)
}

/// "in a calendar month", "a month's processing fees": a period that belongs to no price.
fn named_period(clause: &[crate::reading::tokens::Token]) -> Option<crate::reading::phrases::Period> {
    period_within(clause).map(|(_, found)| found)
}

/// "invoices the difference on April 10, 2026": the shortfall of the whole term on a day.
fn settled(reader: &Reader<'_>, line: &mut LineItem) {
    for statement in reader.statements {
        let tokens = statement.tokens();
        if !says_any(
            tokens,
            &["difference", "shortfall", "deficit", "remaining commitment"],
        ) {
            continue;
        }
        let day = tokens
            .iter()
            .enumerate()
            .find_map(|(at, token)| match token.kind {
                crate::reading::tokens::Kind::Date(crate::normal::date::Day::Is(day)) => Some((at, day)),
                _ => None,
            });
        if let Some((at, day)) = day {
            line.cadence = found(
                Cadence::Dated,
                &statement.stretch,
                reader.document,
                at,
                at.saturating_add(1),
            );
            line.start = found(day, &statement.stretch, reader.document, at, at.saturating_add(1));
            line.timing = Found::derived(Timing::Arrears, "settled after the term", line.evidence.clone());
            line.evidence.extend(statement.evidence(reader.document));
        }
    }
}

/// "Travel is reimbursed at cost up to $12,000."
fn at_cost(reader: &Reader<'_>, at: usize) -> Option<Item> {
    let clause = reader.clause(at);
    let passed = says_any(
        clause,
        &[
            "at cost",
            "reimburse",
            "reimbursed",
            "reimburses",
            "out-of-pocket",
            "expenses",
            "passed on",
            "passed through",
            "actual cost",
            "travel",
        ],
    );
    let amount: Decimal = reader.tokens().get(at)?.money()?.value;
    passed.then(|| {
        let statement = reader.statement();
        let mut line = LineItem::new(
            "",
            Kind::Usage,
            reader.description(at),
            statement.evidence(reader.document),
        );
        line.price.cap = found(
            amount,
            &statement.stretch,
            reader.document,
            at,
            at.saturating_add(1),
        );
        line.marks.push(Mark::PassThrough);
        line.timing = Found::derived(Timing::Arrears, "known once it was spent", line.evidence.clone());
        Item::new(
            line,
            statement.scope,
            statement.stretch.words(at, at.saturating_add(1)).to_vec(),
        )
    })
}
