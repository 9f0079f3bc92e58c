use super::{Dates, read};
use crate::flag::Code;
use crate::reading::locale;
use crate::reading::scopes::cut;
use crate::reading::statements;
use crate::reading::written::document;

fn dates(text: &str) -> Dates {
    let document = document(text);
    let scopes = cut(&document, locale::of(&document));
    read(&document, &statements::all(&document, &scopes))
}

/// Effective date, start, end, months.
fn shown(text: &str) -> String {
    let found = dates(text);
    let day =
        |value: Option<jiff::civil::Date>| value.map_or_else(|| String::from("-"), |day| day.to_string());
    let months = found
        .term
        .months
        .copied()
        .map_or_else(|| String::from("-"), |months| months.to_string());
    format!(
        "{} {} {} {months}",
        day(found.effective.copied()),
        day(found.term.start.copied()),
        day(found.term.end.copied())
    )
}

#[test]
fn dates_of_the_contract() {
    let cases = [
        (
            "This Order Form is made between A and B and takes effect on 1 March 2025. The term is 36 months.",
            "2025-03-01 2025-03-01 2028-02-29 36",
        ),
        (
            "Effective date: January 15, 2025. Initial term: 24 months.",
            "2025-01-15 2025-01-15 2027-01-14 24",
        ),
        (
            "Commit Period April 1, 2025 – March 31, 2026",
            "2025-04-01 2025-04-01 2026-03-31 12",
        ),
        (
            "Order Start Date   March 1, 2025\nOrder End Date     February 29, 2028",
            "2025-03-01 2025-03-01 2028-02-29 36",
        ),
        (
            "The services start on 1 July 2025 and, unless ended sooner under clause 19, finish on 30 June 2029.",
            "2025-07-01 2025-07-01 2029-06-30 48",
        ),
        (
            "The Subscription Term runs from 1 February 2025 up to and including 31 January 2026 and lapses at its end.",
            "2025-02-01 2025-02-01 2026-01-31 12",
        ),
        (
            "This Agreement is made as of May 22, 2000 by and between A and B. It shall remain effective for two (2) years from the Effective Date.",
            "2000-05-22 2000-05-22 2002-05-21 24",
        ),
        (
            "The term of this Agreement shall commence on January 1, 2010 and extend through December 31, 2010.",
            "2010-01-01 2010-01-01 2010-12-31 12",
        ),
        ("Offer valid through February 21, 2025.", "- - - -"),
        (
            "Licensor and Licensee are parties to that certain Distributor Agreement dated as of January 1, 1996.",
            "- - - -",
        ),
        (
            "Initial Term: twenty-four (24) months, April 1, 2025 through March 31, 2027.",
            "2025-04-01 2025-04-01 2027-03-31 24",
        ),
        (
            "Customer may terminate on sixty (60) days notice. Confidential information stays secret for five (5) years.",
            "- - - -",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn an_open_start_is_flagged_not_guessed() {
    let found = dates(
        "This Agreement is made as of April 27, 2009. The license shall be for an initial period of 36 months, commencing from the acceptance date.",
    );
    assert_eq!(found.term.start.copied(), None);
    assert!(
        found.flags.iter().any(|flag| flag.code == Code::StartTbd),
        "{:?}",
        found.flags
    );
    let form = dates("Start Date: TBD\nTerm: 12 months");
    assert!(
        form.flags.iter().any(|flag| flag.code == Code::StartTbd),
        "{:?}",
        form.flags
    );
}
