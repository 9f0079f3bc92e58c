//! Tables of tiers, and rows of tiers inside a price list.

mod below;
mod included;
mod range;

use rust_decimal::Decimal;

use range::{bounds_of, prefix, same};

use super::columns::{Column, speaks_of_price};
use super::{Place, billing, cells};
use crate::flag::Code;
use crate::page::WordRef;
use crate::reading::items::{Doubt, Item, found, unit_name};
use crate::reading::phrases::{noun, timing};
use crate::reading::scopes::Grid;
use crate::reading::tiers::{self, Priced};
use crate::reading::tokens::{Kind, Stretch, Token};
use crate::terms::{Cadence, Evidence, Found, Kind as ChargeKind, LineItem, Match, TierMode, TierRow, Tiers};

/// A table whose rows are all tiers: one item for each price column.
pub(super) fn whole(place: &Place<'_>) -> Option<Vec<Item>> {
    let range = place.columns.iter().position(|column| *column == Column::Range)?;
    let prices: Vec<usize> = price_columns(place, range);
    let rows: Vec<&Vec<Stretch>> = place
        .grid
        .rows
        .iter()
        .filter(|row| row.get(range).is_some_and(|cell| !cell.tokens.is_empty()))
        .collect();
    if prices.is_empty() || rows.len() < 2 {
        return None;
    }
    let several = prices.len() > 1;
    let items: Vec<Item> = prices
        .iter()
        .filter_map(|column| {
            Ladder {
                place,
                rows: &rows,
                range,
                column: *column,
                several,
                prefix: "",
            }
            .item()
        })
        .collect();
    (!items.is_empty()).then_some(items)
}

fn price_columns(place: &Place<'_>, range: usize) -> Vec<usize> {
    let holds = |column: usize| {
        let priced = place.grid.rows.iter().filter(|row| {
            row.get(column).is_some_and(|cell| {
                cell.tokens.iter().any(|token| {
                    token.money().is_some()
                        || token.percent().is_some()
                        || matches!(token.kind, Kind::Withheld { .. })
                }) || is_plain_price(place, column, cell)
            })
        });
        priced.count().saturating_mul(2) >= place.grid.rows.len()
    };
    (0..place.columns.len())
        .filter(|column| *column != range && holds(*column))
        .collect()
}

/// Numbers alone under a header that speaks of money.
fn is_plain_price(place: &Place<'_>, column: usize, cell: &Stretch) -> bool {
    speaks_of_price(place.header(column))
        && cell.tokens.len() == 1
        && cell.tokens.first().is_some_and(|token| token.number().is_some())
}

/// Rows of a price list that are tiers of one thing: "Archive, up to 500 GB", "segments 1 to 500,000". From row `at` on,
/// the item and how many rows it takes.
pub(super) fn group(place: &Place<'_>, at: usize) -> Option<(Item, usize)> {
    below::group(place, at)
        .or_else(|| below::in_price(place, at))
        .or_else(|| by_prefix(place, at))
}

fn by_prefix(place: &Place<'_>, at: usize) -> Option<(Item, usize)> {
    let description = place
        .columns
        .iter()
        .position(|column| matches!(column, Column::Description | Column::Range))?;
    let price = place.columns.iter().position(|column| *column == Column::Price)?;
    let first = prefix(place.grid.rows.get(at)?.get(description)?)?;
    let rows: Vec<&Vec<Stretch>> = place
        .grid
        .rows
        .iter()
        .skip(at)
        .take_while(|row| {
            row.get(description)
                .and_then(prefix)
                .is_some_and(|prefix| same(&prefix, &first))
                && has_price(row, price)
        })
        .collect();
    let item = Ladder {
        place,
        rows: &rows,
        range: description,
        column: price,
        several: false,
        prefix: &first,
    }
    .item()?;
    Some((item, rows.len()))
}

fn has_price(row: &[Stretch], price: usize) -> bool {
    row.get(price).is_some_and(|cell| {
        cell.tokens.iter().any(|token| token.money().is_some()) || cells::is_free(&cell.tokens)
    })
}

struct Ladder<'l, 's> {
    place: &'l Place<'s>,
    rows: &'l [&'l Vec<Stretch>],
    range: usize,
    column: usize,
    several: bool,
    prefix: &'l str,
}

