//! Prices that hold one after the other, and prices that do not.

use crate::reading::read;
use crate::reading::written::document;
use crate::terms::LineItem;

/// The sort, the cadence, and each price with its days.
fn told(line: &LineItem) -> String {
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(|| String::from("…"), |day| day.to_string());
    let mut parts = vec![format!("{:?}", line.kind)];
    parts.push(
        line.cadence
            .copied()
            .map_or_else(|| String::from("?"), |cadence| cadence.to_string()),
    );
    let single = [&line.price.amount, &line.price.unit_price, &line.price.percent];
    for value in single.into_iter().filter_map(|value| value.copied()) {
        parts.push(format!(
            "{} {}..{}",
            value.normalize(),
            day(line.start.copied()),
            day(line.end.copied())
        ));
    }
    for segment in &line.schedule {
        let value = segment
            .amount
            .copied()
            .or(segment.unit_price.copied())
            .unwrap_or_default();
        parts.push(format!(
            "{} {}..{}",
            value.normalize(),
            day(segment.from.copied()),
            day(segment.to.copied())
        ));
    }
    parts.join(" | ")
}

fn lines(clause: &str) -> Vec<String> {
    let text = format!(
        "This Agreement begins on July 1, 2003 and continues for a period of three years.\n\n{clause}"
    );
    read(&document(&text)).terms.line_items.iter().map(told).collect()
}

#[test]
fn a_price_that_steps_is_one_charge() {
    let cases: [(&str, &[&str]); 13] = [
        (
            "Client shall pay Provider an annual license fee of $50,000 for 2003, $60,000 for 2004 and $70,000 for 2005.",
            &[
                "Recurring | annual | 50000 2003-01-01..2003-12-31 | 60000 2004-01-01..2004-12-31 | 70000 2005-01-01..2005-12-31",
            ],
        ),
        (
            "The annual minimum royalty shall be $20,000 in the first contract year, $30,000 in the second contract year and \
             $40,000 in each contract year thereafter.",
            &[
                "MinimumCommitment | annual | 20000 2003-07-01..2004-06-30 | 30000 2004-07-01..2005-06-30 | 40000 2005-07-01..2006-06-30",
            ],
        ),
        (
            "Client shall pay to Provider for each month a license fee for each Subscriber in accordance with the following: \
             during calendar year 2003, fourteen cents ($.14); during 2004, sixteen cents ($.16); and during 2005 and 2006, \
             twenty cents ($.20).",
            &[
                "Seat | monthly | 0.14 2003-01-01..2003-12-31 | 0.16 2004-01-01..2004-12-31 | 0.2 2005-01-01..2006-12-31",
            ],
        ),
        (
            "The base fee is $10,000 per month through December 31, 2003 and $12,000 per month thereafter.",
            &["Recurring | monthly | 10000 2003-07-01..2003-12-31 | 12000 2004-01-01..2006-06-30"],
        ),
        (
            "Client shall pay $5,000 per month from July 1, 2003 until December 31, 2003, and $7,500 per month from January 1, \
             2004 until the end of the term.",
            &["Recurring | monthly | 5000 2003-07-01..2003-12-31 | 7500 2004-01-01..2006-06-30"],
        ),
        (
            "The monthly fee shall be $1,000 during the first year of the term, increasing to $1,200 in the second year and \
             $1,400 in the third year.",
            &[
                "Recurring | monthly | 1000 2003-07-01..2004-06-30 | 1200 2004-07-01..2005-06-30 | 1400 2005-07-01..2006-06-30",
            ],
        ),
        (
            "Client shall pay a fee of $900 per month, increasing to $950 per month after the first year.",
            &["Recurring | monthly | 900 2003-07-01..2004-06-30 | 950 2004-07-01..2006-06-30"],
        ),
        (
            "Monthly fee: months 1-12: $2,000; months 13-24: $2,200; months 25-36: $2,400.",
            &[
                "Recurring | monthly | 2000 2003-07-01..2004-06-30 | 2200 2004-07-01..2005-06-30 | 2400 2005-07-01..2006-06-30",
            ],
        ),
        (
            "Client will pay Provider $15,000 per month for the first six (6) months and $20,000 per month for the remaining \
             thirty (30) months.",
            &["Recurring | monthly | 15000 2003-07-01..2003-12-31 | 20000 2004-01-01..2006-06-30"],
        ),
        (
            "Client will pay a royalty of 5% of Net Sales in the first year, 6% in the second year and 7% thereafter.",
            &[
                "Percentage | ? | 5 2003-07-01..2004-06-30",
                "Percentage | ? | 6 2004-07-01..2005-06-30",
                "Percentage | ? | 7 2005-07-01..2006-06-30",
            ],
        ),
        (
            "Client shall pay Provider a sponsorship fee of $100,000 for the 2004 season, $110,000 for the 2005 season and \
             $120,000 for the 2006 season.",
            &[
                "Recurring | annual | 100000 2004-01-01..2004-12-31 | 110000 2005-01-01..2005-12-31 | 120000 2006-01-01..2006-12-31",
            ],
        ),
        // A price without a part of the life of its own is a charge beside the others.
        (
            "Client shall pay a set-up fee of $5,000 and a support fee of $1,000 per month beginning January 1, 2004.",
            &[
                "OneTime | one_time | 5000 …..…",
                "Recurring | monthly | 1000 2004-01-01..…",
            ],
        ),
        // Years left out: two prices whose years do not follow one another are no series.
        (
            "Client shall pay $10,000 per year in the first year and $12,000 per year in the third year.",
            &[
                "Recurring | annual | 10000 …..…",
                "Recurring | annual | 12000 …..…",
            ],
        ),
    ];
    let read = cases.map(|(clause, _)| (clause, lines(clause)));
    let wrong: Vec<_> = read
        .iter()
        .zip(cases)
        .filter(|((_, read), (_, expected))| read != expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
