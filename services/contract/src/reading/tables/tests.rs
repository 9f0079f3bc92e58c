//! Whole tables, as sorts, prices and rhythm of the lines they make.

use crate::reading::read;
use crate::reading::written::document;
use crate::terms::LineItem;

fn shown(line: &LineItem) -> String {
    let tiers = line.price.tiers.iter().flat_map(|tiers| &tiers.rows).map(|row| {
        let end = row.to.map_or_else(|| String::from("on"), |to| to.to_string());
        format!(
            "{}-{end}@{}",
            row.from,
            row.unit_price.copied().unwrap_or_default()
        )
    });
    let price = [&line.price.amount, &line.price.unit_price]
        .into_iter()
        .filter_map(|price| price.copied());
    let counts = [("x", &line.quantity), ("free", &line.included)];
    let counts = counts
        .into_iter()
        .filter_map(|(name, count)| count.copied().map(|count| format!("{name} {count}")));
    let event = line.event.value.iter().map(|event| format!("({event})"));
    let cadence = line.cadence.copied().map(|cadence| cadence.to_string());
    let parts = price
        .map(|price| price.to_string())
        .chain(tiers)
        .chain(counts)
        .chain(cadence)
        .chain(event);
    format!("{:?} {}", line.kind, parts.collect::<Vec<_>>().join(" "))
}

fn lines(text: &str) -> Vec<String> {
    read(&document(text)).terms.line_items.iter().map(shown).collect()
}

#[test]
fn a_ladder_counts_its_first_and_next_units() {
    let text = "\
Fees
Usage is invoiced monthly in arrears.

| Band | Documents processed | Fee per document |
|--
| I | First 1,000 documents | $0.10 |
| II | Next 9,000 documents | $0.08 |
| III | Every document beyond 10,000 | $0.05 |";
    assert_eq!(
        lines(text),
        ["Usage 0-1000@0.10 1000-10000@0.08 10000-on@0.05 monthly"]
    );
}

#[test]
fn rows_tell_what_stands_elsewhere_and_what_charges_nothing() {
    let text = "\
Fees

| Item | Price | Billed |
|--
| Operator seats | EUR 60.00 per seat per month | Monthly in advance; 40 seats at the start |
| Connection | EUR 900.00, one time | On signature by both parties |
| Data migration | EUR 15,000.00 | On acceptance of the milestone |
| Meter readings | in steps, see S1.4 | Monthly in arrears |
| Security review | EUR 4,500.00 per review | Every six months, in advance |
| Estimated annual fees | EUR 90,000 (for planning) | |

S1.4 Meter readings. 100,000 meter readings in each month are included and free of charge.

| Step | Meter readings beyond the included 100,000 | Price per meter reading |
|--
| 1 | 1 to 400,000 | EUR 0.0040 |
| 2 | 400,001 and above | EUR 0.0030 |";
    assert_eq!(
        lines(text),
        [
            "Seat 60.00 x 40 monthly",
            "OneTime 900.00 one_time (On signature by both parties)",
            "Milestone 15000.00 one_time (Data migration)",
            "Recurring 4500.00 semiannual",
            "Usage 1-400000@0.0040 400001-on@0.0030 free 100000 monthly",
        ]
    );
}