impl Ladder<'_, '_> {
    fn item(&self) -> Option<Item> {
        let priced: Vec<Priced> = self
            .rows
            .iter()
            .map(|row| self.priced(row))
            .collect::<Option<_>>()?;
        let rows = tiers::rows(&priced)?;
        let percent = rows.iter().any(|row| !row.percent.is_absent());
        let mode = self.mode(&priced);
        let mut line = LineItem::new(
            "",
            if percent {
                ChargeKind::Percentage
            } else {
                ChargeKind::Usage
            },
            self.description(),
            self.evidence(),
        );
        let header = self
            .place
            .defaults
            .by_column
            .get(self.column)
            .cloned()
            .unwrap_or_default();
        // "included" in the first row says nothing of what the others are for: "$1.80 per 1,000 calls".
        let cells = || self.rows.iter().filter_map(|row| row.get(self.column));
        let first = cells()
            .map(|cell| billing::of_words(&cell.tokens))
            .find(|words| words.per.is_some() || words.period.is_some())
            .unwrap_or_default();
        let mut range_header = billing::of_words(self.place.header(self.range));
        range_header.period = range_header
            .period
            .or_else(|| below::counted_in(self.place.header(self.range)));
        let caption = &self.place.defaults.price;
        let period = [&first, &header, &range_header, caption]
            .into_iter()
            .find_map(|words| words.period)
            .and_then(|period| period.cadence());
        line.unit = self
            .unit(&[&first, &header, caption])
            .map(|unit| unit_name(&unit, None));
        let per = [&first, &header, caption]
            .into_iter()
            .find_map(|words| words.per.as_ref())
            .filter(|per| per.count != Decimal::ONE);
        if let Some(per) = per {
            line.price.per = Found::supported(per.count, per.count.to_string(), self.evidence());
        }
        self.rhythm(&mut line, period);
        line.included = self.included(line.unit.as_deref());
        // "Over 10 users | $500.00" a month is a fee for the step, not for each user.
        let each = per.is_some() || [&first, &header, caption].iter().any(|words| words.per.is_some());
        match tiers::beyond_free(&rows).filter(|_| each) {
            Some((free, price)) => {
                line.included = Found::supported(free, free.to_string(), self.evidence());
                line.price.unit_price = price;
            }
            None => {
                line.price.tiers = Some(Tiers {
                    mode,
                    counting: self.counting(),
                    rows,
                });
            }
        }
        let hidden = |row: &TierRow| matches!(row.unit_price.status, crate::terms::Status::Withheld);
        let tiers = line.price.tiers.as_ref();
        if tiers.is_some_and(|tiers| tiers.rows.iter().any(hidden)) {
            line.missing = Some(String::from("redacted"));
        }
        let mut item = Item::new(line, self.place.index, self.words());
        item.currency = self.currency();
        self.doubts(&mut item);
        Some(item)
    }

    fn priced(&self, row: &[Stretch]) -> Option<Priced> {
        let range = bounds_of(row.get(self.range)?)?.range;
        let cell = row.get(self.column)?;
        let mut tier = TierRow::default();
        let value = |at: usize, number| Found {
            evidence: self.row_evidence(row),
            ..found(number, cell, self.place.document, at, at.saturating_add(1))
        };
        if let Some((at, amount)) = cell
            .tokens
            .iter()
            .enumerate()
            .find_map(|(at, token)| token.money().map(|amount| (at, amount.value)))
        {
            tier.unit_price = value(at, amount);
        } else if let Some((at, percent)) = cell
            .tokens
            .iter()
            .enumerate()
            .find_map(|(at, token)| token.percent().map(|percent| (at, percent)))
        {
            tier.percent = value(at, percent);
        } else if let Some(number) = cell
            .tokens
            .first()
            .and_then(Token::number)
            .filter(|_| is_plain_price(self.place, self.column, cell))
        {
            tier.unit_price = value(0, number);
        } else if cell
            .tokens
            .iter()
            .any(|token| matches!(token.kind, Kind::Withheld { .. }))
        {
            tier.unit_price = Found::withheld(cell.printed(0, cell.tokens.len()), self.row_evidence(row));
        } else if cells::is_free(&cell.tokens) {
            tier.unit_price = Found {
                evidence: self.row_evidence(row),
                ..found(Decimal::ZERO, cell, self.place.document, 0, cell.tokens.len())
            };
        } else {
            return None;
        }
        Some(Priced { range, row: tier })
    }

    /// Said by the heading, the header, sentences near the table, or the ranges.
    fn mode(&self, priced: &[Priced]) -> Found<TierMode> {
        let mut near: Vec<&[Token]> = vec![
            self.place.heading_tokens(),
            self.place.header(self.column),
            self.place.header(self.range),
        ];
        near.extend(self.place.near.iter().map(|statement| statement.tokens()));
        // A note may stand in a column beside the tiers.
        near.extend(
            self.rows
                .iter()
                .flat_map(|row| row.iter())
                .map(|cell| cell.tokens.as_slice()),
        );
        let close = tiers::mode(&near, priced).or_else(|| self.fee_of_band());
        let far = || {
            let all: Vec<&[Token]> = self
                .place
                .statements
                .iter()
                .filter(|statement| statement.scope.abs_diff(self.place.index) <= 20)
                .map(|statement| statement.tokens())
                .collect();
            tiers::mode(&all, priced)
        };
        let mode = close.or_else(|| if self.place.only_tiers { far() } else { None });
        mode.map_or_else(Found::absent, |mode| Found::supported(mode, "", self.evidence()))
    }

