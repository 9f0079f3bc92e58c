//! When each price of a charge that steps holds, and how one follows the other.

use jiff::civil::Date;

use crate::reading::phrases::Holding;

/// From when to when one price holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Months of the contract, from 1; without a last one, to the end.
    Months {
        /// The first month.
        first: u32,
        /// The last month, which counts.
        last: Option<u32>,
    },
    /// Days of the calendar, both of which count; an open first day is the first day of the term.
    Days {
        /// The first day.
        first: Option<Date>,
        /// The last day.
        last: Option<Date>,
    },
}

impl Stage {
    /// The first step of a price.
    pub(crate) fn first(holding: Holding) -> Option<Self> {
        match holding {
            Holding::Months { first, last } => Some(Self::Months { first, last }),
            Holding::First(months) | Holding::Span(months) => Some(Self::Months {
                first: 1,
                last: Some(months),
            }),
            Holding::Days { first, last } => Some(Self::Days { first, last }),
            Holding::YearLikeBefore { .. } | Holding::Next(_) | Holding::Rest => None,
        }
    }

    /// The step before one that says when it begins: from the first day on.
    pub(crate) fn before(next: Holding) -> Option<Self> {
        match next {
            Holding::Months { first, .. } if first > 1 => Some(Self::Months {
                first: 1,
                last: Some(first.saturating_sub(1)),
            }),
            Holding::Days {
                first: Some(first), ..
            } => Some(Self::Days {
                first: None,
                last: first.yesterday().ok(),
            }),
            _ => None,
        }
    }

    /// The step that follows this one; `None` where that would leave days without a price or with two.
    pub(crate) fn next(self, holding: Holding) -> Option<Self> {
        match self {
            Self::Months { first, last } => next_months(first, last, holding),
            Self::Days { first, last } => next_days(first, last, holding),
        }
    }

    /// Ends an open step where the next one begins.
    pub(crate) fn ends_before(&mut self, next: Self) {
        match (self, next) {
            (
                Self::Months {
                    last: last @ None, ..
                },
                Self::Months { first, .. },
            ) => {
                *last = first.checked_sub(1);
            }
            (
                Self::Days {
                    last: last @ None, ..
                },
                Self::Days {
                    first: Some(first), ..
                },
            ) => {
                *last = first.yesterday().ok();
            }
            _ => {}
        }
    }

    /// Does it hold for whole years, as far as it says?
    pub(crate) fn is_yearly(self) -> bool {
        match self {
            Self::Months { first, last } => {
                let whole = |month: u32| month.is_multiple_of(12);
                whole(first.saturating_sub(1)) && last.is_none_or(whole)
            }
            Self::Days { first, last } => {
                let new_year = |day: Date| day.month() == 1 && day.day() == 1;
                let next = last.and_then(|last| last.tomorrow().ok());
                first.is_some_and(new_year) && next.is_none_or(new_year)
            }
        }
    }
}

fn next_months(first: u32, last: Option<u32>, holding: Holding) -> Option<Stage> {
    let follows = |next: u32| last.map_or(next > first, |last| last.checked_add(1) == Some(next));
    match holding {
        Holding::Months { first, last } => follows(first).then_some(Stage::Months { first, last }),
        Holding::Next(months) | Holding::Span(months) => Some(Stage::Months {
            first: last?.checked_add(1)?,
            last: Some(last?.checked_add(months)?),
        }),
        Holding::YearLikeBefore { year, open } => {
            let end = year.checked_mul(12)?;
            let first = end.checked_sub(11)?;
            (last.is_some_and(|last| last.is_multiple_of(12)) && follows(first)).then_some(Stage::Months {
                first,
                last: (!open).then_some(end),
            })
        }
        Holding::Rest => Some(Stage::Months {
            first: last?.checked_add(1)?,
            last: None,
        }),
        Holding::First(_) | Holding::Days { .. } => None,
    }
}

fn next_days(first: Option<Date>, last: Option<Date>, holding: Holding) -> Option<Stage> {
    let after = last.and_then(|last| last.tomorrow().ok());
    match holding {
        Holding::Days {
            first: Some(next),
            last: end,
        } => {
            let follows = match after {
                Some(after) => after == next,
                None => first.is_some_and(|first| first < next),
            };
            follows.then_some(Stage::Days {
                first: Some(next),
                last: end,
            })
        }
        Holding::Days {
            first: None,
            last: Some(end),
        } => (last? < end).then_some(Stage::Days {
            first: after,
            last: Some(end),
        }),
        Holding::Rest => after.map(|after| Stage::Days {
            first: Some(after),
            last: None,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Stage;
    use crate::reading::phrases::Holding;

    #[test]
    fn steps_leave_no_month_out_and_none_twice() {
        let year = |year: u32| Holding::Months {
            first: year * 12 - 11,
            last: Some(year * 12),
        };
        let first = Stage::first(year(1)).unwrap();
        assert!(first.next(year(2)).is_some());
        assert_eq!(first.next(year(3)), None);
        assert_eq!(first.next(year(1)), None);
        let rest = first.next(Holding::Rest).unwrap();
        assert_eq!(
            rest,
            Stage::Months {
                first: 13,
                last: None
            }
        );
        assert_eq!(rest.next(Holding::Rest), None);
    }
}
