//! What a sentence's neighbours add: the name of the thing, its allowance, the event or date it waits for.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Reader;
use crate::normal::date::Day;
use crate::normal::unit::singular;
use crate::reading::items::found;
use crate::reading::phrases::{Range, bounds, noun, says_any};
use crate::reading::roles;
use crate::reading::statements::Statement;
use crate::reading::tokens::{Kind as TokenKind, Token};
use crate::terms::Found;

impl<'s> Reader<'s> {
    /// The sentences before this one in the same paragraph, nearest first.
    pub(super) fn before(&self) -> impl Iterator<Item = &'s Statement> + use<'s> {
        let own = self.statement();
        self.statements
            .get(..self.index)
            .unwrap_or_default()
            .iter()
            .rev()
            .take_while(move |other| other.paragraph == own.paragraph && other.scope.abs_diff(own.scope) < 12)
    }

    /// The sentence that follows in the paragraph.
    pub(super) fn next_of_paragraph(&self) -> Option<&'s [Token]> {
        let next = self.statements.get(self.index.saturating_add(1))?;
        (next.paragraph == self.statement().paragraph).then(|| next.tokens())
    }

    /// What the charge is for: the words before the amount in its clause, else the heading; where the label is only
    /// "Price", the thing that a label above it names.
    pub(super) fn description(&self, at: usize) -> String {
        let statement = self.statement();
        if let Some(thing) = self.labelled_thing() {
            return thing;
        }
        let (from, _) = roles::clause(statement.tokens(), at);
        let from = from.max(at.saturating_sub(14));
        let words = statement.stretch.printed(from, at);
        let heading = statement
            .under
            .title
            .as_ref()
            .map(|title| title.printed(0, title.tokens.len()))
            .unwrap_or_default();
        let own = words.trim_matches(|c: char| !c.is_alphanumeric() && c != ')' && c != '(');
        let own = if own.split(' ').any(|word| word.len() > 3) {
            own.to_owned()
        } else {
            self.led_by(own)
        };
        match (heading.is_empty(), own.is_empty()) {
            (true, _) => own,
            (false, true) => heading,
            (false, false) => format!("{heading}: {own}"),
        }
    }

    /// "(b)" and "and" name nothing: the words that lead the list do.
    fn led_by(&self, own: &str) -> String {
        let tokens = self.tokens();
        let first = tokens.iter().position(super::is_amount).unwrap_or_default();
        let lead = self.statement().stretch.printed(first.saturating_sub(8), first);
        let lead = lead.trim_matches(|c: char| !c.is_alphanumeric());
        format!("{lead} {own}").trim().to_owned()
    }

    /// "Product: People Hub" above "Price: $50 per seat".
    fn labelled_thing(&self) -> Option<String> {
        let own = self.statement();
        let label = own.tokens().get(..own.label)?;
        let word = |token: &Token| !token.is_mark(':');
        let priced = label
            .iter()
            .filter(|token| word(token))
            .all(|token| token.is_any("price|unit|rate|fee|list"));
        if label.is_empty() || !priced {
            return None;
        }
        let above = self.statements.get(..self.index)?.iter().rev();
        let mut near = above.take_while(|other| other.under.heading == own.under.heading);
        near.find(|other| {
            let label = other.tokens().get(..other.label).unwrap_or_default();
            label.first().is_some_and(|token| {
                token.is_any("product|service|plan|item|package|subscription|module|software")
            }) && label.len() <= 3
                && !other.value().is_empty()
        })
        .map(|other| other.stretch.printed(other.label, other.tokens().len()))
    }

    /// The clause of a token.
    pub(super) fn clause(&self, at: usize) -> &'s [Token] {
        let (from, to) = roles::clause(self.tokens(), at);
        self.tokens().get(from..to).unwrap_or_default()
    }

    /// Units that cost nothing: "including 10,000 transactions", "includes up to 10 G", here or just before.
    pub(super) fn included(&self, unit: Option<&str>) -> Option<Found<Decimal>> {
        let own = allowance(self.statement(), unit).map(|found| self.allowed(self.statement(), found));
        own.or_else(|| {
            self.before()
                .find_map(|other| allowance(other, unit).map(|found| self.allowed(other, found)))
        })
    }

    fn allowed(&self, statement: &Statement, (at, count): (usize, Decimal)) -> Found<Decimal> {
        found(
            count,
            &statement.stretch,
            self.document,
            at.saturating_sub(1),
            at.saturating_add(2),
        )
    }

    /// "for each 1 G beyond 10": an allowance with the price itself.
    pub(super) fn above(&self, at: usize, length: usize, value: Decimal) -> Found<Decimal> {
        found(
            value,
            &self.statement().stretch,
            self.document,
            at,
            at.saturating_add(length),
        )
    }

    /// "For services in excess of forty hours in any month, … $225 per hour": the allowance before its price, where it stands
    /// and how many.
    pub(super) fn excess_before(&self, at: usize, unit: Option<&str>) -> Option<(usize, Decimal)> {
        let tokens = self.tokens();
        let each = tokens
            .get(at.saturating_add(1))
            .is_some_and(|token| token.is_any("each|apiece"));
        let (from, _) = roles::clause(tokens, at);
        (from..at).rev().find_map(|position| {
            let found = bounds(tokens, position)?;
            let Range::Over(value) = found.range else {
                return None;
            };
            let counted = tokens.get(position..position.saturating_add(found.length))?;
            let of_money = counted.iter().any(|token| token.money().is_some());
            let next = position.saturating_add(found.length);
            let named = match unit.filter(|unit| !unit.is_empty()) {
                Some(unit) => noun(tokens, next).is_some_and(|(name, _)| names_unit(&name, unit)),
                // "Calls in excess of ten per month are billed at $75 each".
                None => each && crate::reading::phrases::period(tokens, next).is_some(),
            };
            let near = at.saturating_sub(position) <= 24;
            (near && named && !of_money).then_some((position, value))
        })
    }

    /// How many are agreed: "Twenty (20) Team seats", "64 GPUs", "400 employees", before the price in its clause.
    pub(super) fn quantity(&self, at: usize, unit: Option<&str>) -> Option<(Found<Decimal>, String)> {
        let tokens = self.tokens();
        let (from, _) = roles::clause(tokens, at);
        let each = unit.is_none_or(str::is_empty);
        (from..at).rev().find_map(|position| {
            let count = tokens
                .get(position)?
                .number()
                .filter(|count| count.scale() == 0 && *count > Decimal::ZERO)
                .filter(|_| !is_bounded(tokens, position))?;
            let (name, length) = noun(tokens, position.saturating_add(1))?;
            let head = name.rsplit(' ').next().map(singular).unwrap_or_default();
            let same = unit.is_some_and(|unit| names_unit(&head, unit));
            let counted = each || same;
            let plural =
                tokens.get(position.saturating_add(length))?.low.ends_with('s') || count == Decimal::ONE;
            (counted && plural && crate::normal::duration::unit(&head).is_none()).then(|| {
                let end = position.saturating_add(length).saturating_add(1);
                (
                    found(count, &self.statement().stretch, self.document, position, end),
                    name,
                )
            })
        })
    }

    /// "Each additional transaction: $0.045": the unit before the price.
    pub(super) fn unit_before(&self, at: usize) -> Option<String> {
        let tokens = self.tokens();
        let (from, _) = roles::clause(tokens, at);
        let near = (from..at).rev().find_map(|position| {
            let opens = tokens.get(position)?.is_any("each|every|per|additional|further")
                || prices_one(tokens, position);
            let more = tokens
                .get(position.saturating_add(1))
                .is_some_and(|token| token.is("additional") || token.is("extra") || token.is("further"));
            let (unit, length) =
                noun(tokens, position.saturating_add(if more { 2 } else { 1 })).filter(|_| opens)?;
            let end = position
                .saturating_add(length)
                .saturating_add(if more { 2 } else { 1 });
            let gap = tokens.get(end..at)?;
            let linked = gap.len() <= 6
                && gap.iter().all(|token| {
                    token.is_mark(':')
                        || token.is_mark(',')
                        || token.is_any("is|at|cost|costs|of|a|price|rate|charge|charged|the|fee")
                        || token.is_any(
                            "may|be|will|shall|are|for|purchased|billed|available|provided|ordered|sold",
                        )
                });
            let is_span = crate::normal::duration::unit(&unit)
                .is_some_and(|span| crate::normal::duration::months(span).is_some())
                || unit == "week";
            (linked && !is_span).then_some(unit)
        });
        near.or_else(|| opened_by_each(tokens, from, at))
            .or_else(|| by_the_hour(tokens, from, at))
    }

    /// "purchases 50,000 print credits for EUR 2,500", "buys API credits for $50,000": the amount buys credits.
    pub(super) fn buys_credits(&self, at: usize) -> bool {
        let near = self.tokens().get(at.saturating_sub(16)..at).unwrap_or_default();
        // What is bought again when the balance falls is a rule of the first purchase.
        let again = says_any(
            self.tokens(),
            "falls below|drops below|goes below|falls under|automatically buys",
        );
        !again
            && says_any(
                near,
                "purchases|purchase|buys|buy|acquires|orders|prepays|prepaid",
            )
            && (says_any(near, "credits")
                || says_any(
                    near,
                    "usage balance|prepaid balance|credit balance|opening balance",
                ))
            || !again && self.prepays(at)
    }

    /// "Customer prepays $60,000 for usage credits": what is bought stands behind the amount.
    fn prepays(&self, at: usize) -> bool {
        let before = self.tokens().get(at.saturating_sub(4)..at).unwrap_or_default();
        let after = self
            .tokens()
            .get(at..at.saturating_add(8).min(self.tokens().len()))
            .unwrap_or_default();
        says_any(before, "prepays|prepay|pre-pays|will prepay|purchases|buys")
            && says_any(after, "credits|credit|usage|drawdown")
            && says_any(before, "prepays|prepay|pre-pays|will prepay")
    }

    /// The day something is due: "on or before February 1, 2010", "by April 15, 2000".
    pub(super) fn due_day(&self, at: usize) -> Option<Found<Date>> {
        let tokens = self.tokens();
        let (from, to) = self.between_amounts(at);
        // Behind the amount first; before it only where no other amount could mean that day.
        let (clause, _) = roles::clause(tokens, at);
        let own = from == clause || leads_up(tokens.get(from..at).unwrap_or_default());
        let before = if own { from..at } else { at..at };
        (at..to).chain(before).find_map(|position| {
            let TokenKind::Date(Day::Is(day)) = tokens.get(position)?.kind else {
                return None;
            };
            let led = tokens
                .get(position.saturating_sub(3)..position)
                .unwrap_or_default();
            let due = says_any(
                led,
                "on or before|by|due on|payable on|paid on|no later than|before|later than|due",
            ) || led.last().is_some_and(|token| token.is("on"));
            let bounds = led.iter().any(|token| {
                token.is_any("beginning|commencing|starting|begins|effective|until|ending|through|dated|from")
            });
            // "and is waived if Customer signs before March 31": a condition, and no day of payment.
            let supposed = says_any(
                self.tokens()
                    .get(position.saturating_sub(8)..position)
                    .unwrap_or_default(),
                "if|unless|waived",
            );
            let due = due && !bounds && !supposed;
            due.then(|| {
                found(
                    day,
                    &self.statement().stretch,
                    self.document,
                    position,
                    position.saturating_add(1),
                )
            })
        })
    }

    /// The tokens that can speak of this amount alone: from the one before it to the next, within the clause.
    pub(super) fn between_amounts(&self, at: usize) -> (usize, usize) {
        let tokens = self.tokens();
        let (from, to) = roles::clause(tokens, at);
        let is_amount = |position: &usize| tokens.get(*position).is_some_and(super::is_amount);
        let before = (from..at).rev().find(is_amount);
        let next = (at.saturating_add(1)..to).find(is_amount);
        (
            before.map_or(from, |before| before.saturating_add(1)),
            next.unwrap_or(to),
        )
    }

    /// Is the sentence about something that only may happen?
    pub(super) fn is_contingent(&self, at: usize) -> bool {
        let tokens = self.tokens();
        let (from, _) = roles::clause(tokens, at);
        let before = tokens.get(from..at).unwrap_or_default();
        says_any(
            before,
            "if|in the event|should|right to purchase|option to|may purchase|at its option|\
            upon request|if elected|may elect|may request|optional|may order|elects to|in case|\
            right to buy|transfer fee|renewal fee|reinstatement fee",
        )
    }
}

