//! Capacity: bands that limit several measures at once; the first band whose limits all hold gives one flat price.

use rust_decimal::Decimal;

use super::PriceError;

/// A band and its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// The most of each measure, included in the band; a measure not named has no limit.
    pub limits: Vec<Limit>,
    /// For the period.
    pub price: Decimal,
}

/// The most of one measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Name of the measure.
    pub measure: String,
    /// Included.
    pub most: Decimal,
}

/// The highest count of one measure in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peak {
    /// Name of the measure.
    pub measure: String,
    /// At least 0.
    pub count: Decimal,
}

/// The first band, in order, that holds every peak.
pub fn band_for<'a>(peaks: &[Peak], bands: &'a [Band]) -> Result<&'a Band, PriceError> {
    bands
        .iter()
        .find(|band| peaks.iter().all(|peak| band.holds(peak)))
        .ok_or_else(|| above_last(peaks, bands))
}

impl Band {
    fn holds(&self, peak: &Peak) -> bool {
        self.limits
            .iter()
            .filter(|limit| limit.measure == peak.measure)
            .all(|limit| peak.count <= limit.most)
    }
}

fn above_last(peaks: &[Peak], bands: &[Band]) -> PriceError {
    let over = bands.last().and_then(|band| {
        peaks.iter().find_map(|peak| {
            let limit = band.limits.iter().find(|limit| limit.measure == peak.measure)?;
            (peak.count > limit.most).then_some((peak.count, limit.most))
        })
    });
    over.map_or(PriceError::NoTiers, |(quantity, up_to)| {
        PriceError::AboveLastTier { quantity, up_to }
    })
}
