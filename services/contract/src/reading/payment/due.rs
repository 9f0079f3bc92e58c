//! How a due date follows from an invoice, in the words contracts use.

use pricing::plan::Due;

use crate::normal::duration as spans;
use crate::reading::phrases::{duration, says, says_any};
use crate::reading::tokens::{Kind, Token};

/// A rule for due dates and the tokens that say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    /// The rule.
    pub(super) due: Due,
    /// Position of the first token.
    pub(super) at: usize,
    /// Tokens taken.
    pub(super) length: usize,
}

/// The rule a statement names; `labelled` where its label says that it is about payment.
pub(super) fn find(tokens: &[Token], labelled: bool) -> Option<Rule> {
    let own = before_default(tokens);
    net(tokens)
        .or_else(|| days_net(own))
        .or_else(|| on_receipt(tokens, labelled))
        .or_else(|| day_of_month(tokens, labelled))
        .or_else(|| days_after(own, labelled))
}

/// What is said before "; after that interest runs", "failing which": paying late, and paying early, are other matters.
fn before_default(tokens: &[Token]) -> &[Token] {
    let failing = crate::reading::phrases::find(tokens, "failing which");
    let end = tokens
        .iter()
        .position(|token| token.is_mark(';'))
        .into_iter()
        .chain(failing)
        .min();
    let own = end.and_then(|end| tokens.get(..end)).unwrap_or(tokens);
    // "Invoices shall be numbered; they are payable within …": the rule stands behind.
    let says = (0..own.len()).any(|at| duration(own, at).is_some());
    if says { own } else { tokens }
}

/// `30 days net`, `thirty (30) days net`.
fn days_net(tokens: &[Token]) -> Option<Rule> {
    (0..tokens.len()).find_map(|at| {
        let found = duration(tokens, at)?;
        let net = at.saturating_add(found.length);
        let days = spans::days(found.span)?;
        let paid = is_about_paying(tokens) || is_about_invoices(tokens);
        (tokens.get(net)?.is("net") && paid).then_some(Rule {
            due: Due::Net { days },
            at,
            length: found.length.saturating_add(1),
        })
    })
}

/// `"thirty (30) days" is replaced by "twenty-one (21) days"`: what holds from then on.
pub(super) fn replaced(tokens: &[Token]) -> Option<Rule> {
    let swap = (0..tokens.len()).find_map(|at| {
        let phrases = [
            "is replaced by",
            "are replaced by",
            "deleted and replaced by",
            "struck and replaced by",
            "is changed to",
            "is amended to read",
            "shall read",
            "is replaced with",
        ];
        phrases
            .iter()
            .find(|phrase| says(tokens, at, phrase))
            .map(|phrase| (at, at.saturating_add(phrase.split(' ').count())))
    });
    let (before, after) = swap?;
    let spans = |from: usize, to: usize| {
        (from..to.min(tokens.len())).find_map(|at| duration(tokens, at).map(|found| (at, found)))
    };
    spans(before.saturating_sub(10), before)?;
    let (at, found) = spans(after, after.saturating_add(10))?;
    let days = spans::days(found.span)?;
    Some(Rule {
        due: if found.business {
            Due::NetBusiness { days }
        } else {
            Due::Net { days }
        },
        at,
        length: found.length,
    })
}

/// `net 30`, `net thirty (30) days`, `Net 30 EOM`, `n/30`.
fn net(tokens: &[Token]) -> Option<Rule> {
    let at = tokens
        .iter()
        .position(|token| token.is("net") || token.is("net-30"))?;
    let mut number_at = at.saturating_add(1);
    if tokens
        .get(number_at)
        .is_some_and(|token| token.is_mark('-') || token.is_mark(':'))
    {
        number_at = number_at.saturating_add(1);
    }
    let days = count(tokens.get(number_at)?)?;
    let after = tokens.get(number_at.saturating_add(1)..).unwrap_or_default();
    let tail = after.get(..after.len().min(6)).unwrap_or_default();
    let due = if says_any(tail, "eom|end of month|from end of month|end of the month") {
        Due::EndOfMonth { days }
    } else if says_any(tail, "business days|working days") {
        Due::NetBusiness { days }
    } else {
        Due::Net { days }
    };
    Some(Rule {
        due,
        at,
        length: number_at
            .saturating_add(2)
            .saturating_sub(at)
            .min(tokens.len().saturating_sub(at)),
    })
}

/// `due upon receipt`, `payable on receipt of invoice`.
fn on_receipt(tokens: &[Token], labelled: bool) -> Option<Rule> {
    let at = (0..tokens.len()).find(|at| {
        says(tokens, *at, "upon receipt")
            || says(tokens, *at, "on receipt")
            || says(tokens, *at, "at receipt")
    })?;
    let due = says_any(tokens.get(..at)?, "due|payable|paid|pay");
    let immediate = at
        .checked_sub(1)
        .and_then(|before| tokens.get(before))
        .is_some_and(|token| token.is_any("due|payable|immediately|paid"));
    ((due && immediate) || labelled).then_some(Rule {
        due: Due::Net { days: 0 },
        at,
        length: 2,
    })
}

