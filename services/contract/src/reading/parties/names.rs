//! Names of companies and people in a run of tokens.

use super::{Side, role};
use crate::reading::phrases::says;
use crate::reading::tokens::{Kind, Token, listed};

/// A name and the tokens it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name {
    from: usize,
    to: usize,
    /// Does it carry a company suffix?
    pub(crate) suffix: bool,
}

impl Name {
    /// One past its last token.
    pub(crate) fn end(&self) -> usize {
        self.to
    }
}

const SUFFIXES: &str = "inc|inc.|llc|l.l.c.|ltd|ltd.|limited|corp|corp.|corporation|company|co|co.|plc|gmbh|\
    ag|kg|se|ab|as|a/s|aps|oy|oyj|b.v.|bv|n.v.|nv|s.a.|sa|s.a.s.|sas|s.r.l.|srl|s.p.a.|\
    spa|llp|l.p.|lp|pty|pte|kk|lllp|pbc|trust|sarl|k.k.|pvt|dac|clg|kft|kft.|zrt|zrt.|s.r.o.|d.o.o.|ug|bhd|ltda|ltda.|\
    n.a.|p.c.|pllc|pc|p.a.|e.v.|gbr|ohg|sp.z.o.o.|cooperative|lda|lda.|unipessoal|s.l.|s.l.u.|asa|kgaa|e.k.|d.d.|foundation|university|partnership|associates";

/// The name that begins at `at`: capital words up to a company suffix or the first word that belongs to no name.
pub(crate) fn name(tokens: &[Token], at: usize) -> Option<Name> {
    let first = tokens.get(at)?;
    let begins = (first.is_capital() && matches!(first.kind, Kind::Word))
        || begins_with_ordinal(tokens, at)
        || begins_with_number(tokens, at);
    if !begins || is_common(first) || continues_name(tokens, at) || is_quoted_alias(tokens, at) {
        return None;
    }
    let mut to = at;
    let mut suffix = false;
    while let Some(token) = tokens.get(to) {
        if suffix && !is_suffix(token) {
            // "Pty Ltd", "Co., Ltd.": a second suffix after a comma still belongs to it.
            let more = token.is_mark(',') && tokens.get(to.saturating_add(1)).is_some_and(is_suffix);
            if !more {
                break;
            }
        } else if !belongs(tokens, to) || is_between(tokens, to) {
            break;
        }
        suffix |= is_suffix(token) && to > at;
        to = to.saturating_add(1);
    }
    while to > at.saturating_add(1) && tokens.get(to.saturating_sub(1)).is_some_and(is_joint) {
        to = to.saturating_sub(1);
    }
    if !suffix && tokens.get(at..to).unwrap_or_default().iter().any(is_paper) {
        return None;
    }
    let words = tokens
        .get(at..to)
        .unwrap_or_default()
        .iter()
        .filter(|token| matches!(token.kind, Kind::Word))
        .count();
    let lone_role = words == 1 && role(&first.low).is_some();
    (words > 0 && words <= 12 && !lone_role)
        .then_some(Name { from: at, to, suffix })
        .filter(|name| name.to > name.from)
}

/// ("SOW"), (the "Association"): a word that stands for a name already given.
fn is_quoted_alias(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let opened = tokens
        .get(at.saturating_sub(3)..at)
        .unwrap_or_default()
        .iter()
        .any(|token| token.is_mark('('));
    before.is_some_and(is_quote) && opened
}

/// "Seller Fee Agreement Between Lanternway Marketplaces Ltd": the title of the paper ends before the parties.
fn is_between(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|token| token.is_any("between|among"))
}

/// "551 FX IB Associates": a number may open a name when a suffix closes it.
fn begins_with_number(tokens: &[Token], at: usize) -> bool {
    let number = tokens
        .get(at)
        .is_some_and(|token| token.number().is_some() && token.text.chars().all(|c| c.is_ascii_digit()));
    let rest = tokens.get(at.saturating_add(1)..).unwrap_or_default();
    let run = rest
        .iter()
        .take(7)
        .take_while(|token| token.is_capital() || token.is_mark(','));
    number && run.into_iter().any(is_suffix)
}

/// "First Prairie Bank".
fn begins_with_ordinal(tokens: &[Token], at: usize) -> bool {
    let ordinal = tokens
        .get(at)
        .is_some_and(|token| matches!(token.kind, Kind::Ordinal(_)) && token.is_capital());
    let next = tokens.get(at.saturating_add(1));
    let paper = next.is_some_and(|next| is_paper(next) || next.is_any("year|term|day|party|quarter|month"));
    ordinal && !paper && next.is_some_and(|next| next.is_capital() && matches!(next.kind, Kind::Word))
}

