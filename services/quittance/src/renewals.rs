//! `quittance plan renewals`: terms that follow by themselves.

use wire::invoicing::v1::renewal::Decision;
use wire::invoicing::v1::{ListRenewalsRequest, Renewal};

use crate::connection::Invoicing;
use crate::failure::Failure;
use crate::printing::{Output, table};

pub(crate) async fn list(
    invoicing: &mut Invoicing,
    account: &str,
    open: bool,
    output: Output,
) -> Result<(), Failure> {
    let mut request = ListRenewalsRequest {
        account: account.to_owned(),
        page_size: 200,
        page_token: String::new(),
        open,
    };
    let mut all = Vec::new();
    loop {
        let page = invoicing.list_renewals(request.clone()).await?.into_inner();
        all.extend(page.renewals);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    output.show(
        || all.iter().map(wire::json::json).collect(),
        || people(&all, open),
    );
    Ok(())
}

fn people(renewals: &[Renewal], open: bool) -> String {
    if renewals.is_empty() {
        return if open {
            "no agreement renews by itself, or notice comes too late for all of them".to_owned()
        } else {
            "no agreement renews by itself".to_owned()
        };
    }
    let columns = [
        "account",
        "plan",
        "renewal",
        "starts",
        "ends before",
        "notice by",
        "prices",
        "state",
    ];
    table(&columns, &["renewal"], renewals.iter().map(row).collect())
}

fn row(renewal: &Renewal) -> Vec<String> {
    let prices = match renewal.uplift_percent.as_str() {
        "" => "as before".to_owned(),
        percent => format!("{percent} % up"),
    };
    let state = match renewal.decision() {
        Decision::Renewed => "renewed",
        Decision::Refused => "refused by notice",
        Decision::Open | Decision::Unspecified => "notice can be given",
    };
    vec![
        renewal.account.clone(),
        renewal.plan.chars().take(12).collect(),
        renewal.number.to_string(),
        renewal.starts.clone(),
        renewal.ends.clone(),
        renewal.notice_by.clone(),
        prices,
        state.to_owned(),
    ]
}
