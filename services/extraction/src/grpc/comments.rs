//! Comments: what people say about a contract without changing it. Each is an entry of its record.

use contract::terms::rows;
use prost::Message;
use runtime::caller::Role;
use runtime::rejection;
use runtime::requests::{self, Attempt};
use tonic::{Request, Status};
use wire::extraction::v1;

use super::fault::Fault;
use super::review::can_be_kept;
use super::{Call, Desk, contract_id, message, no_such_contract};
use crate::store::dossier::{Dossier, Entry};
use crate::store::events::Change;

/// Everybody who can sign in may speak; a service has nothing to say.
const PEOPLE: [Role; 4] = [Role::Uploader, Role::Reviewer, Role::Approver, Role::Finance];

/// Keeps a comment, once however often it is sent.
pub(super) async fn add(
    desk: &Desk,
    request: &Request<v1::AddCommentRequest>,
) -> Result<v1::AddCommentResponse, Fault> {
    let (call, ask) = (Call::by(request, &PEOPLE)?, request.get_ref());
    let id = contract_id(&ask.contract_id)?;
    can_be_kept("about", &ask.about)?;
    can_be_kept("text", &ask.text)?;
    let mut transaction = desk.begin(&call).await?;
    let content = ask.encode_to_vec();
    let attempt = requests::begin(
        &mut transaction,
        &call.caller,
        "AddComment",
        &ask.request_id,
        &content,
    )
    .await?;
    let noted = match attempt {
        Attempt::Repeated(answer) => return Ok(recall(&answer)?),
        Attempt::First(noted) => noted,
    };
    let held = Dossier::hold(&mut transaction, call.caller.tenant, id).await?;
    let dossier = held.ok_or_else(|| no_such_contract(id))?;
    let event = dossier.comment(&mut transaction, entry(desk, &call, comment(&dossier, ask)?));
    let answer = v1::AddCommentResponse {
        event: Some(message::event(event.await?)),
    };
    noted.record(&mut transaction, &answer.encode_to_vec()).await?;
    transaction.commit().await?;
    Ok(answer)
}

fn entry(desk: &Desk, call: &Call, change: Change) -> Entry {
    Entry {
        at: desk.clock.now(),
        actor: call.caller.name.clone(),
        action: "commented",
        change,
        trace: call.trace.to_string(),
    }
}

/// What is said and what about, which must be there.
fn comment(dossier: &Dossier, ask: &v1::AddCommentRequest) -> Result<Change, Status> {
    let (about, text) = (ask.about.trim(), ask.text.trim());
    if text.is_empty() {
        return Err(rejection::invalid("text", "is empty: say something"));
    }
    if !about.is_empty() && !has(dossier, about) {
        let sentence = "is neither the path of a term nor the id of a flag of this contract; leave it empty to speak of the whole contract";
        return Err(rejection::invalid("about", sentence));
    }
    Ok(Change {
        path: about.to_owned(),
        reason: text.to_owned(),
        ..Change::default()
    })
}

fn has(dossier: &Dossier, about: &str) -> bool {
    dossier.review.draft.as_ref().is_some_and(|draft| {
        draft.flags.iter().any(|flag| flag.id == about)
            || rows(&draft.terms).iter().any(|row| row.path == about)
    })
}

fn recall(answer: &[u8]) -> Result<v1::AddCommentResponse, Status> {
    v1::AddCommentResponse::decode(answer)
        .map_err(|error| rejection::internal("recalling an earlier answer", &error))
}
