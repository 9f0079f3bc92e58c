//! One price of one row: what it is for, how often, which sort of charge.

use rust_decimal::Decimal;

use super::due::unmeasured;
use super::phrases::{billed_with, payable};
use super::resources::Resource;
use super::{Section, evidence_of, is_price, neighbours};
use crate::normal::cadence::Often;
use crate::normal::unit::{is_seat, singular};
use crate::page::WordRef;
use crate::reading::items::{Facts, Item, currency, is_one_time_words, kind, unit_name};
use crate::reading::phrases::{self, Period, Range, bounds, noun, says_any};
use crate::reading::prices::{self, Expression};
use crate::reading::tables::columns::Column;
use crate::reading::tables::{Place, billing};
use crate::reading::tokens::{Kind as TokenKind, Stretch, Token};
use crate::terms::{Cadence, Evidence, Kind, LineItem, Timing};

/// Reads one price of one row.
pub(super) struct RowReader<'r, 's> {
    pub(super) place: &'r Place<'s>,
    pub(super) row: &'r [Stretch],
    pub(super) section: &'r Section,
    pub(super) column: usize,
    pub(super) several: bool,
}

/// How often a row is billed, and when.
pub(super) struct Rhythm {
    pub(super) period: Option<Cadence>,
    pub(super) billed: Option<Period>,
    pub(super) timing: Option<Timing>,
}

impl RowReader<'_, '_> {
    /// The item that the price makes.
    pub(super) fn item(&self) -> Option<Item> {
        let cell = self.row.get(self.column)?;
        let Some(at) = self.price_at(cell) else {
            return self.without_price(cell);
        };
        let own = prices::read(&cell.tokens, at)?;
        if own.withheld {
            return self.without_price(cell);
        }
        let price = self.by_resource(self.completed(own));
        let mut words = self.words();
        words.extend(neighbours::line_above(self.place, self.row).to_vec());
        if self.several {
            words.extend(self.place.header(self.column).to_vec());
        }
        let rhythm = self.rhythm(&price);
        let quantity = self.quantity();
        let unit = self.unit(&price);
        let several = quantity.copied().is_some_and(|count| count > Decimal::ONE);
        let cadence = rhythm.billed.and_then(Period::cadence);
        let facts = Facts {
            price: &price,
            words: &words,
            period: rhythm.period,
            cadence,
            quantity: several,
            unit: unit.as_deref(),
        };
        let mut sort = self.kind(&facts, rhythm.billed);
        // "JPY 450,000 per review, every six months, in advance": what is measured cannot be billed before.
        let once_each =
            sort == Some(Kind::Usage) && rhythm.timing == Some(Timing::Advance) && price.period.is_none();
        if once_each {
            sort = Some(Kind::Recurring);
        }
        let sort = sort.map(|sort| unmeasured(sort, &rhythm));
        let mut line = LineItem::new(
            "",
            sort.unwrap_or(Kind::OneTime),
            self.description(),
            self.evidence(),
        );
        line.unit = unit.map(|unit| unit_name(&unit, rhythm.period));
        line.quantity = quantity;
        self.amounts(&mut line, &price, (cell, at));
        let named = line
            .unit
            .as_deref()
            .is_some_and(|unit| line.description.to_lowercase().contains(unit));
        if once_each && named && line.quantity.value.is_none() {
            line.price.amount = std::mem::take(&mut line.price.unit_price);
            line.unit = None;
        }
        self.dates(&mut line);
        self.timed(&mut line, &rhythm);
        self.multiplied(&mut line);
        let covers = match self.resource() {
            Some(resource) => resource == Resource::Additional,
            None => !self.beside_resources(),
        };
        if covers {
            self.allowance(&mut line, &price);
        }
        self.extras(&mut line);
        self.event(&mut line);
        self.wait_for_event(&mut line);
        self.packaged(&mut line);
        self.counted_in_credits(&mut line);
        Some(self.finished(line, sort.is_none(), &price, &rhythm))
    }

    fn finished(&self, line: LineItem, unknown: bool, price: &Expression, rhythm: &Rhythm) -> Item {
        let mut item = Item::new(line, self.place.index, self.price_words());
        item.kind_unknown = unknown;
        item.currency = price.money.and_then(currency);
        let own = self
            .place
            .cell(self.row, Column::Billing)
            .is_some_and(|cell| billing::of_cell(&cell.tokens).0.is_some());
        item.cadence_is_price_span = !own && !self.row.iter().any(|cell| payable(&cell.tokens).is_some());
        item.follows = self.row.iter().find_map(|cell| billed_with(&cell.tokens));
        self.doubts(&mut item, rhythm.billed.or(price.period));
        self.marks(&mut item);
        self.banded(&mut item);
        item
    }

