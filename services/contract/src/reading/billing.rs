//! How often and when the whole contract is billed, and which lines that is said of.

mod numbered;
mod rhythm;
mod settled;
mod settling;
mod subject;

use self::numbered::Numbered;
use self::subject::{is_by_the_day, object, points_ahead, points_back, speaks_of_billing, subject, widened};
use super::items::Item;
use super::parties::Parties;
use super::phrases::{Period, divided, equal_parts, has_stem, says_any, timing};
use super::statements::{Key, Statement};
use super::tokens::Token;
use crate::normal::unit::singular;
use crate::page::Document;
use crate::terms::{Cadence, Evidence, Found, Kind, Timing};

/// One thing the contract says of billing.
#[derive(Debug, Clone)]
struct Rule {
    cadence: Option<Cadence>,
    /// "payable in two equal installments": into how many parts the price of a longer span is cut.
    parts: Option<u32>,
    timing: Option<Timing>,
    subject: Subject,
    /// A field of a form, or a sentence about lines it names: it holds whatever span a price is stated for.
    explicit: bool,
    /// "Provider shall invoice …": its subject is who bills; what is billed stands behind the verb, if anywhere.
    acts: bool,
    printed: String,
    evidence: Vec<Evidence>,
}

/// Which lines a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Subject {
    /// All of them.
    All,
    /// What is agreed and comes again.
    Agreed,
    /// What is measured.
    Measured,
    /// Shares of a turnover.
    Shares,
    /// Lines that these words name.
    Named(Vec<String>),
    /// Lines known by the number of their section or row.
    Numbered(Numbered),
    /// The lines that follow: "the following fees, which are billed monthly".
    Below {
        /// Scope of the rule itself, until that of the lines is known.
        scope: usize,
    },
    /// What the sentence before has just named: "We invoice this …", "Billed monthly in arrears."
    Said {
        /// Scope of the rule itself, until the one it speaks of is known.
        scope: usize,
    },
}

/// Gives lines the cadence and timing that the contract states once for many.
pub(crate) fn spread(document: &Document, statements: &[Statement], parties: &Parties, items: &mut [Item]) {
    let mut rules: Vec<Rule> = statements
        .iter()
        .flat_map(|statement| rules(document, statement))
        .collect();
    rules.iter_mut().for_each(|rule| forget_parties(rule, parties));
    for rule in &mut rules {
        resolve(rule, statements, items);
    }
    // What is said of one line goes before what is said of its section, and that before what is said of all.
    let rank = |rule: &Rule| match rule.subject {
        Subject::Named(_) | Subject::Said { .. } => 0,
        Subject::Numbered(_) => 1,
        _ => 2,
    };
    for named in [0, 1, 2] {
        for rule in rules.iter().filter(|rule| rank(rule) == named) {
            for item in items.iter_mut().filter(|item| applies(rule, item)) {
                apply(rule, item);
            }
        }
    }
    settling::apply(document, statements, items);
    settled::follow_references(items);
    for item in items.iter_mut() {
        settled::settle(item);
    }
}

/// "TeleStar will send an invoice after the close of each month": who bills is no line.
fn forget_parties(rule: &mut Rule, parties: &Parties) {
    let Subject::Named(names) = &mut rule.subject else {
        return;
    };
    let party =
        |name: &String| parties.provider_words.contains(name) || parties.customer_words.contains(name);
    let before = names.len();
    names.retain(|name| !party(name));
    if names.is_empty() && before > 0 {
        rule.subject = Subject::All;
        rule.explicit = false;
    }
}

/// Finds what "this" is: the line named last in the same paragraph. Without one the rule speaks of all lines, and so
/// does "Provider shall invoice Client's head office monthly", whose object is no line.
fn resolve(rule: &mut Rule, statements: &[Statement], items: &[Item]) {
    if let Subject::Below { scope } = rule.subject {
        let after = items.iter().map(|item| item.scope).filter(|other| *other > scope);
        match after.min().filter(|next| next.abs_diff(scope) <= 3) {
            Some(scope) => rule.subject = Subject::Below { scope },
            None => rule.subject = Subject::All,
        }
    }
    if rule.acts && !items.iter().any(|item| applies(rule, item)) {
        rule.subject = Subject::All;
        rule.explicit = false;
    }
    let Subject::Said { scope } = rule.subject else {
        return;
    };
    let paragraph = |scope: usize| {
        let of = statements.iter().find(|statement| statement.scope == scope);
        of.map(|statement| statement.paragraph)
    };
    let own = paragraph(scope);
    let before = items
        .iter()
        .map(|item| item.scope)
        .filter(|other| *other < scope && scope.abs_diff(*other) <= 4 && paragraph(*other) == own)
        .max();
    match before {
        Some(scope) => rule.subject = Subject::Said { scope },
        // "It is billed each year on March 1" cannot speak of hours worked.
        None if rule
            .cadence
            .and_then(Cadence::in_months)
            .is_some_and(|months| months >= 12) =>
        {
            rule.subject = Subject::Agreed;
            rule.explicit = false;
        }
        None => {
            rule.subject = Subject::All;
            rule.explicit = false;
        }
    }
}

