//! Page furniture: lines that stand at the top or the bottom of page after page, and page numbers.

use std::collections::HashMap;

use crate::page::{Line, LineRole, Page};

/// Running heads and feet stand in the outer part of the page (in percent of its height).
const MARGIN: i32 = 12;
/// How many lines at either end may be furniture.
const LINES: usize = 4;

/// Marks furniture. A letterhead on the first page alone is part of what the parties agreed, so a line must stand on
/// at least three pages, and on half of them, or at one and the same height of both pages of two, or be a page number.
pub(super) fn mark(pages: &mut [Page]) {
    let (counts, total) = (repeated(pages), pages.len());
    let edges = edges(pages);
    for page in pages {
        let (height, last) = (page.height, page.lines.len().saturating_sub(1));
        for index in ends(page.lines.len()) {
            let Some(line) = page.lines.get_mut(index) else {
                continue;
            };
            let often = counts.get(&key(line)).copied().unwrap_or(0);
            let level = counts.get(&level(line)).copied().unwrap_or(0);
            let runs = (often >= 3 && often.saturating_mul(2) >= total) || (total == 2 && level == 2);
            let outermost = index == 0 || index == last;
            let every = edges.get(&key(line)).copied().unwrap_or(0);
            let always = every >= 3 && every.saturating_mul(10) >= total.saturating_mul(6);
            if (in_margin(line, height) && (runs || (total > 1 && is_page_number(line))))
                || (outermost && (always && says(line) || is_filing(line)))
            {
                line.role = LineRole::Furniture;
            }
        }
    }
}

/// How often a text is the very first or the very last line of a page, wherever on the page that line stands.
fn edges(pages: &[Page]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for page in pages {
        let mut keys: Vec<String> = page
            .lines
            .first()
            .into_iter()
            .chain(page.lines.last())
            .map(key)
            .collect();
        keys.dedup();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
    }
    counts
}

/// Words, and not figures alone.
fn says(line: &Line) -> bool {
    line.text().chars().filter(|c| c.is_alphabetic()).count() >= 5
}

/// "Source: PETHARBOR COM INC, S-1/A, 2/14/2000": where a copy comes from, set under its pages by those who keep public filings.
fn is_filing(line: &Line) -> bool {
    let text = line.text();
    let dated = text.rsplit(' ').next().is_some_and(|last| {
        last.matches('/').count() == 2 && last.chars().all(|c| c.is_ascii_digit() || c == '/')
    });
    text.starts_with("Source:") && dated
}

fn repeated(pages: &[Page]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for page in pages {
        let mut keys: Vec<String> = ends(page.lines.len())
            .filter_map(|index| page.lines.get(index))
            .filter(|line| in_margin(line, page.height))
            .flat_map(|line| [key(line), level(line)])
            .collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
    }
    counts
}

/// Positions of the first and the last lines.
fn ends(lines: usize) -> impl Iterator<Item = usize> {
    let tail = lines.saturating_sub(LINES).max(LINES.min(lines));
    (0..LINES.min(lines)).chain(tail..lines)
}

/// The text with its figures blanked, because page numbers count.
fn key(line: &Line) -> String {
    line.text()
        .chars()
        .map(|c| if c.is_ascii_digit() { '#' } else { c })
        .collect()
}

/// The text with its height on the page, to a point.
fn level(line: &Line) -> String {
    let top = line.words.first().map_or(0, |word| word.at.top / 100);
    format!("{top} {}", key(line))
}

fn in_margin(line: &Line, height: i32) -> bool {
    let band = height.saturating_mul(MARGIN) / 100;
    let above = line.words.iter().all(|word| word.at.bottom <= band);
    let below = line
        .words
        .iter()
        .all(|word| word.at.top >= height.saturating_sub(band));
    above || below
}

/// `7`, `- 7 -`, `Page 7`, `Page 7 of 12`, `iv`.
fn is_page_number(line: &Line) -> bool {
    let text = line.text().to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let number = |word: &str| word.len() <= 4 && (word.chars().all(|c| c.is_ascii_digit()) || is_roman(word));
    match words.as_slice() {
        [only] | ["page", only] => number(only),
        [this, "of", all] | ["page", this, "of", all] => number(this) && number(all),
        _ => false,
    }
}

fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| "ivxl".contains(c))
}
