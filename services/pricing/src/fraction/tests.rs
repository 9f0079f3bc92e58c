//! Fractions against what a person can check.

use super::*;

fn fraction(text: &str) -> Fraction {
    text.parse().unwrap()
}

#[test]
fn rounds_half_away_from_zero_on_the_exact_value() {
    for (value, digits, expected) in [
        ("1000/31", 2, "32.26"),
        ("16000/31", 2, "516.13"),
        ("1/8", 2, "0.13"),
        ("-1/8", 2, "-0.13"),
        ("124999999999/1000000000000", 2, "0.12"),
        ("3/2", 0, "2"),
        ("-3/2", 0, "-2"),
        ("0.0005", 3, "0.001"),
        ("2/3", 9, "0.666666667"),
    ] {
        let expected: Decimal = expected.parse().unwrap();
        assert_eq!(fraction(value).rounded(digits), Some(expected), "{value}");
    }
}

#[test]
fn long_denominators_meet_at_the_least_common_one() {
    let a = fraction("1/9000000000000000000000000000");
    let b = fraction("1/6000000000000000000000000000");
    assert_eq!(a.checked_add(b), Some(fraction("1/3600000000000000000000000000")));
    let top = fraction("9000000000000000000000000000/7");
    assert_eq!(top.checked_mul(b), Some(fraction("3/14")));
}

#[test]
fn thirds_add_up_to_the_whole() {
    let third = fraction("1/3");
    let sum = third
        .checked_add(third)
        .and_then(|two| two.checked_add(fraction("2/6")));
    assert_eq!(sum, Some(Fraction::ONE));
}

#[test]
fn long_sums_stay_exact_where_plain_products_no_longer_fit() {
    // A quarter of a year, day by day, over denominators that have nothing in common.
    let mut sum = Fraction::ZERO;
    for denominator in [28, 29, 30, 31, 365, 366, 90, 91, 92, 7, 11, 13, 17, 19, 23] {
        let part = Fraction::try_new(Decimal::ONE, Decimal::from(denominator)).unwrap();
        for _ in 0..denominator {
            sum = sum.checked_add(part).unwrap();
        }
    }
    assert_eq!(sum, Fraction::whole(Decimal::from(15)));
}

#[test]
fn text_is_read_back_and_nonsense_refused() {
    for text in ["15/31", "-0.5", "1.25/3"] {
        assert_eq!(fraction(text).to_string(), text);
    }
    for text in ["", "1/0", "1/-2", "a/b", "1/2/3"] {
        assert!(text.parse::<Fraction>().is_err(), "{text}");
    }
}

#[test]
fn what_does_not_fit_is_no_value() {
    let large = Fraction::whole(Decimal::MAX);
    assert_eq!(large.checked_add(large), None);
    assert_eq!(large.checked_mul(large), None);
    assert_eq!(Fraction::ONE.checked_div(Fraction::ZERO), None);
}
