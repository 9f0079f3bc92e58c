use jiff::civil::date;

use super::*;
use crate::sample::completed;

fn milestone(acceptance: Acceptance) -> Milestone {
    Milestone {
        id: "go-live".to_owned(),
        name: "Go-live".to_owned(),
        planned: None,
        acceptance,
        holdback: None,
        sources: Vec::new(),
    }
}

fn said(id: &str, on: Date, event: MilestoneEvent) -> MilestoneReport {
    MilestoneReport {
        id: id.to_owned(),
        event,
        ..completed("go-live", on)
    }
}

const SILENCE: Acceptance = Acceptance::Written {
    deemed_after_days: Some(10),
};

fn day_reached(acceptance: Acceptance, reports: &[MilestoneReport], by: Date) -> Option<Date> {
    reached(&milestone(acceptance), reports, by)
        .unwrap()
        .map(|reached| reached.on)
}

#[test]
fn the_earliest_standing_completion_counts() {
    let reports = [
        said("b", date(2025, 3, 5), MilestoneEvent::Completed),
        said("a", date(2025, 3, 1), MilestoneEvent::Completed),
    ];
    assert_eq!(
        day_reached(Acceptance::Report, &reports, date(2025, 3, 4)),
        Some(date(2025, 3, 1))
    );
    assert_eq!(day_reached(Acceptance::Report, &reports, date(2025, 2, 28)), None);
    let taken_back = said(
        "c",
        date(2025, 3, 6),
        MilestoneEvent::Withdrawn {
            report: "a".to_owned(),
        },
    );
    let reports = [reports[0].clone(), reports[1].clone(), taken_back];
    assert_eq!(
        day_reached(Acceptance::Report, &reports, date(2025, 4, 1)),
        Some(date(2025, 3, 5))
    );
}

#[test]
fn silence_accepts_and_a_rejection_breaks_it() {
    let delivered = said("a", date(2025, 3, 1), MilestoneEvent::Delivered);
    let alone = [delivered.clone()];
    assert_eq!(day_reached(SILENCE, &alone, date(2025, 3, 10)), None);
    assert_eq!(
        day_reached(SILENCE, &alone, date(2025, 3, 11)),
        Some(date(2025, 3, 11))
    );
    assert_eq!(day_reached(Acceptance::Report, &alone, date(2025, 4, 1)), None);
    let rejected = said("b", date(2025, 3, 8), MilestoneEvent::Rejected);
    let again = said("c", date(2025, 3, 20), MilestoneEvent::Delivered);
    let reports = [again, rejected, delivered];
    assert_eq!(day_reached(SILENCE, &reports, date(2025, 3, 29)), None);
    assert_eq!(
        day_reached(SILENCE, &reports, date(2025, 3, 30)),
        Some(date(2025, 3, 30))
    );
}

#[test]
fn acceptance_in_writing_comes_before_silence() {
    let reports = [
        said("a", date(2025, 3, 1), MilestoneEvent::Delivered),
        said("b", date(2025, 3, 4), MilestoneEvent::Completed),
    ];
    let known = reached(&milestone(SILENCE), &reports, date(2025, 3, 30))
        .unwrap()
        .unwrap();
    assert_eq!(
        (known.on, known.deemed, known.facts),
        (date(2025, 3, 4), false, vec!["b".to_owned()])
    );
}
