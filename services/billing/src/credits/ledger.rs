//! The state of credits at a moment, and how it moves on.

use jiff::civil::DateTime;
use rust_decimal::Decimal;

use super::{CreditError, Grant, Movement, MovementKind, Refill, Reset};

/// Credits as they stand at a moment. Time only moves forward.
#[derive(Debug, Clone)]
pub struct Ledger {
    counted: DateTime,
    grants: Vec<Held>,
    overage: Decimal,
    history: Vec<Movement>,
}

#[derive(Debug, Clone)]
struct Held {
    grant: Grant,
    balance: Decimal,
    state: State,
    /// How many refills are behind.
    refilled: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Coming,
    Active,
    Ended,
}

/// What a draw took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawn {
    /// How much of which grant, in the order of burning.
    pub parts: Vec<(String, Decimal)>,
    /// What no grant paid.
    pub unpaid: Decimal,
}

impl Ledger {
    /// Nothing yet, from a moment on.
    #[must_use]
    pub fn new(from: DateTime) -> Self {
        Self {
            counted: from,
            grants: Vec::new(),
            overage: Decimal::ZERO,
            history: Vec::new(),
        }
    }

    /// Holds a grant. One that started on or before now has the opening balance (its amount if none is given).
    pub fn add(&mut self, grant: Grant, opening: Option<Decimal>) -> Result<(), CreditError> {
        not_negative(&grant.id, grant.amount)?;
        let opening = opening.unwrap_or(grant.amount);
        not_negative(&grant.id, opening)?;
        let started = grant.starts <= self.counted;
        let ended = grant.ends.is_some_and(|ends| ends <= self.counted);
        let refilled = grant.refills.partition_point(|at| *at <= self.counted);
        let state = match (started, ended) {
            (_, true) => State::Ended,
            (true, false) => State::Active,
            (false, false) => State::Coming,
        };
        let balance = if state == State::Active {
            opening
        } else {
            Decimal::ZERO
        };
        if state == State::Active {
            self.record(&grant.id, MovementKind::Granted, balance, balance);
        }
        self.grants.push(Held {
            grant,
            balance,
            state,
            refilled,
        });
        self.grants
            .sort_by(|a, b| burn_order(&a.grant).cmp(&burn_order(&b.grant)));
        Ok(())
    }

    /// Draws at a moment from the grants that pass a test; what none of them pays is returned.
    pub fn draw(
        &mut self,
        at: DateTime,
        quantity: Decimal,
        may_pay: impl Fn(&str) -> bool,
    ) -> Result<Drawn, CreditError> {
        not_negative("use", quantity)?;
        self.advance_to(at)?;
        self.take(quantity, MovementKind::Drawn, may_pay)
    }

    /// The same from all grants; what none of them pays is owed, and repaid by the next start or refill.
    pub fn draw_or_owe(&mut self, at: DateTime, quantity: Decimal) -> Result<Drawn, CreditError> {
        let drawn = self.draw(at, quantity, |_| true)?;
        self.overage = self
            .overage
            .checked_add(drawn.unpaid)
            .ok_or(CreditError::Overflow)?;
        Ok(drawn)
    }

    /// Cuts every active balance to its rollover bounds.
    pub fn reset(&mut self, reset: Reset) -> Result<(), CreditError> {
        self.advance_to(reset.at)?;
        self.roll_over_all(reset)
    }

    /// The same at the moment to which the credits are already counted.
    pub fn roll_over_all(&mut self, reset: Reset) -> Result<(), CreditError> {
        for at in 0..self.grants.len() {
            self.roll_over(at)?;
        }
        if !reset.keeps_overage {
            self.overage = Decimal::ZERO;
        }
        self.repay()
    }

    /// Moves on to a moment: what ends by then ends, what starts or refills by then does so, in order of time.
    pub fn advance_to(&mut self, at: DateTime) -> Result<(), CreditError> {
        self.move_on(at, true)
    }

    /// Moves on to the end of a window, where an expiry at that very moment is not yet counted.
    pub fn advance_to_end(&mut self, until: DateTime) -> Result<(), CreditError> {
        self.move_on(until, false)
    }

    /// What is left of a grant; 0 before it starts and after it ends.
    #[must_use]
    pub fn balance_of(&self, id: &str) -> Decimal {
        self.grants
            .iter()
            .find(|held| held.grant.id == id)
            .map_or(Decimal::ZERO, |held| held.balance)
    }

    /// What is left of the grants that pass a test.
    pub fn balance(&self, counts: impl Fn(&str) -> bool) -> Result<Decimal, CreditError> {
        self.grants
            .iter()
            .filter(|held| counts(&held.grant.id))
            .try_fold(Decimal::ZERO, |sum, held| sum.checked_add(held.balance))
            .ok_or(CreditError::Overflow)
    }

    /// Use that no grant has paid or repaid.
    #[must_use]
    pub fn overage(&self) -> Decimal {
        self.overage
    }

    /// Everything that happened so far, in order.
    #[must_use]
    pub fn history(&self) -> &[Movement] {
        &self.history
    }

    /// Everything that happened, in order.
    #[must_use]
    pub fn into_history(self) -> Vec<Movement> {
        self.history
    }

