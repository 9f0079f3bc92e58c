//! Rows of a price list, each a line item.

use rust_decimal::Decimal;

use super::columns::Column;
use super::{Place, TablesReading, billing, cells, steps};
use crate::flag::Code;
use crate::normal::cadence::Often;
use crate::reading::items::{Doubt, Facts, Item, currency, found, kind, unit_name};
use crate::reading::phrases::{Range, bounds, find_duration, noun, says_any};
use crate::reading::prices::{self, Expression};
use crate::reading::scopes::Grid;
use crate::reading::tokens::{Kind as TokenKind, Stretch, Token};
use crate::terms::{Cadence, Credits, Found, Kind, LineItem, Mark, Timing, Total};

/// Reads every row: items, totals, and rows that only head others.
pub(super) fn read(place: &Place<'_>, reading: &mut TablesReading) {
    let mut section = Section::default();
    let mut at = 0usize;
    while let Some(row) = place.grid.rows.get(at) {
        if let Some((item, taken)) = steps::group(place, at) {
            reading.items.push(item);
            at = at.saturating_add(taken.max(1));
            continue;
        }
        if let Some(total) = total(place, row) {
            reading.totals.push(total);
        } else if section.heads(row) {
            section.enter(row);
        } else {
            reading.items.extend(items(place, row, &section));
        }
        at = at.saturating_add(1);
    }
}

/// What a row without a price of its own says of the rows under it.
#[derive(Debug, Default)]
struct Section {
    name: String,
    words: Vec<Token>,
    minimum: Option<Found<Decimal>>,
}

impl Section {
    /// Only one cell is filled, and it holds no price.
    fn heads(&self, row: &[Stretch]) -> bool {
        let filled: Vec<&Stretch> = row.iter().filter(|cell| !cell.tokens.is_empty()).collect();
        let price = filled.iter().any(|cell| cell.tokens.iter().any(is_price));
        filled.len() == 1 && !price
    }

    fn enter(&mut self, row: &[Stretch]) {
        if let Some(cell) = row.iter().find(|cell| !cell.tokens.is_empty()) {
            self.name = cell.printed(0, cell.tokens.len());
            self.words.clone_from(&cell.tokens);
            self.minimum = None;
        }
    }
}

fn is_price(token: &Token) -> bool {
    matches!(
        token.kind,
        TokenKind::Money(_) | TokenKind::Percent(_) | TokenKind::Withheld { .. }
    )
}

/// "Order Total | $404,564.00".
fn total(place: &Place<'_>, row: &[Stretch]) -> Option<Total> {
    let label = row.iter().find(|cell| !cell.tokens.is_empty())?;
    let first = label.tokens.first()?;
    let named = first.is_any(&["total", "totals", "subtotal", "sub-total", "sum", "gesamt"])
        || says_any(
            &label.tokens,
            &[
                "grand total",
                "order total",
                "contract total",
                "total payment",
                "total fees",
                "total price",
                "total cost",
                "net total",
                "total amount",
                "total annual",
                "total monthly",
                "total contract value",
            ],
        )
        || says_any(&label.tokens, &["slices together", "all together"]);
    let (cell, at, amount) = row.iter().rev().find_map(|cell| {
        let at = cell.tokens.iter().position(|token| token.money().is_some())?;
        Some((cell, at, cell.tokens.get(at)?.money()?))
    })?;
    named.then(|| Total {
        label: label.printed(0, label.tokens.len()),
        amount: Found {
            evidence: row_evidence(place, row),
            ..found(amount.value, cell, place.document, at, at.saturating_add(1))
        },
    })
}

/// The items of a row: one for each price column.
fn items(place: &Place<'_>, row: &[Stretch], section: &Section) -> Vec<Item> {
    if is_summary(row) {
        return Vec::new();
    }
    let mut columns = place.all(Column::Price);
    columns.extend(place.all(Column::Share));
    if columns.is_empty() {
        columns = place.all(Column::Extended);
    }
    if columns.is_empty() && !place.all(Column::ListPrice).is_empty() {
        columns = place.all(Column::ListPrice);
    }
    let several = columns.len() > 1;
    let read = |column: &usize| {
        RowReader {
            place,
            row,
            section,
            column: *column,
            several,
        }
        .item()
    };
    columns.iter().filter_map(read).collect()
}

