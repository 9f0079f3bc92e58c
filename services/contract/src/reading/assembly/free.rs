//! Periods at the start that cost nothing: "the first two months are free", "the opening invoice carries a credit of two
//! twelfths of the Year 1 fee".

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::normal::date::last_day;
use crate::page::Document;
use crate::reading::items::Item;
use crate::reading::phrases::{find_any, says_any};
use crate::reading::signs::is_free_period;
use crate::reading::statements::Statement;
use crate::reading::tokens::Token;
use crate::terms::{Cadence, Found, Kind, LineItem, Terms};

/// Adds the reduction that such a sentence is, where it is clear which line it reduces and by how much.
pub(super) fn apply(document: &Document, statements: &[Statement], terms: &Terms, items: &mut Vec<Item>) {
    let Some(start) = terms.term.start.copied() else {
        return;
    };
    let mut added: Vec<Item> = Vec::new();
    for statement in statements
        .iter()
        .filter(|statement| is_free_period(statement.tokens()))
    {
        let taken = items
            .iter()
            .any(|item| item.scope == statement.scope && item.line.kind == Kind::Discount);
        let Some(target) = target(statement.tokens(), items).filter(|_| !taken) else {
            continue;
        };
        added.extend(reduction(document, statement, target, start));
    }
    items.extend(added);
}

/// The only agreed line that the sentence names; the only one there is.
fn target<'i>(tokens: &[Token], items: &'i [Item]) -> Option<&'i Item> {
    let agreed: Vec<&Item> = items
        .iter()
        .filter(|item| matches!(item.line.kind, Kind::Recurring | Kind::Seat))
        .collect();
    let hits = |item: &Item| {
        let said = |name: &&String| name.len() > 3 && tokens.iter().any(|token| token.is(name));
        item.names.iter().filter(said).count()
    };
    match agreed.as_slice() {
        [only] => Some(*only),
        several => {
            let most = several
                .iter()
                .map(|item| hits(item))
                .max()
                .filter(|most| *most > 0)?;
            let mut best = several.iter().filter(|item| hits(item) == most);
            let first = best.next()?;
            best.next().is_none().then_some(*first)
        }
    }
}

fn reduction(document: &Document, statement: &Statement, target: &Item, start: Date) -> Option<Item> {
    let tokens = statement.tokens();
    let months = free_months(tokens)?;
    let evidence = statement.evidence(document);
    let mut line = LineItem::new(
        "",
        Kind::Discount,
        statement.stretch.printed(0, tokens.len().min(14)),
        evidence.clone(),
    );
    line.start = Found::derived(start, "the first day of the contract", evidence.clone());
    if says_any(
        tokens,
        "credit of|credit for|is credited|are credited|opening invoice|first invoice",
    ) {
        let (amount, how) = worth(&target.line, months)?;
        line.price.amount = Found::derived(amount, how, evidence.clone());
        line.cadence = Found::derived(Cadence::OneTime, "credited once", evidence);
    } else {
        // A period that is not whole months of what is billed cannot be free as a whole.
        let billed = target.line.cadence.copied().and_then(Cadence::in_months)?;
        months.is_multiple_of(billed).then_some(())?;
        line.price.percent = Found::derived(Decimal::ONE_HUNDRED, "free of charge", evidence.clone());
        line.end = Found::derived(
            last_day(start, months)?,
            format!("{months} months from {start}"),
            evidence,
        );
    }
    let mut item = Item::new(line, statement.scope, statement.stretch.all_words().to_vec());
    item.names.extend(target.names.iter().cloned());
    Some(item)
}

/// "first two months", "three months free".
fn free_months(tokens: &[Token]) -> Option<u32> {
    tokens.windows(2).enumerate().find_map(|(at, pair)| {
        let [count, span] = pair else { return None };
        let months = match span.low.as_str() {
            "month" | "months" => 1u32,
            "quarter" | "quarters" => 3,
            _ => return None,
        };
        let number = count.number().and_then(|number| u32::try_from(number).ok());
        let first = count.is_any("first|initial|opening").then_some(1);
        let near = find_any(
            tokens.get(at..)?,
            "free|house|waived|charge|charged|complimentary|credit",
        )
        .is_some();
        number.or(first).filter(|_| near)?.checked_mul(months)
    })
}

/// What so many months of the line cost in its first year.
fn worth(line: &LineItem, months: u32) -> Option<(Decimal, String)> {
    let first = line.schedule.first();
    let stated = line
        .price
        .amount
        .copied()
        .or_else(|| first.and_then(|step| step.amount.copied()))?;
    let span = line
        .price
        .period
        .copied()
        .or(line.cadence.copied())?
        .in_months()?;
    let amount = stated
        .checked_mul(Decimal::from(months))?
        .checked_div(Decimal::from(span))?;
    Some((
        amount.normalize(),
        format!("{months} of {span} months of {stated}"),
    ))
}
