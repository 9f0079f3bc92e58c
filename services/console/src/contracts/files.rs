//! A contract's own files: pictures of its pages, and the file as it was uploaded.

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tokio_stream::StreamExt;
use wire::extraction::v1::{DownloadDocumentRequest, GetPageImageRequest};

use crate::answer::Answer;
use crate::fault::Fault;
use crate::link::segment;
use crate::visitor::Visitor;

/// Pixels across: sharp on a screen of two pixels a point.
const WIDTH: u32 = 1_600;

/// A page as a picture. Its address names the document's content, so a browser may keep it.
pub(super) async fn picture(
    visitor: Visitor,
    Path((id, page, _edition)): Path<(String, u32, String)>,
) -> Answer {
    let request = GetPageImageRequest {
        contract_id: id,
        page,
        width: WIDTH,
    };
    let png = visitor
        .extraction()
        .get_page_image(request)
        .await?
        .into_inner()
        .png;
    let headers = [
        (CONTENT_TYPE, "image/png"),
        (CACHE_CONTROL, "private, max-age=31536000, immutable"),
    ];
    Ok((headers, png).into_response())
}

/// The file, always to be saved and never to be shown: it was written by a counterparty.
pub(super) async fn original(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let request = DownloadDocumentRequest { contract_id: id };
    let mut pieces = visitor
        .extraction()
        .download_document(request)
        .await?
        .into_inner();
    let first = pieces.message().await?.ok_or_else(Fault::nowhere)?;
    // Names travel in headers as RFC 8187 wants them.
    let disposition = format!("attachment; filename*=UTF-8''{}", segment(&first.file_name));
    let rest = pieces.map(|piece| piece.map(|piece| piece.chunk));
    let body = Body::from_stream(tokio_stream::once(Ok(first.chunk)).chain(rest));
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    Ok::<Response, Fault>((headers, body).into_response())
}
