//! Tiers follow each other without gap or overlap, from the first unit on, and the contract says how they count.

use rust_decimal::Decimal;

use super::charged::{Line, charged, count};
use crate::flag::{Code, Flag, Severity};
use crate::terms::{Kind, Terms, TierMode, TierRow, Tiers};

/// Flags tiers that leave a quantity without a price, or with two.
pub(super) fn check(terms: &Terms) -> Vec<Flag> {
    let tiered = charged(terms).filter_map(|line| Some((line, line.item.price.tiers.as_ref()?)));
    tiered
        .flat_map(|(line, tiers)| of_line(terms, line, tiers))
        .collect()
}

fn of_line(terms: &Terms, line: Line<'_>, tiers: &Tiers) -> Vec<Flag> {
    let mut flags: Vec<Flag> = mode(line, tiers).into_iter().collect();
    flags.extend(unpriced(line, tiers));
    flags.extend(bottom(terms, line, tiers));
    flags.extend(touching(line, tiers));
    for (at, pair) in tiers.rows.windows(2).enumerate() {
        if let [row, next] = pair {
            flags.extend(between(line, at, row, next));
        }
    }
    flags.extend(top(line, tiers));
    flags
}

fn mode(line: Line<'_>, tiers: &Tiers) -> Option<Flag> {
    if tiers.mode.value.is_some() {
        return None;
    }
    let sentence = format!(
        "The contract does not say how the tiers of {} count: each unit at the price of its own tier, or all at that of \
         the tier reached.",
        line.name()
    );
    let what_to_do = "Ask which is meant and choose graduated, volume or stairstep.";
    Some(line.flag(Code::AmbiguousTierMode, "/price/tiers/mode", sentence, what_to_do))
}

fn unpriced(line: Line<'_>, tiers: &Tiers) -> Vec<Flag> {
    let without = |row: &TierRow| {
        let prices = [&row.unit_price, &row.flat_fee, &row.percent];
        prices
            .iter()
            .all(|price| price.value.is_none() && price.is_absent())
    };
    let rows = tiers.rows.iter().enumerate().filter(|(_, row)| without(row));
    let flag = |(at, row): (usize, &TierRow)| {
        let sentence = format!(
            "The tier of {} that begins at {} has no price.",
            line.name(),
            count(row.from)
        );
        let field = format!("/price/tiers/rows/{at}/unit_price");
        line.flag(Code::MissingPrice, &field, sentence, "Enter its price.")
    };
    rows.map(flag).collect()
}

/// A first tier that begins above one unit needs something that covers the units below it.
fn bottom(terms: &Terms, line: Line<'_>, tiers: &Tiers) -> Option<Flag> {
    let from = tiers.rows.first()?.from;
    let covered = |included: Decimal| included == from || included.checked_add(Decimal::ONE) == Some(from);
    let mut included = terms.line_items.iter().filter_map(|item| item.included.copied());
    let base = line.item.price.amount.value.is_some();
    if from <= Decimal::ONE || base || included.any(covered) {
        return None;
    }
    let sentence = format!(
        "The tiers of {} begin at {}: what fewer units cost is not said.",
        line.name(),
        count(from)
    );
    let what_to_do = "Enter what the first units cost, or how many are included.";
    Some(line.flag(Code::TierGap, "/price/tiers/rows/0/from", sentence, what_to_do))
}

