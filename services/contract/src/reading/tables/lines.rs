//! Rows of a price list, each a line item.

mod absent;
mod awaited;
mod counts;
mod doubts;
mod due;
mod informs;
mod multiplied;
mod neighbours;
mod packs;
mod parts;
mod phrases;
mod resources;
mod row;
mod split;
mod values;

use rust_decimal::Decimal;

use super::columns::Column;
use super::{Place, TablesReading, pointers, steps};
use crate::flag::Code;
use crate::reading::items::{Doubt, Item, found};
use crate::reading::phrases::says_any;
use crate::reading::scopes::Grid;
use crate::reading::tokens::{Kind as TokenKind, Stretch, Token};
use crate::terms::{Cadence, Evidence, Found, Kind, Match, Total};
use row::RowReader;

/// Reads every row: items, totals, and rows that only head others.
pub(super) fn read(place: &Place<'_>, reading: &mut TablesReading) {
    let mut section = Section::default();
    let mut items: Vec<Item> = Vec::new();
    let parts = parts::of(place);
    let mut at = 0usize;
    while let Some(row) = place.grid.rows.get(at) {
        if let Some((mut item, taken)) = steps::group(place, at) {
            item.section = section.name();
            items.push(item);
            at = at.saturating_add(taken.max(1));
            continue;
        }
        if is_left_open(place, row) {
            at = at.saturating_add(1);
            continue;
        }
        if let Some(total) = total(place, row) {
            reading.totals.push(total);
        } else if is_sum(row) {
            // The sum of a column that is no price.
        } else if let Some(pointer) = pointers::of(place, row, evidence_of(place, row)) {
            reading.pointers.push(pointer);
        } else if section.heads(row) {
            section.enter(row);
        } else if section.bounds(place, row) || parts.contains(&at) || informs::only(place, row) {
            // A minimum for the rows below, a part of the row above, or a figure to know: nothing of its own.
        } else {
            let mut own = of_row(place, row, &section);
            if price_columns(place)
                .iter()
                .any(|column| neighbours::goes_on(row, *column))
            {
                neighbours::with_row_above(items.last(), &mut own);
            }
            items.extend(own.into_iter().map(|item| Item {
                section: section.name(),
                ..item
            }));
        }
        at = at.saturating_add(1);
    }
    settle_unknown(place, &mut items);
    neighbours::over_allowance_period(place, &mut items);
    share_allowances(&mut items);
    reading.items.extend(items);
}

/// "☐ Carpet deep clean" among rows that are ticked: offered, and not ordered.
fn is_left_open(place: &Place<'_>, row: &[Stretch]) -> bool {
    let holds = |row: &[Stretch], marks: &[char]| {
        row.iter()
            .any(|cell| cell.printed(0, cell.tokens.len()).contains(marks))
    };
    let ticked = || {
        place
            .grid
            .rows
            .iter()
            .any(|row| holds(row, &['\u{2611}', '\u{2612}', '\u{2714}', '\u{2713}']))
    };
    holds(row, &['\u{2610}']) && ticked()
}

/// The only cell of a row that says anything, however many columns it spans; "A" before it only counts the parts.
fn spanning(row: &[Stretch]) -> Option<&Stretch> {
    let mut filled: Vec<&Stretch> = row.iter().filter(|cell| !cell.tokens.is_empty()).collect();
    filled.dedup_by(|one, other| one.all_words() == other.all_words());
    match filled.as_slice() {
        [only] => Some(*only),
        [letter, only] if row.len() > 2 && only.all_words() == row.last()?.all_words() => {
            let counts = matches!(letter.tokens.as_slice(), [one] | [one, _] if one.text.trim_end_matches('.').len() <= 2);
            counts.then_some(*only)
        }
        _ => None,
    }
}

/// What a row without a price of its own says of the rows under it.
#[derive(Debug, Default)]
struct Section {
    words: Vec<Token>,
    minimum: Option<Found<Decimal>>,
}

impl Section {
    /// Only one cell is filled, and it holds no price.
    fn heads(&self, row: &[Stretch]) -> bool {
        let price = row.iter().any(|cell| cell.tokens.iter().any(is_price));
        !price && spanning(row).is_some()
    }

