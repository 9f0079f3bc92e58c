//! What an amount of money or a percentage is, from the heading it stands under and the words around it. A liability cap,
//! an insurance minimum and a late-fee threshold all look like prices; the words tell them apart.

mod aside;
mod reduced;
mod sums;
mod words;

#[cfg(test)]
mod tests;

use super::parties::Parties;
use super::phrases::{has_stem, phrase_at, says_any};
use super::statements::{Key, Statement};
use super::tokens::{Kind, Token};
use crate::terms::Role;

/// The role of the token at `at` of a statement.
pub(crate) fn role(statement: &Statement, at: usize, parties: &Parties) -> Role {
    let tokens = statement.tokens();
    let percent = tokens.get(at).is_some_and(|token| token.percent().is_some());
    let place = Place {
        tokens,
        at,
        clause: clause(tokens, at),
        percent,
    };
    aside::superseded(&place)
        .or_else(|| sums::paid_in_parts(&place))
        .or_else(|| sums::paid_as_listed(&place))
        .or_else(|| sums::filled_up(&place))
        .or_else(|| sums::made_up(&place))
        .or_else(|| sums::is_behind_sum(&place))
        .or_else(|| sums::explains_sum(&place))
        .or_else(|| sums::grows(&place))
        .or_else(|| sums::grows_by(&place))
        .or_else(|| labelled(statement))
        .or_else(|| under_heading(&statement.under.heading, &place))
        .or_else(|| by_subject(&place))
        .or_else(|| aside::led_aside(&place))
        .or_else(|| aside::in_passing(&place))
        .or_else(|| by_payer(&place, parties))
        .or_else(|| compared(&place))
        .or_else(|| by_neighbours(&place))
        .unwrap_or_else(|| {
            if speaks_of_price(&place) {
                Role::Price
            } else {
                Role::Unexplained
            }
        })
}

struct Place<'t> {
    tokens: &'t [Token],
    at: usize,
    clause: (usize, usize),
    percent: bool,
}

impl<'t> Place<'t> {
    fn clause(&self) -> &'t [Token] {
        self.tokens.get(self.clause.0..self.clause.1).unwrap_or_default()
    }

    /// Up to so many tokens right before it, within the clause.
    fn before(&self, count: usize) -> &'t [Token] {
        let from = self.at.saturating_sub(count).max(self.clause.0);
        self.tokens.get(from..self.at).unwrap_or_default()
    }

    /// The words next to it, on both sides.
    fn near(&self) -> Vec<Token> {
        self.before(9).iter().chain(self.after(7)).cloned().collect()
    }

    /// Up to so many tokens right after it, within the clause.
    fn after(&self, count: usize) -> &'t [Token] {
        let from = self.at.saturating_add(1);
        let to = from.saturating_add(count).min(self.clause.1);
        self.tokens.get(from..to).unwrap_or_default()
    }
}

/// The clause around a token: between semicolons, sentence ends and "(i)".
pub(crate) fn clause(tokens: &[Token], at: usize) -> (usize, usize) {
    let from = tokens
        .get(..at)
        .unwrap_or_default()
        .iter()
        .rposition(ends_clause)
        .map_or(0, |end| end.saturating_add(1));
    let rest = tokens.get(at..).unwrap_or_default();
    let to = rest
        .iter()
        .position(ends_clause)
        .map_or(tokens.len(), |end| at.saturating_add(end));
    (from, to)
}

fn ends_clause(token: &Token) -> bool {
    matches!(
        token.kind,
        Kind::Mark(';' | '.' | '\u{A7}' | '\u{2022}' | '\u{B7}' | '\u{25AA}' | '\u{25CF}')
    )
}

fn labelled(statement: &Statement) -> Option<Role> {
    match statement.key? {
        Key::Late => Some(Role::LateFee),
        Key::Total => Some(Role::Total),
        Key::Tax => Some(Role::Tax),
        _ => None,
    }
}

