//! Contracts in the extraction service: some samples, each brought as far as people bring contracts, and then copied.

use std::path::Path;

use extraction::Copies;
use runtime::caller::Role;
use uuid::Uuid;
use wire::extraction::v1::flag::Severity;
use wire::extraction::v1::{
    AddCommentRequest, ApproveContractRequest, Contract, ContractState, EditTermRequest,
    RejectContractRequest, ResolveFlagRequest, SubmitContractRequest,
};

use super::Stage;
use crate::connection::{Extraction, request_id};
use crate::contracts::{follow, get, revision, upload};
use crate::failure::Failure;
use crate::printing::progress;

/// How far a contract has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    Waiting,
    InReview,
    Submitted,
    Billing,
    Rejected,
    Unreadable,
}

/// Of twenty contracts, how many are made of which sample, and how far those have come.
const SHARES: [(&str, Stand, i32); 9] = [
    ("02-usage", Stand::Billing, 5),
    ("04-seats", Stand::Billing, 4),
    ("08-prepaid-credits", Stand::Billing, 3),
    ("05-milestones", Stand::Waiting, 2),
    ("12-contradictory-totals", Stand::Waiting, 1),
    ("10-enterprise", Stand::InReview, 2),
    ("06-hybrid", Stand::Submitted, 1),
    ("11-redacted-price", Stand::Rejected, 1),
    ("13-scan-without-text", Stand::Unreadable, 1),
];
/// Copies of one call: not so many that their transaction holds up everything else.
const AT_ONCE: usize = 500;

/// Contracts to look at, by how far they have come.
pub(super) struct Known(Vec<(Stand, String)>);

impl Known {
    pub(super) fn one(&self, wanted: Stand) -> &str {
        let mut known = self.0.iter();
        known
            .find(|(stand, _)| *stand == wanted)
            .map_or("", |(_, id)| id.as_str())
    }
}

/// Stores so many contracts, and says which ones they are copies of.
pub(super) async fn store_all(stage: &Stage, samples: &Path, contracts: u32) -> Result<Known, Failure> {
    let mut people = People::meet(stage).await?;
    let mut known = Vec::new();
    for (sample, stand, _) in SHARES {
        let file = samples.join(sample).join("contract.pdf");
        known.push((stand, people.bring(&file, stand).await?));
    }
    let store = stage.running.extraction_store().await?;
    let bar = progress(contracts.into(), "copying contracts");
    for (source, numbers) in shared_out(contracts) {
        let original = known.get(source).map_or("", |(_, id)| id.as_str());
        for numbers in numbers.chunks(AT_ONCE) {
            let copies = Copies {
                tenant: stage.tenant,
                original: Uuid::try_parse(original).map_err(broken)?,
                numbers: numbers.to_vec(),
            };
            extraction::copy(&store, &copies).await.map_err(broken)?;
            bar.inc(u64::try_from(numbers.len()).unwrap_or_default());
        }
    }
    bar.finish_and_clear();
    Ok(Known(known))
}

/// Which numbers are copies of which sample, so that all kinds stand mixed in a list.
fn shared_out(contracts: u32) -> Vec<(usize, Vec<i32>)> {
    let turns = SHARES.iter().enumerate();
    let turns: Vec<usize> = turns
        .flat_map(|(source, (_, _, share))| (0..*share).map(move |_| source))
        .collect();
    let numbers = |source: usize| {
        let all = 0..i32::try_from(contracts).unwrap_or(i32::MAX);
        let mut cycle = turns.iter().cycle();
        all.filter(|_| cycle.next() == Some(&source)).collect()
    };
    (0..SHARES.len())
        .map(|source| (source, numbers(source)))
        .collect()
}

/// Who brings contracts as far as they come.
struct People {
    reviewer: Extraction,
    approver: Extraction,
}

impl People {
    async fn meet(stage: &Stage) -> Result<Self, Failure> {
        let issue = |name, role| stage.running.issue(name, role, stage.tenant);
        let (dana, omar) = (issue("dana", Role::Admin)?, issue("omar", Role::Approver)?);
        Ok(Self {
            reviewer: stage.running.with_key(dana).extraction().await?,
            approver: stage.running.with_key(omar).extraction().await?,
        })
    }

