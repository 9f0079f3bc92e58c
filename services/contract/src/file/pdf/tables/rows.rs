//! The rows of a table: what rules and shading separate, and without them the lines that start a row.

use super::columns::Columns;
use super::{Cells, Item, TextLine};
use crate::file::header::is_figure;
use crate::file::pdf::edges::Edges;
use crate::page::BBox;

/// Rules separate every row of a table only if they make at least so many bands.
const BANDS: usize = 3;

/// An edge parts rows if it runs across this part of the table (in percent): merged cells leave some of it out.
const ACROSS: i32 = 30;

/// Rows as cells.
pub(super) fn find<'a>(lines: &'a [TextLine], columns: &Columns, edges: &Edges) -> Vec<Cells<'a>> {
    let bands = bands(lines, edges);
    let filled: Vec<&Vec<&TextLine>> = bands.iter().filter(|band| !band.is_empty()).collect();
    let longest = filled.iter().map(|band| band.len()).max().unwrap_or(0);
    let each = filled.len() >= BANDS && longest.saturating_mul(2) <= lines.len().max(4);
    let is_row = |band: &[&TextLine]| each && band.iter().filter(|line| prices(line, columns)).count() < 2;
    let groups = filled.into_iter().flat_map(|band| match is_row(band) {
        true => vec![band.clone()],
        false => started(band, columns),
    });
    groups.map(|group| cells(&group, columns)).collect()
}

/// Lines between edges that run across the table.
fn bands<'a>(lines: &'a [TextLine], edges: &Edges) -> Vec<Vec<&'a TextLine>> {
    let Some(area) = lines.iter().map(TextLine::area).reduce(BBox::around) else {
        return Vec::new();
    };
    let across = edges
        .across
        .iter()
        .filter(|edge| edge.spans(area.left, area.right, ACROSS));
    let heights: Vec<i32> = across.map(|edge| edge.at).collect();
    let mut bands = vec![Vec::new(); heights.len().saturating_add(1)];
    for line in lines {
        let area = line.area();
        let band = heights.partition_point(|height| *height <= i32::midpoint(area.top, area.bottom));
        if let Some(band) = bands.get_mut(band) {
            band.push(line);
        }
    }
    bands
}

/// Without edges a line starts a row if it fills the first column or brings a figure; others wrap the row above.
fn started<'a>(band: &[&'a TextLine], columns: &Columns) -> Vec<Vec<&'a TextLine>> {
    let (tight, rights) = (tight_pitch(band), columns.rights(band));
    let mut rows: Vec<Vec<&TextLine>> = Vec::new();
    for line in band {
        match rows.last_mut() {
            Some(row)
                if overlaps(row, line)
                    || (wraps(row, line, columns, tight) && is_full(row, line, columns, &rights)) =>
            {
                row.push(line);
            }
            _ => rows.push(vec![line]),
        }
    }
    rows
}

/// Cells set in the middle of their row's height stand between its lines.
fn overlaps(row: &[&TextLine], line: &TextLine) -> bool {
    let pitch = row
        .last()
        .map(|above| line.area().bottom.saturating_sub(above.area().bottom));
    pitch.is_some_and(|pitch| pitch.saturating_mul(100) < line.size().saturating_mul(85))
}

/// A word goes to the next line when it finds no room: where it would have fitted, the line is not a wrapped one.
fn is_full(row: &[&TextLine], line: &TextLine, columns: &Columns, rights: &[i32]) -> bool {
    let Some(first) = line.words.first() else {
        return false;
    };
    let column = columns.of(first);
    let end = row
        .iter()
        .rev()
        .flat_map(|above| above.words.iter().rev())
        .find(|item| columns.of(item) == column);
    let room = |end: &Item| {
        rights
            .get(column)
            .map(|right| right.saturating_sub(end.at.right))
            .unwrap_or(0)
    };
    end.is_some_and(|end| room(end) < first.at.width().saturating_add(first.size / 2))
}

/// The pitch of lines inside cells, where it is clearly smaller than the pitch of rows.
fn tight_pitch(band: &[&TextLine]) -> Option<i32> {
    let pitches: Vec<i32> = band.windows(2).filter_map(pitch).collect();
    let (least, most) = (pitches.iter().min()?, pitches.iter().max()?);
    (most.saturating_mul(100) >= least.saturating_mul(125)).then(|| least.saturating_mul(112) / 100)
}

fn pitch(pair: &[&TextLine]) -> Option<i32> {
    let (above, below) = (pair.first()?.area(), pair.last()?.area());
    Some(below.bottom.saturating_sub(above.bottom))
}

fn wraps(row: &[&TextLine], line: &TextLine, columns: &Columns, tight: Option<i32>) -> bool {
    let Some(above) = row.last() else { return false };
    let near = tight.is_none_or(|tight| line.area().bottom.saturating_sub(above.area().bottom) <= tight);
    let filled = filled(line, columns);
    let starts = filled.first().copied().unwrap_or(false) && filled.iter().filter(|cell| **cell).count() > 1;
    let within = covered(row, columns)
        .iter()
        .zip(&filled)
        .all(|(above, here)| *above || !here);
    near && within && !starts && !brings_figure(line, columns)
}

/// A line that names something and brings its figure is a row, whatever rules are drawn.
fn prices(line: &TextLine, columns: &Columns) -> bool {
    filled(line, columns).first() == Some(&true) && brings_figure(line, columns)
}

/// A figure alone in its cell, outside the first column.
fn brings_figure(line: &TextLine, columns: &Columns) -> bool {
    let alone = |item: &&Item| {
        let column = columns.of(item);
        column > 0
            && line
                .words
                .iter()
                .filter(|other| columns.of(other) == column)
                .count()
                == 1
    };
    line.words.iter().filter(alone).any(|item| is_figure(&item.text))
}

fn filled(line: &TextLine, columns: &Columns) -> Vec<bool> {
    let mut filled = vec![false; columns.count()];
    for item in &line.words {
        if let Some(cell) = filled.get_mut(columns.of(item)) {
            *cell = true;
        }
    }
    filled
}

fn covered(row: &[&TextLine], columns: &Columns) -> Vec<bool> {
    let mut covered = vec![false; columns.count()];
    for line in row {
        covered
            .iter_mut()
            .zip(filled(line, columns))
            .for_each(|(cell, here)| *cell |= here);
    }
    covered
}

fn cells<'a>(lines: &[&'a TextLine], columns: &Columns) -> Cells<'a> {
    let mut cells = vec![Vec::new(); columns.count()];
    for item in lines.iter().flat_map(|line| &line.words) {
        if let Some(cell) = cells.get_mut(columns.of(item)) {
            cell.push(item);
        }
    }
    cells
}
