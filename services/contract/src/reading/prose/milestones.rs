//! Milestones in sentences: "$50K at discovery completion, $100K at implementation, and $50K at go-live."

use rust_decimal::Decimal;

use super::Reader;
use crate::reading::items::{Item, currency, found, share};
use crate::reading::phrases::{any_at, has_stem, says_any};
use crate::reading::statements::Statement;
use crate::reading::tokens::{Kind as TokenKind, Token};
use crate::terms::{Cadence, Found, Kind, LineItem, Role, Timing};

/// Reads amounts that wait for an event.
pub(super) fn read(reader: &mut Reader<'_>) {
    let tokens = reader.tokens();
    let amounts: Vec<usize> = reader
        .roles
        .iter()
        .filter(|(at, role)| {
            matches!(role, Role::Price | Role::Unexplained | Role::Total)
                && !reader.taken.contains(at)
                && !reader.buys_credits(*at)
        })
        .map(|(at, _)| *at)
        .collect();
    let mut found: Vec<Waiting> = Vec::new();
    for at in amounts {
        // "20% ($55,800.00) to be paid upon …": the amount in brackets belongs to the share before it.
        if found.last().is_some_and(|last| last.amounts.contains(&at)) {
            continue;
        }
        found.extend(waiting(tokens, at));
    }
    let several = found.len() > 1 || stands_in_list(reader, &found);
    for one in found {
        if let Some(item) = item(reader, &one, several) {
            reader.keep(item, one.amounts);
        }
    }
}

/// An amount and the event it waits for.
struct Waiting {
    amounts: Vec<usize>,
    /// Tokens of the event.
    event: (usize, usize),
}

/// Other sentences of the list around this one wait for events too.
fn stands_in_list(reader: &Reader<'_>, found: &[Waiting]) -> bool {
    let near = |index: Option<usize>| {
        let other = index.and_then(|index| reader.statements.get(index));
        other.is_some_and(|other| {
            let tokens = other.tokens();
            let close = other.scope.abs_diff(reader.statement().scope) <= 2;
            close
                && tokens.iter().enumerate().any(|(at, token)| {
                    (token.money().is_some() || token.percent().is_some()) && waiting(tokens, at).is_some()
                })
        })
    };
    !found.is_empty() && (near(reader.index.checked_sub(1)) || near(reader.index.checked_add(1)))
}

fn waiting(tokens: &[Token], at: usize) -> Option<Waiting> {
    let amount_at = bracketed_amount(tokens, at);
    if amount_at.is_none() && is_share_of_turnover(tokens, at) {
        return None;
    }
    let after = amount_at.map_or(at.saturating_add(1), |inner| inner.saturating_add(2));
    // "and an additional $250,000 on each of the first two anniversaries": what follows says when, and is no event.
    let timed = tokens
        .get(after)
        .is_some_and(|token| token.is_any("on|upon|within|by|at|each|every"));
    let before = || event_before(tokens, at).filter(|_| !timed);
    let event = event_after(tokens, after).or_else(before)?;
    let mut amounts = vec![at];
    amounts.extend(amount_at);
    Some(Waiting { amounts, event })
}

/// "and, thereafter, royalties of 6% of Net Sales": a share that goes on is no part of a sum.
fn is_share_of_turnover(tokens: &[Token], at: usize) -> bool {
    let after = tokens.get(at.saturating_add(1)..).unwrap_or_default();
    let near = after.get(..after.len().min(6)).unwrap_or_default();
    let share = tokens.get(at).is_some_and(|token| token.percent().is_some());
    share
        && near
            .iter()
            .any(|token| token.is_any("sales|revenue|revenues|receipts|proceeds|profits|turnover|billings"))
}

/// `20% ($55,800.00)`, `20% Deposit ($55,800.00)`: the amount in brackets right behind a share.
fn bracketed_amount(tokens: &[Token], at: usize) -> Option<usize> {
    tokens.get(at)?.percent()?;
    let open = (at.saturating_add(1)..at.saturating_add(4))
        .find(|position| tokens.get(*position).is_some_and(|token| token.is_mark('(')))?;
    let inner = open.saturating_add(1);
    tokens.get(inner)?.money()?;
    tokens.get(inner.saturating_add(1))?.is_mark(')').then_some(inner)
}

