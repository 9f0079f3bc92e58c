//! Every sum of lines that a printed total may mean.

use rust_decimal::Decimal;

use crate::checks::line_totals::{is_near, is_same};
use crate::checks::worth::{self, Basis, Span, Worth};
use crate::terms::{Kind, LineItem, Mark, Terms};

/// Beyond this many lines only whole sets and single lines are tried, so that a long price list costs no time.
const TOGETHER: usize = 60;

/// How well the lines give a total.
pub(super) enum Fit {
    /// To the hundredth.
    Exact,
    /// As near as rounded prices can be; the sum.
    Rounded(Decimal),
    /// Not at all.
    Nothing,
}

/// The best that any sum does for the total.
pub(super) fn fit(sums: &[Worth], total: Decimal) -> Fit {
    if sums.iter().any(|sum| is_same(sum.value, total)) {
        return Fit::Exact;
    }
    let near = sums.iter().filter(|sum| is_near(**sum, total));
    near.map(|sum| sum.value)
        .next()
        .map_or(Fit::Nothing, Fit::Rounded)
}

/// Sums over every span, of all lines, of those that recur, of those that do not, and of neighbours among them; with
/// and without reductions and tax.
pub(super) fn of(terms: &Terms) -> Vec<Worth> {
    let mut sums = Vec::new();
    for set in SETS {
        let lines: Vec<&LineItem> = terms.line_items.iter().filter(|item| set(item)).collect();
        for span in spans(terms) {
            for basis in [Basis::Net, Basis::List] {
                neighbours(terms, &lines, span, basis, &mut sums);
            }
        }
    }
    with_tax(terms, &mut sums);
    sums
}

type Set = fn(&LineItem) -> bool;

const SETS: [Set; 6] = [
    |item| is_fixed(item) && agreed(item) || is_reduction(item),
    |item| is_fixed(item) && agreed(item),
    |item| is_fixed(item) && agreed(item) && worth::comes_again(item),
    |item| is_fixed(item) && agreed(item) && !worth::comes_again(item),
    |item| is_fixed(item) || item.kind == Kind::Usage && item.quantity.value.is_some(),
    |item| item.kind == Kind::MinimumCommitment,
];

/// Does the contract itself fix what the line comes to?
pub(super) fn is_fixed(item: &LineItem) -> bool {
    let sort = matches!(
        item.kind,
        Kind::Recurring | Kind::Seat | Kind::OneTime | Kind::Milestone | Kind::PrepaidCredit
    );
    sort && !item.is(Mark::NonCash) && !item.is(Mark::PaidByProvider)
}

fn agreed(item: &LineItem) -> bool {
    !item.is(Mark::Contingent)
}

fn is_reduction(item: &LineItem) -> bool {
    item.kind == Kind::Discount && agreed(item)
}

fn spans(terms: &Terms) -> Vec<Span> {
    let mut spans = vec![Span::Printed, Span::Counted, Span::Once, Span::Term];
    spans.extend([1, 3, 6, 12, 24, 36].map(Span::Months));
    let years = terms
        .term
        .months
        .copied()
        .map_or(5, |months| months.div_ceil(12))
        .min(10);
    spans.extend((1..=years).map(Span::Year));
    spans
}

/// Sums of lines that stand together: each line alone, each run of neighbours, and all.
fn neighbours(terms: &Terms, lines: &[&LineItem], span: Span, basis: Basis, sums: &mut Vec<Worth>) {
    let parts: Vec<Option<Part>> = lines.iter().map(|item| part(terms, item, span, basis)).collect();
    for first in 0..parts.len() {
        let mut sum = Worth::default();
        for part in parts.iter().skip(first) {
            let Some(next) = part.and_then(|part| with(sum, part)) else {
                break;
            };
            sum = next;
            sums.push(sum);
        }
        if parts.len() > TOGETHER {
            break;
        }
    }
}

/// What a line adds.
#[derive(Clone, Copy)]
enum Part {
    Adds(Worth),
    TakesAway(Decimal),
    TakesPercent(Decimal),
}

fn part(terms: &Terms, item: &LineItem, span: Span, basis: Basis) -> Option<Part> {
    if item.kind != Kind::Discount {
        return worth::over(terms, item, span, basis).map(Part::Adds);
    }
    match item.price.percent.copied() {
        Some(percent) => Some(Part::TakesPercent(percent)),
        None => worth::over(terms, item, span, Basis::Net).map(|worth| Part::TakesAway(worth.value.abs())),
    }
}

fn with(sum: Worth, part: Part) -> Option<Worth> {
    match part {
        Part::Adds(worth) => sum.plus(worth),
        Part::TakesAway(amount) => less(sum, amount),
        Part::TakesPercent(percent) => less(sum, share(sum.value, percent)?),
    }
}

fn less(sum: Worth, amount: Decimal) -> Option<Worth> {
    let value = sum.value.checked_sub(amount)?;
    Some(Worth { value, ..sum })
}

fn share(of: Decimal, percent: Decimal) -> Option<Decimal> {
    of.checked_mul(percent)?.checked_div(Decimal::ONE_HUNDRED)
}

/// The same sums with tax on top, and the tax alone.
fn with_tax(terms: &Terms, sums: &mut Vec<Worth>) {
    let rates: Vec<Decimal> = terms
        .taxes
        .iter()
        .filter_map(|tax| tax.percent.copied())
        .collect();
    let plain = sums.clone();
    for rate in rates {
        for sum in &plain {
            let Some(tax) = share(sum.value, rate) else {
                continue;
            };
            sums.push(Worth { value: tax, ..*sum });
            sums.extend(sum.plus(Worth {
                value: tax,
                slack: Decimal::ZERO,
            }));
        }
    }
}
