//! Tables that pages draw without a table: boxes one under the other, each with the same number of boxes side by side.

use scraper::{ElementRef, Node};

/// The row that begins with this element and its next siblings that are rows of as many cells; empty where it is none.
pub(super) fn run(first: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    let Some(cells) = cells(first) else {
        return Vec::new();
    };
    let name = first.value().name();
    let next = first
        .next_siblings()
        .filter(|node| !is_blank(node.value()))
        .map_while(ElementRef::wrap)
        .take_while(|row| row.value().name() == name && self::cells(*row) == Some(cells));
    std::iter::once(first).chain(next).collect()
}

/// How many cells an element shows side by side: two or more, all short and plain, and no text between them.
fn cells(row: ElementRef<'_>) -> Option<usize> {
    if !matches!(row.value().name(), "div" | "li" | "section" | "article") {
        return None;
    }
    let between = row
        .children()
        .any(|node| node.value().as_element().is_none() && !is_blank(node.value()));
    let count = row.child_elements().count();
    let plain = row.child_elements().all(is_cell);
    (!between && plain && (2..=12).contains(&count)).then_some(count)
}

fn is_cell(cell: ElementRef<'_>) -> bool {
    const INSIDE: [&str; 9] = ["span", "b", "strong", "em", "i", "small", "sup", "sub", "br"];
    let short = cell.text().map(str::len).sum::<usize>() <= 160;
    let inside = cell
        .descendent_elements()
        .skip(1)
        .all(|inner| INSIDE.contains(&inner.value().name()));
    matches!(cell.value().name(), "span" | "div" | "b" | "strong" | "em") && short && inside
}

fn is_blank(node: &Node) -> bool {
    match node {
        Node::Text(text) => text.trim().is_empty(),
        Node::Comment(_) => true,
        _ => false,
    }
}
