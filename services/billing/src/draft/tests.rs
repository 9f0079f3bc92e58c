//! Invoices and credit notes as they would be issued, and the entries they post.

use jiff::civil::date;
use pricing::plan::*;

use super::*;
use crate::difference::difference;
use crate::expected::expected;
use crate::facts::*;
use crate::journal::{LedgerAccount, Side, on_issue};
use crate::sample::*;

fn tax(percent: &str, included: bool) -> Tax {
    Tax {
        id: "vat".to_owned(),
        name: "VAT".to_owned(),
        percent: dec(percent),
        included,
        sources: Vec::new(),
    }
}

fn taxed(percent: &str, included: bool, amounts: &[&str]) -> Plan {
    let charge = |(at, amount): (usize, &&str)| Charge {
        tax: Some("vat".to_owned()),
        ..flat(&format!("charge-{at}"), amount, months(1, Timing::Advance))
    };
    let mut plan = plan(
        date(2025, 1, 1),
        None,
        amounts.iter().enumerate().map(charge).collect(),
    );
    plan.taxes = vec![tax(percent, included)];
    plan
}

fn drafts(
    plan: &Plan,
    facts: &Facts,
    billed: &[crate::line::BilledLine],
    through: Date,
) -> Vec<DraftInvoice> {
    let due = difference(&expected(plan, facts, through).unwrap(), billed).unwrap();
    let issued_through = billed.iter().map(|line| line.invoice_date).max();
    draft(
        plan,
        due,
        Run {
            through,
            issued_through,
        },
    )
    .unwrap()
}

fn amounts(invoice: &DraftInvoice) -> (String, String, String) {
    let tax = invoice
        .taxes
        .first()
        .map(|tax| tax.amount.amount.to_string())
        .unwrap_or_default();
    (
        invoice.net.amount.to_string(),
        tax,
        invoice.total.amount.to_string(),
    )
}

fn texts(net: &str, tax: &str, total: &str) -> (String, String, String) {
    (net.to_owned(), tax.to_owned(), total.to_owned())
}

#[test]
fn tax_is_on_the_sum_of_rounded_lines() {
    // Line by line it would be 0.02 + 0.02 + 0.02.
    let added = drafts(
        &taxed("20", false, &["0.12", "0.12", "0.12"]),
        &NONE,
        &[],
        date(2025, 1, 1),
    );
    assert_eq!(amounts(&added[0]), texts("0.36", "0.07", "0.43"));
    let included = drafts(&taxed("20", true, &["100", "20"]), &NONE, &[], date(2025, 1, 1));
    assert_eq!(amounts(&included[0]), texts("100.00", "20.00", "120.00"));
}

#[test]
fn tax_may_be_taken_before_the_lines_are_rounded() {
    // Two thirds of 0.07 each: 0.05 on the invoice, 0.0466… before.
    let mut plan = taxed("50", false, &["0.07", "0.07"]);
    plan.term.end = Some(date(2025, 1, 21));
    plan.charges
        .iter_mut()
        .for_each(|charge| charge.schedule = days(30));
    let rounded = drafts(&plan, &NONE, &[], date(2025, 1, 1));
    assert_eq!(amounts(&rounded[0]), texts("0.10", "0.05", "0.15"));
    plan.policy.tax_base = TaxBase::UnroundedLines;
    plan.taxes[0].percent = dec("48");
    let unrounded = drafts(&plan, &NONE, &[], date(2025, 1, 1));
    assert_eq!(amounts(&unrounded[0]), texts("0.10", "0.04", "0.14"));
}

fn days(count: u32) -> Schedule {
    let every = Cadence {
        count,
        unit: CadenceUnit::Day,
    };
    Schedule::Recurring {
        every,
        timing: Timing::Advance,
        anchor: Anchor::Start,
        stub: Stub::Short,
    }
}

#[test]
fn invoices_follow_their_dates_and_are_due_by_the_terms() {
    let plan = plan(
        date(2025, 1, 1),
        None,
        vec![flat("tool", "500", months(1, Timing::Advance))],
    );
    let drafts = drafts(&plan, &NONE, &[], date(2025, 3, 1));
    let dates: Vec<_> = drafts
        .iter()
        .map(|draft| (draft.invoice_date, draft.due_date))
        .collect();
    assert_eq!(
        dates,
        [
            (date(2025, 1, 1), date(2025, 1, 31)),
            (date(2025, 2, 1), date(2025, 3, 3)),
            (date(2025, 3, 1), date(2025, 3, 31))
        ]
    );
}

fn corrected(credits_as: CreditsAs) -> Vec<DraftInvoice> {
    let mut plan = plan(
        date(2025, 1, 1),
        None,
        vec![
            flat("tool", "500", months(1, Timing::Advance)),
            usage("calls", "calls", per_unit("1")),
        ],
    );
    plan.meters = vec![sum_meter("calls")];
    plan.policy.credits_as = credits_as;
    let mut facts = Facts {
        events: vec![used("a", "calls", date(2025, 1, 5), "100")],
        ..NONE
    };
    let first = difference(&expected(&plan, &facts, date(2025, 2, 1)).unwrap(), &[]).unwrap();
    facts.events.push(UsageEvent {
        replaces: Some("a".to_owned()),
        ..used("b", "calls", date(2025, 1, 5), "60")
    });
    drafts(&plan, &facts, &billed(&first, "1"), date(2025, 3, 1))
}

