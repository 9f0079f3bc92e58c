use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::json;

use super::{Act, Change, Edit, Refusal, Review, State};
use crate::draft::Draft;
use crate::flag::{Code, Flag, FlagState, number};
use crate::terms::{Found, Kind, LineItem, Status, Terms, TierCounting, TierMode, TierRow, Tiers};

const MORNING: Timestamp = Timestamp::UNIX_EPOCH;

fn act(by: &str, revision: u64) -> Act<'_> {
    Act {
        by,
        at: MORNING,
        revision,
    }
}

fn edit(path: &str, change: Change) -> Edit {
    Edit {
        path: path.to_owned(),
        change,
        reason: String::from("as the customer confirmed by e-mail"),
    }
}

fn terms() -> Terms {
    let mut item = LineItem::new("L01", Kind::Recurring, "Platform", Vec::new());
    item.price.amount = Found::withheld("[***]", Vec::new());
    Terms {
        line_items: vec![
            item.clone(),
            LineItem {
                id: String::from("L02"),
                ..item
            },
        ],
        ..Terms::default()
    }
}

fn flagged(paths: &[&str]) -> Vec<Flag> {
    let flags = paths
        .iter()
        .map(|path| Flag::new(Code::MissingDocument, format!("redacted at {path}"), "ask").at(*path))
        .collect();
    number(flags, &[])
}

fn opened(flags: Vec<Flag>) -> Review {
    let draft = Draft {
        terms: terms(),
        flags,
        plan: None,
    };
    Review::received(MORNING)
        .drafted(draft, MORNING)
        .expect("first reading")
}

fn open_flags(review: &Review) -> Vec<String> {
    let flags = review.draft.iter().flat_map(|draft| &draft.flags);
    flags
        .filter(|flag| flag.code == Code::MissingDocument && flag.waits())
        .filter_map(|flag| flag.path.clone())
        .collect()
}

#[test]
fn an_edit_keeps_what_was_printed_and_says_who_and_why() {
    let review = opened(flagged(&["/line_items/0/price"]));
    let change = edit("/line_items/0/price/amount", Change::Set(json!("500.00")));
    let edited = review.edit(&change, act("ada", 2)).expect("it fits");
    let amount = &edited.draft.as_ref().expect("a draft").terms.line_items[0]
        .price
        .amount;
    assert_eq!(amount.printed, "[***]");
    assert_eq!(
        amount.copied().map(|value| value.to_string()).as_deref(),
        Some("500.00")
    );
    assert!(matches!(&amount.status, Status::Edited { by, .. } if by == "ada"));
    assert_eq!(open_flags(&edited), Vec::<String>::new());
    assert!(matches!(edited.state, State::InReview { .. }));
}

#[test]
fn an_added_tier_is_the_persons_and_counts() {
    let mut terms = terms();
    let tier = |from: i64, to: Option<i64>| TierRow {
        from: from.into(),
        to: to.map(Into::into),
        unit_price: Found::supported(Decimal::ONE, "$1.00", Vec::new()),
        ..TierRow::default()
    };
    terms.line_items[0].price.tiers = Some(Tiers {
        mode: Found::supported(TierMode::Graduated, "", Vec::new()),
        counting: TierCounting::PerPeriod,
        rows: vec![tier(0, Some(100))],
    });
    let draft = Draft {
        terms,
        flags: Vec::new(),
        plan: None,
    };
    let review = Review::received(MORNING).drafted(draft, MORNING).unwrap();
    let row = json!({ "from": "101", "unit_price": { "value": "0.50", "status": "absent" } });
    let change = edit("/line_items/0/price/tiers/rows", Change::Add(row));
    let edited = review.edit(&change, act("ada", 2)).expect("it fits");
    let tiers = edited.draft.unwrap().terms.line_items[0].price.tiers.clone();
    let added = tiers.unwrap().rows.pop().unwrap().unit_price;
    assert_eq!(
        added.copied().map(|price| price.to_string()).as_deref(),
        Some("0.50")
    );
    assert!(
        matches!(&added.status, Status::Edited { by, .. } if by == "ada"),
        "{added:?}"
    );
}

