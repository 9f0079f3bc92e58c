//! What a minimum, a reduction or a share counts on: the lines that its words name, by heading, letter, name or sort, and
//! the lines that they leave out.

mod named;

use crate::reading::items::Item;
use crate::reading::phrases::{find_any, has_stem, says_any};
use crate::reading::scopes::Scopes;
use crate::reading::statements::Statement;
use crate::reading::tokens::Token;
use crate::terms::{Cadence, Kind};

use named::Known;

/// Names the lines that discounts, minimums and shares of other lines count on.
pub(super) fn link(items: &mut [Item], scopes: &Scopes, statements: &[Statement]) {
    let known: Vec<Known> = items.iter().map(|item| Known::of(item, scopes)).collect();
    for (item, own) in items.iter_mut().zip(&known) {
        if !counts_on_others(item) {
            continue;
        }
        let words = Words::of(item, own, statements);
        item.line.applies_to = words.lines(item.line.kind, own, &known);
    }
}

/// A share of sales is a share of somebody else's money; a share of fees is one of other lines.
fn counts_on_others(item: &Item) -> bool {
    match item.line.kind {
        Kind::Discount | Kind::MinimumCommitment => true,
        Kind::Percentage => is_share_of_fees(item),
        _ => false,
    }
}

/// "4% of the month's Eligible Usage", "15% of the annual fees": of what this contract charges, not of money that passes
/// through.
fn is_share_of_fees(item: &Item) -> bool {
    let plain = item.line.price.tiers.is_none() && item.line.price.unit_price.value.is_none();
    let texts = item
        .line
        .evidence
        .iter()
        .map(|evidence| evidence.quote().to_lowercase());
    plain
        && texts
            .filter_map(|text| text.split_once('%').map(|(_, rest)| rest.to_owned()))
            .any(|rest| {
                let words: Vec<&str> = rest
                    .split(|c: char| !c.is_alphanumeric())
                    .filter(|word| !word.is_empty())
                    .take(8)
                    .collect();
                let own = [
                    "usage",
                    "fees",
                    "charges",
                    "subscription",
                    "spend",
                    "bill",
                    "licence",
                    "license",
                ];
                let others = [
                    "sale",
                    "sales",
                    "transaction",
                    "transactions",
                    "payment",
                    "payments",
                    "volume",
                    "revenue",
                    "revenues",
                    "amount",
                ];
                words.first() == Some(&"of")
                    && words.iter().any(|word| own.contains(word))
                    && !words.iter().any(|word| others.contains(word))
            })
}

/// What is said of the line: in its own sentence, in the definition of a term it uses, and where it is counted.
struct Words<'s> {
    own: Vec<&'s [Token]>,
    more: Vec<&'s [Token]>,
    names: &'s [String],
}

impl<'s> Words<'s> {
    fn of(item: &Item, known: &'s Known, statements: &'s [Statement]) -> Self {
        let own: Vec<&[Token]> = statements
            .iter()
            .filter(|statement| statement.scope == item.scope && statement.label == 0)
            .map(Statement::tokens)
            .collect();
        let minimum = item.line.kind == Kind::MinimumCommitment;
        let more = statements
            .iter()
            .filter(|statement| statement.scope != item.scope)
            .map(Statement::tokens)
            .filter(|tokens| defines(tokens, &own, &known.names) || (minimum && counts_toward(tokens)))
            .collect();
        Self {
            own,
            more,
            names: &known.names,
        }
    }

    fn all(&self) -> impl Iterator<Item = &'s [Token]> + '_ {
        self.own.iter().chain(&self.more).copied()
    }

    /// Ids of the lines; none where all of them count.
    fn lines(&self, kind: Kind, own: &Known, known: &[Known]) -> Vec<String> {
        let candidates = || {
            known
                .iter()
                .filter(|other| other.id != own.id && other.is_charge())
        };
        let is_out = |other: &Known| self.all().any(|tokens| leaves_out(tokens, other));
        let named: Vec<&Known> = candidates()
            .filter(|other| self.all().any(|tokens| other.is_named(positive(tokens), own)))
            .collect();
        let sort = self.sort(kind);
        // A letter, a number or two headings say exactly which; one heading or a name may be said in passing.
        let placed: Vec<&Known> = candidates()
            .filter(|other| self.all().any(|tokens| other.is_placed(positive(tokens), own)))
            .collect();
        let exact = placed
            .iter()
            .any(|other| other.heading != placed.first().map_or("", |first| first.heading.as_str()))
            || self
                .all()
                .any(|tokens| candidates().any(|other| other.is_numbered(positive(tokens))));
        let chosen: Vec<&Known> = match (named.is_empty(), sort) {
            (false, _) if exact && !placed.is_empty() => placed,
            (_, Some(sort)) => candidates().filter(|other| other.is_of(sort)).collect(),
            (false, None) => named,
            (true, None) if self.only_one(&candidates().collect::<Vec<_>>()).is_some() => self
                .only_one(&candidates().collect::<Vec<_>>())
                .into_iter()
                .collect(),
            (true, None) if candidates().any(is_out) => candidates().filter(|other| other.recurs).collect(),
            (true, None) => return Vec::new(),
        };
        let kept = chosen.into_iter().filter(|other| !is_out(other));
        kept.map(|other| other.id.clone()).collect()
    }

