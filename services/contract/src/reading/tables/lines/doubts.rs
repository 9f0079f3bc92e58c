//! What is not clear about a row, and what is particular about it.

use super::row::RowReader;
use crate::flag::Code;
use crate::normal::cadence::Often;
use crate::reading::items::{Doubt, Item};
use crate::reading::phrases::{Period, says_any};
use crate::reading::tables::columns::Column;
use crate::reading::tokens::{Kind as TokenKind, Token};
use crate::terms::{Found, Mark};

impl RowReader<'_, '_> {
    pub(super) fn doubts(&self, item: &mut Item, billed: Option<Period>) {
        if let Some(reason) = &self.place.grid.doubtful {
            let sentence = format!("The table may have been read wrong: {reason}.");
            item.doubts.push(Doubt::new(
                Code::DoubtfulTable,
                "",
                sentence,
                "Compare the line with the page.",
                self.evidence(),
            ));
        }
        if billed.is_some_and(|billed| billed.often == Often::Ambiguous) {
            let cell = self
                .place
                .cell(self.row, Column::Billing)
                .or_else(|| self.row.get(self.column));
            let printed = cell
                .map(|cell| cell.printed(0, cell.tokens.len()))
                .unwrap_or_default();
            item.line.cadence = Found::unsupported(printed, self.evidence());
        }
    }

    pub(super) fn marks(&self, item: &mut Item) {
        let note = |token: &Token| match token.kind {
            TokenKind::Note(number) => Some(number),
            _ => None,
        };
        item.notes = self
            .row
            .iter()
            .flat_map(|cell| &cell.tokens)
            .filter_map(note)
            .collect();
        item.reference = self
            .place
            .cell(self.row, Column::Ref)
            .map(|cell| cell.printed(0, cell.tokens.len()).to_lowercase());
        let own = self.own_words();
        let optional =
            "if requested|optional|upon request|on request|if elected|if any|if applicable|if ordered";
        if says_any(&own, optional) || says_any(self.place.heading_tokens(), "optional|options") {
            item.line.marks.push(Mark::Contingent);
        }
        if self
            .row
            .iter()
            .any(|cell| cell.printed(0, cell.tokens.len()).contains('\u{2610}'))
        {
            item.line.marks.push(Mark::Contingent);
            item.doubts.push(Doubt::new(
                Code::OptionCheckbox,
                "",
                "This is an option whose box is not ticked.",
                "Decide whether it was chosen; remove the line if not.",
                self.evidence(),
            ));
        }
    }
}
