//! A table as tokens.

use super::reshaped;
use crate::page::{Document, Row, Table, WordRef};
use crate::reading::phrases::{bounds, labelled};
use crate::reading::tokens::{self, Kind, Locale, Stretch, Token};

/// A table, cell by cell, as tokens. Every row has as many cells as the table has columns.
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    /// The header row, if there is one.
    pub(crate) header: Option<Vec<Stretch>>,
    /// The other rows.
    pub(crate) rows: Vec<Vec<Stretch>>,
    /// Why its values may not be trusted, if so.
    pub(crate) doubtful: Option<String>,
}

impl Grid {
    /// Reads a table's cells. A first row without numbers over rows with numbers is a header, marked or not.
    pub(crate) fn read(document: &Document, table: &Table, locale: Locale) -> Self {
        let mut rows: Vec<Vec<Stretch>> = table
            .rows
            .iter()
            .flat_map(|row| reshaped::lines_of(document, row))
            .map(|row| cells(document, &row, locale))
            .collect();
        let ruled = rows.first().is_some_and(|row| reshaped::is_rule(row));
        rows.retain(|row| !reshaped::is_rule(row));
        reshaped::join_labels(&mut rows);
        super::carried::carry(&mut rows);
        super::carried::carry_across(&mut rows);
        let header = (table.has_header && !ruled || looks_like_header(&rows)) && rows.len() > 1;
        let header = header.then(|| rows.remove(0));
        let header = reshaped::header_of_lines(header, &mut rows);
        let (header, mut rows) = reshaped::turned(header, rows);
        if let Some(header) = &header {
            super::carried::carry_header(header, &mut rows);
        }
        Self {
            header,
            rows,
            doubtful: table.doubtful.clone(),
        }
    }

    /// A table of rows set side by side: three cells or more, a header of words, and prices under it.
    pub(crate) fn of_rows(rows: &[Vec<Stretch>]) -> Option<Self> {
        let wide = rows.first().is_some_and(|row| row.len() >= 3);
        let headed = wide && rows.len() > 1 && looks_like_header(rows);
        let (header, rest) = rows.split_first().filter(|_| headed)?;
        let mut rest = rest.to_vec();
        super::carried::carry(&mut rest);
        super::carried::carry_header(header, &mut rest);
        let priced = rest.iter().all(|row| {
            row.iter()
                .flat_map(|cell| &cell.tokens)
                .any(|token| token.money().is_some())
        });
        priced.then(|| Self {
            header: Some(header.clone()),
            rows: rest,
            doubtful: None,
        })
    }

    /// Rows of a label that says when a price holds and the price, one under the other: "1999   $20,000". The first may name
    /// the charge before them: "Base Rent:   Months 1 through 12   $18,400".
    pub(crate) fn of_stages(rows: &[Vec<Stretch>]) -> Option<Self> {
        Self::of_labelled(rows, |label, first| {
            let others = |label: &Stretch| labelled(&label.tokens).map(|(_, others)| others.join(" "));
            label.tokens.len() <= 10 && others(label).is_some() && others(label) == others(first)
        })
    }

    /// Rows of a label that says how much and the price for that much, one under the other: "first 150,000 items   $.024".
    pub(crate) fn of_tiers(rows: &[Vec<Stretch>]) -> Option<Self> {
        let lead = |label: &Stretch| {
            let at = (0..label.tokens.len())
                .find(|at| bounds(&label.tokens, *at).is_some_and(|found| found.length > 1))?;
            let words = label.tokens.iter().take(at).map(|token| token.low.clone());
            Some(words.collect::<Vec<_>>())
        };
        // "item capture, first 150,000 items" and "item capture, items above 150,000": one word more may name the unit.
        let same = |one: Vec<String>, other: Vec<String>| {
            let shared = one
                .iter()
                .zip(&other)
                .take_while(|(one, other)| one == other)
                .count();
            one.len().max(other.len()).saturating_sub(shared) <= 1
        };
        Self::of_labelled(rows, |label, first| {
            lead(label)
                .zip(lead(first))
                .is_some_and(|(label, first)| same(label, first))
        })
    }

