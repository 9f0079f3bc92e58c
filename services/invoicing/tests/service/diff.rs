//! What an amendment would change, before anybody approves it.

use serde_json::json;
use wire::invoicing::v1::{DiffPlansRequest, DiffPlansResponse};
use wire::plan::plan_message;

use super::support::{
    Client, World, bill, call_meter, calls, event, monthly_fee, plan, record, refusal, register,
};
use pricing::plan::Plan;

async fn diff(client: &mut Client, amendment: &Plan) -> DiffPlansResponse {
    let request = DiffPlansRequest {
        amendment: Some(plan_message(amendment)),
        through: String::new(),
    };
    client.diff_plans(request).await.unwrap().into_inner()
}

fn fee_and_calls(fee: &str, unit_price: &str) -> Plan {
    let charges = json!([monthly_fee(fee), calls(unit_price)]);
    plan("acme", &json!({ "charges": charges, "meters": [call_meter()] }))
}

fn amending(mut amendment: Plan, hash: &str, effective: &str) -> Plan {
    amendment.amends = serde_json::from_value(json!({ "plan": hash, "effective": effective })).unwrap();
    amendment
}

#[tokio::test(flavor = "multi_thread")]
async fn both_lives_are_computed_with_what_is_known_and_nothing_is_stored() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let hash = register(&mut admin, &fee_and_calls("500.00", "0.10")).await;
    let events = vec![
        event("acme", "a", "2026-03-05T10:00:00Z", "1000"),
        event("acme", "b", "2026-03-25T10:00:00Z", "1000"),
    ];
    record(&mut admin, events).await;
    bill(&mut admin, "2026-02-15").await;
    let amendment = amending(fee_and_calls("620.00", "0.20"), &hash, "2026-03-16");
    let answer = diff(&mut admin, &amendment).await;
    let month = |of: &str| {
        answer
            .months
            .iter()
            .find(|month| month.month == of)
            .unwrap()
            .clone()
    };
    // March: 500 − 500 × 16/31 (258.06) + 620 × 16/31 (320.00) = 561.94.
    let march = month("2026-03-01");
    assert_eq!(
        (&*march.invoiced_before, &*march.invoiced_after),
        ("500.00", "561.94")
    );
    // April: the fee, and March's calls: 2,000 × 0.10, or 1,000 × 0.10 and 1,000 × 0.20.
    let april = month("2026-04-01");
    assert_eq!(
        (&*april.invoiced_before, &*april.invoiced_after),
        ("700.00", "920.00")
    );
    let january = month("2026-01-01");
    assert_eq!(
        (&*january.invoiced_before, &*january.invoiced_after),
        ("500.00", "500.00")
    );
    // 61.94 in March, 220 in April, 120 in each of the eight months after it.
    assert_eq!(
        (
            &*answer.invoiced_before,
            &*answer.invoiced_after,
            &*answer.invoiced_difference
        ),
        ("6200.00", "7441.94", "1241.94")
    );
    assert_eq!(world.count("plan_version").await, 1);
    assert_eq!(world.count("invoice").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_amends_nothing_known_is_refused_by_name() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let hash = register(&mut admin, &fee_and_calls("500.00", "0.10")).await;
    let plain = fee_and_calls("620.00", "0.10");
    let mut other_account = amending(plain.clone(), &hash, "2026-03-16");
    other_account.account = "zeta".to_owned();
    let unknown = amending(plain.clone(), &"0".repeat(64), "2026-03-16");
    for (amendment, reason) in [
        (plain, None),
        (unknown, Some("AMENDS_UNKNOWN_PLAN")),
        (other_account, Some("AMENDS_OTHER_ACCOUNT")),
    ] {
        let request = DiffPlansRequest {
            amendment: Some(plan_message(&amendment)),
            through: String::new(),
        };
        let refused = admin.diff_plans(request).await.unwrap_err();
        let (_, found, fields) = refusal(&refused);
        match reason {
            Some(reason) => assert_eq!(found.as_deref(), Some(reason)),
            None => assert_eq!(fields, ["amendment.amends"]),
        }
    }
}
