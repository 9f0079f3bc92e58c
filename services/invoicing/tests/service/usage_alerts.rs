//! Amounts that are watched: noted once for each period with the usage that passed them, and billed at once where that is
//! asked for.

use std::time::Duration;

use runtime::caller::Role;
use serde_json::json;
use tonic::Code;
use wire::invoicing::v1::usage_alert::{Every, Measure};
use wire::invoicing::v1::{
    ExportInvoiceRequest, ListInvoicesRequest, ListPassedAlertsRequest, ListUsageAlertsRequest, PassedAlert,
    RecordUsageRequest, RemoveUsageAlertRequest, ReverseBackfillRequest, SetUsageAlertRequest, UsageAlert,
};

use super::support::{
    Client, World, bill, call_meter, calls, event, monthly_fee, plan, record, refusal, register,
    registration, request_id, shown, usage_plan,
};

fn on_calls(name: &str, amount: &str) -> UsageAlert {
    UsageAlert {
        name: name.to_owned(),
        account: "acme".to_owned(),
        meter: "call".to_owned(),
        amount: amount.to_owned(),
        ..UsageAlert::default()
    }
}

fn on_bill(name: &str, amount: &str) -> UsageAlert {
    UsageAlert {
        meter: String::new(),
        currency: "USD".to_owned(),
        ..on_calls(name, amount)
    }
}

async fn set(client: &mut Client, alert: UsageAlert) -> UsageAlert {
    let request = SetUsageAlertRequest {
        request_id: request_id(),
        alert: Some(alert),
    };
    let answer = client.set_usage_alert(request).await.unwrap().into_inner();
    answer.alert.unwrap()
}

async fn all_passed(client: &mut Client) -> Vec<PassedAlert> {
    let request = ListPassedAlertsRequest::default();
    client
        .list_passed_alerts(request)
        .await
        .unwrap()
        .into_inner()
        .passed
}

