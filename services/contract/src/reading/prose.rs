//! Charges in sentences: tiers, milestones, instalments, and single prices, minimums, reductions.
//!
//! A sentence gives its amounts away once: the first reader that explains an amount keeps it.

mod charges;
mod context;
mod discounts;
mod halves;
mod instalments;
mod limits;
mod lists;
mod milestones;
mod rhythm;
mod series;
mod steps;
mod top_ups;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use super::items::{Item, Stage};
use super::parties::Parties;
use super::roles;
use super::statements::{Key, Statement};
use super::tokens::{Kind as TokenKind, Token};
use crate::page::{Document, WordRef};
use crate::terms::{Evidence, Role};

pub(crate) use rhythm::{billed, span_of_fee, timed};

/// What sentences say.
#[derive(Debug, Default)]
pub(crate) struct ProseReading {
    /// What is charged.
    pub(crate) items: Vec<Item>,
    /// Every amount and percentage outside tables, with its role.
    pub(crate) mentions: Vec<Found>,
}

/// An amount, its role, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// As printed.
    pub(crate) printed: String,
    /// The words of its clause that lead up to it.
    pub(crate) lead: String,
    /// Its number.
    pub(crate) value: rust_decimal::Decimal,
    /// What it is.
    pub(crate) role: Role,
    /// Where.
    pub(crate) evidence: Evidence,
    /// Its words.
    pub(crate) words: Vec<WordRef>,
    /// Did an item take it?
    pub(crate) explained: bool,
}

/// A sentence being read.
pub(crate) struct Reader<'s> {
    pub(crate) document: &'s Document,
    pub(crate) statements: &'s [Statement],
    own: &'s Statement,
    /// Its place among them.
    pub(crate) index: usize,
    pub(crate) parties: &'s Parties,
    /// Is the paper an amendment?
    amends: bool,
    /// Roles of its amounts, by token.
    roles: Vec<(usize, Role)>,
    taken: HashSet<usize>,
    /// When each share holds, where several follow one another.
    holds: Vec<(usize, Stage)>,
    items: Vec<Item>,
}

/// Reads all sentences.
pub(crate) fn read(
    document: &Document,
    statements: &[Statement],
    parties: &Parties,
    amends: bool,
) -> ProseReading {
    let mut reading = ProseReading::default();
    let listed = lists::ladders(document, statements, parties, amends, &mut reading);
    for (index, own) in statements
        .iter()
        .enumerate()
        .filter(|(index, _)| !listed.contains(index))
    {
        let mut reader = Reader::new(document, statements, own, index, parties, amends);
        reader.name_roles();
        top_ups::read(&mut reader, &mut reading.items);
        reader.read();
        reading.mentions.extend(reader.mentions());
        reading.items.extend(reader.items);
    }
    reading
}

impl<'s> Reader<'s> {
    fn new(
        document: &'s Document,
        statements: &'s [Statement],
        own: &'s Statement,
        index: usize,
        parties: &'s Parties,
        amends: bool,
    ) -> Self {
        Self {
            document,
            statements,
            own,
            index,
            parties,
            amends,
            roles: Vec::new(),
            taken: HashSet::new(),
            holds: Vec::new(),
            items: Vec::new(),
        }
    }

