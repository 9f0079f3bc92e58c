//! Glyphs into words: glyphs drawn one after another on one line, without a space or a gap between them.

mod doubles;

use super::ink::{Glyph, PageInk};
use super::turn::Turn;
use super::visibility::Sight;
use crate::file::characters::{steers, tidy};
use crate::page::{BBox, Finding, FindingKind};

/// A gap wider than this part of the font size (in percent) ends a word where the text draws no spaces of its own.
const GAP: i32 = 13;
/// The same where the run does draw its spaces: then a gap is spacing, unless it is a wide one.
const GAP_WITH_SPACES: i32 = 30;

/// A word, or a part of one that was drawn apart; lines join the parts.
#[derive(Debug, Clone)]
pub(super) struct Fragment {
    /// Its characters as printed.
    pub(super) text: String,
    /// Its box in the upright frame of `turn`.
    pub(super) at: BBox,
    /// Its base line in that frame.
    pub(super) baseline: i32,
    /// Font size.
    pub(super) size: i32,
    /// Direction of its text.
    pub(super) turn: Turn,
    /// Seen or hidden.
    pub(super) sight: Sight,
    /// Is a space drawn before it?
    pub(super) spaced: bool,
    /// Its run.
    run: u32,
}

impl Fragment {
    /// A word that was recognised from a picture.
    pub(super) fn recognised(text: String, at: BBox, baseline: i32, size: i32, certainty: u8) -> Self {
        Self {
            text,
            at,
            baseline,
            size,
            turn: Turn::Upright,
            sight: Sight::Recognised(certainty),
            spaced: true,
            run: u32::MAX,
        }
    }
}

/// Fragments in drawing order.
pub(super) fn group(ink: &PageInk, sights: &[Sight]) -> Vec<Fragment> {
    let kept = doubles::without(ink, sights);
    let mut builder = Builder::default();
    for run in kept.chunk_by(|(a, _), (b, _)| a.run == b.run) {
        let spaces = run.iter().any(|(glyph, _)| is_space(glyph));
        let stretch = letter_spacing(run);
        for (glyph, sight) in run {
            builder.take(
                glyph,
                *sight,
                if spaces { GAP_WITH_SPACES } else { GAP }.max(stretch),
            );
        }
    }
    builder.finish()
}

/// What the reviewer must know of the characters of one page.
pub(super) fn report(page: u32, ink: &PageInk) -> Vec<Finding> {
    let texts = ink.glyphs.iter().filter_map(|glyph| glyph.text.as_deref());
    let steering = texts.flat_map(str::chars).filter(|c| steers(*c)).count();
    let unknown = ink
        .glyphs
        .iter()
        .filter(|glyph| glyph.text.is_none() && !glyph.inkless)
        .count();
    let mut findings = Vec::new();
    if steering > 0 {
        findings.push(Finding {
            kind: FindingKind::ControlCharacters,
            page: Some(page),
            detail: format!("page {page} holds {steering} characters that steer the reader's eye or a machine; they were removed"),
        });
    }
    if ink.false_figures > 0 {
        let count = ink.false_figures;
        let detail = format!(
            "on page {page} {count} figures are drawn in a shape that is not the figure their font names: read them from the page itself"
        );
        findings.push(Finding {
            kind: FindingKind::EnginesDisagree,
            page: Some(page),
            detail,
        });
    }
    if unknown > 0 || ink.broken {
        findings.push(damage(page, unknown, ink.broken));
    }
    findings
}

fn damage(page: u32, unknown: usize, broken: bool) -> Finding {
    let detail = match broken {
        true => format!("page {page} could not be followed to its end: compare it with the original"),
        false => format!(
            "page {page} shows {unknown} signs whose meaning its fonts do not tell; they are read as \u{fffd}"
        ),
    };
    Finding {
        kind: FindingKind::Damage,
        page: Some(page),
        detail,
    }
}

#[derive(Default)]
struct Builder {
    done: Vec<Fragment>,
    open: Option<Fragment>,
    spaced: bool,
}

impl Builder {
    fn take(&mut self, glyph: &Glyph, sight: Sight, gap: i32) {
        if is_space(glyph) {
            self.close();
            self.spaced = true;
            return;
        }
        let text = glyph.text.clone().unwrap_or_else(|| String::from("\u{fffd}"));
        let next = fragment(glyph, text, sight, self.spaced);
        match &mut self.open {
            Some(open) if continues(open, &next, gap) => {
                open.text.push_str(&next.text);
                open.at = open.at.around(next.at);
                open.run = next.run;
            }
            _ => {
                self.close();
                self.open = Some(next);
            }
        }
        self.spaced = false;
    }

    fn close(&mut self) {
        if let Some(mut word) = self.open.take() {
            word.text = tidy(&word.text);
            if !word.text.is_empty() {
                self.done.push(word);
            }
        }
    }

    fn finish(mut self) -> Vec<Fragment> {
        self.close();
        self.done
    }
}

fn fragment(glyph: &Glyph, text: String, sight: Sight, spaced: bool) -> Fragment {
    let at = glyph.turn.upright(glyph.at);
    Fragment {
        text,
        at,
        baseline: glyph.baseline,
        size: glyph.size,
        turn: glyph.turn,
        sight,
        spaced,
        run: glyph.run,
    }
}

fn is_space(glyph: &Glyph) -> bool {
    glyph
        .text
        .as_deref()
        .is_some_and(|text| !text.is_empty() && text.chars().all(char::is_whitespace))
}

/// The next glyph stands where the word's last glyph ended, on the same line, in the same size, seen alike.
fn continues(word: &Fragment, next: &Fragment, gap: i32) -> bool {
    if word.turn == Turn::Oblique || next.turn == Turn::Oblique {
        return word.turn == next.turn && word.run == next.run;
    }
    let em = word.size.max(1);
    let room = next.at.left.saturating_sub(word.at.right);
    word.turn == next.turn
        && word.sight == next.sight
        && word.size.abs_diff(next.size) <= word.size.unsigned_abs() / 20
        && word.baseline.abs_diff(next.baseline) <= word.size.unsigned_abs() / 12
        && room <= em.saturating_mul(gap) / 100
        && room >= -em / 2
}

/// Headings are sometimes spaced out letter by letter: where all gaps of a run are alike, they are spacing, not spaces.
fn letter_spacing(run: &[(&Glyph, Sight)]) -> i32 {
    let gaps: Vec<i32> = run.windows(2).filter_map(gap_percent).collect();
    match (gaps.iter().min(), gaps.iter().max()) {
        (Some(least), Some(most)) if gaps.len() >= 3 && most.saturating_sub(*least) <= 5 && *most < 100 => {
            most.saturating_add(1)
        }
        _ => 0,
    }
}

fn gap_percent(pair: &[(&Glyph, Sight)]) -> Option<i32> {
    let [(first, _), (second, _)] = pair else {
        return None;
    };
    let (first, second, em) = (
        first.turn.upright(first.at),
        second.turn.upright(second.at),
        first.size.max(1),
    );
    second
        .left
        .saturating_sub(first.right)
        .saturating_mul(100)
        .checked_div(em)
}
