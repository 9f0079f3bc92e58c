//! Prices by date cover the time of their line, each day once.

use jiff::civil::Date;

use super::charged::{Line, bounds, charged};
use super::worth::comes_again;
use crate::flag::{Code, Flag, Severity};
use crate::terms::{LineItem, Segment, Terms};

/// Flags days that have no price, or two.
pub(super) fn check(terms: &Terms) -> Vec<Flag> {
    let ramps = charged(terms).filter(|line| is_ramp(line.item));
    ramps.flat_map(|line| of_line(terms, line)).collect()
}

fn of_line(terms: &Terms, line: Line<'_>) -> Vec<Flag> {
    let undated = line
        .item
        .schedule
        .iter()
        .position(|segment| segment.from.value.is_none())
        .filter(|at| *at > 0 || line.item.schedule.len() == 1);
    if let Some(at) = undated {
        let sentence = format!(
            "A later price of {} does not say from which day it holds.",
            line.name()
        );
        let field = format!("/schedule/{at}/from");
        return vec![line.flag(Code::RampGap, &field, sentence, "Enter its first day.")];
    }
    let (start, end) = bounds(terms);
    // A first step without a day of its own holds from the beginning.
    let begin = line.item.start.copied().or(start);
    let segments = line.item.schedule.iter();
    let mut parts: Vec<(Date, Option<Date>)> = segments.filter_map(|segment| days(segment, begin)).collect();
    parts.sort();
    let mut flags: Vec<Flag> = before(line, &parts, line.item.start.copied().or(start))
        .into_iter()
        .collect();
    flags.extend(parts.windows(2).filter_map(|pair| match pair {
        [part, next] => between(line, *part, *next),
        _ => None,
    }));
    flags.extend(after(line, &parts, line.item.end.copied().or(end)));
    flags
}

/// Amounts that each have their own day are no prices that last.
fn is_ramp(item: &LineItem) -> bool {
    let lasting = item.schedule.iter().any(|segment| segment.to.value.is_some());
    !item.schedule.is_empty() && (lasting || comes_again(item))
}

fn days(segment: &Segment, begin: Option<Date>) -> Option<(Date, Option<Date>)> {
    Some((segment.from.copied().or(begin)?, segment.to.copied()))
}

fn before(line: Line<'_>, parts: &[(Date, Option<Date>)], start: Option<Date>) -> Option<Flag> {
    let (first, _) = parts.first()?;
    let start = start.filter(|start| start < first && !has_base(line.item))?;
    Some(gap(line, start, first.yesterday().ok()?))
}

fn between(
    line: Line<'_>,
    (from, to): (Date, Option<Date>),
    (next, _): (Date, Option<Date>),
) -> Option<Flag> {
    let last = to?;
    let shared = last == next && from < last;
    if shared || next <= last {
        let sentence = format!("{} has two prices from {next} to {last}.", line.name());
        let flag = line.flag(
            Code::RampGap,
            "/schedule",
            sentence,
            "Ask which of them holds, and correct the dates.",
        );
        // "To 15 January" and "from 15 January" name the day of the change; the new price holds from it.
        return Some(if shared {
            flag.severity(Severity::Info)
        } else {
            flag
        });
    }
    let after = last.tomorrow().ok().filter(|after| *after < next)?;
    Some(gap(line, after, next.yesterday().ok()?))
}

fn after(line: Line<'_>, parts: &[(Date, Option<Date>)], end: Option<Date>) -> Option<Flag> {
    let (_, to) = parts.last()?;
    let last = (*to)?;
    // A term may be printed to the same day of a later month, one day beyond its last.
    let after = last
        .tomorrow()
        .ok()
        .filter(|after| end.is_some_and(|end| *after < end))?;
    Some(gap(line, after, end?))
}

/// Does a price of its own hold where no later one does?
fn has_base(item: &LineItem) -> bool {
    item.price.amount.value.is_some() || item.price.unit_price.value.is_some() || item.price.tiers.is_some()
}

fn gap(line: Line<'_>, from: Date, to: Date) -> Flag {
    let sentence = format!("{} has no price from {from} to {to}.", line.name());
    line.flag(
        Code::RampGap,
        "/schedule",
        sentence,
        "Ask what holds in between and enter it.",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::written::{found, line, of_lines};
    use super::check;

    type Parts = Vec<(&'static str, Option<&'static str>)>;

    fn sentences(price: &Value, parts: &[(&str, Option<&str>)]) -> Vec<String> {
        let part = |(from, to): &(&str, Option<&str>)| {
            let mut part = json!({ "from": found(*from), "amount": found("10.00") });
            if let Some(to) = to {
                part["to"] = found(*to);
            }
            part
        };
        let schedule: Vec<Value> = parts.iter().map(part).collect();
        let flags = check(&of_lines(&[line(
            &json!({ "price": price, "schedule": schedule }),
        )]));
        flags
            .into_iter()
            .map(|flag| flag.sentence.replace("“Platform” has ", ""))
            .collect()
    }

    #[test]
    fn every_day_has_one_price() {
        let none = json!({});
        let base = json!({ "amount": found("5.00") });
        let whole = [
            ("2026-01-01", Some("2026-06-30")),
            ("2026-07-01", Some("2026-12-31")),
        ];
        let cases: Vec<(&Value, Parts, Vec<&str>)> = vec![
            (&none, whole.to_vec(), vec![]),
            (&none, vec![("2026-07-01", None), ("2026-01-01", None)], vec![]),
            (
                &none,
                vec![("2026-03-01", None)],
                vec!["no price from 2026-01-01 to 2026-02-28."],
            ),
            (&base, vec![("2026-03-01", None)], vec![]),
            (
                &none,
                vec![
                    ("2026-01-01", Some("2026-05-31")),
                    ("2026-07-01", Some("2026-12-31")),
                ],
                vec!["no price from 2026-06-01 to 2026-06-30."],
            ),
            (
                &none,
                vec![
                    ("2026-01-01", Some("2026-07-31")),
                    ("2026-07-01", Some("2026-12-31")),
                ],
                vec!["two prices from 2026-07-01 to 2026-07-31."],
            ),
            (
                &none,
                vec![("2026-01-01", Some("2026-09-30"))],
                vec!["no price from 2026-10-01 to 2026-12-31."],
            ),
        ];
        for (price, parts, expected) in cases {
            assert_eq!(sentences(price, &parts), expected, "{parts:?}");
        }
    }

    #[test]
    fn a_later_price_needs_its_day_and_dated_amounts_are_no_ramp() {
        let undated = line(&json!({ "schedule": [{ "amount": found("10.00") }] }));
        let flags = check(&of_lines(&[undated]));
        assert_eq!(flags[0].path.as_deref(), Some("/line_items/0/schedule/0/from"));
        let instalments = line(&json!({ "cadence": found("dated"), "price": {},
            "schedule": [{ "from": found("2026-03-01"), "amount": found("10.00") }] }));
        assert_eq!(check(&of_lines(&[instalments])), []);
    }
}
