//! Tables drawn as a grid of rules: the rules say which words share a cell, and which cells were merged.

use super::{Item, TextLine};
use crate::file::pdf::edges::{Edge, Edges};
use crate::page::BBox;

/// Rules that end this near to one another meet.
const REACH: i32 = 250;
/// A page with more rules than this is a drawing or a form of boxes; its grid is not followed.
const RULES: usize = 600;
/// Words of one cell stand nearer than this, in percent of the font size.
const CELL_GAP: i32 = 120;
/// A border counts if it runs along this part of a cell's side, in percent.
const BORDER: i32 = 60;

/// A grid of cells; merged cells share their words.
#[derive(Debug)]
pub(super) struct Lattice<'a> {
    /// Rows of cells.
    pub(super) rows: Vec<Vec<Vec<&'a Item>>>,
    /// Where its columns start.
    pub(super) lefts: Vec<i32>,
    /// Do the cells of the first row reach into the second?
    pub(super) tall_head: bool,
    /// The whole grid.
    pub(super) area: BBox,
}

/// The grids of a page that hold words in at least two rows and two columns.
pub(super) fn find<'a>(lines: &'a [TextLine], edges: &Edges) -> Vec<Lattice<'a>> {
    if edges.across.len().saturating_add(edges.down.len()) > RULES {
        return Vec::new();
    }
    connected(edges)
        .iter()
        .filter_map(|grid| read(lines, grid))
        .collect()
}

/// Sets of rules that meet one another.
fn connected(edges: &Edges) -> Vec<Edges> {
    let mut grids: Vec<Edges> = Vec::new();
    for down in &edges.down {
        let (met, apart): (Vec<Edges>, Vec<Edges>) =
            grids.into_iter().partition(|grid| grid.meets(*down, edges));
        let mut joined = met.into_iter().fold(Edges::default(), Edges::with);
        joined.down.push(*down);
        grids = apart;
        grids.push(joined);
    }
    for grid in &mut grids {
        let touching = edges
            .across
            .iter()
            .filter(|across| grid.down.iter().any(|down| meet(**across, *down)));
        grid.across = touching.copied().collect();
    }
    grids
}

impl Edges {
    fn with(mut self, other: Self) -> Self {
        self.down.extend(other.down);
        self
    }

    /// Does a rule across the page touch both this grid and `down`?
    fn meets(&self, down: Edge, edges: &Self) -> bool {
        let touching = edges.across.iter().filter(|across| meet(**across, down));
        touching
            .into_iter()
            .any(|across| self.down.iter().any(|mine| meet(*across, *mine)))
    }
}

fn meet(across: Edge, down: Edge) -> bool {
    let reach =
        |at: i32, from: i32, to: i32| (from.saturating_sub(REACH)..=to.saturating_add(REACH)).contains(&at);
    reach(down.at, across.from, across.to) && reach(across.at, down.from, down.to)
}

fn read<'a>(lines: &'a [TextLine], grid: &Edges) -> Option<Lattice<'a>> {
    let area = area(grid)?;
    let xs = stops(grid.down.iter().map(|edge| edge.at), area.left, area.right);
    let ys = stops(grid.across.iter().map(|edge| edge.at), area.top, area.bottom);
    let plan = Plan::new(grid, xs, ys)?;
    let mut rows = plan.fill(lines)?;
    let mut lefts = plan.xs.clone();
    let tall_head = plan.tall_head(&rows);
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    drop_empty_columns(&mut rows, &mut lefts);
    let width = rows.first().map_or(0, Vec::len);
    (rows.len() >= 2 && width >= 2).then_some(Lattice {
        rows,
        lefts,
        tall_head,
        area,
    })
}

fn area(grid: &Edges) -> Option<BBox> {
    let across = grid.across.iter().map(|e| BBox {
        left: e.from,
        right: e.to,
        top: e.at,
        bottom: e.at,
    });
    let down = grid.down.iter().map(|e| BBox {
        left: e.at,
        right: e.at,
        top: e.from,
        bottom: e.to,
    });
    across.chain(down).reduce(BBox::around)
}

/// Where the grid parts, its outer sides included.
fn stops(inner: impl Iterator<Item = i32>, first: i32, last: i32) -> Vec<i32> {
    let mut stops: Vec<i32> = inner.chain([first, last]).collect();
    stops.sort_unstable();
    stops.dedup_by(|b, a| b.saturating_sub(*a) <= REACH);
    stops
}

fn drop_empty_columns(rows: &mut [Vec<Vec<&Item>>], lefts: &mut Vec<i32>) {
    let width = rows.first().map_or(0, Vec::len);
    for column in (0..width).rev() {
        if rows.iter().all(|row| row.get(column).is_none_or(Vec::is_empty)) {
            rows.iter_mut()
                .filter(|row| column < row.len())
                .for_each(|row| drop(row.remove(column)));
            if column < lefts.len() {
                lefts.remove(column);
            }
        }
    }
    lefts.truncate(rows.first().map_or(0, Vec::len));
}

/// Is there a gap as wide as between columns?
fn is_parted(words: &[&Item]) -> bool {
    let gap = |pair: &[&Item]| match pair {
        [a, b] => b.at.left.saturating_sub(a.at.right).saturating_mul(100) > a.size.saturating_mul(CELL_GAP),
        _ => false,
    };
    words.windows(2).any(gap)
}

