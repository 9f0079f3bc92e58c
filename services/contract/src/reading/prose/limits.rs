//! Minimums and caps in sentences: commitments of their own, or bounds of a charge beside them.

use rust_decimal::Decimal;

use super::{Reader, billed};
use crate::reading::items::{Item, currency, found, share};
use crate::reading::phrases::{find_any, period_within, says_any};
use crate::reading::prices;
use crate::reading::roles;
use crate::reading::tokens::Stretch;
use crate::terms::{Cadence, Found, Kind, LineItem, Mark, Role, Timing};

/// Reads what is left of minimums and caps.
pub(super) fn read(reader: &mut Reader<'_>) {
    commitment_label(reader);
    for at in reader.open(Role::Minimum) {
        if bound_last(reader, at, true) {
            continue;
        }
        if let Some(item) = minimum(reader, at) {
            let same: Vec<usize> = same_amounts(reader, at);
            reader.keep(item, same);
        }
    }
    for at in reader.open(Role::Cap) {
        if names_its_own(reader, at) {
            // Whoever is paid that bonus, somebody has to say when.
            let mut roles = reader.roles.iter_mut();
            if let Some((_, role)) = roles.find(|(known, _)| *known == at) {
                *role = Role::Unexplained;
            }
            continue;
        }
        bound_last(reader, at, false);
    }
}

/// The other mentions of the same amount in the sentence: "less than $2,000 …, we top the bill up to $2,000".
fn same_amounts(reader: &Reader<'_>, at: usize) -> Vec<usize> {
    let value = |at: usize| {
        reader
            .tokens()
            .get(at)
            .and_then(|token| token.money())
            .map(|amount| amount.value)
    };
    reader
        .roles
        .iter()
        .map(|(other, _)| *other)
        .filter(|other| value(*other) == value(at))
        .collect()
}

/// Does the price of the item stand in the sentence before that token?
fn stands_before(stretch: &Stretch, item: &Item, at: usize) -> bool {
    item.words
        .first()
        .is_some_and(|word| stretch.words(0, at).contains(word))
}

/// "plus a performance bonus of up to $200,000": what is bounded there is the bonus, and no price before it.
fn names_its_own(reader: &Reader<'_>, at: usize) -> bool {
    let tokens = reader.tokens();
    let Some(before) = tokens.get(at.saturating_sub(5)..at) else {
        return false;
    };
    let of = before.iter().rposition(|token| token.is("of"));
    let noun = of
        .and_then(|of| of.checked_sub(1))
        .and_then(|noun| before.get(noun));
    noun.is_some_and(|noun| noun.is_any("bonus|incentive|award|credit|reimbursement|allowance|contribution"))
}

/// The bound of a charge that the same sentence names before it.
fn bound_last(reader: &mut Reader<'_>, at: usize, least: bool) -> bool {
    let (stretch, document) = (&reader.statement().stretch, reader.document);
    let Some(amount) = reader.tokens().get(at).and_then(|token| token.money()) else {
        return false;
    };
    let bound = found(amount.value, stretch, document, at, at.saturating_add(1));

    let in_total = says_any(reader.tokens(), "in total|in the aggregate|overall");
    // "3% of Net Sales, but in no event less than $5,000, and a support fee of $900": the floor is of the price before it.
    let before = reader
        .items
        .iter()
        .rposition(|item| stands_before(stretch, item, at))
        .unwrap_or(reader.items.len().saturating_sub(1));
    let from = if in_total { 0 } else { before };
    let upto = if in_total { usize::MAX } else { 1 };
    let mut bounded = false;
    for item in reader
        .items
        .iter_mut()
        .skip(from)
        .take(upto)
        .filter(|item| !matches!(item.line.kind, Kind::Discount | Kind::Milestone))
    {
        let field = if least {
            &mut item.line.price.minimum
        } else {
            &mut item.line.price.cap
        };
        *field = bound.clone();
        bounded = true;
    }
    if bounded {
        reader.taken.insert(at);
    }
    bounded
}

