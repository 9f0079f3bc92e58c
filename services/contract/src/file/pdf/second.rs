//! A second reading of the text by another engine, page by page: two engines seldom make the same mistake, so where
//! they differ a person must look.

use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::{
    Document as Source, MediaBox, OutputDev, OutputError, Transform, output_doc, output_doc_page,
};

use super::ink::{Glyph, PageInk};
use crate::file::characters::tidy;
use crate::page::{Finding, FindingKind};

/// Pages agree if at least so many characters in a thousand are the same.
const AGREE: usize = 980;

/// Findings for the pages that the engines read differently, and for those that only one of them could read.
pub(super) fn compare(bytes: &[u8], inks: &[PageInk]) -> Vec<Finding> {
    let Some(readings) = read(bytes, inks.len()) else {
        let detail =
            String::from("a second engine could not open the file, so every page was read only once");
        return vec![Finding {
            kind: FindingKind::ReadOnce,
            page: None,
            detail,
        }];
    };
    let pages = (1..)
        .zip(inks)
        .map(|(number, ink)| (number, ink, readings.get(&number)));
    pages
        .filter_map(|(number, ink, other)| difference(number, ink, other.map(String::as_str)))
        .collect()
}

fn difference(page: u32, ink: &PageInk, other: Option<&str>) -> Option<Finding> {
    let main = counted(&distinct(ink.glyphs.iter().filter(|glyph| !glyph.annotation)));
    let Some(other) = other else {
        let detail = format!("page {page} could not be read by a second engine, so it was read only once");
        return (!main.is_empty()).then_some(Finding {
            kind: FindingKind::ReadOnce,
            page: Some(page),
            detail,
        });
    };
    let what = apart(&main, &counted(&tidy(other)))?;
    let detail = format!(
        "two engines read the {what} of page {page} differently: compare it with the page as you see it"
    );
    Some(Finding {
        kind: FindingKind::EnginesDisagree,
        page: Some(page),
        detail,
    })
}

/// What differs: one figure too many, or more of the text than kerning and ligatures explain.
fn apart(main: &BTreeMap<char, usize>, other: &BTreeMap<char, usize>) -> Option<&'static str> {
    let (same, all) = overlap(main, other);
    if figures(main) != figures(other) {
        return Some("figures");
    }
    (same.saturating_mul(2000) < all.saturating_mul(AGREE)).then_some("text")
}

/// The other engine's characters by page; `None` if it cannot open the file. It panics on damaged fonts and missing
/// entries, and a panic costs only the page it happens on.
fn read(bytes: &[u8], pages: usize) -> Option<BTreeMap<u32, String>> {
    let source = catch_unwind(|| open(bytes)).ok()??;
    let mut taken = Characters::default();
    let whole = catch_unwind(AssertUnwindSafe(|| output_doc(&source, &mut taken)));
    if !matches!(whole, Ok(Ok(()))) {
        one_by_one(&source, pages, &mut taken);
    }
    Some(taken.done)
}

fn open(bytes: &[u8]) -> Option<Source> {
    let mut source = Source::load_mem(bytes).ok()?;
    if source.is_encrypted() {
        source.decrypt("").ok()?;
    }
    Some(source)
}

fn one_by_one(source: &Source, pages: usize, taken: &mut Characters) {
    for page in (1..).take(pages) {
        if !taken.done.contains_key(&page) {
            taken.text.clear();
            // What the page gave before it failed is dropped: half a page would look like a disagreement.
            let _ = catch_unwind(AssertUnwindSafe(|| output_doc_page(source, taken, page)));
        }
    }
}

/// Collects the characters of each page.
#[derive(Default)]
struct Characters {
    done: BTreeMap<u32, String>,
    page: u32,
    text: String,
}

impl OutputDev for Characters {
    fn begin_page(
        &mut self,
        page: u32,
        _: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.page = page;
        self.text.clear();
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        self.done.insert(self.page, std::mem::take(&mut self.text));
        Ok(())
    }

    fn output_character(
        &mut self,
        _: &Transform,
        _: f64,
        _: f64,
        _: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        self.text.push_str(text);
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// Text that is filled and stroked reaches us as two glyphs in exactly one place, and the other engine as one.
fn distinct<'a>(glyphs: impl Iterator<Item = &'a Glyph>) -> String {
    let mut places = HashSet::new();
    let fresh = glyphs.filter_map(|glyph| Some((glyph.text.as_deref()?, glyph.at.left, glyph.baseline)));
    let fresh = fresh.filter(|place| places.insert(*place));
    tidy(&fresh.map(|(text, _, _)| text).collect::<String>())
}

fn counted(text: &str) -> BTreeMap<char, usize> {
    let mut counts = BTreeMap::new();
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        *counts.entry(c).or_default() += 1;
    }
    counts
}

/// Characters that both have, and the characters of both together.
fn overlap(a: &BTreeMap<char, usize>, b: &BTreeMap<char, usize>) -> (usize, usize) {
    let same = a
        .iter()
        .map(|(c, count)| b.get(c).copied().unwrap_or(0).min(*count))
        .sum();
    (same, a.values().sum::<usize>().saturating_add(b.values().sum()))
}

fn figures(counts: &BTreeMap<char, usize>) -> Vec<(char, usize)> {
    counts
        .iter()
        .filter(|(c, _)| c.is_ascii_digit())
        .map(|(c, count)| (*c, *count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_figure_apart_is_a_disagreement_and_order_is_not() {
        let cases = [
            ("1,000.00 due", "due 1,000.00", None),
            ("1,000.00 due", "9,000.00 due", Some("figures")),
            ("due on receipt", "xyz zz zzzzzzz", Some("text")),
        ];
        for (a, b, what) in cases {
            assert_eq!(apart(&counted(a), &counted(b)), what, "{a} / {b}");
        }
    }
}
