//! How often a price in a sentence is billed, and before or after its period.

use super::Charge;
use crate::normal::cadence::Often;
use crate::reading::phrases::{Period, divided, equal_parts, says_any, timing};
use crate::reading::prices::Expression;
use crate::reading::prose::billed;
use crate::terms::{Cadence, Found, Kind, LineItem, Role, Timing};

impl Charge<'_, '_> {
    /// How often it is billed: said after a verb of billing in this sentence, or by the next one of the paragraph.
    pub(super) fn billed(&self) -> Option<(usize, Period)> {
        let tokens = self.reader.tokens();
        let own = self.at..self.at.saturating_add(self.price.length);
        let (from, to) = crate::reading::roles::clause(tokens, self.at);
        let next = self.next_price().min(to);
        let within = |to: usize| {
            let found = billed(tokens.get(from..to)?);
            found.map(|(at, period)| (at.saturating_add(from), period))
        };
        // "3% of revenue, payable monthly, together with 10% of income, payable annually": the words behind a price are its own.
        let behind = || {
            let found = billed(tokens.get(self.at..next)?)?;
            let at = self.at.saturating_add(found.0);
            let other_before = crate::reading::roles::clause(tokens, self.at).0;
            let shared = tokens
                .get(other_before..self.at)?
                .iter()
                .any(|token| token.money().is_some() || token.percent().is_some());
            shared.then_some((at, found.1))
        };
        let stated = behind().or_else(|| within(next)).or_else(|| within(to));
        let stated = stated
            .filter(|(at, _)| !own.contains(at) || self.price.period.is_some())
            .filter(|(at, _)| !self.is_of_other_fees(*at));
        stated.or_else(|| self.counted_over(to))
    }

    /// "an annual retainer of $60,000 and shall pay hourly fees monthly": how often something else is paid.
    fn is_of_other_fees(&self, at: usize) -> bool {
        let end = self.at.saturating_add(self.price.length);
        let Some(between) = self.reader.tokens().get(end..at) else {
            return false;
        };
        let and = between.iter().position(|token| token.is("and"));
        let behind = and.and_then(|and| between.get(and..)).unwrap_or_default();
        behind
            .iter()
            .any(|token| token.is_any("fees|charges|expenses|costs|royalties|commissions"))
    }

    /// "one-twelfth of 0.50%": the price is one of a year, paid every month.
    pub(super) fn is_twelfth(&self) -> bool {
        let before = self.reader.tokens().get(self.at.saturating_sub(9)..self.at);
        before.is_some_and(|before| {
            says_any(
                before,
                "one-twelfth of|one-twelfth ( 1 / 12 ) of|1 / 12 of|one twelfth of|1 / 12th of",
            )
        })
    }

    /// "an annual fee of $60,000 in two equal installments": how often a yearly price cut in so many parts is paid.
    pub(super) fn in_parts(&self, span: Option<Period>) -> Option<(usize, Period)> {
        let (_, clause) = crate::reading::roles::clause(self.reader.tokens(), self.at);
        let (_, to) = self.between();
        let from = self.at.saturating_add(self.price.length);
        let words = self.reader.tokens().get(from..to.min(clause))?;
        let span = span?.cadence()?;
        let (at, length, parts) = equal_parts(words)?;
        // "and the tooling cost shall be paid in two equal installments": something else is.
        let other = words.get(..at)?.iter().any(|token| {
            token.is_any("fee|fees|price|cost|costs|charge|premium|goods|delivery|equipment|deposit|overpayment|tooling|loan")
        });
        if other {
            return None;
        }
        let often = Often::Is(divided(span, parts)?);
        Some((from.saturating_add(at), Period { often, length }))
    }

    /// "beyond 10 in any given month", "that exceed 260 hours in a single month": the span over which an allowance counts.
    fn counted_over(&self, to: usize) -> Option<(usize, Period)> {
        let tokens = self.reader.tokens();
        let end = self.at.saturating_add(self.price.length);
        let excess = || self.reader.excess_before(self.at, self.price.unit());
        let behind = self.excess_behind(self.price.unit()).is_some();
        let counted = match self.price.above {
            Some(_) => end..to.min(end.saturating_add(8)),
            None if behind => end..to,
            None => excess()?.0..self.at,
        };
        counted
            .into_iter()
            .find_map(|at| crate::reading::phrases::period(tokens, at).map(|found| (at, found)))
    }

    pub(super) fn rhythm(&self, line: &mut LineItem, price: &Expression, billed: Option<(usize, Period)>) {
        let period = price.period.and_then(Period::cadence);
        let cadence =
            billed.and_then(|(at, found)| found.cadence().map(|cadence| (at, found.length, cadence)));
        let end = self.at.saturating_add(price.length);
        match (line.kind, cadence, period) {
            (Kind::OneTime, ..) if price.percent.is_some() => {
                line.cadence = self.found(Cadence::PerEvent, self.at, end);
            }
            (Kind::OneTime, ..) | (Kind::PrepaidCredit, None, _) => {
                line.cadence = self.found(Cadence::OneTime, self.at, end);
            }
            (_, Some((at, length, cadence)), _) => {
                line.cadence = self.found(cadence, at.saturating_sub(1), at.saturating_add(length));
                if let Some(period) = period.filter(|period| *period != cadence) {
                    line.price.period = self.found(period, self.at, end);
                }
            }
            (_, None, Some(period)) => line.cadence = self.found(period, self.at, end),
            // "$.35 per item, with a minimum monthly charge of $5,000": what is owed at least each month is counted each month.
            (_, None, None) => {
                if let Some(each) = price.minimum_each.and_then(Period::cadence) {
                    line.cadence = self.found(each, self.at, end);
                }
            }
        }
        let measured = matches!(line.kind, Kind::Usage | Kind::Percentage);
        let said = self
            .timed()
            .filter(|(.., when)| !(measured && *when == Timing::Advance));
        if let Some((at, length, when)) = said {
            line.timing = self.found(when, at, at.saturating_add(length));
        }
        if matches!(line.kind, Kind::OneTime | Kind::PrepaidCredit) {
            line.start = self.reader.due_day(self.at).unwrap_or_default();
            if line.timing.is_absent() && !line.start.is_absent() {
                line.timing = Found::derived(
                    Timing::Advance,
                    "paid on a day, for nothing measured",
                    line.evidence.clone(),
                );
            }
        }
    }

    /// Where the next price of the sentence stands, or where the sentence ends.
    fn next_price(&self) -> usize {
        let later = |(at, role): &(usize, Role)| (*role == Role::Price && *at > self.at).then_some(*at);
        let end = self.reader.tokens().len();
        self.reader.roles.iter().filter_map(later).min().unwrap_or(end)
    }

    /// Before or after, as the words from this price to the next say; else the words behind the last price, or before the
    /// first.
    fn timed(&self) -> Option<(usize, usize, Timing)> {
        let tokens = self.reader.tokens();
        let prices: Vec<usize> = self
            .reader
            .roles
            .iter()
            .filter(|(_, role)| *role == Role::Price)
            .map(|(at, _)| *at)
            .collect();
        let next = self.next_price();
        let first = prices.first().copied().unwrap_or(tokens.len());
        let last = prices.last().copied().unwrap_or_default();
        [(self.at, next), (last, tokens.len()), (0, first)]
            .into_iter()
            .find_map(|(from, to)| {
                let (at, length, when) = timing(tokens.get(from..to)?)?;
                Some((from.saturating_add(at), length, when))
            })
    }
}
