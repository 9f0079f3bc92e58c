//! `quittance usage so-far`: how an account stands, once or whenever it changes.

use wire::invoicing::v1::{
    AgreementSoFar, GetUsageSoFarRequest, RunningTotal, UsageSoFar, WatchUsageRequest,
};

use crate::connection::Services;
use crate::failure::Failure;
use crate::printing::Output;

pub(super) async fn show(account: &str, watch: bool, to: &Services, output: Output) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    let account = account.to_owned();
    if !watch {
        let answer = invoicing
            .get_usage_so_far(GetUsageSoFarRequest { account })
            .await?;
        print(&answer.into_inner().so_far.unwrap_or_default(), output);
        return Ok(());
    }
    let request = WatchUsageRequest { account };
    let mut changes = invoicing.watch_usage(request).await?.into_inner();
    while let Some(change) = changes.message().await? {
        print(&change.so_far.unwrap_or_default(), output);
    }
    Ok(())
}

fn print(so_far: &UsageSoFar, output: Output) {
    output.show(
        || wire::json::json(so_far),
        || {
            so_far
                .agreements
                .iter()
                .map(agreement)
                .collect::<Vec<_>>()
                .join("\n")
        },
    );
}

fn agreement(stand: &AgreementSoFar) -> String {
    let plan: String = stand.plan.chars().take(12).collect();
    let mut lines = vec![format!("{plan} on {}", stand.day)];
    lines.extend(stand.totals.iter().map(total));
    for credits in &stand.credits {
        lines.push(format!("  {} of {} left", credits.balance, credits.pool));
    }
    if let Some(bill) = &stand.bill {
        lines.push(format!(
            "  {} {} to bill so far, {} with tax",
            bill.currency, bill.net, bill.total
        ));
    } else {
        lines.push(format!("  cannot be billed: {}", stand.not_billable));
    }
    lines.join("\n")
}

fn total(running: &RunningTotal) -> String {
    let RunningTotal {
        meter,
        from,
        until,
        quantity,
    } = running;
    match quantity {
        None => format!("  {meter} from {from} to before {until}: nothing"),
        Some(used) => format!(
            "  {meter} from {from} to before {until}: sum {}, {} events, least {}, greatest {}",
            used.sum, used.count, used.min, used.max
        ),
    }
}