    /// The first amount of the cell that is no estimate.
    pub(super) fn price_at(&self, cell: &Stretch) -> Option<usize> {
        // "Fee rate per US$1 million traded": what a price is for is none.
        let led = |at: usize| at.checked_sub(1).and_then(|before| cell.tokens.get(before));
        let at = (0..cell.tokens.len()).find(|at| {
            cell.tokens.get(*at).is_some_and(is_price) && !led(*at).is_some_and(|led| led.is_any("per|every"))
        })?;
        let before = cell.tokens.get(at.saturating_sub(2)..at).unwrap_or_default();
        let estimate = says_any(before, "estimated|est|est.|approximately|approx|approx.|circa");
        (!estimate).then_some(at)
    }

    /// The price with what the unit column, the header, the description and sentences nearby add to it.
    fn completed(&self, own: Expression) -> Expression {
        let header = self
            .place
            .defaults
            .by_column
            .get(self.column)
            .cloned()
            .unwrap_or_default();
        let unit = self
            .place
            .cell(self.row, Column::Unit)
            .map(billing::of_unit_cell)
            .unwrap_or_default();
        let one_time = is_one_time_words(&self.own_words());
        let (header, caption) = if one_time {
            (Expression::default(), Expression::default())
        } else {
            (header, self.place.defaults.price.clone())
        };
        let mut price = own;
        // "Subscriptions (unit prices per month)" over the rows.
        let said = says_any(&self.section.words, "prices per|price per|unit prices|unit price");
        let section = if one_time || !said {
            Expression::default()
        } else {
            billing::of_words(&self.section.words)
        };
        for more in [unit, header, self.described_price(), section, caption] {
            price.per = price.per.or(more.per);
            price.period = price.period.or(more.period);
            price.above = price.above.or(more.above);
        }
        price
    }

    /// "Platform fee, per month", "Inbound SMS, per segment": words of the description that belong to the price.
    fn described_price(&self) -> Expression {
        let mut price = Expression::default();
        // "Work at $50 per hour": those words belong to the price they name.
        let unpriced = |cell: &&Stretch| !cell.tokens.iter().any(|token| token.money().is_some());
        for cell in self.text_cells().filter(unpriced) {
            let more = billing::of_words(&cell.tokens);
            price.per = price.per.or(more.per);
            price.period = price.period.or(more.period);
            let above = (0..cell.tokens.len())
                .filter_map(|at| bounds(&cell.tokens, at))
                .find_map(|found| match found.range {
                    Range::Over(value) => Some(value),
                    _ => None,
                });
            price.above = price.above.or(above);
        }
        price
    }

    /// Cells that hold words: description, notes, sections.
    pub(super) fn text_cells(&self) -> impl Iterator<Item = &Stretch> {
        let is_text = |column: usize| {
            matches!(
                self.place.columns.get(column),
                Some(Column::Description | Column::Note | Column::Event | Column::Ref | Column::Range)
            )
        };
        self.row
            .iter()
            .enumerate()
            .filter(move |(at, cell)| *at != self.column && !cell.tokens.is_empty() && is_text(*at))
            .map(|(_, cell)| cell)
    }

    /// The row's own words: its text and its billing.
    pub(super) fn own_words(&self) -> Vec<Token> {
        let mut words: Vec<Token> = self.text_cells().flat_map(|cell| cell.tokens.clone()).collect();
        for column in [Column::Billing, Column::Unit] {
            let cell = self.place.cell(self.row, column);
            words.extend(cell.into_iter().flat_map(|cell| cell.tokens.clone()));
        }
        words.extend(
            self.row
                .get(self.column)
                .into_iter()
                .flat_map(|cell| cell.tokens.clone()),
        );
        words
    }

    /// "as used" where other rows say how many.
    fn is_metered(&self) -> bool {
        let counts = self
            .place
            .columns
            .iter()
            .position(|column| *column == Column::Quantity);
        let cell = counts.and_then(|column| self.row.get(column));
        cell.is_some_and(|cell| {
            says_any(
                &cell.tokens,
                "as used|as needed|as consumed|as incurred|metered|per use|usage|actual|on demand|as measured|by use",
            )
        })
    }

    /// All words that tell what the row is: its own, its section's, the heading's.
    fn words(&self) -> Vec<Token> {
        let mut words = self.own_words();
        words.extend(self.section.words.clone());
        words.extend(self.place.heading_tokens().to_vec());
        words
    }

    fn kind(&self, facts: &Facts<'_>, billed: Option<Period>) -> Option<Kind> {
        if let Some(resource) = self.resource_kind() {
            return Some(resource);
        }
        if facts.price.is_per_unit() && self.is_metered() {
            return Some(Kind::Usage);
        }
        let own: Vec<Token> = self.text_cells().flat_map(|cell| cell.tokens.clone()).collect();
        if says_any(
            &own,
            "minimum|price floor|fee floor|monthly floor|annual floor|floor of|min.|commitment",
        ) && !facts.price.is_per_unit()
            && facts.price.money.is_some()
        {
            return Some(Kind::MinimumCommitment);
        }
        let negative = facts
            .price
            .money
            .is_some_and(|amount| amount.value.is_sign_negative());
        let reduces = says_any(&own, "discount|rebate|abatement|promotional credit") && own.len() <= 10;
        if negative || reduces {
            return Some(Kind::Discount);
        }
        if self.waits_for_event() && !facts.price.is_per_unit() && facts.price.money.is_some() {
            return Some(Kind::Milestone);
        }
        if billed.is_some_and(|billed| billed.often == Often::Ambiguous) {
            return Some(Kind::Recurring);
        }
        kind(facts)
    }

