//! Words that say what a date or a length is for.

use super::about::{defines_term, is_about_else, is_about_term, is_headed_term, refers_elsewhere};
use crate::reading::phrases::{find, find_any, says, says_any};
use crate::reading::statements::{Key, Statement};
use crate::reading::tokens::{Kind, Token};

/// What a date in a sentence is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateRole {
    /// In force from.
    Effective,
    /// Dated.
    Agreed,
    /// Made as of: dated, and in force unless another day is named.
    Made,
    /// First day.
    Start,
    /// Last day.
    End,
}

/// Sentences whose dates and lengths belong to something else than the contract's term.
pub(super) fn is_of_another_thing(statement: &Statement) -> bool {
    const HEADINGS: &str = "confidential|warrant|insurance|indemn|notice|surviv|audit|illustration|example|\
        background|recital|limitation|non-compet|governing law";
    let heading = HEADINGS
        .split('|')
        .any(|stem| statement.under.heading.contains(stem))
        && statement.under.heading.len() < 60;
    let words = says_any(
        statement.tokens(),
        "offer valid|quote valid|valid until|valid through|offer expires|\
        confidential information|statute of limitations",
    );
    (heading && !statement.under.heading.contains("term")) || words || statement.key == Some(Key::Other)
}

/// "DATE to DATE": the position and length of the second date after the one at `at`.
pub(super) fn range_after(tokens: &[Token], at: usize) -> Option<(usize, usize)> {
    let Kind::Date(_) = tokens.get(at)?.kind else {
        return None;
    };
    let gap = tokens.get(at.saturating_add(1)..)?;
    let second = gap
        .iter()
        .take(9)
        .position(|token| matches!(token.kind, Kind::Date(_)))?;
    let between = gap.get(..second)?;
    // The word that joins them stands right before the second date: "comes to life on" joins nothing.
    let last = between
        .iter()
        .rev()
        .find(|token| !token.is_any("and|including|the|on|including,|day|of"));
    let joins = last.is_some_and(|token| {
        token.is_mark('-') || token.is_any("to|through|until|till|ending|ends|extend|finish|expiring|thru")
    });
    let parts = between
        .iter()
        .any(|token| token.is_mark('.') || token.is_mark(';'));
    (joins && !parts).then(|| (at.saturating_add(1).saturating_add(second), 1))
}

/// Does the sentence speak of the contract's term before the date?
pub(super) fn speaks_of_term(tokens: &[Token], at: usize) -> bool {
    let priced = tokens
        .get(..at)
        .unwrap_or_default()
        .iter()
        .any(|token| token.percent().is_some() || token.money().is_some());
    let of_royalties = tokens
        .iter()
        .any(|token| token.is_any("royalty|royalties|installments|instalments"));
    if priced || of_royalties {
        return false;
    }
    const WORDS: &str = "term|period|runs|run|commence|commences|commencing|begin|begins|beginning|start|\
        starts|effective|subscription|duration|continue|force|engagement|season|agreement|\
        starting|contract|plan|services|valid|lasts|covers|cover|coverage";
    const AGAINST: &str = "discount|credit|promotional|warranty|pilot|free|fiscal|offer|quote|price|seats|\
        invoice";
    let before = tokens.get(..at).unwrap_or_default();
    before.iter().any(|token| token.is_any(WORDS)) && !before.iter().any(|token| token.is_any(AGAINST))
}

const START: &str = "shall commence on|commences on|commence on|commencing on|commencing|begins on|\
    begin on|beginning on|beginning|starts on|start on|starting on|starting|kicks in on|\
    date \" means|date means|begin not later than|shall be deemed to be|is deemed to be|commence with|commences with|\
    will begin on|beginning with|commencing with|comes to life on|runs from|run from|years from|year from|months from|commence as of|starts|begins|commences|\
    start date is|start date of|goes live on|commenced on|began on|started on|commenced as of";

const EFFECTIVE: &str = "effective|effective on|effective as of|effective from|takes effect on|\
    take effect on|takes effect from|with effect from|effective date is|\
    effective date of|effective date :|in force from|in force as of|with effect on|\
    is effective as of the|takes effect|with effect as of|becomes effective on|\
    shall be effective on|becomes effective as of|be effective as of|comes into force on|enters into force on|\
    takes effect as of|into effect on|goes into effect on|effective with|effective beginning|with effect on and from";