    /// The sentence.
    pub(crate) fn statement(&self) -> &'s Statement {
        self.own
    }

    fn tokens(&self) -> &'s [Token] {
        self.statement().tokens()
    }

    fn name_roles(&mut self) {
        let tokens = self.tokens();
        let amounts = tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| is_amount(token))
            .map(|(at, _)| at);
        self.roles = amounts
            .map(|at| (at, roles::role(self.statement(), at, self.parties)))
            .map(|(at, role)| {
                (
                    at,
                    if self.amends && is_new_price(tokens, at) {
                        Role::Price
                    } else {
                        role
                    },
                )
            })
            .collect();
        self.take_over_lead();
        self.take_over_before();
    }

    /// "Searches are furnished at $110; rundowns at $35; copies at $1": a part without a verb is priced as the one before it.
    fn take_over_before(&mut self) {
        for index in 1..self.roles.len() {
            let (Some((before, Role::Price)), Some((at, Role::Unexplained))) = (
                self.roles.get(index.saturating_sub(1)).copied(),
                self.roles.get(index).copied(),
            ) else {
                continue;
            };
            let tokens = self.own.tokens();
            let all = |is: fn(&Token) -> bool| [before, at].iter().all(|at| tokens.get(*at).is_some_and(is));
            let share = |token: &Token| {
                token.percent().is_some() || matches!(token.kind, TokenKind::Withheld { money: false, .. })
            };
            // "[*] percent of Net Sales of shoes; five percent of Net Sales of bags".
            let both = all(|token| token.money().is_some()) || all(share);
            let between = tokens.get(before.saturating_add(1)..at).unwrap_or_default();
            let parted = between
                .iter()
                .any(|token| token.is_mark(';') || token.is_mark(','));
            let verb = between.iter().any(|token| {
                token.is_any("shall|will|may|must|is|are|was|were|has|have|exceed|exceeds|if|which|unless")
            });
            if let Some((_, role)) = self
                .roles
                .get_mut(index)
                .filter(|_| both && parted && !verb && between.len() <= 14)
            {
                *role = Role::Price;
            }
        }
    }

    fn read(&mut self) {
        if !self.may_charge() {
            return;
        }
        discounts::read_words(self);
        limits::read_at_cost(self);
        if self.roles.is_empty() {
            return;
        }
        steps::read(self);
        series::read(self);
        halves::read(self);
        milestones::read(self);
        instalments::read(self);
        charges::read(self);
        discounts::read(self);
        limits::read(self);
    }

    /// "… shall pay as follows:" over a list: its parts are prices too.
    fn take_over_lead(&mut self) {
        let leads = |other: &&Statement| {
            let tokens = other.tokens();
            tokens.last().is_some_and(|token| token.is_mark(':')) && other.scope.abs_diff(self.own.scope) <= 8
        };
        let earlier = self.statements.get(..self.index).unwrap_or_default();
        let lead = earlier.iter().rev().take(8).find(leads);
        let money = |at: usize| {
            self.own
                .tokens()
                .get(at)
                .is_some_and(|token| token.percent().is_none())
        };
        if !lead.is_some_and(|lead| roles::is_about_price(lead.tokens())) || self.own.tokens().len() > 30 {
            return;
        }
        let open = self.roles.iter().enumerate();
        let parts: Vec<usize> = open
            .filter(|(_, (at, role))| *role == Role::Unexplained && money(*at))
            .map(|(index, _)| index)
            .collect();
        for index in parts {
            if let Some((_, role)) = self.roles.get_mut(index) {
                *role = Role::Price;
            }
        }
    }

    /// Labels that name terms of the contract charge nothing themselves.
    fn may_charge(&self) -> bool {
        !matches!(
            self.statement().key,
            Some(
                Key::Late
                    | Key::Tax
                    | Key::Total
                    | Key::Payment
                    | Key::Notice
                    | Key::Other
                    | Key::Renewal
                    | Key::Currency
            )
        )
    }

    /// Amounts of that role that no item took, in order.
    fn open(&self, role: Role) -> Vec<usize> {
        self.roles
            .iter()
            .filter(|(at, known)| *known == role && !self.taken.contains(at))
            .map(|(at, _)| *at)
            .collect()
    }

    fn role_of(&self, at: usize) -> Option<Role> {
        self.roles
            .iter()
            .find(|(known, _)| *known == at)
            .map(|(_, role)| *role)
    }

    /// Keeps an item; its amounts are explained.
    fn keep(&mut self, item: Item, amounts: impl IntoIterator<Item = usize>) {
        self.taken.extend(amounts);
        self.items.push(item);
    }

    fn mentions(&self) -> Vec<Found> {
        let statement = self.statement();
        let value = |token: &Token| token.money().map(|amount| amount.value).or(token.percent());
        self.roles
            .iter()
            .filter_map(|(at, role)| {
                let token = statement.tokens().get(*at)?;
                let evidence = statement
                    .stretch
                    .evidence(self.document, *at, at.saturating_add(1))
                    .into_iter()
                    .next()?;
                Some(Found {
                    printed: token.text.clone(),
                    lead: lead(statement, *at),
                    value: value(token)?,
                    role: *role,
                    evidence,
                    words: statement.stretch.words(*at, at.saturating_add(1)).to_vec(),
                    explained: self.taken.contains(at),
                })
            })
            .collect()
    }
}

/// At most so many words tell what an amount is of.
const LEAD: usize = 10;

fn lead(statement: &Statement, at: usize) -> String {
    let (from, _) = roles::clause(statement.tokens(), at);
    statement.stretch.printed(from.max(at.saturating_sub(LEAD)), at)
}

/// "is increased to $450.00 per month": in an amendment, what a price is changed to is the price from then on.
fn is_new_price(tokens: &[Token], at: usize) -> bool {
    let to = at
        .checked_sub(1)
        .and_then(|before| tokens.get(before))
        .is_some_and(|token| token.is("to"));
    let changed = super::phrases::has_stem(
        tokens.get(..at).unwrap_or_default(),
        "increas|decreas|reduc|rais|chang|amend|lower|revis|adjust|replac",
    );
    to && changed && tokens.get(at).is_some_and(|token| token.money().is_some())
}

fn is_amount(token: &Token) -> bool {
    matches!(
        token.kind,
        TokenKind::Money(_) | TokenKind::Percent(_) | TokenKind::Withheld { money: true, .. }
    )
}
