//! Statements: every sentence, and every label with its value, as one run of tokens. "Payment Terms | Net 30" in a form and
//! "Payment terms: net 30." in prose say the same, so the readers of terms see them alike.

use std::rc::Rc;

use super::scopes::{Content, Scope, Scopes, Under};
use super::tokens::{self, Kind, Locale, Stretch, Token};
use crate::page::{Document, LineId, WordRef};
use crate::terms::Evidence;

mod forms;
mod labels;

pub(crate) use forms::is_form;
use forms::is_label;
pub(crate) use labels::{Key, key};

/// One thing the document says.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    /// Its tokens; a label's first.
    pub(crate) stretch: Stretch,
    /// How many tokens the label takes; 0 in prose.
    pub(crate) label: usize,
    /// What the label is for, if it is a known one.
    pub(crate) key: Option<Key>,
    /// Where it stands.
    pub(crate) under: Rc<Under>,
    /// Line it begins in.
    pub(crate) line: LineId,
    /// Its place among all scopes.
    pub(crate) scope: usize,
    /// Paragraphs are counted; sentences of one paragraph share the number.
    pub(crate) paragraph: usize,
}

impl Statement {
    /// Its tokens.
    pub(crate) fn tokens(&self) -> &[Token] {
        &self.stretch.tokens
    }

    /// The tokens after the label.
    pub(crate) fn value(&self) -> &[Token] {
        self.stretch.tokens.get(self.label..).unwrap_or_default()
    }

    /// Is it a label with a value?
    pub(crate) fn is_labelled(&self) -> bool {
        self.label > 0
    }

    /// Evidence for all of it.
    pub(crate) fn evidence(&self, document: &Document) -> Vec<Evidence> {
        self.stretch.evidence(document, 0, self.stretch.tokens.len())
    }

    /// Evidence for tokens `from..to`, with the label where there is one.
    pub(crate) fn evidence_of(&self, document: &Document, from: usize, to: usize) -> Vec<Evidence> {
        let from = if self.is_labelled() { 0 } else { from };
        self.stretch.evidence(document, from, to)
    }
}

/// All statements in reading order. Rows of tables of prices are none: they are read as tables.
pub(crate) fn all(document: &Document, scopes: &Scopes) -> Vec<Statement> {
    let mut out = Vec::new();
    for (index, scope) in scopes.all.iter().enumerate() {
        let reader = Reader {
            document,
            scope,
            index,
            locale: scopes.locale,
        };
        match &scope.content {
            Content::Sentence(stretch, paragraph) => out.push(reader.sentence(stretch, *paragraph)),
            Content::Heading(stretch) => out.extend(reader.heading(stretch)),
            Content::Row(cells) if is_priced(cells) => {}
            Content::Row(cells) => out.extend(reader.row(cells)),
            Content::Table(grid) if is_form(grid) => {
                let rows = grid.header.iter().chain(&grid.rows);
                out.extend(rows.flat_map(|row| reader.row(row)));
            }
            Content::Table(grid) => {
                let rows = grid
                    .header
                    .iter()
                    .chain(&grid.rows)
                    .filter(|row| is_field(row) || is_signed(row));
                out.extend(rows.flat_map(|row| reader.row(row)));
            }
        }
        out.extend(reader.under_label(above(scopes, index)));
        out.extend(reader.columns(above(scopes, index)));
    }
    out
}

/// A label of a party, a date or a term beside its value, within a table of other things.
fn is_field(row: &[Stretch]) -> bool {
    let cells: Vec<&Stretch> = row.iter().filter(|cell| !cell.tokens.is_empty()).collect();
    let [label, value] = cells.as_slice() else {
        return false;
    };
    let known = key(&label.tokens).is_some_and(|(key, _)| {
        matches!(
            key,
            Key::Provider
                | Key::Customer
                | Key::Start
                | Key::End
                | Key::Effective
                | Key::Agreed
                | Key::Signed
                | Key::Term
                | Key::Payment
                | Key::Renewal
                | Key::Currency
        )
    });
    known && is_label(label) && !is_label(value)
}