const MADE: &str = "made as of|entered into as of|entered into on|entered into|made on|made|\
    executed as of|entered into as of the|made as of the|made this|into this|\
    executed this|this the|made and entered into as of|made and entered into on|agreement as of|made effective|made effective as of|\
    made effective on|entered into effective|entered into effective as of|made and effective as of|made and entered into|\
    on this|as of this|made the|into on this|made on the|entered into the";

const AGREED: &str = "dated as of|dated|is dated as of|concluded on|dated the|dated this|dated on|\
    agreement of|signed on|is signed on|executed on|executed the";

const END: &str = "extended to|extended until|extended through|extended up to and including|ends on|end on|ending on|ending|expires on|expire on|expiring on|terminates on|\
    terminate on|continue through|continue until|through and including|\
    up to and including|finish on|finishes on|until|expires|ends|extend through|\
    continues through|continues until|effective through|effective until|\
    remain in effect until|in effect through|in force through|in force until|in effect until|effect through|\
    effect until|ends at|end at|terminates at|terminate at|force and effect until|force and effect through|expires at|run until|runs until|run through|runs through|\
    end at the close of|ends at the close of|conclude on|concludes on";

/// What the date at `at` is for, from the words right before it.
pub(super) fn role_of_date(statement: &Statement, at: usize) -> Option<DateRole> {
    let tokens = statement.tokens();
    let cue = |phrases: &str| longest_before(tokens, at, phrases);
    let candidates = [
        (cue(END), DateRole::End),
        (cue(START), DateRole::Start),
        (cue(EFFECTIVE), DateRole::Effective),
        (cue(MADE), DateRole::Made),
        (cue(AGREED), DateRole::Agreed),
    ];
    let (length, role) = candidates
        .into_iter()
        .filter_map(|(length, role)| length.map(|length| (length, role)))
        .max_by_key(|(length, _)| *length)?;
    let before = tokens.get(..at.saturating_sub(length)).unwrap_or_default();
    // A list of definitions speaks of one thing after the other.
    let own = before.iter().rposition(|token| token.is_mark(';'));
    let subject = before.get(own.unwrap_or_default()..).unwrap_or_default();
    let named = tokens.get(at.saturating_add(1)..at.saturating_add(6).min(tokens.len()));
    let role = match role {
        // "dated as of February 28, 2001 (the "Effective Date")".
        DateRole::Agreed if named.is_some_and(|named| says_any(named, "effective date")) => DateRole::Made,
        role => role,
    };
    fits(role, statement, subject, at).then_some(role)
}

/// Whose date is it? Terms begin and end; seats, discounts, instalments and other agreements have dates too.
fn fits(role: DateRole, statement: &Statement, subject: &[Token], at: usize) -> bool {
    let tokens = statement.tokens();
    let later = tokens.get(at.saturating_add(1)..).unwrap_or_default();
    match role {
        DateRole::Start | DateRole::End => {
            let paid = says_any(
                later.get(..later.len().min(14)).unwrap_or_default(),
                "will pay|shall pay|agrees to pay|pays",
            );
            let about = is_about_term(subject) || is_headed_term(statement) || defines_term(tokens);
            about && !is_about_else(subject) && !paid
        }
        DateRole::Effective => {
            !is_about_else(subject) || says_any(later.get(..6).unwrap_or(later), "effective date")
        }
        DateRole::Made | DateRole::Agreed => !refers_elsewhere(subject, role),
    }
}

fn longest_before(tokens: &[Token], at: usize, phrases: &str) -> Option<usize> {
    let at = without_hour(tokens, without_filler(tokens, at));
    let article = at
        .checked_sub(1)
        .filter(|before| tokens.get(*before).is_some_and(|token| token.is_any("the|this")));
    [Some(at), article]
        .into_iter()
        .flatten()
        .filter_map(|at| longest_at(tokens, at, phrases))
        .max()
}

