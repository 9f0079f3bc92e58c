//! Fragments that stand on one base line are one row; parts of a word that were drawn apart are joined again.

use std::collections::BTreeMap;

use crate::file::pdf::words::Fragment;

/// Base lines this near (in percent of the smaller font size) are one row: labels and values differ in size.
const SAME_ROW: i32 = 28;
/// Parts nearer than this (in percent of the font size), without a drawn space, are one word.
const TOUCHING: i32 = 13;
/// A mark of at most this size (in percent of its row's) may stand raised or lowered.
const MARK_SIZE: i32 = 78;
/// How far a mark may be raised, in percent of its row's size.
const RAISED: i32 = 65;

/// Rows from top to bottom, each from left to right.
pub(super) fn gather(fragments: Vec<Fragment>) -> Vec<Vec<Fragment>> {
    let mut rows = Rows::default();
    let (marks, words) = split_marks(fragments);
    for word in words {
        rows.place(word);
    }
    for mark in marks {
        rows.attach(mark);
    }
    rows.finish()
}

/// Small print beside larger print may be a raised mark; it must find its row after the rows are known.
fn split_marks(fragments: Vec<Fragment>) -> (Vec<Fragment>, Vec<Fragment>) {
    let common = common_size(&fragments);
    fragments.into_iter().partition(|word| {
        word.size.saturating_mul(100) <= common.saturating_mul(MARK_SIZE) && word.text.chars().count() <= 4
    })
}

/// The size that most characters have.
fn common_size(fragments: &[Fragment]) -> i32 {
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    for word in fragments {
        *counts.entry(word.size).or_default() += word.text.len();
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map_or(0, |(size, _)| size)
}

#[derive(Default)]
struct Rows {
    rows: Vec<Vec<Fragment>>,
    /// Rows by the base line they were opened with.
    by_baseline: BTreeMap<(i32, usize), usize>,
}

impl Rows {
    fn place(&mut self, word: Fragment) {
        let reach = word.size.saturating_mul(SAME_ROW) / 100;
        match self.nearest(&word, reach, reach) {
            Some(row) => self.push(row, word),
            None => self.open(word),
        }
    }

    /// A mark belongs to the row whose word it touches; otherwise it is small print of its own.
    fn attach(&mut self, mark: Fragment) {
        let reach = mark.size.saturating_mul(2);
        let beside = self
            .candidates(&mark, reach, reach)
            .find(|row| self.touches(*row, &mark));
        match beside {
            Some(row) => self.push(row, mark),
            None => self.place(mark),
        }
    }

    fn touches(&self, row: usize, mark: &Fragment) -> bool {
        let words = self.rows.get(row).map(Vec::as_slice).unwrap_or_default();
        words.iter().any(|word| {
            let em = word.size.max(1);
            let after = mark.at.left.saturating_sub(word.at.right);
            let gap = after.max(word.at.left.saturating_sub(mark.at.right));
            let raised = word.baseline.saturating_sub(mark.baseline);
            (-em / 4..=em / 2).contains(&gap)
                && raised.saturating_mul(100) <= em.saturating_mul(RAISED)
                && raised.saturating_mul(100) >= -em.saturating_mul(SAME_ROW)
        })
    }

    fn nearest(&self, word: &Fragment, above: i32, below: i32) -> Option<usize> {
        let baseline = |row: &usize| {
            self.rows
                .get(*row)
                .and_then(|words| words.first())
                .map(|word| word.baseline)
        };
        let near = |row: &usize| baseline(row).map_or(u32::MAX, |line| line.abs_diff(word.baseline));
        self.candidates(word, above, below)
            .filter(|row| near(row) <= self.reach(*row, word))
            .min_by_key(near)
    }

    fn reach(&self, row: usize, word: &Fragment) -> u32 {
        let size = self
            .rows
            .get(row)
            .and_then(|words| words.first())
            .map_or(word.size, |first| first.size);
        (size.min(word.size).saturating_mul(SAME_ROW) / 100).unsigned_abs()
    }

    fn candidates(&self, word: &Fragment, above: i32, below: i32) -> impl Iterator<Item = usize> + '_ {
        let from = (word.baseline.saturating_sub(above), 0);
        let to = (word.baseline.saturating_add(below), usize::MAX);
        self.by_baseline.range(from..=to.max(from)).map(|(_, row)| *row)
    }

    fn open(&mut self, word: Fragment) {
        let row = self.rows.len();
        self.by_baseline.insert((word.baseline, row), row);
        self.rows.push(vec![word]);
    }

    fn push(&mut self, row: usize, word: Fragment) {
        if let Some(words) = self.rows.get_mut(row) {
            words.push(word);
        }
    }

    fn finish(self) -> Vec<Vec<Fragment>> {
        let Self {
            mut rows,
            by_baseline,
        } = self;
        by_baseline
            .into_values()
            .filter_map(|row| rows.get_mut(row).map(std::mem::take))
            .map(joined)
            .collect()
    }
}

