//! Walks the elements of a page and writes down what they show.

use scraper::{ElementRef, Html, Node};

use super::boxes;
use super::look::Look;
use super::rules::Rules;
use crate::file::flow::{Block, Grid, GridCell, Piece};
use crate::page::Visibility;

/// Elements nested deeper than this are not followed.
const DEEPEST: usize = 250;

/// Elements whose text no browser shows.
const SILENT: [&str; 9] = [
    "script", "style", "head", "template", "noscript", "title", "datalist", "iframe", "object",
];
/// Elements that stand on lines of their own.
const OWN_LINE: [&str; 36] = [
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ul",
    "ol",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "nav",
    "aside",
    "blockquote",
    "pre",
    "address",
    "fieldset",
    "form",
    "figure",
    "figcaption",
    "hr",
    "details",
    "summary",
    "body",
    "html",
    "dd",
    "dt",
    "caption",
    "legend",
    "center",
    "tr",
];
/// Elements that stand apart from the text around them.
const BOXED: [&str; 6] = ["td", "th", "button", "option", "label", "input"];

/// The blocks of the page, and whether some of it lay too deep.
pub(super) fn blocks(page: &Html, rules: &Rules) -> (Vec<Block>, bool) {
    let mut walk = Walk {
        rules,
        blocks: Vec::new(),
        line: Vec::new(),
        cut: false,
    };
    walk.element(page.root_element(), Look::default(), false, DEEPEST);
    walk.end_line();
    (walk.blocks, walk.cut)
}

struct Walk<'r> {
    rules: &'r Rules,
    blocks: Vec<Block>,
    line: Vec<Piece>,
    cut: bool,
}

impl<'r> Walk<'r> {
    fn element(&mut self, element: ElementRef<'_>, around: Look, raised: bool, depth: usize) {
        let name = element.value().name();
        if SILENT.contains(&name) {
            return;
        }
        if depth == 0 {
            self.cut = true;
            return;
        }
        let mut look = self.rules.look(&element, around);
        look.kept |= name == "pre";
        match name {
            "br" => self.end_line(),
            "table" => {
                let grid = table(element, self, look, depth);
                self.grid(grid);
            }
            "dl" => {
                let grid = list(element, self, look, depth);
                self.grid(grid);
            }
            "input" => self.input(&element, look),
            _ => self.children(element, name, look, raised || name == "sup", depth),
        }
    }

    fn children(&mut self, element: ElementRef<'_>, name: &str, look: Look, raised: bool, depth: usize) {
        let own_line = OWN_LINE.contains(&name);
        if own_line {
            self.end_line();
        }
        if name == "li" {
            self.marker(&element, look);
        }
        let mut nodes = element.children();
        while let Some(node) = nodes.next() {
            if let Node::Text(text) = node.value() {
                self.text(text, look, raised);
                continue;
            }
            let Some(child) = ElementRef::wrap(node) else {
                continue;
            };
            match boxes::run(child).as_slice() {
                rows @ [_, .., last] => {
                    let grid = rows_of_boxes(rows, self, look, depth);
                    self.grid(grid);
                    nodes.by_ref().find(|node| node.id() == last.id());
                }
                _ => self.child(child, look, raised, depth),
            }
        }
        if own_line {
            self.end_line();
        }
    }

    fn child(&mut self, child: ElementRef<'_>, look: Look, raised: bool, depth: usize) {
        let boxed = look.apart || BOXED.contains(&child.value().name());
        if boxed {
            self.space();
        }
        self.element(child, look, raised, depth.saturating_sub(1));
        if boxed {
            self.space();
        }
    }

