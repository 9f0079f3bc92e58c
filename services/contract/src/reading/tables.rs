//! Tables of what is charged: line items, tiers, milestones, payment schedules, ramps by year.

mod across;
mod billing;
mod cells;
mod columns;
mod headed;
mod lines;
mod milestones;
mod pointers;
mod ramps;
mod schedules;
pub(crate) mod shares;
mod steps;

#[cfg(test)]
mod tests;

use super::items::Item;
use super::prices::Expression;
use super::scopes::{Content, Grid, Scope, Scopes};
use super::statements::{Statement, is_form, is_priced};
use super::tokens::{Stretch, Token};
use crate::page::Document;
use crate::terms::{Cadence, Found, Total};

use columns::{Column, columns};
pub(crate) use pointers::{Pointer, follow};

/// What tables say.
#[derive(Debug, Default)]
pub(crate) struct TablesReading {
    /// What is charged.
    pub(crate) items: Vec<Item>,
    /// Sums printed.
    pub(crate) totals: Vec<Total>,
    /// Rows whose price stands elsewhere in the document.
    pub(crate) pointers: Vec<Pointer>,
}

/// A table and what stands around it.
pub(crate) struct Place<'s> {
    pub(crate) document: &'s Document,
    pub(crate) grid: &'s Grid,
    pub(crate) scope: &'s Scope,
    pub(crate) index: usize,
    /// Statements under the same heading, or right before and after.
    pub(crate) near: Vec<&'s Statement>,
    pub(crate) statements: &'s [Statement],
    columns: Vec<Column>,
    defaults: Defaults,
    /// Is it the only table of tiers in the document? Then words further away can speak of no other.
    only_tiers: bool,
}

/// What the header, the heading and sentences nearby say of every row.
#[derive(Debug, Default, Clone)]
pub(crate) struct Defaults {
    /// "per 1M tokens", "price per seat per month".
    pub(crate) price: Expression,
    /// The same, said for one column: by its place.
    pub(crate) by_column: Vec<Expression>,
    /// Evidence of a sentence that says it.
    pub(crate) evidence: Vec<crate::terms::Evidence>,
}

/// Reads all tables of prices.
pub(crate) fn read(document: &Document, scopes: &Scopes, statements: &[Statement]) -> TablesReading {
    let mut reading = TablesReading::default();
    let ladders = scopes
        .tables()
        .filter(|(grid, _)| columns(grid).contains(&Column::Range))
        .count();
    let around = Around {
        document,
        statements,
        only_tiers: ladders <= 1,
    };
    for (index, scope) in scopes.all.iter().enumerate() {
        if charges_nothing(scope) {
            continue;
        }
        match &scope.content {
            Content::Table(grid) if !is_form(grid) && !is_signature(grid) => {
                let under = headed::of_table(document, scopes, index, grid);
                table(
                    &around,
                    under.as_ref().unwrap_or(grid),
                    scope,
                    index,
                    &mut reading,
                );
            }
            Content::Row(cells) if is_priced(cells) => {
                let grid = Grid {
                    header: headed::over(document, scopes, index, cells),
                    rows: vec![cells.clone()],
                    doubtful: None,
                };
                table(&around, &grid, scope, index, &mut reading);
            }
            _ => {}
        }
    }
    reading
}

/// "Insurance", "Illustration of a month's invoice": whatever a table there lists, nobody is billed for it.
fn charges_nothing(scope: &Scope) -> bool {
    let heading = &scope.under.heading;
    let says = |words: &str| words.split('|').any(|word| heading.contains(word));
    if heading.len() <= 90
        && says("for termination|termination charge|termination fee|termination payment|early termination")
    {
        return true;
    }
    heading.len() <= 90
        && says(
            "insurance|illustration|illustrative|example|liability|service level|performance standard|performance level|uptime",
        )
        && !says("fee|price|pricing|charge|premium|rate")
}

/// "Order amount | Shipping charged to buyer", "Retail prices": what a party asks of its own customers.
fn is_of_others(place: &Place<'_>) -> bool {
    const OTHERS: &str = "charged to buyer|charged to buyers|charged to consumers|charged to its customers|charged to users|\
        paid by buyers|paid by consumers|paid by shareholders|suggested retail prices|retail prices of";
    let header = place.grid.header.iter().flatten();
    let said = header
        .map(|cell| cell.tokens.as_slice())
        .chain([place.heading_tokens()]);
    said.into_iter()
        .any(|tokens| crate::reading::phrases::says_any(tokens, OTHERS))
}

