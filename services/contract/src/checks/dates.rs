//! Dates fit together: the term and its stated length, each line and its days, notice and what it ends.

use jiff::Unit;
use jiff::civil::Date;

use super::charged::{Line, bounds, charged};
use crate::flag::{Code, Flag, Severity};
use crate::normal::date::whole_months;
use crate::terms::{Found, Kind, Status, Terms};

/// Flags dates that contradict each other.
pub(super) fn check(terms: &Terms) -> Vec<Flag> {
    let mut flags: Vec<Flag> = [term(terms), length(terms), effect(terms), notice(terms)]
        .into_iter()
        .flatten()
        .collect();
    flags.extend(charged(terms).filter_map(backwards));
    flags.extend(charged(terms).filter_map(|line| outside(terms, line)));
    flags.extend(charged(terms).filter_map(|line| schedule_outside(terms, line)));
    flags
}

fn conflict(sentence: String, path: &str, what_to_do: &str) -> Flag {
    Flag::new(Code::ConflictDates, sentence, what_to_do).at(path)
}

fn term(terms: &Terms) -> Option<Flag> {
    let (start, end) = (terms.term.start.copied()?, terms.term.end.copied()?);
    if start < end {
        return None;
    }
    let sentence = format!("The term ends on {end}, which is not after its start on {start}.");
    let evidence = both(&terms.term.start, &terms.term.end);
    Some(conflict(sentence, "/term/end", "Ask for the right dates and correct them.").seen(evidence))
}

/// A term of so many months may be printed to its last day or to the same day of a later month.
fn length(terms: &Terms) -> Option<Flag> {
    let found = &terms.term.months;
    let (start, end) = (terms.term.start.copied()?, terms.term.end.copied()?);
    let months = found
        .copied()
        .filter(|_| !matches!(found.status, Status::Derived { .. }))?;
    if end <= start || whole_months(start, end) == Some(months) {
        return None;
    }
    let is = whole_months(start, end)
        .map_or_else(|| days_between(start, end), |months| format!("{months} months"));
    let sentence = format!("The term is stated as {months} months, but from {start} to {end} it is {is}.");
    let evidence = found
        .evidence
        .iter()
        .cloned()
        .chain(both(&terms.term.start, &terms.term.end));
    Some(
        conflict(
            sentence,
            "/term/months",
            "Ask which holds, and correct the other.",
        )
        .seen(evidence),
    )
}

fn days_between(start: Date, end: Date) -> String {
    let days = start
        .until((Unit::Day, end))
        .map(|span| span.get_days())
        .unwrap_or_default();
    format!("{} days", days.saturating_add(1))
}

fn effect(terms: &Terms) -> Option<Flag> {
    let (effective, end) = (terms.effective_date.copied()?, terms.term.end.copied()?);
    if effective <= end {
        return None;
    }
    let sentence = format!("The contract takes effect on {effective}, after its term ended on {end}.");
    let evidence = both(&terms.effective_date, &terms.term.end);
    Some(
        conflict(
            sentence,
            "/effective_date",
            "Ask for the right dates and correct them.",
        )
        .seen(evidence),
    )
}

/// Notice that is longer than what it ends could never be given.
fn notice(terms: &Terms) -> Option<Flag> {
    let found = &terms.renewal.notice_days;
    let notice = found.copied()?;
    let days = match bounds(terms) {
        (Some(start), Some(end)) => {
            i64::from(start.until((Unit::Day, end)).ok()?.get_days()).checked_add(1)?
        }
        _ => i64::from(terms.term.months.copied()?).checked_mul(31)?,
    };
    if i64::from(notice) <= days || days <= 0 {
        return None;
    }
    let sentence =
        format!("Renewal is stopped by {notice} days' notice, but the whole term is only {days} days long.");
    let flag = conflict(
        sentence,
        "/renewal/notice_days",
        "Ask for the right notice and correct it.",
    );
    Some(flag.seen(found.evidence.iter().cloned()))
}

fn backwards(line: Line<'_>) -> Option<Flag> {
    let (start, end) = (line.item.start.copied()?, line.item.end.copied()?);
    let sentence = format!("{} ends on {end}, before it starts on {start}.", line.name());
    let flag = || {
        line.flag(
            Code::ConflictDates,
            "/end",
            sentence,
            "Ask for the right dates and correct them.",
        )
    };
    (end < start).then(flag)
}

/// What recurs lies in the term; what falls due once may come before it (at signing) or after it (a last payment).
fn outside(terms: &Terms, line: Line<'_>) -> Option<Flag> {
    let (from, to) = bounds(terms);
    let item = line.item;
    if matches!(
        item.kind,
        Kind::OneTime | Kind::Milestone | Kind::PrepaidCredit | Kind::MinimumCommitment
    ) {
        return None;
    }
    let early = item.start.copied().zip(from).filter(|(start, from)| start < from);
    let late = item
        .end
        .copied()
        .zip(after(to))
        .filter(|(end, after)| end > after);
    let past = item.start.copied().zip(to).filter(|(start, to)| start > to);
    let (field, sentence) = match (early, late.or(past)) {
        (Some((start, from)), _) => (
            "/start",
            format!(
                "{} starts on {start}, before the term does on {from}.",
                line.name()
            ),
        ),
        (None, Some((day, _))) => (
            "/end",
            format!("{} runs to {day}, after the term ends on {}.", line.name(), to?),
        ),
        (None, None) => return None,
    };
    Some(line.flag(
        Code::ConflictDates,
        field,
        sentence,
        "Ask which dates hold, and correct the others.",
    ))
}

