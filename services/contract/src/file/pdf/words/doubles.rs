//! Bold type and outlines are often drawn twice in one place: the second drawing is the same letter, not another one.

use std::collections::HashMap;

use crate::file::pdf::ink::{Glyph, PageInk};
use crate::file::pdf::visibility::Sight;

/// Glyphs of one text within this part of the font size (in percent) are one letter.
const NEAR: i32 = 12;
/// The edge of a cell in hundredths of a point; a double is looked for in a cell and its neighbours.
const CELL: i32 = 200;

type Place<'a> = (&'a str, i32, i32);

/// Glyphs in drawing order without their doubles. Where only one of two is seen, it is the one that stays.
pub(super) fn without<'a>(ink: &'a PageInk, sights: &[Sight]) -> Vec<(&'a Glyph, Sight)> {
    let mut kept: Vec<(&Glyph, Sight)> = Vec::with_capacity(ink.glyphs.len());
    let mut places: HashMap<Place<'a>, Vec<usize>> = HashMap::new();
    for (glyph, sight) in ink.glyphs.iter().zip(sights) {
        let Some(text) = glyph.text.as_deref() else {
            kept.push((glyph, *sight));
            continue;
        };
        match twin(&kept, &places, glyph, text) {
            Some(earlier) if earlier.1 <= *sight => {}
            Some((index, _)) => {
                if let Some(entry) = kept.get_mut(index) {
                    entry.1 = *sight;
                }
            }
            None => {
                places.entry(cell(glyph, text)).or_default().push(kept.len());
                kept.push((glyph, *sight));
            }
        }
    }
    kept
}

fn twin<'a>(
    kept: &[(&'a Glyph, Sight)],
    places: &HashMap<Place<'a>, Vec<usize>>,
    glyph: &Glyph,
    text: &'a str,
) -> Option<(usize, Sight)> {
    let (_, column, row) = cell(glyph, text);
    let around = (-1..=1).flat_map(|x| (-1..=1).map(move |y| (x, y)));
    around
        .filter_map(|(x, y)| places.get(&(text, column.saturating_add(x), row.saturating_add(y))))
        .flatten()
        .filter_map(|index| kept.get(*index).map(|(other, sight)| (*index, other, *sight)))
        .find(|(_, other, _)| near(other, glyph))
        .map(|(index, _, sight)| (index, sight))
}

fn near(a: &Glyph, b: &Glyph) -> bool {
    let reach = (a.size.max(0).unsigned_abs() * NEAR.unsigned_abs()) / 100;
    a.run != b.run && a.at.left.abs_diff(b.at.left) <= reach && a.at.top.abs_diff(b.at.top) <= reach
}

fn cell<'a>(glyph: &Glyph, text: &'a str) -> Place<'a> {
    (
        text,
        glyph.at.left.div_euclid(CELL),
        glyph.at.top.div_euclid(CELL),
    )
}
