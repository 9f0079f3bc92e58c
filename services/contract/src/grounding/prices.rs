//! The price of a claimed charge.

use rust_decimal::Decimal;

use super::Ground;
use super::charges::by_unit;
use super::cited::Printed;
use super::values::{Claim, Place};
use crate::flag::{Code, Flag};
use crate::normal::unit::singular;
use crate::reading::phrases::{PerUnit, Period, noun, per_unit, period};
use crate::reading::tokens::{Kind as TokenKind, Token};
use crate::schema::Charge;
use crate::terms::{Cadence, Evidence, Found, Kind, LineItem};

/// Reads the price into the line; a place that hides it is withheld, several prices are none.
pub(super) fn read(
    ground: &mut Ground<'_>,
    claim: &Claim<'_>,
    charge: &Charge,
    item: &mut LineItem,
    path: &str,
) {
    unit(ground, claim, charge, item);
    let Some(copied) = &charge.printed_price else {
        hidden(ground, claim, charge, item);
        return;
    };
    let Some(printed) = claim.printed(ground, copied, Place::Quote) else {
        ground.not_said(&format!("{path}/amount"), copied, claim.cited.words(claim.quote));
        *field(item) = Found::unsupported(super::shortened(copied), claim.evidence(ground));
        return;
    };
    let evidence = claim.evidence_with(ground, printed.words());
    match Price::of(printed.tokens()) {
        Price::Several => several(ground, item, &printed, evidence, path),
        Price::Withheld => *field(item) = Found::withheld(printed.text(), evidence),
        Price::Nothing => {
            ground.not_said(&format!("{path}/amount"), copied, printed.words());
            *field(item) = Found::unsupported(super::shortened(copied), evidence);
        }
        Price::Is { amount, percent } => {
            ground.note_source(path, printed.words());
            set(item, amount, percent, &printed.text(), &evidence);
            behind(ground, claim, item, &printed, &evidence);
        }
    }
}

/// What the tokens of a price say.
enum Price {
    Is {
        amount: Option<Decimal>,
        percent: Option<Decimal>,
    },
    Withheld,
    Several,
    Nothing,
}

impl Price {
    fn of(tokens: &[Token]) -> Self {
        let mut money: Vec<Decimal> = tokens
            .iter()
            .filter_map(|token| token.money().map(|amount| amount.value))
            .collect();
        let mut percents: Vec<Decimal> = tokens.iter().filter_map(Token::percent).collect();
        if money.is_empty() && percents.is_empty() {
            // A cell under a price column names no currency; its one number is the price.
            money = tokens.iter().filter_map(Token::number).collect();
        }
        money.dedup();
        percents.dedup();
        let withheld = tokens
            .iter()
            .any(|token| matches!(token.kind, TokenKind::Withheld { .. }));
        match (money.as_slice(), percents.as_slice()) {
            ([], []) if withheld => Self::Withheld,
            ([], []) => Self::Nothing,
            ([] | [_], [] | [_]) => Self::Is {
                amount: money.first().copied(),
                percent: percents.first().copied(),
            },
            _ => Self::Several,
        }
    }
}

/// The field that a plain price of such a line goes into.
fn field(item: &mut LineItem) -> &mut Found<Decimal> {
    let each = by_unit(item.kind) || (item.quantity.value.is_some() && item.unit.is_some());
    if each {
        &mut item.price.unit_price
    } else {
        &mut item.price.amount
    }
}

fn set(
    item: &mut LineItem,
    amount: Option<Decimal>,
    percent: Option<Decimal>,
    printed: &str,
    evidence: &[Evidence],
) {
    let found = |value| Found::supported(value, printed, evidence.to_vec());
    if let Some(percent) = percent {
        item.price.percent = found(percent);
    }
    if let Some(amount) = amount {
        // A fee on each transaction beside a share of it is a price of the unit.
        let beside = percent.is_some() && item.kind == Kind::Percentage;
        let field = if beside {
            &mut item.price.unit_price
        } else {
            field(item)
        };
        *field = found(amount);
    }
}

fn several(
    ground: &mut Ground<'_>,
    item: &mut LineItem,
    printed: &Printed,
    evidence: Vec<Evidence>,
    path: &str,
) {
    let sentence = format!("“{}” holds more than one price.", printed.text());
    let flag = Flag::new(
        Code::SeveralPrices,
        sentence,
        "Ask which of them holds and enter it.",
    );
    ground.flag(flag.at(path).seen(evidence.iter().cloned()));
    *field(item) = Found::unsupported(printed.text(), evidence);
}

