use super::read;
use crate::reading::locale;
use crate::reading::scopes::cut;
use crate::reading::statements;
use crate::reading::written::document;

fn parties(text: &str) -> (String, String) {
    let document = document(text);
    let scopes = cut(&document, locale::of(&document));
    let found = read(&document, &scopes, &statements::all(&document, &scopes));
    (
        found.provider.value.unwrap_or_default(),
        found.customer.value.unwrap_or_default(),
    )
}

#[test]
fn parties_are_read_from_any_opening() {
    let cases = [
        (
            "This Agreement is made between Lindqvist Metrics AB, Stockholm (the \"Supplier\") and Brouwer Logistiek B.V., Rotterdam (the \"Customer\").",
            ("Lindqvist Metrics AB", "Brouwer Logistiek B.V."),
        ),
        (
            "Between Quillon Payments Ltd (Provider) and Everly Marketplace Corp (Customer).",
            ("Quillon Payments Ltd", "Everly Marketplace Corp"),
        ),
        (
            "by and between Peregrine Transfer Corporation, a Delaware corporation (\"Licensor\"), and NEON Systems, Inc., a Delaware corporation (\"Licensee\").",
            ("Peregrine Transfer Corporation", "NEON Systems, Inc."),
        ),
        (
            "This is the deal between you (Loomcraft Studios Ltd) and us (Okapi Inference, Inc.).",
            ("Okapi Inference, Inc.", "Loomcraft Studios Ltd"),
        ),
        (
            "Provider: Corvid Compute, Inc.\nCustomer: Anselm Therapeutics, Inc.",
            ("Corvid Compute, Inc.", "Anselm Therapeutics, Inc."),
        ),
        (
            "Agreement between Northquay Systems Corporation (\"Northquay\") and Velmont Freight Inc. (\"Velmont\"). Velmont shall pay the fees.",
            ("Northquay Systems Corporation", "Velmont Freight Inc."),
        ),
        (
            "This agreement is between SABCO RACING, INC., a North Carolina corporation, and Prolong Super Lubricants, Anaheim. Prolong agrees to pay unto Sabco the sum of $10.",
            ("SABCO RACING, INC.", "Prolong Super Lubricants"),
        ),
        (
            "We, Larkspur Delivery, LLC, will move the claims portal of Quarry Bay Insurance Company to its new home.",
            ("Larkspur Delivery, LLC", "Quarry Bay Insurance Company"),
        ),
    ];
    for (text, (provider, customer)) in cases {
        assert_eq!(
            parties(text),
            (provider.to_owned(), customer.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn no_party_is_invented() {
    assert_eq!(
        parties("The parties agree as follows. Either Party may end this Agreement."),
        (String::new(), String::new())
    );
}
