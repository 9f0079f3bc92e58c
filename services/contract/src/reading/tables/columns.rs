//! What each column of a table holds, from its header and its cells.

use crate::reading::phrases::{bounds, period_within, says_any};
use crate::reading::scopes::Grid;
use crate::reading::tokens::{Kind, Stretch, Token};

mod arithmetic;
mod beside;

use arithmetic::{extended_by_arithmetic, restated_by_arithmetic};
use beside::{set_old_prices_aside, worded_price};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// A short number or letter of the row.
    Ref,
    /// What it is.
    Description,
    /// How many.
    Quantity,
    /// What it costs.
    Price,
    /// What it would cost without reduction.
    ListPrice,
    /// The reduction.
    Discount,
    /// The sum of the row.
    Extended,
    /// How many months the sum is for.
    Months,
    /// How often and when it is billed.
    Billing,
    /// What one is called.
    Unit,
    /// First day.
    Start,
    /// Last day.
    End,
    /// A day.
    Day,
    /// A share.
    Share,
    /// What must happen.
    Event,
    /// Units that cost nothing.
    Included,
    /// Price in a year of the contract, from 1.
    Year(u32),
    /// Bounds of a tier.
    Range,
    /// Anything else.
    Note,
}

/// The columns of a table.
pub(super) fn columns(grid: &Grid) -> Vec<Column> {
    let count = grid.all_rows().map(Vec::len).max().unwrap_or_default();
    let mut found: Vec<Column> = (0..count).map(|column| sort(grid, column)).collect();
    take_only_amounts(grid, &mut found);
    one_description(grid, &mut found);
    extended_by_arithmetic(grid, &mut found);
    restated_by_arithmetic(grid, &mut found);
    set_old_prices_aside(grid, &mut found);
    found
}

fn sort(grid: &Grid, column: usize) -> Column {
    let empty = Vec::new();
    let header = grid
        .header
        .as_ref()
        .and_then(|header| header.get(column))
        .map_or(&empty, |cell| &cell.tokens);
    let cells: Vec<&Stretch> = grid
        .rows
        .iter()
        .filter_map(|row| row.get(column))
        .filter(|cell| !cell.tokens.is_empty())
        .collect();
    let content = Content::of(&cells);
    by_header(header, &content).unwrap_or_else(|| by_content(&content))
}

/// How many cells of a column hold what.
struct Content {
    cells: usize,
    money: usize,
    percent: usize,
    number: usize,
    /// Cells that begin with a number, however much follows.
    counts: usize,
    date: usize,
    range: usize,
    /// Bounds that are amounts of money: "above $100,000".
    money_range: usize,
    short: usize,
    /// "per carton", "each".
    per: usize,
    period: usize,
}

impl Content {
    fn of(cells: &[&Stretch]) -> Self {
        let count = |test: &dyn Fn(&Stretch) -> bool| cells.iter().filter(|cell| test(cell)).count();
        let has = |kind: fn(&Token) -> bool| move |cell: &Stretch| cell.tokens.iter().any(kind);
        Self {
            cells: cells.len(),
            money: count(&is_priced),
            percent: count(&has(|token| token.percent().is_some())),
            number: count(&|cell: &Stretch| {
                cell.tokens.first().is_some_and(|token| token.number().is_some()) && cell.tokens.len() <= 3
            }),
            counts: count(&|cell: &Stretch| {
                cell.tokens.first().is_some_and(|token| token.number().is_some())
            }),
            date: count(&|cell: &Stretch| {
                cell.tokens
                    .first()
                    .is_some_and(|token| matches!(token.kind, Kind::Date(_)))
            }),
            range: count(&|cell: &Stretch| is_range(cell)),
            money_range: count(&|cell: &Stretch| is_money_range(cell)),
            short: count(&|cell: &Stretch| cell.tokens.len() <= 2),
            per: count(&|cell: &Stretch| cell.tokens.first().is_some_and(|token| token.is_any("per|each"))),
            period: count(&|cell: &Stretch| period_within(&cell.tokens).is_some() && cell.tokens.len() <= 14),
        }
    }

    fn all(&self, count: usize) -> bool {
        count > 1 && count == self.cells
    }

    fn mostly(&self, count: usize) -> bool {
        count > 0 && count.saturating_mul(2) >= self.cells
    }
}

/// A cell that is an amount. "First calendar year in which Net Sales exceed $50,000,000" is about one.
fn is_priced(cell: &Stretch) -> bool {
    let money =
        |token: &Token| token.money().is_some() || matches!(token.kind, Kind::Withheld { money: true, .. });
    let at = cell.tokens.iter().position(money);
    at.is_some_and(|at| at <= 5 || cell.tokens.len() <= 9)
}

