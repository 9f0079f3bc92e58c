//! How often and when, as columns, headers and sentences near a table say it.

use rust_decimal::Decimal;

use super::Defaults;
use crate::normal::cadence::Often;
use crate::normal::duration;
use crate::page::Document;
use crate::reading::phrases::{
    PerUnit, Period, find_duration, noun, per_unit, period, period_within, timing,
};
use crate::reading::prices::Expression;
use crate::reading::scopes::{Grid, Scope};
use crate::reading::statements::Statement;
use crate::reading::tokens::{Stretch, Token};
use crate::terms::{Cadence, Timing};

/// What the header and sentences nearby say of every row's price.
pub(super) fn defaults(document: &Document, grid: &Grid, scope: &Scope, near: &[&Statement]) -> Defaults {
    let columns = grid.all_rows().map(Vec::len).max().unwrap_or_default();
    let header = |column: usize| grid.header.as_ref().and_then(|header| header.get(column));
    let by_column = (0..columns)
        .map(|column| {
            header(column)
                .map(|cell| of_words(&cell.tokens))
                .unwrap_or_default()
        })
        .collect();
    let caption = near.iter().find(|statement| is_caption(statement));
    let mut price = caption
        .map(|statement| of_words(statement.tokens()))
        .unwrap_or_default();
    if price.per.is_none() && price.period.is_none() {
        price = scope
            .under
            .title
            .as_ref()
            .map(|title| of_words(&title.tokens))
            .unwrap_or_default();
    }
    Defaults {
        price,
        by_column,
        evidence: caption
            .map(|statement| statement.evidence(document))
            .unwrap_or_default(),
    }
}

/// "Rates below are per 1M tokens.", "Prices are stated per unit per month."
fn is_caption(statement: &Statement) -> bool {
    let tokens = statement.tokens();
    let prices = tokens
        .iter()
        .any(|token| token.is_any("rates|prices|fees|charges|amounts|pricing"));
    let states = tokens
        .iter()
        .any(|token| token.is_any("are|is|below|stated|shown|quoted|expressed"));
    let money = tokens
        .iter()
        .any(|token| token.money().is_some() || token.percent().is_some());
    // "Fees are deducted daily; the monthly statement is issued …" says when is billed, not what a price is for.
    let bills = tokens.iter().any(|token| {
        token.is_any("statement|statements|issued|deducted|settlement|due|payable|billed|invoiced")
    });
    prices && states && !money && !bills && tokens.len() < 30
}

/// "per seat per month", "monthly fee", "/ GB": unit and span without an amount.
pub(crate) fn of_words(tokens: &[Token]) -> Expression {
    let mut found = Expression {
        per: per_thousand(tokens),
        period: recurring(tokens),
        ..Expression::default()
    };
    for at in 0..tokens.len() {
        let led = tokens.get(at).is_some_and(|token| {
            token.is("per") || token.is_mark('/') || token.is("each") || token.is("every")
        });
        if found.period.is_none() {
            found.period =
                period(tokens, at).filter(|found| led || (found.length == 1 && is_of_price(tokens, at)));
        }
        if found.per.is_none() && led {
            // "Prices are per unit and month": a unit of whatever the row names.
            let any = per_unit(tokens, at);
            let behind = any.as_ref().map(|per| at.saturating_add(per.length));
            found.per = any.filter(|per| !matches!(per.unit.as_str(), "unit" | "order year"));
            let also = behind.and_then(|at| crate::reading::prices::period_and(tokens, at));
            found.period = found.period.or(also);
        }
    }
    found
}

/// MRC is a monthly recurring charge, ARR what recurs in a year.
fn recurring(tokens: &[Token]) -> Option<Period> {
    let of = [("mrc", 1), ("mrr", 1), ("arc", 12), ("arr", 12)];
    let (_, months) = of.iter().find(|(word, _)| {
        // "Arc welding" is no annual recurring charge.
        let shouted = |token: &Token| token.is(word) && token.text.chars().all(char::is_uppercase);
        tokens.len() <= 4 && tokens.iter().any(shouted)
    })?;
    Some(Period {
        often: Often::Is(Cadence::months(*months)),
        length: 1,
    })
}

/// CPM is the price of a thousand impressions, CPC that of a click, CPL that of a lead.
fn per_thousand(tokens: &[Token]) -> Option<PerUnit> {
    let of = [
        ("cpm", 1_000u32, "impression"),
        ("cpc", 1, "click"),
        ("cpl", 1, "lead"),
        ("cpa", 1, "action"),
        ("hourly", 1, "hour"),
    ];
    if let Some(unit) = rated_by(tokens) {
        return Some(PerUnit {
            count: Decimal::ONE,
            unit: unit.to_owned(),
            length: 1,
        });
    }
    let (_, count, unit) = of
        .iter()
        .find(|(word, ..)| tokens.iter().any(|token| token.is(word)))?;
    Some(PerUnit {
        count: Decimal::from(*count),
        unit: (*unit).to_owned(),
        length: 1,
    })
}

