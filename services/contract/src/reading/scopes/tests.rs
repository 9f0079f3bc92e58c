use super::{Content, cut};
use crate::reading::locale;
use crate::reading::written::document;

fn outline(text: &str) -> Vec<String> {
    let document = document(text);
    let scopes = cut(&document, locale::of(&document));
    let show = |content: &Content| match content {
        Content::Heading(title) => format!("# {}", title.text(&document, 0, 99)),
        Content::Sentence(sentence, _) => format!("- {}", sentence.text(&document, 0, 999)),
        Content::Row(cells) => {
            let cells: Vec<String> = cells.iter().map(|cell| cell.text(&document, 0, 99)).collect();
            format!("> {}", cells.join(" | "))
        }
        Content::Table(grid) => format!("T {} rows, header {}", grid.rows.len(), grid.header.is_some()),
    };
    scopes.all.iter().map(|scope| show(&scope.content)).collect()
}

#[test]
fn sentences_end_where_people_end_them() {
    let text = "\
This Agreement is made between Acme Inc. and Beta Corp. of Boise. It begins on March 1,
2025. The fee is $1.50 per unit, i.e. per call. Invoices are due net 30.";
    assert_eq!(
        outline(text),
        [
            "- This Agreement is made between Acme Inc. and Beta Corp. of Boise.",
            "- It begins on March 1, 2025.",
            "- The fee is $1.50 per unit, i.e. per call.",
            "- Invoices are due net 30.",
        ]
    );
}

#[test]
fn headings_stand_apart() {
    let text = "\
ORDER FORM
Term and renewal
The term is 36 months. It renews for further periods of 12 months unless a party gives
notice.
4. Compensation. Customer pays $500 per month.";
    assert_eq!(
        outline(text),
        [
            "# ORDER FORM",
            "# Term and renewal",
            "- The term is 36 months.",
            "- It renews for further periods of 12 months unless a party gives notice.",
            "- Customer pays $500 per month.",
        ]
    );
}

#[test]
fn rows_keep_their_cells_and_continuations() {
    let text = "\
Customer        Brightwater Dental LLC      Payment Terms     Net 30
Offer Valid     February 21, 2025           Currency          USD
Through";
    assert_eq!(
        outline(text),
        [
            "> Customer | Brightwater Dental LLC | Payment Terms | Net 30",
            "> Offer Valid Through | February 21, 2025 | Currency | USD",
        ]
    );
}

#[test]
fn tables_are_one_scope() {
    let text = "\
Fees
| Item | Price |
|--
| Seat | $5 |
| Desk | $7 |
Thank you for your business and see you soon in our offices.";
    assert_eq!(outline(text)[1], "T 2 rows, header true");
}

#[test]
fn a_scope_knows_where_it_stands() {
    let text = "9. LIMITATION OF LIABILITY\nNeither party is liable for more than $500,000 in any year of the agreement.";
    let document = document(text);
    let scopes = cut(&document, locale::of(&document));
    let sentence = scopes
        .all
        .iter()
        .find(|scope| matches!(scope.content, Content::Sentence(..)));
    let scope = sentence.expect("a sentence");
    assert_eq!(
        (scope.under.heading.as_str(), scope.under.number.as_str()),
        ("limitation of liability", "9")
    );
}
