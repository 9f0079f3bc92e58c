//! Who is billed, by the names of the customers.

use askama::Template;
use axum::extract::Query;
use wire::invoicing::v1::{Account, Balance, ListAccountsRequest};

use super::amounts::{decimal, money, most_used};
use super::list::{self, Asked};
use crate::answer::{Answer, page};
use crate::chart::{About, Chart, Column, columns, width_of_each};
use crate::layout::{Frame, Section};
use crate::link;
use crate::visitor::Visitor;
use crate::wording::counted;

const HERE: &str = "/accounts";
const ROWS: u32 = 50;
/// A file holds all of them, taken so many at once.
const AT_ONCE: u32 = 1_000;
const TOO_MANY: &str = "More than 100,000 accounts are too many for one file: search for fewer of them.";

#[derive(Template)]
#[template(path = "money/accounts.html")]
struct Accounts {
    frame: Frame,
    search: String,
    charts: Vec<Chart>,
    rows: Vec<Row>,
    first: Option<String>,
    next: Option<String>,
    file: String,
}

struct Row {
    link: String,
    id: String,
    customer: String,
    agreements: String,
    owed: Vec<String>,
    overdue: Vec<String>,
    parked: bool,
}

pub(super) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Answer {
    if asked.as_file() {
        return take_away(&visitor, &asked).await;
    }
    let request = ListAccountsRequest {
        search: asked.search.trim().to_owned(),
        page_size: ROWS,
        page_token: asked.after.clone(),
        ..ListAccountsRequest::default()
    };
    let listed = visitor.invoicing().list_accounts(request).await?.into_inner();
    page(&Accounts {
        charts: charts(&listed.accounts),
        rows: listed.accounts.iter().map(row).collect(),
        first: asked.first(HERE),
        next: asked.next(HERE, &listed.next_page_token),
        file: asked.file(HERE),
        frame: visitor.frame(Section::Accounts),
        search: asked.search,
    })
}

fn row(account: &Account) -> Row {
    let overdue = |balance: &&Balance| !decimal(&balance.overdue).is_zero();
    Row {
        link: link::account(&account.id),
        id: account.id.clone(),
        customer: account.customer.clone(),
        agreements: counted(account.agreements.into(), "agreement", "agreements"),
        owed: account
            .balances
            .iter()
            .map(|balance| money(&balance.owed, &balance.currency))
            .collect(),
        overdue: account
            .balances
            .iter()
            .filter(overdue)
            .map(|balance| money(&balance.overdue, &balance.currency))
            .collect(),
        parked: !account.parked.is_empty(),
    }
}

/// What the listed accounts owe: due and overdue, one upon the other.
fn charts(accounts: &[Account]) -> Vec<Chart> {
    let balances = || accounts.iter().flat_map(|account| &account.balances);
    let currencies = most_used(balances().map(|balance| balance.currency.as_str()));
    let chart = |(at, currency): (usize, &&str)| {
        let owing = accounts.iter().filter_map(|account| {
            let balance = account.balances.iter().find(|one| one.currency == **currency)?;
            Some(column(account, balance))
        });
        let about = About {
            id: &format!("owed-{at}"),
            title: &format!("What the accounts listed here owe, in {currency}"),
            unit: currency,
            width: width_of_each(currencies.len()),
        };
        let legend = vec!["not due yet".to_owned(), "overdue".to_owned()];
        columns(about, &owing.collect::<Vec<_>>(), legend)
    };
    currencies.iter().enumerate().map(chart).collect()
}

fn column(account: &Account, balance: &Balance) -> Column {
    let overdue = decimal(&balance.overdue);
    Column {
        label: shortened(&account.customer),
        name: account.customer.clone(),
        parts: vec![decimal(&balance.owed).saturating_sub(overdue), overdue],
    }
}

/// As much of a name as stands under a column.
fn shortened(name: &str) -> String {
    const LETTERS: usize = 14;
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    let begin: String = name.chars().take(LETTERS - 1).collect();
    format!("{}…", begin.trim_end())
}

async fn take_away(visitor: &Visitor, asked: &Asked) -> Answer {
    let head = [
        "account",
        "customer",
        "agreements",
        "currency",
        "owed",
        "overdue",
        "open invoices",
    ];
    let all = ListAccountsRequest {
        search: asked.search.trim().to_owned(),
        page_size: AT_ONCE,
        ..ListAccountsRequest::default()
    };
    list::whole("accounts", &head, TOO_MANY, |page_token| {
        let (mut asking, all) = (visitor.invoicing(), all.clone());
        async move {
            let request = ListAccountsRequest { page_token, ..all };
            let listed = asking.list_accounts(request).await?.into_inner();
            let rows = listed.accounts.iter().flat_map(cells).collect();
            Ok((rows, listed.next_page_token))
        }
    })
    .await
}

/// A row for each currency something is owed in; one of its own where nothing is.
fn cells(account: &Account) -> Vec<Vec<String>> {
    let row = |balance: &Balance| {
        vec![
            account.id.clone(),
            account.customer.clone(),
            account.agreements.to_string(),
            balance.currency.clone(),
            balance.owed.clone(),
            balance.overdue.clone(),
            balance.invoices.to_string(),
        ]
    };
    if account.balances.is_empty() {
        return vec![row(&Balance::default())];
    }
    account.balances.iter().map(row).collect()
}
