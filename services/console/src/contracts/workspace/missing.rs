//! Terms that a contract does not state, or that nobody found in it, and that a person may enter.

use wire::extraction::v1::Term;

use super::address;

/// Terms of the agreement itself, and what each is called.
const OF_AGREEMENT: [(&str, &str); 15] = [
    ("/provider", "provider"),
    ("/customer", "customer"),
    ("/signature_date", "signature date"),
    ("/effective_date", "effective date"),
    ("/agreement_date", "agreement date"),
    ("/term/start", "term · start"),
    ("/term/end", "term · end"),
    ("/term/months", "term · months"),
    ("/renewal/auto", "renewal · auto"),
    ("/renewal/months", "renewal · months"),
    ("/renewal/notice_days", "renewal · notice days"),
    ("/currency", "currency"),
    ("/payment/due", "payment · due"),
    ("/payment/late_fee", "payment · late fee"),
    ("/payment/early", "payment · early"),
];

/// Terms of a line, by what stands behind its place.
const OF_LINE: [(&str, &str); 10] = [
    ("cadence", "cadence"),
    ("timing", "timing"),
    ("start", "start"),
    ("end", "end"),
    ("unit", "unit"),
    ("quantity", "quantity"),
    ("price/amount", "price · amount"),
    ("price/unit_price", "price · unit price"),
    ("price/percent", "price · percent"),
    ("included", "included"),
];

/// A term that is offered: what it is called, and where it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) label: String,
    pub(crate) link: String,
}

/// What the agreement does not state.
pub(super) fn of_agreement(contract: &str, terms: &[Term]) -> Vec<Offer> {
    let absent = OF_AGREEMENT.iter().filter(|(path, _)| !stated(path, terms));
    absent
        .map(|(path, label)| Offer {
            label: super::cards::sentence_case(label),
            link: address(contract, path, 0),
        })
        .collect()
}

/// What a line does not state.
pub(super) fn of_line(contract: &str, line: &str, terms: &[Term]) -> Vec<Offer> {
    let paths = OF_LINE
        .iter()
        .map(|(part, label)| (format!("{line}/{part}"), label));
    paths
        .filter(|(path, _)| !stated(path, terms))
        .map(|(path, label)| Offer {
            label: super::cards::sentence_case(label),
            link: address(contract, &path, 0),
        })
        .collect()
}

fn stated(path: &str, terms: &[Term]) -> bool {
    let within = format!("{path}/");
    terms
        .iter()
        .any(|term| term.path == path || term.path.starts_with(&within))
}

/// Is it the path of a term that a person may enter, whether or not the contract states it?
pub(super) fn may_be_entered(path: &str) -> bool {
    named(path).is_some()
}

/// A term without a value, for a form that gives it one; none for a path that is no such term's.
pub(super) fn entered(path: &str, terms: &[Term]) -> Option<Term> {
    let own = named(path)?;
    let line = path
        .split('/')
        .nth(2)
        .filter(|_| path.starts_with("/line_items/"));
    let description = line.and_then(|at| {
        let wanted = format!("/line_items/{at}/description");
        terms.iter().find(|term| term.path == wanted)
    });
    let label = description.map_or_else(|| own.to_owned(), |line| format!("{} · {own}", line.value));
    Some(Term {
        path: path.to_owned(),
        label,
        status: "absent".to_owned(),
        ..Term::default()
    })
}

fn named(path: &str) -> Option<&'static str> {
    if let Some(rest) = path.strip_prefix("/line_items/") {
        let (at, part) = rest.split_once('/')?;
        at.parse::<u32>().ok()?;
        return OF_LINE
            .iter()
            .find(|(known, _)| *known == part)
            .map(|(_, label)| *label);
    }
    OF_AGREEMENT
        .iter()
        .find(|(known, _)| *known == path)
        .map(|(_, label)| *label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_terms_that_are_not_stated_are_offered() {
        let term = |path: &str, value: &str| Term {
            path: path.to_owned(),
            value: value.to_owned(),
            ..Term::default()
        };
        let terms = [
            term("/customer", "Acme"),
            term("/line_items/0/description", "Setup"),
            term("/line_items/0/price/amount", "5"),
        ];
        let agreement = of_agreement("c", &terms);
        assert!(agreement.iter().all(|offer| offer.label != "Customer"));
        assert!(
            agreement
                .iter()
                .any(|offer| offer.link == "/contracts/c?term=%2Fsignature_date")
        );
        let line: Vec<String> = of_line("c", "/line_items/0", &terms)
            .into_iter()
            .map(|offer| offer.label)
            .collect();
        assert!(line.contains(&"Start".to_owned()) && !line.contains(&"Price · amount".to_owned()));
        let entered_start = entered("/line_items/0/start", &terms).unwrap();
        assert_eq!(entered_start.label, "Setup · start");
        for path in [
            "/mentions/1",
            "/line_items/x/start",
            "/line_items/0",
            "<script>",
            "",
        ] {
            assert!(entered(path, &terms).is_none(), "{path}");
        }
    }
}
