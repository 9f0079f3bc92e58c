//! From terms to a draft plan. A missing currency, date or tier mode stops the plan or the line by a flag; nothing is
//! filled in by default.

use pricing::plan::Plan;

use crate::flag::Flag;
use crate::terms::Terms;

/// The plan that terms make, as far as they go, and what stands in its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpretation {
    /// The plan of all lines without an open question.
    pub plan: Option<Plan>,
    /// What stands in the way; all of [`crate::flag::Origin::Terms`].
    pub flags: Vec<Flag>,
}

/// Makes the plan. Lines that an open flag of `flags` holds up are left out of it.
#[must_use]
pub fn interpret(_terms: &Terms, _flags: &[Flag]) -> Interpretation {
    Interpretation {
        plan: None,
        flags: Vec::new(),
    }
}
