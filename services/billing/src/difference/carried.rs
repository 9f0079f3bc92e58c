//! What issued invoices carry of each line, corrections counted in.

use std::collections::BTreeMap;

use pricing::money::{Money, MoneyError};
use pricing::period::Period;

use crate::component::Component;
use crate::line::{BilledLine, ExpectedLine};

/// What invoices carry of one line.
#[derive(Clone)]
pub(super) struct CarriedLine<'a> {
    pub(super) billed: Money,
    pub(super) lines: Vec<&'a BilledLine>,
}

type Key<'a> = (&'a str, &'a Component, Option<&'a str>, Option<Period>);

pub(super) struct Carried<'a>(BTreeMap<Key<'a>, CarriedLine<'a>>);

impl<'a> Carried<'a> {
    pub(super) fn of(billed: &'a [BilledLine]) -> Result<Self, MoneyError> {
        let mut carried: BTreeMap<Key<'a>, CarriedLine<'a>> = BTreeMap::new();
        for line in billed {
            let key = (
                line.charge.as_str(),
                &line.component,
                line.tax.as_deref(),
                line.service,
            );
            let entry = carried.entry(key).or_insert_with(|| CarriedLine {
                billed: Money::zero(line.amount.currency),
                lines: Vec::new(),
            });
            entry.billed = entry.billed.plus(line.amount)?;
            entry.lines.push(line);
        }
        Ok(Self(carried))
    }

    pub(super) fn take(&mut self, line: &'a ExpectedLine) -> Option<CarriedLine<'a>> {
        let key = (
            line.charge.as_str(),
            &line.component,
            line.tax.as_deref(),
            line.service,
        );
        self.0.remove(&key)
    }

    pub(super) fn into_rest(self) -> Vec<CarriedLine<'a>> {
        self.0.into_values().collect()
    }
}