/// "Day rate", "hour rate": what is counted.
fn rated_by(tokens: &[Token]) -> Option<&'static str> {
    let half = tokens.iter().any(|token| token.is_any("half|half-day"));
    tokens.windows(2).find_map(|pair| match pair {
        [day, rate] if day.is_any("day|daily") && rate.is_any("rate|rates") => {
            Some(if half { "half day" } else { "day" })
        }
        [hour, rate] if hour.is("hour") && rate.is_any("rate|rates") => Some("hour"),
        _ => None,
    })
}

/// "Annual fee", "support, annual", "billed monthly": the word belongs to the price. In "Annual Account Statement" it belongs
/// to the thing.
fn is_of_price(tokens: &[Token], at: usize) -> bool {
    let after = tokens.get(at.saturating_add(1)..).unwrap_or_default();
    let near = after.get(..after.len().min(3)).unwrap_or_default();
    let fee = near.iter().any(|token| {
        token.is_any(
            "fee|fees|charge|charges|subscription|licence|license|maintenance|support|hosting|retainer|rent|rental|price|\
             cost|payment|rate|membership|premium|lease|plan|billing|amount|minimum|total",
        )
    });
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let led = before.is_none_or(|token| {
        token.is_mark(',')
            || token.is_mark('(')
            || token.is_any("billed|payable|invoiced|paid|charged|fee|fees|charge")
    });
    fee || (after.is_empty() && before.is_some())
        || (led
            && near
                .first()
                .is_none_or(|token| token.is_mark(')') || token.is_mark(',') || token.is("in")))
}

/// Cadence and timing of a billing cell: "Quarterly in advance", "monthly, after use".
pub(super) fn of_cell(tokens: &[Token]) -> (Option<Period>, Option<Timing>) {
    // "the month after signing" comes once.
    let event = tokens.iter().any(|token| {
        token.is_any("delivery|signing|signature|acceptance|completion|go-live|order|execution")
    });
    let after = after_the(tokens).or_else(|| next_month(tokens).filter(|_| !event));
    let timing = timing(tokens).map(|(.., timing)| timing);
    let start = crate::reading::phrases::says_any(tokens, "at its start|at the start|at its beginning");
    let of_month = || {
        let first = crate::reading::phrases::says_any(
            tokens,
            "1st of the month|first of the month|first day of the month|last day of the month",
        );
        (first && !event && !tokens.iter().any(|token| token.is("after"))).then(|| every_month(tokens.len()))
    };
    (
        period_within(tokens)
            .map(|(_, found)| found)
            .or(after)
            .or_else(of_month),
        timing
            .or(after.map(|_| Timing::Arrears))
            .or(start.then_some(Timing::Advance)),
    )
}

/// "after the quarter", "after the billing month": what is billed is what that span saw.
fn after_the(tokens: &[Token]) -> Option<Period> {
    let at = tokens
        .windows(2)
        .position(|pair| matches!(pair, [after, the] if after.is("after") && the.is_any("the|each|every")))?;
    let calendar = usize::from(
        tokens
            .get(at.saturating_add(2))
            .is_some_and(|token| token.is_any("billing|calendar|contract|service|subscription")),
    );
    let word = tokens.get(at.saturating_add(2).saturating_add(calendar))?;
    let months = duration::months(duration::unit(&word.low)?)?;
    Some(Period {
        often: Often::Is(Cadence::months(months)),
        length: 3usize.saturating_add(calendar),
    })
}

/// "1st of the next month": what is billed is the month before.
fn next_month(tokens: &[Token]) -> Option<Period> {
    let next = crate::reading::phrases::says_any(
        tokens,
        "of the next month|of the following month|of next month|of the month after",
    );
    next.then(|| every_month(tokens.len()))
}

fn every_month(length: usize) -> Period {
    Period {
        often: Often::Is(Cadence::months(1)),
        length,
    }
}

/// "GPU-hour", "per user / month", "month", "GB-month", "each".
pub(super) fn of_unit_cell(cell: &Stretch) -> Expression {
    // "GB; 1,000 GB in each month are free": what follows says how many cost nothing.
    let stop = cell.tokens.iter().position(|token| token.is_mark(';'));
    let cell = &stop.map_or_else(|| cell.clone(), |stop| cell.part(0, stop));
    let mut price = of_words(&cell.tokens);
    // "GB per month": the unit stands before its span.
    let unit_first = price.per.is_none()
        && cell
            .tokens
            .first()
            .is_some_and(|token| !token.is_any("per|each|a|an|every|monthly|annual|annually|quarterly"));
    if let Some((unit, length)) = noun(&cell.tokens, 0).filter(|_| price.period.is_some() && unit_first)
        && duration::unit(&unit).is_none()
    {
        price.per = Some(PerUnit {
            count: Decimal::ONE,
            unit,
            length,
        });
    }
    if price.per.is_some() || price.period.is_some() {
        return price;
    }
    let Some(first) = cell.tokens.first() else {
        return price;
    };
    let span = duration::unit(&first.low)
        .filter(|_| cell.tokens.len() == 1)
        .and_then(duration::months);
    price.period = span.map(|months| Period {
        often: Often::Is(Cadence::months(months)),
        length: 1,
    });
    if price.period.is_none()
        && let Some((unit, length)) = noun(&cell.tokens, 0)
        && find_duration(&cell.tokens).is_none()
    {
        price.per = Some(PerUnit {
            count: Decimal::ONE,
            unit,
            length,
        });
    }
    price
}