/// "All slices together": a row that adds up the others.
fn is_summary(row: &[Stretch]) -> bool {
    let first = row.iter().find(|cell| !cell.tokens.is_empty());
    first.is_some_and(|cell| {
        cell.tokens
            .first()
            .is_some_and(|token| token.is_any(&["total", "totals", "subtotal", "sub-total"]))
            || says_any(&cell.tokens, &["all slices", "all together"])
    })
}

fn row_evidence(place: &Place<'_>, row: &[Stretch]) -> Vec<crate::terms::Evidence> {
    crate::terms::Evidence::from_words(place.document, &Grid::row_words(row), crate::terms::Match::Exact)
        .into_iter()
        .collect()
}

/// Reads one price of one row.
struct RowReader<'r, 's> {
    place: &'r Place<'s>,
    row: &'r [Stretch],
    section: &'r Section,
    column: usize,
    several: bool,
}

impl RowReader<'_, '_> {
    fn item(&self) -> Option<Item> {
        let cell = self.row.get(self.column)?;
        let Some(at) = cell.tokens.iter().position(is_price) else {
            return self.without_price(cell);
        };
        let own = prices::read(&cell.tokens, at)?;
        if own.withheld {
            return self.without_price(cell);
        }
        let price = self.completed(own);
        let words = self.words();
        let (billed, timing) = self.billing(&price);
        let period = price.period.and_then(prices_cadence);
        let quantity = self.quantity();
        let unit = self.unit(&price);
        let cadence = billed.and_then(prices_cadence);
        let several_units = quantity.copied().is_some_and(|count| count > Decimal::ONE);
        let facts = Facts {
            price: &price,
            words: &words,
            period,
            cadence,
            quantity: several_units,
            unit: unit.as_deref(),
        };
        let kind = self.kind(&facts);
        let mut line = LineItem::new(
            "",
            kind.unwrap_or(Kind::OneTime),
            self.description(),
            row_evidence(self.place, self.row),
        );
        line.unit = unit.map(|unit| unit_name(&unit, period));
        line.quantity = quantity;
        self.amount(&mut line, &price, cell, at);
        self.dates(&mut line);
        self.rhythm(&mut line, period, billed, timing, &words);
        self.allowance(&mut line, &price);
        self.extras(&mut line);
        let mut item = Item::new(line, self.place.index, self.row_words());
        item.currency = price.money.and_then(currency);
        let own_billing = self
            .place
            .cell(self.row, Column::Billing)
            .is_some_and(|cell| billing::of_cell(&cell.tokens).0.is_some())
            || self.row.iter().any(|cell| payable(&cell.tokens).is_some());
        item.cadence_is_price_span = !own_billing;
        item.follows = self.row.iter().find_map(|cell| billed_with(&cell.tokens));
        self.doubts(&mut item, kind, billed.or(price.period));
        self.marks(&mut item, &words);
        Some(item)
    }

