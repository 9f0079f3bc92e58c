//! Days: `March 1, 2025`, `1 March 2025`, `2025-03-01`, `3/15/98`.

use jiff::civil::{Date, date};

/// A printed day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Day {
    /// One day.
    Is(Date),
    /// Day and month could be exchanged, and the document does not say which comes first.
    Ambiguous {
        /// Read as month, day, year.
        month_first: Date,
        /// Read as day, month, year.
        day_first: Date,
    },
}

/// Which of day and month a document prints first in dates of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DayOrder {
    /// Nothing in the document tells.
    #[default]
    Unknown,
    /// 12/31/2025.
    MonthFirst,
    /// 31/12/2025.
    DayFirst,
}

/// The number of a month by its English name or abbreviation.
#[must_use]
pub fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches('.').to_lowercase();
    let long_enough =
        word.len() >= 3 && (word.len() == 3 || word == "sept" || MONTHS.contains(&word.as_str()));
    let at = MONTHS
        .iter()
        .position(|month| long_enough && month.starts_with(&word))?;
    i8::try_from(at.saturating_add(1)).ok()
}

/// A day that exists, between 1900 and 2199.
#[must_use]
pub fn day(year: i16, month: i8, day: i8) -> Option<Date> {
    (1900..2200)
        .contains(&year)
        .then(|| Date::new(year, month, day).ok())
        .flatten()
}

/// A year as printed: two digits mean 1970 to 2069.
#[must_use]
pub fn year(text: &str) -> Option<i16> {
    if !text.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let number: i16 = text.parse().ok()?;
    match text.len() {
        4 => Some(number).filter(|year| (1900..2200).contains(year)),
        2 if number >= 70 => number.checked_add(1900),
        2 => number.checked_add(2000),
        _ => None,
    }
}

/// A date of numbers: `2025-03-01`, `3/15/98`, `31.12.2025`.
#[must_use]
pub fn numeric(text: &str, order: DayOrder) -> Option<Day> {
    let separator = text.chars().find(|c| !c.is_ascii_digit())?;
    let parts: Vec<&str> = text.split(separator).collect();
    let [first, second, third] = parts.as_slice() else {
        return None;
    };
    if first.len() == 4 && matches!(separator, '-' | '/' | '.') {
        return day(year(first)?, second.parse().ok()?, third.parse().ok()?).map(Day::Is);
    }
    match separator {
        '/' | '-' => slashed(first, second, year(third)?, order),
        '.' => day(year(third)?, second.parse().ok()?, first.parse().ok()?).map(Day::Is),
        _ => None,
    }
}

fn slashed(first: &str, second: &str, year: i16, order: DayOrder) -> Option<Day> {
    if first.len() > 2 || second.len() > 2 {
        return None;
    }
    let (first, second): (i8, i8) = (first.parse().ok()?, second.parse().ok()?);
    let month_first = day(year, first, second);
    let day_first = day(year, second, first);
    match (month_first, day_first, order) {
        (Some(only), None, _) | (None, Some(only), _) => Some(Day::Is(only)),
        (Some(one), Some(same), _) if one == same => Some(Day::Is(one)),
        (Some(date), Some(_), DayOrder::MonthFirst) | (Some(_), Some(date), DayOrder::DayFirst) => {
            Some(Day::Is(date))
        }
        (Some(month_first), Some(day_first), DayOrder::Unknown) => Some(Day::Ambiguous {
            month_first,
            day_first,
        }),
        (None, None, _) => None,
    }
}

/// The order a date of numbers gives away: 12/31/2025 can only be month first.
#[must_use]
pub fn order_of(text: &str) -> Option<DayOrder> {
    let mut parts = text.split('/');
    let (first, second): (i8, i8) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    match (first > 12, second > 12) {
        (true, false) => Some(DayOrder::DayFirst),
        (false, true) => Some(DayOrder::MonthFirst),
        _ => None,
    }
}

