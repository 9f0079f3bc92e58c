//! Lines into blocks: headings, paragraphs, rows of cells, tables.

use std::collections::{HashMap, HashSet};

use crate::page::{Document, Line, LineId, LineRole, Media, Table, Word, WordRef};

/// Words that stand together and the line they begin in.
pub(super) struct Block {
    pub(super) line: LineId,
    pub(super) kind: BlockKind,
}

/// Sorts of block.
pub(super) enum BlockKind {
    Heading(Vec<WordRef>),
    Paragraph(Vec<WordRef>),
    Row(Vec<Vec<WordRef>>),
    /// By its place in the document's list.
    Table(usize),
}

/// The blocks of a document in reading order.
pub(super) fn blocks(document: &Document) -> Vec<Block> {
    let owned = Owned::of(document);
    let seen = printed(document);
    let mut builder = Builder {
        document,
        blocks: Vec::new(),
        tables: HashSet::new(),
        last: None,
    };
    for (at, line) in seen.iter().enumerate() {
        if let Some(table) = owned.table_of(line) {
            builder.table(table, line);
            continue;
        }
        let next = seen
            .get(at.saturating_add(1))
            .filter(|next| owned.table_of(next).is_none());
        builder.line(line, next.copied());
    }
    builder.blocks
}

/// Body lines that say something: no rules, no lone page numbers.
fn printed(document: &Document) -> Vec<&Line> {
    let says = |line: &&Line| {
        let text = line.text();
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let held_back = text.contains('*') || text.contains('_');
        line.role == LineRole::Body
            && (letters > 0
                || held_back
                || (digits > 0 && (digits > 3 || text.contains(['$', '€', '£', '%', '/']))))
    };
    document.lines().filter(says).collect()
}

/// Which lines are owned by which table. A doubtful table owns nothing: its lines are read as rows.
struct Owned {
    words: HashMap<LineId, (usize, usize)>,
}

impl Owned {
    fn of(document: &Document) -> Self {
        let mut words: HashMap<LineId, (usize, usize)> = HashMap::new();
        for (index, table) in document.tables.iter().enumerate() {
            if table.doubtful.is_some() || has_torn_cell(document, table) {
                continue;
            }
            let cells = table
                .rows
                .iter()
                .flat_map(|row| &row.cells)
                .flat_map(|cell| &cell.words);
            for word in cells {
                let owned = words.entry(word.line).or_insert((index, 0));
                owned.1 = owned.1.saturating_add(1);
            }
        }
        Self { words }
    }

    fn table_of(&self, line: &Line) -> Option<usize> {
        let (table, count) = self.words.get(&line.id)?;
        (count.saturating_mul(2) >= line.words.len()).then_some(*table)
    }
}

/// "$6,840.00", with no mark behind it that makes it a part of a sentence.
fn is_signed_amount(word: &Word) -> bool {
    word.text.starts_with(['$', '€', '£']) && word.text.ends_with(|c: char| c.is_ascii_digit())
}

/// Two amounts side by side in one cell: the columns were cut wrong, and the lines say more than the table.
fn has_torn_cell(document: &Document, table: &Table) -> bool {
    let torn = |words: &[WordRef]| {
        let words: Vec<&Word> = words.iter().filter_map(|at| document.word(*at)).collect();
        words.windows(2).any(|pair| match pair {
            [one, other] => {
                let same_line = one.at.top.abs_diff(other.at.top) <= one.size.unsigned_abs() / 2;
                is_signed_amount(one) && is_signed_amount(other) && same_line
            }
            _ => false,
        })
    };
    table
        .rows
        .iter()
        .flat_map(|row| &row.cells)
        .any(|cell| torn(&cell.words))
}

struct Builder<'d> {
    document: &'d Document,
    blocks: Vec<Block>,
    tables: HashSet<usize>,
    last: Option<&'d Line>,
}

impl<'d> Builder<'d> {
    fn table(&mut self, table: usize, line: &'d Line) {
        if self.tables.insert(table) {
            self.put(line, BlockKind::Table(table));
        }
        self.last = None;
    }

