//! The one place that asks the system for the time.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Tells the time: the system's, or one that a test or a demonstration moves by hand.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's own time.
    System,
    /// A time that only moves when told to. All clones share it.
    Test(TestClock),
}

impl Clock {
    /// A clock that stands still at `start` until it is moved.
    pub fn test(start: Timestamp) -> (Self, TestClock) {
        let clock = TestClock {
            time: Arc::new(Mutex::new(start)),
        };
        (Self::Test(clock.clone()), clock)
    }

    /// The time now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the system for the time"
    )]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Test(clock) => clock.now(),
        }
    }

    /// Today's date in UTC.
    pub fn today(&self) -> Date {
        self.today_in(&TimeZone::UTC)
    }

    /// Today's date in a time zone.
    pub fn today_in(&self, zone: &TimeZone) -> Date {
        zone.to_datetime(self.now()).date()
    }
}

/// The hands of a [`Clock::Test`].
#[derive(Debug, Clone)]
pub struct TestClock {
    time: Arc<Mutex<Timestamp>>,
}

impl TestClock {
    /// The time the clock shows.
    pub fn now(&self) -> Timestamp {
        *self.time.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the clock, forwards or backwards.
    pub fn set(&self, time: Timestamp) {
        *self.time.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    /// Sets the clock to the first instant of a day in UTC. Errors only for a date outside the range of timestamps.
    pub fn set_date(&self, date: Date) -> Result<(), jiff::Error> {
        self.set(date.to_zoned(TimeZone::UTC)?.timestamp());
        Ok(())
    }

    /// Moves the clock forwards (or back, by a negative duration). Errors only when the time would leave the range of
    /// timestamps; the clock then stays where it was.
    pub fn advance(&self, by: SignedDuration) -> Result<(), jiff::Error> {
        let mut time = self.time.lock().unwrap_or_else(PoisonError::into_inner);
        *time = time.checked_add(by)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_clock_moves_only_by_hand_and_for_all_its_clones() {
        let (clock, hands) = Clock::test(Timestamp::UNIX_EPOCH);
        let copy = clock.clone();
        hands.set_date(jiff::civil::date(2026, 2, 28)).unwrap();
        assert_eq!(copy.today(), jiff::civil::date(2026, 2, 28));
        hands.advance(SignedDuration::from_hours(24)).unwrap();
        assert_eq!(clock.today(), jiff::civil::date(2026, 3, 1));
        assert!(hands.advance(SignedDuration::MAX).is_err());
        assert_eq!(clock.today(), jiff::civil::date(2026, 3, 1));
    }

    #[test]
    fn a_day_begins_where_the_reader_lives() {
        let (clock, hands) = Clock::test(Timestamp::UNIX_EPOCH);
        hands.set("2026-03-01T23:30:00Z".parse().unwrap());
        assert_eq!(
            clock.today_in(&TimeZone::get("Europe/Berlin").unwrap()),
            jiff::civil::date(2026, 3, 2)
        );
    }
}
