//! A font may say `9` and draw `1`: the page then shows one amount and every text reader reads another. The holes in
//! the drawn figure tell, without reading it: 8 has two, 0, 6 and 9 have one in the middle, below and above, 1, 2, 3,
//! 5 and 7 have none.
#![expect(clippy::float_arithmetic, reason = "areas of outlines, compared and dropped")]

use hayro_interpret::kurbo::{BezPath, Rect, Shape};

/// A hole smaller than this part of the figure is a flaw of the drawing.
const LEAST: f64 = 0.02;

/// Could the outline be that figure? Characters that are no figure always could.
pub(super) fn could_be(figure: char, outline: &BezPath) -> bool {
    let Some((whole, holes)) = holes(outline) else {
        return !figure.is_ascii_digit();
    };
    let heights: Vec<f64> = holes.iter().map(|hole| height(*hole, whole)).collect();
    match (figure, heights.as_slice()) {
        ('1' | '2' | '3' | '5' | '7', holes) => holes.is_empty(),
        // An open four has none; a slashed or dotted zero may have several.
        ('4', holes) => holes.len() <= 1,
        ('0', [only]) => (0.35..0.65).contains(only),
        ('0', holes) => !holes.is_empty(),
        ('6', [only]) => *only < 0.5,
        ('9', [only]) => *only > 0.5,
        ('8', [_, _]) => true,
        ('6' | '8' | '9', _) => false,
        _ => true,
    }
}

/// The box of the outline and of each hole in it: what turns against the largest contour.
fn holes(outline: &BezPath) -> Option<(Rect, Vec<Rect>)> {
    let contours: Vec<(f64, Rect)> = contours(outline)
        .iter()
        .map(|path| (path.area(), path.bounding_box()))
        .collect();
    let (largest, _) = contours
        .iter()
        .max_by(|(a, _), (b, _)| a.abs().total_cmp(&b.abs()))?;
    let hole = |area: f64| area * largest < 0.0 && area.abs() > largest.abs() * LEAST;
    let holes = contours
        .iter()
        .filter(|(area, _)| hole(*area))
        .map(|(_, area)| *area);
    Some((outline.bounding_box(), holes.collect()))
}

fn contours(outline: &BezPath) -> Vec<BezPath> {
    use hayro_interpret::kurbo::PathEl;
    let mut contours: Vec<BezPath> = Vec::new();
    for element in outline.elements() {
        if matches!(element, PathEl::MoveTo(_)) {
            contours.push(BezPath::new());
        }
        if let Some(open) = contours.last_mut() {
            open.push(*element);
        }
    }
    contours
}

/// Where the middle of the hole stands, from 0 at the foot to 1 at the head.
fn height(hole: Rect, whole: Rect) -> f64 {
    let tall = whole.height();
    if tall > 0.0 {
        (hole.center().y - whole.y0) / tall
    } else {
        0.5
    }
}