fn rules(document: &Document, statement: &Statement) -> Vec<Rule> {
    let tokens = statement.tokens();
    let of_form = statement.key == Some(Key::Billing);
    if !of_form && !speaks_of_billing(tokens) {
        return Vec::new();
    }
    let leaves_out = excepted(tokens).and_then(|parts| parts.get(1).copied());
    parts(tokens)
        .into_iter()
        .filter_map(|(from, to)| Some((from, to, rule(document, statement, from, to, of_form)?)))
        // "save the last, which is invoiced each quarter": of what is left out only what is named can be told.
        .filter(|(from, to, rule)| {
            leaves_out != Some((*from, *to)) || matches!(rule.subject, Subject::Named(_))
        })
        .flat_map(|(from, to, rule)| each_named(rule, tokens.get(from..to).unwrap_or_default()))
        .collect()
}

/// "Racks and cross-connects are invoiced monthly in advance": a rule for each thing that it names.
fn each_named(rule: Rule, tokens: &[Token]) -> Vec<Rule> {
    if !matches!(rule.subject, Subject::Named(_)) {
        return vec![rule];
    }
    let named = subject::each(tokens);
    if named.len() < 2 {
        return vec![rule];
    }
    let of = |names: Vec<String>| Rule {
        subject: Subject::Named(names),
        ..rule.clone()
    };
    named.into_iter().map(of).collect()
}

/// "…: processing fees of the month just closed and the platform fee of the month just begun" speaks of two things.
fn parts(tokens: &[Token]) -> Vec<(usize, usize)> {
    let colon = tokens.iter().position(|token| token.is_mark(':'));
    if let Some(halves) = halves(tokens) {
        return halves;
    }
    let both = says_any(tokens, "just closed|just ended") && says_any(tokens, "just begun|just started");
    let and = tokens
        .iter()
        .enumerate()
        .skip(colon.unwrap_or_default())
        .find(|(_, token)| token.is("and"))
        .map(|(at, _)| at);
    match (both, and) {
        (true, Some(and)) => vec![
            (colon.map_or(0, |at| at.saturating_add(1)), and),
            (and.saturating_add(1), tokens.len()),
        ],
        _ => excepted(tokens).unwrap_or_else(|| vec![(0, tokens.len())]),
    }
}

/// "The account fee is for the month starting that day; everything else is for the month just finished."
fn halves(tokens: &[Token]) -> Option<Vec<(usize, usize)>> {
    let at = tokens.iter().position(|token| token.is_mark(';'))?;
    let (before, after) = tokens.split_at_checked(at)?;
    let tells = |part: &[Token]| says_any(part, AHEAD) || says_any(part, BEHIND) || timing(part).is_some();
    (tells(before) && tells(after)).then(|| vec![(0, at), (at.saturating_add(1), tokens.len())])
}

/// Words for a span that is billed before it, and after it.
const AHEAD: &str = "they cover|it covers|for that month|for that quarter|for that period|it is for|they are for|for the month ahead|\
    for the month that begins|of the month that begins|for the month starting|for the month beginning";
const BEHIND: &str = "just ended|just closed|just finished|gone by|just past|of the following month|of the next month|\
    following its use|used from|used during|used in";

/// "Sections 2 and 3 are invoiced afterwards, except the line fee, which is invoiced before": a rule, and one for what it leaves out.
fn excepted(tokens: &[Token]) -> Option<Vec<(usize, usize)>> {
    let except = tokens
        .iter()
        .position(|token| token.is_any("except|save|excepting"))
        .filter(|at| *at > 4)?;
    let behind = tokens.get(except..)?;
    let bills = behind.windows(2).any(|pair| {
        matches!(pair, [which, verb] if which.is_any("which|that") && verb.is_any("is|are|shall|will"))
    });
    bills.then(|| vec![(0, except), (except.saturating_add(1), tokens.len())])
}

