//! One page as it is printed: its picture, its words as real text over it, and the boxes of the terms that stand on it.

use wire::extraction::v1::page_word::Visibility;
use wire::extraction::v1::{Contract, Evidence, Flag, GetPageResponse, PageLine, PageWord, Term};
use wire::plan::v1::QuoteBox;

use super::address;
use super::papers::{Tab, tabs, within};

/// A page to draw.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sheet {
    pub(crate) number: u32,
    pub(crate) pages: u32,
    /// Where that is in its own paper, and the papers there are; empty where the contract has one.
    pub(crate) within: String,
    pub(crate) papers: Vec<Tab>,
    /// In points; a format without geometry has a measure of its own.
    pub(crate) width: String,
    pub(crate) height: String,
    /// Address of the page's picture; where there is none, its words are drawn instead.
    pub(crate) picture: Option<String>,
    pub(crate) lines: Vec<TextLine>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TextLine {
    pub(crate) y: String,
    pub(crate) size: String,
    pub(crate) words: Vec<TextWord>,
}

/// A word with its place; `at` is line and position, by which words are cited.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TextWord {
    pub(crate) text: String,
    pub(crate) x: String,
    pub(crate) width: String,
    pub(crate) at: String,
    pub(crate) hidden: bool,
}

/// The boxes of one term's words, or of a flag's, on this page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark {
    pub(crate) name: String,
    pub(crate) link: String,
    pub(crate) chosen: bool,
    /// Is it what a flag is about?
    pub(crate) flag: bool,
    pub(crate) boxes: Vec<Rectangle>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rectangle {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) width: String,
    pub(crate) height: String,
}

/// What a sheet is drawn for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'v> {
    pub(crate) contract: &'v str,
    /// The document's hash, which names the state of its pictures.
    pub(crate) sha256: &'v str,
    pub(crate) chosen: &'v str,
    pub(crate) number: u32,
    pub(crate) pages: u32,
}

/// Hundredths of a point between the lines of a format without geometry, and the width of its page.
const LINE: i64 = 1_500;
const LETTER: i64 = 620;
const MARGIN: i64 = 1_800;
const COLUMNS: i64 = 88;

/// The sheet of a page.
pub(crate) fn sheet(page: &GetPageResponse, contract: &Contract, view: View<'_>) -> Sheet {
    let turn = |number: u32| address(view.contract, view.chosen, number);
    let mut sheet = Sheet {
        number: view.number,
        pages: view.pages,
        within: within(contract, view.number),
        papers: tabs(contract, view.chosen, view.number),
        width: points(page.width.into()),
        height: points(page.height.into()),
        picture: None,
        lines: Vec::new(),
        marks: Vec::new(),
        before: (view.number > 1).then(|| turn(view.number.saturating_sub(1))),
        after: (view.number < view.pages).then(|| turn(view.number.saturating_add(1))),
    };
    if page.width == 0 || page.height == 0 {
        sheet.set_as_text(&page.lines);
        return sheet;
    }
    let edition: String = view.sha256.chars().take(12).collect();
    let picture = || format!("/contracts/{}/pages/{}/{edition}.png", view.contract, view.number);
    sheet.picture = page.drawable.then(picture);
    sheet.lines = page.lines.iter().filter_map(printed_line).collect();
    sheet.marks = marks(contract, view);
    // What is drawn last lies on top and is pressed first: the smallest box should be.
    sheet
        .marks
        .sort_by_key(|mark| (mark.chosen, usize::MAX - mark.boxes.len()));
    sheet
}

impl Sheet {
    /// Words without places run line under line, broken where the sheet ends.
    fn set_as_text(&mut self, lines: &[PageLine]) {
        let mut y = MARGIN;
        for line in lines {
            for words in broken(line) {
                y = y.saturating_add(LINE);
                self.lines.push(TextLine {
                    y: points(y),
                    size: points(1_050),
                    words,
                });
            }
        }
        self.width = points(
            COLUMNS
                .saturating_mul(LETTER)
                .saturating_add(MARGIN.saturating_mul(2)),
        );
        self.height = points(y.saturating_add(MARGIN));
    }
}

fn broken(line: &PageLine) -> Vec<Vec<TextWord>> {
    let (mut rows, mut column) = (vec![Vec::new()], 0_i64);
    for (at, word) in (0..).zip(&line.words) {
        let letters = i64::try_from(word.text.chars().count()).unwrap_or(COLUMNS);
        if column > 0 && column.saturating_add(letters) > COLUMNS {
            rows.push(Vec::new());
            column = 0;
        }
        let placed = TextWord {
            text: word.text.clone(),
            x: points(MARGIN.saturating_add(column.saturating_mul(LETTER))),
            width: points(letters.saturating_mul(LETTER)),
            at: format!("{}.{at}", line.number),
            hidden: word.visibility() == Visibility::Hidden,
        };
        if let Some(row) = rows.last_mut() {
            row.push(placed);
        }
        column = column.saturating_add(letters).saturating_add(1);
    }
    rows
}

