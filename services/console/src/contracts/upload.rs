//! Handing contracts in: several files at once, each streamed on to the service as it arrives.

use askama::Template;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use wire::extraction::v1::upload_document_request::Part;
use wire::extraction::v1::{UploadDocumentRequest, UploadDocumentResponse, UploadHeader};

use crate::answer::{Answer, go, page, page_as};
use crate::connection::request_id;
use crate::fault::{Fault, sentence_of};
use crate::filled::same;
use crate::layout::{Frame, Section};
use crate::serve::Console;
use crate::visitor::Visitor;

/// Bytes of all files of one form.
pub(super) const LARGEST: usize = 200 * 1024 * 1024;

#[derive(Template)]
#[template(path = "contracts/upload.html")]
struct Upload {
    frame: Frame,
    taken: Vec<Taken>,
    refused: Vec<Turned>,
    problem: &'static str,
}

/// A file that is here now.
struct Taken {
    name: String,
    contract: String,
    already_known: bool,
}

/// A file that was refused, and why.
struct Turned {
    name: String,
    sentence: String,
}

pub(super) async fn ask(visitor: Visitor) -> Answer {
    page(&Upload {
        frame: visitor.frame(Section::Contracts),
        taken: Vec::new(),
        refused: Vec::new(),
        problem: "",
    })
}

/// Takes the files of a form whose first field is its token.
pub(super) async fn take(
    State(console): State<Console>,
    visitor: Visitor,
    request: Request,
) -> Result<Response, Response> {
    let cut = |_| Fault::form_too_large().into_response();
    let mut form = Multipart::from_request(request, &console)
        .await
        .map_err(|_| Fault::form_not_understood().into_response())?;
    let token = match form.next_field().await.map_err(cut)? {
        Some(field) if field.name() == Some("token") => field.text().await.map_err(cut)?,
        _ => String::new(),
    };
    if !same(&token, &visitor.session.token) {
        return Err(Fault::foreign_form().into_response());
    }
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(cut)? {
        // The box stands before the files, so they are known to belong together before the first of them comes.
        if field.name() == Some("together") {
            drop(field);
            match hand_in_together(&visitor, &mut form).await {
                Ok(file) => taken.extend(file),
                Err(sentence) => refused.push(Turned {
                    name: String::from("The papers"),
                    sentence,
                }),
            }
            break;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        if name.is_empty() {
            continue;
        }
        match hand_in(&visitor, &name, field).await {
            Ok(file) => taken.push(file),
            Err(sentence) => refused.push(Turned { name, sentence }),
        }
    }
    answer(&visitor, taken, refused).map_err(IntoResponse::into_response)
}

/// One good file leads to its contract; anything else is told file by file.
fn answer(visitor: &Visitor, taken: Vec<Taken>, refused: Vec<Turned>) -> Answer {
    if let ([only], true) = (taken.as_slice(), refused.is_empty()) {
        if only.already_known {
            visitor.tell("This very file was here already; this is its contract.");
        }
        return go(&format!("/contracts/{}", only.contract));
    }
    let (status, problem) = match (taken.is_empty(), refused.is_empty()) {
        (true, true) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Choose at least one file first.",
        ),
        (true, false) => (StatusCode::UNPROCESSABLE_ENTITY, ""),
        _ => (StatusCode::OK, ""),
    };
    let frame = visitor.frame(Section::Contracts);
    page_as(
        status,
        &Upload {
            frame,
            taken,
            refused,
            problem,
        },
    )
}

/// Streams one file to the service; answers what became of it, or the sentence that refuses it.
async fn hand_in(visitor: &Visitor, name: &str, mut field: Field<'_>) -> Result<Taken, String> {
    let (pieces, stream) = mpsc::channel(4);
    // As long as this is held the service waits for more: a file that is cut off is given up, never taken as whole.
    let mut unfinished = Some(pieces.clone());
    let feed = async {
        feed(&pieces, name, &mut field).await?;
        drop((pieces, unfinished.take()));
        Ok(())
    };
    let (_, answer) = tokio::try_join!(feed, send(visitor, stream))?;
    Ok(taken(name.to_owned(), answer))
}

/// Streams all files of a form as the papers of one contract. None of a form without files.
async fn hand_in_together(visitor: &Visitor, form: &mut Multipart) -> Result<Option<Taken>, String> {
    let (pieces, stream) = mpsc::channel(4);
    let mut unfinished = Some(pieces.clone());
    let feed = async {
        let mut names: Vec<String> = Vec::new();
        while let Some(mut field) = form.next_field().await.map_err(|_| CUT_OFF.to_owned())? {
            let name = field.file_name().unwrap_or_default().to_owned();
            if !name.is_empty() {
                feed(&pieces, &name, &mut field).await?;
                names.push(name);
            }
        }
        drop((pieces, unfinished.take()));
        Ok::<_, String>(names)
    };
    // What the service refuses is told after the form was read to its end: the names are in it.
    let upload = async { Ok(send(visitor, stream).await) };
    let (names, answer) = tokio::try_join!(feed, upload)?;
    match names.is_empty() {
        true => Ok(None),
        false => answer.map(|answer| Some(taken(names.join(" + "), answer))),
    }
}

/// Sends a file's header and then its bytes, until the service stops listening: its answer says why.
async fn feed(
    pieces: &mpsc::Sender<UploadDocumentRequest>,
    name: &str,
    field: &mut Field<'_>,
) -> Result<(), String> {
    let mut part = Some(header(name));
    while let Some(next) = part {
        let request = UploadDocumentRequest { part: Some(next) };
        if pieces.send(request).await.is_err() {
            break;
        }
        let chunk = field.chunk().await.map_err(|_| CUT_OFF.to_owned())?;
        part = chunk.map(|bytes| Part::Chunk(bytes.to_vec()));
    }
    Ok(())
}

async fn send(
    visitor: &Visitor,
    stream: mpsc::Receiver<UploadDocumentRequest>,
) -> Result<UploadDocumentResponse, String> {
    let mut service = visitor.extraction();
    let answer = service.upload_document(ReceiverStream::new(stream)).await;
    answer
        .map(tonic::Response::into_inner)
        .map_err(|status| sentence_of(&status))
}

fn taken(name: String, answer: UploadDocumentResponse) -> Taken {
    Taken {
        name,
        contract: answer.contract_id,
        already_known: answer.already_known,
    }
}

const CUT_OFF: &str = "The file was cut off on the way, or all files together are too large. Send it again.";

fn header(name: &str) -> Part {
    Part::Header(UploadHeader {
        request_id: request_id(),
        file_name: name.to_owned(),
        sha256: String::new(),
        size: 0,
    })
}