/// The last day of a term of so many months that begins on `start`: 24 months from 1 April 2025 end on 31 March 2027.
#[must_use]
pub fn last_day(start: Date, months: u32) -> Option<Date> {
    let months = i32::try_from(months).ok()?;
    let after = start
        .checked_add(jiff::Span::new().try_months(months).ok()?)
        .ok()?;
    after.yesterday().ok()
}

/// Whole months from `start` to `end`, where `end` is either the last day of a term or the same day of a later month;
/// `None` where the span is no whole number of months.
#[must_use]
pub fn whole_months(start: Date, end: Date) -> Option<u32> {
    let next = end.tomorrow().ok()?;
    let months = |to: Date| {
        let years = i32::from(to.year()).checked_sub(i32::from(start.year()))?;
        years
            .checked_mul(12)?
            .checked_add(i32::from(to.month()))?
            .checked_sub(i32::from(start.month()))
    };
    let count = u32::try_from(months(next)?).ok()?;
    if last_day(start, count) == Some(end) {
        return Some(count);
    }
    let anniversary = u32::try_from(months(end)?).ok()?;
    (last_day(start, anniversary).and_then(|day| day.tomorrow().ok()) == Some(end)).then_some(anniversary)
}

/// The earliest day any contract we read can name.
#[must_use]
pub fn earliest() -> Date {
    date(1900, 1, 1)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::{Day, DayOrder, last_day, month, numeric, order_of, whole_months, year};

    #[test]
    fn dates_of_numbers() {
        let cases = [
            ("2025-03-01", DayOrder::Unknown, Some(Day::Is(date(2025, 3, 1)))),
            ("3/15/98", DayOrder::Unknown, Some(Day::Is(date(1998, 3, 15)))),
            ("9/9/97", DayOrder::Unknown, Some(Day::Is(date(1997, 9, 9)))),
            ("31.12.2025", DayOrder::Unknown, Some(Day::Is(date(2025, 12, 31)))),
            (
                "03/04/2025",
                DayOrder::MonthFirst,
                Some(Day::Is(date(2025, 3, 4))),
            ),
            ("03/04/2025", DayOrder::DayFirst, Some(Day::Is(date(2025, 4, 3)))),
            (
                "03/04/2025",
                DayOrder::Unknown,
                Some(Day::Ambiguous {
                    month_first: date(2025, 3, 4),
                    day_first: date(2025, 4, 3),
                }),
            ),
            ("13/13/2025", DayOrder::Unknown, None),
            ("7/24", DayOrder::Unknown, None),
        ];
        for (text, order, expected) in cases {
            assert_eq!(numeric(text, order), expected, "{text}");
        }
    }

    #[test]
    fn names_and_years() {
        assert_eq!(month("Sept."), Some(9));
        assert_eq!(month("May"), Some(5));
        assert_eq!(month("mayor"), None);
        assert_eq!(year("98"), Some(1998));
        assert_eq!(year("25"), Some(2025));
        assert_eq!(year("198"), None);
        assert_eq!(order_of("12/20/2025"), Some(DayOrder::MonthFirst));
        assert_eq!(order_of("5/6/2025"), None);
    }

    #[test]
    fn terms_end_on_the_day_before() {
        assert_eq!(last_day(date(2025, 4, 1), 24), Some(date(2027, 3, 31)));
        assert_eq!(last_day(date(2025, 3, 1), 36), Some(date(2028, 2, 29)));
        assert_eq!(whole_months(date(2025, 3, 1), date(2028, 2, 29)), Some(36));
        assert_eq!(whole_months(date(2000, 4, 15), date(2000, 10, 15)), Some(6));
        assert_eq!(whole_months(date(1998, 2, 24), date(1998, 11, 30)), None);
    }

    proptest! {
        #[test]
        fn a_length_is_found_again(y in 1950i16..2100, m in 1i8..=12, d in 1i8..=28, months in 1u32..240) {
            let start = date(y, m, d);
            let end = last_day(start, months).expect("in range");
            prop_assert_eq!(whole_months(start, end), Some(months));
        }
    }
}
