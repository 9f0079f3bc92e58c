//! Two people who review, and one who looks after the money; each with a key of their own.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use console::DemoPerson;
use runtime::caller::Role;
use runtime::settings::Secret;
use uuid::Uuid;
use wire::extraction::v1::flag::Severity;
use wire::extraction::v1::{
    ApproveContractRequest, Contract, ContractState, EditTermRequest, Flag, ResolveFlagRequest,
    SubmitContractRequest,
};
use wire::invoicing::v1::Invoice;

use super::stopped_as_expected;
use super::story::{Expectation, Outcome, Plan, Story};
use crate::connection::{Extraction, Invoicing, Services, request_id};
use crate::contracts::{flags_text, follow, get, revision, terms_text, upload};
use crate::failure::Failure;
use crate::invoices;
use crate::printing::Output;
use crate::serve::Running;

/// How long invoicing may take to acknowledge a plan.
const HANDOFF_PATIENCE: Duration = Duration::from_secs(30);

/// Who reviews, by the names the stories use.
const REVIEWERS: [&str; 2] = ["dana", "omar"];

pub(crate) struct People {
    reviewers: HashMap<String, Extraction>,
    uploader: Extraction,
    pub(crate) finance: Invoicing,
    /// Key of the company's administrator.
    pub(crate) admin: String,
    /// Everybody, with their keys.
    guests: Vec<DemoPerson>,
}

/// What each of them does, as the console's sign-in says it.
const GUESTS: [(&str, Role, &str); 5] = [
    ("dana", Role::Reviewer, "reviews contracts and submits them"),
    ("omar", Role::Approver, "approves what dana submits"),
    ("uma", Role::Uploader, "hands contracts in"),
    ("finn", Role::Finance, "looks after invoices and money"),
    ("admin", Role::Admin, "may do everything"),
];

impl People {
    /// Gives everybody a key. Each demo is a company of its own, so that it can be run again in the same folder.
    pub(crate) async fn meet(running: &Running) -> Result<Self, Failure> {
        let company = Uuid::new_v4();
        let mut keys = HashMap::new();
        for (name, role, _) in GUESTS {
            keys.insert(name, running.issue(name, role, company)?);
        }
        let key = |name: &str| keys.get(name).cloned().unwrap_or_default();
        let mut reviewers = HashMap::new();
        for name in REVIEWERS {
            reviewers.insert(name.to_owned(), running.with_key(key(name)).extraction().await?);
        }
        Ok(Self {
            reviewers,
            uploader: running.with_key(key("uma")).extraction().await?,
            finance: running.with_key(key("finn")).invoicing().await?,
            admin: key("admin"),
            guests: GUESTS
                .iter()
                .map(|(name, _, does)| guest(name, does, key(name)))
                .collect(),
        })
    }

    /// Who signs in on the console with one click.
    pub(crate) fn guests(&self) -> Vec<DemoPerson> {
        self.guests.clone()
    }

    /// From file to registered plan, or to the reason why not.
    pub(crate) async fn review(&mut self, story: &Story, output: Output) -> Result<Outcome, Failure> {
        let uploaded = upload(&mut self.uploader, &[&story.contract]).await?;
        follow(&mut self.uploader, &uploaded.contract_id, |_| ()).await?;
        let contract = get(&mut self.uploader, &uploaded.contract_id).await?;
        show(&contract, output);
        if let Some(stopped) = stopped(&contract, story) {
            output.say(&format!("  → {}", stopped.sentence()));
            return Ok(Outcome::StoppedBefore(stopped_as_expected(story, &stopped)));
        }
        match self.approve(story, contract, output).await {
            Ok(contract) => self.handed_over(contract, output).await.map(Outcome::HandedOver),
            Err(failure) => {
                let mut verdict = stopped_as_expected(story, &story.expectation);
                verdict.differences.push(failure.to_string());
                Ok(Outcome::StoppedBefore(verdict))
            }
        }
    }

    async fn approve(
        &mut self,
        story: &Story,
        contract: Contract,
        output: Output,
    ) -> Result<Contract, Failure> {
        let submitter = person(&mut self.reviewers, &story.submitter)?;
        let contract = decide(submitter, story, contract, output).await?;
        let submitted = submit(submitter, &contract).await?;
        let approver = person(&mut self.reviewers, &story.approver)?;
        let approved = approve(approver, &submitted).await?;
        output.say(&format!(
            "  {} submitted, {} approved: plan {}",
            story.submitter,
            story.approver,
            short(&approved)
        ));
        Ok(approved)
    }

