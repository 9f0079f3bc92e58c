//! Every price is in the contract's currency.

use pricing::money::Currency;

use super::charged::{Line, lines};
use crate::flag::{Code, Flag};
use crate::normal::money::{Sign, code, sign};
use crate::terms::{Found, Terms};

/// Flags prices and totals whose printed sign names another currency.
pub(super) fn check(terms: &Terms) -> Vec<Flag> {
    let Some(currency) = terms.currency.copied() else {
        return Vec::new();
    };
    let mut flags: Vec<Flag> = lines(terms).filter_map(|line| of_line(line, currency)).collect();
    for (index, total) in terms.totals.iter().enumerate() {
        if other(&total.amount, currency).is_some() {
            let flag = mixed(&format!("“{}”", total.label), &total.amount.printed, currency);
            flags.push(
                flag.at(format!("/totals/{index}/amount"))
                    .seen(total.amount.evidence.iter().cloned()),
            );
        }
    }
    flags
}

fn of_line(line: Line<'_>, currency: Currency) -> Option<Flag> {
    let price = &line.item.price;
    let plain = [
        ("/price/amount", &price.amount),
        ("/price/unit_price", &price.unit_price),
        ("/price/minimum", &price.minimum),
        ("/price/cap", &price.cap),
        ("/price/total", &price.total),
    ];
    let tiers = price
        .tiers
        .iter()
        .flat_map(|tiers| &tiers.rows)
        .flat_map(|row| [&row.unit_price, &row.flat_fee]);
    let schedule = line
        .item
        .schedule
        .iter()
        .flat_map(|part| [&part.amount, &part.unit_price]);
    let all = plain
        .into_iter()
        .chain(tiers.map(|found| ("/price/tiers", found)))
        .chain(schedule.map(|found| ("/schedule", found)));
    let (field, found) = all
        .into_iter()
        .find(|(_, found)| other(found, currency).is_some())?;
    let flag = mixed(&line.name(), &found.printed, currency).at(line.path(field));
    Some(flag.seen(found.evidence.iter().chain(&line.item.evidence).cloned()))
}

fn mixed(name: &str, printed: &str, currency: Currency) -> Flag {
    let sentence = format!("{name} is printed as “{printed}”, but the contract is in {currency}.");
    Flag::new(
        Code::MultiCurrency,
        sentence,
        "Ask in which currency it is billed; a plan has one.",
    )
}

fn other<T>(found: &Found<T>, currency: Currency) -> Option<Sign> {
    signs(&found.printed)
        .into_iter()
        .find(|sign| !agrees(*sign, currency))
}

/// `$` stands for the dollar of whichever country the contract names.
fn agrees(sign: Sign, currency: Currency) -> bool {
    const CROWNS: [&str; 4] = ["SEK", "NOK", "DKK", "ISK"];
    const DOLLARS: [&str; 8] = ["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN"];
    match sign {
        Sign::Of(named) => named == currency,
        Sign::Dollar => DOLLARS.contains(&currency.code()),
        Sign::Krone => CROWNS.contains(&currency.code()),
    }
}

/// The currency signs and codes in printed words: what stands between digits and spaces, whole or after its letters.
fn signs(printed: &str) -> Vec<Sign> {
    let between =
        |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '/' | ',');
    let pieces = printed
        .split(between)
        .map(|piece| piece.trim_matches(['.', '-', '+', ';', ':']));
    pieces
        .filter_map(|piece| sign(piece).or_else(|| code(piece).map(Sign::Of)))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::written::{codes, found, line, printed, terms};
    use super::check;

    #[test]
    fn a_sign_of_another_currency_is_flagged() {
        let cases = [
            ("USD", "$500.00", 0),
            ("USD", "US$500.00", 0),
            ("CAD", "$500.00", 0),
            ("CAD", "US$500.00", 1),
            ("USD", "500.00", 0),
            ("USD", "€ 500,00", 1),
            ("EUR", "$500.00 per user", 1),
            ("EUR", "EUR 500.00", 0),
            ("EUR", "500.00 GBP/month", 1),
            ("USD", "five hundred dollars ($500.00)", 0),
        ];
        for (currency, text, expected) in cases {
            let line = line(&json!({ "price": { "amount": printed("500.00", text) } }));
            let terms = terms(&json!({ "currency": found(currency), "line_items": [line] }));
            assert_eq!(check(&terms).len(), expected, "{currency} {text}");
        }
    }

    #[test]
    fn totals_and_tiers_count_too() {
        let tiers = json!({ "mode": found("volume"), "rows": [{ "from": "0", "unit_price": printed("1", "£1.00") }] });
        let lines = [line(&json!({ "kind": "usage", "price": { "tiers": tiers } }))];
        let totals = json!([{ "label": "Total", "amount": printed("9", "9.00 CHF") }]);
        let flags = check(&terms(&json!({ "line_items": lines, "totals": totals })));
        assert_eq!(
            codes(&flags),
            [
                "MULTI_CURRENCY /line_items/0/price/tiers",
                "MULTI_CURRENCY /totals/0/amount"
            ]
        );
        assert_eq!(
            flags[1].sentence,
            "“Total” is printed as “9.00 CHF”, but the contract is in USD."
        );
    }
}
