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
        .chain(
            line.schedule
                .iter()
                .flat_map(|step| [&step.amount, &step.unit_price]),
        )
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

#[test]
fn tables_of_every_shape_are_rows_of_what_is_sold() {
    let cases: [(&str, &[&str]); 6] = [
        // Ranges of units over the columns, in two lines.
        (
            "\
Unit prices

Part no.     1 to        400,001 to     over
             400,000     900,000        900,000
Cassette     $1.18       $1.09          $1.02
Cap          $0.074      $0.068         $0.061",
            &[
                "Usage 1-400000@1.18 400001-900000@1.09 900000-on@1.02",
                "Usage 1-400000@0.074 400001-900000@0.068 900000-on@0.061",
            ],
        ),
        // A column for each product, a row for each attribute.
        (
            "\
Fees

| | Sender seat | Workspace |
|--
| Ordered quantity | 64 seats | 1 workspace |
| List price | $46.00 per seat per month | $1,100.00 per month |
| Your price | $34.50 per seat per month | $880.00 per month |
| Invoiced | monthly in advance | monthly in advance |",
            &["Seat 34.50 x 64 monthly", "Recurring 880.00 x 1 monthly"],
        ),
        // Years of the contract down the rows; the second column only says the first again.
        (
            "\
Charges

| Contract Year | Monthly Base Charge | Annual equivalent |
|--
| 1 | $118,400 | $1,420,800 |
| 2 | $115,900 | $1,390,800 |",
            &["Recurring 118400 115900 monthly"],
        ),
        // Parts of one count, one under the other.
        (
            "\
Monthly fees

Item capture, per item, first 150,000 items in a month     $.024
Item capture, per item, items above 150,000 in a month     $.019",
            &["Usage 0-150000@0.024 150000-on@0.019 monthly"],
        ),
        // What something is worth, and what tax adds, charges nothing.
        (
            "\
Equipment

| Equipment | Monthly rent | Replacement value |
|--
| Router | $250.00 | $15,900.00 |
| plus 19% VAT | $47.50 | |",
            &["Recurring 250.00 monthly"],
        ),
        (
            "\
Charge for termination

| Effective during the twelve months beginning | Charge |
|--
| April 1, 2003 | $1,860,000 |
| April 1, 2004 | $1,310,000 |",
            &[],
        ),
    ];
    let read = cases.map(|(text, _)| (text, lines(text)));
    let wrong: Vec<_> = read
        .iter()
        .zip(cases)
        .filter(|((_, read), (_, expected))| read != expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn tables_say_what_is_counted_and_when_it_is_billed() {
    let cases: [(&str, &[&str]); 8] = [
        (
            "Charges\nARCs and RRCs are invoiced or credited monthly in arrears.\n\n| Resource Unit | Baseline | ARC per unit | RRC per unit |\n|--\n| Desktop | 2,600 | $48.50 | $27.25 |\n| Server image | 140 | $565.00 | $310.00 |",
            &[
                "Usage 48.50 free 2600 monthly",
                "Discount 27.25 monthly",
                "Usage 565.00 free 140 monthly",
                "Discount 310.00 monthly",
            ],
        ),
        (
            "Imagery\n\n| Product | Quantity in the quarter | Price |\n|--\n| Archive imagery | up to 20,000 sq km | $0.85 per sq km |\n| | 20,001 to 60,000 sq km | $0.70 per sq km |\n| | more than 60,000 sq km | $0.58 per sq km |\n| New acquisition | any | $2,400.00 per acquisition |",
            &[
                "Usage 0-20000@0.85 20001-60000@0.70 60000-on@0.58 quarterly",
                "Usage 2400.00 per_event",
            ],
        ),
        (
            "Price table\n\n| Component | Charge | Billed |\n|--\n| Forecast platform | $400.00 | per billing month, at its start |\n| API calls, first 250,000 | included | in each billing month |\n| API calls above 250,000 | $1.80 per 1,000 calls | after the billing month |\n| Alerts | 1 - 5,000: $0.04 per alert | after the billing month |\n| Alerts | 5,001 and more: $0.03 per alert | after the billing month |",
            &[
                "Recurring 400.00 monthly",
                "Usage 1.80 free 250000 monthly",
                "Usage 1-5000@0.04 5001-on@0.03 monthly",
            ],
        ),
        (
            "A. Access control (prices per month, invoiced quarterly in advance)\n\n| Item | Quantity | Price / month |\n|--\n| Door controller | 24 | $11.50 |\n| Support line | 1 | $95.00 |",
            &["Recurring 11.50 x 24 quarterly", "Recurring 95.00 x 1 quarterly"],
        ),
        (
            "B. Installation\n\n| Item | Price | Invoiced |\n|--\n| Mounting of 24 doors | $3,840.00 | 50% with the order, 50% on commissioning |\n| Cabling | $1,000.00 | 50% with the order, 50% on commissioning |",
            &[
                "OneTime 1920 one_time (the order)",
                "Milestone 1920 one_time (commissioning)",
                "OneTime 500 one_time (the order)",
                "Milestone 500 one_time (commissioning)",
            ],
        ),
        (
            "Build phase\nDays are invoiced monthly in arrears.\n\n| Role | Day rate | Planned days | Planning value |\n|--\n| Architect | $1,180 | 20 | $23,600 |\n| Engineer | $940 | 60 | $56,400 |\n| Total | | 80 | $80,000 |",
            &["Usage 1180 monthly", "Usage 940 monthly"],
        ),
        (
            "Prices\n\n| Service | Price | Invoicing |\n|--\n| Testing programme | $18,400.00 per year | four equal instalments, each after the quarter |\n| Call-out | $210.00 per call-out | after the quarter |",
            &["Recurring 18400.00 quarterly", "Usage 210.00 quarterly"],
        ),
        (
            "The annual fee is payable in two equal installments.\n\n| Contract Year | Annual fee | Each installment |\n|--\n| 1 (2006-2007) | $400,000 | $200,000 |\n| 2 (2007-2008) | $412,000 | $206,000 |",
            &["Recurring 400000 412000 semiannual"],
        ),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .map(|(text, expected)| (text, lines(text), expected))
        .filter(|(_, read, expected)| read != *expected)
        .map(|(text, read, expected)| format!("{text}\n  reads as {read:?}\n  and not {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn years_across_hold_when_how_many_and_at_what_price() {
    let text = "\
2. Core HR

| Core HR | Contract Year 1 | Contract Year 2 | Contract Year 3 |
|--
| From | April 1, 2026 | April 1, 2027 | April 1, 2028 |
| Covered Employees | 780 | 780 | 780 |
| Price per Employee per month | $6.90 | $7.10 | $7.30 |

3. Invoicing
Section 2 is invoiced quarterly in advance.";
    assert_eq!(lines(text), ["Seat 6.90 7.10 7.30 x 780 quarterly"]);
}

#[test]
fn the_price_of_one_is_not_charged_beside_its_product() {
    let text = "\
Annual fees

| | Year 1 | Year 2 |
|--
| Learners covered | 6,000 | 9,000 |
| Price per learner | $9.00 | $8.50 |
| Learning platform | $54,000 | $76,500 |
| Annual total | $54,000 | $76,500 |

The annual fees are invoiced at the beginning of each year.";
    assert_eq!(lines(text), ["Recurring 54000 76500 annual"]);
}

#[test]
fn rows_are_billed_as_their_number_says() {
    let text = "\
Prices

| No. | Service | Price |
|--
| 1 | Platform | $500.00 per month |
| 2 | Log ingest | $0.62 per GB |

Item 2 is metered and is invoiced on the first day of the following month.";
    assert_eq!(lines(text), ["Recurring 500.00 monthly", "Usage 0.62 monthly"]);
}

#[test]
fn bare_numbers_are_money_under_a_heading_of_rates() {
    let text = "\
RATES (Canadian dollars)

| Receiving | 2.10 | per carton |
| Returns processing | 3.20 | per return |
| Account fee | 150.00 | per month |

BILLING
We bill on the 1st.";
    assert_eq!(
        lines(text),
        [
            "Usage 2.10 monthly",
            "Usage 3.20 monthly",
            "Recurring 150.00 monthly"
        ]
    );
}

#[test]
fn old_prices_and_sums_of_milestones_are_not_charged() {
    let renewal = "\
| Service | Quantity | 2025 price | Renewal price | Billing |
|--
| Monitoring | 14 branches | $79.00 | $84.00 per branch per month | monthly, in advance |
| Guard dispatch | as called | $58.00 | $62.00 per dispatch | monthly, in arrears |";
    assert_eq!(
        lines(renewal),
        ["Recurring 84.00 x 14 monthly", "Usage 62.00 monthly"]
    );
    let milestones = "\
It is divided over three milestones:

| No. | Milestone | Price |
|--
| M1 | Design document signed off | £37,200 |
| M2 | Build accepted | £65,100 |
| Fixed Price | | £102,300 |";
    assert_eq!(
        lines(milestones),
        [
            "Milestone 37200 one_time (Design document signed off)",
            "Milestone 65100 one_time (Build accepted)"
        ]
    );
}

#[test]
fn factors_in_the_words_of_a_row_are_its_quantity_and_price() {
    let text = "\
Fixed each month

| 15 extra concurrent calls at $18.00 each per month | $270.00 / month |
| Plan, 20 calls included | $1,200.00 / month |";
    assert_eq!(
        lines(text),
        ["Recurring 18.00 x 15 monthly", "Recurring 1200.00 monthly"]
    );
}
