//! What a customer saves by paying early: "2/10 net 30" takes two percent off for ten days.

use jiff::civil::Date;
use pricing::fraction::Fraction;
use pricing::money::{Money, MoneyError};
use pricing::plan::EarlyPayment;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::DraftError;
use crate::schedule::early_until;

/// A smaller amount that settles an invoice for some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlyOffer {
    /// The last day on which it does.
    pub until: Date,
    /// The agreed percentage of the total, tax included, rounded half away from zero to the currency's minor unit.
    pub discount: Money,
    /// The total less the discount.
    pub payable: Money,
}

/// What settles a total early; none where nothing is owed.
pub fn early_offer(
    total: Money,
    invoice_date: Date,
    early: &EarlyPayment,
) -> Result<Option<EarlyOffer>, DraftError> {
    if total.amount <= Decimal::ZERO {
        return Ok(None);
    }
    let discount = Fraction::whole(total.amount)
        .checked_mul(early.percent.into())
        .and_then(|percents| percents.checked_div(Decimal::ONE_HUNDRED.into()))
        .and_then(|exact| exact.rounded(total.currency.minor_digits()))
        .ok_or(MoneyError::Overflow)?;
    let discount = Money::new(discount, total.currency);
    Ok(Some(EarlyOffer {
        until: early_until(invoice_date, early)?,
        discount,
        payable: total.minus(discount)?,
    }))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn paying_early_takes_its_percentage_off_the_total() {
        let two_ten = |percent: i64, days| EarlyPayment {
            percent: Decimal::new(percent, 1),
            days,
        };
        for (total, currency, early, until, discount, payable) in [
            (
                "1000.00",
                "USD",
                two_ten(20, 10),
                date(2025, 2, 8),
                "20.00",
                "980.00",
            ),
            (
                "333.33",
                "USD",
                two_ten(20, 10),
                date(2025, 2, 8),
                "6.67",
                "326.66",
            ),
            ("1001", "JPY", two_ten(25, 0), date(2025, 1, 29), "25", "976"),
            ("0.20", "USD", two_ten(20, 3), date(2025, 2, 1), "0", "0.20"),
        ] {
            let money = |amount: &str| Money::new(amount.parse().unwrap(), currency.parse().unwrap());
            let found = early_offer(money(total), date(2025, 1, 29), &early)
                .unwrap()
                .unwrap();
            let expected = EarlyOffer {
                until,
                discount: money(discount),
                payable: money(payable),
            };
            assert_eq!(found, expected);
        }
        let owed_back = Money::new(Decimal::NEGATIVE_ONE, "USD".parse().unwrap());
        assert_eq!(
            early_offer(owed_back, date(2025, 1, 29), &two_ten(20, 10)),
            Ok(None)
        );
    }
}
