//! Tables: cells that span columns, and cells merged downwards, which the file writes as cells that continue.

use super::body::{Body, Place, is_shaded};
use crate::file::flow::{Grid, GridCell};
use crate::file::xml::Element;

/// A cell with the column it starts in.
struct Placed {
    column: usize,
    across: usize,
    continues: bool,
    cell: GridCell,
}

/// The table; rows that a tracked change deleted are left out.
pub(super) fn grid(table: &Element, body: &mut Body<'_>, place: Place) -> Grid {
    let styled = table
        .child("tblPr")
        .is_some_and(|settings| settings.child("tblStyle").is_some());
    let place = Place {
        shaded: place.shaded || styled,
        ..place
    };
    let mut rows = Vec::new();
    let mut has_header = false;
    for element in table_rows(table) {
        let settings = element.child("trPr");
        let tracked = |name: &str| settings.is_some_and(|settings| settings.child(name).is_some());
        if tracked("del") || tracked("ins") {
            body.changed();
        }
        if !tracked("del") {
            has_header |= rows.is_empty() && settings.is_some_and(|settings| settings.is_on("tblHeader"));
            rows.push(row(element, body, place));
        }
    }
    Grid {
        rows: merged(rows),
        has_header,
    }
}

/// Rows, also those inside content controls.
fn table_rows(table: &Element) -> Vec<&Element> {
    let mut rows = Vec::new();
    for element in table.elements() {
        match element.name.as_str() {
            "tr" => rows.push(element),
            "sdt" | "sdtContent" | "ins" | "customXml" => rows.extend(table_rows(element)),
            _ => {}
        }
    }
    rows
}

fn row(element: &Element, body: &mut Body<'_>, place: Place) -> Vec<Placed> {
    let before = element
        .child("trPr")
        .and_then(|settings| settings.setting("gridBefore")?.parse().ok())
        .unwrap_or(0_usize)
        .min(100);
    let mut column = 0;
    let mut cells: Vec<Placed> = Vec::new();
    for _ in 0..before {
        cells.push(Placed {
            column,
            across: 1,
            continues: false,
            cell: GridCell {
                blocks: Vec::new(),
                across: 1,
                down: 1,
            },
        });
        column = column.saturating_add(1);
    }
    for element in row_cells(element) {
        let settings = element.child("tcPr");
        let across = settings
            .and_then(|settings| settings.setting("gridSpan")?.parse().ok())
            .unwrap_or(1_usize)
            .clamp(1, 200);
        let merge = settings.and_then(|settings| settings.child("vMerge"));
        let continues = merge.is_some_and(|merge| merge.attribute("val") != Some("restart"));
        let shaded = place.shaded || settings.is_some_and(is_shaded);
        let blocks = body.blocks_at(element, Place { shaded, ..place });
        cells.push(Placed {
            column,
            across,
            continues,
            cell: GridCell {
                blocks,
                across,
                down: 1,
            },
        });
        column = column.saturating_add(across);
    }
    cells
}

fn row_cells(row: &Element) -> Vec<&Element> {
    let mut cells = Vec::new();
    for element in row.elements() {
        match element.name.as_str() {
            "tc" => cells.push(element),
            "sdt" | "sdtContent" | "customXml" => cells.extend(row_cells(element)),
            _ => {}
        }
    }
    cells
}

/// Cells that continue the cell above make it reach further down.
fn merged(rows: Vec<Vec<Placed>>) -> Vec<Vec<GridCell>> {
    let continues = |row: usize, column: usize| {
        rows.get(row)
            .is_some_and(|cells| cells.iter().any(|cell| cell.column == column && cell.continues))
    };
    let reach = |row: usize, column: usize| {
        (row.saturating_add(1)..rows.len())
            .take_while(|next| continues(*next, column))
            .count()
    };
    let downs: Vec<Vec<usize>> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| row.iter().map(|cell| reach(at, cell.column)).collect())
        .collect();
    let first = |at: usize, cell: &Placed| at == 0 || !cell.continues;
    let kept = rows.into_iter().zip(downs).enumerate().map(|(at, (row, downs))| {
        let cells = row.into_iter().zip(downs).filter(|(placed, _)| first(at, placed));
        cells
            .map(|(placed, down)| GridCell {
                across: placed.across,
                down: down.saturating_add(1),
                ..placed.cell
            })
            .collect()
    });
    kept.collect()
}