fn longest_at(tokens: &[Token], at: usize, phrases: &str) -> Option<usize> {
    let ends_here = |phrase: &&str| {
        let length = phrase.split(' ').count();
        at.checked_sub(length)
            .is_some_and(|from| says(tokens, from, phrase))
    };
    phrases
        .split('|')
        .filter(ends_here)
        .map(|phrase| phrase.split(' ').count())
        .max()
}

/// "on the 1st day": the article and the comma before a date say nothing.
fn without_filler(tokens: &[Token], at: usize) -> usize {
    const WEEKDAYS: &str = "monday|tuesday|wednesday|thursday|friday|saturday|sunday";
    let lead = tokens.get(..at).unwrap_or_default();
    let marks = |token: &&Token| token.is_mark(',') || token.is_mark(':') || token.is_any(WEEKDAYS);
    let at = at.saturating_sub(lead.iter().rev().take_while(marks).count());
    // "as of the opening of business on Monday, April 3".
    let hour = [
        "the opening of business on",
        "the close of business on",
        "the beginning of business on",
    ];
    let ends_here = |phrase: &&&str| {
        let from = at.checked_sub(phrase.split(' ').count());
        from.is_some_and(|from| says(tokens, from, phrase))
    };
    let business = hour.iter().find(ends_here);
    at.saturating_sub(business.map_or(0, |phrase| phrase.split(' ').count()))
}

/// "expires at 11:59 p.m. Eastern Time on January 31": the hour says nothing about what the day is for.
fn without_hour(tokens: &[Token], at: usize) -> usize {
    const HOUR: &str = "on|of|am|pm|a.m.|p.m.|a.m|p.m|midnight|noon|eastern|central|pacific|mountain|standard|daylight|local|time|\
        est|cst|pst|et|ct|pt|utc|gmt|o'clock";
    let from = at.saturating_sub(10);
    let hour = |token: &Token| {
        token.is_any(HOUR) || token.is_mark(':') || token.is_mark(',') || token.number().is_some()
    };
    let run = tokens
        .get(from..at)
        .unwrap_or_default()
        .iter()
        .rev()
        .take_while(|token| hour(token))
        .count();
    let start = at.saturating_sub(run);
    let led = start
        .checked_sub(1)
        .and_then(|before| tokens.get(before))
        .is_some_and(|token| token.is_any("at|until"));
    let numbered = tokens
        .get(start..at)
        .unwrap_or_default()
        .iter()
        .any(|token| token.number().is_some() || token.is_any("midnight|noon"));
    if led && numbered { start } else { at }
}

/// "until the third anniversary of that date": how many months after its beginning the term ends, and where it says so.
pub(super) fn anniversary(statement: &Statement) -> Option<(u32, usize, usize)> {
    let tokens = statement.tokens();
    let at = tokens.iter().position(|token| token.is_any("anniversary"))?;
    let years = match tokens.get(at.checked_sub(1)?)?.kind {
        Kind::Ordinal(years) if years > 0 => years,
        _ => return None,
    };
    let from = at.saturating_sub(6);
    let lead = tokens.get(from..at.saturating_sub(1))?;
    let ends = says_any(
        lead,
        "until|through|to|expire on|expires on|end on|ends on|ending on|terminate on|terminates on|expire upon|expires upon",
    );
    let subject = tokens.get(..at)?;
    (ends && is_about_term(subject) && !is_about_else(subject)).then_some((
        years.checked_mul(12)?,
        from,
        at.saturating_add(1),
    ))
}

/// Where the words that say what the date is for begin: six tokens before it, within the sentence.
pub(super) fn cue_start(tokens: &[Token], at: usize) -> usize {
    let window = at.saturating_sub(6);
    let stop = tokens
        .get(window..at)
        .unwrap_or_default()
        .iter()
        .rposition(|token| token.is_mark('.') || token.is_mark(';'));
    stop.map_or(window, |stop| window.saturating_add(stop).saturating_add(1))
}