/// The elementary cells of a grid, and which of them are one cell.
struct Plan {
    xs: Vec<i32>,
    ys: Vec<i32>,
    /// For every elementary cell, row by row, the first cell of its merged cell.
    owner: Vec<usize>,
}

impl Plan {
    fn new(grid: &Edges, xs: Vec<i32>, ys: Vec<i32>) -> Option<Self> {
        let (width, height) = (xs.len().checked_sub(1)?, ys.len().checked_sub(1)?);
        if width < 2 || height < 2 || width.saturating_mul(height) > RULES.saturating_mul(RULES) {
            return None;
        }
        let mut plan = Self {
            xs,
            ys,
            owner: (0..width.saturating_mul(height)).collect(),
        };
        for row in 0..height {
            for column in 0..width {
                plan.merge(grid, row, column);
            }
        }
        Some(plan)
    }

    fn width(&self) -> usize {
        self.xs.len().saturating_sub(1)
    }

    /// A cell without a border to its left or above it belongs to its neighbour there.
    fn merge(&mut self, grid: &Edges, row: usize, column: usize) {
        let at = row.saturating_mul(self.width()).saturating_add(column);
        let Some(cell) = self.cell(row, column) else {
            return;
        };
        let left = grid.down.iter().any(|e| {
            e.at.abs_diff(cell.left) <= REACH.unsigned_abs() && e.spans(cell.top, cell.bottom, BORDER)
        });
        let above = grid.across.iter().any(|e| {
            e.at.abs_diff(cell.top) <= REACH.unsigned_abs() && e.spans(cell.left, cell.right, BORDER)
        });
        if column > 0 && !left {
            self.join(at, at.saturating_sub(1));
        }
        if row > 0 && !above {
            self.join(at, at.saturating_sub(self.width()));
        }
    }

    fn cell(&self, row: usize, column: usize) -> Option<BBox> {
        let (left, right) = (*self.xs.get(column)?, *self.xs.get(column.checked_add(1)?)?);
        let (top, bottom) = (*self.ys.get(row)?, *self.ys.get(row.checked_add(1)?)?);
        Some(BBox {
            left,
            top,
            right,
            bottom,
        })
    }

    fn join(&mut self, a: usize, b: usize) {
        let (Some(a), Some(b)) = (self.owner.get(a).copied(), self.owner.get(b).copied()) else {
            return;
        };
        let (first, other) = (a.min(b), a.max(b));
        self.owner
            .iter_mut()
            .filter(|owner| **owner == other)
            .for_each(|owner| *owner = first);
    }

    /// The words of every cell; `None` where the rules are only a frame around words with an order of their own.
    fn fill<'a>(&self, lines: &'a [TextLine]) -> Option<Vec<Vec<Vec<&'a Item>>>> {
        let mut held: Vec<Vec<&Item>> = vec![Vec::new(); self.owner.len()];
        for item in lines.iter().flat_map(|line| &line.words) {
            if let Some(cell) = self
                .at(item)
                .and_then(|at| self.owner.get(at))
                .and_then(|owner| held.get_mut(*owner))
            {
                cell.push(item);
            }
        }
        let sound =
            (0..held.len()).all(|owner| held.get(owner).is_none_or(|words| self.is_sound(owner, words)));
        let cells = self
            .owner
            .iter()
            .map(|owner| held.get(*owner).cloned().unwrap_or_default());
        let cells: Vec<Vec<&Item>> = cells.collect();
        sound.then(|| cells.chunks(self.width()).map(<[_]>::to_vec).collect())
    }

    fn at(&self, item: &Item) -> Option<usize> {
        let (x, y) = (
            i32::midpoint(item.at.left, item.at.right),
            i32::midpoint(item.at.top, item.at.bottom),
        );
        let column = self.xs.partition_point(|stop| *stop <= x).checked_sub(1)?;
        let row = self.ys.partition_point(|stop| *stop <= y).checked_sub(1)?;
        (column < self.width() && row.saturating_add(1) < self.ys.len())
            .then(|| row.saturating_mul(self.width()).saturating_add(column))
    }

    /// No table merges cells over rows and columns at once, and a cell merged over columns holds one piece of text.
    fn is_sound(&self, owner: usize, words: &[&Item]) -> bool {
        let members = || (0..self.owner.len()).filter(|at| self.owner.get(*at) == Some(&owner));
        let width = self.width().max(1);
        let rows = members().any(|at| at / width != owner / width);
        let columns = members().any(|at| at % width != owner % width);
        words.is_empty() || !columns || (!rows && !is_parted(words))
    }

    /// Do words of the first row stand in a cell that reaches into the second, beside cells that do not?
    fn tall_head(&self, rows: &[Vec<Vec<&Item>>]) -> bool {
        let width = self.width();
        let tall = |column: usize| self.owner.get(column.saturating_add(width)) == self.owner.get(column);
        let filled = |column: usize| {
            rows.first()
                .and_then(|row| row.get(column))
                .is_some_and(|cell| !cell.is_empty())
        };
        (0..width).any(|column| tall(column) && filled(column))
            && (0..width).any(|column| !tall(column) && filled(column))
    }
}
