//! How often and when, in a sentence: "billed monthly in advance", "to be paid on a quarterly basis".

use crate::normal::cadence::Often;
use crate::reading::phrases::{Period, any_at, period};
use crate::reading::tokens::Token;
use crate::terms::Cadence;

/// Where the tokens say how often something is billed, after a verb of billing: position and period.
pub(crate) fn billed(tokens: &[Token]) -> Option<(usize, Period)> {
    const VERBS: &str = "billed|invoiced|payable|paid|charged|due|bills|invoices|installments|instalments|\
        invoice|bill|pay|payments|settled|basis|go|collected|remit|remitted|instalment|\
        installment";
    // "In each year … an annual fee, in equal monthly installments": what names the parts says how often, wherever it stands.
    let parts = |token: &Token| token.is_any("installments|instalments");
    let verbs = || tokens.iter().enumerate().filter(|(_, token)| token.is_any(VERBS));
    let stated = verbs()
        .filter(|(_, token)| parts(token))
        .chain(verbs().filter(|(_, token)| !parts(token)))
        .find_map(|(verb, token)| {
            let back = verb.saturating_sub(3);
            let behind = (back..verb).find_map(|at| near(tokens, at, verb));
            let ahead = || {
                let stop = verb.saturating_add(9).min(tokens.len());
                (verb.saturating_add(1)..stop)
                    .take_while(|at| {
                        tokens.get(*at).is_some_and(|token| {
                            !token.is_mark('.') && !token.is_mark(';') && token.money().is_none()
                        })
                    })
                    .find_map(|at| near(tokens, at, stop))
            };
            let looks_back =
                token.is_any("basis|installments|instalments|payments|invoices|installment|instalment");
            if looks_back {
                behind.or_else(ahead)
            } else {
                ahead().or_else(|| behind.filter(|_| token.is_any("payable|billed|invoiced|paid")))
            }
        });
    stated
        .or_else(|| timed(tokens))
        .or_else(|| ended(tokens))
        .or_else(|| after_each(tokens))
        .or_else(|| by_paper(tokens))
}

/// "Within 30 days following each quarter OEM shall report and pay".
fn after_each(tokens: &[Token]) -> Option<(usize, Period)> {
    (0..tokens.len()).find_map(|at| {
        let led = tokens.get(at)?.is_any("following|after")
            && tokens.get(at.saturating_add(1))?.is_any("each|every");
        let next = at.saturating_add(1);
        Some((next, period(tokens, next).filter(|_| led)?))
    })
}

/// "within ten days of the monthly statement": what is billed is billed as often as the paper that bills it.
fn by_paper(tokens: &[Token]) -> Option<(usize, Period)> {
    (0..tokens.len()).find_map(|at| {
        let found = period(tokens, at).filter(|found| found.length == 1)?;
        let paper = tokens
            .get(at.saturating_add(1))?
            .is_any("statement|statements|invoice|invoices|bill|bills|billing|settlement");
        paper.then_some((at, found))
    })
}

/// "within thirty days after the end of each calendar quarter": the span whose end is waited for.
fn ended(tokens: &[Token]) -> Option<(usize, Period)> {
    (0..tokens.len()).find_map(|at| {
        let length = any_at(
            tokens,
            at,
            "end of|close of|following the end of|conclusion of|expiration of|for the preceding|from the previous|for the previous|\
            from the preceding|of the previous|of the preceding|during the preceding|during the previous|in the preceding|\
            in the previous",
        )?;
        let next = at.saturating_add(length);
        let found = period(tokens, next).or_else(|| before_this_one(tokens, at, next))?;
        Some((next, found))
    })
}

/// "for accesses used from the previous week": the span that has just ended.
fn before_this_one(tokens: &[Token], at: usize, next: usize) -> Option<Period> {
    let past = tokens
        .get(at..next)?
        .iter()
        .any(|token| token.is_any("previous|preceding"));
    // "after the end of the calendar month in which …".
    let ends = tokens.get(at)?.is_any("end|close") && tokens.get(next)?.is("the");
    let next = next.saturating_add(usize::from(ends));
    let calendar = tokens
        .get(next)
        .is_some_and(|token| {
            token.is_any("calendar|fiscal|billing|royalty|accounting|contract|subscription|service|order|license|licence|membership")
        });
    let next = next.saturating_add(usize::from(calendar));
    let unit = crate::normal::duration::unit(&tokens.get(next)?.low).filter(|_| past || ends)?;
    let cadence = crate::normal::duration::months(unit).map_or(Cadence::Every(unit), Cadence::months);
    Some(Period {
        often: Often::Is(cadence),
        length: 1,
    })
}

