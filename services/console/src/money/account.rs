//! One account: what it owes, what it was billed month by month, its agreements and its invoices.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use jiff::civil::Date;
use rust_decimal::Decimal;
use wire::invoicing::v1::{
    Account as Known, Invoice, InvoiceOrder, ListAccountsRequest, ListInvoicesRequest, ListPlansRequest,
    RegisteredPlan,
};
use wire::plan::v1::{Renewal, renewal};

use super::amounts::{decimal, money};
use super::invoices::{Row, row};
use super::list::Asked;
use crate::answer::{Answer, page};
use crate::chart::{About, Chart, Column, columns, width_of_each};
use crate::fault::Fault;
use crate::layout::{Frame, Section};
use crate::link;
use crate::sheets;
use crate::visitor::Visitor;
use crate::wording::{counted, days, grouped};

/// Invoices the picture is drawn from, and how many of them stand in the table.
const DRAWN: u32 = 200;
const LISTED: usize = 12;

#[derive(Template)]
#[template(path = "money/account.html")]
struct Account {
    frame: Frame,
    head: Head,
    charts: Vec<Chart>,
    months: Vec<(String, String)>,
    file: String,
    rows: Vec<Row>,
    all: String,
    agreements: Vec<Agreement>,
}

/// What stands over every page of an account.
pub(super) struct Head {
    pub(super) link: String,
    pub(super) id: String,
    pub(super) customer: String,
    /// Owed and overdue, by currency.
    pub(super) owed: Vec<(String, String)>,
    /// What the last run could not bill, and why.
    pub(super) parked: Vec<String>,
    pub(super) usage: bool,
    pub(super) credits: bool,
    pub(super) seats: bool,
}

/// A version of an agreement.
struct Agreement {
    title: String,
    contract: String,
    term: String,
    /// What follows its term.
    then: String,
    approved: String,
    standing: (&'static str, &'static str),
}

pub(super) async fn show(visitor: Visitor, Path(id): Path<String>, Query(asked): Query<Asked>) -> Answer {
    let list = ListInvoicesRequest {
        account: id.clone(),
        order: InvoiceOrder::NewestFirst.into(),
        page_size: DRAWN,
        ..ListInvoicesRequest::default()
    };
    let mut lister = visitor.invoicing();
    let listing = async { Ok(lister.list_invoices(list).await?.into_inner()) };
    let (known, plans, listed) = tokio::try_join!(known(&visitor, &id), plans(&visitor, &id), listing)?;
    let today = visitor.console.clock.today();
    let invoices = listed.invoices;
    let months = by_month(&invoices, !listed.next_page_token.is_empty());
    if asked.as_file() {
        return take_away(&months);
    }
    let (charts, months) = (charts(&months), in_words(&months));
    page(&Account {
        file: asked.file(&link::account(&id)),
        head: head(&known, &plans),
        frame: visitor.frame(Section::Accounts),
        charts,
        months,
        rows: invoices
            .iter()
            .take(LISTED)
            .map(|invoice| row(invoice, &visitor))
            .collect(),
        all: link::with("/invoices", &[("account", &id)]),
        agreements: plans.iter().map(|plan| agreement(plan, today)).collect(),
    })
}

/// The account of that id.
pub(super) async fn known(visitor: &Visitor, id: &str) -> Result<Known, Fault> {
    let request = ListAccountsRequest {
        account: id.to_owned(),
        ..ListAccountsRequest::default()
    };
    // Nobody has no name, and without one the service would list everybody.
    let found = if id.is_empty() {
        Vec::new()
    } else {
        visitor
            .invoicing()
            .list_accounts(request)
            .await?
            .into_inner()
            .accounts
    };
    let nobody = || {
        Fault::unknown("No plan bills an account of that name.").leading_to("To the accounts", "/accounts")
    };
    found.into_iter().next().ok_or_else(nobody)
}