    /// Rows of two cells from the first on, a label that fits and a price alone.
    fn of_labelled(rows: &[Vec<Stretch>], fits: impl Fn(&Stretch, &Stretch) -> bool) -> Option<Self> {
        let alone = |price: &Stretch| {
            price.tokens.len() <= 5
                && price
                    .tokens
                    .iter()
                    .any(|token| token.money().is_some() || token.percent().is_some())
        };
        let mut read: Vec<Vec<Stretch>> = Vec::new();
        let mut title = None;
        for row in rows {
            let (label, price) = match row.as_slice() {
                [label, price] => (label, price),
                [name, label, price] if read.is_empty() => {
                    title = Some(name);
                    (label, price)
                }
                _ => break,
            };
            let first = read.first().and_then(|row| row.first()).unwrap_or(label);
            if !alone(price) || !fits(label, first) {
                break;
            }
            read.push(vec![label.clone(), price.clone()]);
        }
        let named = title.map(|name| vec![name.clone(), name.part(0, 0)]);
        (read.len() > 1).then_some(Self {
            header: named,
            rows: read,
            doubtful: None,
        })
    }

    /// The table cut where a new header stands between its rows: a form above a price list is two tables.
    pub(crate) fn parts(self) -> Vec<Self> {
        let Some(cut) = (1..self.rows.len()).find(|at| self.begins_prices(*at)) else {
            return vec![self];
        };
        let mut rows = self.rows;
        let mut below = rows.split_off(cut);
        let header = below.remove(0);
        let above = Self {
            header: self.header,
            rows,
            doubtful: self.doubtful.clone(),
        };
        let below = Self {
            header: Some(header),
            rows: below,
            doubtful: self.doubtful,
        };
        std::iter::once(above).chain(below.parts()).collect()
    }

    /// A row of words, one of which names prices, over rows with money.
    fn begins_prices(&self, at: usize) -> bool {
        let Some((row, rest)) = self.rows.get(at..).and_then(<[Vec<Stretch>]>::split_first) else {
            return false;
        };
        let filled = row.iter().filter(|cell| !cell.tokens.is_empty()).count();
        let names = row.iter().any(|cell| {
            cell.tokens.len() <= 4
                && cell
                    .tokens
                    .iter()
                    .any(|token| token.is_any("price|fee|rate|charge|amount|cost|fees|charges"))
        });
        let values = |row: &Vec<Stretch>| {
            row.iter()
                .flat_map(|cell| &cell.tokens)
                .any(|token| token.money().is_some() || token.percent().is_some())
        };
        filled >= 3 && names && !values(row) && rest.iter().any(values)
    }

    /// Every row, the header first.
    pub(crate) fn all_rows(&self) -> impl Iterator<Item = &Vec<Stretch>> {
        self.header.iter().chain(&self.rows)
    }

    /// Running text that only looked like a table: numbered paragraphs in two columns, or lines that break in the middle
    /// of sentences.
    pub(crate) fn is_text(&self) -> bool {
        self.is_list() || self.runs_on()
    }

    /// Its text by paragraphs, where it is text.
    pub(crate) fn as_text(&self, document: &Document, locale: Locale) -> Vec<Stretch> {
        let rows = || self.all_rows().map(|row| Self::row_words(row));
        if self.is_list() {
            return rows()
                .map(|words| tokens::read(document, &words, locale))
                .collect();
        }
        if self.runs_on() {
            let words: Vec<WordRef> = rows().flatten().collect();
            return vec![tokens::read(document, &words, locale)];
        }
        Vec::new()
    }

    /// Two columns, a mark or number in the first, sentences in the second.
    fn is_list(&self) -> bool {
        let rows: Vec<&Vec<Stretch>> = self.all_rows().collect();
        let marked = rows.iter().filter(|row| match row.as_slice() {
            [first, second] => first.tokens.len() <= 3 && second.tokens.len() > 9 && ends_sentence(second),
            _ => false,
        });
        let marked = marked.count();
        marked > 0 && marked.saturating_mul(10) >= rows.len().saturating_mul(7)
    }

