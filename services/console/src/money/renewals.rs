//! Terms that follow by themselves: until when notice stops them, and what became of those that could be stopped.

use askama::Template;
use axum::extract::Query;
use jiff::civil::Date;
use serde::Deserialize;
use wire::invoicing::v1::renewal::Decision;
use wire::invoicing::v1::{ListRenewalsRequest, ListRenewalsResponse, Renewal};

use super::amounts::days_since;
use crate::answer::{Answer, page};
use crate::fault::Fault;
use crate::layout::{Frame, Section};
use crate::link;
use crate::sheets;
use crate::visitor::Visitor;
use crate::wording::{counted, days};

/// Agreements of one page: each is worked out from its terms and notices.
const AT_ONCE: u32 = 40;
/// Agreements that renew nothing are passed over, but not without end.
const MOST_CALLS: u32 = 3;
const IN_A_FILE: u32 = 200;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    account: String,
    #[serde(default)]
    after: String,
    #[serde(default, rename = "as")]
    form: String,
}

#[derive(Template)]
#[template(path = "money/renewals.html")]
struct Renewals {
    frame: Frame,
    account: String,
    rows: Vec<Row>,
    first: Option<String>,
    next: Option<String>,
    file: String,
}

/// A term that follows another.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    account: String,
    link: String,
    term: String,
    notice_by: String,
    /// How long notice can still be given, and whether that is soon.
    left: (String, &'static str),
    prices: String,
}

pub(super) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Answer {
    if asked.form == sheets::AS_FILE {
        return take_away(&visitor, &asked).await;
    }
    let listed = listed(&visitor, &asked).await?;
    let today = visitor.console.clock.today();
    let next = listed.next_page_token.as_str();
    let mut renewals = listed.renewals;
    renewals.sort_by_key(|renewal| (renewal.decision() != Decision::Open, renewal.notice_by.clone()));
    page(&Renewals {
        rows: renewals.iter().map(|renewal| row(renewal, today)).collect(),
        first: (!asked.after.is_empty()).then(|| address(&asked, "", "")),
        next: (!next.is_empty()).then(|| address(&asked, next, "")),
        file: address(&asked, "", sheets::AS_FILE),
        frame: visitor.frame(Section::Accounts),
        account: asked.account,
    })
}

/// The next agreements in which something renews.
async fn listed(visitor: &Visitor, asked: &Asked) -> Result<ListRenewalsResponse, Fault> {
    let mut request = ListRenewalsRequest {
        account: asked.account.trim().to_owned(),
        page_size: AT_ONCE,
        page_token: asked.after.clone(),
    };
    let mut found = ListRenewalsResponse::default();
    for _ in 0..MOST_CALLS {
        found = visitor
            .invoicing()
            .list_renewals(request.clone())
            .await?
            .into_inner();
        if !found.renewals.is_empty() || found.next_page_token.is_empty() {
            break;
        }
        request.page_token.clone_from(&found.next_page_token);
    }
    Ok(found)
}

fn address(asked: &Asked, after: &str, form: &str) -> String {
    let fields = [("account", asked.account.trim()), ("after", after), ("as", form)];
    link::with("/renewals", &fields)
}

fn row(renewal: &Renewal, today: Date) -> Row {
    Row {
        account: renewal.account.clone(),
        link: link::account(&renewal.account),
        term: days(&renewal.starts, &renewal.ends),
        notice_by: renewal.notice_by.clone(),
        left: left(renewal, today),
        prices: match renewal.uplift_percent.as_str() {
            "" => "as before".to_owned(),
            percent => format!("{percent} % up"),
        },
    }
}

/// A month is little time to decide about a year.
const SOON: u64 = 30;

fn left(renewal: &Renewal, today: Date) -> (String, &'static str) {
    match renewal.decision() {
        Decision::Renewed => return ("renewed".to_owned(), "good"),
        Decision::Refused => return ("stopped by notice".to_owned(), "stop"),
        Decision::Open | Decision::Unspecified => {}
    }
    let left = days_since(&renewal.notice_by, today).map_or(0, |since| since.saturating_neg());
    match u64::try_from(left) {
        Ok(0) => ("last day for notice".to_owned(), "warn"),
        Ok(left) => {
            let tone = if left <= SOON { "warn" } else { "info" };
            (format!("{} left for notice", counted(left, "day", "days")), tone)
        }
        Err(_) => ("renews: notice comes too late".to_owned(), "plain"),
    }
}

async fn take_away(visitor: &Visitor, asked: &Asked) -> Answer {
    let head = [
        "account",
        "agreement",
        "renewal",
        "starts",
        "ends_before",
        "notice_by",
        "uplift_percent",
        "decision",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut request = ListRenewalsRequest {
        account: asked.account.trim().to_owned(),
        page_size: IN_A_FILE,
        page_token: String::new(),
    };
    loop {
        let listed = visitor
            .invoicing()
            .list_renewals(request.clone())
            .await?
            .into_inner();
        rows.extend(listed.renewals.into_iter().map(cells));
        if listed.next_page_token.is_empty() {
            return sheets::file("renewals", rows);
        }
        request.page_token = listed.next_page_token;
    }
}

fn cells(renewal: Renewal) -> Vec<String> {
    let decision = renewal.decision().as_str_name().to_lowercase();
    vec![
        renewal.account,
        renewal.plan,
        renewal.number.to_string(),
        renewal.starts,
        renewal.ends,
        renewal.notice_by,
        renewal.uplift_percent,
        decision,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_still_be_stopped_says_how_long() {
        let today: Date = "2026-10-01".parse().unwrap();
        let renewal = |notice_by: &str, decision: Decision| Renewal {
            notice_by: notice_by.to_owned(),
            decision: decision.into(),
            ..Renewal::default()
        };
        for (notice_by, decision, words, tone) in [
            ("2026-11-01", Decision::Open, "31 days left for notice", "info"),
            ("2026-10-02", Decision::Open, "1 day left for notice", "warn"),
            ("2026-10-01", Decision::Open, "last day for notice", "warn"),
            (
                "2026-09-30",
                Decision::Open,
                "renews: notice comes too late",
                "plain",
            ),
            ("2026-11-01", Decision::Refused, "stopped by notice", "stop"),
            ("2026-01-01", Decision::Renewed, "renewed", "good"),
        ] {
            assert_eq!(
                left(&renewal(notice_by, decision), today),
                (words.to_owned(), tone)
            );
        }
    }
}