/// "Commitment | $1,500,000 of Eligible Usage".
fn commitment_label(reader: &mut Reader<'_>) {
    let statement = reader.statement();
    let label = statement.tokens().get(..statement.label).unwrap_or_default();
    let named = says_any(
        label,
        "commitment|minimum commitment|committed spend|annual commitment|usage commitment|\
        spend commitment|minimum spend|commit",
    );
    let Some(at) = reader
        .open(Role::Price)
        .first()
        .copied()
        .or_else(|| reader.open(Role::Unexplained).first().copied())
        .filter(|_| named)
    else {
        return;
    };
    if let Some(item) = minimum(reader, at) {
        reader.keep(item, [at]);
    }
}

fn minimum(reader: &Reader<'_>, at: usize) -> Option<Item> {
    let tokens = reader.tokens();
    let statement = reader.statement();
    let stretch = &statement.stretch;
    let amount = tokens.get(at)?.money()?;
    let clause = reader.clause(at);
    let charges = says_any(
        clause,
        "purchase|purchases|minimum|charges|fees|bill|billed|invoice|spend|commitment|usage|\
        pay|pays|payment|payments|difference|shortfall|adds up|floor|order|revenue|royalties|royalty|fee|rent|commission|\
        commissions|come to|comes to|month|quarter",
    );
    let condition = says_any(
        clause,
        "provided that|provided|as long as|only if|in order to qualify|eligible if",
    ) && !says_any(clause, "top|must|shall pay");
    if !charges || condition || !is_owed(reader, at) {
        return None;
    }
    let mut line = LineItem::new(
        "",
        Kind::MinimumCommitment,
        reader.description(at),
        statement.evidence(reader.document),
    );
    line.price.amount = found(amount.value, stretch, reader.document, at, at.saturating_add(1));
    let (from, to) = roles::clause(tokens, at);
    let scope = tokens.get(from..to)?;
    let price_period = prices::read(tokens, at).and_then(|price| price.period);
    let period = price_period
        .or_else(|| billed(scope).map(|(_, period)| period))
        .or_else(|| named_period(scope))
        .and_then(|period| period.cadence());
    match (period, reader.due_day(at)) {
        (Some(cadence), _) => {
            line.cadence = found(cadence, stretch, reader.document, from, to);
            line.timing = Found::derived(
                Timing::Arrears,
                "topped up once the period is known",
                line.evidence.clone(),
            );
        }
        (None, Some(day)) => {
            line.cadence = found(
                Cadence::OneTime,
                stretch,
                reader.document,
                at,
                at.saturating_add(1),
            );
            line.timing = Found::derived(Timing::Advance, "due on a day", line.evidence.clone());
            line.start = day;
        }
        (None, None) => settled(reader, &mut line),
    }
    let mut item = Item::new(
        line,
        statement.scope,
        stretch.words(at, at.saturating_add(1)).to_vec(),
    );
    item.currency = currency(amount);
    Some(item)
}

