//! How long to wait before offering a parcel again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(60);

/// Half a second after the first failure, twice as long after each further one, a minute at most. One worker offers one
/// parcel at a time, so nothing arrives in a crowd and no jitter is needed.
pub(super) fn after(attempts: u32) -> Duration {
    FIRST.saturating_mul(2_u32.saturating_pow(attempts)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_and_stays_bounded() {
        let waits: Vec<u128> = [0, 1, 2, 6, 7, 40, u32::MAX]
            .map(|attempts| after(attempts).as_millis())
            .into();
        assert_eq!(waits, [500, 1_000, 2_000, 32_000, 60_000, 60_000, 60_000]);
    }
}
