//! Pages that are pictures: which they are, and the words that were recognised on them.

mod figures;

use super::ink::PageInk;
use super::visibility::Sight;
use super::words::Fragment;
use crate::file::characters::tidy;
use crate::file::recognised::{self, Seen};
use crate::page::{BBox, Finding, FindingKind};

/// A page is a picture where pictures take at least this part of it, in percent …
const PICTURE_PERCENT: i64 = 40;
/// … and hold fewer words of text than this: a stamp, a page number, the line of a signing service.
const FEW_WORDS: usize = 25;
/// What was recognised with less certainty than this on average, in percent, is noise.
const SURE: usize = 55;

/// What a page is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// Text, whatever pictures stand beside it.
    Text,
    /// No text at all.
    NoText,
    /// A picture, and a little text.
    Picture,
}

/// What a page is made of, by its ink and its words.
pub(super) fn made(ink: &PageInk, words: &[Fragment]) -> Made {
    let says = |word: &&Fragment| readable(word) && word.text.chars().any(char::is_alphanumeric);
    if !words.iter().any(|word| says(&word)) {
        return Made::NoText;
    }
    // Whoever made the file had it recognised before.
    if words.iter().any(|word| word.sight == Sight::BehindScan) {
        return Made::Text;
    }
    let covered: i64 = ink.pictures.iter().map(|picture| area(picture.at)).sum();
    let sheet = area(sheet(ink));
    let wide = covered.saturating_mul(100) >= sheet.saturating_mul(PICTURE_PERCENT) && sheet > 0;
    let inside = words
        .iter()
        .filter(says)
        .filter(|word| in_picture(ink, word.at))
        .count();
    match wide && inside < FEW_WORDS {
        true => Made::Picture,
        false => Made::Text,
    }
}

/// The words that were recognised on the picture of a page: where the page has text of its own, only those that stand in
/// its pictures and on none of its words. None if the recogniser was too unsure of them.
pub(super) fn words(tsv: &str, ink: &PageInk, made: Made, text: &[Fragment]) -> Vec<Fragment> {
    let picture = recognised::understood(tsv);
    if !is_sure(&picture.words) || picture.width == 0 {
        return Vec::new();
    }
    let scale = Scale {
        page: ink.width,
        pixels: picture.width,
    };
    let lines = picture.words.chunk_by(|a, b| a.line == b.line);
    let words = lines.flat_map(|line| fragments(&figures::joined(line), scale));
    let new = |word: &Fragment| {
        let on_text = text
            .iter()
            .any(|own| own.sight == Sight::Seen && word.at.centred_in(own.at));
        made == Made::NoText || (in_picture(ink, word.at) && !on_text)
    };
    words.filter(new).collect()
}

/// What the reviewer must know of a page that is a picture.
pub(super) fn report(page: u32, made: Made, asked: bool, recognised: &[Fragment]) -> Option<Finding> {
    let what = match made {
        Made::Text => return None,
        Made::NoText => "has no readable text",
        Made::Picture => "is a picture with little text",
    };
    let (kind, detail) = match (recognised.len(), asked) {
        (0, false) => (
            FindingKind::PictureOnly,
            format!(
                "page {page} {what}: if it is a scan, its terms were not read; scans are read where tesseract is installed"
            ),
        ),
        // A photograph beside text says nothing.
        (0, true) if made == Made::Picture => return None,
        (0, true) => (
            FindingKind::PictureOnly,
            format!("page {page} {what}, and no words could be recognised on it with enough certainty"),
        ),
        (count, _) => (
            FindingKind::Recognised,
            format!(
                "page {page} {what}; {count} words were recognised from its picture, on average with a certainty of {} %",
                average(recognised)
            ),
        ),
    };
    Some(Finding {
        kind,
        page: Some(page),
        detail,
    })
}

fn readable(word: &Fragment) -> bool {
    !matches!(word.sight, Sight::Hidden(_))
}

fn sheet(ink: &PageInk) -> BBox {
    BBox {
        left: 0,
        top: 0,
        right: ink.width,
        bottom: ink.height,
    }
}

fn area(at: BBox) -> i64 {
    i64::from(at.width()).saturating_mul(i64::from(at.height()))
}

fn in_picture(ink: &PageInk, at: BBox) -> bool {
    ink.pictures.iter().any(|picture| at.centred_in(picture.at))
}

fn is_sure(words: &[Seen]) -> bool {
    let letters = |word: &Seen| word.text.chars().filter(|c| c.is_alphanumeric()).count();
    let all: usize = words.iter().map(letters).sum();
    let sure: usize = words
        .iter()
        .map(|word| letters(word).saturating_mul(usize::from(word.certainty)))
        .sum();
    all > 0 && sure >= all.saturating_mul(SURE)
}

fn average(words: &[Fragment]) -> usize {
    let certainty = |word: &Fragment| match word.sight {
        Sight::Recognised(percent) => usize::from(percent),
        _ => 0,
    };
    let sum: usize = words.iter().map(certainty).sum();
    sum.checked_div(words.len()).unwrap_or_default()
}

/// From pixels to hundredths of a point.
#[derive(Debug, Clone, Copy)]
struct Scale {
    page: i32,
    pixels: i32,
}

impl Scale {
    fn of(self, pixels: i32) -> i32 {
        let scaled = i64::from(pixels)
            .saturating_mul(i64::from(self.page))
            .checked_div(i64::from(self.pixels));
        i32::try_from(scaled.unwrap_or_default()).unwrap_or(i32::MAX)
    }

    fn bbox(self, word: &Seen) -> BBox {
        BBox {
            left: self.of(word.left),
            top: self.of(word.top),
            right: self.of(word.right),
            bottom: self.of(word.bottom),
        }
    }
}

/// Characters that hang below the line.
const HANGING: &[char] = &[
    'g', 'j', 'p', 'q', 'y', 'Q', '(', ')', '[', ']', ',', ';', '$', '/', '|', '_',
];
/// Letters without ascenders; a word of these alone is as high as an x.
const LOW: &[char] = &[
    'a', 'c', 'e', 'm', 'n', 'o', 'r', 's', 'u', 'v', 'w', 'x', 'z', '.', ',', '-', ':',
];

/// The words of one line, all on its base line and of its size: boxes around ink tell neither of a single word.
fn fragments(line: &[Seen], scale: Scale) -> Vec<Fragment> {
    let feet = line
        .iter()
        .filter(|word| !word.text.contains(HANGING))
        .map(|word| scale.of(word.bottom));
    let heights = line
        .iter()
        .filter(|word| !word.text.contains(HANGING) && !word.text.chars().all(|c| LOW.contains(&c)));
    let heights = heights.map(|word| scale.bbox(word).height());
    let any_foot = || median(line.iter().map(|word| scale.of(word.bottom)));
    let any_height = || median(line.iter().map(|word| scale.bbox(word).height()));
    let baseline = median(feet).or_else(any_foot).unwrap_or_default();
    // A capital is as high as seven tenths of its font's size.
    let size = median(heights).or_else(any_height).unwrap_or_default();
    let size = size.saturating_mul(10) / 7;
    let word = |word: &Seen| {
        let text = tidy(&word.text);
        (!text.is_empty())
            .then(|| Fragment::recognised(text, scale.bbox(word), baseline, size, word.certainty))
    };
    line.iter().filter_map(word).collect()
}

fn median(numbers: impl Iterator<Item = i32>) -> Option<i32> {
    let mut numbers: Vec<i32> = numbers.collect();
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied()
}
