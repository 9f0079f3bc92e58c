//! What is counted.

/// Counts of one contract, or of many.
#[derive(Debug, Default, Clone)]
pub(crate) struct Score {
    pub(crate) id: String,
    pub(crate) golden_items: usize,
    pub(crate) read_items: usize,
    pub(crate) matched_items: usize,
    pub(crate) fields_right: usize,
    pub(crate) fields_wrong: usize,
    pub(crate) fields_missed: usize,
    pub(crate) evidence_right: usize,
    pub(crate) evidence_all: usize,
    pub(crate) values: usize,
    pub(crate) silent: usize,
    pub(crate) flags_expected: usize,
    pub(crate) flags_raised: usize,
    pub(crate) held_up: usize,
    pub(crate) hard: Vec<String>,
    pub(crate) misses: Vec<String>,
}

impl Score {
    pub(crate) fn total(id: &str, scores: &[Self]) -> Self {
        let mut total = Self {
            id: id.to_owned(),
            ..Self::default()
        };
        for score in scores {
            total.golden_items += score.golden_items;
            total.read_items += score.read_items;
            total.matched_items += score.matched_items;
            total.fields_right += score.fields_right;
            total.fields_wrong += score.fields_wrong;
            total.fields_missed += score.fields_missed;
            total.evidence_right += score.evidence_right;
            total.evidence_all += score.evidence_all;
            total.values += score.values;
            total.silent += score.silent;
            total.flags_expected += score.flags_expected;
            total.flags_raised += score.flags_raised;
            total.held_up += score.held_up;
            total.hard.extend(score.hard.clone());
        }
        total
    }

    pub(crate) fn precision(&self) -> f64 {
        ratio(self.matched_items, self.read_items)
    }

    pub(crate) fn recall(&self) -> f64 {
        ratio(self.matched_items, self.golden_items)
    }

    pub(crate) fn field_f1(&self) -> f64 {
        ratio(
            self.fields_right * 2,
            self.fields_right * 2 + self.fields_wrong + self.fields_missed,
        )
    }

    pub(crate) fn evidence(&self) -> f64 {
        ratio(self.evidence_right, self.evidence_all)
    }

    pub(crate) fn silent_rate(&self) -> f64 {
        if self.values == 0 {
            0.0
        } else {
            ratio(self.silent, self.values)
        }
    }

    pub(crate) fn flags(&self) -> f64 {
        ratio(self.flags_raised, self.flags_expected)
    }
}

/// Nothing of nothing is all of it.
#[expect(
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    reason = "shares of a few hundred counted things, for a report"
)]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}