/// A cell whose first words are the bounds of a tier.
pub(super) fn is_range(cell: &Stretch) -> bool {
    let money = cell.tokens.iter().any(|token| token.money().is_some());
    (0..cell.tokens.len().min(2)).any(|at| bounds(&cell.tokens, at).is_some_and(|found| found.length > 1))
        && !money
}

/// A cell that is nothing but bounds, and they are amounts.
fn is_money_range(cell: &Stretch) -> bool {
    let money = cell.tokens.iter().any(|token| token.money().is_some());
    // "On the first $1,000,000".
    let led =
        usize::from(cell.tokens.first().is_some_and(|token| {
            token.is_any("on|of|for|upon|excess|amounts|assets|balance|any|all|portion")
        }));
    let at = led.saturating_add(usize::from(
        led > 0 && cell.tokens.get(led).is_some_and(|token| token.is("the")),
    ));
    money
        && bounds(&cell.tokens, at).is_some_and(|found| {
            found.length > 1 && cell.tokens.len() <= found.length.saturating_add(at).saturating_add(3)
        })
}

fn by_header(header: &[Token], content: &Content) -> Option<Column> {
    if header.is_empty() {
        return None;
    }
    let says = |words: &str| header.iter().any(|token| token.is_any(words));
    let values = content.mostly(content.money);
    // Dates, counts and prices under a year: rows that say when, how many, and at what price.
    let figures = content.money > 0
        && content
            .money
            .saturating_add(content.number)
            .saturating_add(content.date)
            >= content.cells;
    if let Some(year) = year(header).filter(|_| values || figures || content.mostly(content.percent)) {
        return Some(Column::Year(year));
    }
    if content.mostly(content.range) && !values || content.all(content.money_range) {
        return Some(Column::Range);
    }
    if says("list") && values {
        return Some(Column::ListPrice);
    }
    if says("retail|msrp") && values {
        return Some(Column::ListPrice);
    }
    if says("disc.|disc|discount|discounts|reduction") && (content.percent > 0 || values) {
        return Some(Column::Discount);
    }
    if says("clin|sku|code|id|article") && content.mostly(content.short) && !values {
        return Some(Column::Ref);
    }
    let guessed = says("estimated|est|est.|expected|anticipated|approx|approx.|forecast|planned|budgeted");
    if guessed && (content.mostly(content.number) || content.mostly(content.percent)) && !values {
        return Some(Column::Note);
    }
    if says("qty|qty.|quantity|quantities|seats|users|licenses|licences|count|units|employees|volume")
        && content.mostly(content.number)
        && !values
    {
        return Some(Column::Quantity);
    }
    if says("months|mos|term") && content.mostly(content.number) && !values {
        return Some(Column::Months);
    }
    if says("allowance|included|includes|inclusive") && content.counts > 0 && !values {
        return Some(Column::Included);
    }
    // What a base charge covers of each resource.
    if says("baseline|baselines") && content.mostly(content.number) && !values {
        return Some(Column::Included);
    }
    if content.mostly(content.date) && !values {
        return Some(day_column(header));
    }
    // "Annual equivalent" beside the monthly charge says it again.
    if says("equivalent|annualized|annualised|illustrative|indicative") && values {
        return Some(Column::Note);
    }
    if values && is_worth(header) {
        return Some(Column::Note);
    }
    if says("total|extended|ext.|subtotal|amount|extension|net total|tcv") && values {
        return Some(Column::Extended);
    }
    if values {
        return Some(Column::Price);
    }
    // "50% with the order, 50% on commissioning" under "Invoiced" says when.
    let when = says("billing|billed|invoiced|invoicing|invoice|due|payable|when");
    if when && content.percent > 0 && content.short == 0 {
        return Some(Column::Billing);
    }
    if content.mostly(content.percent) {
        return Some(if says("share|%|percent|percentage|portion|payment|fee") {
            Column::Share
        } else {
            Column::Price
        });
    }
    text_column(header, content)
}

/// "Value" over the only amounts of a table: they are its prices.
fn take_only_amounts(grid: &Grid, columns: &mut [Column]) {
    let priced = |column: &Column| {
        matches!(
            column,
            Column::Price | Column::Extended | Column::Share | Column::ListPrice | Column::Year(_)
        )
    };
    if columns.iter().any(priced) {
        return;
    }
    for (at, column) in columns.iter_mut().enumerate() {
        let header = grid.header.as_ref().and_then(|header| header.get(at));
        let worth = header.is_some_and(|header| header.tokens.len() == 1 && is_worth(&header.tokens));
        let amounts = grid.rows.iter().filter_map(|row| row.get(at)).any(is_priced);
        if worth && amounts {
            *column = Column::Price;
        }
    }
}

