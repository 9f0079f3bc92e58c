//! Words into lines, and lines into reading order.

mod columns;
mod rows;

use super::edges::{Edge, Edges};
use super::turn::Turn;
use super::visibility::Sight;
use super::words::Fragment;
use crate::page::{Line, LineId, LineRole, Visibility, Word};

/// The lines of one page: upright text first, column by column, then sideways text, then what stands at an angle.
pub(super) fn build(page: u32, fragments: &[Fragment], edges: &Edges) -> Vec<Line> {
    let mut lines = Vec::new();
    for turn in [Turn::Upright, Turn::Down, Turn::Over, Turn::Up, Turn::Oblique] {
        let turned: Vec<Fragment> = fragments
            .iter()
            .filter(|word| word.turn == turn)
            .cloned()
            .collect();
        for row in columns::in_reading_order(turned, barriers(turn, edges)) {
            lines.push(line(page, lines.len(), turn, row));
        }
    }
    lines
}

/// Sideways text is not cut by edges: they are measured upright.
fn barriers(turn: Turn, edges: &Edges) -> &[Edge] {
    if turn == Turn::Upright { &edges.across } else { &[] }
}

fn line(page: u32, before: usize, turn: Turn, row: Vec<Fragment>) -> Line {
    let number = u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1);
    // What stands at an angle across a page is a stamp or a watermark, never part of a sentence.
    let role = if turn == Turn::Oblique {
        LineRole::Furniture
    } else {
        LineRole::Body
    };
    Line {
        id: LineId { page, line: number },
        words: row.into_iter().map(word).collect(),
        role,
    }
}

fn word(fragment: Fragment) -> Word {
    let visible = match fragment.sight {
        Sight::Seen => Visibility::Shown,
        Sight::BehindScan => Visibility::Recognised,
        Sight::Recognised(certainty) => Visibility::Ocr(certainty),
        Sight::Hidden(_) => Visibility::Hidden,
    };
    Word {
        text: fragment.text,
        at: fragment.turn.back(fragment.at),
        size: fragment.size,
        visible,
    }
}
