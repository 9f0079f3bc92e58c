//! `quittance bill drafts`, `grace` and `advance-clock`: what waits to be issued, how long, and by which clock.

use wire::invoicing::v1::set_grace_period_request::Of;
use wire::invoicing::v1::{
    AdvanceClockRequest, GracePeriod, ListDraftsRequest, ListDraftsResponse, ListGracePeriodsRequest,
    SetGracePeriodRequest,
};

use crate::command::Grace;
use crate::connection::{Services, request_id};
use crate::facts::timestamp;
use crate::failure::Failure;
use crate::printing::{Output, table};

pub(crate) async fn list(account: &str, to: &Services, output: Output) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    let mut request = ListDraftsRequest {
        account: account.to_owned(),
        ..ListDraftsRequest::default()
    };
    let mut all = ListDraftsResponse::default();
    loop {
        let page = invoicing.list_drafts(request.clone()).await?.into_inner();
        all.drafts.extend(page.drafts);
        all.parked.extend(page.parked);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    output.show(|| wire::json::json(&all), || people(&all));
    Ok(())
}

fn people(all: &ListDraftsResponse) -> String {
    let parked = all.parked.iter();
    let mut parts: Vec<String> = parked
        .map(|parked| format!("{} is parked: {}", parked.account, parked.reason))
        .collect();
    if all.drafts.is_empty() {
        parts.push("nothing is due that was not issued".to_owned());
        return parts.join("\n");
    }
    let rows = all.drafts.iter().map(|draft| {
        vec![
            draft.account.clone(),
            draft.invoice_date.clone(),
            format!("{} {}", draft.total, draft.currency),
            if draft.issues_on.is_empty() {
                "when somebody runs `quittance bill run`".to_owned()
            } else {
                draft.issues_on.clone()
            },
        ]
    });
    let columns = ["account", "date", "total", "issued on"];
    parts.push(table(&columns, &["total"], rows.collect()));
    parts.join("\n")
}

pub(crate) async fn grace(wish: &Grace, to: &Services, output: Output) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    let account = wish.account.clone().map(Of::Account);
    let of = account.or_else(|| wish.issuer.clone().map(Of::Issuer));
    if of.is_none() && wish.days.is_some() {
        return Err(Failure::refused(
            "name the account or the issuer whose drafts wait; for all others run `quittance bill automatic on --grace-days N`",
        ));
    }
    if of.is_some() {
        let request = SetGracePeriodRequest {
            request_id: request_id(),
            of,
            days: wish.days,
        };
        invoicing.set_grace_period(request).await?;
    }
    let answer = invoicing
        .list_grace_periods(ListGracePeriodsRequest {})
        .await?
        .into_inner();
    output.show(|| wire::json::json(&answer), || periods(&answer.periods));
    Ok(())
}

fn periods(periods: &[GracePeriod]) -> String {
    if periods.is_empty() {
        return "drafts of all accounts wait as `quittance bill automatic` says".to_owned();
    }
    let row = |period: &GracePeriod| {
        let (whose, name) = if period.issuer.is_empty() {
            ("account", &period.account)
        } else {
            ("issuer", &period.issuer)
        };
        vec![whose.to_owned(), name.clone(), period.days.to_string()]
    };
    table(
        &["drafts of", "name", "days"],
        &["days"],
        periods.iter().map(row).collect(),
    )
}

pub(crate) async fn advance_clock(
    account: &str,
    time: &str,
    to: &Services,
    output: Output,
) -> Result<(), Failure> {
    let request = AdvanceClockRequest {
        request_id: request_id(),
        account: account.to_owned(),
        to: Some(timestamp(time).map_err(Failure::refused)?),
    };
    let answer = to.invoicing().await?.advance_clock(request).await?.into_inner();
    let said = || {
        format!(
            "it is {time} for {account}; where accounts are billed by themselves, so is it within a minute"
        )
    };
    output.show(|| wire::json::json(&answer), said);
    Ok(())
}
