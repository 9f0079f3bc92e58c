//! Signs of money printed once: "$ 64.00" over "138.00" and "212.00", or "Price ($)" over bare numbers.

use crate::normal::money::Sign;
use crate::reading::tokens::{Amount, Kind, Stretch, Token};

/// Makes money of the bare numbers of a column that has a sign on one of its cells. They must look like prices: alone in their
/// cell, with decimals.
pub(super) fn carry(rows: &mut [Vec<Stretch>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    for column in 1..columns {
        let sign = rows.iter().find_map(|row| sign_of(row.get(column)?));
        let Some(sign) = sign.filter(|_| is_of_prices(rows, column)) else {
            continue;
        };
        for row in rows.iter_mut().filter(|row| !is_of_counts(row)) {
            if let Some(token) = row
                .get_mut(column)
                .and_then(number)
                .filter(|token| has_decimals(token))
            {
                make_money(token, Some(sign));
            }
        }
    }
}

/// "Learners covered | 6,000 | 9,000": how many there are, whatever stands below.
fn is_of_counts(row: &[Stretch]) -> bool {
    const COUNTED: &str = "covered|learners|employees|users|seats|licences|licenses|members|sites|stores|units|number|volume|headcount|\
        students|devices|locations|quantity|count|calls|pages|hours|minutes|orders|transactions";
    let Some((label, values)) = row.split_first() else {
        return false;
    };
    let money = values
        .iter()
        .flat_map(|cell| &cell.tokens)
        .any(|token| token.money().is_some());
    let decimals = values
        .iter()
        .flat_map(|cell| &cell.tokens)
        .any(|token| token.number().is_some_and(|value| value.scale() > 0));
    let prices = label
        .tokens
        .iter()
        .any(|token| token.is_any(PRICES) || token.is_any("per|royalty"));
    !money && !decimals && !prices && label.tokens.iter().any(|token| token.is_any(COUNTED))
}

/// Makes money of the bare numbers of a row whose first cell names a currency or a price: "A$ per SIM per month | 3.40 | 2.95".
pub(crate) fn carry_across(rows: &mut [Vec<Stretch>]) {
    for row in rows.iter_mut() {
        let Some((label, values)) = row.split_first_mut() else {
            continue;
        };
        let named = label.tokens.iter().find_map(currency_of);
        let says = |words: &str| label.tokens.iter().any(|token| token.is_any(words));
        let priced =
            named.is_some() && says("per|each|price|fee|rate|charge") && !says("exchange|index|uptime");
        let spent = label.tokens.iter().any(|token| token.money().is_some());
        let fits = |cell: &Stretch| match cell.tokens.as_slice() {
            [] => true,
            [only] => only
                .number()
                .is_some_and(|value| value.scale() == 2 || named.is_some() && has_decimals(only)),
            _ => false,
        };
        if !priced || spent || values.len() < 2 || !values.iter().all(fits) {
            continue;
        }
        for token in values.iter_mut().filter_map(number) {
            make_money(token, named);
        }
    }
}

/// Makes money of the bare numbers under a heading that names a currency or prices, where the cell beside each says per what:
/// "RATES (Canadian dollars)" over "Receiving | 2.10 | per carton".
pub(crate) fn carry_heading(heading: &[Token], rows: &mut [Vec<Stretch>]) {
    let money = |row: &Vec<Stretch>| {
        row.iter()
            .flat_map(|cell| &cell.tokens)
            .any(|token| token.money().is_some())
    };
    let named =
        |token: &Token| currency_of(token).is_some() || crate::normal::money::word(&token.low).is_some();
    let priced = heading.iter().any(named);
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    if !priced || rows.iter().any(money) {
        return;
    }
    let is_price = |row: &Vec<Stretch>, column: usize| {
        let value = row.get(column).and_then(|cell| match cell.tokens.as_slice() {
            [only] => only.number(),
            _ => None,
        });
        value.is_some_and(|value| value.scale() >= 2)
    };
    let per = |row: &Vec<Stretch>, column: usize| {
        let beside = row
            .get(column.saturating_add(1))
            .and_then(|cell| cell.tokens.first());
        beside.is_some_and(|token| token.is_any("per|each|once|a|an|one-time") || token.is_mark('/'))
    };
    for column in 1..columns {
        if rows.iter().all(|row| is_price(row, column) && per(row, column)) {
            for token in rows.iter_mut().filter_map(|row| number(row.get_mut(column)?)) {
                make_money(token, None);
            }
        }
    }
}

/// A row of fewer cells goes on with the last columns of the one above: "(list) | 240.00 | 1,440.00" under "… | $685.00 | $2,740.00".
pub(super) fn carry_down(above: Option<&[Stretch]>, rows: &mut [Vec<Stretch>]) {
    let Some(above) = above else { return };
    for back in 1..=2usize {
        let sign = above
            .len()
            .checked_sub(back)
            .and_then(|at| above.get(at))
            .and_then(sign_of);
        let Some(sign) = sign else { return };
        for row in rows.iter_mut() {
            let at = row.len().checked_sub(back).filter(|at| *at > 0);
            let Some(token) = at
                .and_then(|at| row.get_mut(at))
                .and_then(number)
                .filter(|token| token.number().is_some_and(|value| value.scale() == 2))
            else {
                continue;
            };
            make_money(token, Some(sign));
        }
    }
}

/// The sign of a cell that holds one amount and nothing else.
fn sign_of(cell: &Stretch) -> Option<Sign> {
    match cell.tokens.as_slice() {
        [only] => only.money()?.sign,
        _ => None,
    }
}

/// Every cell of the column that says anything holds one amount, one number with decimals, or words alone.
fn is_of_prices(rows: &[Vec<Stretch>], column: usize) -> bool {
    let cells = rows.iter().filter_map(|row| row.get(column));
    let mut odd = cells.filter(|cell| {
        let values = cell
            .tokens
            .iter()
            .filter(|token| token.number().is_some() || token.percent().is_some() || token.money().is_some());
        match (values.count(), cell.tokens.as_slice()) {
            (0, _) => false,
            (1, [only]) => only.percent().is_some() || only.number().is_some() && !has_decimals(only),
            _ => true,
        }
    });
    odd.next().is_none()
}

/// "SEK each", "EUR per request", "Price": makes money of the bare numbers under a header that names a currency or a price, and
/// of those beside a cell that is a currency.
pub(crate) fn carry_header(header: &[Stretch], rows: &mut [Vec<Stretch>]) {
    for (column, head) in header.iter().enumerate().skip(1) {
        let named = head.tokens.iter().find_map(currency_of);
        let priced = named.is_some() || head.tokens.iter().any(|token| token.is_any(PRICES));
        let counted = head.tokens.iter().any(|token| token.is_any(COUNTS));
        if !priced || counted && named.is_none() || !is_of_numbers(rows, column, named.is_some()) {
            continue;
        }
        for row in rows.iter_mut() {
            let beside = row.iter().find_map(|cell| match cell.tokens.as_slice() {
                [only] => currency_of(only),
                _ => None,
            });
            if let Some(token) = row.get_mut(column).and_then(number) {
                make_money(token, named.or(beside));
            }
        }
    }
}

const PRICES: &str = "price|prices|fee|fees|rate|rates|charge|charges|amount|cost|net";
const COUNTS: &str =
    "quantity|qty|units|number|hours|count|volume|expected|percent|percentage|%|from|to|year|date|term|no.";

fn currency_of(token: &Token) -> Option<Sign> {
    let code = crate::normal::money::code(&token.text).map(Sign::Of);
    code.or_else(|| match token.kind {
        Kind::Mark('$' | '€' | '£') => crate::normal::money::sign(&token.text),
        _ => None,
    })
}

/// Every cell that is filled holds one number, or words alone; without a currency in the header the numbers have decimals.
fn is_of_numbers(rows: &[Vec<Stretch>], column: usize, named: bool) -> bool {
    let cells = || {
        rows.iter()
            .filter_map(|row| row.get(column))
            .filter(|cell| !cell.tokens.is_empty())
    };
    let fits = |cell: &Stretch| match cell.tokens.as_slice() {
        [only] => only.percent().is_none() && only.number().is_none_or(|value| named || value.scale() >= 2),
        several => several
            .iter()
            .all(|token| token.number().is_none() && token.percent().is_none()),
    };
    cells().any(|cell| matches!(cell.tokens.as_slice(), [only] if only.number().is_some()))
        && cells().all(fits)
}

/// The number of a cell that holds nothing else.
fn number(cell: &mut Stretch) -> Option<&mut Token> {
    match cell.tokens.as_mut_slice() {
        [only] if only.number().is_some() => Some(only),
        _ => None,
    }
}

/// The number of a token as an amount in that currency.
fn make_money(token: &mut Token, sign: Option<Sign>) {
    token.kind = Kind::Money(Amount {
        value: token.number().unwrap_or_default(),
        sign,
    });
}

/// "138.00", "90,000": a number written the way amounts are.
fn has_decimals(token: &Token) -> bool {
    token.number().is_some_and(|value| value.scale() > 0) || token.text.contains(',')
}
