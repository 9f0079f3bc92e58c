//! How often a sentence about invoices says they come.

use super::subject::sends_bills;
use crate::reading::phrases::{Period, period_within, says_any};
use crate::reading::prose::billed;
use crate::reading::tokens::{Kind, Token};
use crate::terms::Cadence;

/// How often the sentence says that it is billed.
pub(super) fn period(tokens: &[Token]) -> Option<Period> {
    billed(tokens).map(|(_, found)| found).or_else(|| {
        // "On the first of each month we send one bill": the span stands before the verb.
        let sends = says_any(
            tokens,
            "we send|is sent|are sent|will be sent|is issued|are issued|issues|issue|is dated|\
            go out|sends|and invoiced|are invoiced on|is invoiced on|are billed on|is billed on|dated the first of|i invoice|we invoice|invoice on|invoices on|is charged on|are charged on|is charged to|are charged to|is debited|\
            are debited|is put on|are put on|appears on|appear on|are payable on|is payable on|are due on|is due on|is paid on|are paid on|on an invoice dated|on the invoice of|goes on|go on",
        );
                let sends = sends
            || says_any(tokens, "invoiced|billed|charged")
                && says_any(
                    tokens,
                    "on the first day of the following month|on the first day of the next month|on the first of the following month|\
                    on the first of the next month|on the 1st of the following month|on the 1st of the next month",
                );
        let stated = || period_within(tokens).map(|(_, found)| found);
        sends
            .then(|| stated().or_else(|| of_month(tokens)))
            .flatten()
            .or_else(|| just_closed(tokens))
            .or_else(|| sent(tokens))
                        .or_else(|| on_the(tokens))
            .or_else(|| computed(tokens))
            .or_else(|| by_weekday(tokens))
    })
}

/// "On or about the tenth day of each month Carrier shall render a statement": any span of a sentence about sending bills.
fn sent(tokens: &[Token]) -> Option<Period> {
    sends_bills(tokens)?;
    // Bills that come once a year are rare; a yearly statement is something else.
    let often = |found: &Period| {
        let months = found.cadence().and_then(Cadence::in_months);
        months.is_none_or(|months| months <= 3)
    };
    let stated = period_within(tokens).map(|(_, found)| found).filter(often);
    stated.or_else(|| of_month(tokens)).or_else(|| {
        let week = says_any(tokens, "for the week|of the week|for the preceding week");
        let unit = crate::normal::duration::unit("week").filter(|_| week)?;
        Some(Period {
            often: crate::normal::cadence::Often::Is(Cadence::Every(unit)),
            length: 1,
        })
    })
}

/// "Royalties are computed for each calendar quarter and are paid within 45 days".
fn computed(tokens: &[Token]) -> Option<Period> {
    let at = tokens
        .iter()
        .position(|token| token.is_any("computed|calculated|determined"))?;
    let behind = tokens.get(at.saturating_add(1)..tokens.len().min(at.saturating_add(8)))?;
    let found = period_within(behind)?.1;
    let pays = says_any(tokens, "paid|payable|pay|pays");
    (pays && found.cadence().and_then(Cadence::in_months).is_some()).then_some(found)
}

/// "an invoice dated the 1st of the following month": months without a "per".
fn of_month(tokens: &[Token]) -> Option<Period> {
    let said = says_any(
        tokens,
        "of the following month|for the month before|of the month before|of the month following that|of the month next following|of the month following|of the succeeding month|of the ensuing month|of the next month|of the month|with the next monthly|at month end|after month end",
    );
    said.then_some(Period {
        often: crate::normal::cadence::Often::Is(Cadence::months(1)),
        length: 2,
    })
}

/// "We bill on the 1st.": a day that no month is named for comes every month.
fn on_the(tokens: &[Token]) -> Option<Period> {
    let bills = says_any(
        tokens.get(..tokens.len().min(8))?,
        "we bill|we invoice|invoices are|bills are|invoices go|bills go",
    );
    let other = period_within(tokens).is_some() || says_any(tokens, "first invoice|if");
    let bare = tokens.windows(2).enumerate().any(|(at, pair)| {
        let [led, day] = pair else { return false };
        let ends = tokens
            .get(at.saturating_add(2))
            .is_none_or(|next| next.is_mark('.'));
        led.is("the") && matches!(day.kind, Kind::Ordinal(1..=31)) && ends
    });
    (bills && !other && bare).then_some(Period {
        often: crate::normal::cadence::Often::Is(Cadence::months(1)),
        length: 2,
    })
}

/// "by no later than Wednesday": what is due on a day of the week is due every week.
fn by_weekday(tokens: &[Token]) -> Option<Period> {
    const DAYS: &str = "monday|tuesday|wednesday|thursday|friday|saturday|sunday";
    let due = tokens.iter().enumerate().any(|(at, token)| {
        let led = at.checked_sub(1).and_then(|before| tokens.get(before));
        token.is_any(DAYS) && led.is_some_and(|before| before.is_any("by|than|before|on|each|every"))
    });
    let week = crate::normal::duration::unit("week")?;
    due.then_some(Period {
        often: crate::normal::cadence::Often::Is(Cadence::Every(week)),
        length: 1,
    })
}

/// "of the month just closed": the span of what is billed.
fn just_closed(tokens: &[Token]) -> Option<Period> {
    let at = tokens.iter().position(|token| token.is("just"))?;
    let unit = at.checked_sub(1).and_then(|before| tokens.get(before))?;
    let months = crate::normal::duration::unit(&unit.low).and_then(crate::normal::duration::months)?;
    Some(Period {
        often: crate::normal::cadence::Often::Is(Cadence::months(months)),
        length: 2,
    })
}
