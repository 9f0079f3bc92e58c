//! Scopes: what belongs together on the page. A value is only ever read together with words of its own scope.
//!
//! Lines become headings, paragraphs and rows; paragraphs become sentences; tables stay tables. Every scope knows the
//! heading it stands under.

mod aligned;
pub(crate) mod carried;
mod grid;
mod lines;
mod reshaped;
mod sentences;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use super::tokens::{Locale, Stretch};
use crate::page::{Document, LineId};

pub(crate) use grid::{Grid, is_bounds};

/// A document cut into scopes, in reading order.
#[derive(Debug, Clone)]
pub(crate) struct Scopes {
    /// In reading order.
    pub(crate) all: Vec<Scope>,
    /// How the document writes numbers and dates.
    pub(crate) locale: Locale,
}

/// One scope and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// What it is.
    pub(crate) content: Content,
    /// The headings it stands under, the nearest last.
    pub(crate) under: Rc<Under>,
    /// The line it begins in.
    pub(crate) line: LineId,
}

/// Where a scope stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Under {
    /// The nearest heading, lower case, without its number.
    pub(crate) heading: String,
    /// The number before the heading or paragraph: `4.2`, `(a)`, `A`.
    pub(crate) number: String,
    /// The heading as printed, as tokens.
    pub(crate) title: Option<Stretch>,
}

/// What a scope is.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// A heading.
    Heading(Stretch),
    /// One sentence; the number counts paragraphs.
    Sentence(Stretch, usize),
    /// Cells side by side on one line (with their continuation lines), outside any table.
    Row(Vec<Stretch>),
    /// A table.
    Table(Grid),
}

/// Cuts a document into scopes.
pub(crate) fn cut(document: &Document, locale: Locale) -> Scopes {
    let mut all = Vec::new();
    let mut under = Rc::new(Under::default());
    for (paragraph, block) in lines::blocks(document).into_iter().enumerate() {
        let line = block.line;
        let mut put = |content, under: &Rc<Under>| {
            all.push(Scope {
                content,
                under: Rc::clone(under),
                line,
            });
        };
        match block.kind {
            lines::BlockKind::Heading(words) => {
                let title = super::tokens::read(document, &words, locale);
                under = Rc::new(sentences::under(&title, document));
                put(Content::Heading(title), &under);
            }
            lines::BlockKind::Paragraph(words) => {
                let stretch = super::tokens::read(document, &words, locale);
                for (sentence, new_under) in sentences::split(&stretch, document) {
                    if let Some(new_under) = new_under {
                        under = Rc::new(new_under);
                    }
                    put(Content::Sentence(sentence, paragraph), &under);
                }
            }
            lines::BlockKind::Row(cells) => {
                let cells = cells
                    .iter()
                    .map(|cell| super::tokens::read(document, cell, locale))
                    .collect();
                put(Content::Row(cells), &under);
            }
            lines::BlockKind::Table(index) => {
                let Some(table) = document.tables.get(index) else {
                    continue;
                };
                let mut grid = Grid::read(document, table, locale);
                let heading = under.title.as_ref().map_or(&[][..], |title| &title.tokens);
                carried::carry_heading(heading, &mut grid.rows);
                for text in grid.as_text(document, locale) {
                    for (sentence, _) in sentences::split(&text, document) {
                        put(Content::Sentence(sentence, paragraph), &under);
                    }
                }
                if !grid.is_text() {
                    for part in grid.parts() {
                        put(Content::Table(part), &under);
                    }
                }
            }
        }
    }
    Scopes {
        all: gathered(document, &all, locale),
        locale,
    }
}

/// Rows of as many cells, one under the other, are a table that nothing rules: the first is its header where it names
/// what the others hold.
fn gathered(document: &Document, all: &[Scope], locale: Locale) -> Vec<Scope> {
    let mut out: Vec<Scope> = Vec::with_capacity(all.len());
    let mut all = all.to_vec();
    carry_signs(&mut all);
    let all = all.as_slice();
    let mut at = 0usize;
    while let Some(scope) = all.get(at) {
        let run = run_of_rows(all, at);
        let grid = aligned::table(document, all, at, locale)
            .or_else(|| Some(Grid::of_rows(&run)?).map(|grid| (grid.all_rows().count(), grid)))
            .or_else(|| {
                let run: Vec<Vec<Stretch>> = rows_from(all, at).cloned().collect();
                let grid = Grid::of_stages(&run).or_else(|| Grid::of_tiers(&run))?;
                Some((grid.rows.len(), grid))
            });
        match grid {
            Some((grid_rows, grid)) => {
                out.push(Scope {
                    content: Content::Table(grid),
                    under: Rc::clone(&scope.under),
                    line: scope.line,
                });
                at = at.saturating_add(grid_rows);
            }
            None => {
                out.push(scope.clone());
                at = at.saturating_add(1);
            }
        }
    }
    out
}

/// Rows one under the other share the sign that one of them prints.
fn carry_signs(all: &mut [Scope]) {
    let mut at = 0usize;
    while at < all.len() {
        let mut run = run_of_rows(all, at);
        if run.len() > 1 {
            carried::carry(&mut run);
        }
        let length = run.len().max(1);
        carried::carry_down(all.get(..at).and_then(last_row), &mut run);
        for (scope, cells) in all.iter_mut().skip(at).zip(run) {
            scope.content = Content::Row(cells);
        }
        at = at.saturating_add(length);
    }
}

/// The cells of the row that ends those scopes, if a row does.
fn last_row(above: &[Scope]) -> Option<&[Stretch]> {
    above.last().and_then(row).map(Vec::as_slice)
}

fn row(scope: &Scope) -> Option<&Vec<Stretch>> {
    match &scope.content {
        Content::Row(cells) => Some(cells),
        _ => None,
    }
}

/// The cells of rows from `at` on.
fn rows_from(all: &[Scope], at: usize) -> impl Iterator<Item = &Vec<Stretch>> {
    all.iter().skip(at).map_while(row)
}

/// The cells of rows from `at` on that have as many cells as the first.
fn run_of_rows(all: &[Scope], at: usize) -> Vec<Vec<Stretch>> {
    let length = all.get(at).and_then(row).map_or(0, Vec::len);
    rows_from(all, at)
        .take_while(|cells| cells.len() == length)
        .cloned()
        .collect()
}

impl Scopes {
    /// Every table with its scope.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (&Grid, &Scope)> {
        self.all.iter().filter_map(|scope| match &scope.content {
            Content::Table(grid) => Some((grid, scope)),
            _ => None,
        })
    }
}
