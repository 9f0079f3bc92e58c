//! What an amendment changes over the whole life of its contract, month by month.

use tonic::Code;
use wire::invoicing::v1::{DiffPlansRequest, DiffPlansResponse, MonthDifference};
use wire::plan::v1::Plan;

use crate::answer::Answer;
use crate::chart::{About, Chart, Column, WIDE, columns};
use crate::fault::{Fault, sentence_of};
use crate::sheets;
use crate::visitor::Visitor;
use crate::wording::grouped;

/// The difference, or why it cannot be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct WholeLife {
    pub(super) problem: String,
    pub(super) chart: Chart,
    pub(super) currency: String,
    pub(super) through: String,
    pub(super) before: String,
    pub(super) after: String,
    pub(super) difference: String,
    /// Month; invoiced before, after, and the difference; cash before and after.
    pub(super) months: Vec<[String; 6]>,
}

impl WholeLife {
    /// Its months as a table.
    pub(super) fn as_file(&self) -> Answer {
        let head = [
            "month",
            "invoiced_before",
            "invoiced_after",
            "difference",
            "cash_before",
            "cash_after",
        ];
        let plain = |cell: &String| cell.replace(',', "").replace('−', "-");
        let rows = self.months.iter().map(|month| month.iter().map(plain).collect());
        sheets::file(
            "amendment",
            std::iter::once(head.map(str::to_owned).to_vec()).chain(rows),
        )
    }
}

/// None where the plan amends nothing.
pub(super) async fn whole_life(visitor: &Visitor, plan: &Plan) -> Result<Option<WholeLife>, Fault> {
    if plan.amends.is_none() {
        return Ok(None);
    }
    let request = DiffPlansRequest {
        amendment: Some(plan.clone()),
        through: String::new(),
    };
    match visitor.invoicing().diff_plans(request).await {
        Ok(answer) => Ok(Some(told(answer.into_inner()))),
        Err(status) if matches!(status.code(), Code::InvalidArgument | Code::FailedPrecondition) => {
            Ok(Some(WholeLife {
                problem: sentence_of(&status),
                ..WholeLife::default()
            }))
        }
        Err(status) => Err(status.into()),
    }
}

fn told(answer: DiffPlansResponse) -> WholeLife {
    let about = About {
        id: "whole-life",
        title: "Invoiced more, or less, in each month than without the amendment",
        unit: &answer.currency,
        width: WIDE,
    };
    let drawn: Vec<Column> = answer.months.iter().map(column).collect();
    WholeLife {
        problem: String::new(),
        chart: columns(about, &drawn, Vec::new()),
        before: grouped(&answer.invoiced_before),
        after: grouped(&answer.invoiced_after),
        difference: grouped(&answer.invoiced_difference),
        months: answer.months.iter().map(row).collect(),
        through: answer.through,
        currency: answer.currency,
    }
}

fn difference(month: &MonthDifference) -> rust_decimal::Decimal {
    let amount = |text: &str| text.parse::<rust_decimal::Decimal>().unwrap_or_default();
    amount(&month.invoiced_after).saturating_sub(amount(&month.invoiced_before))
}

fn name(month: &MonthDifference) -> String {
    let first: Option<jiff::civil::Date> = month.month.parse().ok();
    first.map_or_else(|| month.month.clone(), |day| day.strftime("%b %Y").to_string())
}

fn column(month: &MonthDifference) -> Column {
    Column {
        label: name(month),
        name: name(month),
        parts: vec![difference(month)],
    }
}

fn row(month: &MonthDifference) -> [String; 6] {
    [
        name(month),
        grouped(&month.invoiced_before),
        grouped(&month.invoiced_after),
        grouped(&difference(month).to_string()),
        grouped(&month.cash_before),
        grouped(&month.cash_after),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_tell_what_is_more_and_what_is_less() {
        let month = |month: &str, before: &str, after: &str| MonthDifference {
            month: month.to_owned(),
            invoiced_before: before.to_owned(),
            invoiced_after: after.to_owned(),
            ..MonthDifference::default()
        };
        let life = told(DiffPlansResponse {
            currency: "USD".to_owned(),
            months: vec![
                month("2026-01-01", "1000.00", "1500.00"),
                month("2026-02-01", "1000.00", "0.00"),
            ],
            ..DiffPlansResponse::default()
        });
        assert_eq!(
            life.months[0][..4],
            ["Jan 2026", "1,000.00", "1,500.00", "500.00"].map(str::to_owned)
        );
        assert_eq!(life.months[1][3], "−1,000.00");
        assert_eq!(life.chart.bars.len(), 2);
    }
}