/// A row of a block of signatures, whatever table the block was taken for.
fn is_signed(row: &[Stretch]) -> bool {
    let signed = |cell: &Stretch| {
        cell.printed(0, cell.tokens.len()).contains("/s/")
            || cell
                .tokens
                .first()
                .is_some_and(|token| token.is_any("signed|date|countersigned|executed"))
                && cell
                    .tokens
                    .iter()
                    .any(|token| matches!(token.kind, Kind::Date(_)))
    };
    !is_priced(row) && row.iter().any(signed)
}

/// The scope before this one.
fn above(scopes: &Scopes, index: usize) -> Option<&Content> {
    index
        .checked_sub(1)
        .and_then(|above| scopes.all.get(above))
        .map(|scope| &scope.content)
}

/// Labels of parties side by side: "Supplier | Customer" over their names.
fn names_parties(row: &[Stretch]) -> bool {
    let party = |cell: &Stretch| {
        key(&cell.tokens).is_some_and(|(key, _)| matches!(key, Key::Provider | Key::Customer))
            && is_label(cell)
    };
    row.len() == 2 && row.iter().all(party)
}

/// A row with a price in a cell of its own is read as a table; unless its label says what the amount is.
pub(crate) fn is_priced(cells: &[Stretch]) -> bool {
    let price = |cell: &Stretch| {
        cell.tokens
            .first()
            .is_some_and(|token| token.money().is_some() || token.percent().is_some())
    };
    let labelled = cells.first().is_some_and(|cell| {
        // "Customer portal | £450.00" is a thing that is sold; "Customer" alone is a label.
        key(&cell.tokens).is_some_and(|(known, length)| {
            !matches!(known, Key::Provider | Key::Customer) || length >= cell.tokens.len()
        })
    });
    cells.iter().skip(1).any(price) && !labelled
}

struct Reader<'s> {
    document: &'s Document,
    scope: &'s Scope,
    index: usize,
    locale: Locale,
}

