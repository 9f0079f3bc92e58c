//! Above which value one approver is not enough.

use std::collections::BTreeMap;
use std::str::FromStr;

use pricing::money::{Currency, Money};
use rust_decimal::Decimal;

/// For each currency, the value above which a second approver is needed. Where a limit is set at all, a contract whose
/// value or currency nobody knows, or whose currency has no limit, needs a second one too: what cannot be compared is not
/// taken for small.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApprovalLimit {
    above: BTreeMap<String, Decimal>,
}

/// A text that is no list of amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotALimit;

impl ApprovalLimit {
    /// Why a contract of that value needs a second approver; none where one is enough.
    pub(crate) fn because(&self, value: Option<Decimal>, currency: &str) -> Option<String> {
        if self.above.is_empty() {
            return None;
        }
        let Some(value) = value else {
            return Some("it prints no total that could be compared with the limit".to_owned());
        };
        let shown = |amount| match currency.parse::<Currency>() {
            Ok(currency) => Money::new(amount, currency).to_string(),
            Err(_) => amount.to_string(),
        };
        match self.above.get(currency) {
            None => Some(format!("it prints {}, a currency without a limit", shown(value))),
            Some(limit) if value > *limit => Some(format!(
                "it prints a total of {}, above the limit of {}",
                shown(value),
                shown(*limit)
            )),
            Some(_) => None,
        }
    }
}

/// `100000 USD, 90000 EUR`.
impl FromStr for ApprovalLimit {
    type Err = NotALimit;

    fn from_str(text: &str) -> Result<Self, NotALimit> {
        let mut above = BTreeMap::new();
        for part in text.split(',') {
            let (amount, code) = part.trim().split_once(' ').ok_or(NotALimit)?;
            let amount: Decimal = amount.trim().parse().map_err(|_| NotALimit)?;
            let currency: Currency = code.trim().parse().map_err(|_| NotALimit)?;
            let twice = above.insert(currency.code().to_owned(), amount).is_some();
            if twice || amount.is_sign_negative() {
                return Err(NotALimit);
            }
        }
        Ok(Self { above })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_above_or_cannot_be_compared_needs_a_second_approver() {
        let limit: ApprovalLimit = "100000 USD, 9000000 JPY".parse().unwrap();
        let because = |value: Option<i64>, currency: &str| limit.because(value.map(Decimal::from), currency);
        assert_eq!(because(Some(100_000), "USD"), None);
        assert_eq!(
            because(Some(100_001), "USD").unwrap(),
            "it prints a total of USD 100,001.00, above the limit of USD 100,000.00"
        );
        assert_eq!(because(Some(9_000_000), "JPY"), None);
        assert_eq!(
            because(Some(5), "EUR").unwrap(),
            "it prints EUR 5.00, a currency without a limit"
        );
        assert!(because(Some(5), "").is_some());
        assert!(because(None, "USD").is_some());
        assert_eq!(ApprovalLimit::default().because(None, "USD"), None);
    }

    #[test]
    fn a_limit_is_amounts_with_their_currencies() {
        for wrong in [
            "100000",
            "USD 100000",
            "1 USD, 2 USD",
            "-1 USD",
            "1 XXX",
            "1 USD,",
        ] {
            assert_eq!(wrong.parse::<ApprovalLimit>(), Err(NotALimit), "{wrong}");
        }
    }
}
