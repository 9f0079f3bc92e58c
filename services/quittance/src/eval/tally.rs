//! What is counted, and the shares made of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// One thing that is not as the golden says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Miss {
    /// `item L03 recurring`, `field customer`, `flag START_TBD`, `invoice 2025-07-01`.
    pub(crate) what: String,
    /// What is known; none where nothing should have been found.
    pub(crate) golden: Option<String>,
    /// What was read or billed; none where nothing was.
    pub(crate) got: Option<String>,
    /// Page on which the golden, or else the reader, has it.
    pub(crate) page: Option<u64>,
    /// Was a reviewer told to look?
    pub(crate) flagged: bool,
    /// The words there: the golden's, or else the reader's.
    pub(crate) quote: Option<String>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) part: usize,
    pub(crate) whole: usize,
}

/// Known, read and matched items of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) golden: usize,
    pub(crate) read: usize,
    pub(crate) matched: usize,
}

/// Counts of one contract, or of many.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    pub(crate) items: Found,
    pub(crate) by_kind: BTreeMap<&'static str, Found>,
    pub(crate) fields: Found,
    pub(crate) evidence_page: Share,
    pub(crate) evidence_quote: Share,
    /// Values that are wrong and carry no flag, of all values read.
    pub(crate) silent: Share,
    pub(crate) flags: Share,
    /// Flags that hold up what the golden says must not be held up.
    pub(crate) held_up: usize,
    pub(crate) invoices: Share,
    pub(crate) pages: usize,
    pub(crate) micros: u128,
    pub(crate) tokens: Option<(u64, u64)>,
    pub(crate) hard: Vec<String>,
    pub(crate) misses: Vec<Miss>,
}

impl Share {
    pub(crate) fn count(&mut self, holds: bool) {
        self.part += usize::from(holds);
        self.whole += 1;
    }

    fn add(&mut self, other: Self) {
        self.part += other.part;
        self.whole += other.whole;
    }

    /// `None` of nothing.
    pub(crate) fn value(self) -> Option<f64> {
        ratio(self.part, self.whole)
    }
}

impl Found {
    fn add(&mut self, other: Self) {
        self.golden += other.golden;
        self.read += other.read;
        self.matched += other.matched;
    }

    pub(crate) fn precision(self) -> Option<f64> {
        ratio(self.matched, self.read)
    }

    pub(crate) fn recall(self) -> Option<f64> {
        ratio(self.matched, self.golden)
    }

    pub(crate) fn f1(self) -> Option<f64> {
        ratio(2 * self.matched, self.read + self.golden)
    }
}

impl Tally {
    /// Several contracts together; their misses stay with them.
    pub(crate) fn total<'t>(tallies: impl Iterator<Item = &'t Self>) -> Self {
        let mut total = Self::default();
        for one in tallies {
            total.items.add(one.items);
            total.fields.add(one.fields);
            for (kind, found) in &one.by_kind {
                total.by_kind.entry(kind).or_default().add(*found);
            }
            total.evidence_page.add(one.evidence_page);
            total.evidence_quote.add(one.evidence_quote);
            total.silent.add(one.silent);
            total.flags.add(one.flags);
            total.invoices.add(one.invoices);
            total.held_up += one.held_up;
            total.pages += one.pages;
            total.micros += one.micros;
            total.hard.extend(one.hard.iter().cloned());
            if let Some((input, output)) = one.tokens {
                let (known_input, known_output) = total.tokens.unwrap_or_default();
                total.tokens = Some((known_input + input, known_output + output));
            }
        }
        total
    }

    /// The figures by the names under which programs ask for them; `null` where there was nothing to measure.
    pub(crate) fn figures(&self) -> Value {
        json!({
            "hard_failures": self.hard.len(),
            "silent_error_rate": rounded(self.silent.value().or(Some(0.0))),
            "item_precision": rounded(self.items.precision()),
            "item_recall": rounded(self.items.recall()),
            "item_f1": rounded(self.items.f1()),
            "field_f1": rounded(self.fields.f1()),
            "evidence_page": rounded(self.evidence_page.value()),
            "evidence_quote": rounded(self.evidence_quote.value()),
            "invoice_equal": rounded(self.invoices.value()),
            "ms_per_page": rounded(self.ms_per_page()),
        })
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::float_arithmetic,
        reason = "a duration for a report"
    )]
    fn ms_per_page(&self) -> Option<f64> {
        (self.pages > 0).then(|| self.micros as f64 / 1000.0 / self.pages as f64)
    }
}

impl Miss {
    pub(crate) fn json(&self) -> Value {
        json!({
            "what": self.what,
            "golden": self.golden,
            "got": self.got,
            "page": self.page,
            "flagged": self.flagged,
        })
    }
}

/// Four digits after the point.
#[expect(clippy::float_arithmetic, reason = "a share for a report")]
pub(crate) fn rounded(value: Option<f64>) -> Option<f64> {
    value.map(|value| (value * 10_000.0).round() / 10_000.0)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    reason = "shares of a few thousand counted things, for a report"
)]
fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
