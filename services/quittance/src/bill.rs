//! `quittance bill`: issue what is due, or look at it first.

use wire::invoicing::v1::{RunBillingRequest, RunBillingResponse};

use crate::command::Bill;
use crate::connection::{Services, request_id};
use crate::failure::Failure;
use crate::invoices;
use crate::printing::Output;

pub(crate) async fn run(command: &Bill, to: &Services, output: Output) -> Result<(), Failure> {
    let (options, dry_run) = match command {
        Bill::Run(options) => (options, false),
        Bill::Preview(options) => (options, true),
    };
    let request = RunBillingRequest {
        request_id: request_id(),
        through: options.through.to_string(),
        account: options.account.clone().unwrap_or_default(),
        dry_run,
    };
    let answer = to.invoicing().await?.run_billing(request).await?.into_inner();
    output.show(|| wire::json::json(&answer), || people(&answer, dry_run));
    if answer.parked.is_empty() {
        Ok(())
    } else {
        Err(Failure::refused(
            "some accounts could not be billed; the others were",
        ))
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
    parts.push(match (answer.invoices.len(), dry_run) {
        (0, _) => "nothing new is due".to_owned(),
        (count, true) => format!("{count} invoices would be issued"),
        (count, false) => format!("{count} invoices issued"),
    });
    parts.join("\n")
}