/// No price was copied: the quote may hide one.
fn hidden(ground: &mut Ground<'_>, claim: &Claim<'_>, charge: &Charge, item: &mut LineItem) {
    let Some(whole) = claim.whole(ground) else { return };
    let hides = whole
        .tokens()
        .iter()
        .find(|token| matches!(token.kind, TokenKind::Withheld { .. }));
    if let Some(token) = hides.filter(|_| charge.tiers.is_empty()) {
        *field(item) = Found::withheld(token.text.clone(), claim.evidence(ground));
    }
}

/// What one unit is called, as printed.
fn unit(ground: &mut Ground<'_>, claim: &Claim<'_>, charge: &Charge, item: &mut LineItem) {
    let Some(copied) = &charge.unit else { return };
    let Some(printed) = claim.printed(ground, copied, Place::Lines) else {
        return;
    };
    let tokens = printed.tokens();
    let opened = per_unit(tokens, 0)
        .map(|found| found.unit)
        .filter(|unit| !unit.is_empty());
    let named = opened.or_else(|| {
        let start = tokens.iter().position(|token| token.kind == TokenKind::Word)?;
        noun(tokens, start).map(|(unit, _)| unit)
    });
    let is_time = |unit: &String| {
        crate::normal::duration::unit(unit)
            .is_some_and(|span| crate::normal::duration::months(span).is_some())
    };
    item.unit = named
        .filter(|unit| !is_time(unit))
        .map(|unit| if unit.contains(' ') { unit } else { singular(&unit) });
}

/// What stands right behind the price: `per 1,000 calls`, `per user per month`.
fn behind(
    ground: &Ground<'_>,
    claim: &Claim<'_>,
    item: &mut LineItem,
    printed: &Printed,
    evidence: &[Evidence],
) {
    let Some(whole) = claim.whole(ground) else { return };
    let tokens = whole.tokens();
    let priced = |token: &Token| token.money().is_some() || token.percent().is_some();
    let text = printed
        .tokens()
        .iter()
        .find(|token| priced(token))
        .map(|token| token.text.clone());
    let Some(at) = tokens
        .iter()
        .position(|token| priced(token) && Some(&token.text) == text.as_ref())
    else {
        return;
    };
    let mut cursor = at.saturating_add(1);
    loop {
        // A span of time is a period even where it reads like a unit.
        if let Some(found) = period(tokens, cursor) {
            cursor = cursor.saturating_add(found.length);
            of_period(item, found, &text_of(tokens, cursor, found.length), evidence);
        } else if let Some(found) = per_unit(tokens, cursor) {
            cursor = cursor.saturating_add(found.length);
            of_unit(item, found, &text_of(tokens, cursor, 2), evidence);
        } else {
            break;
        }
    }
}

/// The text of the tokens before a position.
fn text_of(tokens: &[Token], end: usize, length: usize) -> String {
    let part = tokens.get(end.saturating_sub(length)..end).unwrap_or_default();
    part.iter()
        .map(|token| token.text.as_str())
        .collect::<Vec<&str>>()
        .join(" ")
}

/// The span a price is for; it is the cadence too where the contract says no other.
fn of_period(item: &mut LineItem, found: Period, printed: &str, evidence: &[Evidence]) {
    let Some(cadence) = found
        .cadence()
        .filter(|cadence| matches!(cadence, Cadence::Every(_)))
    else {
        return;
    };
    let said = || Found::supported(cadence, printed, evidence.to_vec());
    let recurs = matches!(item.kind, Kind::Recurring | Kind::Seat | Kind::MinimumCommitment);
    if item.cadence.is_absent() {
        item.cadence = said();
    } else if recurs
        && item.cadence.value.is_some_and(|known| known != cadence)
        && item.price.period.is_absent()
    {
        item.price.period = said();
    }
}

fn of_unit(item: &mut LineItem, found: PerUnit, printed: &str, evidence: &[Evidence]) {
    if item.unit.is_none() && !found.unit.is_empty() {
        item.unit = Some(found.unit);
    }
    if found.count > Decimal::ONE && item.price.per.is_absent() {
        item.price.per = Found::supported(found.count, printed, evidence.to_vec());
    }
}