/// Alert, period, amount and total of each, oldest first.
async fn passed(client: &mut Client) -> Vec<String> {
    let mut passed = all_passed(client).await;
    passed.reverse();
    let each = passed.iter();
    each.map(|passed| {
        let PassedAlert {
            alert,
            from,
            amount,
            total,
            ..
        } = passed;
        format!("{alert} {from} {amount} {total}")
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_is_passed_once_in_each_period_by_the_usage_that_passes_it() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let daily = UsageAlert {
        every: Every::Day.into(),
        measure: Measure::Max.into(),
        ..on_calls("peak", "50")
    };
    let known = set(&mut admin, on_calls("busy", "100.0")).await;
    assert_eq!(
        (known.measure(), known.every(), &*known.amount),
        (Measure::Sum, Every::Month, "100")
    );
    set(&mut admin, daily).await;
    record(
        &mut admin,
        vec![event("acme", "a", "2026-01-02T10:00:00Z", "49.5")],
    )
    .await;
    assert!(passed(&mut admin).await.is_empty());
    // One delivery passes both, in two months; a repeat of it none.
    let more = vec![
        event("acme", "b", "2026-01-02T11:00:00Z", "50.5"),
        event("acme", "c", "2026-02-01T00:00:00Z", "120"),
    ];
    record(&mut admin, more.clone()).await;
    record(&mut admin, more).await;
    record(&mut admin, vec![event("acme", "d", "2026-01-02T12:00:00Z", "60")]).await;
    let expected = [
        "busy 2026-01-01 100 100",
        "busy 2026-02-01 100 120",
        "peak 2026-01-02 50 50.5",
        "peak 2026-02-01 50 120",
    ];
    assert_eq!(passed(&mut admin).await, expected);
    // Removed and set again it is not passed again; a greater amount is another one.
    let request = RemoveUsageAlertRequest {
        request_id: request_id(),
        name: "busy".to_owned(),
    };
    admin.remove_usage_alert(request.clone()).await.unwrap();
    let gone = RemoveUsageAlertRequest {
        request_id: request_id(),
        ..request
    };
    let gone = admin.remove_usage_alert(gone).await.unwrap_err();
    assert_eq!(refusal(&gone).1.as_deref(), Some("UNKNOWN_ALERT"));
    set(&mut admin, on_calls("busy", "100")).await;
    assert_eq!(passed(&mut admin).await, expected);
    set(&mut admin, on_calls("busy", "160")).await;
    assert_eq!(passed(&mut admin).await[4..], ["busy 2026-01-01 160 160"]);
    let listed = admin
        .list_usage_alerts(ListUsageAlertsRequest::default())
        .await
        .unwrap();
    let names: Vec<_> = listed
        .into_inner()
        .alerts
        .into_iter()
        .map(|alert| alert.name)
        .collect();
    assert_eq!(names, ["busy", "peak"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_that_counts_later_passes_when_it_does() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let fee_only = plan("acme", &json!({ "charges": [monthly_fee("10.00")] }));
    register(&mut admin, &fee_only).await;
    // Nobody knows the meter yet, so nothing counts; nor can it be watched.
    record(
        &mut admin,
        vec![event("acme", "early", "2026-01-03T10:00:00Z", "500")],
    )
    .await;
    let request = SetUsageAlertRequest {
        request_id: request_id(),
        alert: Some(on_calls("busy", "100")),
    };
    let unknown = admin.set_usage_alert(request).await.unwrap_err();
    assert_eq!(refusal(&unknown).1.as_deref(), Some("UNKNOWN_METER"));
    set(&mut admin, on_bill("dear", "30")).await;
    let mut another = registration(&usage_plan("acme"));
    another.approval.as_mut().unwrap().contract_id = "another".to_owned();
    admin.register_plan(another).await.unwrap();
    // 10.00 and 500 calls at 0.10.
    assert_eq!(passed(&mut admin).await, ["dear 2026-01-01 30 60.00"]);
    // A backfill takes 450 off with a negative event and is reversed: the total rises past the amount.
    let backfill = RecordUsageRequest {
        request_id: request_id(),
        events: vec![event("acme", "off", "2026-01-04T10:00:00Z", "-450")],
        backfill: "mistake".to_owned(),
    };
    admin.record_usage(backfill).await.unwrap();
    set(&mut admin, on_calls("busy", "100")).await;
    assert_eq!(passed(&mut admin).await.len(), 1);
    let reversal = ReverseBackfillRequest {
        request_id: request_id(),
        backfill: "mistake".to_owned(),
        reason: "never happened".to_owned(),
    };
    admin.reverse_backfill(reversal).await.unwrap();
    assert_eq!(passed(&mut admin).await[1..], ["busy 2026-01-01 100 500"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_write_at_once_pass_it_once() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    set(&mut admin, on_calls("busy", "20")).await;
    let mut senders = tokio::task::JoinSet::new();
    for (sender, mut client) in [admin.clone(), world.replica().await, admin.clone()]
        .into_iter()
        .enumerate()
    {
        senders.spawn(async move {
            for number in 0..20 {
                let id = format!("{sender}-{number}");
                record(&mut client, vec![event("acme", &id, "2026-01-05T10:00:00Z", "1")]).await;
            }
        });
    }
    senders.join_all().await;
    let passed = passed(&mut admin).await;
    assert_eq!(passed.len(), 1, "{passed:?}");
    let total: u32 = passed[0].rsplit(' ').next().unwrap().parse().unwrap();
    assert!((20..=60).contains(&total), "{total}");
}

/// The passed alert, once its invoice was issued.
async fn invoiced(client: &mut Client) -> PassedAlert {
    for _ in 0..200 {
        if let Some(passed) = all_passed(client)
            .await
            .into_iter()
            .find(|passed| passed.billed_at.is_some())
        {
            return passed;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no threshold invoice was issued");
}

async fn issued(client: &mut Client) -> Vec<String> {
    let answer = client
        .list_invoices(ListInvoicesRequest::default())
        .await
        .unwrap();
    let mut shown = shown(&answer.into_inner().invoices);
    shown.sort();
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_invoice_bills_what_is_due_and_the_run_of_the_period_the_rest() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let terms = json!({ "charges": [monthly_fee("500.00"), calls("0.10")], "meters": [call_meter()] });
    register(&mut admin, &plan("acme", &terms)).await;
    let alert = UsageAlert {
        invoices: true,
        ..on_bill("limit", "600")
    };
    set(&mut admin, alert).await;
    record(
        &mut admin,
        vec![event("acme", "a", "2026-01-01T06:00:00Z", "999")],
    )
    .await;
    assert!(all_passed(&mut admin).await.is_empty());
    record(
        &mut admin,
        vec![event("acme", "b", "2026-01-01T07:00:00Z", "501")],
    )
    .await;
    let passed = invoiced(&mut admin).await;
    assert_eq!((&*passed.total, &*passed.amount), ("650.00", "600"));
    assert_eq!(
        issued(&mut admin).await,
        [
            "INV-000001 2026-01-01 650.00: fee base 2026-01-01/2026-02-01 500.00, \
             calls usage 2026-01-01/2026-02-01 150.00"
        ]
    );
    assert_eq!(passed.issued, ["INV-000001"]);
    record(&mut admin, vec![event("acme", "c", "2026-01-20T07:00:00Z", "70")]).await;
    // Before the period is over an ordinary run neither takes back what was billed ahead nor bills on.
    assert!(bill(&mut admin, "2026-01-25").await.invoices.is_empty());
    let closing = bill(&mut admin, "2026-02-01").await;
    assert_eq!(
        shown(&closing.invoices),
        [
            "INV-000002 2026-02-01 507.00: fee base 2026-02-01/2026-03-01 500.00, \
             calls usage 2026-01-01/2026-02-01 7.00"
        ]
    );
    assert_eq!(
        closing.invoices[0].lines[1].adjusts,
        "INV-000001 billed USD 150.00, it comes to USD 157.00"
    );
    assert!(bill(&mut admin, "2026-02-01").await.invoices.is_empty());
    assert_eq!(all_passed(&mut admin).await.len(), 1, "once in the month");
    // Anybody can recompute both.
    for invoice in ["INV-000001", "INV-000002"] {
        let request = ExportInvoiceRequest {
            invoice: invoice.to_owned(),
        };
        let dossier = admin
            .export_invoice(request)
            .await
            .unwrap()
            .into_inner()
            .dossier_json;
        let replayed = invoicing::replay::replay(&dossier).unwrap();
        assert_eq!(replayed.differences, [], "{invoice}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_makes_no_sense_is_refused_by_name() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let wrong = [
        (on_calls("", "1"), "alert.name"),
        (on_calls("x", "0"), "alert.amount"),
        (on_calls("x", "a lot"), "alert.amount"),
        (
            UsageAlert {
                currency: "EUR".to_owned(),
                ..on_bill("x", "1")
            },
            "alert.currency",
        ),
        (
            UsageAlert {
                measure: Measure::Bill.into(),
                ..on_calls("x", "1")
            },
            "alert.measure",
        ),
        (
            UsageAlert {
                measure: Measure::Sum.into(),
                ..on_bill("x", "1")
            },
            "alert.meter",
        ),
    ];
    for (alert, field) in wrong {
        let request = SetUsageAlertRequest {
            request_id: request_id(),
            alert: Some(alert),
        };
        let refused = admin.set_usage_alert(request).await.unwrap_err();
        assert_eq!(
            (refused.code(), refusal(&refused).2),
            (Code::InvalidArgument, vec![field.to_owned()])
        );
    }
    let elsewhere = UsageAlert {
        account: "acmee".to_owned(),
        ..on_calls("x", "1")
    };
    let request = SetUsageAlertRequest {
        request_id: request_id(),
        alert: Some(elsewhere),
    };
    let refused = admin.set_usage_alert(request.clone()).await.unwrap_err();
    assert_eq!(refusal(&refused).1.as_deref(), Some("UNKNOWN_ACCOUNT"));
    let reader = world
        .someone(Role::Reviewer)
        .await
        .set_usage_alert(request)
        .await
        .unwrap_err();
    assert_eq!(reader.code(), Code::PermissionDenied);
}