/// `by the 20th day of the following month`, `on the last day of the month following`.
fn day_of_month(tokens: &[Token], labelled: bool) -> Option<Rule> {
    if !(labelled || (is_about_paying(tokens) && is_about_invoices(tokens))) {
        return None;
    }
    let later = "following month|next month|month following|subsequent month|following calendar month|\
        subsequent calendar month|end of next month";
    if !says_any(tokens, later) {
        return None;
    }
    let last = find_last_day(tokens);
    let (at, day) = last.map(|at| (at, 31u8)).or_else(|| {
        tokens
            .iter()
            .enumerate()
            .find_map(|(at, token)| match token.kind {
                Kind::Ordinal(day) => u8::try_from(day)
                    .ok()
                    .filter(|day| (1..=31).contains(day))
                    .map(|day| (at, day)),
                _ => None,
            })
    })?;
    Some(Rule {
        due: Due::DayOfMonth { day, months_later: 1 },
        at,
        length: tokens.len().saturating_sub(at).min(9),
    })
}

fn find_last_day(tokens: &[Token]) -> Option<usize> {
    let find = crate::reading::phrases::find;
    find(tokens, "last day").or_else(|| find(tokens, "end of"))
}

/// `within 30 days of the invoice date`, `45 days from the invoice date`, `have 15 days to pay`, `settles them in thirty days`.
fn days_after(tokens: &[Token], labelled: bool) -> Option<Rule> {
    let asked = says_any(
        tokens,
        "please pay within|pay within|payable within|payment within|payment is due within|payment due within|please pay in",
    ) && tokens.len() <= 14;
    if !(labelled || asked || (is_about_paying(tokens) && is_about_invoices(tokens))) || is_about_else(tokens)
    {
        return None;
    }
    (0..tokens.len()).find_map(|at| {
        let found = duration(tokens, at)?;
        let days = spans::days(found.span)
            .or_else(|| spans::months(found.span).map(|months| months.saturating_mul(30)))?;
        let end = at.saturating_add(found.length);
        if !(labelled || stands_for_payment(tokens, at, end)) {
            return None;
        }
        let after = tokens
            .get(end..end.saturating_add(8).min(tokens.len()))
            .unwrap_or_default();
        let due = if found.business {
            Due::NetBusiness { days }
        } else if says_any(
            after,
            "end of the month|end of month|eom|month end|end of the calendar month",
        ) {
            Due::EndOfMonth { days }
        } else {
            Due::Net { days }
        };
        let length = end.saturating_sub(at).saturating_add(tail(after));
        Some(Rule { due, at, length })
    })
}

/// The words after the days that say from when they count.
fn tail(after: &[Token]) -> usize {
    after
        .iter()
        .position(|token| token.is_any("invoice|date|invoices|receipt|pay"))
        .map_or(0, |at| at.saturating_add(1))
}

/// The span next to words of paying: "within N days", "N days after/from/of", "days to pay", "in N days".
fn stands_for_payment(tokens: &[Token], at: usize, end: usize) -> bool {
    let before = tokens.get(at.saturating_sub(4)..at).unwrap_or_default();
    let after = tokens
        .get(end..end.saturating_add(3).min(tokens.len()))
        .unwrap_or_default();
    let led = says_any(before, "within|in|no later than|not later than|have|due");
    let counted = says_any(after, "after|from|of|following|to pay|date")
        || after.first().is_some_and(|token| token.is_mark('.'));
    led || counted
}

fn is_about_paying(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| {
        token.is_any(
            "due|payable|pay|pays|paid|payment|payments|settle|settles|settled|debits|debited|collect|collects|collected|remit|\
            remits|remitted",
        )
    })
}

fn is_about_invoices(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| {
        token.low.starts_with("invoic") || token.is_any("bill|bills|billed|statement|them|it|amounts")
    }) || tokens.iter().any(|token| token.is_any("payment|fees|charges"))
        && says_any(tokens, "invoice|billing|billed|date")
}

/// Days to dispute, to cure, to give notice, to refund, of lateness.
fn is_about_else(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| {
        token.low.starts_with("disput")
            || token.low.starts_with("reimburs")
            || token.low.starts_with("refund")
            || token.low.starts_with("terminat")
            || token.low.starts_with("suspen")
            || token.is_any(
                "cure|audit|interest|late|overdue|object|discount|default|credit|returned|claim|\
                claims|delinquent|royalties|royalty|terminate|upfront|means",
            )
    }) || says_any(
        tokens,
        "later of|earlier of|past due|not paid|prior to|days prior|days before|days notice|days' notice",
    )
}

/// Where the words that carry the rule begin, for evidence: the subject of the sentence.
pub(super) fn begin(tokens: &[Token], at: usize) -> usize {
    let stop = tokens
        .get(..at)
        .unwrap_or_default()
        .iter()
        .rposition(|token| token.is_mark(';') || token.is_mark('.'));
    stop.map_or(0, |stop| stop.saturating_add(1))
}

fn count(token: &Token) -> Option<u32> {
    u32::try_from(token.number().filter(|number| number.scale() == 0)?)
        .ok()
        .filter(|days| *days <= 365)
}
