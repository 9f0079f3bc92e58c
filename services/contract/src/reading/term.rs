//! When the contract was made, when it begins and ends, how long it runs.

mod about;
mod cues;
mod signed;

#[cfg(test)]
mod tests;

use jiff::civil::Date;

use super::phrases::{Duration, find_duration, says_any};
use super::statements::{Key, Statement};
use super::tokens::{Kind, Token};
use crate::flag::{Code, Flag};
use crate::normal::date::{self, Day};
use crate::normal::duration;
use crate::page::Document;
use crate::terms::{Found, TermOfContract};

/// Days and lengths of the contract.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dates {
    /// "Dated as of".
    pub(crate) agreed: Found<Date>,
    /// In force from.
    pub(crate) effective: Found<Date>,
    /// Last signature.
    pub(crate) signed: Found<Date>,
    /// First day, last day, months.
    pub(crate) term: TermOfContract,
    /// What is not clear about them.
    pub(crate) flags: Vec<Flag>,
}

/// Reads them. Earlier and more explicit statements win over later and vaguer ones.
pub(crate) fn read(document: &Document, statements: &[Statement]) -> Dates {
    let mut reader = Reader {
        document,
        dates: Dates::default(),
        open_start: None,
        sure: (0, 0),
    };
    for statement in statements
        .iter()
        .filter(|statement| !cues::is_of_another_thing(statement))
    {
        reader.range(statement);
        reader.labelled(statement);
        reader.prose(statement);
        reader.length(statement);
        reader.undated(statement);
    }
    for (at, statement) in statements.iter().enumerate() {
        let before = statements.get(at.saturating_sub(5)..=at).unwrap_or_default();
        if signed::is_signature(statement) || signed::is_beside_signature(before, statement) {
            reader.signed(statement);
        }
    }
    reader.settle();
    reader.dates
}

struct Reader<'d> {
    document: &'d Document,
    dates: Dates,
    /// The term begins with something that is no date: an acceptance, a launch.
    open_start: Option<Flag>,
    /// How sure the words are that gave the first and last day: 3 a label, 2 a span of the term, 1 a sentence.
    sure: (u8, u8),
}