impl Reader<'_> {
    fn statement(&self, stretch: Stretch, label: usize, key: Option<Key>, paragraph: usize) -> Statement {
        Statement {
            stretch,
            label,
            key,
            under: Rc::clone(&self.scope.under),
            line: self.scope.line,
            scope: self.index,
            paragraph,
        }
    }

    /// "Initial term: 24 months." is labelled too; so is "Commit Period April 1, 2025 – March 31, 2026".
    fn sentence(&self, stretch: &Stretch, paragraph: usize) -> Statement {
        let label = label_length(&stretch.tokens);
        let number = numbered(&stretch.tokens);
        let known = key(stretch.tokens.get(number..).unwrap_or_default())
            .map(|(known, length)| (known, length.saturating_add(number)))
            .filter(|(_, length)| *length <= label || is_short_form(&stretch.tokens, *length));
        let label = known.map_or(label, |(_, length)| label.max(length));
        self.statement(stretch.clone(), label, known.map(|(key, _)| key), paragraph)
    }

    /// "START" over "October 1, 2025.": a label set as a heading, and its value on the line below.
    fn under_label(&self, above: Option<&Content>) -> Option<Statement> {
        let (Content::Sentence(value, _), Some(Content::Heading(label))) = (&self.scope.content, above)
        else {
            return None;
        };
        let (known, length) = key(&label.tokens)?;
        let dated = value
            .tokens
            .first()
            .is_some_and(|token| matches!(token.kind, Kind::Date(_)));
        let fits = matches!(known, Key::Start | Key::End | Key::Effective | Key::Term) && dated;
        (fits && length == label.tokens.len() && value.tokens.len() <= 10).then(|| self.pair(label, value))
    }

    fn heading(&self, stretch: &Stretch) -> Option<Statement> {
        let Some((known, length)) = key(&stretch.tokens) else {
            // "Seats at the start: 35" is a label with its value, however it is set.
            let label = label_length(&stretch.tokens);
            // "THIS AGREEMENT is dated 14 February 2002" over "BETWEEN …": a sentence set as a title.
            let dated = stretch
                .tokens
                .iter()
                .any(|token| matches!(token.kind, Kind::Date(_)))
                && stretch.tokens.first().is_some_and(|token| token.is("this"))
                && stretch
                    .tokens
                    .iter()
                    .any(|token| token.is_any("dated|made|entered"));
            if dated {
                return Some(self.statement(stretch.clone(), 0, None, 0));
            }
            let value = label > 0 && label < stretch.tokens.len();
            return value.then(|| self.statement(stretch.clone(), label, None, 0));
        };
        let colon = length
            .checked_sub(1)
            .and_then(|at| stretch.tokens.get(at))
            .is_some_and(|token| token.is_mark(':'));
        // "MERCHANT PROCESSING ORDER" names no merchant.
        if !colon && matches!(known, Key::Provider | Key::Customer) {
            return None;
        }
        (length < stretch.tokens.len()).then(|| self.statement(stretch.clone(), length, Some(known), 0))
    }

    /// Cells that hold "label: value" themselves, or labels and values side by side.
    fn row(&self, cells: &[Stretch]) -> Vec<Statement> {
        let cells: Vec<&Stretch> = cells.iter().filter(|cell| !cell.tokens.is_empty()).collect();
        let mut out = Vec::new();
        if let Some(parties) = self.addressed(&cells) {
            return parties;
        }
        let mut at = 0usize;
        while let Some(cell) = cells.get(at) {
            let own = label_length(&cell.tokens);
            if own > 0 && own < cell.tokens.len() {
                out.push(self.sentence(cell, 0));
            } else if let Some(value) = cells.get(at.saturating_add(1)).filter(|_| may_label(cell)) {
                out.push(self.pair(cell, value));
                at = at.saturating_add(1);
            } else if cell
                .tokens
                .iter()
                .any(|token| matches!(token.kind, Kind::Date(_)))
            {
                // Dates side by side under two signatures.
                out.push(self.sentence(cell, 0));
            }
            at = at.saturating_add(1);
        }
        out
    }

    /// "Seller, Bastionwick Security, Inc., 88 Culvert Street" beside the same of the buyer: each label with its address in one
    /// cell.
    fn addressed(&self, cells: &[&Stretch]) -> Option<Vec<Statement>> {
        let party = |cell: &&Stretch| {
            let (known, length) = key(&cell.tokens)?;
            let name = cell.tokens.get(length)?;
            let fits = matches!(known, Key::Provider | Key::Customer) && name.is_capital();
            fits.then(|| self.statement((*cell).clone(), length, Some(known), 0))
        };
        let found: Option<Vec<Statement>> = cells.iter().map(party).collect();
        // "For Larkfield, Inc." beside "For Morrow LLP" is where both sign: no label says who pays.
        found.filter(|found| matches!(found.as_slice(), [one, other] if one.key != other.key))
    }

    /// Names under the labels of the row above them, in rows or in the first two rows of a table.
    fn columns(&self, above: Option<&Content>) -> Vec<Statement> {
        if let Content::Table(grid) = &self.scope.content {
            let rows = grid.header.iter().chain(&grid.rows);
            let cells = rows.map(|row| row.iter().collect::<Vec<_>>());
            if let (false, Some(found)) = (
                is_form(grid),
                cells.filter_map(|cells| self.addressed(&cells)).next(),
            ) {
                return found;
            }
        }
        let (labels, values) = match (&self.scope.content, above) {
            (Content::Row(values), Some(Content::Row(labels))) => (labels, Some(values)),
            (Content::Table(grid), _) => {
                let mut rows = grid.header.iter().chain(&grid.rows);
                let Some(labels) = rows.next() else {
                    return Vec::new();
                };
                (labels, rows.next())
            }
            _ => return Vec::new(),
        };
        let Some(values) = values.filter(|values| values.len() == labels.len() && names_parties(labels))
        else {
            return Vec::new();
        };
        let both = labels.iter().zip(values);
        both.map(|(label, value)| self.pair(label, value)).collect()
    }

    fn pair(&self, label: &Stretch, value: &Stretch) -> Statement {
        let words: Vec<WordRef> = label
            .all_words()
            .iter()
            .chain(value.all_words())
            .copied()
            .collect();
        let stretch = tokens::read(self.document, &words, self.locale);
        let known = bracketed_role(label)
            .or_else(|| key(&label.tokens).map(|(key, _)| key))
            .or_else(|| by_last_word(label, value));
        let length = label.tokens.len().min(stretch.tokens.len());
        self.statement(stretch, length, known, 0)
    }
}

