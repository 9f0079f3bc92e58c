//! `quittance usage alert` and `alerts`: amounts that are watched, and what passed them.

use serde_json::json;
use wire::invoicing::v1::usage_alert::{Every, Measure};
use wire::invoicing::v1::{
    ListPassedAlertsRequest, ListUsageAlertsRequest, PassedAlert, RemoveUsageAlertRequest,
    SetUsageAlertRequest, UsageAlert,
};

use crate::command::{Alert, AlertEvery, AlertMeasure, SetAlert};
use crate::connection::{Invoicing, Services, request_id};
use crate::failure::Failure;
use crate::printing::{Output, table};

pub(super) async fn change(alert: &Alert, to: &Services, output: Output) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    match alert {
        Alert::Set(wanted) => {
            let request = SetUsageAlertRequest {
                request_id: request_id(),
                alert: Some(message(wanted)),
            };
            let answer = invoicing.set_usage_alert(request).await?.into_inner();
            let alert = answer.alert.unwrap_or_default();
            output.show(
                || wire::json::json(&alert),
                || format!("`{}` is watched", alert.name),
            );
        }
        Alert::Remove { name } => {
            let request = RemoveUsageAlertRequest {
                request_id: request_id(),
                name: name.clone(),
            };
            invoicing.remove_usage_alert(request).await?;
            output.show(
                || json!({ "removed": name }),
                || format!("`{name}` is no longer watched"),
            );
        }
    }
    Ok(())
}

fn message(wanted: &SetAlert) -> UsageAlert {
    let measure = match wanted.measure {
        None => Measure::Unspecified,
        Some(AlertMeasure::Sum) => Measure::Sum,
        Some(AlertMeasure::Count) => Measure::Count,
        Some(AlertMeasure::Max) => Measure::Max,
        Some(AlertMeasure::Unique) => Measure::Unique,
    };
    let every = match wanted.every {
        AlertEvery::Day => Every::Day,
        AlertEvery::Month => Every::Month,
        AlertEvery::Year => Every::Year,
    };
    UsageAlert {
        name: wanted.name.clone(),
        account: wanted.account.clone(),
        meter: wanted.meter.clone(),
        measure: measure.into(),
        amount: wanted.amount.to_string(),
        currency: wanted.currency.clone(),
        every: every.into(),
        invoices: wanted.invoice,
    }
}

pub(super) async fn list(account: &str, to: &Services, output: Output) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    let alerts = alerts(&mut invoicing, account).await?;
    let passed = passed(&mut invoicing, account).await?;
    let each = |alerts: &[UsageAlert]| alerts.iter().map(wire::json::json).collect::<Vec<_>>();
    output.show(
        || {
            let passed: Vec<_> = passed.iter().map(wire::json::json).collect();
            json!({ "alerts": each(&alerts), "passed": passed })
        },
        || people(&alerts, &passed),
    );
    Ok(())
}

async fn alerts(invoicing: &mut Invoicing, account: &str) -> Result<Vec<UsageAlert>, Failure> {
    let mut request = ListUsageAlertsRequest {
        account: account.to_owned(),
        page_size: 1000,
        page_token: String::new(),
    };
    let mut alerts = Vec::new();
    loop {
        let page = invoicing.list_usage_alerts(request.clone()).await?.into_inner();
        alerts.extend(page.alerts);
        if page.next_page_token.is_empty() {
            return Ok(alerts);
        }
        request.page_token = page.next_page_token;
    }
}

async fn passed(invoicing: &mut Invoicing, account: &str) -> Result<Vec<PassedAlert>, Failure> {
    let mut request = ListPassedAlertsRequest {
        account: account.to_owned(),
        page_size: 1000,
        page_token: String::new(),
    };
    let mut passed = Vec::new();
    loop {
        let page = invoicing.list_passed_alerts(request.clone()).await?.into_inner();
        passed.extend(page.passed);
        if page.next_page_token.is_empty() {
            return Ok(passed);
        }
        request.page_token = page.next_page_token;
    }
}

fn people(alerts: &[UsageAlert], passed: &[PassedAlert]) -> String {
    let watched = match alerts {
        [] => "no amount is watched".to_owned(),
        alerts => table(
            &["alert", "account", "watches", "amount", "every", "invoices"],
            &["amount"],
            alerts.iter().map(alert_row).collect(),
        ),
    };
    let passed = match passed {
        [] => "none was passed".to_owned(),
        passed => table(
            &[
                "passed", "account", "from", "until", "amount", "total", "invoiced",
            ],
            &["amount", "total"],
            passed.iter().map(passed_row).collect(),
        ),
    };
    format!("{watched}\n{passed}")
}

fn alert_row(alert: &UsageAlert) -> Vec<String> {
    let measure = alert.measure().as_str_name().to_lowercase();
    let watches = if alert.meter.is_empty() {
        format!("bill in {}", alert.currency)
    } else {
        format!("{measure} of {}", alert.meter)
    };
    vec![
        alert.name.clone(),
        alert.account.clone(),
        watches,
        alert.amount.clone(),
        alert.every().as_str_name().to_lowercase(),
        if alert.invoices { "yes" } else { "" }.to_owned(),
    ]
}

fn passed_row(passed: &PassedAlert) -> Vec<String> {
    let invoiced = match (passed.invoices, passed.billed_at) {
        (false, _) => String::new(),
        (true, None) => "waits".to_owned(),
        (true, Some(_)) if passed.issued.is_empty() => "nothing was due".to_owned(),
        (true, Some(_)) => passed.issued.join(", "),
    };
    vec![
        passed.alert.clone(),
        passed.account.clone(),
        passed.from.clone(),
        passed.until.clone(),
        passed.amount.clone(),
        passed.total.clone(),
        invoiced,
    ]
}