impl Reader<'_> {
    /// "April 1, 2025 – March 31, 2026", where the sentence speaks of a term.
    fn range(&mut self, statement: &Statement) {
        let tokens = statement.tokens();
        for (at, first) in tokens.iter().enumerate() {
            let Some((second_at, length)) = cues::range_after(tokens, at) else {
                continue;
            };
            if !(statement.key == Some(Key::Term) || cues::speaks_of_term(tokens, at))
                || first.kind == Kind::Word
            {
                continue;
            }
            let evidence = statement.evidence_of(self.document, at, second_at.saturating_add(length));
            let found = |token: Option<&Token>, document: &Document| {
                token
                    .and_then(|token| dated(statement, token, document))
                    .map(|mut found| {
                        found.evidence.clone_from(&evidence);
                        found
                    })
            };
            let start = found(tokens.get(at), self.document);
            let end = found(tokens.get(second_at), self.document);
            if let (Some(start), Some(end)) = (start, end) {
                // A row of a table of years tells of a year, not of the whole term.
                let sure = match (statement.key, statement.is_labelled()) {
                    (Some(Key::Term), _) => 3,
                    (None, true) => 1,
                    _ => 2,
                };
                self.start(start, sure);
                self.end(end, sure);
            }
        }
    }

    fn start(&mut self, found: Found<Date>, sure: u8) {
        if sure > self.sure.0 || self.dates.term.start.value.is_none() {
            self.dates.term.start = found;
            self.sure.0 = sure;
        }
    }

    fn end(&mut self, found: Found<Date>, sure: u8) {
        if sure > self.sure.1 || self.dates.term.end.value.is_none() {
            self.dates.term.end = found;
            self.sure.1 = sure;
        }
    }

    /// Fields of forms.
    fn labelled(&mut self, statement: &Statement) {
        let Some(key) = statement.key else { return };
        let token = statement
            .value()
            .iter()
            .find(|token| matches!(token.kind, Kind::Date(_)));
        let Some(found) = token.and_then(|token| dated(statement, token, self.document)) else {
            return self.open_field(statement, key);
        };
        let leads = statement
            .value()
            .first()
            .is_some_and(|token| matches!(token.kind, Kind::Date(_)));
        match key {
            Key::Start if leads => self.start(found, 3),
            Key::End if leads => self.end(found, 3),
            Key::Effective => set(&mut self.dates.effective, found),
            Key::Agreed => set(&mut self.dates.agreed, found),
            Key::Signed => set(&mut self.dates.signed, found),
            _ => {}
        }
    }

    /// "Start Date: TBD", "upon go-live".
    fn open_field(&mut self, statement: &Statement, key: Key) {
        let value = statement.value();
        let left_open = value.iter().any(|token| {
            matches!(token.kind, Kind::Withheld { .. }) || token.is_any("tbd|tba|t.b.d.|determined|agreed")
        });
        let on_event = value.iter().any(|token| {
            token.is_any("go-live|launch|activation|delivery|acceptance|kickoff|kick-off|provisioning")
        });
        if key == Key::Start && (left_open || on_event) {
            self.open_start = Some(open_start(statement, self.document));
        }
    }

    /// Sentences: "takes effect on", "made as of", "ends on", "through and including".
    fn prose(&mut self, statement: &Statement) {
        let tokens = statement.tokens();
        for (at, token) in tokens.iter().enumerate() {
            let Kind::Date(_) = token.kind else { continue };
            let Some(role) = cues::role_of_date(statement, at) else {
                continue;
            };
            let Some(mut found) = dated(statement, token, self.document) else {
                continue;
            };
            found.evidence =
                statement.evidence_of(self.document, cues::cue_start(tokens, at), at.saturating_add(1));
            match role {
                cues::DateRole::Effective => set(&mut self.dates.effective, found),
                cues::DateRole::Agreed => set(&mut self.dates.agreed, found),
                cues::DateRole::Made => {
                    set(&mut self.dates.agreed, found.clone());
                    set_weak(&mut self.dates.effective, found);
                }
                cues::DateRole::Start => self.start(found, 1),
                cues::DateRole::End => self.end(found, 1),
            }
        }
    }

    /// "The term is 36 months", "shall continue for three years".
    fn length(&mut self, statement: &Statement) {
        let tokens = statement.tokens();
        self.anniversary(statement);
        let Some((from, to)) = cues::length_scope(statement) else {
            return;
        };
        let Some((at, found)) = find_duration(tokens.get(from..to).unwrap_or_default()) else {
            return;
        };
        let at = at.saturating_add(from);
        // "$34,500 per month for the remaining twelve months of the Term": how long a price holds.
        let priced = tokens
            .get(..at)
            .unwrap_or_default()
            .iter()
            .any(|token| token.money().is_some());
        if priced && !statement.is_labelled() {
            return;
        }
        let Duration {
            span,
            length,
            business,
        } = found;
        let Some(months) = duration::months(span).filter(|months| !business && *months < 1_200) else {
            return;
        };
        let end = at.saturating_add(length);
        let evidence = statement.evidence_of(self.document, from.min(at), end.max(from));
        if tokens.get(at).is_some_and(|token| token.disputed.is_some()) {
            self.dates
                .flags
                .push(disputed(statement, at, end, self.document).at("/term/months"));
        }
        let counted = tokens
            .get(end..end.saturating_add(3).min(tokens.len()))
            .unwrap_or_default();
        if self.dates.term.months.is_absent() && says_any(counted, "from and after|after the") {
            self.dates.flags.push(counted_after(statement, self.document));
        }
        if self.dates.term.months.is_absent() {
            self.dates.term.months = Found::supported(months, statement.stretch.printed(at, end), evidence);
            if cues::begins_with_event(tokens, at) && self.dates.term.start.is_absent() {
                self.open_start = Some(open_start(statement, self.document));
            }
        }
    }

    /// "remains in effect until the third anniversary of that date".
    fn anniversary(&mut self, statement: &Statement) {
        let Some((months, from, to)) =
            cues::anniversary(statement).filter(|_| self.dates.term.months.is_absent())
        else {
            return;
        };
        let evidence = statement.evidence_of(self.document, from, to);
        self.dates.term.months = Found::supported(months, statement.stretch.printed(from, to), evidence);
    }

    /// "The term shall commence with the first race of the season": a first day that is no date.
    fn undated(&mut self, statement: &Statement) {
        if cues::begins_undated(statement) && self.open_start.is_none() {
            self.open_start = Some(open_start(statement, self.document));
        }
    }

    /// Dates beside signatures; the latest one counts.
    fn signed(&mut self, statement: &Statement) {
        let tokens = statement.tokens();
        // In a block of names and dates, only what stands after the signature and near it.
        let mark = tokens
            .iter()
            .position(|token| token.is("s") || token.low.contains("/s/"));
        let from = mark.filter(|_| tokens.len() > 30).unwrap_or(0);
        let near = mark.map_or(tokens.len(), |mark| mark.saturating_add(30).min(tokens.len()));
        for token in tokens.get(from..near).unwrap_or_default() {
            let Some(found) = dated(statement, token, self.document) else {
                continue;
            };
            if found.value > self.dates.signed.value {
                self.dates.signed = found;
            }
        }
    }

    /// What follows from what was read: the start from the effective date, the end from the length, the length from both.
    fn settle(&mut self) {
        let dates = &mut self.dates;
        if let Some(flag) = self.open_start.take().filter(|_| dates.term.start.is_absent()) {
            dates.flags.push(flag);
        } else if let Some(start) = dates.effective.copied().filter(|_| dates.term.start.is_absent()) {
            let how = "the contract is in force from this day and names no other first day";
            dates.term.start = Found::derived(start, how, dates.effective.evidence.clone());
        }
        let vague = dates.effective.is_absent()
            || matches!(dates.effective.status, crate::terms::Status::Derived { .. });
        if let Some(start) = dates.term.start.copied().filter(|_| vague) {
            let how = "the first day of the term";
            dates.effective = Found::derived(start, how, dates.term.start.evidence.clone());
        }
        if dates.agreed.value.is_some() && dates.agreed.value == dates.effective.value {
            // One day for both is stated once.
            dates.agreed.status.clone_from(&dates.effective.status);
        }
        self.derive_end();
        self.derive_months();
    }

    fn derive_end(&mut self) {
        let term = &mut self.dates.term;
        let (Some(start), Some(months)) = (term.start.copied(), term.months.copied()) else {
            return;
        };
        if !term.end.is_absent() {
            return;
        }
        if let Some(end) = date::last_day(start, months) {
            let mut evidence = term.start.evidence.clone();
            evidence.extend(term.months.evidence.clone());
            term.end = Found::derived(end, format!("{months} months from {start}, less a day"), evidence);
        }
    }

    fn derive_months(&mut self) {
        let term = &mut self.dates.term;
        let (Some(start), Some(end)) = (term.start.copied(), term.end.copied()) else {
            return;
        };
        if !term.months.is_absent() {
            return;
        }
        if let Some(months) = date::whole_months(start, end) {
            let mut evidence = term.start.evidence.clone();
            evidence.extend(term.end.evidence.clone());
            term.months = Found::derived(months, format!("from {start} to {end}"), evidence);
        }
    }
}