    fn line(&mut self, line: &'d Line, next: Option<&'d Line>) {
        let mut cells = segments(line);
        if cells.len() > 1 && !is_spaced_prose(&cells, self.document) {
            self.take_label_above(line, &mut cells);
            self.put(line, BlockKind::Row(cells));
        } else if self.continues_row(line) {
            self.extend_row(line);
        } else if self.is_heading(line, next) {
            self.put(line, BlockKind::Heading(words(line)));
        } else if self.continues(line) {
            if let Some(Block {
                kind: BlockKind::Paragraph(paragraph),
                ..
            }) = self.blocks.last_mut()
            {
                paragraph.extend(words(line));
            }
        } else {
            self.put(line, BlockKind::Paragraph(words(line)));
        }
        self.last = Some(line);
    }

    fn put(&mut self, line: &Line, kind: BlockKind) {
        self.blocks.push(Block { line: line.id, kind });
    }

    /// Does the line go on with the paragraph before it?
    fn continues(&self, line: &Line) -> bool {
        let Some(Block {
            kind: BlockKind::Paragraph(_),
            ..
        }) = self.blocks.last()
        else {
            return false;
        };
        let Some(last) = self.last else { return false };
        let open = !ends_sentence(last);
        // A line of these files is a paragraph of its author; only one broken in mid-sentence goes on.
        if matches!(self.document.media, Media::Docx | Media::Html) && !(open && !begins_anew(line)) {
            return false;
        }
        // "…payable net / 30. A discount" goes on; "…: / 1. More seats" begins anew.
        if begins_item(line) && !(open && is_weak_number(line)) {
            return false;
        }
        if begins_label(line) && (!open || begins_label(last)) {
            return false;
        }
        if last.id.page != line.id.page {
            return open;
        }
        open || !is_apart(last, line)
    }

    /// A line under a row that begins where one of its cells begins goes on with that cell.
    fn continues_row(&self, line: &Line) -> bool {
        let Some(Block {
            kind: BlockKind::Row(_),
            ..
        }) = self.blocks.last()
        else {
            return false;
        };
        let Some(last) = self.last.filter(|last| last.id.page == line.id.page) else {
            return false;
        };
        line.words.len() <= 6
            && !is_apart(last, line)
            && self.cell_under(line).is_some()
            && has_geometry(line)
    }

    /// "2001 and each" over "year thereafter   $ 50,000": the line above is the beginning of the row's label.
    fn take_label_above(&mut self, line: &Line, cells: &mut [Vec<WordRef>]) {
        let above = self.blocks.last().and_then(|block| match &block.kind {
            BlockKind::Paragraph(words) => Some(words),
            _ => None,
        });
        let (Some(above), Some(last), Some(label)) = (above, self.last, cells.first_mut()) else {
            return;
        };
        let one_line = above.len() == words(last).len() && above.first().is_some_and(|at| at.line == last.id);
        let same_left = match (last.words.first(), line.words.first()) {
            (Some(above), Some(below)) => {
                below.size > 0 && above.at.left.abs_diff(below.at.left) <= below.size.unsigned_abs()
            }
            _ => false,
        };
        let after_row = matches!(
            self.blocks.iter().rev().nth(1).map(|block| &block.kind),
            Some(BlockKind::Row(_))
        );
        let goes_on = !begins_anew(line) || after_row;
        if !(one_line && same_left && goes_on)
            || above.len() > 9
            || ends_sentence(last)
            || is_apart(last, line)
        {
            return;
        }
        label.splice(0..0, above.iter().copied());
        self.blocks.pop();
    }

    fn cell_under(&self, line: &Line) -> Option<usize> {
        let Some(Block {
            kind: BlockKind::Row(cells),
            ..
        }) = self.blocks.last()
        else {
            return None;
        };
        let left = line.words.first()?.at.left;
        let size = line.words.first()?.size.max(1);
        cells.iter().position(|cell| {
            let word = cell.first().and_then(|at| self.document.word(*at));
            word.is_some_and(|word| word.at.left.abs_diff(left) <= size.unsigned_abs() / 2)
        })
    }

