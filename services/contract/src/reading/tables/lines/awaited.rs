//! Rows that fall due when something happens: "one-time, after completion", "once, on delivery".

use super::row::RowReader;
use crate::reading::items::found;
use crate::reading::phrases::{any_at, has_stem};
use crate::reading::tables::columns::Column;
use crate::reading::tokens::{Stretch, Token};
use crate::terms::{Cadence, Found, Kind, LineItem, Timing};

impl RowReader<'_, '_> {
    /// A fee paid once waits for the event that its billing cell names.
    pub(super) fn wait_for_event(&self, line: &mut LineItem) {
        if line.kind != Kind::OneTime || line.event.value.is_some() {
            return;
        }
        let Some((cell, (from, to))) = self
            .place
            .cell(self.row, Column::Billing)
            .and_then(|cell| Some((cell, event(&cell.tokens)?)))
        else {
            return;
        };
        let words = cell.tokens.get(from..to).unwrap_or_default();
        line.event = self.event_of(cell, from, to);
        line.cadence = found(Cadence::OneTime, cell, self.place.document, 0, cell.tokens.len());
        if has_stem(
            words,
            "complet|accept|go-live|launch|handover|commission|sign-off|approv",
        ) {
            line.kind = Kind::Milestone;
        }
        if line.timing.is_absent() {
            line.timing = Found::derived(Timing::Arrears, "due once it is reached", self.evidence());
        }
    }

    fn event_of(&self, cell: &Stretch, from: usize, to: usize) -> Found<String> {
        found(cell.printed(from, to), cell, self.place.document, from, to)
    }
}

/// What stands behind "after", "on", "upon", if it is something that happens once.
fn event(tokens: &[Token]) -> Option<(usize, usize)> {
    let (at, length) = (0..tokens.len())
        .find_map(|at| any_at(tokens, at, "after|upon|on|at|following").map(|length| (at, length)))?;
    let from = at.saturating_add(length);
    let rest = tokens.get(from..)?;
    let stop = rest
        .iter()
        .position(|token| token.is_mark(',') || token.is_mark(';') || token.is_mark('('));
    let words = rest.get(..stop.unwrap_or(rest.len()))?;
    let happens = has_stem(
        words,
        "complet|accept|deliver|go-live|launch|install|ship|commission|handover|sign-off|approv|dispatch",
    );
    let again = words
        .iter()
        .any(|token| token.is_any("each|every|month|quarter|year|invoice"));
    (happens && !again).then(|| (from, from.saturating_add(words.len())))
}
