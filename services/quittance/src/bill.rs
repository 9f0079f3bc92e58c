//! `quittance bill`: issue what is due, or look at it first.

use std::path::Path;

use jiff::civil::Date;
use pricing::plan::Plan;
use wire::invoicing::v1::{
    BillingSettings, ConfigureBillingRequest, DiffPlansRequest, DiffPlansResponse, GetBillingSettingsRequest,
    RunBillingRequest, RunBillingResponse,
};

use crate::command::{Bill, Turn};
use crate::connection::{Invoicing, Services, request_id};
use crate::failure::Failure;
use crate::printing::{Output, table};
use crate::{arrange, drafts, invoices};

pub(crate) async fn run(command: &Bill, to: &Services, output: Output) -> Result<(), Failure> {
    let (options, dry_run) = match command {
        Bill::Run(options) => (options, false),
        Bill::Preview(options) => (options, true),
        Bill::Automatic { turn, grace_days } => return automatic(*turn, *grace_days, to, output).await,
        Bill::Drafts { account } => return drafts::list(account, to, output).await,
        Bill::Grace(wish) => return drafts::grace(wish, to, output).await,
        Bill::Arrange(wish) => return arrange::run(wish, to, output).await,
        Bill::AdvanceClock { account, to: time } => {
            return drafts::advance_clock(account, time, to, output).await;
        }
        Bill::Diff { file, through } => return diff(file, *through, to, output).await,
    };
    let request = RunBillingRequest {
        request_id: request_id(),
        through: options.through.to_string(),
        account: options.account.clone().unwrap_or_default(),
        dry_run,
        ..RunBillingRequest::default()
    };
    let answer = whole_run(&mut to.invoicing().await?, request).await?;
    output.show(|| wire::json::json(&answer), || people(&answer, dry_run));
    if answer.parked.is_empty() {
        Ok(())
    } else {
        Err(Failure::refused(
            "some accounts could not be billed; the others were",
        ))
    }
}

/// A run from its first account to its last, in as many calls as it takes; the answers put together. Of each call's
/// invoices the answer holds the first, in the order of their dates.
pub(crate) async fn whole_run(
    invoicing: &mut Invoicing,
    mut request: RunBillingRequest,
) -> Result<RunBillingResponse, Failure> {
    let mut whole = RunBillingResponse::default();
    loop {
        let answer = invoicing.run_billing(request.clone()).await?.into_inner();
        whole.invoices.extend(answer.invoices);
        whole.parked.extend(answer.parked);
        whole.invoice_count = whole.invoice_count.saturating_add(answer.invoice_count);
        whole.line_count = whole.line_count.saturating_add(answer.line_count);
        if answer.next_page_token.is_empty() {
            return Ok(whole);
        }
        request.request_id = request_id();
        request.page_token = answer.next_page_token;
    }
}

fn people(answer: &RunBillingResponse, dry_run: bool) -> String {
    let mut parts: Vec<String> = answer.invoices.iter().map(invoices::text).collect();
    parts.extend(
        answer
            .parked
            .iter()
            .map(|parked| format!("{} is parked: {}", parked.account, parked.reason)),
    );
    let shown = u64::try_from(answer.invoices.len()).unwrap_or(u64::MAX);
    if answer.invoice_count > shown {
        parts.push(format!("the first {shown} are shown"));
    }
    parts.push(match (answer.invoice_count, dry_run) {
        (0, _) => "nothing new is due".to_owned(),
        (count, true) => format!("{count} invoices would be issued"),
        (count, false) => format!("{count} invoices issued"),
    });
    parts.join("\n")
}

async fn automatic(
    turn: Option<Turn>,
    grace_days: u32,
    to: &Services,
    output: Output,
) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    let settings = match turn {
        None => {
            let answer = invoicing
                .get_billing_settings(GetBillingSettingsRequest {})
                .await?;
            answer.into_inner().settings
        }
        Some(turn) => {
            let request = ConfigureBillingRequest {
                request_id: request_id(),
                settings: Some(BillingSettings {
                    automatic: turn == Turn::On,
                    grace_days,
                }),
            };
            invoicing.configure_billing(request).await?.into_inner().settings
        }
    };
    let settings = settings.unwrap_or_default();
    let said = || match (settings.automatic, settings.grace_days) {
        (false, _) => "accounts are billed when somebody runs `quittance bill run`".to_owned(),
        (true, 0) => "accounts are billed by themselves, on the day".to_owned(),
        (true, days) => format!("accounts are billed by themselves, {days} days after the day"),
    };
    output.show(|| wire::json::json(&settings), said);
    Ok(())
}

async fn diff(file: &Path, through: Option<Date>, to: &Services, output: Output) -> Result<(), Failure> {
    let named = |why: &dyn std::fmt::Display| Failure::refused(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| named(&error))?;
    let plan: Plan = serde_json::from_str(&text).map_err(|error| named(&error))?;
    let request = DiffPlansRequest {
        amendment: Some(wire::plan::plan_message(&plan)),
        through: through.map(|day| day.to_string()).unwrap_or_default(),
    };
    let answer = to.invoicing().await?.diff_plans(request).await?.into_inner();
    output.show(|| wire::json::json(&answer), || months(&answer));
    Ok(())
}

fn months(answer: &DiffPlansResponse) -> String {
    let columns = [
        "month",
        "invoiced now",
        "amended",
        "cash now",
        "cash amended",
        "earned now",
        "earned amended",
    ];
    let rows = answer.months.iter().map(|month| {
        vec![
            month.month.clone(),
            month.invoiced_before.clone(),
            month.invoiced_after.clone(),
            month.cash_before.clone(),
            month.cash_after.clone(),
            month.revenue_before.clone(),
            month.revenue_after.clone(),
        ]
    });
    format!(
        "{}\ninvoiced through {}: {} {} now, {} amended, a difference of {}",
        table(&columns, &columns[1..], rows.collect()),
        answer.through,
        answer.currency,
        answer.invoiced_before,
        answer.invoiced_after,
        answer.invoiced_difference,
    )
}