    fn extend_row(&mut self, line: &Line) {
        let cell = self.cell_under(line);
        if let (
            Some(cell),
            Some(Block {
                kind: BlockKind::Row(cells),
                ..
            }),
        ) = (cell, self.blocks.last_mut())
            && let Some(words_of_cell) = cells.get_mut(cell)
        {
            words_of_cell.extend(words(line));
        }
    }

    /// A short line that ends no sentence, after one that did, before something that begins anew.
    fn is_heading(&self, line: &Line, next: Option<&Line>) -> bool {
        let text = line.text();
        let count = line.words.len();
        let closed = self
            .last
            .is_none_or(|last| ends_sentence(last) || is_apart(last, line) || self.ended_with_heading());
        let money = text.contains(['$', '€', '£', '%']);
        if count > 14
            || !closed
            || money
            || says_something(line)
            || self.is_one_of_labels(line, next)
            || text.ends_with(['.', ',', ';', ':']) && !is_shouted(&text)
        {
            return false;
        }
        if next.is_some_and(|next| is_larger(line, next)) && count <= 10 {
            return true;
        }
        let new_start = next.is_none_or(|next| begins_anew(next) || segments(next).len() > 1);
        let starts = text
            .chars()
            .find(|c| c.is_alphanumeric())
            .is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
        starts
            && (is_shouted(&text)
                || (new_start && count <= 9 && is_short(line, next))
                || (next.is_none() && begins_item(line)))
    }

    /// "End date: 31 May 2026" among other labels is a field, not the heading of the next.
    fn is_one_of_labels(&self, line: &Line, next: Option<&Line>) -> bool {
        begins_label(line) && (next.is_some_and(begins_label) || self.last.is_some_and(begins_label))
    }

    fn ended_with_heading(&self) -> bool {
        matches!(
            self.blocks.last(),
            Some(Block {
                kind: BlockKind::Heading(_) | BlockKind::Row(_) | BlockKind::Table(_),
                ..
            })
        )
    }
}

fn words(line: &Line) -> Vec<WordRef> {
    (0u32..)
        .zip(&line.words)
        .filter(|(_, word)| word.seen())
        .map(|(word, _)| WordRef { line: line.id, word })
        .collect()
}

/// The line cut where a gap is wider than any space between words.
fn segments(line: &Line) -> Vec<Vec<WordRef>> {
    let mut cells: Vec<Vec<WordRef>> = Vec::new();
    let mut before: Option<&Word> = None;
    let mut led = false;
    for (at, word) in words(line)
        .into_iter()
        .zip(line.words.iter().filter(|word| word.seen()))
    {
        if is_leader(&word.text) {
            led = !cells.is_empty();
            continue;
        }
        let apart = before.is_some_and(|before| {
            let gap = word.at.left.saturating_sub(before.at.right);
            let wide = gap.saturating_mul(10) > word.size.max(before.size).saturating_mul(13);
            let amounts =
                word.text.starts_with(['$', '€', '£']) && is_signed_amount(before) && is_signed_amount(word);
            (wide && !is_marker(&before.text) || amounts) && word.size > 0
        });
        match cells.last_mut().filter(|_| !apart && !led) {
            Some(cell) => cell.push(at),
            None => cells.push(vec![at]),
        }
        before = Some(word);
        led = false;
    }
    cells
}

/// Dots that lead the eye from a label to its value.
fn is_leader(text: &str) -> bool {
    text.len() >= 4 && text.chars().all(|c| matches!(c, '.' | '\u{2026}' | '\u{b7}'))
}

/// `1.`, `(a)`, `•`, and the end of a sentence before a double space: no gap between cells.
fn is_marker(text: &str) -> bool {
    let enumerates = text.len() <= 5 && text.ends_with(['.', ')']);
    enumerates || text.ends_with(['.', ';', '?']) || matches!(text, "•" | "-" | "–" | "o" | "*" | "§")
}

/// Old typewritten paragraphs leave double spaces inside sentences; a row of cells does not run on in lower case.
fn is_spaced_prose(cells: &[Vec<WordRef>], document: &Document) -> bool {
    let long = cells.iter().map(Vec::len).sum::<usize>() > 9;
    let runs_on = cells.iter().skip(1).all(|cell| {
        let word = cell.first().and_then(|at| document.word(*at));
        word.is_some_and(|word| word.text.chars().next().is_some_and(char::is_lowercase))
    });
    long && runs_on && cells.len() == 2
}

