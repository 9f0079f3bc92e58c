//! `quittance bench usage`: how many events a second are taken durably and exactly once, and whether they all reach the
//! bill.
//!
//! A deterministic set of events, some sent twice, some late, goes over gRPC to a service on a private cluster of its
//! own; client, service and PostgreSQL share this machine. Beside the load one probe sends single events and asks for
//! their total at once, which measures the lag. In the end everything is billed and compared with a sum made here.

mod load;
pub(super) mod machine;
pub(super) mod oracle;
pub(super) mod set;

use std::time::Duration;

use jiff::civil::date;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use wire::invoicing::v1::{Approval, RegisterPlanRequest, RunBillingRequest};
use wire::plan::plan_message;

use super::{Stage, peak_memory};
use crate::bill;
use crate::command::BenchUsage;
use crate::connection::{Invoicing, request_id};
use crate::failure::Failure;
use crate::invoices;
use crate::printing::Output;
use load::Load;
use machine::Consumption;
use set::Set;

/// Runs it and reports; a total that is not the oracle's is a failure.
pub(crate) async fn run(command: &BenchUsage, output: Output) -> Result<(), Failure> {
    let stage = Stage::set().await?;
    let measured = measure(command, &stage, output).await;
    stage.strike().await;
    measured?.report(output)
}

async fn measure(command: &BenchUsage, stage: &Stage, output: Output) -> Result<Report, Failure> {
    let set = Set::new(command.events, command.accounts, command.ids);
    let mut invoicing = stage.client().await?;
    register(&mut invoicing, &set, command.distinct).await?;
    output.say(&format!(
        "Sending {} events of {} accounts …",
        command.events, command.accounts
    ));
    let before = Consumption::of(stage.cluster().as_deref());
    let load = load::drive(stage, set, command).await?;
    let used = Consumption::of(stage.cluster().as_deref()).since(before);
    let expected = oracle::total(set, load.probes);
    Ok(Report {
        quiet_read: load::quiet_reads(&mut invoicing, set, false, 99).await?,
        quiet_unique: match command.distinct {
            true => Some(load::quiet_reads(&mut invoicing, set, true, 99).await?),
            false => None,
        },
        billed: bill(&mut invoicing).await?,
        expected,
        expected_repeats: set.repeats(),
        load,
        used,
    })
}

/// One plan an account: a price for each unit, monthly in arrears. Where different values are counted too, another that
/// does so and bills nothing.
pub(super) async fn register(invoicing: &mut Invoicing, set: &Set, distinct: bool) -> Result<(), Failure> {
    for account in set.accounts().chain([set::PROBE.to_owned()]) {
        register_plan(invoicing, &account, plan(&account)).await?;
        if distinct {
            register_plan(invoicing, &account, counting(&account)).await?;
        }
    }
    Ok(())
}

async fn register_plan(invoicing: &mut Invoicing, account: &str, plan: Value) -> Result<(), Failure> {
    let plan: pricing::plan::Plan = serde_json::from_value(plan)
        .map_err(|error| Failure::broken(format!("the bench's own plan is wrong: {error}")))?;
    let request = RegisterPlanRequest {
        request_id: request_id(),
        content_hash: plan.content_hash(),
        approval: Some(Approval {
            contract_id: format!("{} of {account}", plan.title),
            revision: 1,
            submitted_by: "Rosa".to_owned(),
            approved_by: "Ada".to_owned(),
            approved_at: Some(prost_types::Timestamp::default()),
        }),
        plan: Some(plan_message(&plan)),
    };
    invoicing.register_plan(request).await?;
    Ok(())
}

fn counting(account: &str) -> Value {
    let mut plan = plan(account);
    plan["title"] = json!("Counting");
    plan["meters"][0]["aggregation"] = json!({ "kind": "unique_count" });
    // Later: it bills nothing of what is measured here.
    plan["term"] = json!({ "start": "2030-01-01", "end": "2031-01-01" });
    plan
}

fn plan(account: &str) -> Value {
    json!({
        "title": "Bench", "account": account, "provider": "Bench", "customer": account,
        "currency": "USD", "time_zone": "UTC",
        "term": { "start": "2026-01-01", "end": "2027-01-01" },
        "renewal": { "kind": "ends" },
        "payment": { "due": { "rule": "net", "days": 30 } },
        "meters": [{ "id": set::METER, "name": "Calls", "unit": "call", "aggregation": { "kind": "sum" } }],
        "charges": [{
            "id": "calls", "name": "Calls",
            "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "arrears" },
            "quantity": { "kind": "metered", "meter": set::METER },
            "price": { "model": "per_unit", "unit_price": oracle::UNIT_PRICE, "per": "1" },
        }],
    })
}

