//! The scale on the left: round values, and where each stands.

use rust_decimal::Decimal;

use super::{BOTTOM, GridLine, TOP, share};
use crate::wording::grouped;

/// Values from the foot of the picture to its top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    low: Decimal,
    high: Decimal,
    step: Decimal,
}

/// Lines there are at most above zero, and below it.
const MOST_LINES: u32 = 4;

impl Axis {
    /// One that holds zero and both values, in round steps.
    pub(super) fn over(low: Decimal, high: Decimal) -> Self {
        let (low, high) = (low.min(Decimal::ZERO), high.max(Decimal::ZERO));
        let step = round_step(high.max(low.abs()));
        let (up, down) = (steps(high, step), steps(low.abs(), step));
        let up = if up == 0 && down == 0 { 1 } else { up };
        let times = |count: u32| step.checked_mul(Decimal::from(count));
        Self {
            low: times(down).map_or(low, |reach| -reach),
            high: times(up).unwrap_or(high),
            step,
        }
    }

    /// The height at which a value stands.
    pub(super) fn y(&self, value: Decimal) -> u32 {
        let above = value.clamp(self.low, self.high).saturating_sub(self.low);
        let whole = self.high.saturating_sub(self.low);
        BOTTOM.saturating_sub(share(above, whole, BOTTOM.saturating_sub(TOP)))
    }

    pub(super) fn grid(&self) -> Vec<GridLine> {
        let mut lines = Vec::new();
        let mut value = self.low;
        while value <= self.high && lines.len() < 12 {
            lines.push(GridLine {
                y: self.y(value),
                label: short(value),
                zero: value.is_zero(),
            });
            value = match value.checked_add(self.step) {
                Some(next) => next,
                None => break,
            };
        }
        lines
    }
}

/// 1, 2 or 5 times a power of ten, such that few of them reach a value.
fn round_step(reach: Decimal) -> Decimal {
    let mut power = Decimal::new(1, 6);
    loop {
        for times in [1_u32, 2, 5] {
            let step = power.saturating_mul(Decimal::from(times));
            if step.saturating_mul(Decimal::from(MOST_LINES)) >= reach {
                return step.normalize();
            }
        }
        power = power.saturating_mul(Decimal::TEN);
    }
}

/// How many steps reach a value.
fn steps(reach: Decimal, step: Decimal) -> u32 {
    let reached = |count: &u32| step.saturating_mul(Decimal::from(*count)) >= reach;
    (0..=MOST_LINES).find(reached).unwrap_or(MOST_LINES)
}

/// A round value in few letters: `250`, `12,500`, `1.5 M`.
fn short(value: Decimal) -> String {
    for (from, word) in [
        (1_000_000_000_000_u64, "T"),
        (1_000_000_000, "bn"),
        (1_000_000, "M"),
    ] {
        let from = Decimal::from(from);
        if value.abs() >= from {
            let scaled = value.checked_div(from).unwrap_or_default().normalize();
            return format!("{} {word}", grouped(&scaled.to_string()));
        }
    }
    grouped(&value.normalize().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_reach_what_they_show() {
        for (low, high, labels) in [
            ("0", "0", vec!["0", "0.000001"]),
            ("0", "100", vec!["0", "50", "100"]),
            ("0", "7", vec!["0", "2", "4", "6", "8"]),
            ("-30", "100", vec!["−50", "0", "50", "100"]),
            ("-3", "0", vec!["−3", "−2", "−1", "0"]),
            ("0", "1200000", vec!["0", "500,000", "1 M", "1.5 M"]),
        ] {
            let axis = Axis::over(low.parse().unwrap(), high.parse().unwrap());
            let found: Vec<String> = axis.grid().into_iter().map(|line| line.label).collect();
            assert_eq!(found, labels, "{low} to {high}");
        }
        let axis = Axis::over(Decimal::ZERO, Decimal::ONE_HUNDRED);
        assert_eq!(
            (axis.y(Decimal::ZERO), axis.y(Decimal::ONE_HUNDRED)),
            (BOTTOM, TOP)
        );
    }
}