/// Does somebody owe at least that much? "If purchases are less than $4,000" and "pays for a minimum of" are only
/// conditions, and what is spent on advertising is paid to others.
fn is_owed(reader: &Reader<'_>, at: usize) -> bool {
    let clause = reader.clause(at);
    let tokens = reader.tokens();
    let (from, to) = roles::clause(tokens, at);
    let before = tokens.get(from..at).unwrap_or_default();
    let after = tokens.get(at..to).unwrap_or_default();
    let made_up = says_any(
        after,
        "shortfall|difference|deficit|top|tops|make up|add the difference|adds the difference|we bill|is billed|are billed|is invoiced|are invoiced|is charged|the gap|minimum fee applies",
    );
    let led = before.get(before.len().saturating_sub(4)..).unwrap_or(before);
    let bare = says_any(led, "less than")
        && !says_any(led, "no less than|not less than|never less than|not be less than");
    let conditional = before
        .iter()
        .any(|token| token.is_any("if|unless|should|whether|when|until"))
        || says_any(
            before,
            "in the event|in order to|to the extent|provided that|the earlier of|the later of",
        );
    let elsewhere = says_any(clause, "spend|expend|spends|expends|expenditures|spending")
        && says_any(
            clause,
            "advertising|promotion|promoting|marketing|promote|advertise|promotional",
        );
    let obliged = reader.statement().is_labelled()
        || clause.iter().any(|token| {
            token.is_any(
                "shall|must|will|agrees|agree|commits|commit|committed|commitment|guarantees|guarantee|guaranteed|\
                is|are|be|amount|amounts|applies|undertakes|subject|obligated|bills|adds|annual|monthly|quarterly",
            )
        });
    // "If they do not, we add the difference." in the next sentence.
    let next = reader.statements.get(reader.index.saturating_add(1));
    let made_up_next = next.filter(|next| next.paragraph == reader.statement().paragraph).is_some_and(|next| {
        says_any(
            next.tokens(),
            "add the difference|adds the difference|charge the difference|charges the difference|invoice the difference|\
            invoices the difference|bill the difference|pay the difference|pays the difference|make up the difference",
        )
    });
    !elsewhere && (made_up || made_up_next && !bare || obliged && !bare && !conditional)
}

/// "in a calendar month", "a month's processing fees": a period that belongs to no price.
fn named_period(clause: &[crate::reading::tokens::Token]) -> Option<crate::reading::phrases::Period> {
    period_within(clause).map(|(_, found)| found)
}

/// "invoices the difference on April 10, 2026": the shortfall of the whole term on a day.
fn settled(reader: &Reader<'_>, line: &mut LineItem) {
    for statement in reader.statements {
        let tokens = statement.tokens();
        if !says_any(tokens, "difference|shortfall|deficit|remaining commitment") {
            continue;
        }
        let day = tokens
            .iter()
            .enumerate()
            .find_map(|(at, token)| match token.kind {
                crate::reading::tokens::Kind::Date(crate::normal::date::Day::Is(day)) => Some((at, day)),
                _ => None,
            });
        if let Some((at, day)) = day {
            line.cadence = found(
                Cadence::Dated,
                &statement.stretch,
                reader.document,
                at,
                at.saturating_add(1),
            );
            line.start = found(day, &statement.stretch, reader.document, at, at.saturating_add(1));
            line.timing = Found::derived(Timing::Arrears, "settled after the term", line.evidence.clone());
            line.evidence.extend(statement.evidence(reader.document));
        }
    }
}

/// What is charged as it was paid.
const AT_COST: &str = "at cost|at actual cost|passed through at|passed on at|rebilled at cost|without mark-up|without markup|\
    without mark up|with no mark-up|recharged at cost|at the actual cost";

/// Words that say that somebody is charged for it: without one, "at its own cost" says who bears it.
const CHARGED: &str = "reimburse|reimburses|reimbursed|charge|charged|charges|bill|billed|bills|invoice|invoiced|rebilled|recharged|\
    pass|passed|passes|payable|pays|pay";

