//! What a sentence about billing speaks of: all lines, what is measured or agreed, lines it names, what stands before or below it.

use super::Subject;
use crate::reading::phrases::says_any;
use crate::reading::tokens::{Kind, Token};
use crate::terms::Cadence;

/// A sentence that names no line speaks of all of them only where it speaks of invoices or of fees in general; else of what is
/// reported and paid, a share of a turnover.
pub(super) fn widened(subject: Subject, tokens: &[Token]) -> Subject {
    let general = tokens.iter().any(|token| {
        token.low.starts_with("invoic")
            || token.is_any("bill|bills|billed|billing|fee|fees|charge|charges|prices|amounts|sums|payment|payments|installments|instalments|statement|statements")
    });
    if subject == Subject::All && !general {
        return Subject::Shares;
    }
    subject
}

pub(super) fn is_by_the_day(cadence: Cadence) -> bool {
    matches!(cadence, Cadence::Every(span) if span.unit == crate::terms::SpanUnit::Day && span.count == 1)
}

/// "We invoice this …", "It is billed …", "Billed monthly in arrears.": no subject of its own.
pub(super) fn points_back(tokens: &[Token]) -> bool {
    if says_any(
        tokens.get(..tokens.len().min(8)).unwrap_or_default(),
        "this amount|these amounts|such amount|such amounts",
    ) || says_any(
        tokens,
        "invoice such work|bill such work|invoice such services|bill such services|such work is invoiced|such work is billed",
    ) {
        return true;
    }
    let start = tokens.get(..tokens.len().min(5)).unwrap_or_default();
    let verb = tokens
        .first()
        .is_some_and(|token| token.is_any("billed|invoiced|payable|charged"));
    let word = start.iter().enumerate().any(|(at, token)| {
        let alone = || {
            tokens.get(at.saturating_add(1)).is_none_or(|next| {
                next.is_any("is|are|at|in|on|every|each|monthly|quarterly|annually|yearly|will|shall|by|with")
            })
        };
        token.is_any("this|these|it|they") && alone()
    });
    verb || word
}

/// "the following fees", "the charges below".
pub(super) fn points_ahead(tokens: &[Token]) -> bool {
    says_any(
        tokens,
        "the following fees|the following charges|the following prices|the following rates|following amounts|\
         fees below|charges below|prices below|rates below|fees listed below|charges listed below|set out below",
    )
}

/// Sentences about invoices that name no amount of their own.
pub(super) fn speaks_of_billing(tokens: &[Token]) -> bool {
    // "paid quarterly, except that amounts under $50 are carried forward".
    let except = tokens
        .iter()
        .position(|token| token.is_any("except|provided"))
        .filter(|at| *at > 4);
    let tokens = except.and_then(|at| tokens.get(..at)).unwrap_or(tokens);
    // "the amounts paid for hours worked" were paid, and nobody says when.
    let paid = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        !before.is_some_and(|token| token.is_any("amounts|amount|sums|fees|charges|price|premiums|total"))
    };
    let bills = tokens.iter().enumerate().any(|(at, token)| {
        token.low.starts_with("invoic")
            || token.is_any("bill|bills|billed|billing|payable|charged|collected|remit|remits|remitted|installments|instalments")
            || token.is("paid") && paid(at)
    }) || says_any(
        tokens,
        "this amount|these amounts|such amount|such amounts|such payments|such fees|payment is made|payments are made|\
        payment shall be made|payments shall be made|payment will be made|are computed|is computed|shall be computed|are settled|\
        is settled|be settled|are calculated|be calculated|report and pay|account and pay",
    ) || sends_bills(tokens).is_some()
        || pays_each_span(tokens);
    let money = tokens
        .iter()
        .any(|token| token.money().is_some() || token.percent().is_some());
    let about_else = says_any(tokens, "pro rata|prorated|pro-rated|additional|added")
        || says_any(tokens, "dispute|disputed|disputes|late|overdue|interest|audit")
        || is_net_of(tokens);
    bills && !money && !about_else
}

