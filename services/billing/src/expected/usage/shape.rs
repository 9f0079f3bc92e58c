//! What was measured, in the shape the price asks for.

use pricing::period::Period;
use pricing::plan::Meter;
use pricing::price::{Measured, MeasuredCell, Price};
use rust_decimal::Decimal;

use crate::facts::FactId;
use crate::meter::{MeterError, Usage, read, read_by, transactions};

pub(super) struct Shaped {
    amounts: Amounts,
    pub(super) facts: Vec<FactId>,
}

enum Amounts {
    Total(Decimal),
    Transactions(Vec<Decimal>),
    Cells(Vec<MeasuredCell>),
}

impl Shaped {
    pub(super) fn measure(
        price: &Price,
        meter: &Meter,
        usage: &Usage<'_>,
        service: Period,
    ) -> Result<Self, MeterError> {
        match price {
            Price::Matrix { dimensions, .. } => Self::by_cell(meter, usage, service, dimensions),
            Price::Percentage { rate }
                if rate.asks_for_transactions() && usage.measured(&meter.id).is_empty() =>
            {
                let (values, facts) = transactions(meter, usage, service);
                Ok(Self {
                    amounts: Amounts::Transactions(values),
                    facts,
                })
            }
            _ => {
                let reading = read(meter, usage, service)?;
                Ok(Self {
                    amounts: Amounts::Total(reading.quantity),
                    facts: reading.facts,
                })
            }
        }
    }

    fn by_cell(
        meter: &Meter,
        usage: &Usage<'_>,
        service: Period,
        dimensions: &[String],
    ) -> Result<Self, MeterError> {
        let mut facts = Vec::new();
        let mut cells = Vec::new();
        for (values, reading) in read_by(meter, usage, service, dimensions)? {
            facts.extend(reading.facts);
            cells.push(MeasuredCell {
                values,
                quantity: reading.quantity,
            });
        }
        Ok(Self {
            amounts: Amounts::Cells(cells),
            facts,
        })
    }

    /// Without the units that credits have paid.
    pub(super) fn less(&self, paid: Decimal) -> Measured<'_> {
        match &self.amounts {
            Amounts::Cells(cells) => Measured::Cells(cells),
            Amounts::Transactions(values) => Measured::Transactions(values),
            Amounts::Total(total) => Measured::Units(total.saturating_sub(paid)),
        }
    }
}