    /// "If the commission of a quarter is less than …": one word of one line, and of no other.
    fn only_one<'k>(&self, known: &[&'k Known]) -> Option<&'k Known> {
        let said = |other: &&&Known| self.own.iter().any(|tokens| other.shares_word(positive(tokens)));
        let mut found = known.iter().filter(said);
        let first = found.next()?;
        found.next().is_none().then_some(*first)
    }

    /// "a month's processing fees", "4% of the subscription fees": which sort of line it counts on.
    fn sort(&self, kind: Kind) -> Option<Sort> {
        let measured = "usage|usage charges|usage fees|consumption|traffic|metered|processing fees|transaction fees|\
            transaction charges|processing";
        let agreed = "subscription fees|recurring fees|subscription charges|recurring charges|subscription|licence fees|\
            license fees|annual fees";
        let all = "everything above|all charges|all fees|total charges|total fees|fees under this|charges under this|\
            total monthly charges|all of the above|monthly bill|monthly invoice|charges for the month|fees for the month";
        let says =
            |words: &str| self.all().any(|tokens| says_any(tokens, words)) || names_say(self.names, words);
        if kind == Kind::Discount {
            return None;
        }
        if says(measured) {
            return Some(Sort::Measured);
        }
        if says(agreed) {
            return Some(Sort::Agreed);
        }
        says(all).then_some(Sort::Any)
    }
}

/// Sorts of lines that words may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Measured,
    Agreed,
    Any,
}

impl Known {
    fn is_of(&self, sort: Sort) -> bool {
        let regular = self.cadence != Some(Cadence::PerEvent);
        match sort {
            Sort::Measured => regular && matches!(self.kind, Kind::Usage | Kind::Percentage),
            Sort::Agreed => matches!(self.kind, Kind::Recurring | Kind::Seat),
            Sort::Any => regular && self.recurs,
        }
    }
}

fn names_say(names: &[String], phrases: &str) -> bool {
    let text = format!(" {} ", names.join(" "));
    phrases
        .split('|')
        .any(|phrase| text.contains(&format!(" {phrase} ")))
}

/// "Eligible Usage means the charges under A, B and C": a definition of words that the line uses.
fn defines(tokens: &[Token], own: &[&[Token]], names: &[String]) -> bool {
    let Some((verb, _)) = find_any(
        tokens,
        "means|mean|comprises|comprise|consists of|is the sum of|are the sum of",
    ) else {
        return false;
    };
    let term: Vec<&Token> = tokens
        .iter()
        .take(verb)
        .filter(|token| token.is_capital() && !token.is_any("the|a|an"))
        .collect();
    let used = |token: &&&Token| {
        own.iter()
            .any(|tokens| tokens.iter().any(|other| other.low == token.low))
            || names.contains(&token.low)
    };
    !term.is_empty() && term.iter().filter(used).count() == term.len()
}

/// Sentences that say what counts toward a minimum.
fn counts_toward(tokens: &[Token]) -> bool {
    says_any(tokens, "minimum|floor|commitment|commit|committed spend")
        && (has_stem(tokens, "count|below|toward|gap|shortfall|top|draw|credit")
            || says_any(tokens, "no less than|less than|not less than"))
}

const OUT: &str = "leaving out|excluding|except|except for|other than|not including|apart from|exclusive of|save for|without";
const NOT: &str = "does not count|do not count|is not counted|are not counted|not count toward|not count towards|\
    is not eligible|are not eligible|does not draw|do not draw|does not contribute|do not contribute|is not included|are not included";

/// Is the line among those that the words leave out?
fn leaves_out(tokens: &[Token], other: &Known) -> bool {
    if let Some((at, length)) = find_any(tokens, OUT) {
        let rest = tokens.get(at.saturating_add(length)..).unwrap_or_default();
        let stop = rest
            .iter()
            .position(|token| token.is_mark(',') || token.is_mark('.') || token.is_mark(';'));
        if other.is_meant_by(rest.get(..stop.unwrap_or(rest.len())).unwrap_or_default()) {
            return true;
        }
    }
    find_any(tokens, NOT).is_some_and(|(at, _)| other.is_meant_by(tokens.get(..at).unwrap_or_default()))
}

/// The words before those that leave something out.
fn positive(tokens: &[Token]) -> &[Token] {
    if find_any(tokens, NOT).is_some() {
        return &[];
    }
    let stop = find_any(tokens, OUT).map_or(tokens.len(), |(at, _)| at);
    tokens.get(..stop).unwrap_or_default()
}
