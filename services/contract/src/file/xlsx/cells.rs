//! The cells of one sheet, and what a reviewer must know of them.

use super::book::{self, Book, Listed};
use super::formats::Kind;
use super::{dates, numbers};
use crate::file::sheet::{Merged, Sheet, SheetCell, SheetRow};
use crate::file::xml::Element;
use crate::page::cells::CellAt;
use crate::page::{Finding, FindingKind};

/// As many cells as a sentence names.
const NAMED: usize = 12;

/// Reads the cells of a sheet.
pub(super) struct Cells<'b> {
    book: &'b Book,
    hidden: bool,
    /// Columns that cannot be seen, from and to, from 0.
    columns: Vec<(u32, u32)>,
    pub(super) notes: Notes,
}

/// What was noticed.
#[derive(Debug, Default)]
pub(super) struct Notes {
    rows: Vec<u32>,
    columns: Vec<u32>,
    /// Cells whose words cannot be seen although their rows and columns can.
    unseen: Vec<CellAt>,
    /// Formulas that no value was stored with.
    unvalued: Vec<CellAt>,
    /// Cells that hold errors.
    faulty: Vec<CellAt>,
    /// Cells that hold more than they show.
    shorter: Vec<(CellAt, String, String)>,
}

impl<'b> Cells<'b> {
    pub(super) fn new(book: &'b Book, hidden: bool) -> Self {
        Self {
            book,
            hidden,
            columns: Vec::new(),
            notes: Notes::default(),
        }
    }

    pub(super) fn sheet(&mut self, root: &Element, listed: &Listed) -> Sheet {
        self.columns = list(root, "cols").filter_map(hidden_columns).collect();
        let mut sheet = Sheet {
            name: Some(listed.name.clone()),
            merged: list(root, "mergeCells").filter_map(merged).collect(),
            ..Sheet::default()
        };
        let mut next = 1u32;
        for row in list(root, "sheetData") {
            let number = row
                .attribute("r")
                .and_then(|number| number.parse().ok())
                .unwrap_or(next);
            next = number.saturating_add(1);
            let cells = self.row(row, number);
            // Rows that stand out of order are not rows of one sheet.
            let follows = sheet
                .rows
                .last()
                .is_none_or(|last: &SheetRow| last.number < number);
            if !cells.is_empty() && follows {
                sheet.rows.push(SheetRow { number, cells });
            }
        }
        sheet
    }

    fn row(&mut self, row: &Element, number: u32) -> Vec<SheetCell> {
        let hidden = is_on(row, "hidden") || row.attribute("ht").is_some_and(is_zero);
        let mut cells: Vec<SheetCell> = Vec::new();
        let mut next = 0u32;
        for element in row.elements().filter(|element| element.name == "c") {
            let named = element.attribute("r").and_then(CellAt::named);
            let at = CellAt {
                column: named.map_or(next, |at| at.column),
                row: number,
            };
            next = at.column.saturating_add(1);
            if cells.last().is_some_and(|last| last.column >= at.column) {
                continue;
            }
            if let Some((text, seen)) = self.cell(element, at, hidden) {
                let visible = seen && self.is_visible(at, hidden);
                cells.push(SheetCell {
                    column: at.column,
                    text,
                    visible,
                });
            }
        }
        cells
    }

    /// Does a cell stand in what can be seen? Whatever hides is noted once.
    fn is_visible(&mut self, at: CellAt, hidden_row: bool) -> bool {
        if hidden_row && self.notes.rows.last() != Some(&at.row) {
            self.notes.rows.push(at.row);
        }
        let hidden_column = self
            .columns
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&at.column));
        if hidden_column && !self.notes.columns.contains(&at.column) {
            self.notes.columns.push(at.column);
        }
        !(self.hidden || hidden_row || hidden_column)
    }

    /// What a cell says, and whether its style lets it be seen.
    fn cell(&mut self, cell: &Element, at: CellAt, hidden: bool) -> Option<(String, bool)> {
        let style = self.book.styles.style(cell.attribute("s"));
        let stored = cell.child("v").map(Element::text).unwrap_or_default();
        if cell.child("f").is_some() && stored.is_empty() && cell.child("is").is_none() {
            self.notes.unvalued.push(at);
            return None;
        }
        let text = match cell.attribute("t") {
            Some("s") => self.book.texts.get(stored.trim().parse::<usize>().ok()?)?.clone(),
            Some("inlineStr") => book::text(cell.child("is")?),
            Some("str" | "d") => stored,
            Some("b") => String::from(if stored.trim() == "1" { "TRUE" } else { "FALSE" }),
            Some("e") => {
                self.notes.faulty.push(at);
                stored
            }
            _ => self.number(&stored, &style.format, at),
        };
        let unseen = style.unseen || style.format.kind == Kind::Nothing;
        if unseen && !self.hidden && !hidden && !text.trim().is_empty() {
            self.notes.unseen.push(at);
        }
        (!text.trim().is_empty()).then_some((text, !unseen))
    }

    fn number(&mut self, stored: &str, format: &super::formats::Format, at: CellAt) -> String {
        let Some(number) = numbers::number(stored) else {
            return stored.to_owned();
        };
        let day = dates::written(number, format.kind, self.book.from_1904);
        if let Some(day) = day {
            return day;
        }
        match numbers::written(number, format) {
            Some(written) => {
                if let Some(shown) = written.shown {
                    self.notes.shorter.push((at, shown, written.text.clone()));
                }
                written.text
            }
            None => number.to_string(),
        }
    }
}