    fn move_on(&mut self, at: DateTime, ends_count: bool) -> Result<(), CreditError> {
        if at < self.counted {
            return Err(CreditError::OutOfOrder {
                at,
                counted: self.counted,
            });
        }
        while let Some((moment, index, change)) = self.next_change(at, ends_count) {
            self.counted = moment;
            self.apply(index, change)?;
        }
        self.counted = at;
        Ok(())
    }

    /// The earliest change by a moment; at one moment ends come before starts and refills.
    fn next_change(&self, by: DateTime, ends_count: bool) -> Option<(DateTime, usize, Change)> {
        let changes = self.grants.iter().enumerate().filter_map(|(index, held)| {
            let (moment, change) = held.next_change()?;
            let counts = moment < by || (moment == by && (ends_count || change != Change::End));
            counts.then_some((moment, index, change))
        });
        changes.min_by_key(|(moment, index, change)| (*moment, *change, *index))
    }

    fn apply(&mut self, index: usize, change: Change) -> Result<(), CreditError> {
        let Some(held) = self.grants.get_mut(index) else {
            return Ok(());
        };
        let before = held.balance;
        let kind = match change {
            Change::End => {
                held.state = State::Ended;
                held.balance = Decimal::ZERO;
                MovementKind::Expired
            }
            Change::Start => {
                held.state = State::Active;
                held.balance = held.grant.amount;
                MovementKind::Granted
            }
            Change::Refill => {
                held.refilled = held.refilled.saturating_add(1);
                held.balance = held.refilled_balance()?;
                MovementKind::Refilled
            }
        };
        let (id, balance) = (held.grant.id.clone(), held.balance);
        let amount = balance.checked_sub(before).ok_or(CreditError::Overflow)?;
        self.record(&id, kind, amount, balance);
        if change == Change::End {
            Ok(())
        } else {
            self.repay()
        }
    }

    fn roll_over(&mut self, index: usize) -> Result<(), CreditError> {
        let Some(held) = self
            .grants
            .get_mut(index)
            .filter(|held| held.state == State::Active)
        else {
            return Ok(());
        };
        let before = held.balance;
        let bounds = held.grant.rollover;
        held.balance = before.max(bounds.min).min(bounds.max);
        let (id, balance) = (held.grant.id.clone(), held.balance);
        let amount = balance.checked_sub(before).ok_or(CreditError::Overflow)?;
        self.record(&id, MovementKind::RolledOver, amount, balance);
        Ok(())
    }

    fn repay(&mut self) -> Result<(), CreditError> {
        if self.overage.is_zero() {
            return Ok(());
        }
        self.overage = self.take(self.overage, MovementKind::Repaid, |_| true)?.unpaid;
        Ok(())
    }

    fn take(
        &mut self,
        quantity: Decimal,
        kind: MovementKind,
        may_pay: impl Fn(&str) -> bool,
    ) -> Result<Drawn, CreditError> {
        let mut drawn = Drawn {
            parts: Vec::new(),
            unpaid: quantity,
        };
        for index in 0..self.grants.len() {
            let Some(held) = self.grants.get_mut(index) else {
                break;
            };
            let part = held.balance.min(drawn.unpaid);
            if part.is_zero() || !may_pay(&held.grant.id) {
                continue;
            }
            held.balance = held.balance.checked_sub(part).ok_or(CreditError::Overflow)?;
            drawn.unpaid = drawn.unpaid.checked_sub(part).ok_or(CreditError::Overflow)?;
            let (id, balance) = (held.grant.id.clone(), held.balance);
            self.record(
                &id,
                kind,
                Decimal::ZERO.checked_sub(part).ok_or(CreditError::Overflow)?,
                balance,
            );
            drawn.parts.push((id, part));
        }
        Ok(drawn)
    }

    fn record(&mut self, grant: &str, kind: MovementKind, amount: Decimal, balance: Decimal) {
        let grant = grant.to_owned();
        self.history.push(Movement {
            at: self.counted,
            grant,
            kind,
            amount,
            balance,
        });
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    End,
    Start,
    Refill,
}

impl Held {
    fn refilled_balance(&self) -> Result<Decimal, CreditError> {
        let amount = self.grant.amount;
        match self.grant.refill {
            Refill::ToAmount => Ok(amount),
            Refill::AddWithin(bounds) => {
                let sum = self.balance.checked_add(amount).ok_or(CreditError::Overflow)?;
                Ok(sum.max(bounds.min).min(bounds.max))
            }
        }
    }

    fn next_change(&self) -> Option<(DateTime, Change)> {
        let end = self.grant.ends.map(|at| (at, Change::End));
        match self.state {
            State::Ended => None,
            State::Coming => [Some((self.grant.starts, Change::Start)), end]
                .into_iter()
                .flatten()
                .min(),
            State::Active => {
                let refill = self
                    .grant
                    .refills
                    .get(self.refilled)
                    .map(|at| (*at, Change::Refill));
                [refill, end].into_iter().flatten().min()
            }
        }
    }
}

/// Priority, then the earlier end, then id; a grant without an end burns after those that have one.
fn burn_order(grant: &Grant) -> (i64, bool, Option<DateTime>, &str) {
    (grant.priority, grant.ends.is_none(), grant.ends, &grant.id)
}

fn not_negative(what: &str, amount: Decimal) -> Result<(), CreditError> {
    if amount < Decimal::ZERO {
        return Err(CreditError::Negative {
            what: what.to_owned(),
            amount,
        });
    }
    Ok(())
}
