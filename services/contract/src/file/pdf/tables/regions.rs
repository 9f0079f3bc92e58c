//! Where tables are: runs of lines that keep the same free strips between their words.

use std::ops::Range;

use super::TextLine;
use crate::file::pdf::edges::{Edge, Edges};

/// Lines further apart than this (in percent of the font size, from foot to foot) belong to different things.
const PITCH: i32 = 420;
/// Lines of one cell stand this near.
const WRAP_PITCH: i32 = 150;
/// Lines that show columns, needed without and with rules around them.
const LINES: usize = 3;
const RULED_LINES: usize = 2;

/// The regions of a page from top to bottom, as runs of `lines`.
pub(super) fn find(lines: &[TextLine], edges: &Edges) -> Vec<Range<usize>> {
    let mut regions = Vec::new();
    let mut start = 0;
    while start < lines.len() {
        match grow(lines, start, edges) {
            Some(region) => {
                start = region.end;
                regions.push(region);
            }
            None => start = start.saturating_add(1),
        }
    }
    regions
}

/// Grows a region from a line that shows columns, as long as the lines keep a common strip free.
fn grow(lines: &[TextLine], start: usize, edges: &Edges) -> Option<Range<usize>> {
    let first = lines.get(start)?;
    let mut strips = strips(first);
    if strips.is_empty() {
        return None;
    }
    let mut end = start.saturating_add(1);
    while let Some(next) = lines.get(end) {
        let kept = kept(&strips, next);
        if kept.is_empty() || !follows(lines.get(end.saturating_sub(1))?, next) || !belongs(lines, end, edges)
        {
            break;
        }
        strips = kept;
        end = end.saturating_add(1);
    }
    let start = lead(lines, start, &strips, edges);
    let end = trim(lines, start, end, edges);
    is_table(lines.get(start..end)?, edges).then_some(start..end)
}

/// Free strips between the words of a line, from and to.
fn strips(line: &TextLine) -> Vec<(i32, i32)> {
    let segments = line.segments(line.cell_gap());
    segments
        .windows(2)
        .filter_map(|pair| Some((pair.first()?.right, pair.last()?.left)))
        .collect()
}

/// What the line leaves free of the strips; a strip it fills is gone.
fn kept(strips: &[(i32, i32)], line: &TextLine) -> Vec<(i32, i32)> {
    let need = line.size().saturating_mul(45) / 100;
    strips
        .iter()
        .filter_map(|strip| free(*strip, line, need))
        .collect()
}

/// The widest part of a strip that no word of the line enters.
fn free(strip: (i32, i32), line: &TextLine, need: i32) -> Option<(i32, i32)> {
    let mut parts = vec![strip];
    for item in &line.words {
        parts = parts
            .into_iter()
            .flat_map(|part| cut(part, item.at.left, item.at.right))
            .collect();
    }
    let widest = parts
        .into_iter()
        .max_by_key(|(from, to)| to.saturating_sub(*from))?;
    (widest.1.saturating_sub(widest.0) >= need).then_some(widest)
}

fn cut((from, to): (i32, i32), left: i32, right: i32) -> Vec<(i32, i32)> {
    if right <= from || left >= to {
        return vec![(from, to)];
    }
    [(from, left), (right, to)]
        .into_iter()
        .filter(|(from, to)| from < to)
        .collect()
}

fn follows(above: &TextLine, below: &TextLine) -> bool {
    let pitch = below.area().bottom.saturating_sub(above.area().bottom);
    let size = above.size().max(below.size());
    pitch > 0 && pitch.saturating_mul(100) <= size.saturating_mul(PITCH)
}

/// A line without columns belongs inside a table only where it wraps a cell, or stands in a row of its own rules.
fn belongs(lines: &[TextLine], index: usize, edges: &Edges) -> bool {
    let Some(line) = lines.get(index) else {
        return false;
    };
    if !strips(line).is_empty() || wraps(lines, index, edges) {
        return true;
    }
    let above = lines
        .get(index.saturating_sub(1))
        .is_some_and(|above| parted(above, line, edges));
    above
        && lines
            .get(index.saturating_add(1))
            .is_some_and(|below| parted(line, below, edges) && !strips(below).is_empty())
}

fn parted(above: &TextLine, below: &TextLine, edges: &Edges) -> bool {
    edges.across.iter().any(|edge| is_between(*edge, above, below))
}

/// A header may wrap above its row's other cells: what stands between a rule and the first line belongs to the table,
/// unless it is text that runs over the columns.
fn lead(lines: &[TextLine], start: usize, columns: &[(i32, i32)], edges: &Edges) -> usize {
    let Some(first) = lines.get(start).map(TextLine::area) else {
        return start;
    };
    let tops = edges
        .across
        .iter()
        .filter(|edge| edge.at < first.top && edge.spans(first.left, first.right, 60));
    let Some(top) = tops.map(|edge| edge.at).max() else {
        return start;
    };
    let above: Vec<&TextLine> = lines
        .iter()
        .take(start)
        .rev()
        .take_while(|line| line.area().top >= top)
        .collect();
    let header = above.len() <= 2
        && above
            .iter()
            .all(|line| near(line, first.bottom) && kept(columns, line) == columns);
    if header {
        start.saturating_sub(above.len())
    } else {
        start
    }
}

fn near(line: &TextLine, foot: i32) -> bool {
    let pitch = foot.saturating_sub(line.area().bottom);
    (0..=line.size().saturating_mul(2)).contains(&pitch)
}

/// Lines after the last line with columns stay only if they wrap one of its cells.
fn trim(lines: &[TextLine], start: usize, end: usize, edges: &Edges) -> usize {
    let shows = |index: &usize| lines.get(*index).is_some_and(|line| !strips(line).is_empty());
    let last = (start..end).rev().find(shows).unwrap_or(start);
    let mut kept = last.saturating_add(1);
    while kept < end && wraps(lines, kept, edges) {
        kept = kept.saturating_add(1);
    }
    kept
}

fn wraps(lines: &[TextLine], index: usize, edges: &Edges) -> bool {
    let (Some(above), Some(line)) = (lines.get(index.saturating_sub(1)), lines.get(index)) else {
        return false;
    };
    let pitch = line.area().bottom.saturating_sub(above.area().bottom);
    let tight = pitch.saturating_mul(100) <= line.size().saturating_mul(WRAP_PITCH);
    tight && !parted(above, line, edges)
}

fn is_between(edge: Edge, above: &TextLine, below: &TextLine) -> bool {
    let area = below.area();
    let gap = i32::midpoint(above.area().top, above.area().bottom)..i32::midpoint(area.top, area.bottom);
    gap.contains(&edge.at) && edge.spans(area.left, area.right, 60)
}

/// Enough lines show columns.
fn is_table(lines: &[TextLine], edges: &Edges) -> bool {
    let showing = lines.iter().filter(|line| !strips(line).is_empty()).count();
    let need = if is_ruled(lines, edges) {
        RULED_LINES
    } else {
        LINES
    };
    showing >= need
}

fn is_ruled(lines: &[TextLine], edges: &Edges) -> bool {
    let (Some(first), Some(last)) = (
        lines.first().map(TextLine::area),
        lines.last().map(TextLine::area),
    ) else {
        return false;
    };
    let area = first.around(last);
    let reach = first.height().max(600);
    let within = area.top.saturating_sub(reach)..=area.bottom.saturating_add(reach);
    edges
        .across
        .iter()
        .filter(|edge| within.contains(&edge.at) && edge.spans(area.left, area.right, 60))
        .count()
        >= 2
}