fn has_geometry(line: &Line) -> bool {
    line.words.iter().any(|word| word.size > 0)
}

fn is_apart(last: &Line, line: &Line) -> bool {
    let (Some(above), Some(below)) = (last.words.first(), line.words.first()) else {
        return false;
    };
    let gap = below.at.top.saturating_sub(above.at.bottom);
    if below.size == 0 {
        return true;
    }
    last.id.page != line.id.page
        || gap.saturating_mul(10) > below.size.saturating_mul(9)
        || gap < 0i32.saturating_sub(below.size)
}

fn ends_sentence(line: &Line) -> bool {
    let text = line.text();
    let bare = text.trim_end_matches(['"', '\u{201D}', ')', '\'', '\u{2019}']);
    bare.ends_with(['.', ';', ':', '?', '!'])
}

fn begins_anew(line: &Line) -> bool {
    let text = line.text();
    // "thirty percent / (30%) of the revenue" and "eight hundred dollars / ($800)" go on.
    let restated = text
        .strip_prefix('(')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '$' | '€' | '£')))
        && !begins_item(line);
    !restated && text.chars().next().is_some_and(|c| !c.is_lowercase())
}

/// "Licensee shall pay Licensor thirty percent" is the beginning of a sentence, however short its line.
fn says_something(line: &Line) -> bool {
    line.words
        .iter()
        .any(|word| matches!(word.text.as_str(), "shall" | "will" | "agrees" | "pays" | "must"))
}

/// Does the line begin an item of a list, a numbered paragraph or a section?
fn begins_item(line: &Line) -> bool {
    let text = line.text();
    let first = text.split(' ').next().unwrap_or_default();
    let bare = first.trim_start_matches('(').trim_end_matches([')', '.', ':']);
    let bracketed = first.starts_with('(')
        && first.ends_with(')')
        && bare.len() <= 4
        && bare.chars().all(char::is_alphanumeric);
    let numbered = first.ends_with(['.', ')', ':'])
        && (1..=3).contains(&bare.len())
        && bare.chars().all(|c| c.is_ascii_digit());
    let lettered =
        first.ends_with(['.', ')']) && bare.chars().count() == 1 && bare.chars().all(char::is_alphabetic);
    let outline =
        bare.contains('.') && bare.chars().all(|c| c.is_ascii_digit() || c == '.') && bare.len() <= 6;
    let titled = matches!(first, "Section" | "SECTION" | "ARTICLE" | "Article" | "Clause");
    bracketed || numbered || lettered || outline || titled || matches!(first, "•" | "·" | "▪" | "–" | "●")
}

/// "Payment terms: net 30": a few words and a colon at the start of a line.
fn begins_label(line: &Line) -> bool {
    let colon = line.words.iter().take(5).any(|word| word.text.ends_with(':'));
    colon && begins_anew(line)
}

/// A bare numeral before a full stop can also be the end of the sentence above.
fn is_weak_number(line: &Line) -> bool {
    let text = line.text();
    let first = text.split(' ').next().unwrap_or_default();
    // "sixty / (60) days" goes on too.
    first
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '(' | ')'))
}

fn is_shouted(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters > 2 && !text.chars().any(char::is_lowercase)
}

/// Printed larger than the line under it by a sixth or more.
fn is_larger(line: &Line, next: &Line) -> bool {
    let size = |line: &Line| line.words.first().map_or(0, |word| word.size);
    size(next) > 0 && size(line).saturating_mul(6) > size(next).saturating_mul(7)
}

fn is_short(line: &Line, next: Option<&Line>) -> bool {
    let width = |line: &Line| {
        line.words
            .last()
            .map_or(0, |word| word.at.right)
            .saturating_sub(line.words.first().map_or(0, |word| word.at.left))
    };
    !has_geometry(line)
        || next.is_none_or(|next| {
            width(line).saturating_mul(10) < width(next).saturating_mul(8) || next.words.len() <= 6
        })
}
