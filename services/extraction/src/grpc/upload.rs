//! Receiving a file: header, pieces, and only then anything is stored.

use contract::file::{self, Limits, ReadError};
use contract::page::Media;
use contract::review::Review;
use prost::Message;
use runtime::caller::Role;
use runtime::rejection;
use runtime::requests::{self, Attempt};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use tonic::{Code, Request, Status, Streaming};
use uuid::Uuid;
use wire::extraction::v1;
use wire::extraction::v1::upload_document_request::Part;

use super::fault::Fault;
use super::{Call, Desk};
use crate::intake;
use crate::sandbox::IntakeError;

const METHOD: &str = "UploadDocument";
const LONGEST_NAME: usize = 255;

/// Takes a file in. The same bytes are the same contract, whoever sends them and whatever they call them.
pub(super) async fn upload(
    desk: &Desk,
    request: Request<Streaming<v1::UploadDocumentRequest>>,
) -> Result<v1::UploadDocumentResponse, Fault> {
    let call = Call::by(&request, &[Role::Uploader])?;
    let arrival = receive(request.into_inner(), &desk.limits).await?;
    let mut transaction = desk.begin(&call).await?;
    let content = arrival.content();
    let entry = match requests::begin(
        &mut transaction,
        &call.caller,
        METHOD,
        &arrival.request_id,
        &content,
    )
    .await?
    {
        Attempt::Repeated(answer) => return Ok(recall(&answer)?),
        Attempt::First(entry) => entry,
    };
    let answer = store(desk, &call, &mut transaction, &arrival).await?;
    entry.record(&mut transaction, &answer.encode_to_vec()).await?;
    transaction.commit().await?;
    desk.received.ring();
    tracing::info!(
        contract = answer.contract_id,
        bytes = arrival.bytes.len(),
        known = answer.already_known,
        "received"
    );
    Ok(answer)
}

/// A file that arrived whole and is of a kind we read.
struct Arrival {
    request_id: String,
    file_name: String,
    sha256: String,
    media: Media,
    bytes: Vec<u8>,
}

impl Arrival {
    /// What makes two uploads the same request: the name and the bytes, however they were cut into pieces.
    fn content(&self) -> Vec<u8> {
        [self.sha256.as_bytes(), self.file_name.as_bytes()].concat()
    }
}

async fn receive(
    mut parts: Streaming<v1::UploadDocumentRequest>,
    limits: &Limits,
) -> Result<Arrival, Status> {
    let Some(Part::Header(header)) = next(&mut parts).await? else {
        return Err(rejection::invalid(
            "header",
            "must come first: the file's name, then its bytes",
        ));
    };
    let request_id = header.request_id.clone();
    let mut files: Vec<File> = Vec::new();
    let (mut room, mut following) = (*limits, Some(header));
    while let Some(header) = following {
        let (file, next) = one(&mut parts, header, &room, files.is_empty()).await?;
        room.bytes = room.bytes.saturating_sub(file.bytes.len());
        following = next;
        files.push(file);
    }
    let File { name, media, bytes } = together(files)?;
    Ok(Arrival {
        request_id,
        file_name: name,
        sha256: sha256(&bytes),
        media,
        bytes,
    })
}

/// One file as it arrived.
struct File {
    name: String,
    media: Media,
    bytes: Vec<u8>,
}

/// A file whose header has come, and the header of the file after it, if there is one. What is wrong with one of several
/// says which.
async fn one(
    parts: &mut Streaming<v1::UploadDocumentRequest>,
    header: v1::UploadHeader,
    limits: &Limits,
    is_first: bool,
) -> Result<(File, Option<v1::UploadHeader>), Status> {
    within_limit(header.size, limits)?;
    let name = file_name(&header.file_name)?;
    let (bytes, following) = collect(parts, header.size, limits).await?;
    let media = admit(&header, &bytes, limits).map_err(|wrong| match is_first && following.is_none() {
        true => wrong,
        false => about(&name, &wrong),
    })?;
    Ok((File { name, media, bytes }, following))
}

fn admit(header: &v1::UploadHeader, bytes: &[u8], limits: &Limits) -> Result<Media, Status> {
    complete(header, bytes)?;
    let media = file::recognise(bytes, limits).map_err(unreadable)?;
    let sha256 = sha256(bytes);
    if header.sha256.is_empty() || header.sha256.eq_ignore_ascii_case(&sha256) {
        return Ok(media);
    }
    Err(rejection::with_reason(
        Code::InvalidArgument,
        "HASH_DIFFERS",
        format!(
            "the bytes that arrived have the SHA-256 {sha256}, not the one announced; send the file again"
        ),
    ))
}