/// "on or before February 1, 2010 in the amount of": the day stands right before the words that lead up to the amount.
fn leads_up(words: &[Token]) -> bool {
    const LEAD: &str = "in|the|an|a|amount|sum|payment|installment|instalment|of|equal|to";
    let date = words
        .iter()
        .rposition(|token| matches!(token.kind, TokenKind::Date(_)));
    let lead = date
        .and_then(|date| words.get(date.saturating_add(1)..))
        .unwrap_or_default();
    !lead.is_empty() && lead.iter().all(|token| token.is_any(LEAD))
}

/// "For each warranty contract renewed by telephone, Evergreen will pay TeleStar a sales incentive of $6.25": the unit that
/// opens the clause.
fn opened_by_each(tokens: &[Token], from: usize, at: usize) -> Option<String> {
    let opens = tokens.get(from)?.is_any("for|on|upon")
        && tokens.get(from.saturating_add(1))?.is_any("each|every|any");
    let lead = tokens.get(from..at)?;
    let first = !lead.iter().any(super::is_amount);
    let comma = lead.iter().any(|token| token.is_mark(','));
    let (unit, _) = noun(tokens, from.saturating_add(2)).filter(|_| opens && first && comma)?;
    let head = unit.rsplit(' ').next().unwrap_or_default();
    let span = crate::normal::duration::unit(head).is_some();
    (!span).then_some(unit)
}

