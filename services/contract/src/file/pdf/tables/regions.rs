//! Where tables are: runs of lines that keep the same free strips between their words.

use std::ops::Range;

use super::TextLine;
use crate::file::pdf::edges::{Edge, Edges};
use crate::page::BBox;

/// Lines further apart than this (in percent of the font size, from foot to foot) belong to different things.
const PITCH: i32 = 420;
/// Lines of one cell stand this near.
const WRAP_PITCH: i32 = 150;
/// Lines that show columns, needed without and with rules around them.
const LINES: usize = 3;
/// Cells of one column start or end this near to one another (2 pt), or have their middles so near (1 pt).
const FLUSH: u32 = 200;
const CENTRED: u32 = 100;
/// Titles stand this near above the names of columns, in percent of the font size.
const TITLE_PITCH: i32 = 280;
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
    let mut strips = strips(lines.get(start)?);
    if strips.is_empty() {
        return None;
    }
    let mut end = start.saturating_add(1);
    while let Some(next) = lines.get(end) {
        let kept = kept(&strips, next);
        let above = lines.get(start..end)?;
        if kept.is_empty()
            || !follows(above.last()?, next)
            || !belongs(lines, end, edges)
            || !lines_up(above, next)
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

/// A line with columns of its own goes on with a table only if half of its cells start or end where a cell above does,
/// or stand centred with one. Titles over several columns need not line up with the names under them.
fn lines_up(above: &[TextLine], line: &TextLine) -> bool {
    let cells = cells(line);
    let over: Vec<BBox> = above
        .iter()
        .flat_map(|line| line.segments(line.cell_gap()))
        .collect();
    let near = |a: i32, b: i32, reach: u32| a.abs_diff(b) <= reach;
    let middle = |area: &BBox| i32::midpoint(area.left, area.right);
    let alike = |a: &BBox, b: &BBox| {
        near(a.left, b.left, FLUSH) || near(a.right, b.right, FLUSH) || near(middle(a), middle(b), CENTRED)
    };
    let level = cells
        .iter()
        .filter(|cell| over.iter().any(|other| alike(cell, other)))
        .count();
    let beside = above.last().is_some_and(|above| overlap(above, line));
    level.saturating_mul(2) >= cells.len() || beside || is_under_titles(above, line)
}

fn is_under_titles(above: &[TextLine], line: &TextLine) -> bool {
    let [title] = above else { return false };
    let pitch = line.area().bottom.saturating_sub(title.area().bottom);
    pitch.saturating_mul(100) <= line.size().saturating_mul(TITLE_PITCH)
}

/// The cells of a line after its first.
fn cells(line: &TextLine) -> Vec<BBox> {
    line.segments(line.cell_gap()).into_iter().skip(1).collect()
}

/// Do the lines stand side by side rather than one under the other? Cells set in the middle of their row do.
fn overlap(above: &TextLine, below: &TextLine) -> bool {
    let pitch = below.area().bottom.saturating_sub(above.area().bottom);
    pitch.saturating_mul(100) < above.size().max(below.size()).saturating_mul(85)
}

/// A line without columns belongs inside a table only where it wraps a cell, stands beside one, or in a row of its own
/// rules.
fn belongs(lines: &[TextLine], index: usize, edges: &Edges) -> bool {
    let Some(line) = lines.get(index) else {
        return false;
    };
    if !strips(line).is_empty() || wraps(lines, index, edges) {
        return true;
    }
    let above = index.checked_sub(1).and_then(|above| lines.get(above));
    let below = lines
        .get(index.saturating_add(1))
        .filter(|below| !strips(below).is_empty());
    let beside =
        above.is_some_and(|above| overlap(above, line)) || below.is_some_and(|below| overlap(line, below));
    let ruled = |above: Option<&TextLine>, below: Option<&TextLine>| {
        above
            .zip(below)
            .is_some_and(|(above, below)| parted(above, below, edges))
    };
    beside || (ruled(above, Some(line)) && ruled(Some(line), below))
}

fn parted(above: &TextLine, below: &TextLine, edges: &Edges) -> bool {
    edges.across.iter().any(|edge| is_between(*edge, above, below))
}

/// A header may wrap above its row's other cells: what stands beside the first line, or between it and a rule, belongs
/// to the table, unless it is text that runs over the columns.
fn lead(lines: &[TextLine], start: usize, columns: &[(i32, i32)], edges: &Edges) -> usize {
    let (Some(first), Some(before)) = (lines.get(start), lines.get(..start)) else {
        return start;
    };
    let clear = |line: &TextLine| kept(columns, line) == columns;
    if before
        .last()
        .is_some_and(|above| overlap(above, first) && clear(above))
    {
        return start.saturating_sub(1);
    }
    let area = first.area();
    let tops = edges
        .across
        .iter()
        .filter(|edge| edge.at < area.top && edge.spans(area.left, area.right, 60));
    let Some(top) = tops.map(|edge| edge.at).max() else {
        return start;
    };
    let above: Vec<&TextLine> = before
        .iter()
        .rev()
        .take_while(|line| line.area().top >= top)
        .collect();
    let header = above.len() <= 2 && above.iter().all(|line| near(line, area.bottom) && clear(line));
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
