//! Reading order: columns of prose are read one after the other, tables and label-value blocks row by row.
//!
//! A strip of the page that stays free of words over many rows is a gutter or the space between two columns of a
//! table. It is a gutter only if both sides read as text of their own: their lines do not stand on common base
//! lines, or both are full lines of prose.

use std::ops::Range;

use super::rows;
use crate::file::pdf::edges::Edge;
use crate::file::pdf::words::Fragment;

/// The least free strip between columns of prose, in percent of the font size.
const GUTTER: i32 = 90;
/// Columns are at least so many rows high.
const ROWS: usize = 3;
/// Lower ones than this must be full lines of prose on both sides.
const SURE_ROWS: usize = 5;
/// A line of prose has at least so many words.
const PROSE_WORDS: usize = 4;
/// How often columns may lie within columns.
const DEPTH: usize = 3;

/// At most so many strips are tried on a page.
const STRIPS: usize = 12;
/// Columns start this near to one another (2 pt) in every row.
const FLUSH: i32 = 200;

type Row = Vec<Fragment>;

/// A strip of the page, from and to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Strip {
    from: i32,
    to: i32,
}

/// Rows in reading order. No column crosses a barrier.
pub(super) fn in_reading_order(fragments: Vec<Fragment>, barriers: &[Edge]) -> Vec<Row> {
    ordered(rows::gather(fragments), barriers, DEPTH)
}

/// The tallest band of columns is read column by column; what stands above and below it is ordered the same way.
fn ordered(rows: Vec<Row>, barriers: &[Edge], depth: usize) -> Vec<Row> {
    if depth == 0 || rows.len() < ROWS {
        return rows;
    }
    let Some((band, strip)) = tallest_band(&rows, barriers) else {
        return rows;
    };
    let mut above = rows;
    let mut within = above.split_off(band.start);
    let below = within.split_off(band.len());
    let (left, right) = sides(&within, strip);
    let mut out = ordered(above, barriers, depth);
    for side in [left, right] {
        out.extend(ordered(rows::gather(side), barriers, depth.saturating_sub(1)));
    }
    out.extend(ordered(below, barriers, depth));
    out
}

fn tallest_band(rows: &[Row], barriers: &[Edge]) -> Option<(Range<usize>, Strip)> {
    let bands = strips(rows).into_iter().flat_map(|strip| {
        let free = free_bands(rows, strip, barriers);
        free.into_iter().map(move |band| (band, strip))
    });
    let columns =
        bands.filter(|(band, strip)| rows.get(band.clone()).is_some_and(|rows| is_gutter(rows, *strip)));
    columns.max_by_key(|(band, _)| band.len())
}

/// Strips just left of where many rows start anew: the likeliest gutters, the most frequent first.
fn strips(rows: &[Row]) -> Vec<Strip> {
    let mut starts: Vec<(i32, i32)> = rows.iter().flat_map(starts).collect();
    starts.sort_unstable();
    let mut flush: Vec<(usize, Strip)> = Vec::new();
    for group in starts.chunk_by(|(a, _), (b, _)| b.saturating_sub(*a) <= FLUSH) {
        let Some((left, size)) = group.first().copied() else {
            continue;
        };
        let need = size.saturating_mul(GUTTER) / 100;
        flush.push((
            group.len(),
            Strip {
                from: left.saturating_sub(need),
                to: left.saturating_sub(20),
            },
        ));
    }
    flush.retain(|(count, _)| *count >= ROWS);
    flush.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    flush.into_iter().map(|(_, strip)| strip).take(STRIPS).collect()
}

/// Where a row starts, and starts anew after a wide gap; with the font size.
fn starts(row: &Row) -> Vec<(i32, i32)> {
    let mut starts = Vec::new();
    let mut end: Option<i32> = None;
    for word in row {
        let need = word.size.saturating_mul(GUTTER) / 100;
        if end.is_none_or(|end| word.at.left.saturating_sub(end) >= need) {
            starts.push((word.at.left, word.size));
        }
        end = Some(end.map_or(word.at.right, |end| end.max(word.at.right)));
    }
    starts
}

/// Runs of rows that no word and no barrier carries across the strip.
fn free_bands(rows: &[Row], strip: Strip, barriers: &[Edge]) -> Vec<Range<usize>> {
    let mut bands = Vec::new();
    let mut start = 0;
    for (index, row) in rows.iter().enumerate() {
        let crossed = row
            .iter()
            .any(|word| word.at.left < strip.to && word.at.right > strip.from);
        let barred = index > start
            && rows
                .get(index - 1)
                .is_some_and(|above| barred(above, row, strip, barriers));
        if crossed || barred {
            bands.push(start..index);
            start = if crossed { index.saturating_add(1) } else { index };
        }
    }
    bands.push(start..rows.len());
    bands.retain(|band| band.len() >= ROWS);
    bands
}

fn barred(above: &Row, below: &Row, strip: Strip, barriers: &[Edge]) -> bool {
    let (from, to) = (foot(above), foot(below));
    barriers
        .iter()
        .any(|bar| (from..to).contains(&bar.at) && bar.from < strip.from && bar.to > strip.to)
}

fn foot(row: &Row) -> i32 {
    row.iter().map(|word| word.baseline).max().unwrap_or(0)
}

fn sides(band: &[Row], strip: Strip) -> (Row, Row) {
    band.iter()
        .flatten()
        .cloned()
        .partition(|word| word.at.right <= strip.to)
}

/// Do both sides of the strip read as text of their own?
fn is_gutter(band: &[Row], strip: Strip) -> bool {
    let (left, right) = sides(band, strip);
    let (left, right) = (rows::gather(left), rows::gather(right));
    if left.len() < ROWS || right.len() < ROWS {
        return false;
    }
    let prose = (prose(&left), prose(&right));
    let apart = share_aligned(&left, &right) < 60;
    match apart && left.len().min(right.len()) >= SURE_ROWS {
        true => prose.0.max(prose.1) >= 50 && prose.0.min(prose.1) >= 25,
        false => prose.0.min(prose.1) >= 70 && full(&left) >= 60 && full(&right) >= 60,
    }
}

/// Percent of rows that are prose.
fn prose(rows: &[Row]) -> usize {
    percent(
        rows.iter().filter(|row| row.len() >= PROSE_WORDS).count(),
        rows.len(),
    )
}

/// Percent of rows that fill most of their column.
fn full(rows: &[Row]) -> usize {
    let left = rows.iter().flatten().map(|word| word.at.left).min().unwrap_or(0);
    let right = rows.iter().flatten().map(|word| word.at.right).max().unwrap_or(0);
    let reach = left.saturating_add(right.saturating_sub(left) / 5 * 4);
    percent(
        rows.iter()
            .filter(|row| row.iter().any(|word| word.at.right >= reach))
            .count(),
        rows.len(),
    )
}

/// Percent of the rows of the shorter side that stand on a base line of the other.
fn share_aligned(left: &[Row], right: &[Row]) -> usize {
    let (short, long) = if left.len() <= right.len() {
        (left, right)
    } else {
        (right, left)
    };
    let mut feet: Vec<i32> = long.iter().map(foot).collect();
    feet.sort_unstable();
    let level = |row: &&Row| {
        let at = feet.partition_point(|other| *other < foot(row).saturating_sub(80));
        feet.get(at)
            .is_some_and(|other| *other <= foot(row).saturating_add(80))
    };
    percent(short.iter().filter(level).count(), short.len())
}

fn percent(part: usize, whole: usize) -> usize {
    part.saturating_mul(100).checked_div(whole).unwrap_or(0)
}