impl Notes {
    /// What a reviewer must know of the sheet on that page.
    pub(super) fn findings(&self, page: u32, listed: &Listed) -> Vec<Finding> {
        let name = &listed.name;
        if listed.hidden {
            let detail = format!("the sheet “{name}” is hidden, it was not read");
            return vec![finding(FindingKind::HiddenText, page, detail)];
        }
        let columns: Vec<String> = self.columns.iter().map(|column| column_name(*column)).collect();
        let rows: Vec<String> = self.rows.iter().map(u32::to_string).collect();
        let hidden = [
            (rows, "rows that are hidden"),
            (columns, "columns that are hidden"),
            (
                names(&self.unseen),
                "cells in the colour of the paper, struck out or without a look",
            ),
        ];
        let hidden = hidden
            .into_iter()
            .filter(|(places, _)| !places.is_empty())
            .map(|(places, what)| {
                let detail = format!(
                    "the sheet “{name}” has {what}, they were not read: {}",
                    few(&places)
                );
                finding(FindingKind::HiddenText, page, detail)
            });
        let unread = [
            (
                names(&self.unvalued),
                "hold formulas that no value is stored for, they were not read",
            ),
            (names(&self.faulty), "hold errors instead of values"),
        ];
        let unread = unread
            .into_iter()
            .filter(|(places, _)| !places.is_empty())
            .map(|(places, what)| {
                let detail = format!("cells of the sheet “{name}” {what}: {}", few(&places));
                finding(FindingKind::Cells, page, detail)
            });
        let shorter = self.shorter.first().map(|(at, shown, text)| {
            let others: Vec<CellAt> = self.shorter.iter().map(|(at, _, _)| *at).collect();
            let detail = format!(
                "cells of the sheet “{name}” hold more decimals than they show, and what they hold was read: {} shows {shown} and holds {text}; all of them: {}",
                at.name(),
                few(&names(&others))
            );
            finding(FindingKind::Cells, page, detail)
        });
        hidden.chain(unread).chain(shorter).collect()
    }
}

fn finding(kind: FindingKind, page: u32, detail: String) -> Finding {
    Finding {
        kind,
        page: Some(page),
        detail,
    }
}

fn names(cells: &[CellAt]) -> Vec<String> {
    cells.iter().map(|cell| cell.name()).collect()
}

fn few(places: &[String]) -> String {
    let named = places.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match places.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

fn column_name(column: u32) -> String {
    let name = CellAt { column, row: 1 }.name();
    name.trim_end_matches('1').to_owned()
}

fn list<'e>(root: &'e Element, name: &str) -> impl Iterator<Item = &'e Element> {
    root.child(name).into_iter().flat_map(Element::elements)
}

fn is_on(element: &Element, name: &str) -> bool {
    element
        .attribute(name)
        .is_some_and(|value| matches!(value, "1" | "true"))
}

fn is_zero(length: &str) -> bool {
    numbers::number(length).is_some_and(|length| length.is_zero())
}

fn hidden_columns(columns: &Element) -> Option<(u32, u32)> {
    let hidden = is_on(columns, "hidden") || columns.attribute("width").is_some_and(is_zero);
    let at = |name: &str| columns.attribute(name)?.parse::<u32>().ok()?.checked_sub(1);
    hidden.then_some(())?;
    Some((at("min")?, at("max")?))
}

fn merged(cell: &Element) -> Option<Merged> {
    let (from, to) = cell.attribute("ref")?.split_once(':')?;
    Some(Merged {
        from: CellAt::named(from)?,
        to: CellAt::named(to)?,
    })
}