/// "by the hour, at the rate of $165 for a project manager", "an hourly rate of $90": work that is measured.
fn by_the_hour(tokens: &[Token], from: usize, at: usize) -> Option<String> {
    let lead = tokens.get(from.max(at.saturating_sub(24))..at)?;
    let says = |phrases: &str| says_any(lead, phrases);
    if says("by the hour|hourly rate|hourly rates|hourly fee|hourly charge") {
        return Some(String::from("hour"));
    }
    says("by the day|daily rate|daily rates|daily fee|per diem rate|per diem fee")
        .then(|| String::from("day"))
}

/// Do both names share a word? "active account" and "accounts".
fn names_unit(name: &str, unit: &str) -> bool {
    let parts = || unit.split([' ', '-']).map(singular);
    name.split([' ', '-'])
        .map(singular)
        .any(|word| parts().any(|part| part.eq_ignore_ascii_case(&word)))
}

/// "up to 20 gigabytes", "in excess of forty hours", "first 100 units": a bound, and no number of things agreed.
fn is_bounded(tokens: &[Token], at: usize) -> bool {
    let led = tokens.get(at.saturating_sub(3)..at).unwrap_or_default();
    says_any(
        led,
        "in excess of|excess of|over|above|beyond|exceeding|exceeds|exceed|more than|greater than|up to|first|within|after|\
        less than|fewer than|at least",
    )
}

