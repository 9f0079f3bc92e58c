//! An approved plan reaches invoicing, once, whatever falls over on the way.

use std::net::SocketAddr;

use super::invoicing::{FakeInvoicing, Manner};
use super::support::*;
use runtime::caller::Role;
use tokio_stream::StreamExt;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};
use wire::extraction::v1;

/// A service that has an approved contract, and the contract's id.
async fn approved(house: &House) -> String {
    let (contract_id, revision) = house.reviewable(Vec::new()).await;
    let submit = v1::SubmitContractRequest {
        request_id: id(),
        contract_id: contract_id.clone(),
        revision,
    };
    house.admin().submit_contract(submit).await.unwrap();
    let revision = revision + 1;
    let approve = v1::ApproveContractRequest {
        request_id: id(),
        contract_id: contract_id.clone(),
        revision,
    };
    house
        .person("Anna", Role::Approver)
        .approve_contract(approve)
        .await
        .unwrap();
    contract_id
}

fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

async fn with_invoicing() -> (House, FakeInvoicing) {
    let invoicing = FakeInvoicing::default();
    let address = invoicing.listen(anywhere(), CancellationToken::new()).await;
    let mut house = House::new(&format!("http://{address}")).await;
    house.start().await;
    (house, invoicing)
}

#[tokio::test]
async fn an_approved_plan_is_registered_with_who_let_it_through() {
    let (house, invoicing) = with_invoicing().await;
    let contract_id = approved(&house).await;
    let watch = v1::WatchContractRequest {
        contract_id: contract_id.clone(),
    };
    let seen: Vec<_> = house
        .admin()
        .watch_contract(watch)
        .await
        .unwrap()
        .into_inner()
        .collect()
        .await;
    assert_eq!(
        seen.last().unwrap().as_ref().unwrap().state(),
        v1::ContractState::HandedOver
    );

    let contract = get(&mut house.admin(), &contract_id).await;
    assert_eq!(contract.handoff.as_ref().unwrap().state, "acknowledged");
    assert_eq!(
        (contract.submitted_by.as_str(), contract.approved_by.as_str()),
        ("admin", "Anna")
    );
    let memory = invoicing.memory();
    assert_eq!(memory.letters.len(), 1);
    let letter = &memory.letters[0];
    assert_eq!(letter.content_hash, contract.plan_hash);
    assert_eq!(
        wire::plan::plan(letter.plan.as_ref().unwrap())
            .unwrap()
            .content_hash(),
        contract.plan_hash
    );
    let approval = letter.approval.as_ref().unwrap();
    assert_eq!(
        (approval.contract_id.as_str(), approval.approved_by.as_str()),
        (contract_id.as_str(), "Anna")
    );
    assert_eq!(memory.envelopes[0].0, house.tenant.to_string());
    assert!(!memory.envelopes[0].1.is_empty(), "the trace goes on");
}

#[tokio::test]
async fn while_invoicing_is_down_a_plan_waits_and_then_arrives_once() {
    let invoicing = FakeInvoicing::default();
    let token = CancellationToken::new();
    let address = invoicing.listen(anywhere(), token.clone()).await;
    token.cancel();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let mut house = House::new(&format!("http://{address}")).await;
    house.start().await;
    let contract_id = approved(&house).await;
    let waiting = eventually("a failed attempt", || {
        let (mut admin, contract_id) = (house.admin(), contract_id.clone());
        Box::pin(async move {
            let handoff = get(&mut admin, &contract_id).await.handoff.unwrap();
            (handoff.attempts > 0).then_some(handoff)
        })
    })
    .await;
    assert_eq!(waiting.state, "waiting");
    assert!(
        waiting.last_error.contains("invoicing cannot be reached"),
        "{}",
        waiting.last_error
    );
    assert!(waiting.next_attempt_at.is_some());

    invoicing.listen(address, CancellationToken::new()).await;
    wait_for(&mut house.admin(), &contract_id, v1::ContractState::HandedOver).await;
    assert_eq!(invoicing.memory().letters.len(), 1);
}