fn under_heading(heading: &str, place: &Place<'_>) -> Option<Role> {
    if heading.len() > 90 {
        return None;
    }
    let role = words::HEADINGS
        .iter()
        .find(|(stem, _)| heading.contains(stem))
        .map(|(_, role)| *role)?;
    // A section on fees that also names its limits is still about fees.
    let mixed = heading.contains("fee")
        || heading.contains("payment")
        || heading.contains("price")
        || heading.contains("pricing");
    let holds = !mixed || speaks_like(role, place);
    holds.then_some(role)
}

fn speaks_like(role: Role, place: &Place<'_>) -> bool {
    is_like(role, place.clause())
}

/// Do the tokens use words of that subject?
fn is_like(role: Role, tokens: &[Token]) -> bool {
    words::SUBJECTS.iter().any(|(other, stems, phrases)| {
        *other == role && (has_stem(tokens, stems) || says_any(tokens, phrases))
    })
}

/// What the clause as a whole is about.
fn by_subject(place: &Place<'_>) -> Option<Role> {
    let clause = place.clause();
    words::SUBJECTS
        .iter()
        .filter(|(role, ..)| place.percent || !matches!(role, Role::Tax))
        .filter(|(_, stems, phrases)| has_stem(clause, stems) || says_any(clause, phrases))
        .find_map(|(role, ..)| confirmed(*role, place))
}

/// Stems of words that say that a price moves.
const ESCALATES: &str = "increas|escalat|uplift|rais|adjust|ris|exceed|cpi|grow";

/// Some subjects need a second look at the words next to the amount.
fn confirmed(role: Role, place: &Place<'_>) -> Option<Role> {
    let near = place.near();
    let holds = match role {
        Role::LateFee => place.percent || says_any(&near, "late fee|late charge|late payment charge"),
        Role::Tax => says_any(
            &near,
            "vat|tax|gst|hst|value added tax|withholding|taxes|iva|mwst",
        ),
        Role::Escalator => {
            has_stem(since_the_last(place), ESCALATES) || has_stem(until_it_goes_on(place), ESCALATES)
        }
        Role::Discount => reduced::is_reduction(place),
        Role::Security
            if says_any(
                place.after(7),
                "is retained|are retained|be retained|is withheld|be withheld|held back|kept back",
            ) =>
        {
            true
        }
        Role::Security => says_any(
            place.before(7),
            "deposit|reserve|bond|escrow account|in escrow|guarantee|guaranty|letter of credit|holdback|\
            withholds|withhold|withheld|retains|retain|retainage|retention|hold back|holds back",
        ),
        // "shall issue 50,000 shares and pay a fee of $7,500": the shares are one thing, the fee is another.
        Role::Informational => is_like(Role::Informational, &near) && !is_paid_besides(place),
        Role::Threshold => is_like(Role::Threshold, &near),
        // "shall make available a trailer at $85 per day" promises no uptime.
        Role::ServiceCredit => {
            place.percent
                || has_stem(
                    place.clause(),
                    "uptime|availabilit|credit|level|delay|respon|sla|miss|late",
                )
        }
        Role::Liability => {
            !is_company_form(place.clause()) && !is_least_charge(place) && !is_floor(place.clause())
        }
        _ => true,
    };
    holds.then_some(role)
}

/// "and pay a fee of $7,500 per month": a verb of paying and a fee between what is only told and the amount.
fn is_paid_besides(place: &Place<'_>) -> bool {
    let before = place.before(9);
    let and = before.iter().rposition(|token| token.is("and"));
    let own = and.and_then(|and| before.get(and..)).unwrap_or_default();
    own.iter().any(|token| token.is_any("pay|pays"))
        && own
            .iter()
            .any(|token| token.is_any("fee|fees|retainer|salary|sum|amount"))
}