/// The versions of its agreements, newest first.
pub(super) async fn plans(visitor: &Visitor, id: &str) -> Result<Vec<RegisteredPlan>, Fault> {
    let request = ListPlansRequest {
        account: id.to_owned(),
        page_size: 200,
        page_token: String::new(),
    };
    Ok(visitor.invoicing().list_plans(request).await?.into_inner().plans)
}

pub(super) fn head(known: &Known, plans: &[RegisteredPlan]) -> Head {
    let has =
        |what: fn(&wire::plan::v1::Plan) -> bool| plans.iter().filter_map(|one| one.plan.as_ref()).any(what);
    Head {
        link: link::account(&known.id),
        id: known.id.clone(),
        customer: known.customer.clone(),
        owed: known
            .balances
            .iter()
            .map(|balance| {
                let overdue = if decimal(&balance.overdue).is_zero() {
                    String::new()
                } else {
                    money(&balance.overdue, &balance.currency)
                };
                (money(&balance.owed, &balance.currency), overdue)
            })
            .collect(),
        parked: known.parked.iter().map(|parked| parked.reason.clone()).collect(),
        usage: has(|plan| !plan.meters.is_empty()),
        credits: has(|plan| !plan.pools.is_empty()),
        seats: has(|plan| plan.charges.iter().any(super::seats::has_seats)),
    }
}

/// Sums by currency and month.
type Months = BTreeMap<String, BTreeMap<String, Decimal>>;

/// What was invoiced in each month less what was credited. Where there are more invoices than these, the earliest month
/// may not be whole and is left out.
fn by_month(invoices: &[Invoice], there_are_more: bool) -> Months {
    let month = |invoice: &Invoice| {
        let month = invoice.invoice_date.get(..7);
        month.unwrap_or(&invoice.invoice_date).to_owned()
    };
    let cut = invoices.iter().map(month).min().filter(|_| there_are_more);
    let mut sums = Months::new();
    for invoice in invoices.iter().filter(|invoice| Some(month(invoice)) != cut) {
        let months = sums.entry(invoice.currency.clone()).or_default();
        let sum = months.entry(month(invoice)).or_default();
        *sum = sum.saturating_add(decimal(&invoice.total));
    }
    sums
}

/// A row for each month, the latest first.
fn in_words(sums: &Months) -> Vec<(String, String)> {
    let of_one = |(currency, months): (&String, &BTreeMap<String, Decimal>)| {
        let latest_first = months.iter().rev();
        let rows = latest_first.map(|(month, sum)| (month.clone(), money(&sum.to_string(), currency)));
        rows.collect::<Vec<_>>()
    };
    sums.iter().flat_map(of_one).collect()
}

fn take_away(sums: &Months) -> Answer {
    let mut rows = vec![["month", "invoiced", "currency"].map(str::to_owned).to_vec()];
    for (currency, months) in sums {
        let row = |(month, sum): (&String, &Decimal)| vec![month.clone(), sum.to_string(), currency.clone()];
        rows.extend(months.iter().map(row));
    }
    sheets::file("invoiced-by-month", rows)
}

/// A picture for each currency.
fn charts(sums: &Months) -> Vec<Chart> {
    let chart = |(at, (currency, months)): (usize, (&String, &BTreeMap<String, Decimal>))| {
        let about = About {
            id: &format!("months-{at}"),
            title: &format!("Invoiced in each month, less what was credited, in {currency}"),
            unit: currency,
            width: width_of_each(sums.len()),
        };
        columns(about, &months.iter().map(month).collect::<Vec<_>>(), Vec::new())
    };
    sums.iter().enumerate().map(chart).collect()
}

fn month((month, sum): (&String, &Decimal)) -> Column {
    let first: Option<Date> = format!("{month}-01").parse().ok();
    let label = first.map_or_else(|| month.clone(), |day| day.strftime("%b %y").to_string());
    Column {
        name: label.clone(),
        label,
        parts: vec![*sum],
    }
}

