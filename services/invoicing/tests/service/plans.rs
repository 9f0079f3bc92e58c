//! Plans are registered once, whole and right, or not at all.

use serde_json::json;
use tonic::Code;
use wire::invoicing::v1::{GetPlanRequest, ListPlansRequest, RegisterPlanRequest};
use wire::plan::plan_message;

use super::support::{
    World, bill, fee_plan, monthly_fee, plan, refusal, register, registration, request_id, usage_plan,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_plan_again_gets_the_same_answer() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let request = registration(&fee_plan("acme"));
    let first = admin.register_plan(request.clone()).await.unwrap().into_inner();
    assert!(!first.already_registered);
    let resent = admin.register_plan(request.clone()).await.unwrap().into_inner();
    assert_eq!(resent, first, "the same request gets the very answer it got");
    let anew = RegisterPlanRequest {
        request_id: request_id(),
        ..request
    };
    let again = admin.register_plan(anew).await.unwrap().into_inner();
    assert!(again.already_registered);
    assert_eq!(again.plan, first.plan);
    assert_eq!(
        (world.count("plan_version").await, world.count("audit_log").await),
        (1, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_sent_many_times_at_once_is_registered_once() {
    let world = World::start().await;
    let admin = world.admin().await;
    let plan = usage_plan("acme");
    let mut sending = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (mut admin, request) = (admin.clone(), registration(&plan));
        sending.spawn(async move {
            admin
                .register_plan(request)
                .await
                .unwrap()
                .into_inner()
                .already_registered
        });
    }
    let already = sending.join_all().await;
    assert_eq!(
        already.iter().filter(|already| !**already).count(),
        1,
        "{already:?}"
    );
    assert_eq!(
        (world.count("plan").await, world.count("plan_version").await),
        (1, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_request_under_the_same_id_is_refused() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let first = registration(&fee_plan("acme"));
    let other = RegisterPlanRequest {
        request_id: first.request_id.clone(),
        ..registration(&fee_plan("other"))
    };
    admin.register_plan(first).await.unwrap();
    let refused = refusal(&admin.register_plan(other).await.unwrap_err());
    assert_eq!(
        refused,
        (Code::AlreadyExists, Some("REQUEST_ID_REUSED".to_owned()), vec![])
    );
    let nameless = RegisterPlanRequest {
        request_id: String::new(),
        ..registration(&fee_plan("third"))
    };
    let refused = refusal(&admin.register_plan(nameless).await.unwrap_err());
    assert_eq!(
        refused,
        (Code::InvalidArgument, None, vec!["request_id".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_wrong_with_a_plan_is_said_at_once() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let mut wrong = usage_plan("acme");
    wrong.meters.clear();
    wrong.time_zone = "Europe/Atlantis".to_owned();
    wrong.provider.clear();
    wrong.charges[0].id = "x".repeat(201);
    let mut request = registration(&wrong);
    request.approval.as_mut().unwrap().approved_by.clear();
    let status = admin.register_plan(request).await.unwrap_err();
    let (code, _, fields) = refusal(&status);
    assert_eq!(code, Code::InvalidArgument);
    for field in [
        "approval.approved_by",
        "plan.provider",
        "plan.time_zone",
        "plan.charges.0.id",
        "plan.charges.0.quantity",
    ] {
        assert!(
            fields.iter().any(|found| found.starts_with(field)),
            "{field} is missing in {fields:?}"
        );
    }
    let unreadable = RegisterPlanRequest {
        plan: Some(wire::plan::v1::Plan {
            currency: "GOLD".to_owned(),
            ..plan_message(&fee_plan("acme"))
        }),
        approval: None,
        ..registration(&fee_plan("acme"))
    };
    let (code, _, fields) = refusal(&admin.register_plan(unreadable).await.unwrap_err());
    assert_eq!(
        (code, fields),
        (
            Code::InvalidArgument,
            vec!["plan.currency".to_owned(), "approval".to_owned()]
        )
    );
    assert_eq!(world.count("account").await, 0, "nothing was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_what_was_approved_by_somebody_else() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let changed = RegisterPlanRequest {
        content_hash: "0".repeat(64),
        ..registration(&fee_plan("acme"))
    };
    let refused = refusal(&admin.register_plan(changed).await.unwrap_err());
    assert_eq!(
        refused,
        (Code::InvalidArgument, None, vec!["content_hash".to_owned()])
    );
    let mut alone = registration(&fee_plan("acme"));
    alone.approval.as_mut().unwrap().submitted_by = "Ada".to_owned();
    let (code, reason, _) = refusal(&admin.register_plan(alone).await.unwrap_err());
    assert_eq!(
        (code, reason.as_deref()),
        (Code::FailedPrecondition, Some("SELF_APPROVED"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_billed_under_one_plan() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &fee_plan("acme")).await;
    let mut corrected = fee_plan("acme");
    corrected.title = "The same contract, approved again".to_owned();
    let status = admin.register_plan(registration(&corrected)).await.unwrap_err();
    let (code, reason, _) = refusal(&status);
    assert_eq!(
        (code, reason.as_deref()),
        (Code::AlreadyExists, Some("CONTRACT_BILLED"))
    );
    assert!(
        status.message().contains(&fee_plan("acme").content_hash()),
        "{}",
        status.message()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_currencies_of_one_account_stand_on_invoices_of_their_own() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &fee_plan("acme")).await;
    let in_yen = plan(
        "acme",
        &json!({ "charges": [monthly_fee("70000")], "currency": "JPY" }),
    );
    let mut request = registration(&in_yen);
    request.approval.as_mut().unwrap().contract_id = "another contract".to_owned();
    admin.register_plan(request).await.unwrap();
    let invoices = bill(&mut admin, "2026-01-31").await.invoices;
    let mut totals: Vec<_> = invoices
        .iter()
        .map(|invoice| format!("{} {}", invoice.currency, invoice.total))
        .collect();
    totals.sort();
    assert_eq!(totals, ["JPY 70000", "USD 500.00"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_are_listed_page_by_page_and_shown_whole() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let plans: Vec<_> = (0..5)
        .map(|number| fee_plan(&format!("account-{number}")))
        .collect();
    for plan in &plans {
        register(&mut admin, plan).await;
    }
    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListPlansRequest {
            page_size: 2,
            page_token,
            ..ListPlansRequest::default()
        };
        let page = admin.list_plans(request).await.unwrap().into_inner();
        assert!(page.plans.len() <= 2);
        seen.extend(page.plans.into_iter().map(|plan| plan.account));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    seen.sort();
    assert_eq!(
        seen,
        ["account-0", "account-1", "account-2", "account-3", "account-4"]
    );
    let content_hash = plans[3].content_hash();
    let found = admin
        .get_plan(GetPlanRequest { content_hash })
        .await
        .unwrap()
        .into_inner()
        .plan
        .unwrap();
    assert_eq!(found.plan, Some(plan_message(&plans[3])));
    assert_eq!(found.approval, registration(&plans[3]).approval);
    let missing = admin
        .get_plan(GetPlanRequest {
            content_hash: "nothing".to_owned(),
        })
        .await
        .unwrap_err();
    assert_eq!(
        refusal(&missing),
        (Code::NotFound, Some("UNKNOWN_PLAN".to_owned()), vec![])
    );
}