/// "with an annual increase of 4% and a setup fee of $800": what stands before the amount before is that one's.
fn since_the_last<'t>(place: &Place<'t>) -> &'t [Token] {
    let before = place.before(9);
    let last = before
        .iter()
        .rposition(|token| token.money().is_some() || token.percent().is_some());
    let own = last
        .and_then(|last| before.get(last.saturating_add(1)..))
        .unwrap_or(before);
    let fee = says_any(own, "fee of|charge of|price of");
    if place.percent || !fee { before } else { own }
}

/// "$1,200 per month, increasing by 3% a year": what follows a comma is another amount's.
fn until_it_goes_on<'t>(place: &Place<'t>) -> &'t [Token] {
    let after = place.after(7);
    let stop = after
        .iter()
        .position(|token| token.is_mark(',') || token.is_any("and|which|but|with"));
    stop.and_then(|stop| after.get(..stop)).unwrap_or(after)
}

/// "Acme LLC, a limited liability company, shall pay": the words of a company's form say nothing of liability.
fn is_company_form(clause: &[Token]) -> bool {
    says_any(
        clause,
        "limited liability company|limited liability partnership|limited liability companies",
    ) && !has_stem(clause, "liable|indemni|damag|loss|exceed")
}

/// "the charges for a month shall in no event be lower than $2,500": nobody's liability.
fn is_least_charge(place: &Place<'_>) -> bool {
    let clause = place.clause();
    says_any(
        place.before(6),
        "less than|lower than|fall below|be below|at least",
    ) && has_stem(clause, words::PRICE_STEMS)
        && !has_stem(clause, "liab|indemni|damag|loss|insur")
}

/// "2.5% of all Net Revenues, but in no event less than $5,000 per month": what is paid at least.
fn is_floor(clause: &[Token]) -> bool {
    says_any(
        clause,
        "in no event less than|in no event be less than|in no event shall such fee be less than|no event less than|\
         in no event lower than|in no event be lower than|in no event shall it be less than",
    ) && !has_stem(clause, "liab|indemni|damag|loss|insur")
}

/// Money that the provider owes.
fn by_payer(place: &Place<'_>, parties: &Parties) -> Option<Role> {
    let before = place.before(30);
    let verb = before.iter().rposition(|token| {
        token.is_any(
            "pay|pays|reimburse|refund|refunds|reimburses|remit|contribute|credit|credits|rebate|compensate",
        )
    })?;
    let subject = before.get(..verb)?.iter().rev().find_map(|token| {
        let low = token.low.trim_end_matches("'s");
        let is = |words: &[String]| words.iter().any(|word| word == low);
        if is(&parties.customer_words) {
            return Some(false);
        }
        is(&parties.provider_words).then_some(true)
    })?;
    subject.then_some(Role::OtherPayer)
}

/// "the greater of 5% of sales or $300 per week": the share is the price, the amount bounds it.
fn compared(place: &Place<'_>) -> Option<Role> {
    const COMPARES: &str = "greater of|higher of|larger of|lesser of|lower of|smaller of|whichever is greater|whichever is less|whichever is the larger|\
        whichever is the greater|whichever is larger|whichever is higher|whichever is the higher|whichever is lower|whichever is smaller";
    let clause = place.clause();
    let share = clause.iter().any(|token| token.percent().is_some());
    let amount = clause.iter().any(|token| token.money().is_some());
    let both = share && amount && says_any(clause, COMPARES);
    both.then_some(if place.percent {
        Role::Price
    } else {
        Role::Threshold
    })
}

/// Words right next to the amount.
fn by_neighbours(place: &Place<'_>) -> Option<Role> {
    let before = place.before(5);
    words::LEADS
        .iter()
        .filter_map(|(role, phrase)| {
            let (at, length) = last_phrase(before, phrase)?;
            let end = at.saturating_add(length);
            let gap = before.get(end..)?;
            let role = if *role == Role::Minimum && phrase.ends_with("less than") && is_supposed(place) {
                Role::Threshold
            } else {
                *role
            };
            gap.iter().all(is_filler).then_some((end, length, role))
        })
        .max_by_key(|(end, length, _)| (*end, *length))
        .map(|(.., role)| role)
        .or_else(|| trailing(place))
}

