//! The inbox: which contracts wait for whom.

use askama::Template;
use axum::extract::Query;
use serde::Deserialize;
use wire::extraction::v1::{
    ContractState, ContractSummary, CountContractsRequest, ListContractsRequest, StateCount,
};

use super::queue::{self, QUEUES, Queue};
use crate::answer::{Answer, page};
use crate::layout::{Frame, Section};
use crate::visitor::Visitor;
use crate::wording::{age, counted, grouped, moment, time};

/// Rows a page shows.
const ROWS: u32 = 50;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    queue: String,
    #[serde(default)]
    search: String,
    /// Where the list goes on.
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "contracts/inbox.html")]
struct Inbox {
    frame: Frame,
    queue: &'static Queue,
    search: String,
    /// Is it a later page?
    later: bool,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    newest: String,
    next: Option<String>,
    may_upload: bool,
    /// May this person see how reviewing goes?
    may_judge: bool,
}

struct Tab {
    queue: &'static Queue,
    link: String,
    contracts: String,
}

struct Row {
    id: String,
    file_name: String,
    customer: String,
    chip: (&'static str, &'static str),
    flags: Option<(String, &'static str)>,
    value: String,
    received: String,
    age: String,
    last_actor: String,
}

/// The list and the numbers beside the queues come from the service together.
pub(super) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Answer {
    let queue = queue::named(&asked.queue, &visitor.session.role);
    let search = asked.search.trim().to_owned();
    let list = ListContractsRequest {
        states: queue.states.iter().copied().map(i32::from).collect(),
        page_size: ROWS,
        page_token: asked.after.clone(),
        search: search.clone(),
    };
    let count = CountContractsRequest {
        search: search.clone(),
    };
    let (mut lister, mut counter) = (visitor.extraction(), visitor.extraction());
    let (listed, counts) = tokio::try_join!(lister.list_contracts(list), counter.count_contracts(count))?;
    let listed = listed.into_inner();
    let next =
        (!listed.next_page_token.is_empty()).then(|| link(queue.name, &search, &listed.next_page_token));
    page(&Inbox {
        tabs: tabs(&counts.into_inner().counts, &search),
        rows: listed
            .contracts
            .into_iter()
            .map(|contract| row(contract, &visitor))
            .collect(),
        may_upload: visitor.works_as("uploader"),
        may_judge: visitor.session.role != "uploader",
        newest: link(queue.name, &search, ""),
        later: !asked.after.is_empty(),
        frame: visitor.frame(Section::Contracts),
        queue,
        search,
        next,
    })
}

fn tabs(counts: &[StateCount], search: &str) -> Vec<Tab> {
    let tab = |queue: &'static Queue| {
        let within = |count: &&StateCount| queue.states.is_empty() || queue.states.contains(&count.state());
        let contracts: u64 = counts.iter().filter(within).map(|count| count.contracts).sum();
        Tab {
            link: link(queue.name, search, ""),
            contracts: grouped(&contracts.to_string()),
            queue,
        }
    };
    QUEUES.iter().map(tab).collect()
}

fn link(queue: &str, search: &str, after: &str) -> String {
    let fields = [("queue", queue), ("search", search), ("after", after)];
    let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
    let query = serde_urlencoded::to_string(given.collect::<Vec<_>>()).unwrap_or_default();
    format!("/contracts?{query}")
}

fn row(contract: ContractSummary, visitor: &Visitor) -> Row {
    let received = time(contract.received_at.as_ref());
    Row {
        chip: queue::chip(contract.state()),
        flags: flags(&contract),
        value: value(&contract),
        received: received.map(moment).unwrap_or_default(),
        age: received
            .map(|at| age(at, visitor.console.clock.now()))
            .unwrap_or_default(),
        id: contract.contract_id,
        file_name: contract.file_name,
        customer: contract.customer,
        last_actor: contract.last_actor,
    }
}

fn flags(contract: &ContractSummary) -> Option<(String, &'static str)> {
    let decided = !matches!(
        contract.state(),
        ContractState::NeedsReview | ContractState::InReview
    );
    match (contract.open_flags, contract.blocking_flags) {
        (0, _) => None,
        _ if decided => None,
        (open, 0) => Some((counted(open.into(), "flag", "flags"), "warn")),
        (open, blocking) => {
            let words = counted(open.into(), "flag", "flags");
            Some((format!("{words}, {blocking} blocking"), "stop"))
        }
    }
}

fn value(contract: &ContractSummary) -> String {
    if contract.printed_total.is_empty() {
        return String::new();
    }
    format!("{} {}", grouped(&contract.printed_total), contract.currency)
        .trim_end()
        .to_owned()
}
