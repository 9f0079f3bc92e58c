//! The dice that histories are made of.

use jiff::civil::{Date, date};

use crate::schedule::plus_days;

/// A small generator of numbers: the seed of a failure reproduces it.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn place(&mut self, of: usize) -> usize {
        usize::try_from(self.roll(i64::try_from(of).unwrap())).unwrap()
    }

    pub(super) fn roll(&mut self, below: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 >> 33).unwrap() % below
    }

    pub(super) fn day(&mut self, days: i64) -> Date {
        plus_days(START, self.roll(days)).unwrap()
    }

    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.roll(100) < percent
    }
}

pub(super) const START: Date = date(2025, 1, 1);
pub(super) const END: Date = date(2025, 7, 1);
pub(super) const DAYS: i64 = 181;
