//! Can a person see each glyph? Judged by what the page draws: ink, colour against its ground, size, clip, cover.
//!
//! Text that is there but not to be seen is how a counterparty speaks to a machine behind a reader's back, so it is
//! reported and never read as a term.

use std::collections::BTreeMap;

use super::ink::{Colour, Fill, Glyph, PageInk, Picture};
use super::words::Fragment;
use crate::page::{BBox, Finding, FindingKind};

/// Below this size (3.5 pt) print is no longer read by people.
const TINY: i32 = 350;
/// Colours nearer than this in every channel look alike on paper.
const CONTRAST: u8 = 25;
/// An area at least this opaque hides what lies under it.
const OPAQUE: u8 = 230;
/// A scanned page is a picture over at least this part of the page, in percent.
const SCAN_PERCENT: i64 = 40;
const WHITE: [u8; 3] = [255, 255, 255];

/// What a person sees of a glyph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sight {
    /// Visible ink.
    Seen,
    /// The recognised text of a scanned page, kept behind its picture.
    BehindScan,
    /// Recognised from a picture by us, so many percent sure.
    Recognised(u8),
    /// Not to be seen, and why.
    Hidden(Why),
}

/// Why a glyph cannot be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// Drawn without ink.
    Inkless,
    /// In the colour of its ground, or transparent.
    SameColour,
    /// Too small to read.
    Tiny,
    /// Outside the page or its clip.
    OffPage,
    /// Under an area or a picture drawn later.
    Covered,
}

/// What is seen of each glyph, in the order of `ink.glyphs`.
pub(super) fn judge(ink: &PageInk) -> Vec<Sight> {
    let grounds = Grounds::new(ink);
    let sights: Vec<Sight> = ink
        .glyphs
        .iter()
        .map(|glyph| sight(glyph, ink, &grounds))
        .collect();
    let scans: Vec<&Picture> = ink
        .pictures
        .iter()
        .filter(|picture| is_page_wide(picture.at, ink))
        .collect();
    let seen = sights.iter().filter(|sight| **sight == Sight::Seen).count();
    // A scan carries next to no ink of its own; where it does, text behind a picture is hidden text like any other.
    if scans.is_empty() || seen.saturating_mul(10) > sights.len() {
        return sights;
    }
    sights
        .iter()
        .zip(&ink.glyphs)
        .map(|(sight, glyph)| behind_scan(*sight, glyph, &scans))
        .collect()
}

/// One finding per page that counts hidden words by reason.
pub(super) fn report(page: u32, words: &[Fragment]) -> Option<Finding> {
    let mut counts: BTreeMap<Why, usize> = BTreeMap::new();
    for word in words {
        if let Sight::Hidden(why) = word.sight {
            *counts.entry(why).or_default() += 1;
        }
    }
    if counts.is_empty() {
        return None;
    }
    let reasons: Vec<String> = counts
        .iter()
        .map(|(why, count)| format!("{count} {}", why.phrase()))
        .collect();
    let detail = format!(
        "page {page} holds words that a person cannot see, they were not read: {}",
        reasons.join(", ")
    );
    Some(Finding {
        kind: FindingKind::HiddenText,
        page: Some(page),
        detail,
    })
}

impl Why {
    fn phrase(self) -> &'static str {
        match self {
            Self::Inkless => "printed without ink",
            Self::SameColour => "in the colour of the paper",
            Self::Tiny => "too small to read",
            Self::OffPage => "outside the page",
            Self::Covered => "covered by something else",
        }
    }
}

fn sight(glyph: &Glyph, ink: &PageInk, grounds: &Grounds) -> Sight {
    if glyph.inkless {
        return Sight::Hidden(Why::Inkless);
    }
    if glyph.size < TINY {
        return Sight::Hidden(Why::Tiny);
    }
    let sheet = BBox {
        left: 0,
        top: 0,
        right: ink.width,
        bottom: ink.height,
    };
    if !glyph.at.centred_in(sheet) || glyph.clip.is_some_and(|clip| !glyph.at.centred_in(clip)) {
        return Sight::Hidden(Why::OffPage);
    }
    if grounds.cover(glyph) {
        return Sight::Hidden(Why::Covered);
    }
    if grounds.swallow(glyph) {
        return Sight::Hidden(Why::SameColour);
    }
    Sight::Seen
}

