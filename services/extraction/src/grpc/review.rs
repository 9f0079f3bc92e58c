//! Decisions about a contract: each is carried out once, however often it is sent.

use prost::Message;
use runtime::caller::require;
use runtime::rejection;
use runtime::requests::{self, Attempt};
use tonic::{Request, Status};
use wire::extraction::v1;

use super::fault::Fault;
use super::{Call, Desk, contract_id, message};
use crate::review::{Decision, Occasion, Words, carry_out};

/// Characters of a value or a reason.
const LONGEST_TEXT: usize = 20_000;

/// Carries out the decision that a request asks for, and tells how the contract stands then.
pub(super) async fn decide<T: Ask>(desk: &Desk, request: &Request<T>) -> Result<v1::Contract, Fault> {
    let (call, ask) = (Call::of(request)?, request.get_ref());
    let decision = ask.decision();
    require(&call.caller, decision.roles())?;
    decision
        .texts()
        .into_iter()
        .try_for_each(|(field, text)| can_be_kept(field, text))?;
    let occasion = Occasion {
        caller: &call.caller,
        at: desk.clock.now(),
        trace: call.trace,
        contract: contract_id(ask.contract_id())?,
        revision: ask.revision(),
    };
    let mut transaction = desk.begin(&call).await?;
    let content = ask.encode_to_vec();
    let attempt = requests::begin(
        &mut transaction,
        &call.caller,
        T::METHOD,
        ask.request_id(),
        &content,
    )
    .await?;
    let entry = match attempt {
        Attempt::Repeated(answer) => return Ok(recall(&answer)?),
        Attempt::First(entry) => entry,
    };
    let dossier = carry_out(&mut transaction, &occasion, &decision, &desk.second_approval).await?;
    let contract = message::contract(&mut transaction, &dossier, &desk.second_approval).await?;
    entry.record(&mut transaction, &contract.encode_to_vec()).await?;
    transaction.commit().await?;
    desk.approved.ring();
    Ok(contract)
}

/// The database takes no NUL, and an audit log is for sentences.
pub(super) fn can_be_kept(field: &str, text: &str) -> Result<(), Status> {
    if text.contains('\0') {
        return Err(rejection::invalid(
            field,
            "contains the character NUL, which cannot be kept",
        ));
    }
    if text.chars().count() > LONGEST_TEXT {
        let sentence = format!("is longer than {LONGEST_TEXT} characters; say it in fewer words");
        return Err(rejection::invalid(field, sentence));
    }
    Ok(())
}

fn recall(answer: &[u8]) -> Result<v1::Contract, Status> {
    v1::Contract::decode(answer).map_err(|error| rejection::internal("recalling an earlier answer", &error))
}

/// A request that asks for a decision.
pub(super) trait Ask: Message {
    /// The name of the call.
    const METHOD: &'static str;
    fn request_id(&self) -> &str;
    fn contract_id(&self) -> &str;
    fn revision(&self) -> u32;
    fn decision(&self) -> Decision;
}

/// Where cited words stand.
trait Cites {
    fn words(&self) -> Words;
}

impl Cites for v1::CiteWordsRequest {
    fn words(&self) -> Words {
        let place = |at: Option<v1::WordPlace>| at.map_or((0, 0), |at| (at.line, at.word));
        Words {
            page: self.page,
            first: place(self.first),
            last: place(self.last),
        }
    }
}

/// The requests have the same three fields and differ in what they decide.
macro_rules! ask {
    ($message:ident, $method:literal, $this:ident => $decision:expr) => {
        impl Ask for v1::$message {
            const METHOD: &'static str = $method;

            fn request_id(&self) -> &str {
                &self.request_id
            }

            fn contract_id(&self) -> &str {
                &self.contract_id
            }

            fn revision(&self) -> u32 {
                self.revision
            }

            fn decision(&self) -> Decision {
                let $this = self.clone();
                $decision
            }
        }
    };
}

ask!(EditTermRequest, "EditTerm", ask => Decision::Edit { path: ask.path, value: ask.value, reason: ask.reason });
ask!(CiteWordsRequest, "CiteWords", ask => Decision::Cite { words: ask.words(), path: ask.path, reason: ask.reason });
ask!(ResolveFlagRequest, "ResolveFlag", ask => Decision::Resolve { flag: ask.flag_id, reason: ask.reason });
ask!(SubmitContractRequest, "SubmitContract", _ask => Decision::Submit);
ask!(ApproveContractRequest, "ApproveContract", _ask => Decision::Approve);
ask!(RejectContractRequest, "RejectContract", ask => Decision::Reject { reason: ask.reason });
ask!(ReopenContractRequest, "ReopenContract", ask => Decision::Reopen { reason: ask.reason });