/// "Should the actual cost be less than $265,000": a condition, not what is owed at least.
fn is_supposed(place: &Place<'_>) -> bool {
    let lead = place.before(14);
    let condition = (0..lead.len()).rev().find(|at| {
        // "in no event less than" supposes nothing.
        let denied = || {
            let led = at.checked_sub(1).and_then(|before| lead.get(before));
            led.is_some_and(|led| led.is("no"))
        };
        lead.get(*at).is_some_and(|token| {
            token.is_any("if|should|where|when|whenever|unless") || token.is("event") && !denied()
        })
    });
    let duty = lead.iter().rposition(|token| token.is_any("not|no|never"));
    condition.is_some() && condition > duty
}

/// Where the tokens last say the phrase, and how many tokens it takes.
fn last_phrase(tokens: &[Token], phrase: &str) -> Option<(usize, usize)> {
    (0..tokens.len())
        .rev()
        .find_map(|at| phrase_at(tokens, at, phrase).map(|length| (at, length)))
}

fn is_filler(token: &Token) -> bool {
    let enumerates = token.text.chars().count() == 1 || token.is_mark(')');
    enumerates
        || token.is_any("of|the|an|is|amount|sum|approximately|or|to|at|be|equal|charge|fee|fees|which")
        || token
            .is_any("monthly|annual|quarterly|yearly|weekly|royalty|royalties|payment|payments|guaranteed")
        || token.is_mark(':')
        || token.is_mark('(')
}

/// Do the words speak of prices or of paying?
pub(crate) fn is_about_price(tokens: &[Token]) -> bool {
    has_stem(tokens, words::PRICE_STEMS) || says_any(tokens, words::PRICE_PHRASES)
}

/// "shall pay a fee as follows: $20,000 on signature; $20,000 on 1 June": what stands before the colon holds for each part.
fn lists_prices(place: &Place<'_>) -> bool {
    let before = place.tokens.get(..place.clause.0).unwrap_or_default();
    let colon = before.iter().rposition(|token| token.is_mark(':'));
    let lead = colon.and_then(|colon| before.get(..colon)).unwrap_or_default();
    let near = lead.get(lead.len().saturating_sub(40)..).unwrap_or_default();
    let last = near.get(near.len().saturating_sub(8)..).unwrap_or_default();
    !place.percent
        && is_about_price(near)
        && (says_any(
            near,
            "as follows|following|installments|instalments|payments|schedule",
        ) || says_any(
            last,
            "rates|prices|price|charges|fees|billed at|charged at|sold at|pays|shall pay|billed|charged",
        ))
}

fn trailing(place: &Place<'_>) -> Option<Role> {
    if reduced::taken_off(place) {
        return Some(Role::Discount);
    }
    let after = place.after(4);
    if says_any(after.get(..2).unwrap_or(after), "minimum|min.") {
        return Some(Role::Minimum);
    }
    if says_any(
        after.get(..2).unwrap_or(after),
        "in total|in all|in aggregate|altogether",
    ) {
        return Some(Role::Total);
    }
    says_any(after.get(..2).unwrap_or(after), "maximum|max.|cap").then_some(Role::Cap)
}

fn speaks_of_price(place: &Place<'_>) -> bool {
    let clause = place.clause();
    let opens = clause.get(..clause.len().min(2)).unwrap_or_default();
    let base = says_any(
        place.after(10),
        "gross|net|revenue|revenues|sales|receipts|amounts|proceeds|profits|income|fees",
    );
    let shared = place.percent
        && base
        && says_any(
            clause,
            "shall receive|will receive|receives|is entitled to|be entitled to|shall retain|retains",
        );
    is_about_price(clause)
        || shared
        || lists_prices(place)
        || (says_any(opens, "for each|for every|per") && clause.len() <= 16)
        || super::prices::read(place.tokens, place.at)
            .is_some_and(|found| found.per.is_some() || found.period.is_some())
}