const LEADS: &str = "at|upon|on|due at|due upon|due on|payable at|payable upon|payable on|following|\
    after|once|when|to be paid upon|to be paid at|to be paid on|shall be paid upon|\
    is due upon|is due on|is payable upon|is due at|will be due upon|shall be due upon|\
    is payable on|falls due upon|falls due on|falls due at|fall due upon|fall due on|becomes due upon|becomes due on|\
    is due with|due with|payable with|with the|with delivery|with signature|with execution";

/// An event phrase behind the amount; a few words may stand between ("$15,000 implementation fee at signing").
fn event_after(tokens: &[Token], at: usize) -> Option<(usize, usize)> {
    let at = past_whole(tokens, at);
    let limit = at.saturating_add(6).min(tokens.len());
    for position in at..limit {
        let token = tokens.get(position)?;
        if matches!(
            token.kind,
            TokenKind::Mark(';' | '.') | TokenKind::Money(_) | TokenKind::Percent(_)
        ) || token.is_any("per|a|each|every|monthly|annually|quarterly|of")
        {
            return None;
        }
        if let Some(length) = any_at(tokens, position, LEADS) {
            let start = position.saturating_add(length);
            return event(tokens, start);
        }
    }
    None
}

/// "25% of the License Fee falls due upon": what the share is of says nothing of when.
fn past_whole(tokens: &[Token], at: usize) -> usize {
    let share = at
        .checked_sub(1)
        .and_then(|before| tokens.get(before))
        .is_some_and(|token| token.percent().is_some() || token.is_mark(')'));
    let of = tokens.get(at).is_some_and(|token| token.is("of"))
        && tokens
            .get(at.saturating_add(1))
            .is_some_and(|token| token.is_any("the|such|that|said|this|it|which"));
    if !(share && of) {
        return at;
    }
    let rest = tokens.get(at..).unwrap_or_default();
    let named = rest
        .iter()
        .skip(2)
        .take(5)
        .take_while(|token| token.is_capital() || token.is_any("fee|price|total|sum|amount|charge|fees"));
    at.saturating_add(2).saturating_add(named.count())
}

/// "Upon completion of the build, Client shall pay $50,000.", "Within five days after execution the Company shall pay …"
fn event_before(tokens: &[Token], at: usize) -> Option<(usize, usize)> {
    let (from, _) = crate::reading::roles::clause(tokens, at);
    let start = event_lead(tokens, from)?;
    let comma = (from..at).find(|position| tokens.get(*position).is_some_and(|token| token.is_mark(',')));
    let modal = (from..at).find(|position| {
        tokens
            .get(*position)
            .is_some_and(|token| token.is_any("shall|will|must"))
    });
    let verb = comma.or(modal)?;
    let pays = says_any(
        tokens.get(verb..at)?,
        "pay|pays|invoice|invoices|due|bill|bills|payable",
    );
    let (from, to) = event(tokens, start).filter(|_| pays)?;
    // Without a comma, the one who pays stands between the event and the verb.
    let payer = |modal: usize| {
        modal.saturating_sub(1 + usize::from(says_any(tokens.get(from..modal).unwrap_or_default(), "the")))
    };
    let to = match (comma, modal) {
        (None, Some(modal)) => to.min(payer(modal)),
        _ => to,
    };
    (from < to).then_some((from, to))
}

/// "Upon", "within five (5) days after": where the words of the event begin.
fn event_lead(tokens: &[Token], from: usize) -> Option<usize> {
    let first = tokens.get(from)?;
    if first.is_any("upon|on|at|following|after|once|when") {
        return Some(from.saturating_add(1));
    }
    let lasts =
        crate::reading::phrases::duration(tokens, from.saturating_add(1)).filter(|_| first.is("within"))?;
    let next = from.saturating_add(1).saturating_add(lasts.length);
    tokens
        .get(next)
        .is_some_and(|token| token.is_any("of|after|following|from"))
        .then(|| next.saturating_add(1))
}

