//! Sentences that give a rate its second step: "Once the volume passes $1,000,000, the part above that line is charged at
//! 2.45% + $0.12."

use rust_decimal::Decimal;

use crate::page::Document;
use crate::reading::items::{Item, found};
use crate::reading::phrases::{find_any, says_any};
use crate::reading::prices;
use crate::reading::statements::Statement;
use crate::reading::tokens::Kind as TokenKind;
use crate::terms::{Found, Kind, TierCounting, TierMode, TierRow, Tiers};

/// Turns the rate that such a sentence names into tiers.
pub(super) fn apply(document: &Document, statements: &[Statement], items: &mut Vec<Item>) {
    for statement in statements {
        let Some(step) = step(statement) else { continue };
        let target = items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.scope != statement.scope)
            .max_by_key(|(_, item)| (is_like(item, &step), likeness(statement, item)));
        let index = target
            .filter(|(_, item)| shared(statement, item) > 1 && is_rate(item, &step))
            .map(|(index, _)| index);
        if let Some(item) = index.and_then(|index| items.get_mut(index)) {
            tier(document, statement, item, &step);
            items.retain(|item| item.scope != statement.scope);
        }
    }
}

struct Step {
    threshold: Decimal,
    /// Position of the price above it.
    at: usize,
    percent: Option<Decimal>,
    amount: Option<Decimal>,
    /// What is added to the percentage for each transaction.
    fee: Option<Decimal>,
}

/// A threshold, "the part above that line", and a price for it.
fn step(statement: &Statement) -> Option<Step> {
    let tokens = statement.tokens();
    let (part, _) = find_any(
        tokens,
        "the part above|the portion above|the excess|the part over|the portion over|the portion exceeding|anything above|amounts above|volume above",
    )?;
    let crosses = says_any(
        tokens.get(..part)?,
        "passes|exceeds|reaches|goes past|goes above|crosses|surpasses|is above|over",
    );
    let threshold = tokens
        .get(..part)?
        .iter()
        .rev()
        .find_map(|token| match token.kind {
            TokenKind::Money(amount) => Some(amount.value),
            TokenKind::Number(value) if value > Decimal::ONE => Some(value),
            _ => None,
        })?;
    let at = (part..tokens.len()).find(|at| {
        tokens
            .get(*at)
            .is_some_and(|token| token.money().is_some() || token.percent().is_some())
    })?;
    let price = prices::read(tokens, at)?;
    crosses.then_some(Step {
        threshold,
        at,
        percent: price.percent,
        amount: price.money.map(|amount| amount.value),
        fee: price.fixed_fee,
    })
}

/// How many words of the line's name the sentence uses.
fn shared(statement: &Statement, item: &Item) -> usize {
    let said = |name: &&String| statement.tokens().iter().any(|token| token.is(name));
    item.names
        .iter()
        .filter(|name| !matches!(name.as_str(), "the" | "and" | "for" | "per" | "with"))
        .filter(said)
        .count()
}

/// In thousandths: how much of its name the sentence uses.
fn likeness(statement: &Statement, item: &Item) -> usize {
    shared(statement, item)
        .saturating_mul(1_000)
        .checked_div(item.names.len())
        .unwrap_or_default()
}

/// A rate with a fee on top changes to a rate with a fee on top.
fn is_like(item: &Item, step: &Step) -> bool {
    let both = item.line.price.percent.value.is_some() && item.line.price.unit_price.value.is_some();
    is_rate(item, step) && both == (step.percent.is_some() && step.fee.is_some())
}

fn is_rate(item: &Item, step: &Step) -> bool {
    let percent = step.percent.is_some() && item.line.price.percent.value.is_some();
    let amount =
        step.amount.is_some() && item.line.price.unit_price.value.is_some() && item.line.kind == Kind::Usage;
    (percent || amount) && item.line.price.tiers.is_none()
}

fn tier(document: &Document, statement: &Statement, item: &mut Item, step: &Step) {
    let evidence = statement.evidence(document);
    let row =
        |from: Decimal, to: Option<Decimal>, percent: Found<Decimal>, unit_price: Found<Decimal>| TierRow {
            from,
            to,
            unit_price,
            flat_fee: Found::absent(),
            percent,
        };
    let value = |number: Decimal| {
        found(
            number,
            &statement.stretch,
            document,
            step.at,
            step.at.saturating_add(1),
        )
    };
    let price = &mut item.line.price;
    let (first, second) = match step.percent {
        Some(percent) => (
            row(
                Decimal::ZERO,
                Some(step.threshold),
                price.percent.clone(),
                Found::absent(),
            ),
            row(step.threshold, None, value(percent), Found::absent()),
        ),
        None => (
            row(
                Decimal::ZERO,
                Some(step.threshold),
                Found::absent(),
                price.unit_price.clone(),
            ),
            row(
                step.threshold,
                None,
                Found::absent(),
                step.amount.map(value).unwrap_or_default(),
            ),
        ),
    };
    price.tiers = Some(Tiers {
        mode: Found::supported(TierMode::Graduated, "the part above", evidence.clone()),
        counting: TierCounting::PerPeriod,
        rows: vec![first, second],
    });
    item.words.extend(statement.stretch.all_words().to_vec());
    item.line.evidence.extend(evidence);
}

#[cfg(test)]
mod tests {
    use super::step;
    use crate::reading::written::document;
    use crate::reading::{locale, scopes, statements};

    #[test]
    fn a_second_step_is_seen() {
        let cases = [
            (
                "Once the card volume passes $1,000,000, the part above that line is charged at 2.45% + $0.12.",
                true,
            ),
            ("The part above is charged at 2%.", false),
            ("Customer pays 2% of sales.", false),
        ];
        for (text, expected) in cases {
            let document = document(text);
            let scopes = scopes::cut(&document, locale::of(&document));
            let statements = statements::all(&document, &scopes);
            assert_eq!(step(&statements[0]).is_some(), expected, "{text}");
        }
    }
}
