//! What is not clear about a price in a sentence, and what is particular about it.

use rust_decimal::Decimal;

use super::Charge;
use crate::flag::Code;
use crate::normal::cadence::Often;
use crate::reading::items::{Doubt, Item};
use crate::reading::phrases::{Period, says_any};
use crate::reading::prices::Expression;
use crate::terms::{Found, Kind, Mark};

impl Charge<'_, '_> {
    /// "20% of commissions in excess of $1,500,000", "10% until royalties equal $1,000,000".
    fn is_above_money(&self) -> bool {
        let tokens = self.reader.tokens();
        let (_, to) = self.reader.between_amounts(self.at);
        let behind = tokens.get(self.at..to).unwrap_or_default();
        let bound = tokens.get(to).is_some_and(|token| token.money().is_some());
        let last = behind.get(behind.len().saturating_sub(6)..).unwrap_or(behind);
        self.price.percent.is_some()
            && bound
            && says_any(
                last,
                "in excess of|exceeding|above|over|up to|equal|exceed|exceeds|first|reach|total",
            )
    }

    /// "$250,000 on each of the first and second anniversaries".
    fn falls_due_again(&self) -> bool {
        let (_, to) = self.reader.between_amounts(self.at);
        let behind = self.reader.tokens().get(self.at..to).unwrap_or_default();
        let before = self
            .reader
            .tokens()
            .get(self.at.saturating_sub(5)..self.at)
            .unwrap_or_default();
        // "in five installments of $100,000": how many is known, when is asked.
        let parts = before
            .iter()
            .any(|token| token.is_any("installments|instalments"))
            && before
                .iter()
                .any(|token| token.number().is_some_and(|count| count > Decimal::ONE));
        parts
            || says_any(
                behind,
                "on each of|upon each of|at each of|on each such|anniversaries",
            )
    }

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
        if self.is_above_money() {
            item.doubts.push(Doubt::new(
                Code::ConditionalPrice,
                "/price",
                "This share counts only above or up to an amount.",
                "Enter the amounts between which it counts as tiers.",
                self.evidence(),
            ));
        }
        if item.line.kind == Kind::OneTime && self.falls_due_again() {
            item.doubts.push(Doubt::new(
                Code::AmbiguousCadence,
                "/cadence",
                "This falls due on several days.",
                "Enter a line for each of them, or how often it is paid.",
                self.evidence(),
            ));
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