/// In the middle of a run of capital words, no new name begins.
fn continues_name(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    before.is_some_and(|before| {
        matches!(before.kind, Kind::Word)
            && before.is_capital()
            && !is_common(before)
            && !before.text.ends_with(':')
            && role(&before.low).is_none()
    })
}

fn belongs(tokens: &[Token], at: usize) -> bool {
    let Some(token) = tokens.get(at) else { return false };
    let next = tokens.get(at.saturating_add(1));
    match token.kind {
        Kind::Word if token.is_any("of|&|de|the|for|van|von|und") => {
            next.is_some_and(|next| next.is_capital() && matches!(next.kind, Kind::Word))
        }
        Kind::Word => {
            token.is_capital() || is_suffix(token) || token.low.contains(".com") || token.low.contains(".net")
        }
        Kind::Number(_) => {
            token.text.chars().all(|c| c.is_ascii_digit()) && next.is_some_and(Token::is_capital)
        }
        Kind::Mark('&' | '/' | '-' | '\'') => next.is_some_and(Token::is_capital),
        Kind::Mark(',') => next.is_some_and(is_suffix),
        Kind::Ordinal(_) => token.is_capital(),
        _ => false,
    }
}

/// Words of papers, never of parties: "SERVICE AGREEMENT FOR …", "TO DISTRIBUTOR AGREEMENT".
fn is_paper(token: &Token) -> bool {
    token.is_any(
        "agreement|agreements|amendment|contract|exhibit|schedule|addendum|appendix|witness|\
        whereof|recitals|statement|section|purpose|fitness|merchantability|warranty|warranties|liability|damages",
    )
}

fn is_joint(token: &Token) -> bool {
    matches!(token.kind, Kind::Mark(_)) || token.is_any("of|the|for")
}

fn is_suffix(token: &Token) -> bool {
    // Most words are small and no suffix: the long list is for those that could be one.
    (token.is_capital() || token.is_any("a/s|plc|llc|ltd|gmbh|llp")) && listed(SUFFIXES, &token.low)
}

/// Capital words of contracts that are no part of a company's name.
fn is_common(token: &Token) -> bool {
    const COMMON: &str = "this|the|agreement|order|form|section|article|exhibit|schedule|appendix|between|and|\
        by|whereas|now|therefore|in|on|under|each|any|all|if|for|term|effective|date|master|\
        services|initial|party|parties|annex|statement|work|amendment|no|name|title|signed|\
        its|quote|invoice|fees|fee|payment|such|customer|provider|a|an|no.|we|you|it|made|\
        january|either|over|upon|from|with|to|at|as|when|where|during|except|save|after|before|since|\
        until|through|of|between|for|monday|tuesday|wednesday|thursday|friday|saturday|sunday|february|march|april|june|\
    july|august|september|october|november|december";
    token.is_any(COMMON)
}

/// The whole value of a label: a name, or everything up to an address or bracket.
pub(super) fn whole_value(tokens: &[Token], at: usize) -> Option<usize> {
    if let Some(found) = name(tokens, at).filter(|name| name.suffix) {
        // "Tern & Co. Logistics": the value of a label is the whole name, also past a suffix.
        let rest = tokens.get(found.to..).unwrap_or_default();
        let more = rest
            .iter()
            .take_while(|token| token.is_capital() && matches!(token.kind, Kind::Word))
            .count();
        let whole = if more == rest.len() && more <= 3 { more } else { 0 };
        return Some(found.to.saturating_sub(at).saturating_add(whole));
    }
    let rest = tokens.get(at..)?;
    let stop = rest.iter().position(|token| {
        token.is_mark('(')
            || token.is_mark(';')
            || token.is_mark('|')
            || token.is_mark(',')
            || token.is_mark(':')
            || matches!(token.kind, Kind::Money(_) | Kind::Date(_))
    });
    let length = stop.unwrap_or(rest.len());
    // "Olive & Pike LLC. Processor: …": another label begins before the colon.
    let colon = stop.is_some_and(|stop| rest.get(stop).is_some_and(|token| token.is_mark(':')));
    let length = if colon {
        rest.get(..length)?.iter().rposition(|token| token.is_mark('.'))?
    } else {
        length
    };
    let words = rest.get(..length)?;
    let named = words
        .first()
        .is_some_and(|token| token.is_capital() || token.text.contains('.'));
    let sentence = words
        .iter()
        .any(|token| token.is_any("shall|will|is|are|may|agrees"));
    (named && !sentence && (1..=9).contains(&length)).then_some(length)
}