    /// Its words, up to a bracket.
    fn name(&self) -> String {
        let words = self.words.iter().take_while(|token| !token.is_mark('('));
        words
            .map(|token| token.low.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn enter(&mut self, row: &[Stretch]) {
        if let Some(cell) = spanning(row) {
            self.words.clone_from(&cell.tokens);
            self.minimum = None;
        }
    }

    /// "(Minimum charge for each of the below services) | $500.00".
    fn bounds(&mut self, place: &Place<'_>, row: &[Stretch]) -> bool {
        let said = row.iter().any(|cell| {
            says_any(&cell.tokens, "minimum") && says_any(&cell.tokens, "below|following|each of the")
        });
        let amount = row.iter().find_map(|cell| {
            let at = cell.tokens.iter().position(|token| token.money().is_some())?;
            let value = cell.tokens.get(at)?.money()?.value;
            Some(found(value, cell, place.document, at, at.saturating_add(1)))
        });
        let Some(amount) = amount.filter(|_| said) else {
            return false;
        };
        self.minimum = Some(Found {
            evidence: evidence_of(place, row),
            ..amount
        });
        true
    }
}

fn is_price(token: &Token) -> bool {
    matches!(
        token.kind,
        TokenKind::Money(_) | TokenKind::Percent(_) | TokenKind::Withheld { .. }
    )
}

/// "Order Total | $404,564.00".
fn total(place: &Place<'_>, row: &[Stretch]) -> Option<Total> {
    const NAMES: &str = "grand total|order total|contract total|total payment|total fees|total price|\
        total cost|net total|total amount|total annual|total monthly|total contract value|\
        annual total|monthly total|quote total|total due|total first year|first year total";
    let label = row.iter().find(|cell| !cell.tokens.is_empty())?;
    let named = names_sum(label) || says_any(&label.tokens, NAMES);
    // "Planning value: €90,800" adds up what nobody charges.
    let charged = row
        .iter()
        .enumerate()
        .filter(|(column, _)| *column == 0 || place.columns.get(*column) != Some(&Column::Note));
    let (cell, at, amount) = charged.rev().find_map(|(_, cell)| {
        let at = cell.tokens.iter().position(|token| token.money().is_some())?;
        Some((cell, at, cell.tokens.get(at)?.money()?))
    })?;
    named.then(|| Total {
        label: label.printed(0, label.tokens.len()),
        amount: Found {
            evidence: evidence_of(place, row),
            ..found(amount.value, cell, place.document, at, at.saturating_add(1))
        },
    })
}

/// Does the row say that it adds up others?
pub(super) fn is_sum(row: &[Stretch]) -> bool {
    row.iter()
        .find(|cell| !cell.tokens.is_empty())
        .is_some_and(names_sum)
}

/// A first cell that says that the row adds up others.
fn names_sum(cell: &Stretch) -> bool {
    let first = cell.tokens.first();
    let short = cell.tokens.len() <= 8;
    first.is_some_and(|token| token.is_any("total|totals|subtotal|sub-total|sum|aggregate"))
        || short && is_span_sum(&cell.tokens)
        || says_any(&cell.tokens, "all slices|all together|all phases")
        || short && is_net_sum(&cell.tokens)
}

/// "First-year total", "Monthly total": nothing but what it is the total of.
fn is_span_sum(tokens: &[Token]) -> bool {
    const OF: &str = "year|first|first-year|second|third|annual|yearly|monthly|month|quarterly|quarter|order|contract|term|overall|project";
    let Some((last, before)) = tokens.split_last() else {
        return false;
    };
    last.is_any("total|totals")
        && !before.is_empty()
        && before
            .iter()
            .all(|token| token.is_any(OF) || !matches!(token.kind, TokenKind::Word))
}

/// "Net amount part A", "Order value": the words for a sum and nothing that could be sold.
fn is_net_sum(tokens: &[Token]) -> bool {
    const SUMS: &str = "net amount|gross amount|net sum|gross sum|net total|gross total|total net|total gross|amount payable|\
        balance due|order value|contract value|order amount";
    const BESIDE: &str = "part|of|the|this|order|quote|offer|a|b|c|d|excl|incl|vat|tax|per|month|year";
    crate::reading::phrases::find_any(tokens, SUMS).is_some_and(|(at, length)| {
        let rest = tokens
            .iter()
            .enumerate()
            .filter(|(place, _)| !(at..at.saturating_add(length)).contains(place));
        rest.into_iter()
            .all(|(_, token)| !matches!(token.kind, TokenKind::Word) || token.is_any(BESIDE))
    })
}

/// The items of a row: one for each price column.
fn of_row(place: &Place<'_>, row: &[Stretch], section: &Section) -> Vec<Item> {
    if row
        .iter()
        .find(|cell| !cell.tokens.is_empty())
        .is_some_and(names_sum)
    {
        return Vec::new();
    }
    if is_for_information(row) || is_no_share(place, row) {
        return Vec::new();
    }
    let mut columns = price_columns(place);
    let several = columns.len() > 1;
    let holds_price = |column: &usize| row.get(*column).is_some_and(|cell| !cell.tokens.is_empty());
    if !columns.iter().any(holds_price) {
        // "Data migration (one-off)" has nothing but its sum.
        columns = place.all(Column::Extended);
    }
    columns
        .iter()
        .flat_map(|column| {
            split::or_whole(&RowReader {
                place,
                row,
                section,
                column: *column,
                several,
            })
        })
        .collect()
}

const TAXES: &str = "vat|tva|iva|mwst|ust|gst|hst|moms|btw|tax|taxes";
const BESIDE_TAXES: &str =
    "plus|sales|value|added|at|of|on|the|net|amount|rate|excl|incl|and|add|total|use|statutory";

/// "plus 19% VAT | 1,492.41": what the law adds. "VAT return preparation" is a service.
pub(super) fn is_tax(row: &[Stretch]) -> bool {
    let label = row.iter().find(|cell| !cell.tokens.is_empty());
    label.is_some_and(|cell| {
        let plain = |token: &Token| {
            !matches!(token.kind, TokenKind::Word) || token.is_any(TAXES) || token.is_any(BESIDE_TAXES)
        };
        cell.tokens.iter().any(|token| token.is_any(TAXES)) && cell.tokens.iter().all(plain)
    })
}

/// "Estimated annual fees | $13,500 (for planning)", "Largest single sale | $2,500": nothing that is charged.
fn is_for_information(row: &[Stretch]) -> bool {
    let label = row.iter().find(|cell| !cell.tokens.is_empty());
    let led = label.is_some_and(|cell| {
        cell.tokens.first().is_some_and(|token| {
            token.is_any("estimated|expected|anticipated|projected|forecast|largest|budgeted|approximate")
        })
    });
    // "Forecast platform | $400.00 | per billing month": a product that is billed, whatever it is called.
    let billed = row
        .iter()
        .skip(1)
        .any(|cell| crate::reading::phrases::period_within(&cell.tokens).is_some());
    let product = label.is_some_and(|cell| cell.tokens.first().is_some_and(|token| token.is("forecast")));
    led && !(billed && product) || is_performance(row) || row.iter().any(|cell| {
        says_any(
            &cell.tokens,
            "not ordered|not selected|not chosen|not part of this order|for planning|not a commitment|for information only|for information|for reference only|non-binding|credit limit|insured value",
        )
    })
}

/// "Server availability, tier 1 | 99.8%": how well something works.
fn is_performance(row: &[Stretch]) -> bool {
    let percent = row
        .iter()
        .flat_map(|cell| &cell.tokens)
        .any(|token| token.percent().is_some());
    let money = row
        .iter()
        .flat_map(|cell| &cell.tokens)
        .any(|token| token.money().is_some());
    let works = row.iter().any(|cell| {
        says_any(
            &cell.tokens,
            "availability|uptime|answered|resolved|response|response time|on time|on-time|accuracy|turnaround|complete by|\
             completed by|completed within|delivered within|fill rate|abandoned|abandonment",
        )
    });
    percent && !money && works
}

/// "Assay | not less than 98.0%", "Summer | Greyhaven | 50%": a percentage where nothing around speaks of money is none of money.
fn is_no_share(place: &Place<'_>, row: &[Stretch]) -> bool {
    const OF_MONEY: &str = "royalt|commission|fee|rate|discount|share|price|pricing|charge|revenue|sales|margin|rebate|premium|cost|\
        payment|pay|percentage of|compensation|markup|mark-up|surcharge|commercial|tariff|billing|invoice|take";
    let priced = row.iter().flat_map(|cell| &cell.tokens).any(|token| {
        token.money().is_some() || matches!(token.kind, TokenKind::Withheld { money: true, .. })
    });
    let percent = row
        .iter()
        .flat_map(|cell| &cell.tokens)
        .any(|token| token.percent().is_some());
    let header = place.grid.header.iter().flatten();
    let mut said = row
        .iter()
        .chain(header)
        .map(|cell| cell.tokens.as_slice())
        .chain([place.heading_tokens()])
        .chain(place.near.iter().map(|statement| statement.tokens()));
    percent && !priced && !said.any(|tokens| crate::reading::phrases::has_stem(tokens, OF_MONEY))
}

/// Price columns; a sum or a list price stands in where a table has no other.
fn price_columns(place: &Place<'_>) -> Vec<usize> {
    let mut columns = place.all(Column::Price);
    columns.extend(place.all(Column::Share));
    for instead in [Column::Extended, Column::ListPrice] {
        if columns.is_empty() {
            columns = place.all(instead);
        }
    }
    columns
}

fn evidence_of(place: &Place<'_>, row: &[Stretch]) -> Vec<Evidence> {
    Evidence::from_words(place.document, &Grid::row_words(row), Match::Exact)
        .into_iter()
        .collect()
}

/// "Pages above the allowance": the allowance stands on the fee before it.
fn share_allowances(items: &mut [Item]) {
    const BEYOND: [&str; 7] = [
        "above",
        "beyond",
        "over",
        "excess",
        "additional",
        "extra",
        "overage",
    ];
    for at in 1..items.len() {
        let Some((before, rest)) = items.split_at_mut_checked(at) else {
            continue;
        };
        let Some(item) = rest.first_mut() else { continue };
        let beyond = item.names.iter().any(|name| BEYOND.contains(&name.as_str()));
        if item.line.kind != Kind::Usage || !beyond || item.line.included.value.is_some() {
            continue;
        }
        let fee = before
            .iter()
            .rev()
            .find(|known| known.line.kind == Kind::Recurring && known.line.included.value.is_some());
        if let Some(fee) = fee {
            item.line.included.clone_from(&fee.line.included);
        }
    }
}

/// A row whose words do not tell its sort is of the sort of its neighbours: beside rates, a rate; else a question.
fn settle_unknown(place: &Place<'_>, items: &mut [Item]) {
    let known: Vec<Kind> = items
        .iter()
        .filter(|item| !item.kind_unknown)
        .map(|item| item.line.kind)
        .collect();
    let rates = known
        .iter()
        .filter(|kind| matches!(kind, Kind::Usage | Kind::Percentage))
        .count();
    let counted = place
        .columns
        .iter()
        .any(|column| matches!(column, Column::Quantity | Column::Extended | Column::Months));
    let of_rates = rates > 0 && rates.saturating_mul(2) >= known.len();
    for item in items.iter_mut().filter(|item| item.kind_unknown) {
        if !counted {
            item.line.kind = Kind::Usage;
            if item.line.price.unit_price.is_absent() {
                item.line.price.unit_price = std::mem::take(&mut item.line.price.amount);
            }
            if item.line.cadence.copied() == Some(Cadence::OneTime) {
                item.line.cadence = Found::absent();
            }
        }
        if counted || !of_rates {
            let evidence = item.line.evidence.clone();
            item.doubts.push(Doubt::new(
                Code::CadenceNotStated,
                "/cadence",
                "The table does not say whether this is charged once, again and again, or each time it happens.",
                "Enter how often it is charged.",
                evidence,
            ));
        }
    }
}
