use super::join;
use crate::draft::{Draft, draft};
use crate::flag::Code;
use crate::page::Document;
use crate::reading;
use crate::reading::written::document;

fn papers(texts: &[&str]) -> Draft {
    let drafts = texts.iter().enumerate().map(|(at, text)| {
        let document = Document {
            id: format!("{at:064}"),
            ..document(text)
        };
        draft(&document, &format!("{at}.txt"), reading::read(&document), None)
    });
    join(drafts.collect()).unwrap()
}

const AGREEMENT: &str = "MASTER SERVICES AGREEMENT\n\nThis Master Services Agreement is made on 2 February 2025 between Fernwell Data Ltd (the \"Supplier\") and Colbrook Housing Ltd (the \"Client\").\n\n1. Charges. Invoices are payable within 60 days of the invoice date.\n\n2. Precedence. If there is a conflict between this Agreement and an order form, the order form prevails.\n\n3. Increases. The Supplier may increase recurring charges by 4% on each anniversary of the order form.";

const ORDER: &str = "ORDER FORM 1\n\nbetween Fernwell Data Ltd (the \"Supplier\") and Colbrook Housing Ltd (the \"Client\")\n\nSubscription term: 1 March 2025 to 28 February 2027\n\nTenancy portal: GBP 1,150.00 per month, billed monthly in advance.\n\nInvoices are payable within 30 days of the invoice date. Clause 3 does not apply.";

#[test]
fn the_order_form_prevails_where_the_agreement_says_so() {
    let joint = papers(&[ORDER, AGREEMENT]);
    let due = joint.terms.payment.due.copied();
    assert_eq!(due, Some(pricing::plan::Due::Net { days: 30 }));
    let resolved = joint
        .flags
        .iter()
        .find(|flag| flag.code == Code::ConflictResolvedByPrecedence)
        .unwrap();
    let quotes: Vec<&str> = resolved
        .evidence
        .iter()
        .map(|evidence| evidence.quote())
        .collect();
    assert!(quotes.iter().any(|quote| quote.contains("60 days")), "{quotes:?}");
    assert!(quotes.iter().any(|quote| quote.contains("30 days")), "{quotes:?}");
    assert!(
        joint
            .flags
            .iter()
            .any(|flag| flag.code == Code::EscalatorDisapplied)
    );
    assert_eq!(joint.terms.escalators, []);
}

#[test]
fn without_a_rule_a_person_decides() {
    let silent = AGREEMENT.replace("the order form prevails", "the parties will talk");
    let joint = papers(&[&silent, ORDER]);
    let asked = joint
        .flags
        .iter()
        .find(|flag| flag.code == Code::ConflictBetweenDocuments)
        .unwrap();
    assert!(
        asked.waits() && asked.path.as_deref() == Some("/payment/due"),
        "{asked:?}"
    );
}

#[test]
fn an_amendment_changes_lines_from_its_day_on() {
    let cases = [
        (
            "The price of the Tenancy portal is increased to GBP 1,300.00 per month.",
            1,
            2,
        ),
        (
            "A Repairs desk is added at GBP 200.00 per month, billed monthly in advance.",
            2,
            0,
        ),
    ];
    for (sentence, lines, steps) in cases {
        let amendment = format!(
            "FIRST AMENDMENT TO ORDER FORM 1\n\nThis amendment between Fernwell Data Ltd (the \"Supplier\") and Colbrook Housing Ltd (the \"Client\") takes effect on 1 June 2025.\n\n1. {sentence}"
        );
        let joint = papers(&[&amendment, ORDER]);
        let items = &joint.terms.line_items;
        assert_eq!(items.len(), lines, "{sentence} {items:#?}");
        assert_eq!(items[0].schedule.len(), steps, "{sentence}");
        let since = jiff::civil::date(2025, 6, 1);
        let new = items[0]
            .schedule
            .last()
            .map_or(items[lines - 1].start.copied(), |last| last.from.copied());
        assert_eq!(new, Some(since), "{sentence}");
    }
}

fn asked(joint: &Draft, path: &str) -> Vec<String> {
    let about = joint
        .flags
        .iter()
        .filter(|flag| flag.path.as_deref() == Some(path) && flag.waits());
    about.map(|flag| flag.sentence.clone()).collect()
}

#[test]
fn what_two_papers_charge_is_asked_about() {
    let other = ORDER
        .replace("1,150.00", "1,000.00")
        .replace("ORDER FORM 1", "ORDER FORM 1 (DRAFT)");
    for (papers_of_one, doubted) in [
        (vec![ORDER, other.as_str()], true),
        (vec![ORDER, AGREEMENT], false),
        // A renewal charges the same thing after it.
        (
            vec![
                ORDER,
                &ORDER.replace(
                    "1 March 2025 to 28 February 2027",
                    "1 March 2027 to 28 February 2029",
                ),
            ],
            false,
        ),
    ] {
        let joint = papers(&papers_of_one);
        let sentences = asked(&joint, "/line_items/1");
        let twice = sentences
            .iter()
            .any(|sentence| sentence.contains("is charged in two documents"));
        assert_eq!(twice, doubted, "{sentences:#?}");
    }
    let joint = papers(&[ORDER, &other]);
    let flag = joint
        .flags
        .iter()
        .find(|flag| flag.sentence.contains("two documents"))
        .unwrap();
    let quotes: Vec<&str> = flag.evidence.iter().map(|evidence| evidence.quote()).collect();
    for price in ["1,150.00", "1,000.00"] {
        assert!(quotes.iter().any(|quote| quote.contains(price)), "{quotes:?}");
    }
}

#[test]
fn two_agreements_that_differ_and_papers_of_other_parties_are_asked_about() {
    let second = AGREEMENT
        .replace("within 60 days", "within 45 days")
        .replace("2 February 2025", "1 March 2025");
    let joint = papers(&[AGREEMENT, &second]);
    assert!(!asked(&joint, "/payment/due").is_empty(), "{:#?}", joint.flags);

    // A rule between sorts of papers says nothing of two of one sort.
    let later = ORDER.replace("within 30 days", "within 14 days");
    let joint = papers(&[AGREEMENT, ORDER, &later]);
    assert!(
        asked(&joint, "/payment/due")[0].contains("14 days"),
        "{:#?}",
        joint.flags
    );

    let strange = ORDER.replace("Colbrook Housing Ltd", "Marlow Water plc");
    let joint = papers(&[AGREEMENT, &strange]);
    let sentences = asked(&joint, "/customer");
    assert!(
        sentences
            .iter()
            .any(|sentence| sentence.contains("“Colbrook Housing Ltd” and “Marlow Water plc”")),
        "{sentences:#?}"
    );
    let plain = papers(&[AGREEMENT, ORDER]);
    assert!(asked(&plain, "/customer").is_empty(), "{:#?}", plain.flags);
}