/// "Landlord (Customer)": the role in brackets, where both words could be one.
fn bracketed_role(label: &Stretch) -> Option<Key> {
    let tokens = &label.tokens;
    let open = tokens.iter().position(|token| token.is_mark('('))?;
    let word = tokens.get(open.saturating_add(1))?;
    let closed = tokens
        .get(open.saturating_add(2))
        .is_some_and(|token| token.is_mark(')'));
    let side = super::parties::role(&word.low).filter(|_| closed && open > 0)?;
    Some(match side {
        super::parties::Side::Provider => Key::Provider,
        super::parties::Side::Customer => Key::Customer,
    })
}

/// "Data vendor", "Monitoring from": what the last word of a label says, where the value fits.
fn by_last_word(label: &Stretch, value: &Stretch) -> Option<Key> {
    let last = label.tokens.iter().rev().find(|token| !token.is_mark(':'))?;
    if label.tokens.len() > 4 {
        return None;
    }
    let dated = value
        .tokens
        .first()
        .is_some_and(|token| matches!(token.kind, Kind::Date(_)));
    if dated && value.tokens.len() <= 3 {
        if last.is_any("from|starts|begins|start|starting") {
            return Some(Key::Start);
        }
        return last.is_any("until|ends|through|till|to").then_some(Key::End);
    }
    let named = value.tokens.first().is_some_and(Token::is_capital);
    match super::parties::role(&last.low).filter(|_| named) {
        Some(super::parties::Side::Provider) => Some(Key::Provider),
        Some(super::parties::Side::Customer) => Some(Key::Customer),
        None => None,
    }
}

/// How many tokens the number of a clause takes: `1.`, `(a)`.
fn numbered(tokens: &[Token]) -> usize {
    let [first, second, third, ..] = tokens else {
        return 0;
    };
    let short = |token: &Token| token.text.chars().count() <= 3;
    if short(first) && second.is_mark('.') && !matches!(first.kind, Kind::Mark(_)) {
        return 2;
    }
    if first.is_mark('(') && short(second) && third.is_mark(')') {
        return 3;
    }
    0
}

/// Tokens before and with the colon of "Label: value"; 0 without one near the start.
fn label_length(tokens: &[Token]) -> usize {
    let colon = tokens.iter().take(8).position(|token| token.is_mark(':'));
    let plain = |at: usize| {
        tokens.iter().take(at).all(|token| {
            matches!(
                token.kind,
                Kind::Word | Kind::Number(_) | Kind::Mark(_) | Kind::Ordinal(_)
            )
        })
    };
    colon
        .filter(|at| *at > 0 && plain(*at))
        .map_or(0, |at| at.saturating_add(1))
}

/// A line that is only a known label and a value: few words, no verb.
fn is_short_form(tokens: &[Token], label: usize) -> bool {
    let rest = tokens.get(label..).unwrap_or_default();
    let verb = rest
        .iter()
        .any(|token| token.is_any("is|are|shall|will|may|means|of|and|the|which"));
    !rest.is_empty()
        && rest.len() <= 9
        && !verb
        && rest
            .first()
            .is_some_and(|token| token.is_capital() || !matches!(token.kind, Kind::Word))
}

/// Can the cell be a label? A few words without money or dates.
fn may_label(cell: &Stretch) -> bool {
    let plain = cell.tokens.iter().all(|token| {
        matches!(
            token.kind,
            Kind::Word | Kind::Mark(_) | Kind::Number(_) | Kind::Ordinal(_) | Kind::Note(_)
        )
    });
    plain && cell.tokens.len() <= 8 && cell.tokens.iter().any(|token| matches!(token.kind, Kind::Word))
}