#[test]
fn an_absent_field_can_be_filled_in() {
    let review = opened(Vec::new());
    for (path, value) in [
        ("/line_items/0/cadence", json!("quarterly")),
        ("/line_items/0/unit", json!("seat")),
        ("/currency", json!("EUR")),
        ("/payment/due", json!({"rule": "net", "days": 30})),
        ("/line_items/0/marks", json!(["contingent"])),
    ] {
        review
            .edit(&edit(path, Change::Set(value)), act("ada", 2))
            .unwrap_or_else(|error| panic!("{path}: {error}"));
    }
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let review = opened(Vec::new());
    let misfits = [
        ("/line_items/0/cadence", json!("bi-monthly")),
        ("/line_items/0/price/amount", json!("five")),
        ("/currency", json!("XXQ")),
        ("/line_items/0/kind", json!("rent")),
        ("/line_items/0/colour", json!("red")),
    ];
    for (path, value) in misfits {
        let refused = review.edit(&edit(path, Change::Set(value)), act("ada", 2));
        assert!(
            matches!(refused, Err(Refusal::ValueDoesNotFit { .. })),
            "{path}: {refused:?}"
        );
    }
    for path in ["/line_items/7/kind", "/nowhere/at/all", ""] {
        let refused = review.edit(&edit(path, Change::Set(json!("1"))), act("ada", 2));
        assert!(
            matches!(refused, Err(Refusal::UnknownField { .. })),
            "{path}: {refused:?}"
        );
    }
    let silent = Edit {
        reason: String::from("  "),
        ..edit("/customer", Change::Set(json!("Acme")))
    };
    assert_eq!(review.edit(&silent, act("ada", 2)), Err(Refusal::ReasonMissing));
}

#[test]
fn removing_a_line_takes_its_flags_and_moves_the_others_up() {
    let review = opened(flagged(&["/line_items/0/price", "/line_items/1/price"]));
    let edited = review
        .edit(&edit("/line_items/0", Change::Remove), act("ada", 2))
        .expect("removed");
    assert_eq!(open_flags(&edited), vec![String::from("/line_items/0/price")]);
    assert_eq!(edited.draft.expect("a draft").terms.line_items[0].id, "L02");
}

#[test]
fn a_line_is_added_with_a_free_id() {
    let item = json!({"kind": "one_time", "description": "Set-up"});
    let edited = opened(Vec::new())
        .edit(&edit("/line_items", Change::Add(item)), act("ada", 2))
        .expect("added");
    assert_eq!(edited.draft.expect("a draft").terms.line_items[2].id, "L03");
}

#[test]
fn decisions_on_an_old_revision_are_refused() {
    let review = opened(flagged(&["/line_items/0/price"]));
    let stale = Refusal::Stale { seen: 1, current: 2 };
    assert_eq!(
        review.resolve("MISSING_DOCUMENT-1", "known", act("ada", 1)),
        Err(stale.clone())
    );
    assert_eq!(review.submit(act("ada", 1)), Err(stale.clone()));
    assert_eq!(review.reject("no", act("ada", 1)), Err(stale));
}

#[test]
fn a_flag_is_decided_once() {
    let review = opened(flagged(&["/line_items/0/price"]));
    let decided = review
        .resolve("MISSING_DOCUMENT-1", "billed by hand", act("ada", 2))
        .expect("decided");
    assert_eq!(open_flags(&decided), Vec::<String>::new());
    let again = decided.resolve("MISSING_DOCUMENT-1", "again", act("bob", 3));
    assert!(matches!(again, Err(Refusal::AlreadyResolved { .. })), "{again:?}");
    let unknown = decided.resolve("MISSING_DOCUMENT-9", "what", act("bob", 3));
    assert!(matches!(unknown, Err(Refusal::UnknownFlag { .. })), "{unknown:?}");
}

#[test]
fn nothing_is_submitted_while_a_flag_waits() {
    let review = opened(flagged(&["/line_items/0/price"]));
    let refused = review.submit(act("ada", 2));
    assert!(
        matches!(&refused, Err(Refusal::OpenFlags { flags }) if flags.contains(&String::from("MISSING_DOCUMENT-1"))),
        "{refused:?}"
    );
}

#[test]
fn only_what_was_submitted_is_approved() {
    let review = opened(Vec::new());
    assert!(matches!(
        review.approve(act("bob", 2), false),
        Err(Refusal::NotNow { .. })
    ));
    let submitted = Review {
        state: State::Submitted {
            by: String::from("ada"),
            at: MORNING,
            first: None,
        },
        ..review
    };
    let own = submitted.approve(act("ada", 2), false);
    assert_eq!(
        own.map(|_| ()),
        Err(Refusal::SubmitterCannotApprove {
            name: String::from("ada")
        })
    );
    let stale = submitted.approve(act("bob", 1), false);
    assert_eq!(stale.map(|_| ()), Err(Refusal::Stale { seen: 1, current: 2 }));
    assert_eq!(
        submitted.approve(act("bob", 2), false).map(|_| ()),
        Err(Refusal::NoPlan)
    );
}