/// The part of a statement that says how long the contract runs, if it does.
pub(super) fn length_scope(statement: &Statement) -> Option<(usize, usize)> {
    let tokens = statement.tokens();
    if statement.key == Some(Key::Term) {
        return Some((statement.label, before_renewal(tokens, statement.label)));
    }
    let cue = term_cue(statement)?;
    // "Unless ended for breach, it shall remain in effect for two years": what stands before a plain cue is another matter.
    let plain = !says(tokens, cue, "for a period of") && !says(tokens, cue, "for a term");
    let words = if plain {
        tokens
            .get(cue..cue.saturating_add(16).min(tokens.len()))
            .unwrap_or_default()
    } else {
        tokens
    };
    // "during the term and for twelve months after it": what lasts longer than the term.
    let afterwards = says_any(
        words,
        "after it|after the term|after such term|after termination|after expiration|during the term and",
    );
    let against = afterwards
        || says_any(
            words,
            "non-compete|survive|survives|confidential|warranty|cure|breach|audit|late|\
        employment|terminate this",
        );
    (!against).then(|| (cue, before_renewal(tokens, cue)))
}

fn term_cue(statement: &Statement) -> Option<usize> {
    const CUES: &str = "initial term|the term|subscription term|term of this|term of the|a term of|\
        initial period|effective term|agreement runs|contract runs|runs from|run from|in force for a period|continue in force|\
        shall continue for|will continue for|continues for|\
        remain effective for|remain in effect for|remain in force for|in effect for|\
        for a period of|for an initial|run for|runs for|lasts for|for a term|term is|commitment of";
    let tokens = statement.tokens();
    let (cue, _) = find_any(tokens, CUES)?;
    let only_period = find(tokens, "for a period of") == Some(cue);
    let about = tokens.iter().take(cue.saturating_add(6)).any(|token| {
        token.is_any(
            "agreement|term|maintenance|subscription|services|contract|charges|order|arrangement|engagement",
        )
    });
    (!only_period || about || defines_term(tokens)).then_some(cue)
}

/// What is said about renewal is not the length of the term; nor is notice.
fn before_renewal(tokens: &[Token], from: usize) -> usize {
    let stop = tokens.iter().enumerate().skip(from).find(|(_, token)| {
        token.low.starts_with("renew")
            || token.low.starts_with("extend")
            || token.is_any("unless|notice|successive|prior|thereafter")
    });
    let limit = stop.map_or(tokens.len(), |(at, _)| at);
    // "continue for three years thereafter": the length stands before the word.
    limit.min(from.saturating_add(26)).max(from)
}

/// "commencing from the acceptance date": the first day hangs on something that has no date.
pub(super) fn begins_with_event(tokens: &[Token], at: usize) -> bool {
    let after = tokens.get(at..).unwrap_or_default();
    let cue = "commencing|beginning|starting|commence|begin|start|from";
    let Some(start) = after.iter().position(|token| token.is_any(cue)) else {
        let before = tokens.get(..at).unwrap_or_default();
        return before.iter().any(|token| token.is_any(cue)) && names_event(before) && !has_date(before);
    };
    let rest = after
        .get(start..start.saturating_add(14).min(after.len()))
        .unwrap_or_default();
    !has_date(rest) && names_event(rest)
}

/// The term is said to begin, and neither a date nor the day of the agreement is named.
pub(super) fn begins_undated(statement: &Statement) -> bool {
    let tokens = statement.tokens();
    let Some((at, _)) = find_any(
        tokens,
        "term of this agreement shall commence|term shall commence|term of this agreement will commence|term will commence|term commences|term begins",
    ) else {
        return false;
    };
    let rest = tokens.get(at..).unwrap_or_default();
    let known = says_any(
        rest,
        "effective date|date of this agreement|date hereof|date of execution|execution of this|date first|signing|date of signature|upon execution",
    );
    !known && !rest.iter().any(|token| matches!(token.kind, Kind::Date(_)))
}

fn names_event(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| {
        token.is_any(
            "acceptance|launch|go-live|closing|completion|delivery|installation|activation|\
            offering|shipment|approval|opening|expiration|commissioning",
        )
    })
}

fn has_date(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| matches!(token.kind, Kind::Date(_)))
        || says_any(tokens, "effective date|date of execution|date hereof")
}
