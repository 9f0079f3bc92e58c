//! The lines a claim cites, in the orders in which they can be quoted, and what stands in them.

use std::collections::BTreeSet;

use super::Ground;
use super::folded::Folded;
use crate::page::{Document, LineId, WordRef};
use crate::reading::tokens::{self, Stretch, Token};
use crate::terms::{Evidence, Match};

/// Longer citations and quotes are refused: no clause is that long, and looking must end.
const MOST_LINES: usize = 200;
const LONGEST_QUOTE: usize = 4_000;

/// Words around a value that may belong to it: a sign before it, a magnitude or a unit behind it.
const AROUND: usize = 3;

/// The words of the cited lines that can be seen.
pub(super) struct Cited {
    flows: Vec<Flow>,
}

struct Flow {
    /// All words of the pages, to see what stands around a value.
    page: Vec<WordRef>,
    /// Those of the cited lines.
    words: Vec<WordRef>,
    texts: Vec<String>,
    folded: Folded,
}

/// Words that were found: `from..to` of one flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Passage {
    flow: usize,
    from: usize,
    to: usize,
    pub(super) matched: Match,
}

/// A value as it is printed: its tokens, with what belongs to them even where the claim left it out.
pub(super) struct Printed {
    stretch: Stretch,
    from: usize,
    to: usize,
}

impl Cited {
    /// The cited lines; those that are no lines of the document are left out.
    pub(super) fn of(document: &Document, lines: &[String]) -> Self {
        let ids = lines
            .iter()
            .take(MOST_LINES)
            .filter_map(|line| LineId::try_from(line.trim().to_owned()).ok());
        let cited: BTreeSet<LineId> = ids.filter(|id| document.line(*id).is_some()).collect();
        let pages: BTreeSet<u32> = cited.iter().map(|line| line.page).collect();
        let mut running: Vec<WordRef> = Vec::new();
        let mut of_tables: Vec<Vec<WordRef>> = Vec::new();
        for page in pages {
            let mut flows = document.flows(page).into_iter();
            running.extend(flows.next().unwrap_or_default());
            of_tables.extend(flows);
        }
        let flows = std::iter::once(running).chain(of_tables);
        let flows = flows.map(|page| Flow::of(document, page, &cited));
        Self {
            flows: flows.collect(),
        }
    }

    /// Where the text stands, in any of the orders.
    pub(super) fn find(&self, text: &str) -> Option<Passage> {
        (0..self.flows.len()).find_map(|flow| {
            let end = self.flows.get(flow)?.words.len();
            self.search(flow, 0, end, text)
        })
    }

    /// All of the cited lines, as one passage.
    pub(super) fn whole(&self) -> Option<Passage> {
        let to = self.flows.first()?.words.len();
        (to > 0).then_some(Passage {
            flow: 0,
            from: 0,
            to,
            matched: Match::Exact,
        })
    }

    /// The word before a passage, in the same order.
    pub(super) fn word_before(&self, passage: Passage) -> Option<&str> {
        let before = passage.from.checked_sub(1)?;
        self.flows
            .get(passage.flow)?
            .texts
            .get(before)
            .map(String::as_str)
    }

    /// Where the text stands inside the passage.
    pub(super) fn find_in(&self, passage: Passage, text: &str) -> Option<Passage> {
        self.search(passage.flow, passage.from, passage.to, text)
    }

    fn search(&self, flow: usize, from: usize, to: usize, text: &str) -> Option<Passage> {
        let searched = self.flows.get(flow).filter(|_| text.len() <= LONGEST_QUOTE)?;
        let (from, to) = searched.folded.find(text, from, to)?;
        let matched = searched.matched(from, to, text);
        Some(Passage {
            flow,
            from,
            to,
            matched,
        })
    }

    /// The words of a passage.
    pub(super) fn words(&self, passage: Passage) -> &[WordRef] {
        let flow = self.flows.get(passage.flow);
        flow.and_then(|flow| flow.words.get(passage.from..passage.to))
            .unwrap_or_default()
    }

    /// Its text, one space between words.
    pub(super) fn text(&self, passage: Passage) -> String {
        let flow = self.flows.get(passage.flow);
        flow.and_then(|flow| flow.texts.get(passage.from..passage.to))
            .unwrap_or_default()
            .join(" ")
    }

