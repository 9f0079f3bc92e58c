//! Credits: grants that usage draws down, in the order priority, expiry, id.

mod ledger;
mod wallet;

use jiff::civil::DateTime;
use rust_decimal::Decimal;

pub use ledger::{Drawn, Ledger};
pub use wallet::{Applied, Fee, Wallet, apply_wallets};

/// Credits granted at a moment. Times are local to whoever counts; all of one ledger share a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Unique in the ledger; breaks ties in the order of burning.
    pub id: String,
    /// Balance when it starts and after each refill; at least 0.
    pub amount: Decimal,
    /// Lower numbers burn first.
    pub priority: i64,
    /// When it starts.
    pub starts: DateTime,
    /// When what is left is lost: the earlier of expiry and voiding.
    pub ends: Option<DateTime>,
    /// When it is filled up again, in order.
    pub refills: Vec<DateTime>,
    /// How.
    pub refill: Refill,
    /// What a reset leaves of it.
    pub rollover: RolloverBounds,
}

/// How a grant is filled up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Refill {
    /// The balance is set to the amount; what was left is lost.
    #[default]
    ToAmount,
    /// The amount is added to what was left, and the sum kept within bounds.
    AddWithin(RolloverBounds),
}

/// After a reset the balance is at least `min` and at most `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RolloverBounds {
    /// The least.
    pub min: Decimal,
    /// The most.
    pub max: Decimal,
}

/// Something used up at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// When.
    pub at: DateTime,
    /// How much.
    pub quantity: Decimal,
}

/// A moment at which balances are cut to their rollover bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reset {
    /// When.
    pub at: DateTime,
    /// Is overage carried over the reset, and repaid from what rolls over?
    pub keeps_overage: bool,
}

/// Something that happened to a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// When.
    pub at: DateTime,
    /// Id of the grant.
    pub grant: String,
    /// What happened.
    pub kind: MovementKind,
    /// By how much its balance moved; negative where it fell.
    pub amount: Decimal,
    /// What is left of it.
    pub balance: Decimal,
}

/// What happened to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MovementKind {
    /// It started.
    Granted,
    /// It was filled up again.
    Refilled,
    /// Usage drew it down.
    Drawn,
    /// It repaid overage of before.
    Repaid,
    /// A reset cut or raised it to its rollover bounds.
    RolledOver,
    /// It ended, and what was left is lost.
    Expired,
}

/// What is left at the end of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BurnDown {
    /// What is left of each grant, in the order given.
    pub balances: Vec<(String, Decimal)>,
    /// Use that no grant paid.
    pub overage: Decimal,
    /// Everything that happened, in order.
    pub history: Vec<Movement>,
}

/// Why credits could not be counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreditError {
    /// A grant or a use below zero.
    #[error("`{what}` of {amount} is below zero: give the amount as positive and say what it is")]
    Negative {
        /// What it is.
        what: String,
        /// The amount.
        amount: Decimal,
    },
    /// A balance does not fit.
    #[error("a credit balance is too large to be exact (more than 28 digits)")]
    Overflow,
    /// Something happened before what was already counted.
    #[error("{at} lies before {counted}, up to which the credits were already counted")]
    OutOfOrder {
        /// When it happened.
        at: DateTime,
        /// How far the ledger has come.
        counted: DateTime,
    },
    /// A reset that the opening balances already carry.
    #[error(
        "the reset at {at} is not after {from}, where counting begins: leave it out, the balances carry it"
    )]
    ResetAlreadyCounted {
        /// When it was.
        at: DateTime,
        /// Where counting begins.
        from: DateTime,
    },
    /// Topping up with nothing never reaches the threshold.
    #[error("the top-up adds nothing: it needs a grant above zero")]
    EmptyTopUp,
}

/// Burns grants down through a window. `opening` holds the balances of grants that started on or before `from`. Use
/// before `from` or at `until` is outside the window; a start, refill or reset exactly at `until` is in, an expiry is
/// not. A reset at or before `from` is refused: the opening balances already carry it.
pub fn burn_down(
    grants: &[(Grant, Decimal)],
    uses: &[Use],
    resets: &[Reset],
    from: DateTime,
    until: DateTime,
) -> Result<BurnDown, CreditError> {
    let mut ledger = Ledger::new(from);
    for (grant, opening) in grants {
        ledger.add(grant.clone(), Some(*opening))?;
    }
    let mut events: Vec<Event> = uses
        .iter()
        .map(Event::Use)
        .chain(resets.iter().map(Event::Reset))
        .collect();
    events.sort_by_key(Event::place);
    for event in events {
        match event {
            Event::Use(used) if (from..until).contains(&used.at) => {
                ledger.draw_or_owe(used.at, used.quantity)?;
            }
            Event::Reset(reset) if reset.at <= from => {
                return Err(CreditError::ResetAlreadyCounted { at: reset.at, from });
            }
            Event::Reset(reset) if reset.at < until => ledger.reset(*reset)?,
            Event::Reset(_) | Event::Use(_) => {}
        }
    }
    ledger.advance_to_end(until)?;
    if let Some(reset) = resets.iter().find(|reset| reset.at == until) {
        ledger.roll_over_all(*reset)?;
    }
    Ok(BurnDown {
        balances: grants
            .iter()
            .map(|(grant, _)| (grant.id.clone(), ledger.balance_of(&grant.id)))
            .collect(),
        overage: ledger.overage(),
        history: ledger.into_history(),
    })
}

enum Event<'a> {
    Use(&'a Use),
    Reset(&'a Reset),
}

impl Event<'_> {
    fn at(&self) -> DateTime {
        match self {
            Self::Use(used) => used.at,
            Self::Reset(reset) => reset.at,
        }
    }

    /// By time; a reset comes before use at the same moment, which belongs to the new period.
    fn place(&self) -> (DateTime, bool) {
        (self.at(), matches!(self, Self::Use(_)))
    }
}

#[cfg(test)]
mod tests;
