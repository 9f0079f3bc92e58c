//! How often a share of a turnover is settled, where only the sentences about reports and payments say so: "Within thirty days
//! after the end of each calendar quarter, Licensee shall deliver a statement of Net Sales."

use super::rhythm;
use crate::normal::cadence::Often;
use crate::normal::duration;
use crate::page::Document;
use crate::reading::items::Item;
use crate::reading::phrases::{Period, has_stem, period_within, says_any};
use crate::reading::statements::Statement;
use crate::reading::tokens::{Kind as TokenKind, Token};
use crate::terms::{Cadence, Evidence, Found, Kind};

/// What a sentence says of how often shares are settled.
#[derive(Debug)]
struct Settling {
    cadence: Cadence,
    scope: usize,
    /// It speaks of paying, not of reports alone.
    pays: bool,
    printed: String,
    evidence: Vec<Evidence>,
}

/// Gives shares and royalties without a cadence the one that sentences about their payment say, else those about reports.
pub(super) fn apply(document: &Document, statements: &[Statement], items: &mut [Item]) {
    if !items.iter().any(waits) {
        return;
    }
    let known: Vec<Settling> = statements
        .iter()
        .filter_map(|statement| settling(document, statement))
        .collect();
    for item in items.iter_mut().filter(|item| waits(item)) {
        let own = statements
            .iter()
            .find(|statement| item.in_prose && statement.scope == item.scope);
        if own.is_some_and(|own| is_of_one_event(own.tokens()) && by_receipt(own.tokens()).is_none()) {
            continue;
        }
        // "5% of Net Sales and 20% of other income, the latter within 30 days of receipt": said of one of them.
        let own = own.filter(|own| {
            let shares = own.tokens().iter().filter(|token| token.percent().is_some());
            shares.count() == 1
        });
        if let Some((statement, cadence)) = own.and_then(|own| Some((own, by_receipt(own.tokens())?))) {
            let printed = statement.stretch.printed(0, statement.tokens().len());
            item.line.cadence = Found::supported(cadence, printed, statement.evidence(document));
            continue;
        }
        let of_reports = item.base_span.value.is_none();
        let found =
            one(&known, item.scope, true).or_else(|| one(&known, item.scope, false).filter(|_| of_reports));
        if let Some(found) = found {
            item.line.cadence =
                Found::supported(found.cadence, found.printed.clone(), found.evidence.clone());
            item.cadence_is_price_span = false;
        }
    }
}

/// A share of a turnover, or a royalty by the piece, of which nothing says how often it is paid.
fn waits(item: &Item) -> bool {
    let royalty = |name: &String| {
        matches!(
            name.as_str(),
            "royalty" | "royalties" | "commission" | "commissions"
        )
    };
    let shares = match item.line.kind {
        Kind::Percentage => true,
        Kind::Usage => {
            let least = item.names.iter().any(|name| name == "minimum");
            item.names.iter().any(royalty) && item.line.unit.is_some() && !least
        }
        _ => false,
    };
    shares && item.line.cadence.is_absent()
}

/// A share that is paid when something happens, and not for a span: "7% of the selling price upon closing".
fn is_of_one_event(tokens: &[Token]) -> bool {
    says_any(
        tokens,
        "upon closing|at closing|on execution|upon execution|in one sum|finder's fee|at checkout|card payment|with each order|\
         each transaction|gratuity|purchase price|selling price|sale price",
    )
}

/// The one thing that all such sentences say; where they differ, what the nearest before or after says, unless two are as near.
fn one(known: &[Settling], scope: usize, pays: bool) -> Option<&Settling> {
    let mut fitting: Vec<&Settling> = known.iter().filter(|one| one.pays == pays).collect();
    fitting.sort_by_key(|one| one.scope.abs_diff(scope));
    let (first, rest) = fitting.split_first()?;
    let same = rest.iter().all(|other| other.cadence == first.cadence);
    let near = first.scope.abs_diff(scope) <= 6;
    let next = rest.iter().find(|other| other.cadence != first.cadence);
    let alone =
        next.is_none_or(|next| next.scope.abs_diff(scope) > first.scope.abs_diff(scope).saturating_add(4));
    (same || near && alone).then_some(*first)
}

fn settling(document: &Document, statement: &Statement) -> Option<Settling> {
    let tokens = statement.tokens();
    if !is_of_shares(tokens) {
        return None;
    }
    let pays = says_any(
        tokens,
        "pay|pays|paid|payable|remit|remits|remitted|due|payment|payments|settle|settled|account to|accounts to|accompanied by",
    ) && (has_stem(tokens, "royalt|commission")
        || says_any(
            tokens,
            "such payments|supplemental payments|such share|percentage|amounts due|sums due|remit|remitted",
        ));
    let reports = is_of_turnover(tokens)
        && says_any(
            tokens,
            "deliver|delivers|furnish|furnishes|render|renders|provide|provides|submit|submits|send|sends|report|reports|account",
        )
        && says_any(
            tokens,
            "statement|statements|report|reports|accounting|accountings|account",
        );
    // "Royalties are paid after the end of the year; statements are sent each quarter": each half says its own.
    let mut halves = tokens.split(|token| token.is_mark(';'));
    let said = if pays {
        halves
            .find(|half| says_any(half, "pay|pays|paid|payable|remit|remitted|due|payment|payments"))
            .unwrap_or(tokens)
    } else {
        tokens
    };
    let cadence = by_receipt(tokens).filter(|_| pays).or_else(|| span(said))?;
    (pays || reports).then(|| Settling {
        cadence,
        scope: statement.scope,
        pays,
        printed: statement.stretch.printed(0, tokens.len()),
        evidence: statement.evidence(document),
    })
}

