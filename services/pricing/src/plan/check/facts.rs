//! Meters and milestones.

use super::{Fault, Faults, Referent};
use crate::plan::Aggregation;

pub(super) fn check(faults: &mut Faults<'_>) {
    meters(faults);
    milestones(faults);
}

fn meters(faults: &mut Faults<'_>) {
    let plan = faults.plan;
    faults.ids("meters", plan.meters.iter().map(|meter| meter.id.as_str()));
    for (at, meter) in plan.meters.iter().enumerate() {
        if let Aggregation::Percentile { rank } = meter.aggregation {
            let (least, most) = (rust_decimal::Decimal::ONE, rust_decimal::Decimal::ONE_HUNDRED);
            faults.percent(
                format_args!("meters.{at}.aggregation.rank"),
                rank.into(),
                least,
                most,
            );
        }
    }
}

fn milestones(faults: &mut Faults<'_>) {
    let plan = faults.plan;
    faults.ids(
        "milestones",
        plan.milestones.iter().map(|milestone| milestone.id.as_str()),
    );
    for (at, milestone) in plan.milestones.iter().enumerate() {
        faults.filled(format_args!("milestones.{at}.name"), &milestone.name);
        let Some(holdback) = &milestone.holdback else {
            continue;
        };
        let field = format!("milestones.{at}.holdback");
        faults.share(format_args!("{field}.percent"), holdback.percent);
        faults.known(
            format_args!("{field}.released_by"),
            Referent::Milestone,
            &holdback.released_by,
        );
        if holdback.released_by == milestone.id {
            faults.add(format_args!("{field}.released_by"), Fault::ReleasedByItself);
        }
    }
}