    /// Most rows go on in lower case after the row before, and none holds money by itself.
    fn runs_on(&self) -> bool {
        let rows: Vec<&Vec<Stretch>> = self.all_rows().collect();
        let columns = rows.first().map_or(0, |row| row.len());
        let lower = |row: &&&Vec<Stretch>| {
            let first = row
                .iter()
                .find(|cell| !cell.tokens.is_empty())
                .and_then(|cell| cell.tokens.first());
            first.is_some_and(|token| token.text.chars().next().is_some_and(char::is_lowercase))
        };
        let lower = rows.iter().skip(1).filter(lower).count();
        let long = rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.tokens.len()).sum::<usize>())
            .sum::<usize>();
        columns <= 3
            && rows.len() > 1
            && long > rows.len().saturating_mul(6)
            && lower.saturating_mul(2) >= rows.len()
            && !self.has_value_column()
    }

    fn has_value_column(&self) -> bool {
        let columns = self.rows.first().map_or(0, Vec::len);
        (0..columns).any(|column| {
            let cells = self
                .rows
                .iter()
                .filter_map(|row| row.get(column))
                .filter(|cell| !cell.tokens.is_empty());
            let (values, all) = cells.fold((0usize, 0usize), |(values, all), cell| {
                let alone = cell.tokens.len() <= 4
                    && cell
                        .tokens
                        .iter()
                        .any(|token| token.money().is_some() || token.percent().is_some());
                (values.saturating_add(usize::from(alone)), all.saturating_add(1))
            });
            values > 0 && values.saturating_mul(2) >= all
        })
    }

    /// The words of a row, cell by cell, for evidence.
    pub(crate) fn row_words(row: &[Stretch]) -> Vec<WordRef> {
        let mut words: Vec<WordRef> = row.iter().flat_map(|cell| cell.all_words().to_vec()).collect();
        words.sort_unstable();
        words
    }
}

/// Bounds and nothing else but a word or two.
pub(crate) fn is_bounds(cell: &Stretch) -> bool {
    let of_time = cell
        .tokens
        .iter()
        .any(|token| token.is_any("year|years|month|months|day|days|week|weeks"));
    !of_time
        && (0..cell.tokens.len().min(3)).any(|at| {
            bounds(&cell.tokens, at)
                .is_some_and(|found| found.length > 1 && found.length.saturating_add(3) >= cell.tokens.len())
        })
}

fn cells(document: &Document, row: &Row, locale: Locale) -> Vec<Stretch> {
    let mut cells: Vec<Vec<WordRef>> = row.cells.iter().map(|cell| cell.words.clone()).collect();
    join_signs(document, &mut cells);
    cells
        .iter()
        .map(|words| tokens::read(document, words, locale))
        .collect()
}

/// A currency sign set in a column of its own belongs to the number beside it.
fn join_signs(document: &Document, cells: &mut [Vec<WordRef>]) {
    for at in 0..cells.len() {
        let lone = cells.get(at).and_then(|cell| match cell.as_slice() {
            [only] => document
                .word(*only)
                .filter(|word| matches!(word.text.as_str(), "$" | "€" | "£" | "US$"))
                .map(|_| *only),
            _ => None,
        });
        let (Some(sign), Some(next)) = (lone, at.checked_add(1)) else {
            continue;
        };
        if let Some(cell) = cells.get_mut(next).filter(|cell| !cell.is_empty()) {
            cell.insert(0, sign);
            if let Some(emptied) = cells.get_mut(at) {
                emptied.clear();
            }
        }
    }
}

fn ends_sentence(cell: &Stretch) -> bool {
    cell.tokens
        .last()
        .is_some_and(|token| token.is_mark('.') || token.is_mark(':') || token.is_mark(';'))
}

fn looks_like_header(rows: &[Vec<Stretch>]) -> bool {
    let holds_value = |cell: &Stretch| {
        cell.tokens
            .iter()
            .any(|token| token.money().is_some() || token.percent().is_some() || token.number().is_some())
    };
    // "due October 15" names a column; a number alone is a value.
    let is_value = |cell: &Stretch| {
        let amount = |token: &Token| token.money().is_some() || token.percent().is_some();
        // "2025 price": the year of a column of prices.
        let of_a_year = cell.tokens.len() <= 4
            && cell
                .tokens
                .iter()
                .any(|token| token.is_any("price|prices|fee|fees|rate|rates|charge|charges|amount"))
            && !cell.tokens.iter().any(amount);
        if of_a_year {
            return false;
        }
        let worded = cell
            .tokens
            .iter()
            .filter(|token| matches!(token.kind, Kind::Word))
            .count()
            > 1;
        cell.tokens.iter().any(amount) || holds_value(cell) && !worded
    };
    let Some((first, rest)) = rows.split_first() else {
        return false;
    };
    let named = first.iter().filter(|cell| !cell.tokens.is_empty()).count() > 1;
    named && !first.iter().any(is_value) && rest.iter().any(|row| row.iter().any(holds_value))
}
