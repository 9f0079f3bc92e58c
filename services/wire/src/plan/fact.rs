//! Meters and milestones.

use pricing::plan::{Acceptance, Aggregation, DimensionFilter, Holdback, Meter, Milestone};

use super::{source, v1};
use crate::value::{Reading, text};

pub(super) fn meter_message(meter: &Meter) -> v1::Meter {
    v1::Meter {
        id: meter.id.clone(),
        name: meter.name.clone(),
        unit: meter.unit.clone(),
        aggregation: Some(aggregation_message(meter.aggregation)),
        filters: meter.filters.iter().map(filter_message).collect(),
        dimensions: meter.dimensions.clone(),
        sources: source::sources_message(&meter.sources),
    }
}

pub(super) fn meter(at: &mut Reading, message: &v1::Meter) -> Option<Meter> {
    let aggregation = at.required("aggregation", message.aggregation.as_ref(), aggregation);
    let sources = source::sources(at, &message.sources);
    Some(Meter {
        id: message.id.clone(),
        name: message.name.clone(),
        unit: message.unit.clone(),
        aggregation: aggregation?,
        filters: message.filters.iter().map(filter).collect(),
        dimensions: message.dimensions.clone(),
        sources: sources?,
    })
}

fn aggregation_message(aggregation: Aggregation) -> v1::Aggregation {
    use v1::AggregationKind as Kind;
    let (kind, rank) = match aggregation {
        Aggregation::Sum => (Kind::Sum, 0),
        Aggregation::Count => (Kind::Count, 0),
        Aggregation::Min => (Kind::Min, 0),
        Aggregation::Max => (Kind::Max, 0),
        Aggregation::Last => (Kind::Last, 0),
        Aggregation::Average => (Kind::Average, 0),
        Aggregation::UniqueCount => (Kind::UniqueCount, 0),
        Aggregation::WeightedSum => (Kind::WeightedSum, 0),
        Aggregation::Percentile { rank } => (Kind::Percentile, rank.into()),
    };
    v1::Aggregation {
        kind: kind.into(),
        rank,
    }
}

fn aggregation(at: &mut Reading, message: &v1::Aggregation) -> Option<Aggregation> {
    use v1::AggregationKind as Kind;
    let kind = Kind::try_from(message.kind)
        .ok()
        .filter(|kind| *kind != Kind::Unspecified);
    Some(match at.chosen("kind", kind)? {
        Kind::Unspecified => return None,
        Kind::Sum => Aggregation::Sum,
        Kind::Count => Aggregation::Count,
        Kind::Min => Aggregation::Min,
        Kind::Max => Aggregation::Max,
        Kind::Last => Aggregation::Last,
        Kind::Average => Aggregation::Average,
        Kind::UniqueCount => Aggregation::UniqueCount,
        Kind::WeightedSum => Aggregation::WeightedSum,
        Kind::Percentile => Aggregation::Percentile {
            rank: rank(at, message.rank)?,
        },
    })
}

fn rank(at: &mut Reading, rank: u32) -> Option<u8> {
    match u8::try_from(rank) {
        Ok(rank @ 1..=100) => Some(rank),
        Ok(_) | Err(_) => {
            at.within("rank", |at| {
                at.fault(format!("{rank} is not a percentile: 1 to 100"));
            });
            None
        }
    }
}

fn filter_message(filter: &DimensionFilter) -> v1::DimensionFilter {
    v1::DimensionFilter {
        dimension: filter.dimension.clone(),
        value: filter.value.clone(),
    }
}

fn filter(message: &v1::DimensionFilter) -> DimensionFilter {
    DimensionFilter {
        dimension: message.dimension.clone(),
        value: message.value.clone(),
    }
}

pub(super) fn milestone_message(milestone: &Milestone) -> v1::Milestone {
    v1::Milestone {
        id: milestone.id.clone(),
        name: milestone.name.clone(),
        planned: text(milestone.planned.as_ref()),
        acceptance: Some(acceptance_message(milestone.acceptance)),
        holdback: milestone.holdback.as_ref().map(|holdback| v1::Holdback {
            percent: holdback.percent.to_string(),
            released_by: holdback.released_by.clone(),
        }),
        sources: source::sources_message(&milestone.sources),
    }
}

pub(super) fn milestone(at: &mut Reading, message: &v1::Milestone) -> Option<Milestone> {
    let planned = at.optional_date("planned", &message.planned);
    let by = message
        .acceptance
        .as_ref()
        .and_then(|acceptance| acceptance.by.as_ref());
    let acceptance = at.required("acceptance", by, |_, by| Some(acceptance(by)));
    let holdback = at.optional("holdback", message.holdback.as_ref(), |at, holdback| {
        let percent = at.decimal("percent", &holdback.percent)?;
        Some(Holdback {
            percent,
            released_by: holdback.released_by.clone(),
        })
    });
    let sources = source::sources(at, &message.sources);
    Some(Milestone {
        id: message.id.clone(),
        name: message.name.clone(),
        planned: planned?,
        acceptance: acceptance?,
        holdback: holdback?,
        sources: sources?,
    })
}

fn acceptance_message(acceptance: Acceptance) -> v1::Acceptance {
    use v1::acceptance::By;
    let by = match acceptance {
        Acceptance::Report => By::Report(v1::AcceptanceReport {}),
        Acceptance::Written { deemed_after_days } => By::Written(v1::AcceptanceWritten { deemed_after_days }),
    };
    v1::Acceptance { by: Some(by) }
}

fn acceptance(by: &v1::acceptance::By) -> Acceptance {
    use v1::acceptance::By;
    match by {
        By::Report(_) => Acceptance::Report,
        By::Written(written) => Acceptance::Written {
            deemed_after_days: written.deemed_after_days,
        },
    }
}