/// "(monthly in arrears)", "annually, in advance": a span right before the words that say when is how often it is billed.
pub(crate) fn timed(tokens: &[Token]) -> Option<(usize, Period)> {
    (0..tokens.len()).find_map(|at| {
        let found = period(tokens, at)?;
        let next = at.saturating_add(found.length);
        let rest = tokens.get(next..)?;
        let comma = usize::from(rest.first().is_some_and(|token| token.is_mark(',')));
        any_at(rest, comma, "in advance|in arrears|in arrear|upfront|up front").map(|_| (at, found))
    })
}

fn near(tokens: &[Token], at: usize, limit: usize) -> Option<(usize, Period)> {
    let found =
        period(tokens, at).filter(|found| at.saturating_add(found.length) <= limit.saturating_add(4))?;
    (!names_a_price(tokens, at, found) && !is_of_turnover(tokens, at)).then_some((at, found))
}

/// "on Net Sales in each Contract Year": over which span the turnover is counted, and where that is said.
pub(super) fn turnover_counted(tokens: &[Token]) -> Option<(usize, Period)> {
    (0..tokens.len())
        .filter(|at| is_of_turnover(tokens, *at))
        .find_map(|at| Some((at, period(tokens, at)?)))
}

/// "a royalty on Net Sales in each Contract Year of three percent": over what the turnover is counted, not how often it is paid.
fn is_of_turnover(tokens: &[Token], at: usize) -> bool {
    let behind = at.checked_sub(1).and_then(|before| tokens.get(before));
    let counted = behind.is_some_and(|token| token.is_any("computed|accrued|calculated"));
    counted
        || behind
            .is_some_and(|token| token.is_any("sales|revenue|revenues|receipts|proceeds|turnover|purchases"))
}

/// "shall pay an annual license fee of …": the span of a price, which may be billed more often than that.
fn names_a_price(tokens: &[Token], at: usize, found: Period) -> bool {
    const NAMES: &str = "fee|fees|charge|retainer|rent|royalty|compensation|price|rate|salary|guarantee|consideration|premium|subscription";
    let led = at
        .checked_sub(1)
        .and_then(|before| tokens.get(before))
        .is_some_and(|token| token.is_any("a|an|the|its|such|said"));
    let named = tokens
        .iter()
        .skip(at.saturating_add(1))
        .take(4)
        .take_while(|token| {
            !token.is_any("of|for|in|on|basis|installments|instalments|payments|invoices|statement")
                && token.money().is_none()
        })
        .any(|token| token.is_any(NAMES));
    found.length == 1 && led && named
}

/// "monthly fee of", "an annual subscription charge of", "at the annual rate of": the span that the words before an amount name.
pub(crate) fn span_of_fee(tokens: &[Token], amount: usize) -> Option<Period> {
    const NAMES: &str = "fee|fees|charge|charges|payment|payments|subscription|retainer|rent|rate|price|rental|royalty|installment|\
        cost|license|maintenance|sum|compensation|remuneration|salary|guarantee|premium|dues";
    // "an annual fee (the “Maintenance Fee”) of": a name in brackets stands between.
    let near = tokens.get(amount.saturating_sub(8)..amount)?;
    let named = near.iter().any(|token| token.is_mark(')'));
    let from = amount.saturating_sub(if named { 16 } else { 8 });
    (from..amount).rev().find_map(|position| {
        let found = period(tokens, position).filter(|found| found.length == 1)?;
        let next = tokens.get(position.saturating_add(1)..amount)?;
        let fee = next.iter().take(4).any(|token| token.is_any(NAMES));
        let clause = next
            .iter()
            .all(|token| !token.is_mark(';') && !token.is_mark('.') && token.money().is_none());
        (fee && clause).then_some(found)
    })
}
