//! A line that bills, and how flags name its fields.

use jiff::civil::Date;
use pricing::money::grouped;
use rust_decimal::Decimal;

use crate::flag::{Code, Flag};
use crate::normal::date::last_day;
use crate::terms::{Kind, LineItem, Mark, Terms};

/// A line of the terms and its place among them.
#[derive(Clone, Copy)]
pub(super) struct Line<'t> {
    /// From 0.
    pub(super) index: usize,
    pub(super) item: &'t LineItem,
}

impl Line<'_> {
    /// A flag about one field of the line (`/price/amount`; the whole line if empty), with the words of the line.
    pub(super) fn flag(&self, code: Code, field: &str, sentence: String, what_to_do: &str) -> Flag {
        Flag::new(code, sentence, what_to_do)
            .at(self.path(field))
            .seen(self.item.evidence.iter().cloned())
    }

    /// The JSON pointer of one of its fields.
    pub(super) fn path(&self, field: &str) -> String {
        format!("/line_items/{}{field}", self.index)
    }

    /// Its name in a sentence.
    pub(super) fn name(&self) -> String {
        format!("“{}”", self.item.description)
    }
}

/// Every line.
pub(super) fn lines(terms: &Terms) -> impl Iterator<Item = Line<'_>> {
    terms
        .line_items
        .iter()
        .enumerate()
        .map(|(index, item)| Line { index, item })
}

/// The lines that bill: those that [`crate::interpret`] would make charges of if they said all they must.
pub(super) fn charged(terms: &Terms) -> impl Iterator<Item = Line<'_>> {
    lines(terms).filter(|line| bills(line.item))
}

fn bills(item: &LineItem) -> bool {
    let never = [
        Mark::NonCash,
        Mark::AlreadyPaid,
        Mark::PaidByProvider,
        Mark::PassThrough,
    ];
    let reported = matches!(item.kind, Kind::Usage | Kind::Percentage | Kind::Milestone);
    !never.iter().any(|mark| item.is(*mark)) && (reported || !item.is(Mark::Contingent))
}

/// First and last day of the term, as far as they are stated or follow from its length.
pub(super) fn bounds(terms: &Terms) -> (Option<Date>, Option<Date>) {
    let start = terms
        .term
        .start
        .copied()
        .or_else(|| terms.effective_date.copied());
    let computed = || last_day(start?, terms.term.months.copied()?);
    (start, terms.term.end.copied().or_else(computed))
}

/// An amount for people, with at least two decimals: `33,300.00`.
pub(super) fn amount(value: Decimal) -> String {
    grouped(value.normalize(), 2)
}

/// A count or a percentage for people, without needless decimals: `1,000`, `2.5`.
pub(super) fn count(value: Decimal) -> String {
    grouped(value.normalize(), 0)
}