/// Positions at which "between A and B" introduces a party.
pub(super) fn after_between(tokens: &[Token]) -> Vec<usize> {
    let between = tokens
        .iter()
        .position(|token| token.is("between") || token.is("among"));
    let Some(between) = between.or_else(|| made_by(tokens)) else {
        return Vec::new();
    };
    let mut out = vec![past_article(tokens, between.saturating_add(1))];
    let mut depth = 0i32;
    for (at, token) in tokens.iter().enumerate().skip(between.saturating_add(1)) {
        match token.kind {
            Kind::Mark('(') => depth = depth.saturating_add(1),
            Kind::Mark(')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let next = past_article(tokens, at.saturating_add(1));
        let capital = tokens.get(next).is_some_and(Token::is_capital) || begins_with_number(tokens, next);
        if token.is("and") && depth == 0 && capital && out.len() < 3 {
            out.push(next);
        }
    }
    out
}

/// "is entered into on December 15, 2025 by Nimbuscrest Cloud, Inc. and Arkwright Genomics, Inc.": where "by" stands.
fn made_by(tokens: &[Token]) -> Option<usize> {
    let made = crate::reading::phrases::find_any(
        tokens,
        "entered into|is made|made and entered|is concluded|is executed",
    )?
    .0;
    let by = (made..tokens.len().min(made.saturating_add(24))).find(|at| {
        tokens.get(*at).is_some_and(|token| token.is("by"))
            && tokens.get(at.saturating_add(1)).is_some_and(Token::is_capital)
    })?;
    let and = tokens.get(by..)?.iter().any(|token| token.is("and"));
    and.then_some(by)
}

fn past_article(tokens: &[Token], at: usize) -> usize {
    let bracket = tokens.get(at).is_some_and(|token| token.is_mark('('));
    let role_in_bracket = bracket
        && tokens
            .get(at.saturating_add(2))
            .is_some_and(|token| token.is_mark(')'));
    if role_in_bracket { at.saturating_add(3) } else { at }
}

/// The alias in brackets or after "hereinafter" behind a name, and one past it: (the "Supplier"), (Provider), ("Client").
pub(super) fn alias_after(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    if let Some(found) = apposed_role(tokens, at) {
        return Some(found);
    }
    let limit = at.saturating_add(45).min(tokens.len());
    let mut cursor = at;
    while cursor < limit {
        let token = tokens.get(cursor)?;
        let next = tokens.get(cursor.saturating_add(1));
        if token.is("and") && next.is_some_and(|next| next.is_capital() || next.is_any("us|we|you")) {
            return None;
        }
        // "(this "Agreement")" names the paper: what stands before it is no party.
        if token.is_mark('(') && next.is_some_and(|next| next.is("this")) {
            return None;
        }
        if token.is("between") {
            return None;
        }
        let near = cursor <= at.saturating_add(12);
        if let Some(found) =
            apposed_role(tokens, cursor).filter(|_| near && next.is_some_and(|next| next.is("the")))
        {
            return Some(found);
        }
        let opens = token.is_mark('(') || token.is("hereinafter") || token.is("hereafter");
        if let Some(found) = alias_inside(tokens, cursor.saturating_add(1)).filter(|_| opens) {
            return Some(found);
        }
        cursor = cursor.saturating_add(1);
    }
    None
}

/// "Halvorsen Mechanical, Inc., Contractor, and …": the role between commas.
fn apposed_role(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    // ", the Contractor,": with or without its article.
    let the = usize::from(tokens.get(at.saturating_add(1))?.is("the"));
    let open = at;
    let at = at.saturating_add(the);
    let word = tokens
        .get(at.saturating_add(1))
        .filter(|word| word.is_capital())?;
    let comma = |place: usize| tokens.get(place).is_some_and(|token| token.is_mark(','));
    let apart = comma(open)
        && (comma(at.saturating_add(2))
            || tokens
                .get(at.saturating_add(2))
                .is_some_and(|token| token.is("and")));
    // "Dear Ms Calloway, We, …" begins a letter.
    let pronoun = word.is_any("we|us|you");
    role(&word.low).filter(|_| apart && !pronoun)?;
    Some((word.text.clone(), at.saturating_add(2)))
}

fn alias_inside(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    let mut cursor = at;
    let mut alias = Vec::new();
    // ("Wayfare", "we"): a second alias that is a role says more than the first.
    if let Some(found) = pronoun_inside(tokens, at) {
        return Some(found);
    }
    while let Some(token) = tokens.get(cursor).filter(|_| cursor < at.saturating_add(14)) {
        match token.kind {
            Kind::Mark(')') => break,
            Kind::Word if token.is_any(FILLERS) => {}
            Kind::Word if is_suffix(token) && !is_lone_alias(tokens, cursor) => return None,
            Kind::Word if token.is("or") || token.is("and") => break,
            Kind::Word => alias.push(token.text.clone()),
            Kind::Mark('"' | '\'' | ',') => {}
            _ => return None,
        }
        cursor = cursor.saturating_add(1);
    }
    let word = alias.join(" ");
    let plausible = (1..=3).contains(&alias.len()) && word.chars().next().is_some_and(char::is_uppercase);
    plausible.then(|| (word, cursor.saturating_add(1)))
}

/// ("Company"): alone between the quotation marks, a company's form stands for the party.
fn is_lone_alias(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let next = tokens.get(at.saturating_add(1));
    tokens
        .get(at)
        .is_some_and(|token| token.is_any("company|corporation|trust|limited"))
        && before.is_some_and(is_quote)
        && next.is_some_and(|next| is_quote(next) || next.is_mark(','))
}

/// "we" or "you" alone in quotes or after "that's", in a short bracket.
fn pronoun_inside(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    let rest = tokens.get(at..at.saturating_add(10).min(tokens.len()))?;
    let length = rest.iter().position(|token| token.is_mark(')'))?;
    let inside = rest.get(..length)?;
    let (last, before) = inside
        .iter()
        .rev()
        .find(|token| !is_quote(token))
        .and_then(|last| {
            let at = inside.iter().rposition(|token| std::ptr::eq(token, last))?;
            Some((last, inside.get(..at)?))
        })?;
    let apart = before.is_empty()
        || before.last().is_some_and(is_quote)
        || before
            .iter()
            .any(|token| token.is_any("that's|that’s|that|is|or"));
    (last.is_any("we|us|you") && apart)
        .then(|| (last.text.clone(), at.saturating_add(length).saturating_add(1)))
}

fn is_quote(token: &Token) -> bool {
    matches!(token.kind, Kind::Mark('"' | '\''))
}

/// Is the name followed at once by a word in quotes and brackets that stands for it?
pub(super) fn is_defined(tokens: &[Token], at: usize) -> bool {
    let bracket = tokens.get(at).is_some_and(|token| token.is_mark('('));
    let next = at.saturating_add(1);
    let article = tokens.get(next).is_some_and(|token| token.is("the"));
    let quote = tokens.get(next.saturating_add(usize::from(article)));
    bracket && quote.is_some_and(is_quote)
}

/// The same, where the word is a name or a role: (the "Association").
pub(super) fn is_defined_party(tokens: &[Token], at: usize) -> bool {
    is_defined(tokens, at)
        && alias_after(tokens, at).is_some_and(|(alias, _)| {
            let low = alias.to_lowercase();
            is_party_word(&low)
        })
}

/// "Ostrander Dairy Cooperative ("Ostrander")": the word that stands for the name is a part of it.
pub(super) fn is_shortened(tokens: &[Token], from: usize, to: usize) -> bool {
    let name = tokens.get(from..to).unwrap_or_default();
    is_defined(tokens, to)
        && alias_after(tokens, to).is_some_and(|(alias, _)| {
            let short = alias.to_lowercase();
            name.len() > 1 && name.iter().any(|token| token.is_capital() && token.low == short)
        })
}

/// Roles, and what organisations call themselves in their contracts.
fn is_party_word(low: &str) -> bool {
    role(low).is_some()
        || [
            "association",
            "company",
            "union",
            "bank",
            "foundation",
            "university",
            "society",
            "council",
            "school",
            "city",
            "hospital",
            "institute",
            "trust",
        ]
        .contains(&low)
}

const FILLERS: &str = "the|hereinafter|hereafter|referred|to|as|be|called|a|collectively|individually|\
    herein|sometimes";

/// "you (Loomcraft Studios Ltd)", "We, Larkspur Delivery, LLC,": a pronoun before a name says the side.
pub(super) fn pronoun_before(tokens: &[Token], at: usize) -> Option<Side> {
    let mark = at.checked_sub(1).and_then(|before| tokens.get(before))?;
    let word = at.checked_sub(2).and_then(|before| tokens.get(before))?;
    let pronoun = word.is_any("you|us|we");
    let bracketed = mark.is_mark('(') && pronoun;
    let apposed = mark.is_mark(',') && says(tokens, at.saturating_sub(2), "we");
    // "(Client) Pelican Delivers Inc.": the role in brackets stands before the name.
    let open = at.checked_sub(3).and_then(|open| tokens.get(open));
    let role_first = mark.is_mark(')') && open.is_some_and(|open| open.is_mark('('));
    (bracketed || apposed || role_first)
        .then(|| role(&word.low))
        .flatten()
}
