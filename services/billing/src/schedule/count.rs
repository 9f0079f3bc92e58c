//! How many periods have fallen due, and how many have passed.

use jiff::civil::Date;
use pricing::plan::Timing;

use super::{Cycle, Recurrence, ScheduleError, Window, cycles};

/// The periods billed through a day, whole and in part; refuses a day before the first.
pub fn parts_billed(
    recurrence: &Recurrence,
    window: Window,
    through: Date,
) -> Result<Vec<Cycle>, ScheduleError> {
    if through < window.start() {
        return Err(ScheduleError::BeforeStart {
            start: window.start(),
            asked: through,
        });
    }
    cycles(recurrence, window, through)
}

/// How many periods ended on or before a day, a short first one included; none before the first day.
pub fn elapsed_periods(recurrence: &Recurrence, start: Date, day: Date) -> Result<usize, ScheduleError> {
    let in_arrears = Recurrence {
        timing: Timing::Arrears,
        ..*recurrence
    };
    let window = Window::try_new(start, None)?;
    Ok(cycles(&in_arrears, window, day)?.len())
}
