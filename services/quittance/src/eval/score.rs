//! One contract: what was read against what is known.

use std::collections::BTreeMap;

use contract::draft::Draft;
use contract::flag::Flag;
use contract::terms::{LineItem, Terms};
use serde_json::Value;

use super::evidence::{of_line, places};
use super::fields;
use super::golden::Golden;
use super::hard::hard_failures;
use super::items::Comparable;
use super::pairing::Pairing;
use super::reading::{Outcome, file_of};
use super::tally::{Found, Miss, Tally};
use super::values;

/// A line that was read, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'o> {
    pub(crate) draft: &'o Draft,
    pub(crate) index: usize,
    pub(crate) item: &'o LineItem,
}

/// Golden items and lines, and which are the same.
#[derive(Debug)]
pub(crate) struct Sides<'o> {
    pub(crate) golden: Vec<(&'o Value, Comparable)>,
    pub(crate) lines: Vec<(Line<'o>, Comparable)>,
    pub(crate) pairing: Pairing,
}

impl<'o> Sides<'o> {
    pub(crate) fn of(golden: &'o Golden, outcome: &'o Outcome) -> Self {
        let items = golden.items().into_iter();
        let golden: Vec<_> = items.map(|item| (item, Comparable::of_golden(item))).collect();
        let lines: Vec<_> = outcome.draft.iter().flat_map(lines).collect();
        let wanted: Vec<Comparable> = golden.iter().map(|(_, item)| item.clone()).collect();
        let found: Vec<Comparable> = lines.iter().map(|(_, line)| line.clone()).collect();
        let pairing = Pairing::of(&wanted, &found);
        Self {
            golden,
            lines,
            pairing,
        }
    }
}

fn lines(draft: &Draft) -> impl Iterator<Item = (Line<'_>, Comparable)> {
    let items = draft.terms.line_items.iter().enumerate();
    items.map(move |(index, item)| (Line { draft, index, item }, Comparable::of_line(item)))
}

/// Compares items, fields, evidence and flags, and names what must never happen.
pub(crate) fn score(golden: &Golden, outcome: &Outcome, sides: &Sides<'_>) -> Tally {
    let mut tally = Tally {
        pages: outcome.pages,
        micros: outcome.took.as_micros(),
        tokens: outcome.tokens.map(|tokens| (tokens.input, tokens.output)),
        hard: hard_failures(golden, outcome),
        ..Tally::default()
    };
    if !is_rightly_refused(golden, outcome) {
        golden_items(sides, &mut tally);
        document_fields(golden, outcome, &mut tally);
    }
    read_lines(sides, &mut tally);
    flags(golden, outcome, &mut tally);
    tally
}

/// A scan, or a file under a password, that was refused by name: nothing of it is missed.
pub(crate) fn is_rightly_refused(golden: &Golden, outcome: &Outcome) -> bool {
    golden.may_be_refused() && !outcome.refusals.is_empty() && outcome.is_empty()
}

fn golden_items(sides: &Sides<'_>, tally: &mut Tally) {
    for (index, (item, known)) in sides.golden.iter().enumerate() {
        match sides
            .pairing
            .line_of(index)
            .and_then(|line| sides.lines.get(line))
        {
            Some((line, _)) => {
                count(&mut tally.by_kind, &mut tally.items, known.kind, |found| {
                    found.golden += 1;
                });
                evidence(item, *line, tally);
            }
            None if known.optional => {}
            None => {
                count(&mut tally.by_kind, &mut tally.items, known.kind, |found| {
                    found.golden += 1;
                });
                tally.misses.push(missed(index, item, known, sides));
            }
        }
    }
    // A line may hold several golden items as its instalments: each was found.
    let joined = sides.pairing.parts.iter().filter(|(index, line)| {
        sides.pairing.line_of(*index) == Some(*line) && sides.pairing.golden_of(*line) != Some(*index)
    });
    for (_, known) in joined.filter_map(|(index, _)| sides.golden.get(*index)) {
        count(&mut tally.by_kind, &mut tally.items, known.kind, |found| {
            found.read += 1;
            found.matched += 1;
        });
    }
}

fn count(
    by_kind: &mut BTreeMap<&'static str, Found>,
    items: &mut Found,
    kind: &'static str,
    add: impl Fn(&mut Found),
) {
    add(by_kind.entry(kind).or_default());
    add(items);
}

/// The golden item that no line is, beside the line that comes closest: with the same prices, or on the same words.
fn missed(index: usize, item: &Value, known: &Comparable, sides: &Sides<'_>) -> Miss {
    let places = places(&item["evidence"]);
    let on_same_words = |(at, (line, _)): &(usize, &(Line<'_>, Comparable))| {
        let holds = |words: &_| {
            let mut here = places
                .iter()
                .filter(|place| place.is_page_of(file_of(line.draft, words), words));
            here.any(|place| place.shares_words_with(words))
        };
        sides.pairing.golden_of(*at).is_none() && of_line(line.item).into_iter().any(holds)
    };
    let same_prices = sides.pairing.near_to(index).and_then(|at| sides.lines.get(at));
    let near = same_prices.or_else(|| {
        let mut lines = sides.lines.iter().enumerate();
        lines.find(on_same_words).map(|(_, line)| line)
    });
    let first = places.first();
    Miss {
        what: format!("item {}", item["id"].as_str().unwrap_or("?")),
        golden: Some(known.label.clone()),
        got: near.map(|(_, line)| line.label.clone()),
        page: first.map(|place| place.page),
        flagged: near.is_some_and(|(line, _)| line.is_flagged()),
        quote: first.map(|place| place.quote.clone()),
    }
}

/// Right page and right words; a golden item without evidence is not judged.
fn evidence(item: &Value, line: Line<'_>, tally: &mut Tally) {
    let places = places(&item["evidence"]);
    let Some(first) = places.first() else { return };
    let words = of_line(line.item);
    let pairs = || {
        words
            .iter()
            .flat_map(|words| places.iter().map(move |place| (*words, place)))
    };
    let on_page =
        |(words, place): (&_, &super::evidence::Place)| place.is_page_of(file_of(line.draft, words), words);
    let page = pairs().any(on_page);
    let quote = pairs().any(|(words, place)| on_page((words, place)) && place.shares_words_with(words));
    tally.evidence_page.count(page);
    tally.evidence_quote.count(quote);
    if !quote {
        let shown = words
            .first()
            .map(|words| format!("p. {} “{}”", words.page(), words.quote()));
        tally.misses.push(Miss {
            what: format!("evidence of item {}", item["id"].as_str().unwrap_or("?")),
            golden: Some(format!("p. {} “{}”", first.page, first.quote)),
            got: shown,
            page: Some(first.page),
            flagged: line.is_flagged(),
            quote: Some(first.quote.clone()),
        });
    }
}

fn read_lines(sides: &Sides<'_>, tally: &mut Tally) {
    for (at, (line, read)) in sides.lines.iter().enumerate() {
        let index = sides.pairing.golden_of(at);
        match index.and_then(|index| sides.golden.get(index)) {
            Some((item, known)) => {
                // A golden item in instalments may be read as several lines: each of them was known.
                let further = index.is_some_and(|index| sides.pairing.line_of(index) != Some(at));
                count(&mut tally.by_kind, &mut tally.items, known.kind, |found| {
                    found.golden += usize::from(further);
                    found.read += 1;
                    found.matched += 1;
                });
                line_values(item, known, *line, tally);
            }
            None => {
                count(&mut tally.by_kind, &mut tally.items, read.kind, |found| {
                    found.read += 1;
                });
                match sides
                    .pairing
                    .near_of(at)
                    .and_then(|index| sides.golden.get(index))
                {
                    Some((item, known)) => line_values(item, known, *line, tally),
                    None => extra(*line, read, tally),
                }
            }
        }
    }
}

fn line_values(item: &Value, known: &Comparable, line: Line<'_>, tally: &mut Tally) {
    for value in values::compare(item, known, line.item) {
        let flagged = line.is_flagged();
        tally.silent.count(!value.right && !flagged);
        if !value.right {
            tally.misses.push(Miss {
                what: format!("{} of item {}", value.name, item["id"].as_str().unwrap_or("?")),
                golden: value.golden,
                got: Some(value.got),
                ..line.miss()
            });
        }
    }
}

/// A line that no golden item is: every price on it is wrong.
fn extra(line: Line<'_>, read: &Comparable, tally: &mut Tally) {
    let prices = values::prices_of(line.item).max(1);
    let flagged = line.is_flagged();
    for _ in 0..prices {
        tally.silent.count(!flagged);
    }
    tally.misses.push(Miss {
        what: format!("extra {}", read.kind),
        got: Some(format!("{}: {}", read.label, line.item.description)),
        ..line.miss()
    });
}

impl Line<'_> {
    /// Is a reviewer told to look at it?
    fn is_flagged(&self) -> bool {
        let about = |flag: &Flag| flag.waits() && flag.is_about_item(self.index);
        self.draft.flags.iter().any(about)
    }

    /// A miss where this line stands.
    fn miss(&self) -> Miss {
        let words = self.item.evidence.first();
        Miss {
            what: String::new(),
            golden: None,
            got: None,
            page: words.map(|words| words.page().into()),
            flagged: self.is_flagged(),
            quote: words.map(|words| words.quote().to_owned()),
        }
    }
}

/// Where nothing was read, every field is missed.
fn document_fields(golden: &Golden, outcome: &Outcome, tally: &mut Tally) {
    let draft = outcome.draft.as_ref();
    let nothing = Terms::default();
    let terms = draft.map_or(&nothing, |draft| &draft.terms);
    let flags = draft.map_or(&[][..], |draft| &draft.flags);
    for field in fields::of(&golden.value, terms) {
        let right = field.agrees();
        let flagged = field.is_flagged(flags);
        if field.read.is_some() {
            tally.silent.count(!right && !flagged);
        }
        tally.fields.golden += usize::from(field.golden.is_some());
        tally.fields.read += usize::from(field.read.is_some());
        tally.fields.matched += usize::from(right && field.golden.is_some());
        if !right {
            let place = places(&golden.value["evidence"][field.evidence])
                .into_iter()
                .next();
            tally.misses.push(Miss {
                what: format!("field {}", field.name),
                golden: field.golden,
                got: field.read,
                page: place.as_ref().map(|place| place.page),
                flagged,
                quote: place.map(|place| place.quote),
            });
        }
    }
}

fn flags(golden: &Golden, outcome: &Outcome, tally: &mut Tally) {
    let expected = golden.flags();
    for code in &expected {
        let refused =
            !outcome.refusals.is_empty() && (code.starts_with("SCANNED") || code.starts_with("ENCRYPTED"));
        let raised = refused || outcome.flags().any(|flag| flag.code.to_string() == *code);
        tally.flags.count(raised);
        if !raised {
            tally.misses.push(Miss::of_flag(code, Some("raised"), None));
        }
    }
    if golden.says_flags() {
        let mut codes = outcome.flags().filter(|flag| flag.waits());
        for flag in codes
            .by_ref()
            .filter(|flag| !expected.contains(&flag.code.to_string()))
        {
            tally.held_up += 1;
            let mut miss = Miss::of_flag(&flag.code.to_string(), None, Some(&flag.sentence));
            miss.page = flag.evidence.first().map(|words| words.page().into());
            tally.misses.push(miss);
        }
    }
}

impl Miss {
    fn of_flag(code: &str, golden: Option<&str>, got: Option<&str>) -> Self {
        Self {
            what: format!("flag {code}"),
            golden: golden.map(str::to_owned),
            got: got.map(str::to_owned),
            page: None,
            flagged: got.is_some(),
            quote: None,
        }
    }
}
