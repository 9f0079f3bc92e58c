//! Notes at the foot of a table that change what its rows say.

use jiff::civil::Date;

use crate::flag::Code;
use crate::normal::date::Day;
use crate::page::Document;
use crate::reading::items::{Doubt, Item, found};
use crate::reading::statements::Statement;
use crate::reading::tokens::{Kind as TokenKind, Token};
use crate::terms::{Found, Kind, Segment};

/// Applies notes: "² From 1 January 2026 the charge is £285.00 per visit."
pub(super) fn apply(document: &Document, statements: &[Statement], items: &mut Vec<Item>) {
    let mut spent: Vec<usize> = Vec::new();
    for statement in statements {
        let Some(number) = note_number(statement.tokens()) else {
            continue;
        };
        let priced = statement
            .tokens()
            .iter()
            .any(|token| token.money().is_some() || token.percent().is_some());
        if !priced {
            continue;
        }
        let new_price = change(statement);
        for item in items.iter_mut().filter(|item| item.notes.contains(&number)) {
            if let Some((date, at)) = new_price {
                step(document, statement, item, date, at);
            }
            item.doubts.push(Doubt::new(
                Code::FootnoteChangesPrice,
                "",
                format!("Note {number} changes the price of this line."),
                "Compare the line with the note.",
                statement.evidence(document),
            ));
        }
        if new_price.is_some() {
            spent.push(statement.scope);
        }
    }
    // The new price is a later price of the line the note belongs to, not a line of its own.
    items.retain(|item| {
        !spent.contains(&item.scope) || !item.notes.is_empty() || item.line.kind == Kind::Discount
    });
}

fn note_number(tokens: &[Token]) -> Option<u32> {
    match tokens.first()?.kind {
        TokenKind::Note(number) => Some(number),
        _ => None,
    }
}

/// "From DATE the charge is MONEY": the day and the position of the amount.
fn change(statement: &Statement) -> Option<(Date, usize)> {
    let tokens = statement.tokens();
    let from = tokens
        .iter()
        .position(|token| token.is("from") || token.is("effective") || token.is("starting"))?;
    let date = tokens.iter().skip(from).find_map(|token| match token.kind {
        TokenKind::Date(Day::Is(day)) => Some(day),
        _ => None,
    })?;
    let at = tokens.iter().position(|token| token.money().is_some())?;
    let states = tokens
        .iter()
        .any(|token| token.is_any("is|becomes|be|applies|rises|changes"));
    states.then_some((date, at))
}

fn step(document: &Document, statement: &Statement, item: &mut Item, date: Date, at: usize) {
    let Some(amount) = statement.tokens().get(at).and_then(Token::money) else {
        return;
    };
    let line = &mut item.line;
    let by_unit = line.price.unit_price.value.is_some();
    let value = found(
        amount.value,
        &statement.stretch,
        document,
        at,
        at.saturating_add(1),
    );
    let before = if by_unit {
        std::mem::take(&mut line.price.unit_price)
    } else {
        std::mem::take(&mut line.price.amount)
    };
    let segment = |from: Found<Date>, to: Found<Date>, value| {
        let (amount, unit_price) = if by_unit {
            (Found::absent(), value)
        } else {
            (value, Found::absent())
        };
        Segment {
            from,
            to,
            amount,
            unit_price,
        }
    };
    let evidence = statement.evidence(document);
    let last = date.yesterday().map_or_else(
        |_| Found::absent(),
        |day| Found::derived(day, "the day before the new price", evidence.clone()),
    );
    line.schedule = vec![
        segment(line.start.clone(), last, before),
        segment(
            Found::supported(date, date.to_string(), evidence.clone()),
            Found::absent(),
            value,
        ),
    ];
    line.evidence.extend(evidence);
}