#[test]
fn what_has_not_left_can_be_reopened() {
    let (by, plan) = (String::from("ada"), String::from("0f"));
    let reopened = |state| {
        let review = Review {
            state,
            ..opened(Vec::new())
        };
        review
            .reopen("a price is wrong", act("bob", 2))
            .map(|review| review.state.name())
    };
    let approved = State::Approved {
        by: String::from("bob"),
        submitted_by: by.clone(),
        at: MORNING,
        plan: plan.clone(),
        first_approved_by: None,
    };
    let submitted = State::Submitted {
        by,
        at: MORNING,
        first: None,
    };
    assert_eq!(reopened(submitted), Ok("in_review"));
    assert_eq!(reopened(approved), Ok("in_review"));
    let gone = reopened(State::HandedOver { plan, at: MORNING });
    assert!(matches!(gone, Err(Refusal::NotNow { .. })), "{gone:?}");
}

#[test]
fn a_review_travels_as_json() {
    let review = opened(flagged(&["/line_items/0/price"]));
    let text = serde_json::to_string(&review).expect("serialises");
    assert_eq!(serde_json::from_str::<Review>(&text).expect("reads back"), review);
    let state = FlagState::Open;
    assert_eq!(serde_json::to_string(&state).expect("serialises"), "\"open\"");
}

mod citing {
    use super::*;
    use crate::file::{Limits, read};
    use crate::page::{Document, WordRef};
    use crate::review::Citation;

    const TEXT: &[u8] =
        b"The Customer, Acme Ltd, pays $1,250.00 per month from 1 March 2026 for twelve (12) months, \
        invoiced quarterly in advance and due 45 days after the invoice date, or EUR 900.00.";

    fn document() -> Document {
        read(TEXT, &Limits::default()).expect("a text")
    }

    /// The words from one that begins so to one that begins so.
    fn words(document: &Document, from: &str, to: &str) -> Vec<WordRef> {
        let all: Vec<WordRef> = document.flows(1).swap_remove(0);
        let at = |text: &str| {
            let starts = |at: &WordRef| document.word(*at).is_some_and(|word| word.text.starts_with(text));
            all.iter()
                .position(starts)
                .unwrap_or_else(|| panic!("no word {text}"))
        };
        all[at(from)..=at(to)].to_vec()
    }

    fn cited(path: &str, from: &str, to: &str) -> Result<serde_json::Value, Refusal> {
        let document = document();
        let mut terms = terms();
        let absent = Found::absent;
        terms.term.months = absent();
        terms.line_items[0].cadence = Found::withheld("", Vec::new());
        terms.line_items[0].timing = Found::withheld("", Vec::new());
        let draft = Draft {
            terms,
            flags: Vec::new(),
            plan: None,
        };
        let review = Review::received(MORNING)
            .drafted(draft, MORNING)
            .expect("first reading");
        let citation = Citation {
            document: &document,
            path: path.to_owned(),
            words: words(&document, from, to),
            reason: String::from("it stands there"),
        };
        let next = review.cite(&citation, act("ada", 2))?;
        let terms = serde_json::to_value(next.draft.expect("a draft").terms).expect("serialises");
        let field = terms.pointer(path).expect("the field").clone();
        assert_eq!(field["evidence"][0]["quote"], field["printed"]);
        Ok(field["value"].clone())
    }

    #[test]
    fn a_value_is_read_from_the_words_that_are_pointed_at() {
        for (path, from, to, value) in [
            ("/customer", "Acme", "Ltd", json!("Acme Ltd")),
            (
                "/line_items/0/price/amount",
                "$1,250.00",
                "month",
                json!("1250.00"),
            ),
            ("/currency", "EUR", "900.00", json!("EUR")),
            ("/term/start", "from", "2026", json!("2026-03-01")),
            ("/term/months", "twelve", "months", json!(12)),
            (
                "/line_items/0/cadence",
                "invoiced",
                "quarterly",
                json!("quarterly"),
            ),
            ("/line_items/0/timing", "in", "advance", json!("advance")),
            ("/payment/due", "due", "days", json!({"rule": "net", "days": 45})),
        ] {
            assert_eq!(cited(path, from, to), Ok(value), "{path}");
        }
    }

    #[test]
    fn words_that_say_nothing_or_too_much_are_refused() {
        let nothing = cited("/line_items/0/price/amount", "The", "Customer");
        assert!(matches!(nothing, Err(Refusal::NothingSaid { .. })), "{nothing:?}");
        let several = cited("/line_items/0/price/amount", "$1,250.00", "900.00");
        assert!(matches!(several, Err(Refusal::SeveralSaid { .. })), "{several:?}");
        let unknown = cited("/line_items/9/price/amount", "$1,250.00", "month");
        assert!(
            matches!(unknown, Err(Refusal::UnknownField { .. })),
            "{unknown:?}"
        );
    }
}