    /// The price with what the header, the unit column and the description add to it.
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
            .map(of_unit_cell)
            .unwrap_or_default();
        let row = self.description_price();
        let one_time = crate::reading::items::is_one_time_words(&self.words());
        let caption = if one_time {
            Expression::default()
        } else {
            self.place.defaults.price.clone()
        };
        let mut price = own;
        for more in [unit, header, row, caption] {
            price.per = price.per.or(more.per);
            price.period = price.period.or(more.period);
            price.above = price.above.or(more.above);
            price.minimum = price.minimum.or(more.minimum);
        }
        price
    }

    /// "Platform fee, per month", "Inbound SMS, per segment": words of the description that belong to the price.
    fn description_price(&self) -> Expression {
        let mut found = Expression::default();
        for cell in self.text_cells() {
            let more = billing::of_words(&cell.tokens);
            found.per = found.per.or(more.per);
            found.period = found.period.or(more.period);
            let over = (0..cell.tokens.len())
                .filter_map(|at| bounds(&cell.tokens, at))
                .find_map(|found| match found.range {
                    Range::Over(value) => Some(value),
                    _ => None,
                });
            found.above = found.above.or(over);
        }
        found
    }

    /// Cells that hold words: description, notes, sections.
    fn text_cells(&self) -> impl Iterator<Item = &Stretch> {
        self.row
            .iter()
            .enumerate()
            .filter(|(at, cell)| *at != self.column && !cell.tokens.is_empty() && self.is_text(*at))
            .map(|(_, cell)| cell)
    }

    fn is_text(&self, column: usize) -> bool {
        matches!(
            self.place.columns.get(column),
            Some(Column::Description | Column::Note | Column::Event | Column::Ref | Column::Range)
        )
    }

    /// All words that tell what the row is: its text, its section, its billing, the heading.
    fn words(&self) -> Vec<Token> {
        let mut words: Vec<Token> = self.text_cells().flat_map(|cell| cell.tokens.clone()).collect();
        words.extend(
            self.place
                .cell(self.row, Column::Billing)
                .into_iter()
                .flat_map(|cell| cell.tokens.clone()),
        );
        words.extend(self.section.words.clone());
        words.extend(self.place.heading_tokens().to_vec());
        words
    }

    fn kind(&self, facts: &Facts<'_>) -> Option<Kind> {
        let own: Vec<Token> = self.text_cells().flat_map(|cell| cell.tokens.clone()).collect();
        if says_any(&own, &["minimum", "floor", "min."])
            && !facts.price.is_per_unit()
            && facts.price.money.is_some()
        {
            return Some(Kind::MinimumCommitment);
        }
        if says_any(&own, &["discount", "rebate", "credit", "less"])
            && own.len() <= 8
            && facts
                .price
                .money
                .is_some_and(|amount| amount.value.is_sign_negative())
        {
            return Some(Kind::Discount);
        }
        kind(facts)
    }

    fn description(&self) -> String {
        let mut parts: Vec<String> = self
            .row
            .iter()
            .enumerate()
            .filter(|(at, cell)| {
                !cell.tokens.is_empty()
                    && matches!(
                        self.place.columns.get(*at),
                        Some(Column::Description | Column::Note | Column::Event)
                    )
                    && *at != self.column
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

    fn quantity(&self) -> Found<Decimal> {
        let read = |cell: &Stretch| {
            let at = cell.tokens.iter().position(|token| token.number().is_some())?;
            Some(found(
                cell.tokens.get(at)?.number()?,
                cell,
                self.place.document,
                at,
                at.saturating_add(1),
            ))
        };
        if let Some(quantity) = self.place.cell(self.row, Column::Quantity).and_then(read) {
            return quantity;
        }
        self.text_cells()
            .find_map(|cell| self.quantity_in(cell))
            .unwrap_or_default()
    }

    /// "Carrier connectors, six"; "625,000 credits"; "6 x connector".
    fn quantity_in(&self, cell: &Stretch) -> Option<Found<Decimal>> {
        let last = cell.tokens.len().checked_sub(1)?;
        let trailing = cell.tokens.get(last).and_then(Token::number).filter(|_| {
            last.checked_sub(1)
                .and_then(|at| cell.tokens.get(at))
                .is_some_and(|token| token.is_mark(','))
        });
        if let Some(count) = trailing {
            return Some(found(
                count,
                cell,
                self.place.document,
                last,
                last.saturating_add(1),
            ));
        }
        let count = cell.tokens.first()?.number()?;
        let counted = cell.tokens.get(1).is_some_and(|token| {
            token.is("x")
                || token.is_mark('\u{00D7}')
                || token.is_any(&["credits", "seats", "users", "licenses", "licences"])
        });
        counted.then(|| found(count, cell, self.place.document, 0, 1))
    }

    fn unit(&self, price: &Expression) -> Option<String> {
        if let Some(unit) = price.unit() {
            return Some(unit.to_owned());
        }
        let header = self
            .place
            .columns
            .iter()
            .position(|column| *column == Column::Quantity)
            .map(|at| self.place.header(at));
        let named = header
            .and_then(<[Token]>::first)
            .filter(|token| token.is_any(&["seats", "users", "licenses", "licences", "employees"]));
        if let Some(token) = named {
            return Some(crate::normal::unit::singular(&token.low));
        }
        let described = self
            .text_cells()
            .flat_map(|cell| &cell.tokens)
            .find(|token| crate::normal::unit::is_seat(&token.low));
        let many = self.place.columns.contains(&Column::Quantity);
        if let Some(token) = described.filter(|_| many) {
            return Some(crate::normal::unit::singular(&token.low));
        }
        let each = price
            .is_per_unit()
            .then(|| self.text_cells().next().and_then(|cell| noun(&cell.tokens, 0)))
            .flatten();
        each.map(|(unit, _)| unit)
    }

    /// How often it is billed and when, from the billing column or words such as "payable monthly".
    fn billing(&self, price: &Expression) -> (Option<crate::reading::phrases::Period>, Option<Timing>) {
        if let Some(cell) = self.place.cell(self.row, Column::Billing) {
            let (billed, timing) = billing::of_cell(&cell.tokens);
            if billed.is_some() || timing.is_some() {
                return (billed, timing);
            }
        }
        let payable = self.row.iter().find_map(|cell| payable(&cell.tokens));
        let timing = self
            .row
            .iter()
            .find_map(|cell| crate::reading::phrases::timing(&cell.tokens))
            .map(|(.., timing)| timing);
        (payable.or(price.period), timing)
    }

    fn amount(&self, line: &mut LineItem, price: &Expression, cell: &Stretch, at: usize) {
        let end = at.saturating_add(1);
        let value = |number: Decimal| found(number, cell, self.place.document, at, end);
        if let Some(percent) = price.percent {
            line.price.percent = value(percent);
            line.price.unit_price = price
                .fixed_fee
                .map(|fee| found(fee, cell, self.place.document, at, cell.tokens.len()))
                .unwrap_or_default();
        } else if let Some(amount) = price.money {
            let many = line.quantity.copied().is_some_and(|count| count != Decimal::ONE);
            let unit = price.is_per_unit() || many || line.kind == Kind::Usage;
            let by_unit = unit
                && !matches!(line.kind, Kind::PrepaidCredit | Kind::MinimumCommitment)
                && !(line.kind == Kind::Recurring && !price.is_per_unit() && !many);
            if by_unit {
                line.price.unit_price = value(amount.value);
            } else {
                line.price.amount = value(amount.value);
            }
        }
        if let Some(per) = price.per.as_ref().filter(|per| per.count != Decimal::ONE) {
            line.price.per = Found {
                evidence: self.per_evidence(),
                ..found(per.count, cell, self.place.document, at, cell.tokens.len())
            };
        }
        let whole = |number: Decimal| found(number, cell, self.place.document, at, cell.tokens.len());
        line.price.minimum = price
            .minimum
            .map(whole)
            .or_else(|| self.section.minimum.clone())
            .unwrap_or_default();
        line.price.cap = price.cap.map(whole).unwrap_or_default();
    }

    /// Where "per 1M tokens" stands when a sentence above the table says it.
    fn per_evidence(&self) -> Vec<crate::terms::Evidence> {
        if self.place.defaults.evidence.is_empty() {
            row_evidence(self.place, self.row)
        } else {
            self.place.defaults.evidence.clone()
        }
    }

    fn dates(&self, line: &mut LineItem) {
        let date = |cell: &Stretch| {
            let at = cell
                .tokens
                .iter()
                .position(|token| matches!(token.kind, TokenKind::Date(crate::normal::date::Day::Is(_))))?;
            let TokenKind::Date(crate::normal::date::Day::Is(day)) = cell.tokens.get(at)?.kind else {
                return None;
            };
            Some(found(day, cell, self.place.document, at, at.saturating_add(1)))
        };
        line.start = self
            .place
            .cell(self.row, Column::Start)
            .and_then(date)
            .unwrap_or_default();
        line.end = self
            .place
            .cell(self.row, Column::End)
            .and_then(date)
            .unwrap_or_default();
        for cell in self.text_cells() {
            if let Some((start, end)) = super::schedules::range(cell, self.place.document) {
                line.start = start;
                line.end = end;
            }
        }
    }

    /// Span of the price, cadence, timing.
    fn rhythm(
        &self,
        line: &mut LineItem,
        period: Option<Cadence>,
        billed: Option<crate::reading::phrases::Period>,
        timing: Option<Timing>,
        words: &[Token],
    ) {
        let cell = self
            .place
            .cell(self.row, Column::Billing)
            .or_else(|| self.row.get(self.column));
        let Some(cell) = cell else { return };
        let (document, end) = (self.place.document, cell.tokens.len());
        let cadence = match line.kind {
            Kind::OneTime | Kind::PrepaidCredit => Some(Cadence::OneTime),
            _ => billed.and_then(prices_cadence).or(period),
        };
        if let Some(cadence) = cadence {
            line.cadence = found(cadence, cell, document, 0, end);
        }
        if let Some(period) = period.filter(|period| Some(*period) != cadence) {
            line.price.period = Found {
                evidence: row_evidence(self.place, self.row),
                ..found(period, cell, document, 0, end)
            };
        }
        if let Some(timing) = timing {
            line.timing = found(timing, cell, document, 0, end);
        }
        let _ = words;
    }

    /// Units that cost nothing: an allowance column, "beyond 50,000", "(up to 200 viewers)".
    fn allowance(&self, line: &mut LineItem, price: &Expression) {
        let number = |cell: &Stretch| {
            let at = cell.tokens.iter().position(|token| token.number().is_some())?;
            Some(found(
                cell.tokens.get(at)?.number()?,
                cell,
                self.place.document,
                at,
                at.saturating_add(1),
            ))
        };
        if let Some(included) = self.place.cell(self.row, Column::Included).and_then(number) {
            line.included = included;
            line.kind = Kind::Usage;
            line.price.unit_price = if line.price.unit_price.is_absent() {
                std::mem::take(&mut line.price.amount)
            } else {
                line.price.unit_price.clone()
            };
            return;
        }
        if let Some(above) = price.above.filter(|_| line.kind == Kind::Usage) {
            line.included = Found::supported(above, above.to_string(), row_evidence(self.place, self.row));
        }
    }

    /// List price, reduction, sum.
    fn extras(&self, line: &mut LineItem) {
        let money = |cell: &Stretch| {
            let at = cell.tokens.iter().position(|token| token.money().is_some())?;
            Some(found(
                cell.tokens.get(at)?.money()?.value,
                cell,
                self.place.document,
                at,
                at.saturating_add(1),
            ))
        };
        let percent = |cell: &Stretch| {
            let at = cell.tokens.iter().position(|token| token.percent().is_some())?;
            Some(found(
                cell.tokens.get(at)?.percent()?,
                cell,
                self.place.document,
                at,
                at.saturating_add(1),
            ))
        };
        line.price.list_price = self
            .place
            .cell(self.row, Column::ListPrice)
            .and_then(money)
            .unwrap_or_default();
        line.price.discount_percent = self
            .place
            .cell(self.row, Column::Discount)
            .and_then(percent)
            .unwrap_or_default();
        if self.place.columns.get(self.column) != Some(&Column::Extended) {
            line.price.total = self
                .place
                .cell(self.row, Column::Extended)
                .and_then(money)
                .unwrap_or_default();
        }
        if self.place.columns.get(self.column) == Some(&Column::ListPrice) {
            self.net_of_list(line);
        }
    }

    /// Only a list price and a reduction are printed: the price is computed and says so.
    fn net_of_list(&self, line: &mut LineItem) {
        let list = line.price.list_price.clone();
        let (Some(price), Some(percent)) = (list.copied(), line.price.discount_percent.copied()) else {
            return;
        };
        let net = crate::reading::items::share(price, percent).and_then(|off| price.checked_sub(off));
        let field = if line.price.unit_price.is_absent() {
            &mut line.price.amount
        } else {
            &mut line.price.unit_price
        };
        if let Some(net) = net {
            *field = Found::derived(
                net.normalize(),
                format!("{price} less {percent}%"),
                row_evidence(self.place, self.row),
            );
        }
    }

    fn doubts(&self, item: &mut Item, kind: Option<Kind>, billed: Option<crate::reading::phrases::Period>) {
        let evidence = || row_evidence(self.place, self.row);
        if let Some(reason) = &self.place.grid.doubtful {
            item.doubts.push(Doubt::new(
                Code::DoubtfulTable,
                "",
                format!("The table may have been read wrong: {reason}."),
                "Compare the line with the page.",
                evidence(),
            ));
        }
        if billed.is_some_and(|billed| billed.often == Often::Ambiguous) {
            let cell = self
                .place
                .cell(self.row, Column::Billing)
                .or_else(|| self.row.get(self.column));
            let printed = cell
                .map(|cell| cell.printed(0, cell.tokens.len()))
                .unwrap_or_default();
            item.line.cadence = Found::unsupported(printed, evidence());
        }
        if kind.is_none() {
            item.doubts.push(Doubt::new(
                Code::CadenceNotStated,
                "/cadence",
                "The table does not say whether this is charged once or again and again.",
                "Enter how often it is charged.",
                evidence(),
            ));
        }
    }

    fn marks(&self, item: &mut Item, words: &[Token]) {
        item.notes = self
            .row
            .iter()
            .flat_map(|cell| &cell.tokens)
            .filter_map(|token| match token.kind {
                TokenKind::Note(number) => Some(number),
                _ => None,
            })
            .collect();
        item.reference = self
            .place
            .cell(self.row, Column::Ref)
            .map(|cell| cell.printed(0, cell.tokens.len()).to_lowercase());
        let own: Vec<Token> = self.text_cells().flat_map(|cell| cell.tokens.clone()).collect();
        if says_any(
            &own,
            &[
                "if requested",
                "optional",
                "upon request",
                "on request",
                "if elected",
                "if any",
                "if applicable",
            ],
        ) || says_any(words, &["optional services", "options"])
        {
            item.line.marks.push(Mark::Contingent);
        }
    }

    fn row_words(&self) -> Vec<crate::page::WordRef> {
        self.row
            .get(self.column)
            .map(|cell| cell.all_words().to_vec())
            .unwrap_or_default()
    }

    /// A row whose price cell holds none: credits a unit draws, a price at cost, elsewhere or withheld.
    fn without_price(&self, cell: &Stretch) -> Option<Item> {
        if cell.tokens.is_empty() || self.place.columns.get(self.column) == Some(&Column::ListPrice) {
            return None;
        }
        if let Some(item) = self.credits(cell) {
            return Some(item);
        }
        let evidence = row_evidence(self.place, self.row);
        let mut line = LineItem::new("", Kind::Usage, self.description(), evidence.clone());
        let printed = cell.printed(0, cell.tokens.len());
        let doubt = match cells::instead(cell) {
            cells::Instead::Free | cells::Instead::Nothing => return None,
            cells::Instead::AtCost => {
                line.marks.push(Mark::PassThrough);
                None
            }
            cells::Instead::Withheld { blank } => {
                line.price.amount = Found::withheld(printed, evidence.clone());
                line.missing = Some(String::from(if blank { "left blank" } else { "redacted" }));
                None
            }
            cells::Instead::Elsewhere => {
                line.missing = Some(printed);
                Some(Doubt::new(
                    Code::ExternalPriceList,
                    "/price",
                    "The price of this line stands in another document.",
                    "Add that document, or enter the price.",
                    evidence,
                ))
            }
            cells::Instead::Later => {
                line.missing = Some(printed);
                None
            }
        };
        let mut item = Item::new(line, self.place.index, self.row_words());
        item.doubts.extend(doubt);
        Some(item)
    }

    /// "Enriched record | 5 credits": one unit draws so many prepaid credits.
    fn credits(&self, cell: &Stretch) -> Option<Item> {
        let [first, second] = cell.tokens.as_slice() else {
            return None;
        };
        let count = first.number().filter(|_| second.is_any(&["credit", "credits"]))?;
        let mut line = LineItem::new(
            "",
            Kind::Usage,
            self.description(),
            row_evidence(self.place, self.row),
        );
        line.credits = Some(Credits {
            per_unit: found(count, cell, self.place.document, 0, 2),
            ..Credits::default()
        });
        line.unit = self
            .text_cells()
            .last()
            .map(|cell| cell.printed(0, cell.tokens.len()).to_lowercase());
        Some(Item::new(line, self.place.index, self.row_words()))
    }
}

/// "billed with B".
fn billed_with(tokens: &[Token]) -> Option<String> {
    let at = crate::reading::phrases::find(tokens, &["billed", "with"])
        .or_else(|| crate::reading::phrases::find(tokens, &["invoiced", "with"]))?;
    tokens.get(at.saturating_add(2)).map(|token| token.low.clone())
}

/// "payable monthly", "billed quarterly", "invoiced annually".
fn payable(tokens: &[Token]) -> Option<crate::reading::phrases::Period> {
    let verb = tokens
        .iter()
        .position(|token| token.is_any(&["payable", "billed", "invoiced", "paid", "charged"]))?;
    let rest = tokens.get(verb..verb.saturating_add(5).min(tokens.len()))?;
    crate::reading::phrases::period_within(rest).map(|(_, found)| found)
}

fn prices_cadence(period: crate::reading::phrases::Period) -> Option<Cadence> {
    period.cadence()
}

/// "GPU-hour", "per user / month", "month", "GB-month", "each".
fn of_unit_cell(cell: &Stretch) -> Expression {
    let mut found = billing::of_words(&cell.tokens);
    if found.per.is_some() || found.period.is_some() {
        return found;
    }
    let Some(first) = cell.tokens.first() else {
        return found;
    };
    if let Some(unit) = crate::normal::duration::unit(&first.low).filter(|_| cell.tokens.len() == 1) {
        let months = crate::normal::duration::months(unit);
        found.period = months.map(|months| crate::reading::phrases::Period {
            often: Often::Is(Cadence::months(months)),
            length: 1,
        });
    }
    if found.period.is_none()
        && let Some((unit, length)) = noun(&cell.tokens, 0)
        && find_duration(&cell.tokens).is_none()
    {
        found.per = Some(crate::reading::phrases::PerUnit {
            count: Decimal::ONE,
            unit,
            length,
        });
    }
    found
}