fn between(line: Line<'_>, at: usize, row: &TierRow, next: &TierRow) -> Option<Flag> {
    let field = format!("/price/tiers/rows/{}/from", at.saturating_add(1));
    let Some(to) = row.to else {
        let sentence = format!(
            "A tier of {} has no upper bound, yet another follows from {}.",
            line.name(),
            count(next.from)
        );
        return Some(line.flag(
            Code::TierBoundsOverlap,
            &field,
            sentence,
            "Enter where the tier ends.",
        ));
    };
    if to <= row.from || next.from < to {
        let sentence = format!(
            "Tiers of {} overlap: {} and {}.",
            line.name(),
            range(row),
            range(next)
        );
        return Some(line.flag(
            Code::TierBoundsOverlap,
            &field,
            sentence,
            "Ask where one ends and the next begins.",
        ));
    }
    let apart = next.from.checked_sub(to)?;
    if apart <= step(to) {
        return None;
    }
    let sentence = format!(
        "Tiers of {} leave a gap between {} and {}.",
        line.name(),
        count(to),
        count(next.from)
    );
    Some(line.flag(Code::TierGap, &field, sentence, "Ask what units in between cost."))
}

/// Bounds as printed are a unit of their last digit apart: 999 and 1,000; 99.99 and 100.00.
fn step(to: Decimal) -> Decimal {
    Decimal::try_new(1, to.scale()).unwrap_or(Decimal::ONE)
}

/// A bound that two tiers share matters only where the whole quantity takes the price of the tier reached. What is
/// counted can stand exactly on it; for what is measured, the upper bound is read as inclusive and a person told so.
fn touching(line: Line<'_>, tiers: &Tiers) -> Option<Flag> {
    if !matches!(tiers.mode.copied(), Some(TierMode::Volume | TierMode::Stairstep)) {
        return None;
    }
    let pairs = tiers
        .rows
        .windows(2)
        .enumerate()
        .filter_map(|(at, pair)| match pair {
            [row, next] if row.to == Some(next.from) => Some((at.saturating_add(1), next.from)),
            _ => None,
        });
    let shared: Vec<(usize, Decimal)> = pairs.collect();
    let (first, _) = shared.first()?;
    if goes_on_open(tiers, *first) {
        return None;
    }
    let bounds: Vec<String> = shared.iter().map(|(_, bound)| count(*bound)).collect();
    let sentence = format!(
        "Tiers of {} share the bound {}: a quantity that stands exactly on it is priced by the lower one.",
        line.name(),
        bounds.join("; ")
    );
    let field = format!("/price/tiers/rows/{first}/from");
    let flag = line.flag(
        Code::TierBoundsOverlap,
        &field,
        sentence,
        "Ask which tier holds for exactly that quantity.",
    );
    Some(if is_counted(line, tiers) {
        flag
    } else {
        flag.severity(Severity::Info)
    })
}

/// "1–1,000, 1,001–5,000, more than 5,000": bounds a unit apart leave no doubt about the open tier after them.
fn goes_on_open(tiers: &Tiers, shared: usize) -> bool {
    let last = tiers.rows.len().saturating_sub(1);
    let open = tiers.rows.last().is_some_and(|row| row.to.is_none());
    shared == last && last > 1 && open
}

/// Seats are counted, and so is whatever begins at the first unit rather than at nothing.
fn is_counted(line: Line<'_>, tiers: &Tiers) -> bool {
    line.item.kind == Kind::Seat || tiers.rows.first().is_some_and(|row| row.from == Decimal::ONE)
}

fn top(line: Line<'_>, tiers: &Tiers) -> Option<Flag> {
    let last = tiers.rows.last()?;
    let to = last.to?;
    let sentence = format!(
        "The tiers of {} end at {}: what more units cost is not said.",
        line.name(),
        count(to)
    );
    let field = format!("/price/tiers/rows/{}/to", tiers.rows.len().saturating_sub(1));
    Some(line.flag(
        Code::TierGap,
        &field,
        sentence,
        "Enter the price above it, or clear the bound if the last price goes on.",
    ))
}

