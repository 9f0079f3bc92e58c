//! What is not clear about a price in a sentence, and what is particular about it.

use super::Charge;
use crate::flag::Code;
use crate::normal::cadence::Often;
use crate::reading::items::{Doubt, Item};
use crate::reading::phrases::{Period, says_any};
use crate::reading::prices::Expression;
use crate::terms::{Found, Kind, Mark};

impl Charge<'_, '_> {
    pub(super) fn doubts(&self, item: &mut Item, price: &Expression, billed: Option<(usize, Period)>) {
        let ambiguous = price.period.is_some_and(|found| found.often == Often::Ambiguous)
            || billed.is_some_and(|(_, found)| found.often == Often::Ambiguous);
        if ambiguous {
            let (from, to) = crate::reading::roles::clause(self.reader.tokens(), self.at);
            item.line.cadence =
                Found::unsupported(self.statement().stretch.printed(from, to), self.evidence());
        }
        if self.reader.is_contingent(self.at) {
            item.line.marks.push(Mark::Contingent);
            item.doubts.push(Doubt::new(
                Code::ConditionalPrice,
                "",
                "This is charged only under a condition.",
                "Decide whether and when it is charged.",
                self.evidence(),
            ));
        }
        if item.line.kind == Kind::OneTime && price.percent.is_some() && !item.line.is(Mark::Contingent) {
            item.line.marks.push(Mark::Contingent);
        }
        if says_any(
            self.reader.tokens(),
            "previously been advanced|has been paid|already paid|previously paid|\
            already been paid|been received",
        ) {
            item.line.marks.push(Mark::AlreadyPaid);
        }
        if self
            .reader
            .tokens()
            .get(self.at)
            .is_some_and(|token| token.disputed.is_some())
        {
            item.doubts.push(Doubt::new(
                Code::WordsDifferFromNumerals,
                "/price",
                "The amount in words differs from the amount in numerals.",
                "Ask which of the two holds, and enter it.",
                self.evidence(),
            ));
        }
    }
}