/// "net 30 days", "net of taxes", where "Net Sales" is only what a royalty is of.
fn is_net_of(tokens: &[Token]) -> bool {
    tokens.iter().enumerate().any(|(at, token)| {
        let next = tokens.get(at.saturating_add(1));
        token.is("net")
            && !next.is_some_and(|next| {
                next.is_any(
                    "sales|revenue|revenues|receipts|proceeds|selling|invoiced|billings|income|profits",
                )
            })
    })
}

/// "Carrier shall render a statement", "will issue an invoice for the week", "statements will be mailed": where the bill stands.
pub(super) fn sends_bills(tokens: &[Token]) -> Option<usize> {
    const SENT: &str = "render|renders|rendered|issue|issues|issued|mail|mails|mailed|send|sends|sent|submit|submits|submitted|\
        furnish|furnishes|furnished|prepare|prepares|prepared|present|presents|presented|deliver|delivered|forward|forwarded";
    // A statement of sales is a report of who sells, not a bill.
    let reports = crate::reading::phrases::has_stem(
        tokens,
        "royalt|sales|revenue|financ|inventor|balance|account|profit",
    );
    let bill = |token: &Token| {
        token.is_any("invoice|invoices|bill|bills") || !reports && token.is_any("statement|statements")
    };
    tokens.iter().enumerate().find_map(|(at, token)| {
        let near = tokens.get(at.saturating_sub(6)..at.saturating_add(8).min(tokens.len()))?;
        (bill(token) && near.iter().any(|token| token.is_any(SENT))).then_some(at)
    })
}

/// "Client shall pay Provider within fifteen days after the end of each calendar quarter."
fn pays_each_span(tokens: &[Token]) -> bool {
    says_any(
        tokens,
        "shall pay|will pay|agrees to pay|shall make payment|will make payment",
    ) && says_any(
        tokens,
        "end of each|close of each|end of every|close of every|after each|following each|last day of each|first day of each",
    ) && !crate::reading::phrases::has_stem(tokens, "royalt|tax|rent|salar|commission|dividend|premium")
}

/// "an invoice for the Reservation Charge", "a statement of all charges": what is billed, behind the bill.
fn billed_for(tokens: &[Token]) -> Option<&[Token]> {
    let behind = tokens.get(sends_bills(tokens)?.saturating_add(1)..)?;
    let (for_it, rest) = behind.split_first()?;
    let end = rest
        .iter()
        .position(|token| token.is_any(WHEN) || token.is_mark(',') || token.is_any("that|which|for|of"))
        .unwrap_or(rest.len());
    let named = rest.get(..end)?;
    (for_it.is_any("for|of") && !says_any(behind, "all other|all charges|all fees")).then_some(named)
}

/// What the sentence is about: the words before its verb, or behind it where somebody does the billing.
pub(super) fn subject(tokens: &[Token]) -> Subject {
    let lead = match sends_bills(tokens) {
        Some(_) => billed_for(tokens).unwrap_or_default(),
        None => object(tokens).unwrap_or_else(|| before_the_verb(tokens)),
    };
    let whole = |words: &str| says_any(tokens.get(..tokens.len().min(14)).unwrap_or_default(), words);
    if whole("everything else|everything other than|all else|anything else|variable items|all other items") {
        return Subject::Measured;
    }
    if says_any(tokens, "days worked|hours worked|time worked|time spent") {
        return Subject::Measured;
    }
    if whole(
        "remit|remits|remitted|usage|overage|overages|consumption|metered|usage fees|usage charges|traffic|transaction fees|processing fees|hours worked|actual usage|variable",
    ) && !whole("subscription")
    {
        return Subject::Measured;
    }
    if whole(
        "subscription|subscriptions|recurring|fixed fees|licence fees|license fees|annual fees|subscription fees|seat",
    ) {
        return Subject::Agreed;
    }
    // "Northlight invoices at the end of each month …": who invoices is no line.
    let invoices = tokens
        .iter()
        .take(4)
        .position(|token| token.is_any("invoices|bills|charges|invoice|bill"));
    let active = invoices
        .is_some_and(|at| at > 0 && tokens.get(..at).unwrap_or_default().iter().all(Token::is_capital));
    if active {
        return if whole("delivered|used|consumed|processed|recorded|measured|performed|worked") {
            Subject::Measured
        } else {
            Subject::All
        };
    }
    let names = names_of(lead);
    if names.is_empty() {
        Subject::All
    } else {
        Subject::Named(names)
    }
}