    async fn handed_over(&mut self, contract: Contract, output: Output) -> Result<Plan, Failure> {
        let id = contract
            .summary
            .map(|summary| summary.contract_id)
            .unwrap_or_default();
        let wait = async {
            loop {
                let contract = get(&mut self.uploader, &id).await?;
                if state(&contract) == ContractState::HandedOver {
                    return Ok::<_, Failure>(contract);
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let contract = tokio::time::timeout(HANDOFF_PATIENCE, wait)
            .await
            .map_err(|_| Failure::broken("invoicing did not acknowledge an approved plan in time"))??;
        output.say("  handed over to invoicing: registered");
        let account = contract.plan.map(|plan| plan.account).unwrap_or_default();
        Ok(Plan {
            hash: contract.plan_hash,
            account,
        })
    }

    pub(crate) async fn invoices_of(&mut self, account: &str) -> Result<Vec<Invoice>, Failure> {
        invoices::all(&mut self.finance, account.to_owned()).await
    }
}

fn guest(name: &str, does: &str, key: String) -> DemoPerson {
    DemoPerson {
        name: name.to_owned(),
        does: does.to_owned(),
        key: Secret::new(key),
    }
}

fn person<'p>(
    people: &'p mut HashMap<String, Extraction>,
    name: &str,
) -> Result<&'p mut Extraction, Failure> {
    people
        .get_mut(name)
        .ok_or_else(|| Failure::refused(format!("nobody in the demo is called `{name}`")))
}

fn show(contract: &Contract, output: Output) {
    if let Some(failure) = &contract.failure {
        output.say(&format!("  {}", failure.sentence));
        return;
    }
    output.say(&terms_text(&contract.terms));
    if !contract.flags.is_empty() {
        output.say(&flags_text(&contract.flags));
    }
}

/// A contract that must not go on, as the story says or against it: unreadable, or held up by flags that the story does
/// not decide. Where a story ends there, everything that waits for a decision counts; elsewhere only what blocks.
fn stopped(contract: &Contract, story: &Story) -> Option<Expectation> {
    if let Some(failure) = &contract.failure {
        return Some(Expectation::Unreadable(failure.code.clone()));
    }
    let ends_here = matches!(story.expectation, Expectation::Blocked(_));
    let least = if ends_here {
        Severity::Review
    } else {
        Severity::Block
    };
    let undecided = |flag: &&Flag| {
        let decided = story
            .resolve
            .iter()
            .any(|resolution| resolution.code == flag.code);
        !flag.resolved && !decided && flag.severity >= i32::from(least)
    };
    let codes: Vec<String> = contract
        .flags
        .iter()
        .filter(undecided)
        .map(|flag| flag.code.clone())
        .collect();
    (!codes.is_empty() && story.edits.is_empty()).then_some(Expectation::Blocked(codes))
}

fn state(contract: &Contract) -> ContractState {
    contract
        .summary
        .as_ref()
        .and_then(|summary| ContractState::try_from(summary.state).ok())
        .unwrap_or_default()
}

/// The edits and decisions of the story's `review.json`, one revision after the other.
async fn decide(
    reviewer: &mut Extraction,
    story: &Story,
    mut contract: Contract,
    output: Output,
) -> Result<Contract, Failure> {
    for edit in &story.edits {
        let request = EditTermRequest {
            request_id: request_id(),
            contract_id: id(&contract),
            revision: revision(&contract),
            path: edit.path.clone(),
            value: edit.value.clone(),
            reason: edit.why.clone(),
        };
        contract = answered(reviewer.edit_term(request).await?.into_inner().contract)?;
        output.say(&format!(
            "  {} set {} to {}: {}",
            story.submitter, edit.path, edit.value, edit.why
        ));
    }
    for resolution in &story.resolve {
        while let Some(flag) = open_flag(&contract, &resolution.code) {
            let request = ResolveFlagRequest {
                request_id: request_id(),
                contract_id: id(&contract),
                revision: revision(&contract),
                flag_id: flag,
                reason: resolution.why.clone(),
            };
            contract = answered(reviewer.resolve_flag(request).await?.into_inner().contract)?;
            output.say(&format!(
                "  {} decided {}: {}",
                story.submitter, resolution.code, resolution.why
            ));
        }
    }
    Ok(contract)
}

fn open_flag(contract: &Contract, code: &str) -> Option<String> {
    contract
        .flags
        .iter()
        .find(|flag| !flag.resolved && flag.code == code)
        .map(|flag| flag.id.clone())
}

async fn submit(reviewer: &mut Extraction, contract: &Contract) -> Result<Contract, Failure> {
    let request = SubmitContractRequest {
        request_id: request_id(),
        contract_id: id(contract),
        revision: revision(contract),
    };
    answered(reviewer.submit_contract(request).await?.into_inner().contract)
}

async fn approve(approver: &mut Extraction, contract: &Contract) -> Result<Contract, Failure> {
    let request = ApproveContractRequest {
        request_id: request_id(),
        contract_id: id(contract),
        revision: revision(contract),
    };
    answered(approver.approve_contract(request).await?.into_inner().contract)
}

fn answered(contract: Option<Contract>) -> Result<Contract, Failure> {
    contract.ok_or_else(|| Failure::broken("the extraction service answered without a contract"))
}

fn id(contract: &Contract) -> String {
    contract
        .summary
        .as_ref()
        .map(|summary| summary.contract_id.clone())
        .unwrap_or_default()
}

fn short(contract: &Contract) -> String {
    contract.plan_hash.chars().take(12).collect()
}

/// What a newcomer can try while the services are up.
pub(crate) fn what_next(services: &Services, console: Option<SocketAddr>) -> String {
    let key = services.key.clone().unwrap_or_default();
    let console = console
        .map(|address| format!("http://{address}"))
        .unwrap_or_default();
    format!(
        "\nThe services stay up until Ctrl-C. Open {console} in a browser and choose who you are; or in another \
         terminal:\n\n  export QUITTANCE_API_KEY={key}\n  \
         export QUITTANCE_EXTRACTION_URL={} QUITTANCE_INVOICING_URL={}\n\n  \
         cargo run --release -- invoice list\n  cargo run --release -- invoice explain NUMBER\n  \
         cargo run --release -- contract list\n  cargo run --release -- read some-contract-of-yours.pdf",
        services.extraction_url, services.invoicing_url,
    )
}