/// Sentences about royalties, commissions, or what was sold; not about audits, insurance, taxes, interest or forecasts.
fn is_of_shares(tokens: &[Token]) -> bool {
    let about = has_stem(tokens, "royalt|commission")
        || says_any(
            tokens,
            "sales|gross receipts|net receipts|net sales|gross revenue|gross revenues|net revenue|net revenues|gross sales|units sold|\
             products sold|number of products|gross amounts|proceeds|said payments|statements of account|statement of account",
        );
    let else_ = has_stem(
        tokens,
        "audit|inspect|insur|forecast|interest|overdue|terminat|budget|advertis|minimum|guarant|advance|committee|lender|clinical|\
         prospect|inventor|marketing|universit",
    ) || says_any(
        tokens,
        "late|tax|taxes|financial statements|balance sheet|purchase orders|sales tax|sell-off|its authors|sub-agents|subagents|\
         reseller commission|its franchisor|the board|sales calls|sales activity|beginning in|starting in|commencing in",
    );
    about && !else_
}

/// A report of what a share is of, and not of sales calls or showings.
fn is_of_turnover(tokens: &[Token]) -> bool {
    has_stem(tokens, "royalt|commission")
        || says_any(
            tokens,
            "net sales|gross sales|gross revenue|gross revenues|net revenue|net revenues|net receipts|gross receipts|units sold|\
             products sold|number of products|statement of account|statements of account|gross amounts",
        )
}

/// "within ten days of receipt of said payments from third parties": each time money comes in.
fn by_receipt(tokens: &[Token]) -> Option<Cadence> {
    let closing = says_any(
        tokens,
        "payable at closing|payable at the closing|payable upon closing|payable upon the closing|due at closing|paid at closing|due upon closing",
    );
    if closing {
        return Some(Cadence::PerEvent);
    }
    let received = says_any(
        tokens,
        "of receipt thereof|after receipt thereof|of receipt of|after receipt of|of receipt by|after receipt by|following receipt of|following receipt by|upon receipt of|of its receipt of|after its receipt of",
    );
    let spanned = period_within(tokens).is_some();
    let paid = says_any(
        tokens,
        "payment|payments|funds|monies|proceeds|amounts|moneys|purchase price|thereof",
    );
    let bill = says_any(
        tokens,
        "receipt of invoice|receipt of an invoice|receipt of the invoice|receipt of such invoice|receipt of statement|receipt of each",
    );
    (received && paid && !spanned && !bill).then_some(Cadence::PerEvent)
}

/// Each span that the sentence names: "each calendar quarter", "semi-annual", "the month following", "of that royalty quarter".
fn span(tokens: &[Token]) -> Option<Cadence> {
    let whole = |period: Period| match period.often {
        Often::Is(Cadence::Every(span)) => {
            let shortest = duration::months(span).is_some() || span.unit == crate::terms::SpanUnit::Week;
            shortest.then_some(Cadence::Every(span))
        }
        _ => None,
    };
    if let Some(cadence) = by_days(tokens) {
        return Some(cadence);
    }
    let mut at = 0usize;
    while let Some((found, period)) = tokens.get(at..).and_then(period_within) {
        if let Some(cadence) = whole(period) {
            return Some(cadence);
        }
        at = at.saturating_add(found).saturating_add(period.length.max(1));
    }
    rhythm::period(tokens)
        .and_then(whole)
        .or_else(|| ended(tokens))
        .or_else(|| after_month(tokens))
}

/// "on or before each January 31 and July 31", "as of March 31, June 30, September 30 and December 31": days of every year.
fn by_days(tokens: &[Token]) -> Option<Cadence> {
    let is_day = |token: Option<&Token>| token.and_then(Token::number).is_some_and(|day| day.scale() == 0);
    let mut months: Vec<u32> = tokens
        .iter()
        .enumerate()
        .filter(|(at, token)| {
            let behind = is_day(tokens.get(at.saturating_add(1)));
            token.is_capital() && behind
        })
        .filter_map(|(_, token)| {
            crate::normal::date::month(&token.low).and_then(|month| u32::try_from(month).ok())
        })
        .collect();
    months.sort_unstable();
    months.dedup();
    match (months.len(), months.first(), months.last()) {
        (2, Some(first), Some(last)) => (last.abs_diff(*first) == 6).then(|| Cadence::months(6)),
        (4, ..) => Some(Cadence::months(3)),
        _ => None,
    }
}

/// "within 30 days of the end of that royalty quarter".
fn ended(tokens: &[Token]) -> Option<Cadence> {
    (0..tokens.len()).find_map(|at| {
        let ends = tokens.get(at)?.is_any("end|close|day|expiration|conclusion")
            && tokens.get(at.saturating_add(1))?.is("of");
        let behind = tokens.get(at.saturating_add(2)..)?;
        let unit = behind
            .iter()
            .take(4)
            .take_while(|token| matches!(token.kind, TokenKind::Word))
            .find_map(|token| duration::unit(&token.low))?;
        let months = duration::months(unit)?;
        let each = behind.first()?.is_any("each|every|such|that|said|any")
            || behind.first()?.is("the") && months < 12;
        (ends && each).then(|| Cadence::months(months))
    })
}

/// "on or before the 20th day of the month following the month in which …".
fn after_month(tokens: &[Token]) -> Option<Cadence> {
    says_any(
        tokens,
        "of the month following|of the following month|of the next month|of the succeeding month|of the month next following|of the month after",
    )
    .then(|| Cadence::months(1))
}