fn schedule_outside(terms: &Terms, line: Line<'_>) -> Option<Flag> {
    let (from, to) = bounds(terms);
    let after = after(to);
    let mut days = line
        .item
        .schedule
        .iter()
        .filter_map(|segment| segment.from.copied());
    let is_outside =
        |day: &Date| from.is_some_and(|from| *day < from) || after.is_some_and(|after| *day > after);
    let day = days.find(is_outside)?;
    let sentence = format!("{} names {day}, which lies outside the term.", line.name());
    let flag = line.flag(
        Code::ConflictDates,
        "/schedule",
        sentence,
        "See that the date is right.",
    );
    // A deposit before the term and a last payment after it are usual; a price for such a day is not.
    let lasting = line
        .item
        .schedule
        .iter()
        .any(|segment| segment.to.value.is_some());
    Some(if lasting {
        flag
    } else {
        flag.severity(Severity::Info)
    })
}

/// A term may be printed to the same day of a later month, one day beyond its last.
fn after(end: Option<Date>) -> Option<Date> {
    end?.tomorrow().ok()
}

fn both(first: &Found<Date>, second: &Found<Date>) -> Vec<crate::terms::Evidence> {
    first.evidence.iter().chain(&second.evidence).cloned().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::written::{found, line, terms};
    use super::check;

    fn sentences(changes: &Value) -> Vec<String> {
        check(&terms(changes))
            .into_iter()
            .map(|flag| flag.sentence)
            .collect()
    }

    fn term(start: &str, end: &str, months: Option<u32>) -> Value {
        let mut term = json!({ "start": found(start), "end": found(end) });
        if let Some(months) = months {
            term["months"] = found(months);
        }
        json!({ "term": term })
    }

    #[test]
    fn the_term_is_as_long_as_it_says() {
        let cases = [
            (term("2026-01-01", "2026-12-31", Some(12)), vec![]),
            (term("2026-01-01", "2027-01-01", Some(12)), vec![]),
            (term("2025-03-01", "2028-02-29", Some(36)), vec![]),
            (
                term("2026-01-01", "2026-12-31", Some(24)),
                vec!["The term is stated as 24 months, but from 2026-01-01 to 2026-12-31 it is 12 months."],
            ),
            (
                term("2026-01-01", "2026-12-15", Some(12)),
                vec!["The term is stated as 12 months, but from 2026-01-01 to 2026-12-15 it is 349 days."],
            ),
            (
                term("2026-01-01", "2025-12-31", None),
                vec!["The term ends on 2025-12-31, which is not after its start on 2026-01-01."],
            ),
            (
                json!({ "renewal": { "notice_days": found(400) } }),
                vec!["Renewal is stopped by 400 days' notice, but the whole term is only 365 days long."],
            ),
            (json!({ "renewal": { "notice_days": found(60) } }), vec![]),
            (
                json!({ "effective_date": found("2027-05-01") }),
                vec!["The contract takes effect on 2027-05-01, after its term ended on 2026-12-31."],
            ),
        ];
        for (changes, expected) in cases {
            assert_eq!(sentences(&changes), expected, "{changes}");
        }
    }

    #[test]
    fn lines_keep_to_the_term() {
        let with = |changes: Value| json!({ "line_items": [line(&changes)] });
        let cases = [
            (
                json!({ "start": found("2026-03-01"), "end": found("2026-12-31") }),
                vec![],
            ),
            (json!({ "end": found("2027-01-01") }), vec![]),
            (
                json!({ "start": found("2026-03-01"), "end": found("2026-02-01") }),
                vec!["“Platform” ends on 2026-02-01, before it starts on 2026-03-01."],
            ),
            (
                json!({ "end": found("2027-06-30") }),
                vec!["“Platform” runs to 2027-06-30, after the term ends on 2026-12-31."],
            ),
            (
                json!({ "start": found("2025-06-30") }),
                vec!["“Platform” starts on 2025-06-30, before the term does on 2026-01-01."],
            ),
            (
                json!({ "kind": "one_time", "start": found("2025-12-15") }),
                vec![],
            ),
            (
                json!({ "schedule": [{ "from": found("2027-03-01"), "amount": found("1") }] }),
                vec!["“Platform” names 2027-03-01, which lies outside the term."],
            ),
        ];
        for (changes, expected) in cases {
            assert_eq!(sentences(&with(changes.clone())), expected, "{changes}");
        }
    }
}
