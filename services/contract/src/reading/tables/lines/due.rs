//! When a row that does not recur falls due: at a milestone, at signing; and what advance billing says of its sort.

use super::row::{Rhythm, RowReader};
use crate::reading::items::found;
use crate::reading::phrases::{Period, says_any};
use crate::reading::tables::billing;
use crate::reading::tables::columns::Column;
use crate::terms::{Cadence, Found, Kind, LineItem, Timing};

impl RowReader<'_, '_> {
    /// "On acceptance of the milestone" where other rows say how often they are billed.
    pub(super) fn waits_for_event(&self) -> bool {
        self.place.cell(self.row, Column::Billing).is_some_and(|cell| {
            let named = says_any(&cell.tokens, "milestone|acceptance|completion|sign-off|go-live");
            let led = says_any(&cell.tokens, "on|upon|at|after|against|when");
            named && led && billing::of_cell(&cell.tokens).0.is_none()
        })
    }

    /// The event a milestone of a price list waits for: the row is named after it.
    pub(super) fn event(&self, line: &mut LineItem) {
        self.signing(line);
        let name = self.text_cells().next().filter(|_| line.kind == Kind::Milestone);
        let Some(name) = name else { return };
        let end = name.tokens.len();
        line.event = found(name.printed(0, end), name, self.place.document, 0, end);
        line.cadence = Found::supported(Cadence::OneTime, "", self.evidence());
        line.timing = Found::derived(Timing::Arrears, "due once it is reached", self.evidence());
    }

    /// "One time | on signature of this agreement": due on the day of signing, not on the first day of the term.
    fn signing(&self, line: &mut LineItem) {
        const SIGNING: &str = "on signature|upon signature|at signature|on signing|upon signing|at signing|on execution|\
            upon execution|at execution";
        let cell = self
            .place
            .cell(self.row, Column::Billing)
            .filter(|_| line.kind == Kind::OneTime);
        if let Some(cell) = cell.filter(|cell| line.event.is_absent() && says_any(&cell.tokens, SIGNING)) {
            let end = cell.tokens.len();
            line.event = found(cell.printed(0, end), cell, self.place.document, 0, end);
        }
    }
}

/// What is billed every six months in advance is no usage, whatever it is counted in: usage is known only afterwards.
pub(super) fn unmeasured(sort: Kind, rhythm: &Rhythm) -> Kind {
    let again = rhythm
        .billed
        .and_then(Period::cadence)
        .is_some_and(|cadence| matches!(cadence, Cadence::Every(_)));
    let ahead = rhythm.timing == Some(Timing::Advance);
    if sort == Kind::Usage && again && ahead {
        Kind::Recurring
    } else {
        sort
    }
}
