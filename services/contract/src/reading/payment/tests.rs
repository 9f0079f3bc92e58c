use pricing::plan::Due;
use pricing::plan::payment::LateFeePer;

use super::{PaymentReading, read};
use crate::flag::Code;
use crate::reading::written::document;
use crate::reading::{locale, scopes, statements};

fn payment(text: &str) -> PaymentReading {
    let document = document(text);
    let scopes = scopes::cut(&document, locale::of(&document));
    read(&document, &statements::all(&document, &scopes))
}

#[test]
fn due_dates() {
    let net = |days| Some(Due::Net { days });
    let cases = [
        ("Invoices are due net 30.", net(30)),
        ("Payment Terms: Net 30", net(30)),
        ("Invoices are due 45 days from the invoice date.", net(45)),
        ("You have 15 days to pay it.", net(15)),
        (
            "All amounts owed to Agent hereunder are due within thirty (30) days of the invoice date.",
            net(30),
        ),
        (
            "The Contractor's invoices are to be settled within 28 days of their date.",
            net(28),
        ),
        (
            "Ferrule debits the Merchant's account five days after the invoice date.",
            net(5),
        ),
        (
            "Payment reaches us no later than 45 days after the invoice date.",
            net(45),
        ),
        ("Ridgeback settles them in thirty days.", net(30)),
        ("Pay within: 20 days", net(20)),
        (
            "Please pay within 15 days of the invoice date; after that interest of 1.5% a month runs.",
            net(15),
        ),
        (
            "Payment 30 days net; interest on late payment 8% above the reference rate.",
            net(30),
        ),
        (
            "Invoices are payable within 30 days net; 2% cash discount may be taken if it is paid within 10 days.",
            net(30),
        ),
        (
            "We collect each invoice by direct debit 3 days after its date.",
            net(3),
        ),
        (
            "Client shall pay each invoice within thirty (30) days of receipt, failing which interest at 1% per month shall accrue.",
            net(30),
        ),
        ("Invoices fall due thirty (30) days after their date.", net(30)),
        ("Invoices are due and payable upon receipt.", net(0)),
        (
            "Invoices are payable within ten business days of the invoice date.",
            Some(Due::NetBusiness { days: 10 }),
        ),
        (
            "Payment terms: 30 days end of month",
            Some(Due::EndOfMonth { days: 30 }),
        ),
        (
            "Invoices are payable by the 20th day of the following month.",
            Some(Due::DayOfMonth {
                day: 20,
                months_later: 1,
            }),
        ),
        (
            "Customer may dispute an invoice within thirty (30) days of its date.",
            None,
        ),
        (
            "Either party may terminate within 30 days of the invoice date.",
            None,
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(payment(text).terms.due.copied(), expected, "{text}");
    }
}

#[test]
fn two_terms_are_a_conflict_unless_the_contract_decides() {
    let two = payment("Invoices are due net 30.\n\nInvoices are payable within 45 days of the invoice date.");
    assert!(
        two.flags.iter().any(|flag| flag.code == Code::TwoPaymentTerms),
        "{:?}",
        two.flags
    );
    let decided = payment(
        "In the event of any conflict the Order Form shall prevail over this Agreement.\n\nInvoices are payable within 45 days of receipt.\n\nORDER FORM 1\nInvoices are payable net thirty (30) days.",
    );
    assert_eq!(decided.terms.due.copied(), Some(Due::Net { days: 30 }));
    assert!(
        decided
            .flags
            .iter()
            .any(|flag| flag.code == Code::ConflictResolvedByPrecedence),
        "{:?}",
        decided.flags
    );
}

#[test]
fn lateness_and_haste() {
    let late = payment("Late amounts bear interest of 1.5% per month.")
        .terms
        .late_fee
        .copied()
        .expect("a late fee");
    assert_eq!(
        (late.percent.to_string().as_str(), late.per),
        ("1.5", LateFeePer::Month)
    );
    let yearly =
        payment("Statutory interest of 8% over the Bank of England base rate runs on anything overdue.");
    assert_eq!(
        yearly.terms.late_fee.copied().map(|late| late.per),
        Some(LateFeePer::Year)
    );
    let early = payment("A discount of 2% applies if an invoice is paid within 10 days.")
        .terms
        .early
        .copied()
        .expect("early");
    assert_eq!((early.percent.to_string().as_str(), early.days), ("2", 10));
    let slashed = payment("Payment terms: 2/10 net 30").terms;
    assert_eq!(slashed.early.copied().map(|early| early.days), Some(10));
    assert_eq!(slashed.due.copied(), Some(Due::Net { days: 30 }));
}
