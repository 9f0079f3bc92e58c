//! Tables: lines whose words stand in columns, with the rows that rules, shading or the text itself separates.
//!
//! Every step works on boxes of words that are already in lines, so a cell can name its words and nothing is read
//! twice. A table whose words do not fit its columns is doubtful: shown, never verified.

mod columns;
mod header;
mod join;
mod lattice;
mod regions;
mod rows;

use super::edges::Edges;
use crate::page::{BBox, Cell, Line, LineRole, Page, Row, Table, WordRef};

pub(super) use join::over_pages;

/// A table with what joining it over pages needs to know.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The table.
    pub(super) table: Table,
    /// Left edges of its columns.
    lefts: Vec<i32>,
    /// Its first and last line on the page.
    first: usize,
    last: usize,
    /// Body lines on the page.
    lines: usize,
}

/// One line of words.
#[derive(Debug, Clone)]
struct TextLine {
    words: Vec<Item>,
    /// Position among the body lines of the page.
    index: usize,
    /// The usual space between words on its page, in percent of the font size.
    space: i32,
}

/// One word.
#[derive(Debug, Clone)]
struct Item {
    at: BBox,
    size: i32,
    text: String,
    word: WordRef,
}

/// The tables of one page: grids of rules first, then what stands in columns among the other lines.
pub(super) fn find(page: &Page, edges: &Edges) -> Vec<Found> {
    let lines = text_lines(page);
    let grids = lattice::find(&lines, edges);
    let mut found: Vec<Found> = grids
        .iter()
        .filter_map(|grid| ruled(page.number, &lines, grid))
        .collect();
    let free: Vec<TextLine> = lines
        .iter()
        .filter(|line| !grids.iter().any(|grid| line.is_in(grid.area)))
        .cloned()
        .collect();
    for region in regions::find(&free, edges) {
        found.extend(aligned(
            page.number,
            &lines,
            free.get(region).unwrap_or_default(),
            edges,
        ));
    }
    found.sort_by_key(|found| found.first);
    found
}

fn ruled(page: u32, lines: &[TextLine], grid: &lattice::Lattice<'_>) -> Option<Found> {
    let inside = || lines.iter().filter(|line| line.is_in(grid.area));
    let rows = header::folded(grid.rows.clone(), grid.tall_head);
    let has_header = header::is_first(&rows);
    let table = Table {
        page,
        rows: rows.iter().map(row).collect(),
        has_header,
        doubtful: None,
    };
    let (first, last) = (inside().next()?.index, inside().next_back()?.index);
    Some(Found {
        table,
        lefts: grid.lefts.clone(),
        first,
        last,
        lines: lines.len(),
    })
}

fn aligned(page: u32, lines: &[TextLine], body: &[TextLine], edges: &Edges) -> Option<Found> {
    let (titles, columns) = spanning(body, edges)?;
    let rest = body.get(titles..)?;
    let grid = rows::find(rest, &columns, edges);
    if header::is_list(&grid) {
        return None;
    }
    let below = usize::from(titles == 0 && header::has_titles(&grid));
    let doubtful = columns.doubt(rest.get(below..)?);
    let grid = header::under(body.get(..titles.max(below))?, &columns, rest, grid);
    let has_header = header::is_first(&grid);
    let table = Table {
        page,
        rows: grid.iter().map(row).collect(),
        has_header,
        doubtful,
    };
    let (first, last) = (body.first()?.index, body.last()?.index);
    Some(Found {
        table,
        lefts: columns.lefts(rest),
        first,
        last,
        lines: lines.len(),
    })
}

/// The columns, and how many lines at the top span several of them: without those the others show more columns.
fn spanning(body: &[TextLine], edges: &Edges) -> Option<(usize, columns::Columns)> {
    let whole = columns::find(body, edges)?;
    let rest = columns::find(body.get(1..)?, edges);
    match rest {
        Some(more) if more.count() > whole.count() && body.len() > 3 => Some((1, more)),
        _ => Some((0, whole)),
    }
}

/// One row as cells of words.
type Cells<'a> = Vec<Vec<&'a Item>>;

fn row(cells: &Cells<'_>) -> Row {
    Row {
        cells: cells
            .iter()
            .map(|words| Cell {
                words: words.iter().map(|item| item.word).collect(),
            })
            .collect(),
    }
}

fn text_lines(page: &Page) -> Vec<TextLine> {
    let body = page.lines.iter().filter(|line| line.role == LineRole::Body);
    let lines: Vec<Vec<Item>> = body
        .map(items)
        .filter(|words| !words.is_empty() && !is_sideways(words))
        .collect();
    let space = usual_space(&lines);
    lines
        .into_iter()
        .enumerate()
        .map(|(index, words)| TextLine { words, index, space })
        .collect()
}

fn items(line: &Line) -> Vec<Item> {
    let places = line.seen_words();
    places
        .filter_map(|at| Some(item(line.words.get(usize::try_from(at.word).ok()?)?, at)))
        .collect()
}

/// The space between words that the page's type uses, in percent of the font size: about 25, on a typewriter 60.
fn usual_space(lines: &[Vec<Item>]) -> i32 {
    let pairs = lines.iter().flat_map(|words| words.windows(2));
    let gaps = pairs.filter_map(|pair| match pair {
        [a, b] => {
            b.at.left
                .saturating_sub(a.at.right)
                .saturating_mul(100)
                .checked_div(a.size.max(1))
        }
        _ => None,
    });
    let mut gaps: Vec<i32> = gaps.filter(|gap| *gap > 5).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() * 3 / 10).copied().unwrap_or(25).clamp(20, 80)
}

fn item(word: &crate::page::Word, at: WordRef) -> Item {
    Item {
        at: word.at,
        size: word.size,
        text: word.text.clone(),
        word: at,
    }
}

/// Sideways text stands higher than it is wide.
fn is_sideways(words: &[Item]) -> bool {
    let tall = words
        .iter()
        .filter(|item| item.text.chars().count() > 2 && item.at.height() > item.at.width());
    tall.count().saturating_mul(2) > words.len()
}

impl TextLine {
    /// Does most of the line lie inside `area`?
    fn is_in(&self, area: BBox) -> bool {
        self.words
            .iter()
            .filter(|item| item.at.centred_in(area))
            .count()
            .saturating_mul(2)
            > self.words.len()
    }

    fn area(&self) -> BBox {
        let boxes = self.words.iter().map(|item| item.at);
        boxes.reduce(BBox::around).unwrap_or_default()
    }

    fn size(&self) -> i32 {
        self.words.iter().map(|item| item.size).max().unwrap_or(0)
    }

    /// A gap this wide separates cells, in percent of the font size.
    fn cell_gap(&self) -> i32 {
        self.space.saturating_mul(5).saturating_div(2).max(95)
    }

    /// A strip between columns is at least this wide, in percent of the font size.
    fn strip_gap(&self) -> i32 {
        self.space.saturating_mul(3).saturating_div(2).max(55)
    }

    /// Stretches of words without a wide gap.
    fn segments(&self, gap_percent: i32) -> Vec<BBox> {
        let mut segments: Vec<BBox> = Vec::new();
        for item in &self.words {
            let need = item.size.saturating_mul(gap_percent) / 100;
            match segments.last_mut() {
                Some(open) if item.at.left.saturating_sub(open.right) < need => *open = open.around(item.at),
                _ => segments.push(item.at),
            }
        }
        segments
    }
}