fn agreement(registered: &RegisteredPlan, today: Date) -> Agreement {
    let plan = registered.plan.clone().unwrap_or_default();
    let approval = registered.approval.clone().unwrap_or_default();
    let term = plan.term.unwrap_or_default();
    Agreement {
        title: plan.title.clone(),
        contract: format!("/contracts/{}", link::segment(&approval.contract_id)),
        standing: standing(&term.start, &term.end, &registered.superseded_on, today),
        term: days(&term.start, &term.end),
        then: then(plan.renewal.as_ref()),
        approved: format!("{}, after {}", approval.approved_by, approval.submitted_by),
    }
}

/// What follows the term of a plan.
fn then(renewal: Option<&Renewal>) -> String {
    match renewal.and_then(|renewal| renewal.kind.as_ref()) {
        Some(renewal::Kind::Ends(_)) => "it ends".to_owned(),
        Some(renewal::Kind::Automatic(renewal)) => {
            let months = counted(renewal.months.into(), "month", "months");
            match renewal.notice_days {
                Some(notice) => {
                    let notice = counted(notice.into(), "day", "days");
                    format!("{months} more, unless notice is given {notice} before")
                }
                None => format!("{months} more, unless notice is given"),
            }
        }
        Some(renewal::Kind::NotStated(_)) | None => "not stated".to_owned(),
    }
}

/// Whether it is in force on a day. A renewal is for the service to know; what ran out says no more than that.
fn standing(start: &str, end: &str, superseded: &str, today: Date) -> (&'static str, &'static str) {
    let come = |day: &str| day.parse::<Date>().is_ok_and(|day| day <= today);
    if come(superseded) {
        ("amended", "plain")
    } else if !come(start) {
        ("to come", "info")
    } else if come(end) {
        ("first term over", "plain")
    } else {
        ("in force", "good")
    }
}

/// `12 of 40` where a table shows fewer than there are.
pub(super) fn shown_of(shown: usize, all: usize) -> String {
    format!("{} of {}", grouped(&shown.to_string()), grouped(&all.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_add_up_and_credits_are_taken_off() {
        let invoice = |date: &str, total: &str, currency: &str| Invoice {
            invoice_date: date.to_owned(),
            total: total.to_owned(),
            currency: currency.to_owned(),
            ..Invoice::default()
        };
        let invoices = [
            invoice("2026-02-01", "100.00", "USD"),
            invoice("2026-01-31", "-20.00", "USD"),
            invoice("2026-02-28", "1000.00", "USD"),
            invoice("2026-02-28", "7", "JPY"),
        ];
        let told = |there_are_more| {
            let months = by_month(&invoices, there_are_more);
            assert_eq!(charts(&months).len(), 2);
            let rows = in_words(&months).into_iter();
            rows.map(|(month, sum)| format!("{month} {sum}"))
                .collect::<Vec<_>>()
        };
        let all = ["2026-02 7 JPY", "2026-02 1,100.00 USD", "2026-01 −20.00 USD"];
        assert_eq!(told(false), all);
        assert_eq!(told(true), all[..2], "a month that may not be whole is left out");
    }

    #[test]
    fn what_follows_a_term_is_told_with_its_notice() {
        let automatic = |notice_days| Renewal {
            kind: Some(renewal::Kind::Automatic(wire::plan::v1::RenewalAutomatic {
                months: 12,
                notice_days,
                ..Default::default()
            })),
        };
        assert_eq!(
            then(Some(&automatic(Some(90)))),
            "12 months more, unless notice is given 90 days before"
        );
        assert_eq!(
            then(Some(&automatic(None))),
            "12 months more, unless notice is given"
        );
        assert_eq!(then(None), "not stated");
    }

    #[test]
    fn an_agreement_is_in_force_from_its_first_day_until_it_is_amended_or_over() {
        let today = "2026-03-01".parse().unwrap();
        for (start, end, superseded, words) in [
            ("2026-03-01", "2027-03-01", "", "in force"),
            ("2026-03-02", "", "", "to come"),
            ("2025-03-01", "2026-03-01", "", "first term over"),
            ("2025-03-01", "", "2026-03-01", "amended"),
            ("2025-03-01", "", "2026-04-01", "in force"),
        ] {
            assert_eq!(standing(start, end, superseded, today).0, words);
        }
    }
}
