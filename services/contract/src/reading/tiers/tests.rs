use rust_decimal::Decimal;

use super::{Priced, rows};
use crate::reading::phrases::Range;
use crate::terms::{Found, TierRow};

fn number(value: i64) -> Decimal {
    Decimal::from(value)
}

fn ladder(ranges: &[Range]) -> Option<Vec<(String, String)>> {
    let row = TierRow {
        from: Decimal::ZERO,
        to: None,
        unit_price: Found::absent(),
        flat_fee: Found::absent(),
        percent: Found::absent(),
    };
    let priced: Vec<Priced> = ranges
        .iter()
        .map(|range| Priced {
            range: *range,
            row: row.clone(),
        })
        .collect();
    let rows = rows(&priced)?;
    Some(
        rows.iter()
            .map(|row| {
                (
                    row.from.to_string(),
                    row.to.map_or_else(String::new, |to| to.to_string()),
                )
            })
            .collect(),
    )
}

fn expected(pairs: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
    Some(
        pairs
            .iter()
            .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()))
            .collect(),
    )
}

#[test]
fn ranges_make_a_ladder() {
    let first_next = [
        Range::First(number(1_000)),
        Range::Next(number(9_000)),
        Range::Rest,
    ];
    assert_eq!(
        ladder(&first_next),
        expected(&[("0", "1000"), ("1000", "10000"), ("10000", "")])
    );
    let printed = [
        Range::Between(number(1), number(25_000)),
        Range::Between(number(25_001), number(250_000)),
        Range::From(number(250_001)),
    ];
    assert_eq!(
        ladder(&printed),
        expected(&[("1", "25000"), ("25001", "250000"), ("250001", "")])
    );
    let up_to = [
        Range::UpTo(number(500)),
        Range::Between(number(501), number(2_000)),
        Range::Over(number(2_000)),
    ];
    assert_eq!(
        ladder(&up_to),
        expected(&[("0", "500"), ("501", "2000"), ("2000", "")])
    );
}

#[test]
fn what_makes_no_ladder_is_refused() {
    assert_eq!(ladder(&[Range::First(number(10))]), None);
    assert_eq!(ladder(&[Range::Next(number(10)), Range::Rest]), None);
    assert_eq!(ladder(&[Range::Over(number(10)), Range::UpTo(number(5))]), None);
}
