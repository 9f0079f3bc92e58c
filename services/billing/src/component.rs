//! Which part of a charge a line is for. Charge, component and service period together are a line's identity: what
//! was billed before is found by them, and no two issued lines may share them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The part of a charge, commitment or pool that a line is for. Its text is stored and never changes meaning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Component {
    /// The charge itself: `base`.
    Base,
    /// What a meter measured: `usage`.
    Usage,
    /// Seats added during a period that was already billed: `seats:2026-01-16`.
    Seats {
        /// First day with the new number.
        on: Date,
    },
    /// What was observed above the seats already billed: `seat-true-up`.
    SeatTrueUp,
    /// A fixed payment: `instalment:2026-03-01`.
    Instalment {
        /// Its agreed date.
        on: Date,
    },
    /// The part of a milestone that was kept back: `holdback-release`.
    HoldbackRelease,
    /// Credits bought: `credit-purchase:pool`.
    CreditPurchase {
        /// Id of the pool they go to.
        pool: String,
    },
    /// Credits that paid a line, a negative amount: `credits-drawn:pool/usage`.
    CreditsDrawn {
        /// Id of the pool that paid.
        pool: String,
        /// What they paid.
        of: Box<Component>,
    },
    /// Credits bought by themselves when the balance fell low: `top-up:2026-03-04`.
    TopUp {
        /// The day it fell low.
        on: Date,
    },
    /// What is missing to a promised spend: `commitment-shortfall`.
    CommitmentShortfall,
    /// Promised spend billed in advance: `commitment-advance`.
    CommitmentAdvance,
    /// Spend already paid in advance, a negative amount: `commitment-drawn:id/usage`.
    CommitmentDrawn {
        /// Id of the commitment that paid.
        commitment: String,
        /// What it paid.
        of: Box<Component>,
    },
    /// What paying an invoice late costs: `late-fee:INV-000042`.
    LateFee {
        /// Its number.
        invoice: String,
    },
    /// The rest of a period that was billed by the terms before, given back: `amended-credit:2026-02-15`.
    AmendedCredit {
        /// First day of the new terms.
        on: Date,
    },
    /// The rest of a period by amended terms: `amended:2026-02-15`.
    Amended {
        /// First day of the new terms.
        on: Date,
    },
}

/// Not the text of a component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names no part of a charge: it was not written by this program or a newer one wrote it")]
pub struct UnknownComponent {
    /// What was given.
    pub text: String,
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base => f.write_str("base"),
            Self::Usage => f.write_str("usage"),
            Self::Seats { on } => write!(f, "seats:{on}"),
            Self::SeatTrueUp => f.write_str("seat-true-up"),
            Self::Instalment { on } => write!(f, "instalment:{on}"),
            Self::HoldbackRelease => f.write_str("holdback-release"),
            Self::CreditPurchase { pool } => write!(f, "credit-purchase:{pool}"),
            Self::CreditsDrawn { pool, of } => write!(f, "credits-drawn:{pool}/{of}"),
            Self::TopUp { on } => write!(f, "top-up:{on}"),
            Self::CommitmentShortfall => f.write_str("commitment-shortfall"),
            Self::CommitmentAdvance => f.write_str("commitment-advance"),
            Self::CommitmentDrawn { commitment, of } => write!(f, "commitment-drawn:{commitment}/{of}"),
            Self::LateFee { invoice } => write!(f, "late-fee:{invoice}"),
            Self::Amended { on } => write!(f, "amended:{on}"),
            Self::AmendedCredit { on } => write!(f, "amended-credit:{on}"),
        }
    }
}

impl FromStr for Component {
    type Err = UnknownComponent;

    fn from_str(text: &str) -> Result<Self, UnknownComponent> {
        let unknown = || UnknownComponent {
            text: text.to_owned(),
        };
        match text.split_once(':') {
            None => plain(text).ok_or_else(unknown),
            Some((kind, of)) => named(kind, of).or_else(|| dated(kind, of)).ok_or_else(unknown),
        }
    }
}

fn plain(text: &str) -> Option<Component> {
    Some(match text {
        "base" => Component::Base,
        "usage" => Component::Usage,
        "seat-true-up" => Component::SeatTrueUp,
        "holdback-release" => Component::HoldbackRelease,
        "commitment-shortfall" => Component::CommitmentShortfall,
        "commitment-advance" => Component::CommitmentAdvance,
        _ => return None,
    })
}

fn named(kind: &str, of: &str) -> Option<Component> {
    let whole = of.to_owned();
    match kind {
        "credit-purchase" => return Some(Component::CreditPurchase { pool: whole }),
        "late-fee" => return Some(Component::LateFee { invoice: whole }),
        _ => {}
    }
    let (by, paid) = of.split_once('/')?;
    let (by, of) = (by.to_owned(), Box::new(paid.parse().ok()?));
    Some(match kind {
        "credits-drawn" => Component::CreditsDrawn { pool: by, of },
        "commitment-drawn" => Component::CommitmentDrawn { commitment: by, of },
        _ => return None,
    })
}

fn dated(kind: &str, on: &str) -> Option<Component> {
    let on = on.parse().ok()?;
    Some(match kind {
        "seats" => Component::Seats { on },
        "instalment" => Component::Instalment { on },
        "top-up" => Component::TopUp { on },
        "amended" => Component::Amended { on },
        "amended-credit" => Component::AmendedCredit { on },
        _ => return None,
    })
}

impl TryFrom<String> for Component {
    type Error = UnknownComponent;

    fn try_from(text: String) -> Result<Self, UnknownComponent> {
        text.parse()
    }
}

impl From<Component> for String {
    fn from(component: Component) -> Self {
        component.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_component_reads_back_from_its_text() {
        let on = date(2026, 1, 16);
        let (pool, commitment) = ("api-credits".to_owned(), "year-1".to_owned());
        let all = [
            (Component::Base, "base"),
            (Component::Usage, "usage"),
            (Component::Seats { on }, "seats:2026-01-16"),
            (Component::SeatTrueUp, "seat-true-up"),
            (Component::Instalment { on }, "instalment:2026-01-16"),
            (Component::HoldbackRelease, "holdback-release"),
            (
                Component::CreditPurchase { pool: pool.clone() },
                "credit-purchase:api-credits",
            ),
            (
                Component::CreditsDrawn {
                    pool,
                    of: Box::new(Component::Usage),
                },
                "credits-drawn:api-credits/usage",
            ),
            (Component::TopUp { on }, "top-up:2026-01-16"),
            (Component::CommitmentShortfall, "commitment-shortfall"),
            (Component::CommitmentAdvance, "commitment-advance"),
            (
                Component::CommitmentDrawn {
                    commitment,
                    of: Box::new(Component::Seats { on }),
                },
                "commitment-drawn:year-1/seats:2026-01-16",
            ),
            (
                Component::LateFee {
                    invoice: "INV-000042".to_owned(),
                },
                "late-fee:INV-000042",
            ),
            (Component::Amended { on }, "amended:2026-01-16"),
            (Component::AmendedCredit { on }, "amended-credit:2026-01-16"),
        ];
        for (component, text) in all {
            assert_eq!(component.to_string(), text);
            assert_eq!(text.parse(), Ok(component));
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "Base",
            "seats",
            "seats:",
            "seats:2026-02-30",
            "nothing:x",
            "credits-drawn:x",
        ] {
            assert!(text.parse::<Component>().is_err(), "{text}");
        }
    }
}