fn behind_scan(sight: Sight, glyph: &Glyph, scans: &[&Picture]) -> Sight {
    let hidden = matches!(sight, Sight::Hidden(Why::Inkless | Why::Covered));
    if hidden && scans.iter().any(|scan| glyph.at.centred_in(scan.at)) {
        Sight::BehindScan
    } else {
        sight
    }
}

fn is_page_wide(at: BBox, ink: &PageInk) -> bool {
    let area = |width: i32, height: i32| i64::from(width).saturating_mul(i64::from(height));
    area(at.width(), at.height()).saturating_mul(100)
        >= area(ink.width, ink.height).saturating_mul(SCAN_PERCENT)
}

/// The areas of a page that glyphs stand on or lie under, in drawing order.
struct Grounds {
    areas: Vec<Area>,
}

struct Area {
    at: BBox,
    order: u32,
    /// `None` where its look is not known: pictures and patterns.
    colour: Option<[u8; 4]>,
    covers: bool,
}

impl Grounds {
    fn new(ink: &PageInk) -> Self {
        let mut areas: Vec<Area> = ink
            .fills
            .iter()
            .filter(|fill| fill.whole && is_ground(fill.at))
            .map(Area::fill)
            .collect();
        areas.extend(ink.pictures.iter().map(Area::picture));
        areas.sort_by_key(|area| area.order);
        Self { areas }
    }

    /// Is the glyph under something drawn after it?
    fn cover(&self, glyph: &Glyph) -> bool {
        let first = self.areas.partition_point(|area| area.order <= glyph.order);
        let later = self.areas.get(first..).unwrap_or_default();
        later
            .iter()
            .any(|area| area.covers && glyph.at.centred_in(area.at))
    }

    /// Does the glyph's ink look like what it stands on?
    fn swallow(&self, glyph: &Glyph) -> bool {
        let Colour::Plain([red, green, blue, alpha]) = glyph.colour else {
            return false;
        };
        let Some(ground) = self.ground(glyph) else {
            return false;
        };
        let ink = mix([red, green, blue], ground, alpha);
        ink.iter()
            .zip(ground)
            .all(|(ink, ground)| ink.abs_diff(ground) < CONTRAST)
    }

    /// The colour under the glyph; `None` where a picture or a pattern lies there.
    fn ground(&self, glyph: &Glyph) -> Option<[u8; 3]> {
        let end = self.areas.partition_point(|area| area.order < glyph.order);
        let earlier = self.areas.get(..end).unwrap_or_default();
        let under = earlier.iter().filter(|area| glyph.at.centred_in(area.at));
        let mut ground = Some(WHITE);
        for area in under {
            ground = area.over(ground);
        }
        ground
    }
}

impl Area {
    fn fill(fill: &Fill) -> Self {
        let colour = match fill.colour {
            Colour::Plain(colour) => Some(colour),
            Colour::Pattern => None,
        };
        let covers = colour.is_some_and(|[_, _, _, alpha]| alpha >= OPAQUE);
        Self {
            at: fill.at,
            order: fill.order,
            colour,
            covers,
        }
    }

    fn picture(picture: &Picture) -> Self {
        Self {
            at: picture.at,
            order: picture.order,
            colour: None,
            covers: picture.opaque,
        }
    }

    fn over(&self, ground: Option<[u8; 3]>) -> Option<[u8; 3]> {
        let [red, green, blue, alpha] = self.colour?;
        match ground {
            Some(ground) => Some(mix([red, green, blue], ground, alpha)),
            None => (alpha >= OPAQUE).then_some([red, green, blue]),
        }
    }
}

/// Rules and underlines are no ground to stand on.
fn is_ground(at: BBox) -> bool {
    at.width() > 300 && at.height() > 300
}

fn mix(ink: [u8; 3], ground: [u8; 3], alpha: u8) -> [u8; 3] {
    let (cover, rest) = (u16::from(alpha), u16::from(u8::MAX.saturating_sub(alpha)));
    let blend = |ink: u8, ground: u8| {
        let sum = u16::from(ink)
            .saturating_mul(cover)
            .saturating_add(u16::from(ground).saturating_mul(rest));
        u8::try_from(sum / 255).unwrap_or(u8::MAX)
    };
    let ([red, green, blue], [under_red, under_green, under_blue]) = (ink, ground);
    [
        blend(red, under_red),
        blend(green, under_green),
        blend(blue, under_blue),
    ]
}