#[test]
fn what_was_billed_too_high_comes_back_as_the_contract_says() {
    let note = corrected(CreditsAs::CreditNote);
    let kinds: Vec<_> = note
        .iter()
        .map(|draft| (draft.kind, draft.total.amount.to_string()))
        .collect();
    assert_eq!(
        kinds,
        [
            (DraftKind::Invoice, "500.00".to_owned()),
            (DraftKind::CreditNote, "-40.00".to_owned())
        ]
    );
    let next = corrected(CreditsAs::NextInvoice);
    assert_eq!(next.len(), 1);
    assert_eq!(next[0].total.amount.to_string(), "460.00");
}

#[test]
fn a_credit_waits_until_an_invoice_is_due() {
    let mut plan = plan(
        date(2025, 1, 1),
        None,
        vec![seats("seats", 10, "50", Timing::Advance)],
    );
    plan.policy.credits_as = CreditsAs::NextInvoice;
    let facts = Facts {
        seats: vec![seats_from("a", "seats", date(2025, 1, 17), 12)],
        ..NONE
    };
    let first = difference(&expected(&plan, &facts, date(2025, 1, 20)).unwrap(), &[]).unwrap();
    assert_eq!(drafts(&plan, &NONE, &billed(&first, "1"), date(2025, 1, 25)), []);
    let later = drafts(&plan, &NONE, &billed(&first, "1"), date(2025, 2, 1));
    assert_eq!(later[0].total.amount.to_string(), "451.61");
}

#[test]
fn what_is_learned_late_is_dated_by_the_run() {
    let plan = plan(
        date(2025, 1, 1),
        None,
        vec![seats("seats", 10, "50", Timing::Advance)],
    );
    let first = difference(&expected(&plan, &NONE, date(2025, 2, 1)).unwrap(), &[]).unwrap();
    let facts = Facts {
        seats: vec![seats_from("a", "seats", date(2025, 1, 17), 12)],
        ..NONE
    };
    let late = drafts(&plan, &facts, &billed(&first, "1"), date(2025, 2, 5));
    assert_eq!(late.len(), 1);
    assert_eq!(late[0].invoice_date, date(2025, 2, 5));
    assert_eq!(late[0].total.amount.to_string(), "148.39");
}

#[test]
fn an_unknown_tax_is_named() {
    let mut plan = taxed("20", false, &["1"]);
    plan.taxes.clear();
    let due = difference(&expected(&plan, &NONE, date(2025, 1, 1)).unwrap(), &[]).unwrap();
    let run = Run {
        through: date(2025, 1, 1),
        issued_through: None,
    };
    let fault = DraftError::UnknownTax {
        line: "charge-0".to_owned(),
        tax: "vat".to_owned(),
    };
    assert_eq!(draft(&plan, due, run), Err(fault));
}

#[test]
fn an_issued_invoice_posts_what_is_earned_deferred_and_owed() {
    let mut plan = taxed("20", false, &["500"]);
    plan.charges.push(usage("calls", "calls", per_unit("0.10")));
    plan.meters = vec![sum_meter("calls")];
    let facts = Facts {
        events: vec![used("a", "calls", date(2025, 1, 5), "300")],
        ..NONE
    };
    let invoice = drafts(&plan, &facts, &[], date(2025, 2, 1)).remove(1);
    let entry = on_issue(&invoice).unwrap();
    let posted: Vec<_> = entry
        .postings()
        .iter()
        .map(|posting| (posting.account.clone(), posting.side, posting.amount.to_string()))
        .collect();
    let vat = LedgerAccount::TaxPayable {
        tax: "vat".to_owned(),
    };
    assert_eq!(
        posted,
        [
            (
                LedgerAccount::AccountsReceivable,
                Side::Debit,
                "630.00".to_owned()
            ),
            (LedgerAccount::DeferredRevenue, Side::Credit, "500.00".to_owned()),
            (vat, Side::Credit, "100.00".to_owned()),
            (LedgerAccount::Revenue, Side::Credit, "30.00".to_owned()),
        ]
    );
}

#[test]
fn included_tax_leaves_the_revenue_net() {
    let invoice = drafts(
        &taxed("7", true, &["0.99", "0.99", "0.99"]),
        &NONE,
        &[],
        date(2025, 1, 1),
    )
    .remove(0);
    let entry = on_issue(&invoice).unwrap();
    let deferred = entry
        .postings()
        .iter()
        .filter(|posting| posting.account == LedgerAccount::DeferredRevenue);
    let net: rust_decimal::Decimal = deferred.map(|posting| posting.amount).sum();
    assert_eq!(net, invoice.net.amount);
    assert_eq!(invoice.total.amount, dec("2.97"));
}

#[test]
fn an_invoice_says_what_settles_it_early_where_the_contract_rewards_that() {
    let mut rewarded = taxed("20", false, &["100"]);
    assert_eq!(drafts(&rewarded, &NONE, &[], date(2025, 1, 1))[0].early, None);
    rewarded.payment.early = Some(EarlyPayment {
        percent: dec("2"),
        days: 10,
    });
    let invoice = drafts(&rewarded, &NONE, &[], date(2025, 1, 1)).remove(0);
    let early = invoice.early.unwrap();
    assert_eq!(
        (early.until, early.payable.amount, invoice.total.amount),
        (date(2025, 1, 11), dec("117.60"), dec("120.00"))
    );
}
