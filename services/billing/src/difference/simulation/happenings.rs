//! What happens under a contract, made of dice.

use jiff::civil::date;
use rust_decimal::Decimal;

use super::dice::{DAYS, Dice};
use crate::facts::*;
use crate::sample::*;

/// Everything that will ever be known, each fact by itself.
pub(super) fn everything(dice: &mut Dice) -> Vec<Facts> {
    let mut all = uses(dice);
    all.extend(seat_changes(dice));
    for id in ["phase", "go-live"] {
        all.extend(reports(dice, id));
    }
    all.extend(index_values(dice));
    if dice.chance(20) {
        all.push(ending(dice));
    }
    all
}

/// Usage, and corrections that name the event they replace; some of them are corrected once more.
fn uses(dice: &mut Dice) -> Vec<Facts> {
    let mut events = Vec::new();
    for at in 0..10 + dice.roll(15) {
        let meter = if dice.chance(70) { "calls" } else { "stored" };
        let value = (dice.roll(4000) + 1).to_string();
        let mut event = used(&format!("u{at}"), meter, dice.day(DAYS), &value);
        while dice.chance(15) {
            let fix = correction(dice, &event);
            events.push(std::mem::replace(&mut event, fix));
        }
        events.push(event);
    }
    let alone = |event| Facts {
        events: vec![event],
        ..NONE
    };
    events.into_iter().map(alone).collect()
}

/// Another value, sometimes on another day; zero takes the event back.
fn correction(dice: &mut Dice, event: &UsageEvent) -> UsageEvent {
    let moved = dice.chance(30).then(|| dice.day(DAYS).at(9, 0, 0, 0));
    UsageEvent {
        id: format!("{}-fixed", event.id),
        at: moved.unwrap_or(event.at),
        value: if dice.chance(30) {
            Decimal::ZERO
        } else {
            Decimal::from(dice.roll(4000))
        },
        replaces: Some(event.id.clone()),
        ..event.clone()
    }
}

fn seat_changes(dice: &mut Dice) -> Vec<Facts> {
    let mut changes = Vec::new();
    for at in 0..dice.roll(5) {
        let mut change = seats_from(&format!("s{at}"), "crew", dice.day(DAYS), dice.roll(20));
        change.recorded = u64::try_from(at).unwrap();
        changes.push(Facts {
            seats: vec![change],
            ..NONE
        });
    }
    changes
}

/// Delivered, completed, rejected, and any of it withdrawn.
fn reports(dice: &mut Dice, milestone: &str) -> Vec<Facts> {
    let mut reports = Vec::new();
    for (chance, word, event) in [
        (50, "delivered", MilestoneEvent::Delivered),
        (60, "done", MilestoneEvent::Completed),
        (20, "rejected", MilestoneEvent::Rejected),
    ] {
        if !dice.chance(chance) {
            continue;
        }
        let report = MilestoneReport {
            id: format!("{milestone}-{word}"),
            event,
            ..completed(milestone, dice.day(DAYS))
        };
        if dice.chance(30) {
            reports.push(withdrawal(&report));
        }
        reports.push(report);
    }
    let alone = |report| Facts {
        milestones: vec![report],
        ..NONE
    };
    reports.into_iter().map(alone).collect()
}

fn withdrawal(report: &MilestoneReport) -> MilestoneReport {
    MilestoneReport {
        id: format!("{}-withdrawn", report.id),
        event: MilestoneEvent::Withdrawn {
            report: report.id.clone(),
        },
        ..report.clone()
    }
}

/// Two years of a published series, in two publications.
fn index_values(dice: &mut Dice) -> Vec<Facts> {
    let mut value = Decimal::from(100);
    let mut months = Vec::new();
    for (year, month) in (2024..=2025).flat_map(|year| (1..=12).map(move |month| (year, month))) {
        value += Decimal::new(dice.roll(90) - 20, 2);
        months.push(IndexValue {
            id: format!("prices {year}-{month}"),
            series: "prices".to_owned(),
            month: date(year, month, 1),
            value,
        });
    }
    let later = months.split_off(dice.place(months.len()));
    let published = |indices| Facts { indices, ..NONE };
    vec![published(months), published(later)]
}

fn ending(dice: &mut Dice) -> Facts {
    let event = EndingEvent::Terminated {
        last_day: dice.day(DAYS),
        refund_unused: dice.chance(50),
    };
    let ending = Ending {
        id: "end".to_owned(),
        event,
    };
    Facts {
        endings: vec![ending],
        ..NONE
    }
}

pub(super) fn learn(known: &mut Facts, fact: &Facts) {
    known.events.extend(fact.events.iter().cloned());
    known.seats.extend(fact.seats.iter().cloned());
    known.milestones.extend(fact.milestones.iter().cloned());
    known.indices.extend(fact.indices.iter().cloned());
    known.endings.extend(fact.endings.iter().cloned());
}

pub(super) fn shuffle<T>(dice: &mut Dice, items: &mut [T]) {
    for at in (1..items.len()).rev() {
        items.swap(
            at,
            usize::try_from(dice.roll(i64::try_from(at).unwrap() + 1)).unwrap(),
        );
    }
}
