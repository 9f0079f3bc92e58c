//! `quittance contract comments` and `comment`: what people say to each other about a contract.

use wire::extraction::v1::{AddCommentRequest, Event};

use super::events;
use crate::connection::{Extraction, request_id};
use crate::failure::Failure;
use crate::printing::{Output, table};

pub(super) async fn list(extraction: &mut Extraction, id: &str, output: Output) -> Result<(), Failure> {
    let mut said = events(extraction, id).await?;
    said.retain(|event| event.action == "commented");
    output.show(|| said.iter().map(wire::json::json).collect(), || people(&said));
    Ok(())
}

pub(super) async fn say(
    extraction: &mut Extraction,
    id: &str,
    text: &str,
    about: &str,
    output: Output,
) -> Result<(), Failure> {
    let request = AddCommentRequest {
        request_id: request_id(),
        contract_id: id.to_owned(),
        about: about.to_owned(),
        text: text.to_owned(),
    };
    let event = extraction.add_comment(request).await?.into_inner().event;
    let event =
        event.ok_or_else(|| Failure::broken("the extraction service answered without the comment"))?;
    output.show(
        || wire::json::json(&event),
        || people(std::slice::from_ref(&event)),
    );
    Ok(())
}

fn people(said: &[Event]) -> String {
    if said.is_empty() {
        return "nobody has said anything about it".to_owned();
    }
    let row = |event: &Event| {
        let at = event.at.as_ref().map(ToString::to_string).unwrap_or_default();
        let about = if event.path.is_empty() {
            "the contract"
        } else {
            &event.path
        };
        vec![at, event.actor.clone(), about.to_owned(), event.reason.clone()]
    };
    table(
        &["when", "who", "about", "said"],
        &[],
        said.iter().map(row).collect(),
    )
}
