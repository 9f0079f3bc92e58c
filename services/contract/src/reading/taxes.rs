//! Taxes the contract names: with a rate, in the prices or on top of them.

use super::items::found;
use super::phrases::says_any;
use super::statements::{Key, Statement};
use super::tokens::Token;
use crate::page::Document;
use crate::terms::{Found, TaxTerm};

/// Reads them; the first statement of each tax counts.
pub(crate) fn read(document: &Document, statements: &[Statement]) -> Vec<TaxTerm> {
    let mut taxes: Vec<TaxTerm> = Vec::new();
    for statement in statements {
        let Some(tax) = tax(document, statement) else {
            continue;
        };
        match taxes.iter_mut().find(|known| known.name == tax.name) {
            Some(known) if known.percent.is_absent() && !tax.percent.is_absent() => *known = tax,
            Some(_) => {}
            None => taxes.push(tax),
        }
    }
    taxes.retain(|tax| !tax.percent.is_absent() || tax.included.copied() == Some(true));
    taxes
}

fn tax(document: &Document, statement: &Statement) -> Option<TaxTerm> {
    let tokens = statement.tokens();
    let name = name(tokens)?;
    let included = inclusive(tokens);
    let percent_at = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.percent().is_some())
        .map(|(at, _)| at)
        .find(|at| is_beside_tax(tokens, *at));
    let money = tokens.iter().any(|token| token.money().is_some());
    if percent_at.is_none() && included.is_none()
        || (money && percent_at.is_none() && statement.key != Some(Key::Tax))
    {
        return None;
    }
    let percent = percent_at
        .and_then(|at| {
            Some(found(
                tokens.get(at)?.percent()?,
                &statement.stretch,
                document,
                at,
                at.saturating_add(1),
            ))
        })
        .unwrap_or_default();
    Some(TaxTerm {
        name: String::from(name),
        percent,
        included: included.map_or_else(Found::absent, |value| {
            found(value, &statement.stretch, document, 0, tokens.len())
        }),
        evidence: statement.evidence(document),
    })
}

fn name(tokens: &[Token]) -> Option<&'static str> {
    const NAMES: [(&str, &str); 11] = [
        ("vat", "VAT"),
        ("value added tax", "VAT"),
        ("value-added tax", "VAT"),
        ("gst", "GST"),
        ("hst", "HST"),
        ("sales tax", "Sales tax"),
        ("sales taxes", "Sales tax"),
        ("mwst", "VAT"),
        ("consumption tax", "Consumption tax"),
        ("service tax", "Service tax"),
        ("taxes", "Tax"),
    ];
    NAMES
        .iter()
        .find(|(words, _)| says_any(tokens, words))
        .map(|(_, name)| *name)
}

/// "inclusive of VAT" is `true`, "exclusive of", "plus", "in addition" are `false`.
fn inclusive(tokens: &[Token]) -> Option<bool> {
    if says_any(
        tokens,
        "exclusive|excluding|exclude|excludes|not include|does not include|in addition|plus|\
        on top|is added|are added|before tax|net of",
    ) {
        return Some(false);
    }
    says_any(
        tokens,
        "inclusive|including vat|include vat|includes vat|tax included|vat included|\
        include sales tax|including gst|gross prices|contain vat|contains vat|contained",
    )
    .then_some(true)
    // "All prices include 19% VAT."
    .or_else(|| {
        let verb = tokens
            .iter()
            .position(|token| token.is_any("include|includes|including|contain|contains|incl."))?;
        let next = tokens.get(verb.saturating_add(1)..verb.saturating_add(5).min(tokens.len()))?;
        let rate = next.iter().any(|token| token.percent().is_some());
        (rate && name(next).is_some()).then_some(true)
    })
}

/// The percentage stands next to the tax's name.
fn is_beside_tax(tokens: &[Token], at: usize) -> bool {
    let near = tokens
        .get(at.saturating_sub(6)..at.saturating_add(4).min(tokens.len()))
        .unwrap_or_default();
    // "exclude VAT (moms), which is added at 25%": the only rate of a sentence about the tax.
    let only = tokens.iter().filter(|token| token.percent().is_some()).count() == 1;
    let rated = says_any(
        tokens,
        "is added|are added|will be added|statutory rate|applicable rate|is charged at|at the rate of",
    ) && !says_any(
        tokens,
        "interest|late|discount|withhold|withholding|commission|royalty",
    );
    name(near).is_some() || only && rated && name(tokens).is_some()
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::reading::written::document;
    use crate::reading::{locale, scopes, statements};

    #[test]
    fn taxes() {
        let cases = [
            (
                "Value added tax at 20% is payable in addition.",
                Some(("VAT", "20", Some(false))),
            ),
            (
                "All prices are inclusive of 19% VAT.",
                Some(("VAT", "19", Some(true))),
            ),
            ("All prices include 19% VAT.", Some(("VAT", "19", Some(true)))),
            ("Prices include VAT.", Some(("VAT", "", Some(true)))),
            (
                "All prices exclude VAT (moms), which under the law of the land is added at 25%.",
                Some(("VAT", "25", Some(false))),
            ),
            ("Fees are exclusive of sales tax.", None),
            ("Customer pays $500 plus taxes.", None),
        ];
        for (text, expected) in cases {
            let document = document(text);
            let scopes = scopes::cut(&document, locale::of(&document));
            let found = read(&document, &statements::all(&document, &scopes));
            let shown = found.first().map(|tax| {
                let percent = tax
                    .percent
                    .copied()
                    .map(|percent| percent.to_string())
                    .unwrap_or_default();
                (tax.name.clone(), percent, tax.included.copied())
            });
            assert_eq!(
                shown,
                expected.map(|(name, percent, included)| (name.to_owned(), percent.to_owned(), included)),
                "{text}"
            );
        }
    }
}
