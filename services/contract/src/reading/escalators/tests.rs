use super::{EscalatorsReading, read};
use crate::flag::Code;
use crate::reading::written::document;
use crate::reading::{locale, scopes, statements};
use crate::terms::EscalatorKind;

fn escalators(text: &str) -> EscalatorsReading {
    let document = document(text);
    let scopes = scopes::cut(&document, locale::of(&document));
    read(&document, &statements::all(&document, &scopes), &[])
}

#[test]
fn increases() {
    let cases = [
        (
            "At renewal the seat price may rise by no more than 5%.",
            EscalatorKind::AtRenewal,
            "5",
            "-",
        ),
        (
            "Fees shall increase by 3% on each anniversary of the Effective Date.",
            EscalatorKind::Fixed,
            "3",
            "-",
        ),
        (
            "We can change a rate if we tell you at least 60 days ahead.",
            EscalatorKind::Right,
            "-",
            "60",
        ),
        (
            "A renewal is priced at the Year 3 level plus the change in CPI-U plus two points, the sum limited to 6%.",
            EscalatorKind::IndexAtRenewal,
            "2",
            "-",
        ),
        (
            "Licensor may increase the license fees upon sixty (60) days prior notice.",
            EscalatorKind::Right,
            "-",
            "60",
        ),
    ];
    for (text, kind, percent, notice) in cases {
        let found = escalators(text).terms;
        let term = found.first().unwrap_or_else(|| panic!("{text}"));
        let shown = term
            .percent
            .copied()
            .map_or_else(|| String::from("-"), |percent| percent.to_string());
        let days = term
            .notice_days
            .copied()
            .map_or_else(|| String::from("-"), |days| days.to_string());
        assert_eq!(
            (term.kind, shown.as_str(), days.as_str()),
            (kind, percent, notice),
            "{text}"
        );
    }
}

#[test]
fn what_is_switched_off_does_not_rise() {
    let text = "4.3 Northquay may, on each anniversary, increase recurring fees by five percent (5%).\n\nThe fees are fixed and Section 4.3 does not apply.";
    let found = escalators(text);
    assert!(found.terms.is_empty(), "{:?}", found.terms);
    assert!(
        found
            .flags
            .iter()
            .any(|flag| flag.code == Code::EscalatorDisapplied)
    );
}

#[test]
fn interest_is_no_increase() {
    assert!(
        escalators("Late fees accrue interest that may increase to 2% per month.")
            .terms
            .is_empty()
    );
}