    /// The evidence it makes.
    pub(super) fn evidence(&self, document: &Document, passage: Passage) -> Option<Evidence> {
        Evidence::from_words(document, self.words(passage), passage.matched)
    }

    /// The tokens of a value, read together with the words around it that stand in the same cell, so that "$5" of
    /// "$5 million" is no five. `None` where a part of them stands outside the cited lines.
    pub(super) fn printed(&self, ground: &Ground<'_>, value: Passage) -> Option<Printed> {
        let flow = self.flows.get(value.flow)?;
        let words = self.words(value);
        let (first, last) = (*words.first()?, *words.last()?);
        let mut around = flow.before(ground, first);
        around.extend(words);
        around.extend(flow.behind(ground, last));
        let printed = Printed::of(tokens::read(ground.document, &around, ground.locale), words)?;
        printed
            .words()
            .iter()
            .all(|word| flow.words.contains(word))
            .then_some(printed)
    }
}

impl Flow {
    fn of(document: &Document, page: Vec<WordRef>, cited: &BTreeSet<LineId>) -> Self {
        let words: Vec<WordRef> = page
            .iter()
            .copied()
            .filter(|at| cited.contains(&at.line))
            .collect();
        let text = |at: &WordRef| {
            document
                .word(*at)
                .map(|word| word.text.clone())
                .unwrap_or_default()
        };
        let texts: Vec<String> = words.iter().map(text).collect();
        let folded = Folded::of(texts.iter().map(String::as_str));
        Self {
            page,
            words,
            texts,
            folded,
        }
    }

    /// The words before one that belong together with it.
    fn before(&self, ground: &Ground<'_>, first: WordRef) -> Vec<WordRef> {
        let at = self
            .page
            .iter()
            .position(|word| *word == first)
            .unwrap_or_default();
        let before = self.page.get(at.saturating_sub(AROUND)..at).unwrap_or_default();
        let mut next = first;
        let mut words: Vec<WordRef> = Vec::new();
        for word in before.iter().rev().take_while(|word| {
            ground
                .cells
                .together(ground.document, **word, std::mem::replace(&mut next, **word))
        }) {
            words.insert(0, *word);
        }
        words
    }

    /// The words behind one that belong together with it.
    fn behind(&self, ground: &Ground<'_>, last: WordRef) -> Vec<WordRef> {
        let at = self.page.iter().position(|word| *word == last);
        let from = at.map_or(self.page.len(), |at| at.saturating_add(1));
        let behind = self.page.iter().skip(from).take(AROUND);
        let mut one = last;
        let together = behind.take_while(|word| {
            ground
                .cells
                .together(ground.document, std::mem::replace(&mut one, **word), **word)
        });
        together.copied().collect()
    }

    /// Letter by letter, but for white space?
    fn matched(&self, from: usize, to: usize, text: &str) -> Match {
        let printed = self.texts.get(from..to).unwrap_or_default().join(" ");
        let quoted: Vec<&str> = text.split_whitespace().collect();
        if printed.contains(&quoted.join(" ")) {
            Match::Exact
        } else {
            Match::Folded
        }
    }
}

impl Printed {
    /// The tokens that any of the words belong to.
    fn of(stretch: Stretch, words: &[WordRef]) -> Option<Self> {
        let touches = |at: usize| {
            stretch
                .words(at, at.saturating_add(1))
                .iter()
                .any(|word| words.contains(word))
        };
        let touched: Vec<usize> = (0..stretch.tokens.len()).filter(|at| touches(*at)).collect();
        let (from, to) = (*touched.first()?, touched.last()?.saturating_add(1));
        Some(Self { stretch, from, to })
    }

    /// The tokens.
    pub(super) fn tokens(&self) -> &[Token] {
        self.stretch.tokens.get(self.from..self.to).unwrap_or_default()
    }

    /// The tokens and a few behind them: the unit of a number stands there.
    pub(super) fn tokens_on(&self) -> &[Token] {
        let to = self.to.saturating_add(AROUND).min(self.stretch.tokens.len());
        self.stretch.tokens.get(self.from..to).unwrap_or_default()
    }

    /// The words behind them.
    pub(super) fn words(&self) -> &[WordRef] {
        self.stretch.words(self.from, self.to)
    }

    /// As printed, without punctuation at its ends.
    pub(super) fn text(&self) -> String {
        let text = self.stretch.printed(self.from, self.to);
        text.trim_matches([',', ';', ':', '.', ' ']).to_owned()
    }
}