/// The noun phrase of an event: up to a comma, a semicolon, the next amount. It must name something that happens.
fn event(tokens: &[Token], from: usize) -> Option<(usize, usize)> {
    let mut to = from;
    while let Some(token) = tokens.get(to).filter(|_| to < from.saturating_add(14)) {
        let next_amount = tokens
            .get(to.saturating_add(1))
            .is_some_and(|next| next.money().is_some() || next.percent().is_some());
        let ends = matches!(
            token.kind,
            TokenKind::Mark(',' | ';' | '.' | '(') | TokenKind::Money(_) | TokenKind::Percent(_)
        ) || (token.is("and") && (next_amount || begins_rest(tokens, to)));
        if ends {
            break;
        }
        to = to.saturating_add(1);
    }
    let words = tokens.get(from..to)?;
    (!words.is_empty() && happens(words) && !recurs(words) && !is_somebodys(words)).then_some((from, to))
}

/// "and the balance in five installments": what follows is of another part.
fn begins_rest(tokens: &[Token], and: usize) -> bool {
    let rest = tokens.get(and.saturating_add(1)..).unwrap_or_default();
    rest.iter()
        .take(2)
        .any(|token| token.is_any("balance|remainder|rest"))
}

/// Words for things that happen once.
fn happens(words: &[Token]) -> bool {
    has_stem(
        words,
        "complet|accept|deliver|go-live|launch|sign|execut|commenc|start|install|approv|\
        submi|kick|discover|implement|migrat|sign-off|mileston|phase|deploy|design|handover|\
        rollout|cutover|certif|commission|ship|closing|effective|receipt|award|notice|uat|\
        production|publication|release|live|training|kickoff|hand-over|filing|issuance|registr|enrol|grant|plac|cut-over|\
                switch-on|arriv|order|inspect|permit|sample|prototype|date|commercial|dosing|dosed|initiat|achiev|attain|occurr",
    )
}

/// "after you approve an estimate" is a condition of work, not an event that makes money fall due.
fn is_somebodys(words: &[Token]) -> bool {
    words
        .first()
        .is_some_and(|token| token.is_any("you|we|they|customer|client|it|the customer|either|each"))
}

fn recurs(words: &[Token]) -> bool {
    words.iter().any(|token| {
        token.is_any(
            "each|every|invoice|monthly|month|quarter|renewal|termination|demand|anniversary|\
            invoices",
        )
    })
}

fn item(reader: &Reader<'_>, one: &Waiting, several: bool) -> Option<Item> {
    let tokens = reader.tokens();
    let statement = reader.statement();
    let stretch = &statement.stretch;
    let (from, to) = one.event;
    let event_words = tokens.get(from..to)?;
    let signing = has_stem(event_words, "sign|execut") && !has_stem(event_words, "sign-off")
        || says_any(event_words, "effective date|start of the project|commencement");
    let at_start = says_any(
        event_words,
        "subscription starts|subscription begins|service starts|services start|term starts|term begins|contract starts|\
         agreement starts|start date|commencement date|subscription start|service start|start of the subscription|\
         start of the term|start of the services|beginning of the term|order start date|services begin|service begins",
    );
    if reader.is_contingent(*one.amounts.first()?) && !several {
        return None;
    }
    // A share of a fixed price that falls due at the start is its first milestone; an amount paid on signing is a payment.
    let executed = has_stem(event_words, "sign|execut") && !has_stem(event_words, "sign-off")
        || says_any(event_words, "date hereof|date of this agreement");
    let shared = one
        .amounts
        .iter()
        .any(|at| tokens.get(*at).is_some_and(|token| token.percent().is_some()));
    let heading = &statement.under.heading;
    let in_milestones = heading.contains("milestone")
        || heading.contains("fixed price")
        || says_any(tokens, "milestone|milestones|sow|statement of work");
    let kind = if at_start || (signing || executed) && (!several || !shared && !in_milestones) {
        Kind::OneTime
    } else {
        Kind::Milestone
    };
    let mut line = LineItem::new(
        "",
        kind,
        stretch.printed(from, to),
        statement.evidence(reader.document),
    );
    if !at_start {
        line.event = found(stretch.printed(from, to), stretch, reader.document, from, to);
    }
    let evidence = stretch.evidence(reader.document, from, to);
    line.cadence = Found::supported(Cadence::OneTime, stretch.printed(from, to), evidence.clone());
    let signing = signing || executed || at_start;
    let timing = if signing { Timing::Advance } else { Timing::Arrears };
    line.timing = Found::derived(
        timing,
        if signing {
            "due at the start"
        } else {
            "due once it is reached"
        },
        evidence,
    );
    let mut item_currency = None;
    for at in &one.amounts {
        let token = tokens.get(*at)?;
        if let Some(amount) = token.money() {
            line.price.amount = found(amount.value, stretch, reader.document, *at, at.saturating_add(1));
            item_currency = currency(amount);
        } else if let Some(percent) = token.percent() {
            line.price.percent = found(percent, stretch, reader.document, *at, at.saturating_add(1));
        }
    }
    if line.price.amount.is_absent() {
        of_total(reader, &mut line)?;
    }
    let words = one
        .amounts
        .iter()
        .flat_map(|at| stretch.words(*at, at.saturating_add(1)).to_vec())
        .collect();
    let mut item = Item::new(line, statement.scope, words);
    item.currency = item_currency;
    Some(item)
}

