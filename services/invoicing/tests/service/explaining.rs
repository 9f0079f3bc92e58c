//! Every cent has a source: the working recomputes the line, the facts are named, the clause is quoted.

use pricing::working::Working;
use serde_json::json;
use wire::invoicing::v1::{
    ChangeSeatsRequest, CompleteMilestoneRequest, ExplainLineRequest, ExplainLineResponse, GetInvoiceRequest,
    ListInvoicesRequest, MilestoneCompletion, SeatChange,
};
use wire::plan::v1::source::From;

use super::support::{
    Client, World, bill, call_meter, calls, event, fee_plan, plan, record, refusal, register, request_id,
    run_through,
};

async fn explain(client: &mut Client, line: &str) -> ExplainLineResponse {
    client
        .explain_line(ExplainLineRequest {
            line_id: line.to_owned(),
        })
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_answers_why() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let mut charge = calls("0.10");
    charge["price"] = json!({ "model": "graduated", "tiers": {
        "rows": [{ "up_to": "1000", "unit_price": "0.10" }, { "unit_price": "0.08" }] } });
    charge["sources"] = json!([{ "field": "price.tiers.0.unit_price", "source": {
        "from": "clause", "document": "d".repeat(64), "page": 3, "quote": "the first 1,000 calls at $0.10",
        "boxes": [{ "left": 7200, "top": 30000, "right": 40000, "bottom": 31200 }] } }]);
    register(
        &mut admin,
        &plan("acme", &json!({ "charges": [charge], "meters": [call_meter()] })),
    )
    .await;
    let events = vec![
        event("acme", "a", "2026-01-05T10:00:00Z", "700"),
        event("acme", "b", "2026-01-31T10:00:00Z", "800"),
        event("acme", "c", "2026-02-01T00:00:00Z", "5000"),
    ];
    record(&mut admin, events).await;
    let issued = bill(&mut admin, "2026-02-01").await.invoices;
    let line = &issued[0].lines[0];
    let answer = explain(&mut admin, &line.id).await;
    assert_eq!(answer.line.as_ref(), Some(line));
    assert_eq!(answer.invoice_number, issued[0].number);
    assert!(
        !answer.steps.is_empty() && line.working.contains(&answer.steps[0]),
        "{:?}",
        answer.steps
    );
    let working: Working = serde_json::from_str(&answer.working_json).unwrap();
    assert_eq!(working.recompute().unwrap().amount.to_string(), "140.00");
    let facts: Vec<_> = answer
        .facts
        .iter()
        .map(|fact| format!("{} {} {}", fact.kind, fact.value, fact.note))
        .collect();
    assert_eq!(facts, ["usage 1500 2 events of call"]);
    let Some(From::Clause(clause)) = answer.sources[0]
        .source
        .as_ref()
        .and_then(|source| source.from.as_ref())
    else {
        panic!("{:?}", answer.sources)
    };
    assert_eq!(
        (clause.page, clause.quote.as_str()),
        (3, "the first 1,000 calls at $0.10")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_of_a_year_recomputes() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &fee_plan("acme")).await;
    for invoice in bill(&mut admin, "2026-12-31").await.invoices {
        for line in invoice.lines {
            let answer = explain(&mut admin, &line.id).await;
            let working: Working = serde_json::from_str(&answer.working_json).unwrap();
            assert_eq!(working.recompute().unwrap().amount.to_string(), line.amount);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_tells_what_was_known_then() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &super::support::usage_plan("acme")).await;
    record(&mut admin, vec![event("acme", "a", "2026-01-05T10:00:00Z", "10")]).await;
    let first = bill(&mut admin, "2026-02-01").await.invoices[0].lines[0]
        .id
        .clone();
    record(
        &mut admin,
        vec![event("acme", "late", "2026-01-06T10:00:00Z", "5")],
    )
    .await;
    let second = bill(&mut admin, "2026-02-02").await.invoices[0].lines[0]
        .id
        .clone();
    assert_eq!(explain(&mut admin, &first).await.facts[0].value, "10");
    assert_eq!(explain(&mut admin, &second).await.facts[0].value, "15");
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_of_different_kinds_may_share_an_id() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let seats = json!({
        "id": "seats", "name": "Seats",
        "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "year" }, "timing": "advance" },
        "quantity": { "kind": "seats", "initial": "10" },
        "price": { "model": "per_unit", "unit_price": "365", "per": "1" },
    });
    let milestone = |id: &str| {
        json!({
            "id": format!("fee-{id}"), "name": "Fee", "schedule": { "kind": "on_milestone", "milestone": id },
            "quantity": { "kind": "fixed", "units": "1" }, "price": { "model": "flat", "amount": "1000.00" },
        })
    };
    let milestones = json!([{ "id": "design", "name": "Design" }, { "id": "live", "name": "Live" }]);
    let charges = json!([seats, milestone("design"), milestone("live")]);
    let hash = register(
        &mut admin,
        &plan("acme", &json!({ "charges": charges, "milestones": milestones })),
    )
    .await;
    let (id, charge) = ("1".to_owned(), "seats".to_owned());
    let change = SeatChange {
        id,
        charge,
        date: "2026-03-02".to_owned(),
        quantity: "11".to_owned(),
    };
    let (plan, reason) = (hash.clone(), "people joined".to_owned());
    let request = ChangeSeatsRequest {
        request_id: request_id(),
        plan,
        change: Some(change),
        reason,
    };
    admin.change_seats(request).await.unwrap();
    let completed = |milestone: &str| {
        let (id, milestone) = ("1".to_owned(), milestone.to_owned());
        let (date, evidence) = ("2026-03-01".to_owned(), "signed".to_owned());
        let completion = MilestoneCompletion {
            id,
            milestone,
            date,
            evidence,
        };
        CompleteMilestoneRequest {
            request_id: request_id(),
            plan: hash.clone(),
            completion: Some(completion),
        }
    };
    admin.complete_milestone(completed("design")).await.unwrap();
    let taken = admin.complete_milestone(completed("live")).await.unwrap_err();
    assert_eq!(refusal(&taken).1.as_deref(), Some("COMPLETION_EXISTS"));
    let mut used = Vec::new();
    for line in bill(&mut admin, "2026-03-31")
        .await
        .invoices
        .into_iter()
        .flat_map(|invoice| invoice.lines)
    {
        for fact in explain(&mut admin, &line.id).await.facts {
            used.push(format!(
                "{}: {} {} {}",
                line.charge, fact.kind, fact.id, fact.note
            ));
        }
    }
    assert_eq!(
        used,
        [
            "fee-design: milestone 1 completed: signed",
            "seats: seats 1 seats of seats"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn invoices_are_found_by_number_by_id_by_account_and_by_run() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &fee_plan("acme")).await;
    register(&mut admin, &fee_plan("zeta")).await;
    let run = run_through("2026-03-01");
    let issued = admin
        .run_billing(run.clone())
        .await
        .unwrap()
        .into_inner()
        .invoices;
    assert_eq!(issued.len(), 6);
    for name in [&issued[2].number, &issued[2].id] {
        let found = admin
            .get_invoice(GetInvoiceRequest {
                invoice: name.clone(),
            })
            .await
            .unwrap()
            .into_inner();
        assert_eq!(found.invoice.as_ref(), Some(&issued[2]));
    }
    let mut list = async |request| admin.list_invoices(request).await.unwrap().into_inner();
    let all = ListInvoicesRequest::default();
    assert_eq!(list(all.clone()).await.invoices, issued);
    let of_acme = list(ListInvoicesRequest {
        account: "acme".to_owned(),
        ..all.clone()
    })
    .await
    .invoices;
    assert!(of_acme.len() == 3 && of_acme.iter().all(|invoice| invoice.account == "acme"));
    assert_eq!(
        list(ListInvoicesRequest {
            run: run.request_id,
            ..all.clone()
        })
        .await
        .invoices,
        issued
    );
    assert_eq!(
        list(ListInvoicesRequest {
            run: "another".to_owned(),
            ..all.clone()
        })
        .await
        .invoices,
        []
    );
    let (mut paged, mut page_token) = (Vec::new(), String::new());
    loop {
        let page = list(ListInvoicesRequest {
            page_size: 4,
            page_token,
            ..all.clone()
        })
        .await;
        paged.extend(page.invoices);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, issued);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_so() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let missing = admin
        .get_invoice(GetInvoiceRequest {
            invoice: "INV-000009".to_owned(),
        })
        .await
        .unwrap_err();
    assert_eq!(refusal(&missing).1.as_deref(), Some("UNKNOWN_INVOICE"));
    let no_id = admin
        .explain_line(ExplainLineRequest {
            line_id: "7".to_owned(),
        })
        .await
        .unwrap_err();
    assert_eq!(refusal(&no_id).2, ["line_id"]);
    let line_id = uuid::Uuid::new_v4().to_string();
    let missing = admin
        .explain_line(ExplainLineRequest { line_id })
        .await
        .unwrap_err();
    assert_eq!(refusal(&missing).1.as_deref(), Some("UNKNOWN_LINE"));
    let page_token = "beginning".to_owned();
    let wrong = admin
        .list_invoices(ListInvoicesRequest {
            page_token,
            ..ListInvoicesRequest::default()
        })
        .await;
    assert_eq!(refusal(&wrong.unwrap_err()).2, ["page_token"]);
}
