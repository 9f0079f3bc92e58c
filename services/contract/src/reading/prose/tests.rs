//! What sentences charge, and what they do not.

use super::super::read;
use super::super::written::document;

/// Each line as "sort amounts · cadence".
fn lines(text: &str) -> Vec<String> {
    let reading = read(&document(text));
    let of = |line: &crate::terms::LineItem| {
        let price = &line.price;
        let mut parts = vec![format!("{:?}", line.kind)];
        let steps = line
            .schedule
            .iter()
            .flat_map(|step| [&step.amount, &step.unit_price]);
        let values = [&price.amount, &price.unit_price, &price.percent]
            .into_iter()
            .chain(steps);
        parts.extend(
            values
                .filter_map(|value| value.copied())
                .map(|value| value.normalize().to_string()),
        );
        parts.push(
            line.cadence
                .copied()
                .map_or_else(|| String::from("?"), |cadence| cadence.to_string()),
        );
        parts.join(" ")
    };
    reading.terms.line_items.iter().map(of).collect()
}

#[test]
fn sentences_charge_what_they_say_once() {
    let cases: [(&str, &[&str]); 12] = [
        (
            "The platform fee is raised from $400 per month to $460 per month.",
            &["Recurring 460 monthly"],
        ),
        (
            "Clause 2 is amended by replacing \"$90 per month\" with \"$95 per month\".",
            &["Recurring 95 monthly"],
        ),
        (
            "The licence fee is $10,000 in Year 1, $12,000 in Year 2 and $15,000 in Year 3, invoiced annually in advance.",
            &["Recurring 10000 12000 15000 annual"],
        ),
        (
            "The total fixed fee is $40,000, payable in the following installments: 25% upon signature of this order; \
             75% upon delivery of the final report.",
            &["Milestone 10000 25 one_time", "Milestone 30000 75 one_time"],
        ),
        (
            "Customer purchases 20,000 scan credits for $1,800, invoiced on signature.",
            &["PrepaidCredit 1800 one_time"],
        ),
        (
            "Customer pays an archive fee of $300 per quarter, in advance, and a commission of 4% of net sales, paid monthly.",
            &["Recurring 300 quarterly", "Percentage 4 monthly"],
        ),
        (
            "Cleaning costs $500 a month. We invoice this at the end of every month. Repairs cost $60 per visit.",
            &["Recurring 500 monthly", "Usage 60 per_event"],
        ),
        (
            "Customer pays a commission of 3% of net sales.",
            &["Percentage 3 ?"],
        ),
        (
            "Licensee pays a one-time license fee of $9,000, of which $4,000 upon delivery of the software and $5,000 upon \
             acceptance.",
            &["Milestone 4000 one_time", "Milestone 5000 one_time"],
        ),
        (
            "The mirror service ($50 per month) is cancelled. The mail service costs $20 per month.",
            &["Recurring 20 monthly"],
        ),
        ("10% of every invoice is retained until final acceptance.", &[]),
        ("From June the monthly charge goes up to $75.", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(lines(text), expected, "{text}");
    }
}

#[test]
fn what_no_line_holds_is_asked_about() {
    let cases = [
        (
            "The platform costs $100 per month. The first two months are free of charge.",
            true,
        ),
        (
            "The platform costs $100 per month. Repairs within the first two months are free of charge under warranty.",
            false,
        ),
    ];
    for (text, expected) in cases {
        let reading = read(&document(text));
        let asked = reading
            .flags
            .iter()
            .any(|flag| flag.sentence.contains("cost nothing"));
        assert_eq!(asked, expected, "{text}");
    }
}