/// Left to right, parts of words joined.
fn joined(mut row: Vec<Fragment>) -> Vec<Fragment> {
    row.sort_by_key(|word| word.at.left);
    let spacing = letter_spacing(&row);
    let mut words: Vec<Fragment> = Vec::with_capacity(row.len());
    for (part, spaced) in row.into_iter().zip(spacing) {
        match words.last_mut() {
            Some(word) if spaced || is_one_word(word, &part) => {
                word.text.push_str(&part.text);
                word.at = word.at.around(part.at);
            }
            _ => words.push(part),
        }
    }
    words
}

/// Which parts join the one before because a heading is spaced out letter by letter: single letters whose gaps are
/// the least gap of their stretch, or hardly more.
fn letter_spacing(row: &[Fragment]) -> Vec<bool> {
    let mut joins = vec![false; row.len()];
    let letters: Vec<usize> = (0..row.len())
        .filter(|at| row.get(*at).is_some_and(is_letter))
        .collect();
    for stretch in letters.chunk_by(|a, b| a.saturating_add(1) == *b) {
        let gaps: Vec<(usize, i32)> = stretch
            .iter()
            .skip(1)
            .filter_map(|at| Some((*at, gap_before(row, *at)?)))
            .collect();
        let Some(least) = gaps.iter().map(|(_, gap)| *gap).min() else {
            continue;
        };
        if gaps.len() < 3 || least > 60 {
            continue;
        }
        for (at, _) in gaps.iter().filter(|(_, gap)| *gap <= least.saturating_add(8)) {
            joins.get_mut(*at).into_iter().for_each(|join| *join = true);
        }
    }
    joins
}

fn is_letter(part: &Fragment) -> bool {
    let mut characters = part.text.chars();
    characters.next().is_some_and(char::is_alphabetic) && characters.next().is_none()
}

/// The gap before a part in percent of the font size.
fn gap_before(row: &[Fragment], at: usize) -> Option<i32> {
    let (before, part) = (row.get(at.checked_sub(1)?)?, row.get(at)?);
    part.at
        .left
        .saturating_sub(before.at.right)
        .saturating_mul(100)
        .checked_div(part.size.max(1))
}

/// A raised figure after a figure is a footnote, never another digit of the amount; raised letters ("1st") belong.
fn is_one_word(word: &Fragment, part: &Fragment) -> bool {
    let (em, gap) = (
        word.size.min(part.size).max(1),
        part.at.left.saturating_sub(word.at.right),
    );
    let level = word.baseline.abs_diff(part.baseline) <= em.unsigned_abs() / 12;
    let letters = part.text.chars().all(char::is_alphabetic);
    !part.spaced
        && word.sight == part.sight
        && (level || letters)
        && gap.saturating_mul(100) <= em.saturating_mul(TOUCHING)
        && gap >= -em / 2
}