#[tokio::test]
async fn a_crash_before_the_answer_arrives_registers_once() {
    let (mut house, invoicing) = with_invoicing().await;
    invoicing.behave(Manner::RegisterInSilence);
    let contract_id = approved(&house).await;
    eventually("the letter", || {
        let invoicing = invoicing.clone();
        Box::pin(async move { (!invoicing.memory().letters.is_empty()).then_some(()) })
    })
    .await;
    house.kill();
    invoicing.behave(Manner::Register);
    house.start().await;
    wait_for(&mut house.admin(), &contract_id, v1::ContractState::HandedOver).await;
    let memory = invoicing.memory();
    assert_eq!(memory.plans.len(), 1, "registered more than once");
    assert_eq!(memory.letters.len(), 2);
    assert_eq!(
        memory.letters[0], memory.letters[1],
        "a repeated letter must be recognised"
    );
}

#[tokio::test]
async fn a_stop_and_a_start_do_not_lose_what_waits() {
    let mut house = House::running().await;
    let contract_id = approved(&house).await;
    house.stop().await;
    let invoicing = FakeInvoicing::default();
    let address = invoicing.listen(anywhere(), CancellationToken::new()).await;
    house.invoicing_at(&format!("http://{address}"));
    house.start().await;
    wait_for(&mut house.admin(), &contract_id, v1::ContractState::HandedOver).await;
    assert_eq!(invoicing.memory().plans.len(), 1);
}

#[tokio::test]
async fn two_copies_of_the_service_deliver_once() {
    let (house, invoicing) = with_invoicing().await;
    let mut second = house.copy();
    second.start().await;
    let contract_id = approved(&house).await;
    wait_for(&mut house.admin(), &contract_id, v1::ContractState::HandedOver).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(invoicing.memory().letters.len(), 1);
}

#[tokio::test]
async fn a_refused_plan_says_why_and_the_contract_can_be_opened_again() {
    let (house, invoicing) = with_invoicing().await;
    invoicing.behave(Manner::Refuse(Status::new(
        Code::InvalidArgument,
        "plan.currency: XXX is not a currency",
    )));
    let contract_id = approved(&house).await;
    let refused = eventually("a refusal", || {
        let (mut admin, contract_id) = (house.admin(), contract_id.clone());
        Box::pin(async move {
            let contract = get(&mut admin, &contract_id).await;
            (contract.handoff.as_ref().unwrap().state == "refused").then_some(contract)
        })
    })
    .await;
    assert_eq!(state(&refused), v1::ContractState::Approved);
    let revision = revision_of(&refused);
    assert!(
        refused
            .handoff
            .unwrap()
            .last_error
            .contains("XXX is not a currency")
    );
    // Nobody waits for a plan that a person has to correct.
    let watch = v1::WatchContractRequest {
        contract_id: contract_id.clone(),
    };
    let seen: Vec<_> = house
        .admin()
        .watch_contract(watch)
        .await
        .unwrap()
        .into_inner()
        .collect()
        .await;
    assert_eq!(seen.len(), 1);
    let (request_id, reason) = (id(), "the currency is wrong".to_owned());
    let reopen = v1::ReopenContractRequest {
        request_id,
        contract_id,
        revision,
        reason,
    };
    let reopened = house
        .admin()
        .reopen_contract(reopen)
        .await
        .unwrap()
        .into_inner()
        .contract
        .unwrap();
    assert_eq!(state(&reopened), v1::ContractState::InReview);
    assert_eq!(
        invoicing.memory().letters.len(),
        1,
        "a refused plan is not offered again"
    );
}

#[tokio::test]
async fn what_was_handed_over_is_not_opened_again() {
    let (house, _invoicing) = with_invoicing().await;
    let contract_id = approved(&house).await;
    let done = wait_for(&mut house.admin(), &contract_id, v1::ContractState::HandedOver).await;
    let (request_id, reason, revision) = (id(), "a price is wrong".to_owned(), revision_of(&done));
    let reopen = v1::ReopenContractRequest {
        request_id,
        contract_id,
        revision,
        reason,
    };
    let refused = refusal(house.admin().reopen_contract(reopen).await);
    assert_eq!(refused, (Code::FailedPrecondition, "NOT_NOW".to_owned()));
}