fn printed_line(line: &PageLine) -> Option<TextLine> {
    let places = line.words.iter().filter_map(|word| word.r#box);
    let whole = places.reduce(around)?;
    let height = i64::from(whole.bottom).saturating_sub(whole.top.into()).max(1);
    Some(TextLine {
        // A line's box goes from the top of its letters to the foot of its tails; the words stand on a line between.
        y: points(i64::from(whole.bottom).saturating_sub(height.div_euclid(5))),
        size: points(height),
        words: (0..)
            .zip(&line.words)
            .filter_map(|(at, word)| printed_word(line.number, at, word))
            .collect(),
    })
}

fn printed_word(line: u32, at: u32, word: &PageWord) -> Option<TextWord> {
    let place = word.r#box?;
    Some(TextWord {
        text: word.text.clone(),
        x: points(place.left.into()),
        width: points(i64::from(place.right).saturating_sub(place.left.into()).max(1)),
        at: format!("{line}.{at}"),
        hidden: word.visibility() == Visibility::Hidden,
    })
}

/// Where terms stand, and what open flags are about.
fn marks(contract: &Contract, view: View<'_>) -> Vec<Mark> {
    let open = contract.flags.iter().filter(|flag| !flag.resolved);
    let flags = open.filter_map(|flag| flag_mark(flag, contract, view));
    let terms = contract.terms.iter().filter_map(|term| term_mark(term, view));
    flags.chain(terms).collect()
}

fn term_mark(term: &Term, view: View<'_>) -> Option<Mark> {
    Some(Mark {
        name: format!(
            "{}: {}, page {}",
            term.label,
            super::cards::shown(&term.value),
            view.number
        ),
        link: address(view.contract, &term.path, 0),
        chosen: term.path == view.chosen,
        flag: false,
        boxes: boxes(&term.evidence, view)?,
    })
}

fn flag_mark(flag: &Flag, contract: &Contract, view: View<'_>) -> Option<Mark> {
    Some(Mark {
        name: format!("Flag: {}, page {}", flag.sentence, view.number),
        link: super::side::link(flag, view.contract, &contract.terms),
        chosen: flag.id == view.chosen,
        flag: true,
        boxes: boxes(&flag.evidence, view)?,
    })
}

fn boxes(evidence: &[Evidence], view: View<'_>) -> Option<Vec<Rectangle>> {
    let here = evidence.iter().filter(|evidence| evidence.page == view.number);
    let boxes: Vec<Rectangle> = here.flat_map(|evidence| &evidence.boxes).map(rectangle).collect();
    (!boxes.is_empty()).then_some(boxes)
}

fn rectangle(at: &QuoteBox) -> Rectangle {
    // A little air around the words.
    const AIR: i64 = 120;
    let width = i64::from(at.right).saturating_sub(at.left.into());
    let height = i64::from(at.bottom).saturating_sub(at.top.into());
    Rectangle {
        x: points(i64::from(at.left).saturating_sub(AIR)),
        y: points(i64::from(at.top).saturating_sub(AIR)),
        width: points(width.max(0).saturating_add(AIR.saturating_mul(2))),
        height: points(height.max(0).saturating_add(AIR.saturating_mul(2))),
    }
}

fn around(a: QuoteBox, b: QuoteBox) -> QuoteBox {
    QuoteBox {
        left: a.left.min(b.left),
        top: a.top.min(b.top),
        right: a.right.max(b.right),
        bottom: a.bottom.max(b.bottom),
    }
}

/// Hundredths of a point as a decimal of points.
fn points(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let size = hundredths.unsigned_abs();
    format!("{sign}{}.{:02}", size.div_euclid(100), size.rem_euclid(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_written_without_floating_point() {
        for (hundredths, written) in [(0, "0.00"), (5, "0.05"), (61_200, "612.00"), (-150, "-1.50")] {
            assert_eq!(points(hundredths), written);
        }
    }

    #[test]
    fn words_without_places_are_broken_within_the_sheet() {
        let word = |text: &str| PageWord {
            text: text.to_owned(),
            ..PageWord::default()
        };
        let line = PageLine {
            number: 3,
            words: (0..40).map(|_| word("payment")).collect(),
            furniture: false,
        };
        let page = GetPageResponse {
            lines: vec![line],
            ..GetPageResponse::default()
        };
        let view = View {
            contract: "c",
            sha256: "",
            chosen: "",
            number: 1,
            pages: 1,
        };
        let drawn = sheet(&page, &Contract::default(), view);
        assert_eq!(
            drawn
                .lines
                .iter()
                .map(|line| line.words.len())
                .collect::<Vec<_>>(),
            [11, 11, 11, 7]
        );
        assert_eq!(drawn.lines[1].words[0].at, "3.11");
        assert!(drawn.picture.is_none());
    }
}