/// The first explicit statement wins; an absent or derived value gives way.
fn set(field: &mut Found<Date>, found: Found<Date>) {
    if field.is_absent()
        || matches!(field.status, crate::terms::Status::Derived { .. })
        || field.value.is_none()
    {
        *field = found;
    }
}

/// A value that any explicit one replaces.
fn set_weak(field: &mut Found<Date>, found: Found<Date>) {
    if let (true, Some(value)) = (field.is_absent(), found.value) {
        let mut weak = Found::derived(value, "the day the contract was made", found.evidence);
        weak.printed = found.printed;
        *field = weak;
    }
}

/// The date of a token; an ambiguous one has no value.
fn dated(statement: &Statement, token: &Token, document: &Document) -> Option<Found<Date>> {
    let Kind::Date(day) = token.kind else { return None };
    let at = statement
        .tokens()
        .iter()
        .position(|other| std::ptr::eq(other, token))?;
    let evidence = statement.evidence_of(document, at, at.saturating_add(1));
    match day {
        Day::Is(date) => Some(Found::supported(date, token.text.clone(), evidence)),
        Day::Ambiguous { .. } => Some(Found::unsupported(token.text.clone(), evidence)),
    }
}

fn open_start(statement: &Statement, document: &Document) -> Flag {
    Flag::new(
        Code::StartTbd,
        "The first day is left open or hangs on an event.",
        "Enter the first day once it is known.",
    )
    .at("/term/start")
    .seen(statement.evidence(document))
}

/// "two years from and after the Effective Date": whether that day itself counts is a question of law.
fn counted_after(statement: &Statement, document: &Document) -> Flag {
    Flag::new(
        Code::ConflictDates,
        "The term is counted from and after a day: it may end on that day of its last year or the day before.",
        "Enter the last day of the term.",
    )
    .at("/term/end")
    .seen(statement.evidence(document))
}

fn disputed(statement: &Statement, from: usize, to: usize, document: &Document) -> Flag {
    Flag::new(
        Code::WordsDifferFromNumerals,
        format!(
            "\"{}\": words and numerals differ.",
            statement.stretch.printed(from, to)
        ),
        "Ask which of the two holds and enter it.",
    )
    .seen(statement.stretch.evidence(document, from, to))
}