fn about(name: &str, wrong: &Status) -> Status {
    let sentence = format!("“{name}”: {}", wrong.message());
    Status::with_details(wrong.code(), sentence, wrong.details().to_vec().into())
}

/// Several files become one archive: the same papers in the same order are the same contract.
fn together(mut files: Vec<File>) -> Result<File, Status> {
    if files.len() < 2
        && let Some(only) = files.pop()
    {
        return Ok(only);
    }
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let name: String = names.join(" + ").chars().take(LONGEST_NAME).collect();
    let papers: Vec<(String, Vec<u8>)> = files.into_iter().map(|file| (file.name, file.bytes)).collect();
    Ok(File {
        name,
        media: Media::Bundle,
        bytes: file::pack(&papers).map_err(unreadable)?,
    })
}

async fn next(parts: &mut Streaming<v1::UploadDocumentRequest>) -> Result<Option<Part>, Status> {
    Ok(parts.message().await?.and_then(|message| message.part))
}

async fn collect(
    parts: &mut Streaming<v1::UploadDocumentRequest>,
    announced: u64,
    limits: &Limits,
) -> Result<(Vec<u8>, Option<v1::UploadHeader>), Status> {
    let mut bytes = Vec::new();
    while let Some(message) = parts.message().await? {
        match message.part {
            Some(Part::Chunk(chunk)) => bytes.extend_from_slice(&chunk),
            Some(Part::Header(header)) if announced == 0 || !bytes.is_empty() => {
                return Ok((bytes, Some(header)));
            }
            _ => {
                return Err(rejection::invalid(
                    "chunk",
                    "must follow the header: of each file one header, then its pieces",
                ));
            }
        }
        within_limit(u64::try_from(bytes.len()).unwrap_or(u64::MAX), limits)?;
    }
    Ok((bytes, None))
}

fn within_limit(size: u64, limits: &Limits) -> Result<(), Status> {
    let bytes = usize::try_from(size).unwrap_or(usize::MAX);
    if bytes <= limits.bytes {
        return Ok(());
    }
    let refusal = ReadError::TooLarge {
        bytes,
        limit: limits.bytes,
    };
    Err(rejection::over_limit("FILE_TOO_LARGE", refusal.to_string()))
}

fn complete(header: &v1::UploadHeader, bytes: &[u8]) -> Result<(), Status> {
    let arrived = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if header.size == 0 || header.size == arrived {
        return Ok(());
    }
    Err(rejection::aborted(
        "UPLOAD_CUT",
        format!(
            "{arrived} of {} bytes arrived and nothing was stored; send the file again",
            header.size
        ),
    ))
}

/// The last part of a path, as a person would name the file.
fn file_name(given: &str) -> Result<String, Status> {
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let wrong = |sentence: &str| Err(rejection::invalid("header.file_name", sentence));
    match name.chars().count() {
        0 => wrong("is empty; send the file's name, by which people will know it"),
        length if length > LONGEST_NAME => wrong("is longer than 255 characters"),
        _ if name.chars().any(char::is_control) => wrong("contains characters that cannot be shown"),
        _ => Ok(name.to_owned()),
    }
}

fn unreadable(refusal: ReadError) -> Status {
    let sentence = refusal.to_string();
    let reason = IntakeError::Refused(refusal).code().to_uppercase();
    rejection::with_reason(Code::InvalidArgument, &reason, sentence)
}

async fn store(
    desk: &Desk,
    call: &Call,
    connection: &mut PgConnection,
    arrival: &Arrival,
) -> Result<v1::UploadDocumentResponse, sqlx::Error> {
    let at = desk.clock.now();
    let receipt = intake::Receipt {
        tenant: call.caller.tenant,
        contract: Uuid::new_v4(),
        file_name: &arrival.file_name,
        sha256: &arrival.sha256,
        media: arrival.media,
        bytes: &arrival.bytes,
        by: &call.caller.name,
        trace: call.trace.to_string(),
        at,
    };
    let known = intake::receive(connection, &receipt, Review::received(at)).await?;
    Ok(v1::UploadDocumentResponse {
        contract_id: known.unwrap_or(receipt.contract).to_string(),
        sha256: arrival.sha256.clone(),
        already_known: known.is_some(),
    })
}

fn recall(answer: &[u8]) -> Result<v1::UploadDocumentResponse, Status> {
    v1::UploadDocumentResponse::decode(answer)
        .map_err(|error| rejection::internal("recalling an earlier answer", &error))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