fn range(row: &TierRow) -> String {
    let to = row.to.map_or_else(|| String::from("up"), count);
    format!("{} to {to}", count(row.from))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::written::{codes, found, line, of_lines};
    use super::check;
    use crate::flag::Severity;

    fn tiers(mode: Option<&str>, bounds: &[(&str, Option<&str>)]) -> Value {
        let rows: Vec<Value> = bounds
            .iter()
            .map(|(from, to)| json!({ "from": from, "to": to, "unit_price": found("0.10") }))
            .collect();
        let absent = json!({ "value": null, "printed": "", "evidence": [], "status": "absent" });
        json!({ "mode": mode.map_or(absent, found), "rows": rows })
    }

    #[test]
    fn tiers_follow_each_other() {
        let gap = "TIER_GAP /line_items/0/price/tiers/rows/1/from";
        let overlap = "TIER_BOUNDS_OVERLAP /line_items/0/price/tiers/rows/1/from";
        let cases = [
            (
                Some("graduated"),
                vec![("0", Some("1000")), ("1000", None)],
                vec![],
            ),
            (
                Some("graduated"),
                vec![("1", Some("1000")), ("1001", None)],
                vec![],
            ),
            (Some("volume"), vec![("0", Some("999")), ("1000", None)], vec![]),
            (
                Some("volume"),
                vec![("0", Some("999.99")), ("1000.00", None)],
                vec![],
            ),
            (
                Some("graduated"),
                vec![("1", Some("1000")), ("1100", None)],
                vec![gap],
            ),
            (
                Some("graduated"),
                vec![("0", Some("99.99")), ("101.00", None)],
                vec![gap],
            ),
            (
                Some("graduated"),
                vec![("1", Some("1000")), ("900", None)],
                vec![overlap],
            ),
            (Some("graduated"), vec![("0", None), ("900", None)], vec![overlap]),
            (
                Some("volume"),
                vec![("1", Some("100")), ("100", None)],
                vec![overlap],
            ),
            (
                Some("graduated"),
                vec![("0", Some("100"))],
                vec!["TIER_GAP /line_items/0/price/tiers/rows/0/to"],
            ),
            (
                Some("graduated"),
                vec![("101", None)],
                vec!["TIER_GAP /line_items/0/price/tiers/rows/0/from"],
            ),
            (
                None,
                vec![("0", Some("100")), ("100", None)],
                vec!["AMBIGUOUS_TIER_MODE /line_items/0/price/tiers/mode"],
            ),
        ];
        for (mode, bounds, expected) in cases {
            let usage = line(&json!({ "kind": "usage", "price": { "tiers": tiers(mode, &bounds) } }));
            assert_eq!(
                codes(&check(&of_lines(&[usage]))),
                expected,
                "{mode:?} {bounds:?}"
            );
        }
    }

    #[test]
    fn a_shared_bound_waits_only_where_a_count_can_stand_on_it() {
        let severity = |kind: &str, first: &str| {
            let tiers = tiers(Some("volume"), &[(first, Some("100")), ("100", None)]);
            let item = line(&json!({ "kind": kind, "price": { "tiers": tiers } }));
            check(&of_lines(&[item])).first().map(|flag| flag.severity)
        };
        assert_eq!(severity("usage", "0"), Some(Severity::Info));
        assert_eq!(severity("usage", "1"), Some(Severity::Review));
        assert_eq!(severity("seat", "0"), Some(Severity::Review));
    }

    #[test]
    fn included_units_cover_the_bottom() {
        for (included, expected) in [("100", 0), ("101", 0), ("50", 1)] {
            let tiers = tiers(Some("graduated"), &[("101", None)]);
            let item =
                line(&json!({ "kind": "usage", "included": found(included), "price": { "tiers": tiers } }));
            assert_eq!(check(&of_lines(&[item])).len(), expected, "{included}");
        }
    }

    #[test]
    fn a_tier_without_a_price_is_named() {
        let tiers = json!({ "mode": found("graduated"), "rows": [{ "from": "0" }] });
        let flags = check(&of_lines(&[line(
            &json!({ "kind": "usage", "price": { "tiers": tiers } }),
        )]));
        assert_eq!(
            codes(&flags),
            ["MISSING_PRICE /line_items/0/price/tiers/rows/0/unit_price"]
        );
    }
}