fn rule(document: &Document, statement: &Statement, from: usize, to: usize, of_form: bool) -> Option<Rule> {
    let tokens = statement.tokens().get(from..to)?;
    let value = if of_form { statement.value() } else { tokens };
    let period = if of_form {
        super::phrases::period_within(value).map(|(_, found)| found)
    } else {
        rhythm::period(tokens)
    };
    // "Monthly; platform in advance, checks in arrears" says when of each line, not of all.
    let told_apart = says_any(value, "in advance") && says_any(value, "in arrears|in arrear");
    let timing = timing(value)
        .filter(|_| !told_apart)
        .map(|(.., timing)| timing)
        .or_else(|| {
            says_any(value, BEHIND)
                .then_some(Timing::Arrears)
                .or_else(|| says_any(value, AHEAD).then_some(Timing::Advance))
        });
    // "Orders are charged daily to the card" is how often something is counted, not how often it is billed.
    let cadence = period
        .and_then(Period::cadence)
        .filter(|cadence| of_form || !is_by_the_day(*cadence));
    // "The Provider will repay any overpayment in four equal installments" is no rule for every yearly fee.
    let of_year = has_stem(tokens, "annual|year|season");
    let about = subject(tokens);
    let parts = equal_parts(tokens)
        .map(|(.., parts)| parts)
        .filter(|_| cadence.is_none() && (of_year || about != Subject::All));
    let found = cadence.is_some() || timing.is_some() || parts.is_some();
    let numbered = numbered::read(tokens).filter(|_| !of_form);
    let subject = match (of_form, points_back(tokens)) {
        (true, _) => Subject::All,
        _ if numbered.is_some() => numbered.map_or(Subject::All, Subject::Numbered),
        (false, true) => Subject::Said {
            scope: statement.scope,
        },
        (false, false) if points_ahead(tokens) || tokens.last().is_some_and(|token| token.is_mark(':')) => {
            Subject::Below {
                scope: statement.scope,
            }
        }
        (false, false) => widened(about, tokens),
    };
    found.then(|| Rule {
        cadence,
        parts,
        timing,
        explicit: of_form
            || subject != Subject::All
            || says_any(
                tokens,
                "installments|instalments|invoices go out|all invoices|one-twelfth|one twelfth",
            ),
        acts: matches!(subject, Subject::Named(_)) && object(tokens).is_some(),
        subject,
        printed: statement.stretch.printed(from, to),
        evidence: statement.evidence(document),
    })
}

fn applies(rule: &Rule, item: &Item) -> bool {
    let measured = matches!(item.line.kind, Kind::Usage | Kind::Percentage);
    let agreed = matches!(item.line.kind, Kind::Recurring | Kind::Seat);
    match &rule.subject {
        Subject::All => measured || agreed,
        Subject::Agreed => agreed,
        Subject::Measured => measured,
        Subject::Shares => item.line.kind == Kind::Percentage,
        Subject::Said { scope } => item.scope == *scope,
        Subject::Below { scope } => item.scope == *scope && (measured || agreed),
        Subject::Numbered(numbered) => numbered.holds(item),
        Subject::Named(words) => {
            // "Royalties are computed for each quarter": a fee beside them is none.
            let of_shares = words.iter().all(|word| {
                matches!(
                    word.as_str(),
                    "royalty" | "royalties" | "commission" | "commissions"
                )
            });
            if of_shares && agreed {
                return false;
            }
            let hits = words.iter().filter(|word| is_called(item, word)).count();
            hits > 0 && hits.saturating_mul(2) >= words.len()
        }
    }
}

/// By a word of its name, or by what it counts: "requests are invoiced …".
fn is_called(item: &Item, word: &str) -> bool {
    let unit = item.line.unit.as_deref().unwrap_or_default();
    let words = item.names.iter().map(String::as_str).chain(unit.split(' '));
    words.into_iter().any(|name| singular(name) == singular(word))
}

/// What the line does not say itself, the rule says.
fn apply(rule: &Rule, item: &mut Item) {
    let measured = matches!(item.line.kind, Kind::Usage | Kind::Percentage);
    let in_parts = || divided(item.line.cadence.copied()?, rule.parts?);
    let cadence = rule.cadence.or_else(in_parts);
    if let Some(cadence) = cadence.filter(|cadence| takes_cadence(rule, item, *cadence)) {
        let line = &mut item.line;
        if let Some(period) = line.cadence.copied().filter(|period| *period != cadence) {
            line.price.period = Found {
                value: Some(period),
                ..line.cadence.clone()
            };
        }
        line.cadence = Found::supported(cadence, rule.printed.clone(), rule.evidence.clone());
        item.cadence_is_price_span = false;
    }
    let line = &mut item.line;
    let Some(timing) = rule.timing.filter(|_| line.timing.value.is_none()) else {
        return;
    };
    if !(measured && timing == Timing::Advance) {
        line.timing = Found::supported(timing, rule.printed.clone(), rule.evidence.clone());
    }
}

/// "Invoices: every six months in advance" cannot speak of what is known only afterwards.
fn of_others(rule: &Rule, item: &Item) -> bool {
    let measured = matches!(item.line.kind, Kind::Usage | Kind::Percentage);
    measured && rule.timing == Some(Timing::Advance) && rule.subject == Subject::All
}

/// "$118.80 per user per month" states the span of the price; how often it is billed stands elsewhere. A cadence from a
/// billing column or a verb of billing is no such span; and a yearly fee is not cut into months by a sentence about
/// invoices in general.
fn takes_cadence(rule: &Rule, item: &Item, cadence: Cadence) -> bool {
    let once = matches!(
        item.line.kind,
        Kind::OneTime | Kind::Milestone | Kind::PrepaidCredit
    );
    let Some(stated) = item.line.cadence.copied() else {
        return !once && !of_others(rule, item) && item.line.cadence.printed.is_empty();
    };
    let longer = match (stated.in_months(), cadence.in_months()) {
        (Some(stated), Some(billed)) => billed > stated,
        _ => false,
    };
    // "at the following annual rates", paid "after the end of each month": a share of assets is.
    let of_assets = item.line.kind == Kind::Percentage;
    !once
        && !of_others(rule, item)
        && stated != Cadence::PerEvent
        && item.cadence_is_price_span
        && (longer || rule.explicit || of_assets)
}