/// Bills the month and sums up what was issued.
pub(super) async fn bill(invoicing: &mut Invoicing) -> Result<Decimal, Failure> {
    let request = RunBillingRequest {
        request_id: request_id(),
        through: date(2026, 2, 1).to_string(),
        ..RunBillingRequest::default()
    };
    let answer = bill::whole_run(invoicing, request).await?;
    if let Some(parked) = answer.parked.first() {
        return Err(Failure::refused(format!(
            "{} was not billed: {}",
            parked.account, parked.reason
        )));
    }
    let mut total = Decimal::ZERO;
    for invoice in invoices::all(invoicing, String::new()).await? {
        let amount: Decimal = invoice
            .total
            .parse()
            .map_err(|_| Failure::broken("an invoice has no total"))?;
        total = total.saturating_add(amount);
    }
    Ok(total)
}

struct Report {
    load: Load,
    /// Ninety-nine of a hundred totals, with nothing written any more. Each is sum, count, least and greatest.
    quiet_read: Duration,
    /// With the number of different values.
    quiet_unique: Option<Duration>,
    used: Consumption,
    billed: Decimal,
    expected: Decimal,
    expected_repeats: u64,
}

impl Report {
    fn report(&self, output: Output) -> Result<(), Failure> {
        output.show(|| self.json(), || self.people());
        if self.billed != self.expected {
            let Self { billed, expected, .. } = self;
            return Err(Failure::refused(format!(
                "billed {billed}, but the events come to {expected}"
            )));
        }
        if self.load.duplicates != self.expected_repeats {
            return Err(Failure::refused(format!(
                "{} events were called duplicates, but {} were sent twice",
                self.load.duplicates, self.expected_repeats
            )));
        }
        Ok(())
    }

    fn json(&self) -> Value {
        json!({
            "events_per_second": self.load.events_per_second(),
            "ack_p50_ms": milliseconds(self.load.acknowledged_within(50)),
            "ack_p99_ms": milliseconds(self.load.acknowledged_within(99)),
            "lag_ms": milliseconds(self.load.lag),
            "read_p99_ms": milliseconds(self.load.read_within(99)),
            "quiet_read_p99_ms": milliseconds(self.quiet_read),
            "quiet_unique_p99_ms": self.quiet_unique.map(milliseconds),
            "cpu_seconds": number(Decimal::new(i64::try_from(self.used.cpu.as_millis()).unwrap_or(i64::MAX), 3)),
            "rss_mb": peak_memory(),
            "total": self.billed.to_string(),
            "expected_total": self.expected.to_string(),
            "accepted": self.load.accepted,
            "duplicates": self.load.duplicates,
            "seconds": number(Decimal::new(i64::try_from(self.load.took.as_millis()).unwrap_or(i64::MAX), 3)),
        })
    }

    fn people(&self) -> String {
        let Load {
            accepted, duplicates, ..
        } = self.load;
        format!(
            "{} events/s durable and exactly once ({accepted} counted, {duplicates} known already) in {:.1?}\n\
             acknowledged within {:.1?} (p50), {:.1?} (p99); total read within {:.1?} (p99); lag {:.1?}\n\
             total (sum, count, least and greatest in one) read within {:.1?} (p99) when nothing is written{}\n\
             {:.1?} of processor time, service and client at most {} MB\n\
             billed USD {}, expected USD {}",
            self.load.events_per_second(),
            self.load.took,
            self.load.acknowledged_within(50),
            self.load.acknowledged_within(99),
            self.load.read_within(99),
            self.load.lag,
            self.quiet_read,
            self.quiet_unique
                .map(|unique| format!(", with its different values within {unique:.1?}"))
                .unwrap_or_default(),
            self.used.cpu,
            peak_memory().unwrap_or_default(),
            self.billed,
            self.expected,
        )
    }
}

fn milliseconds(duration: Duration) -> Value {
    number(Decimal::new(
        i64::try_from(duration.as_micros()).unwrap_or(i64::MAX),
        3,
    ))
}

/// A decimal as a JSON number.
fn number(decimal: Decimal) -> Value {
    decimal
        .to_string()
        .parse::<f64>()
        .map_or(Value::Null, Value::from)
}