/// "Replacement value", "Net assets", "Limit": what something is worth, not what it costs anybody here.
fn is_worth(header: &[Token]) -> bool {
    let says = |words: &str| header.iter().any(|token| token.is_any(words));
    says(
        "value|values|assets|insured|limit|limits|coverage|balance|worth|deductible|proceeds|turnover|casualty|stipulated|baseline",
    ) && !says("fee|fees|price|prices|charge|charges|rate|rates|payment|payments|contract|total|order")
}

fn day_column(header: &[Token]) -> Column {
    let says = |words: &str| header.iter().any(|token| token.is_any(words));
    if says("start|begin|begins|from|starts") {
        return Column::Start;
    }
    if says("end|ends|through|until|to") {
        return Column::End;
    }
    Column::Day
}

fn text_column(header: &[Token], content: &Content) -> Option<Column> {
    let says = |words: &str| header.iter().any(|token| token.is_any(words));
    if says("billing|frequency|billed|invoicing|invoiced|cadence|invoice|when|charged|recurrence") {
        return Some(Column::Billing);
    }
    if says("#|no|no.|ref|ref.|line|item no|pos|pos.|slice") && content.mostly(content.short) {
        return Some(Column::Ref);
    }
    let when_due = matches!(header, [only] if only.is("due")) && !content.mostly(content.period);
    if when_due || says("milestone|deliverable|event|trigger|phase|stage|deliverables|milestones") {
        return Some(Column::Event);
    }
    if says("unit|meter|uom|per|measure|basis|metric") && !says("price") {
        return Some(Column::Unit);
    }
    if says("rate|fee|price|charge|cost|fees|charges|amount|royalty")
        && (content.percent > 0 || content.money > 0)
    {
        return Some(Column::Price);
    }
    let names = "description|product|service|item|component|resource|module|model|feature|services|\
        products|name|charge|role|what|identification";
    says(names).then_some(Column::Description)
}

fn by_content(content: &Content) -> Column {
    if content.cells == 0 {
        return Column::Note;
    }
    if content.mostly(content.money) {
        return Column::Price;
    }
    if content.mostly(content.range) {
        return Column::Range;
    }
    if content.mostly(content.percent) {
        return Column::Price;
    }
    if content.mostly(content.date) {
        return Column::Day;
    }
    if content.mostly(content.number) {
        return Column::Quantity;
    }
    if content.mostly(content.per) && content.money == 0 {
        return Column::Unit;
    }
    if content.mostly(content.period) {
        return Column::Billing;
    }
    if content.money > 0 || content.percent > 0 {
        return Column::Price;
    }
    Column::Note
}

/// "Year 2", "Contract year 3", "2nd year".
fn year(header: &[Token]) -> Option<u32> {
    let at = header.iter().position(|token| token.is_any("year|yr|yr.|y"))?;
    let number = |token: &Token| match token.kind {
        Kind::Number(value) if value.scale() == 0 => u32::try_from(value).ok(),
        Kind::Ordinal(value) => Some(value),
        _ => None,
    };
    let after = header.get(at.saturating_add(1)).and_then(number);
    let before = at.checked_sub(1).and_then(|at| header.get(at)).and_then(number);
    let only = header.iter().filter(|token| token.is_any("year|yr")).count() == 1;
    after.or(before).filter(|year| only && (1..=15).contains(year))
}

/// The widest column of text is what the rows are about, if no header said so.
fn one_description(grid: &Grid, columns: &mut [Column]) {
    if columns.iter().any(|column| matches!(column, Column::Description)) {
        return;
    }
    if let Some(column) = worded_price(grid, columns).and_then(|at| columns.get_mut(at)) {
        *column = Column::Description;
        return;
    }
    let text = |at: usize| {
        let cells = grid.rows.iter().filter_map(|row| row.get(at));
        cells
            .map(|cell| {
                cell.tokens
                    .iter()
                    .filter(|token| matches!(token.kind, Kind::Word))
                    .count()
            })
            .sum::<usize>()
    };
    let widest = |sorts: &[Column]| {
        let of_sort = columns
            .iter()
            .enumerate()
            .filter(|(_, column)| sorts.contains(column));
        let candidates = of_sort
            .map(|(at, _)| (text(at), at))
            .filter(|(words, _)| *words > 0);
        candidates
            .max_by_key(|(words, at)| (*words, usize::MAX.saturating_sub(*at)))
            .map(|(_, at)| at)
    };
    // "Platform fee, per month" looks like a billing column until no other column says what the rows are about.
    let chosen = widest(&[Column::Note, Column::Ref]).or_else(|| widest(&[Column::Billing]));
    if let Some(column) = chosen.and_then(|at| columns.get_mut(at)) {
        *column = Column::Description;
    }
}

/// Does a header cell speak of money without a number: "Fee (USD)", "Price"?
pub(super) fn speaks_of_price(header: &[Token]) -> bool {
    says_any(
        header,
        "price|fee|rate|charge|cost|amount|fees|charges|payment|royalty",
    )
}
