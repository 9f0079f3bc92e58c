//! The columns of a table: where rules stand, or where its lines leave the page free.

use super::{Item, TextLine};
use crate::file::pdf::edges::Edges;
use crate::page::BBox;

/// Words nearer than this run on, in percent of the font size.
const SPACE: i32 = 33;
/// Cells of one column start this near to one another (1.5 pt).
const FLUSH: u32 = 150;
/// One line in so many may run across a strip: a heading inside the table, a merged cell.
const STRAY: usize = 6;

/// Where columns part, from left to right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    parts: Vec<i32>,
}

/// The columns of the lines; `None` if there is only one.
pub(super) fn find(lines: &[TextLine], edges: &Edges) -> Option<Columns> {
    let area = lines.iter().map(TextLine::area).reduce(BBox::around)?;
    let ruled = ruled(area, lines, edges);
    let mut columns = Columns {
        parts: if ruled.is_empty() {
            free(lines, area)
        } else {
            ruled
        },
    };
    columns.drop_empty(lines);
    columns.join_signs(lines);
    (!columns.parts.is_empty()).then_some(columns)
}

impl Columns {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.parts.len().saturating_add(1)
    }

    /// The column a word stands in.
    pub(super) fn of(&self, item: &Item) -> usize {
        let middle = i32::midpoint(item.at.left, item.at.right);
        self.parts.partition_point(|part| *part <= middle)
    }

    /// The middle of the text of every column.
    pub(super) fn middles(&self, lines: &[TextLine]) -> Vec<i32> {
        let all: Vec<&TextLine> = lines.iter().collect();
        self.lefts(lines)
            .into_iter()
            .zip(self.rights(&all))
            .map(|(left, right)| i32::midpoint(left, right))
            .collect()
    }

    /// Two rules with nothing between them are the sides of two boxes, not a column.
    fn drop_empty(&mut self, lines: &[TextLine]) {
        for column in (0..self.count()).rev() {
            let empty = !lines
                .iter()
                .flat_map(|line| &line.words)
                .any(|item| self.of(item) == column);
            if empty && !self.parts.is_empty() {
                self.parts.remove(column.min(self.parts.len().saturating_sub(1)));
            }
        }
    }

    /// Currency signs are often set flush left of their figures: they are no column of their own.
    fn join_signs(&mut self, lines: &[TextLine]) {
        for column in (0..self.parts.len()).rev() {
            let mut words = lines
                .iter()
                .flat_map(|line| &line.words)
                .filter(|item| self.of(item) == column);
            if words.all(|item| {
                matches!(
                    item.text.as_str(),
                    "$" | "\u{20ac}" | "\u{a3}" | "\u{a5}" | "US$" | "USD" | "EUR" | "GBP"
                )
            }) {
                self.parts.remove(column);
            }
        }
    }

    /// Right edge of the text of every column.
    pub(super) fn rights(&self, lines: &[&TextLine]) -> Vec<i32> {
        let mut rights = vec![i32::MIN; self.count()];
        for item in lines.iter().flat_map(|line| &line.words) {
            if let Some(right) = rights.get_mut(self.of(item)) {
                *right = item.at.right.max(*right);
            }
        }
        rights
    }

    /// Left edge of the text of every column.
    pub(super) fn lefts(&self, lines: &[TextLine]) -> Vec<i32> {
        let mut lefts = vec![i32::MAX; self.count()];
        for item in lines.iter().flat_map(|line| &line.words) {
            if let Some(left) = lefts.get_mut(self.of(item)) {
                *left = item.at.left.min(*left);
            }
        }
        lefts
    }

    /// Words across the edge of two columns mean that the columns are wrong or that cells are merged.
    pub(super) fn doubt(&self, lines: &[TextLine]) -> Option<String> {
        let lefts = self.lefts(lines);
        let across = lines.iter().filter(|line| self.crosses(line, &lefts)).count();
        (across > 0).then(|| {
            format!(
                "in {across} of its {} lines words run across the edge of a column",
                lines.len()
            )
        })
    }

    /// Words run on across the edge of a column, beside words in other columns, and none starts where it starts.
    fn crosses(&self, line: &TextLine, lefts: &[i32]) -> bool {
        let over = |segment: &BBox| {
            self.parts.iter().zip(lefts.iter().skip(1)).any(|(part, left)| {
                let flush = line
                    .words
                    .iter()
                    .any(|item| item.at.left.abs_diff(*left) <= FLUSH);
                segment.left < *part && segment.right > *part && !flush
            })
        };
        line.segments(line.strip_gap()).len() > 1 && line.segments(SPACE).iter().any(over)
    }
}

/// Vertical rules that run most of the table's height.
fn ruled(area: BBox, lines: &[TextLine], edges: &Edges) -> Vec<i32> {
    let down = edges
        .down
        .iter()
        .filter(|edge| edge.spans(area.top, area.bottom, 70));
    let mut parts: Vec<i32> = down
        .map(|edge| edge.at)
        .filter(|at| (area.left..area.right).contains(at))
        .collect();
    parts.sort_unstable();
    parts.dedup_by(|a, b| a.abs_diff(*b) < 300);
    parts.retain(|part| {
        !lines
            .iter()
            .flat_map(|line| &line.words)
            .any(|item| is_through(item, *part))
    });
    parts
}

fn is_through(item: &Item, part: i32) -> bool {
    item.at.left.saturating_add(100) < part && item.at.right.saturating_sub(100) > part
}

/// Strips that (nearly) all lines leave free. Where a line runs into a strip, the strip parts where none does.
fn free(lines: &[TextLine], area: BBox) -> Vec<i32> {
    let allowed = i32::try_from(lines.len() / STRAY).unwrap_or(i32::MAX);
    let size = lines.iter().map(TextLine::size).min().unwrap_or(0);
    let need = size.saturating_mul(lines.first().map_or(0, TextLine::strip_gap)) / 100;
    let covered = coverage(lines);
    let strips = covered.chunk_by(|a, b| (a.depth <= allowed) == (b.depth <= allowed));
    let strips = strips.filter(|strip| strip.iter().all(|part| part.depth <= allowed));
    strips.filter_map(|strip| parting(strip, area, need)).collect()
}

/// Where a strip of the table's inside parts its columns: in the middle of what the fewest lines cover.
fn parting(strip: &[Covered], area: BBox, need: i32) -> Option<i32> {
    let (from, to) = (strip.first()?.from, strip.last()?.to);
    let least = strip.iter().map(|part| part.depth).min()?;
    let part = strip
        .iter()
        .filter(|part| part.depth == least)
        .max_by_key(|part| part.to.saturating_sub(part.from))?;
    let inside = from > area.left && to < area.right && to.saturating_sub(from) >= need;
    inside.then(|| i32::midpoint(part.from, part.to))
}

/// A stretch of the table's width, and how many lines cover it.
struct Covered {
    from: i32,
    to: i32,
    depth: i32,
}

fn coverage(lines: &[TextLine]) -> Vec<Covered> {
    let segments = lines.iter().flat_map(|line| line.segments(line.strip_gap()));
    let mut steps: Vec<(i32, i32)> = segments
        .flat_map(|segment| [(segment.left, 1), (segment.right, -1)])
        .collect();
    steps.sort_unstable();
    let (mut depth, mut parts) = (0_i32, Vec::with_capacity(steps.len()));
    for pair in steps.windows(2) {
        let [(from, step), (to, _)] = pair else { continue };
        depth = depth.saturating_add(*step);
        if from < to {
            parts.push(Covered {
                from: *from,
                to: *to,
                depth,
            });
        }
    }
    parts
}
