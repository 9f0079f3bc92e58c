//! The straight edges that a page draws: rules, borders of cells and the edges of shaded rows, joined where they meet.

use super::ink::{Colour, Fill, PageInk};
use crate::page::BBox;

/// Edges this near are one.
const NEAR: i32 = 150;
/// Pieces of one edge may be this far apart.
const BREAK: i32 = 300;
/// Shading lower than this is a rule; higher than this part of the page (in percent) is a ground, not a row.
const LOWEST_SHADE: i32 = 600;
const HIGHEST_SHADE_PERCENT: i32 = 40;
/// Shading must differ from white paper by this much to be seen.
const SHADE: u8 = 6;

/// A straight edge: across the page at a height, or down the page at a distance from its left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    /// Height of an edge across, distance from the left of an edge down.
    pub(super) at: i32,
    /// Where it starts along its direction.
    pub(super) from: i32,
    /// Where it ends.
    pub(super) to: i32,
}

/// The edges of one page.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// Across the page, from top to bottom.
    pub(super) across: Vec<Edge>,
    /// Down the page, from left to right.
    pub(super) down: Vec<Edge>,
}

/// Finds the edges of a page.
pub(super) fn find(ink: &PageInk) -> Edges {
    let (lying, standing): (Vec<BBox>, Vec<BBox>) =
        ink.rules.iter().partition(|rule| rule.width() >= rule.height());
    let mut across: Vec<Edge> = lying
        .iter()
        .map(|rule| Edge::across(middle(rule.top, rule.bottom), rule))
        .collect();
    for fill in ink.fills.iter().filter(|fill| is_shade(fill, ink)) {
        across.push(Edge::across(fill.at.top, &fill.at));
        across.push(Edge::across(fill.at.bottom, &fill.at));
    }
    let down = standing.iter().map(|rule| Edge {
        at: middle(rule.left, rule.right),
        from: rule.top,
        to: rule.bottom,
    });
    Edges {
        across: joined(across),
        down: joined(down.collect()),
    }
}

impl Edge {
    fn across(at: i32, area: &BBox) -> Self {
        Self {
            at,
            from: area.left,
            to: area.right,
        }
    }

    /// Does it run along at least `percent` of the way from `from` to `to`?
    pub(super) fn spans(self, from: i32, to: i32, percent: i32) -> bool {
        let shared = self.to.min(to).saturating_sub(self.from.max(from));
        i64::from(shared).saturating_mul(100)
            >= i64::from(to.saturating_sub(from)).saturating_mul(i64::from(percent))
    }
}

fn middle(a: i32, b: i32) -> i32 {
    i32::midpoint(a, b)
}

fn is_shade(fill: &Fill, ink: &PageInk) -> bool {
    let Colour::Plain([red, green, blue, alpha]) = fill.colour else {
        return false;
    };
    let seen = alpha > 20
        && [red, green, blue]
            .iter()
            .any(|part| u8::MAX.abs_diff(*part) >= SHADE);
    let highest = ink.height.saturating_mul(HIGHEST_SHADE_PERCENT) / 100;
    fill.whole
        && seen
        && (LOWEST_SHADE..highest).contains(&fill.at.height())
        && fill.at.width() > LOWEST_SHADE
}

/// Cells draw their borders one by one: pieces at one height become one edge.
fn joined(mut pieces: Vec<Edge>) -> Vec<Edge> {
    pieces.sort_by_key(|edge| (edge.at, edge.from));
    let mut levels: Vec<Vec<Edge>> = Vec::new();
    for piece in pieces {
        match levels.last_mut() {
            Some(level)
                if level
                    .last()
                    .is_some_and(|last| piece.at.abs_diff(last.at) <= NEAR.unsigned_abs()) =>
            {
                level.push(piece);
            }
            _ => levels.push(vec![piece]),
        }
    }
    levels.into_iter().flat_map(along).collect()
}

fn along(mut level: Vec<Edge>) -> Vec<Edge> {
    level.sort_by_key(|edge| edge.from);
    let mut joined: Vec<Edge> = Vec::new();
    for piece in level {
        match joined.last_mut() {
            Some(edge) if piece.from <= edge.to.saturating_add(BREAK) => edge.to = edge.to.max(piece.to),
            _ => joined.push(piece),
        }
    }
    joined
}