/// What "A, B and C are invoiced" names, each by itself.
pub(super) fn each(tokens: &[Token]) -> Vec<Vec<String>> {
    let lead = match sends_bills(tokens) {
        Some(_) => billed_for(tokens).unwrap_or_default(),
        None => object(tokens).unwrap_or_else(|| before_the_verb(tokens)),
    };
    let parts = lead.split(|token| token.is("and") || token.is_mark(',') || token.is_mark('&'));
    parts.map(names_of).filter(|names| !names.is_empty()).collect()
}

fn names_of(lead: &[Token]) -> Vec<String> {
    // "Days and expenses are invoiced monthly": what was worked, not a term of payment.
    let worked = lead
        .iter()
        .find(|token| matches!(token.kind, Kind::Word) && !token.is_any("the|all|such|these"))
        .filter(|token| token.is_any("days|hours"));
    let kept = |token: &&Token| token.low.len() > 2 && !is_generic(token);
    worked
        .into_iter()
        .chain(lead.iter().filter(kept))
        .map(|token| token.low.trim_end_matches("'s").to_owned())
        .collect()
}

/// Words for parties that are no roles of their own.
const PARTIES: &str =
    "transporter|shipper|association|bank|party|parties|corporation|team|athlete|owner|operator";

fn before_the_verb(tokens: &[Token]) -> &[Token] {
    let verb = tokens
        .iter()
        .position(|token| token.is_any("is|are|shall|will|be|go|of|invoiced|billed|payable|invoice"))
        .unwrap_or(tokens.len());
    tokens.get(..verb).unwrap_or_default()
}

/// "Provider shall invoice the platform fee monthly": the words between the verb and how often or when.
pub(super) fn object(tokens: &[Token]) -> Option<&[Token]> {
    let verb = tokens
        .windows(2)
        .position(|pair| matches!(pair, [modal, verb] if modal.is_any("shall|will|may|must|we") && verb.is_any("invoice|bill|charge")))?;
    let behind = tokens.get(verb.saturating_add(2)..)?;
    let end = behind
        .iter()
        .position(|token| token.is_any(WHEN) || token.is_mark(','))
        .unwrap_or(behind.len());
    behind.get(..end)
}

/// Words that begin how often or when something is billed.
const WHEN: &str = "monthly|quarterly|annually|yearly|weekly|semi-annually|once|in|on|at|by|each|every|within|\
    upon|when|after|before|as";

/// Words that name no particular line.
fn is_generic(token: &Token) -> bool {
    const GENERIC: &str = "the|all|fees|fee|charges|charge|invoices|invoice|services|service|after|end|at|when|once|before|beginning|start|day|supplier|provider|vendor|\
        customer|client|each|one|amounts|prices|payment|payments|billing|and|for|such|these|\
        this|under|first|bill|licensor|contractor|consultant|company|unless|otherwise|\
        agreed|will|shall|then|from|month|on|we|our|you|your|any|every|annual|monthly|quarterly|yearly|year|half-yearly|\
        after|end|beginning|start|close|calendar|within|days|following|later|than|business|thereafter|last|working|quarter|preceding|\
        report|reports|statement|statements|such|promptly|accompanied|week|weekly|about|before|performed|rendered|month's|\
        provided|used|ordered|which|that|due|owed|itemized|detailed|separate|pay|monday|tuesday|wednesday|thursday|friday|saturday|sunday";
    token.is_any(GENERIC)
        || token.is_any(PARTIES)
        || crate::reading::parties::role(&token.low).is_some()
        || !matches!(token.kind, Kind::Word)
}
