use super::read;
use crate::reading::written::document;
use crate::reading::{locale, scopes, statements};

/// auto, months, notice, termination notice.
fn shown(text: &str) -> String {
    let document = document(text);
    let scopes = scopes::cut(&document, locale::of(&document));
    let terms = read(&document, &statements::all(&document, &scopes));
    let number = |value: Option<u32>| value.map_or_else(|| String::from("-"), |value| value.to_string());
    let auto = terms
        .auto
        .copied()
        .map_or("-", |auto| if auto { "yes" } else { "no" });
    format!(
        "{auto} {} {} {}",
        number(terms.months.copied()),
        number(terms.notice_days.copied()),
        number(terms.termination_notice_days.copied())
    )
}

#[test]
fn renewals() {
    let cases = [
        (
            "It renews for further periods of 12 months unless a party gives notice at least 60 days before the end of the term.",
            "yes 12 60 -",
        ),
        ("There is no automatic renewal.", "no - - -"),
        (
            "It shall extend for further one-year terms if neither party has given ninety (90) days' notice before the end.",
            "yes 12 90 -",
        ),
        (
            "The term continues for sixty (60) months and for further terms of two (2) years unless either party gives notice of its \
             intent not to renew at least one hundred eighty (180) days before the end.",
            "yes 24 180 -",
        ),
        (
            "After that it stays in force until ended by either party at the end of any month upon three months' prior written \
             notice.",
            "yes - - 90",
        ),
        (
            "It shall continue thereafter from year to year unless determined by not less than six months' notice.",
            "yes 12 180 -",
        ),
        (
            "The order does not renew by itself; if the parties renew, the price will not rise by more than 7%.",
            "no - - -",
        ),
        (
            "It keeps going month to month until one of us gives the other 30 days' written notice.",
            "yes 1 30 30",
        ),
        (
            "This agreement shall automatically renew for additional successive terms of twelve (12) months each, unless either party notifies the other in writing at least sixty (60) days prior to the end of the Initial Term.",
            "yes 12 60 -",
        ),
        (
            "Unless either party gives written notice of termination at least 60 days prior to the end of the Initial Term, this Agreement shall automatically renew for successive additional three-year terms.",
            "yes 36 60 -",
        ),
        (
            "Customer may terminate an Order Form for convenience upon sixty (60) days' prior written notice.",
            "- - - 60",
        ),
        (
            "Either party may terminate on thirty (30) days notice for material breach.",
            "- - - -",
        ),
        (
            "Bankers Bank may, at its option, renew maintenance for subsequent periods of one (1) year each.",
            "no 12 - -",
        ),
        ("Either side may leave with 30 days' notice by email.", "- - - 30"),
        ("Auto-renewal: No", "no - - -"),
        (
            "It will then continue from year to year, subject to the right of either party to end it at the close of any \
             contract year by giving sixty (60) days' notice in writing.",
            "yes 12 60 -",
        ),
        (
            "Thereafter it shall continue for successive terms of one year each. It may be terminated at the end of the \
             initial or any later term by either party on not less than 120 days' written notice to the other.",
            "yes 12 120 -",
        ),
        (
            "Either party may bring it to an end at the close of that period, or at any time afterwards, by notice in \
             writing of not less than seventy-five (75) days; until so ended it remains in effect.",
            "yes - 75 75",
        ),
        (
            "Rolls on month by month; 90 days' written notice ends it.",
            "yes 1 90 -",
        ),
        (
            "If nobody gives notice 90 days before the end of the validity, this sheet goes on for another 12 months at \
             the same rates.",
            "yes 12 90 -",
        ),
        ("Nothing in this letter renews itself.", "no - - -"),
        ("Company shall have no option to extend the Term.", "no - - -"),
        (
            "The Authority alone may renew it for one further period of two years by a resolution of its Board.",
            "no 24 - -",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text}");
    }
}
