//! Terms that follow by themselves: until when notice stops them, and what became of those that could be stopped.

use askama::Template;
use axum::extract::Query;
use jiff::civil::Date;
use wire::invoicing::v1::renewal::Decision;
use wire::invoicing::v1::{ListRenewalsRequest, ListRenewalsResponse, Renewal};

use super::amounts::days_since;
use super::list::{self, Asked};
use crate::answer::{Answer, page};
use crate::fault::Fault;
use crate::layout::{Frame, Section};
use crate::link;
use crate::visitor::Visitor;
use crate::wording::{counted, days};

/// Agreements of one page: each is worked out from its terms and notices.
const AT_ONCE: u32 = 40;
/// Agreements that renew nothing are passed over, but not without end.
const MOST_CALLS: u32 = 3;
const IN_A_FILE: u32 = 200;
const TOO_MANY: &str = "More than 100,000 renewals are too many for one file: ask for one account.";
const HERE: &str = "/renewals";

/// What can still be stopped, the soonest first; or every term, decided or not, agreement by agreement.
const TABS: [(&str, &str); 2] = [("open", "Can still be stopped"), ("all", "All")];

#[derive(Template)]
#[template(path = "money/renewals.html")]
struct Renewals {
    frame: Frame,
    account: String,
    tabs: Vec<(String, &'static str, bool)>,
    open: bool,
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
    if asked.as_file() {
        return take_away(&visitor, &asked).await;
    }
    let listed = listed(&visitor, &asked).await?;
    let today = visitor.console.clock.today();
    let tabs = TABS.iter();
    page(&Renewals {
        tabs: tabs
            .map(|(tab, words)| (asked.tab(HERE, tab), *words, (*tab == "open") == open(&asked)))
            .collect(),
        open: open(&asked),
        rows: listed
            .renewals
            .iter()
            .map(|renewal| row(renewal, today))
            .collect(),
        first: asked.first(HERE),
        next: asked.next(HERE, &listed.next_page_token),
        file: asked.file(HERE),
        frame: visitor.frame(Section::Accounts),
        account: asked.account,
    })
}

fn open(asked: &Asked) -> bool {
    asked.show != "all"
}

/// The next agreements in which something renews.
async fn listed(visitor: &Visitor, asked: &Asked) -> Result<ListRenewalsResponse, Fault> {
    let mut request = request(asked, AT_ONCE);
    request.page_token.clone_from(&asked.after);
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

fn request(asked: &Asked, size: u32) -> ListRenewalsRequest {
    ListRenewalsRequest {
        account: asked.account.trim().to_owned(),
        page_size: size,
        page_token: String::new(),
        open: open(asked),
    }
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
    let all = request(asked, IN_A_FILE);
    list::whole("renewals", &head, TOO_MANY, |page_token| {
        let (mut asking, all) = (visitor.invoicing(), all.clone());
        async move {
            let request = ListRenewalsRequest { page_token, ..all };
            let listed = asking.list_renewals(request).await?.into_inner();
            let rows = listed.renewals.into_iter().map(cells).collect();
            Ok((rows, listed.next_page_token))
        }
    })
    .await
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