    fn text(&mut self, text: &str, look: Look, raised: bool) {
        let visible = if look.is_seen() {
            Visibility::Shown
        } else {
            Visibility::Hidden
        };
        if !look.kept {
            self.line.push(Piece {
                text: text.to_owned(),
                visible,
                raised,
            });
            return;
        }
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.end_line();
            }
            self.line.push(Piece {
                text: line.to_owned(),
                visible,
                raised,
            });
        }
    }

    /// The number that a numbered list shows before an item.
    fn marker(&mut self, element: &ElementRef<'_>, look: Look) {
        let Some(list) = element
            .parent()
            .and_then(ElementRef::wrap)
            .filter(|list| list.value().name() == "ol")
        else {
            return;
        };
        let items = list.child_elements().filter(|item| item.value().name() == "li");
        let before = items.take_while(|item| item.id() != element.id()).count();
        let start: usize = list
            .attr("start")
            .and_then(|start| start.parse().ok())
            .unwrap_or(1);
        let number = element
            .attr("value")
            .and_then(|value| value.parse().ok())
            .unwrap_or(start.saturating_add(before));
        self.text(&format!("{number}. "), look, false);
    }

    /// What a form shows in a field.
    fn input(&mut self, element: &ElementRef<'_>, look: Look) {
        let shown = match element.attr("type").unwrap_or("text") {
            "hidden" | "password" | "submit" | "button" | "image" | "reset" => None,
            "checkbox" | "radio" => Some(if element.attr("checked").is_some() {
                "\u{2612}"
            } else {
                "\u{2610}"
            }),
            _ => element.attr("value"),
        };
        if let Some(shown) = shown {
            self.text(&format!(" {shown} "), look, false);
        }
    }

    fn space(&mut self) {
        self.line.push(Piece::shown(" "));
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.iter().any(|piece| !piece.text.trim().is_empty()) {
            self.blocks.push(Block::Paragraph(line));
        }
    }

    fn grid(&mut self, grid: Grid) {
        self.end_line();
        self.blocks.push(Block::Grid(grid));
    }

    /// The blocks of one cell.
    fn cell(&mut self, element: ElementRef<'_>, around: Look, depth: usize) -> GridCell {
        let mut inner = Walk {
            rules: self.rules,
            blocks: Vec::new(),
            line: Vec::new(),
            cut: false,
        };
        inner.element(element, around, false, depth.saturating_sub(1));
        inner.end_line();
        self.cut |= inner.cut;
        let span = |name: &str| {
            element
                .attr(name)
                .and_then(|value| value.trim().parse().ok())
                .unwrap_or(1)
                .clamp(1, 1000)
        };
        GridCell {
            blocks: inner.blocks,
            across: span("colspan"),
            down: span("rowspan"),
        }
    }
}

/// A table; captions stand before it.
fn table(element: ElementRef<'_>, walk: &mut Walk<'_>, look: Look, depth: usize) -> Grid {
    let mut grid = Grid::default();
    for part in element.child_elements() {
        let inner = walk.rules.look(&part, look);
        match part.value().name() {
            "caption" => walk.element(part, look, false, depth.saturating_sub(1)),
            "tr" => row(part, walk, look, depth, &mut grid),
            "thead" | "tbody" | "tfoot" => {
                for line in part.child_elements().filter(|line| line.value().name() == "tr") {
                    row(line, walk, inner, depth, &mut grid);
                }
            }
            _ => {}
        }
    }
    grid
}

fn row(element: ElementRef<'_>, walk: &mut Walk<'_>, around: Look, depth: usize, grid: &mut Grid) {
    let look = walk.rules.look(&element, around);
    let cells: Vec<ElementRef<'_>> = element
        .child_elements()
        .filter(|cell| matches!(cell.value().name(), "td" | "th"))
        .collect();
    let headers = cells.iter().all(|cell| cell.value().name() == "th");
    let written: Vec<GridCell> = cells
        .into_iter()
        .map(|cell| walk.cell(cell, look, depth))
        .collect();
    if written.is_empty() {
        return;
    }
    grid.has_header |= grid.rows.is_empty() && headers && written.len() > 1;
    grid.rows.push(written);
}

/// Rows of a table that is drawn with boxes.
fn rows_of_boxes(rows: &[ElementRef<'_>], walk: &mut Walk<'_>, look: Look, depth: usize) -> Grid {
    let mut grid = Grid::default();
    for row in rows {
        let around = walk.rules.look(row, look);
        let cells = row.child_elements();
        grid.rows
            .push(cells.map(|cell| walk.cell(cell, around, depth)).collect());
    }
    grid
}

/// A list of names and what they stand for reads as two columns.
fn list(element: ElementRef<'_>, walk: &mut Walk<'_>, look: Look, depth: usize) -> Grid {
    let mut grid = Grid::default();
    for entry in element
        .descendent_elements()
        .filter(|entry| matches!(entry.value().name(), "dt" | "dd"))
    {
        let cell = walk.cell(entry, look, depth);
        match grid.rows.last_mut() {
            Some(row) if entry.value().name() == "dd" && row.len() == 1 => row.push(cell),
            _ => grid.rows.push(vec![cell]),
        }
    }
    grid
}