/// What every table of a document shares.
struct Around<'s> {
    document: &'s Document,
    statements: &'s [Statement],
    only_tiers: bool,
}

fn table(around: &Around<'_>, grid: &Grid, scope: &Scope, index: usize, reading: &mut TablesReading) {
    let untaxed = without_taxes(grid);
    let grid = untaxed.as_ref().unwrap_or(grid);
    let near = near(around.statements, scope, index);
    let place = Place {
        document: around.document,
        grid,
        scope,
        index,
        columns: columns(grid),
        defaults: billing::defaults(around.document, grid, scope, &near),
        near,
        statements: around.statements,
        only_tiers: around.only_tiers,
    };
    if is_of_others(&place) {
        return;
    }
    let items = schedules::read(&place)
        .or_else(|| milestones::read(&place))
        .or_else(|| steps::whole(&place))
        .or_else(|| across::read(&place))
        .or_else(|| ramps::read(&place))
        .or_else(|| ramps::read_rows(&place));
    match items {
        Some(items) => reading.items.extend(items),
        None => lines::read(&place, reading),
    }
}

/// The table without its rows of tax, where it has such rows.
fn without_taxes(grid: &Grid) -> Option<Grid> {
    let (taxes, rows): (Vec<_>, Vec<_>) = grid.rows.iter().cloned().partition(|row| lines::is_tax(row));
    (!taxes.is_empty() && !rows.is_empty()).then(|| Grid { rows, ..grid.clone() })
}

/// Statements under the same heading, and the two right before and after the table.
fn near<'s>(statements: &'s [Statement], scope: &Scope, index: usize) -> Vec<&'s Statement> {
    statements
        .iter()
        .filter(|statement| {
            let same = !scope.under.heading.is_empty() && statement.under.heading == scope.under.heading;
            let close = statement.scope.abs_diff(index) <= 2;
            (same && statement.scope.abs_diff(index) <= 12) || close
        })
        .collect()
}

/// Names, titles and dates under "By:".
fn is_signature(grid: &Grid) -> bool {
    let signs = |token: &Token| token.is_any("/s/|by|by:|signature|signed|printed|title|date");
    let rows = grid
        .all_rows()
        .filter(|row| row.iter().any(|cell| cell.tokens.first().is_some_and(signs)));
    let slash = grid
        .all_rows()
        .flatten()
        .any(|cell| crate::reading::phrases::says(&cell.tokens, 0, "/ s /"));
    let priced = grid
        .all_rows()
        .flatten()
        .any(|cell| cell.tokens.iter().any(|token| token.money().is_some()));
    !priced && (slash || rows.count() >= 2)
}

impl Place<'_> {
    /// The cell of a row in the first column of that sort.
    pub(crate) fn cell<'r>(&self, row: &'r [Stretch], sort: Column) -> Option<&'r Stretch> {
        let column = self.columns.iter().position(|column| *column == sort)?;
        row.get(column).filter(|cell| !cell.tokens.is_empty())
    }

    /// Columns of that sort.
    pub(crate) fn all(&self, sort: Column) -> Vec<usize> {
        self.columns
            .iter()
            .enumerate()
            .filter(|(_, column)| **column == sort)
            .map(|(at, _)| at)
            .collect()
    }

    /// The header of a column as tokens.
    pub(crate) fn header(&self, column: usize) -> &[Token] {
        self.grid
            .header
            .as_ref()
            .and_then(|header| header.get(column))
            .map_or(&[], |cell| cell.tokens.as_slice())
    }

    /// The heading over the table as printed.
    pub(crate) fn heading(&self) -> String {
        self.scope
            .under
            .title
            .as_ref()
            .map(|title| title.printed(0, title.tokens.len()))
            .unwrap_or_default()
    }

    /// The tokens of the heading.
    pub(crate) fn heading_tokens(&self) -> &[Token] {
        self.scope
            .under
            .title
            .as_ref()
            .map_or(&[], |title| title.tokens.as_slice())
    }

    /// A cadence with its words as evidence.
    pub(crate) fn cadence(&self, cadence: Cadence, cell: &Stretch) -> Found<Cadence> {
        Found::supported(
            cadence,
            cell.printed(0, cell.tokens.len()),
            cell.evidence(self.document, 0, cell.tokens.len()),
        )
    }
}