    fn description(&self) -> String {
        let text = |column: Option<&Column>| {
            matches!(column, Some(Column::Description | Column::Note | Column::Event))
        };
        let mut parts: Vec<String> = self
            .row
            .iter()
            .enumerate()
            .filter(|(at, cell)| {
                let worded = cell
                    .tokens
                    .iter()
                    .any(|token| matches!(token.kind, TokenKind::Word));
                let note = self.place.columns.get(*at) == Some(&Column::Note);
                !cell.tokens.is_empty()
                    && text(self.place.columns.get(*at))
                    && *at != self.column
                    && (worded || !note)
            })
            .map(|(_, cell)| cell.printed(0, cell.tokens.len()))
            .collect();
        if self.several {
            let header = self
                .place
                .grid
                .header
                .as_ref()
                .and_then(|header| header.get(self.column));
            parts.extend(header.map(|cell| cell.printed(0, cell.tokens.len())));
        }
        if parts.is_empty() {
            parts.push(self.place.heading());
        }
        parts.join(" ")
    }

    fn unit(&self, price: &Expression) -> Option<String> {
        if let Some(unit) = price.unit() {
            return Some(unit.to_owned());
        }
        let column = self
            .place
            .columns
            .iter()
            .position(|column| *column == Column::Quantity);
        let header = column.map(|at| self.place.header(at)).unwrap_or_default();
        let named = header
            .first()
            .filter(|token| token.is_any("seats|users|licenses|licences|employees"));
        if let Some(token) = named {
            return Some(singular(&token.low));
        }
        let described = self
            .text_cells()
            .flat_map(|cell| &cell.tokens)
            .find(|token| is_seat(&token.low));
        if let Some(token) = described.filter(|_| column.is_some()) {
            return Some(singular(&token.low));
        }
        let first = self.text_cells().next().and_then(|cell| noun(&cell.tokens, 0));
        first.filter(|_| price.is_per_unit()).map(|(unit, _)| unit)
    }

    /// How often it is billed and when: the billing column, words such as "payable monthly", else the price's own span.
    fn rhythm(&self, price: &Expression) -> Rhythm {
        let period = price.period.and_then(Period::cadence);
        let column = self
            .place
            .cell(self.row, Column::Billing)
            .map(|cell| billing::of_cell(&cell.tokens));
        if let Some((billed, timing)) = column.filter(|(billed, timing)| billed.is_some() || timing.is_some())
        {
            // "per year" in a column of frequencies is the span of the price too.
            let per = self
                .place
                .cell(self.row, Column::Billing)
                .is_some_and(|cell| cell.tokens.first().is_some_and(|token| token.is("per")));
            return Rhythm {
                period: period.or_else(|| billed.filter(|_| per).and_then(Period::cadence)),
                billed: billed.or(price.period),
                timing,
            };
        }
        let payable = self
            .row
            .iter()
            .find_map(|cell| payable(&cell.tokens).or_else(|| phrases::each_of_spans(&cell.tokens)))
            .or_else(|| phrases::each_of_spans(neighbours::line_above(self.place, self.row)));
        let (headed, headed_timing) = self.headed();
        let timing = self
            .row
            .iter()
            .find_map(|cell| phrases::timing(&cell.tokens))
            .or_else(|| phrases::timing(neighbours::line_above(self.place, self.row)))
            .map(|(.., timing)| timing)
            .or(headed_timing);
        Rhythm {
            period,
            billed: payable.or(headed).or(price.period),
            timing,
        }
    }

    /// "A. Cloud access (prices per month, invoiced quarterly in advance)": what the heading says of every row that comes again.
    fn headed(&self) -> (Option<Period>, Option<Timing>) {
        let heading = self.place.heading_tokens();
        let verb = heading
            .iter()
            .position(|token| token.is_any("invoiced|billed|payable|charged"));
        let Some(said) = verb.and_then(|verb| heading.get(verb..)) else {
            return (None, None);
        };
        if is_one_time_words(&self.own_words()) {
            return (None, None);
        }
        let billed = crate::reading::prose::billed(said).map(|(_, found)| found);
        (billed, phrases::timing(said).map(|(.., timing)| timing))
    }

    /// The words of the price cell.
    pub(super) fn price_words(&self) -> Vec<WordRef> {
        self.row
            .get(self.column)
            .map(|cell| cell.all_words().to_vec())
            .unwrap_or_default()
    }

    /// The whole row.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        evidence_of(self.place, self.row)
    }
}
