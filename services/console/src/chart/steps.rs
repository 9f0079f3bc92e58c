//! A value that stays until it changes: seats, or what is left of credits, over days.

use std::fmt::Write as _;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::axis::Axis;
use super::{About, BOTTOM, Chart, LEFT, Tick, right, whole};
use crate::wording::{day, grouped};

/// From this day on it has this value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) on: Date,
    pub(crate) value: Decimal,
}

/// Steps in the order of their days, from a day to another; `today` is marked where it lies between.
pub(crate) fn steps(about: About<'_>, steps: &[Step], (from, until): (Date, Date), today: Date) -> Chart {
    let values = || steps.iter().map(|step| step.value);
    let axis = Axis::over(
        values().min().unwrap_or_default(),
        values().max().unwrap_or_default(),
    );
    let span = Span {
        from,
        until,
        right: right(about.width),
    };
    let (line, area) = paths(steps, &axis, span);
    Chart {
        width: about.width,
        id: about.id.to_owned(),
        title: about.title.to_owned(),
        describes: described(about, steps, span),
        grid: axis.grid(),
        ticks: whole(span.ticks(), about.width),
        line,
        area,
        today: (from <= today && today <= until).then(|| span.x(today)),
        ..Chart::default()
    }
}

#[derive(Debug, Clone, Copy)]
struct Span {
    from: Date,
    until: Date,
    /// Where the last day stands.
    right: u32,
}

impl Span {
    fn days(self) -> i64 {
        self.from
            .until(self.until)
            .map_or(1, |span| i64::from(span.get_days()))
            .max(1)
    }

    fn x(self, on: Date) -> u32 {
        let passed = self.from.until(on).map_or(0, |span| i64::from(span.get_days()));
        let passed = passed.clamp(0, self.days());
        let room = i64::from(self.right.saturating_sub(LEFT));
        let share = room.saturating_mul(passed).div_euclid(self.days());
        LEFT.saturating_add(u32::try_from(share).unwrap_or_default())
    }

    /// The first days of months, as many as have room; the first and last day where no month begins between.
    fn ticks(self) -> Vec<Tick> {
        let months = i64::max(1, self.days().div_euclid(30));
        let every = usize::try_from(months.div_euclid(10)).unwrap_or_default().max(1);
        let mut firsts: Vec<Date> = self
            .from
            .series(jiff::ToSpan::day(1))
            .take_while(|day| *day <= self.until)
            .filter(|day| day.day() == 1)
            .step_by(every)
            .collect();
        if firsts.len() < 2 {
            firsts = vec![self.from, self.until];
        }
        let tick = |on: Date| Tick {
            x: self.x(on),
            label: if on.day() == 1 {
                on.strftime("%b %y").to_string()
            } else {
                day(on)
            },
        };
        firsts.into_iter().map(tick).collect()
    }
}

fn paths(steps: &[Step], axis: &Axis, span: Span) -> (String, String) {
    let mut line = String::new();
    let mut last = None;
    for step in steps {
        let (x, y) = (span.x(step.on), axis.y(step.value));
        // Writing to a string cannot fail.
        let _ = match last {
            None => write!(line, "M{x} {y}"),
            Some(_) => write!(line, "H{x}V{y}"),
        };
        last = Some(x);
    }
    let (Some(first), Some(_)) = (steps.first(), last) else {
        return (String::new(), String::new());
    };
    let end = span.x(span.until);
    let _ = write!(line, "H{end}");
    let zero = axis.y(Decimal::ZERO).min(BOTTOM);
    let area = format!("{line}V{zero}H{}Z", span.x(first.on));
    (line, area)
}

fn described(about: About<'_>, steps: &[Step], span: Span) -> String {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return "There is nothing to show.".to_owned();
    };
    format!(
        "From {} {unit} on {} to {} {unit} on {}, in {} changes. The table below has the figures.",
        grouped(&first.value.to_string()),
        day(span.from),
        grouped(&last.value.to_string()),
        day(span.until),
        steps.len().saturating_sub(1),
        unit = about.unit,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_until_it_changes() {
        let on = |text: &str| text.parse::<Date>().unwrap();
        let step = |day: &str, value: u32| Step {
            on: on(day),
            value: Decimal::from(value),
        };
        let about = About {
            id: "seats",
            title: "Seats",
            unit: "seats",
            width: super::super::WIDE,
        };
        let drawn = steps(
            about,
            &[step("2026-01-01", 10), step("2026-07-02", 20)],
            (on("2026-01-01"), on("2026-12-31")),
            on("2026-03-01"),
        );
        assert!(drawn.line.starts_with("M74 "), "{}", drawn.line);
        assert_eq!(drawn.line.matches('V').count(), 1);
        assert!(drawn.line.ends_with("H1186") && drawn.area.ends_with("H74Z"));
        assert!(drawn.today.is_some());
        assert_eq!(drawn.ticks.len(), 12);
        let none = steps(about, &[], (on("2026-01-01"), on("2026-01-01")), on("2030-01-01"));
        assert_eq!((none.line.as_str(), none.today), ("", None));
    }
}