/// "the price of an operator seat", "a fee for one inspection".
fn prices_one(tokens: &[Token], at: usize) -> bool {
    let back = |count: usize| at.checked_sub(count).and_then(|at| tokens.get(at));
    let one = tokens.get(at).is_some_and(|token| token.is_any("a|an|one"));
    one && back(1).is_some_and(|token| token.is_any("of|for"))
        && back(2).is_some_and(|token| token.is_any("price|fee|charge|rate|cost"))
}

/// "including 10,000 transactions", "includes up to 10 G of bandwidth", "first 260 hours are free": position and count.
fn allowance(statement: &Statement, unit: Option<&str>) -> Option<(usize, Decimal)> {
    let tokens = statement.tokens();
    let cue = tokens
        .iter()
        .position(|token| token.is_any("including|includes|included|include|covers|free"))?;
    let window = cue.saturating_sub(6)..cue.saturating_add(7).min(tokens.len());
    window.into_iter().find_map(|at| {
        let count = tokens.get(at)?.number()?;
        let (name, _) = noun(tokens, at.saturating_add(1))?;
        let head = name.split(' ').next().map(singular).unwrap_or_default();
        let fits = unit.is_none_or(|unit| {
            unit.split([' ', '-']).any(|part| {
                name.split(' ')
                    .any(|word| singular(word).eq_ignore_ascii_case(&singular(part)))
            })
        });
        (fits && crate::normal::duration::unit(&head).is_none()).then_some((at, count))
    })
}