    /// "Pallet places used | Monthly fee": a fee for the month is one for the band, not for each unit.
    fn fee_of_band(&self) -> Option<TierMode> {
        let header = self.place.header(self.column);
        let of_time = billing::of_words(header).period.is_some()
            || crate::reading::phrases::says_any(header, "monthly|annual|yearly|quarterly|flat");
        let fee = crate::reading::phrases::says_any(header, "fee|charge|price|subscription|rate");
        let each = billing::of_words(header).per.is_some()
            || self
                .rows
                .iter()
                .filter_map(|row| row.get(self.column))
                .any(|cell| billing::of_words(&cell.tokens).per.is_some());
        (of_time && fee && !each).then_some(TierMode::Stairstep)
    }

    fn counting(&self) -> crate::terms::TierCounting {
        let over_term = self
            .place
            .near
            .iter()
            .map(|statement| statement.tokens())
            .chain([self.place.heading_tokens(), self.place.header(self.range)])
            .any(|tokens| {
                crate::reading::phrases::says_any(
                    tokens,
                    "cumulative over the term|over the term|over the life|life of the agreement|\
                    since the effective date|over the whole term|cumulatively over|\
                    during the term in aggregate",
                )
            });
        if over_term {
            crate::terms::TierCounting::OverTerm
        } else {
            crate::terms::TierCounting::PerPeriod
        }
    }

    fn unit(&self, words: &[&crate::reading::prices::Expression]) -> Option<String> {
        if let Some(unit) = words.iter().find_map(|words| words.unit()) {
            return Some(unit.to_owned());
        }
        if !self.prefix.is_empty() && self.prefix.split(' ').count() == 1 {
            return Some(crate::normal::unit::singular(self.prefix));
        }
        let in_range = self
            .rows
            .first()
            .and_then(|row| row.get(self.range))
            .and_then(|cell| {
                let found = bounds_of(cell)?;
                noun(&cell.tokens, found.at.saturating_add(found.length))
            });
        let in_header = || noun(self.place.header(self.range), 0);
        in_range.or_else(in_header).map(|(unit, _)| unit)
    }

    fn rhythm(&self, line: &mut LineItem, period: Option<Cadence>) {
        let cell = self
            .rows
            .first()
            .and_then(|row| self.place.cell(row, Column::Billing));
        let (billed, when) = cell
            .map(|cell| billing::of_cell(&cell.tokens))
            .unwrap_or_default();
        let cadence = billed.and_then(|billed| billed.cadence()).or(period);
        if let Some(cadence) = cadence {
            line.cadence = match cell {
                Some(cell) => self.place.cadence(cadence, cell),
                None => Found::supported(cadence, cadence.to_string(), self.evidence()),
            };
        }
        if let (Some(when), Some(cell)) = (when, cell) {
            line.timing = found(when, cell, self.place.document, 0, cell.tokens.len());
        } else if let Some((.., when)) = timing(self.place.heading_tokens()) {
            line.timing = Found::supported(when, "", self.evidence());
        }
    }

    fn description(&self) -> String {
        let header = |column: usize| {
            self.place
                .grid
                .header
                .as_ref()
                .and_then(|header| header.get(column))
                .map(|cell| cell.printed(0, cell.tokens.len()))
                .unwrap_or_default()
        };
        let mut name = if self.prefix.is_empty() {
            self.place.heading()
        } else {
            self.prefix.to_owned()
        };
        if name.is_empty() {
            name = header(self.range);
        }
        if self.several {
            format!("{name} {}", header(self.column))
        } else {
            name
        }
    }

    fn row_evidence(&self, row: &[Stretch]) -> Vec<Evidence> {
        Evidence::from_words(self.place.document, &Grid::row_words(row), Match::Exact)
            .into_iter()
            .collect()
    }

    fn evidence(&self) -> Vec<Evidence> {
        self.rows.iter().flat_map(|row| self.row_evidence(row)).collect()
    }

    fn words(&self) -> Vec<WordRef> {
        self.rows
            .iter()
            .filter_map(|row| row.get(self.column))
            .flat_map(|cell| cell.all_words().to_vec())
            .collect()
    }

    fn currency(&self) -> Option<pricing::money::Currency> {
        let cells = self.rows.iter().filter_map(|row| row.get(self.column));
        cells
            .flat_map(|cell| &cell.tokens)
            .find_map(|token| token.money().and_then(crate::reading::items::currency))
    }

    fn doubts(&self, item: &mut Item) {
        if let Some(reason) = &self.place.grid.doubtful {
            item.doubts.push(Doubt::new(
                Code::DoubtfulTable,
                "",
                format!("The table may have been read wrong: {reason}."),
                "Compare the tiers with the page.",
                self.evidence(),
            ));
        }
    }
}