    async fn bring(&mut self, file: &Path, stand: Stand) -> Result<String, Failure> {
        let id = upload(&mut self.reviewer, &[file]).await?.contract_id;
        follow(&mut self.reviewer, &id, |_| ()).await?;
        let contract = get(&mut self.reviewer, &id).await?;
        match stand {
            Stand::Waiting | Stand::Unreadable => {}
            Stand::InReview => self.begin(&contract).await?,
            Stand::Submitted => drop(self.submit(contract).await?),
            Stand::Billing => self.approve(contract).await?,
            Stand::Rejected => self.reject(&contract).await?,
        }
        Ok(id)
    }

    /// Somebody changes a term, settles a flag and asks something.
    async fn begin(&mut self, contract: &Contract) -> Result<(), Failure> {
        let edit = EditTermRequest {
            request_id: request_id(),
            contract_id: id(contract),
            revision: revision(contract),
            path: "/signature_date".to_owned(),
            value: "2025-12-15".to_owned(),
            reason: "the date beside the second signature".to_owned(),
        };
        let edited = answered(self.reviewer.edit_term(edit).await?.into_inner().contract)?;
        self.settle(edited, 1).await?;
        let comment = AddCommentRequest {
            request_id: request_id(),
            contract_id: id(contract),
            about: "/customer".to_owned(),
            text: "Is this the name on the invoices?".to_owned(),
        };
        self.reviewer.add_comment(comment).await?;
        Ok(())
    }

    async fn submit(&mut self, contract: Contract) -> Result<Contract, Failure> {
        let settled = self.settle(contract, usize::MAX).await?;
        let submit = SubmitContractRequest {
            request_id: request_id(),
            contract_id: id(&settled),
            revision: revision(&settled),
        };
        answered(self.reviewer.submit_contract(submit).await?.into_inner().contract)
    }

    /// Until invoicing has its plan.
    async fn approve(&mut self, contract: Contract) -> Result<(), Failure> {
        let submitted = self.submit(contract).await?;
        let approve = ApproveContractRequest {
            request_id: request_id(),
            contract_id: id(&submitted),
            revision: revision(&submitted),
        };
        self.approver.approve_contract(approve).await?;
        for _ in 0..1000 {
            let now = get(&mut self.reviewer, &id(&submitted)).await?;
            let state = now.summary.map(|summary| summary.state());
            if state == Some(ContractState::HandedOver) {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Err(Failure::broken(
            "invoicing did not acknowledge an approved plan in time",
        ))
    }

    async fn reject(&mut self, contract: &Contract) -> Result<(), Failure> {
        let reject = RejectContractRequest {
            request_id: request_id(),
            contract_id: id(contract),
            revision: revision(contract),
            reason: "the price is not in it".to_owned(),
        };
        self.approver.reject_contract(reject).await?;
        Ok(())
    }

    /// Settles so many of the flags that wait, but none that blocks.
    async fn settle(&mut self, mut contract: Contract, most: usize) -> Result<Contract, Failure> {
        for _ in 0..most {
            let mut flags = contract.flags.iter();
            let waiting = flags.find(|flag| !flag.resolved && flag.severity() == Severity::Review);
            let Some(flag) = waiting else { break };
            let settle = ResolveFlagRequest {
                request_id: request_id(),
                contract_id: id(&contract),
                revision: revision(&contract),
                flag_id: flag.id.clone(),
                reason: "Checked: the page says so".to_owned(),
            };
            contract = answered(self.reviewer.resolve_flag(settle).await?.into_inner().contract)?;
        }
        Ok(contract)
    }
}

fn id(contract: &Contract) -> String {
    let summary = contract.summary.as_ref();
    summary
        .map(|summary| summary.contract_id.clone())
        .unwrap_or_default()
}

fn answered(contract: Option<Contract>) -> Result<Contract, Failure> {
    contract.ok_or_else(|| Failure::broken("the extraction service answered without a contract"))
}

fn broken(error: impl std::fmt::Display) -> Failure {
    Failure::broken(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_a_copy_of_one_sample_and_kinds_stand_mixed() {
        let shares: i32 = SHARES.iter().map(|(_, _, share)| share).sum();
        assert_eq!(shares, 20);
        let shared = shared_out(47);
        let mut all: Vec<i32> = shared.iter().flat_map(|(_, numbers)| numbers.clone()).collect();
        all.sort_unstable();
        assert_eq!(all, (0..47).collect::<Vec<_>>());
        assert_eq!(shared[3].1, [12, 13, 32, 33]);
    }
}