/// The sum a sentence names: "priced as one Fixed Fee of $240,000".
pub(super) fn total_of(statement: &Statement) -> Option<Decimal> {
    let tokens = statement.tokens();
    let amount = tokens.iter().find_map(Token::money)?;
    let speaks = says_any(
        tokens,
        "fixed fee|total fee|total fees|fees for the project|project fee|total price|contract price|fixed price|total of|purchase price|\
         total compensation|total consideration|total amount|\
         sum of|price of|fee of|charge of|cost of|fee in the amount of|charge in the sum of|charge in the amount of|price in the amount of|\
         fixed charge|fixed sum|lump sum",
    );
    speaks.then_some(amount.value)
}

/// "The price is $45,000, payable 40% with the order and 60% on acceptance": the only amount, and shares that make up all of it.
fn shared_out(tokens: &[Token]) -> Option<Decimal> {
    let mut amounts = tokens.iter().filter_map(Token::money);
    let (amount, None) = (amounts.next()?, amounts.next()) else {
        return None;
    };
    let spanned = tokens
        .iter()
        .position(|token| token.money().is_some())
        .is_some_and(|at| {
            crate::reading::prices::read(tokens, at).is_some_and(|price| price.period.is_some())
                || super::span_of_fee(tokens, at).is_some()
        });
    if spanned || has_stem(tokens, "refund|cancel") {
        return None;
    }
    let first = tokens.iter().position(|token| token.percent().is_some())?;
    let before = tokens.get(..first)?.iter().any(|token| token.money().is_some());
    let shares = tokens.iter().filter_map(Token::percent);
    let all = shares.fold(Decimal::ZERO, |sum, share| sum.saturating_add(share));
    (before && all == Decimal::ONE_HUNDRED).then_some(amount.value)
}

/// The sum that shares are of: named in the sentence itself, else before it in the paragraph, else the only one nearby.
fn whole<'s>(reader: &Reader<'s>) -> Option<(Decimal, &'s Statement)> {
    if let Some(total) = shared_out(reader.tokens()) {
        return Some((total, reader.own));
    }
    let of = |statement: &'s Statement| total_of(statement).map(|total| (total, statement));
    let own = of(reader.statement()).or_else(|| reader.before().find_map(of));
    own.or_else(|| {
        let near = reader
            .statements
            .iter()
            .filter(|other| other.scope.abs_diff(reader.statement().scope) <= 6);
        let mut totals = near.filter_map(of);
        let first = totals.next()?;
        totals.all(|(other, _)| other == first.0).then_some(first)
    })
}

/// A share of that sum.
fn of_total(reader: &Reader<'_>, line: &mut LineItem) -> Option<()> {
    let percent = line.price.percent.copied()?;
    let (total, statement) = whole(reader)?;
    let amount = share(total, percent)?;
    let evidence = statement.evidence(reader.document);
    line.price.amount = Found::derived(amount.normalize(), format!("{percent}% of {total}"), evidence);
    Some(())
}