/// Reads what is passed on at cost, with its cap: "Travel is reimbursed at cost up to $12,000", "passed on at cost and never
/// above 8% of the Fixed Fee".
pub(super) fn read_at_cost(reader: &mut Reader<'_>) {
    let tokens = reader.tokens();
    let charged = says_any(tokens, CHARGED);
    let passed = find_any(tokens, AT_COST)
        .or_else(|| {
            find_any(tokens, "passed through to|passed on to|actual cost").filter(|_| passes_through(tokens))
        })
        .filter(|_| charged);
    let spent = says_any(tokens, "expenses|travel|out-of-pocket");
    let reimbursed = says_any(tokens, "reimburse|reimbursed|reimburses") && spent;
    let cap = reader
        .roles
        .iter()
        .find(|(_, role)| *role == Role::Cap)
        .map(|(at, _)| *at);
    let other_price = reader
        .roles
        .iter()
        .any(|(_, role)| matches!(role, Role::Price | Role::Minimum));
    let regularly = says_any(
        tokens,
        "against receipts|monthly|quarterly|weekly|with its invoice|with each invoice",
    );
    if other_price
        || !(passed.is_some() || (reimbursed && (cap.is_some() || regularly)))
        || says_any(tokens, "warranty|no cost|free of")
    {
        return;
    }
    let statement = reader.statement();
    let at = passed.map(|(at, _)| at).or(cap).unwrap_or_default();
    let mut line = LineItem::new(
        "",
        Kind::Usage,
        passed_on(reader, at),
        statement.evidence(reader.document),
    );
    line.marks.push(Mark::PassThrough);
    if let Some(cap) = cap {
        line.price.cap = cap_of(reader, cap);
    }
    passed_on_each(reader, cap, &mut line);
    let words = statement.stretch.words(at, at.saturating_add(1)).to_vec();
    reader.keep(Item::new(line, statement.scope, words), cap);
}

/// "shall be passed through to Perennial at Harborlight's actual cost".
fn passes_through(tokens: &[crate::reading::tokens::Token]) -> bool {
    says_any(tokens, "passed through|passed on|pass through|rebilled|recharged")
        && says_any(tokens, "cost|costs")
}

/// "at cost and on a monthly basis", "not to exceed $2,000 per month".
fn passed_on_each(reader: &Reader<'_>, cap: Option<usize>, line: &mut LineItem) {
    let tokens = reader.tokens();
    let said = billed(tokens).map(|(at, found)| (at, found.length, found));
    let capped = || {
        let at = cap?;
        let price = prices::read(tokens, at)?;
        Some((at, price.length, price.period?))
    };
    let Some((at, length, found_period)) = said.or_else(capped) else {
        return;
    };
    if let Some(cadence) = found_period.cadence() {
        let to = at.saturating_add(length);
        line.cadence = found(cadence, &reader.statement().stretch, reader.document, at, to);
    }
}

/// "reasonable travel expenses": what is paid back, else the words before the amount.
fn passed_on(reader: &Reader<'_>, at: usize) -> String {
    const EXPENSES: &str =
        "expenses|costs|charges|postage|disbursements|freight|travel|fees|surcharges|expense";
    let tokens = reader.tokens();
    let verb = tokens
        .iter()
        .position(|token| token.is_any("reimburse|reimburses|reimbursed"));
    let from = verb.and_then(|verb| {
        (verb..tokens.len()).find(|at| tokens.get(*at).is_some_and(|token| token.is("for")))
    });
    let end = from.and_then(|from| {
        (from..tokens.len()).find(|at| tokens.get(*at).is_some_and(|token| token.is_any(EXPENSES)))
    });
    match (from, end) {
        (Some(from), Some(end)) if end.saturating_sub(from) <= 14 => reader
            .statement()
            .stretch
            .printed(from.saturating_add(1), end.saturating_add(1)),
        _ => reader.description(at),
    }
}

/// An amount, or a share of the sum named nearby.
fn cap_of(reader: &Reader<'_>, at: usize) -> Found<Decimal> {
    let Some(token) = reader.tokens().get(at) else {
        return Found::absent();
    };
    let stretch = &reader.statement().stretch;
    if let Some(amount) = token.money() {
        return found(amount.value, stretch, reader.document, at, at.saturating_add(1));
    }
    let near = reader
        .statements
        .iter()
        .filter(|other| other.scope.abs_diff(reader.statement().scope) <= 12);
    let total = near.filter_map(super::milestones::total_of).next();
    let share = token
        .percent()
        .zip(total)
        .and_then(|(percent, total)| Some((share(total, percent)?, percent, total)));
    share.map_or_else(Found::absent, |(cap, percent, total)| {
        Found::derived(
            cap.normalize(),
            format!("{percent}% of {total}"),
            stretch.evidence(reader.document, at, at.saturating_add(1)),
        )
    })
}
