//! Looking at a contract's pages: their words with boxes, their pictures, and the file itself.

use std::pin::Pin;

use contract::file;
use contract::page::{BBox, Line, LineRole, Media, Page, Visibility, Word};
use runtime::rejection;
use sqlx::PgConnection;
use tonic::{Request, Status};
use uuid::Uuid;
use wire::extraction::v1;
use wire::extraction::v1::page_word::Visibility as Seen;
use wire::plan::v1::QuoteBox;

use super::fault::Fault;
use super::{Call, Desk, contract_id, no_such_contract};
use crate::gallery::{PictureError, Wanted};
use crate::papers::Papers;
use crate::store::contracts::{self, Contract};
use crate::store::documents;

/// What a download receives.
pub(super) type Stream =
    Pin<Box<dyn futures::Stream<Item = Result<v1::DownloadDocumentResponse, Status>> + Send>>;

/// Bytes of a file in one message.
const PIECE: usize = 256 * 1024;

/// Pixels across a picture.
const WIDTH: u32 = 1400;
const WIDTHS: std::ops::RangeInclusive<u32> = 100..=3000;

/// One page as its words.
pub(super) async fn words(
    desk: &Desk,
    request: &Request<v1::GetPageRequest>,
) -> Result<v1::GetPageResponse, Fault> {
    let (call, ask) = (Call::of(request)?, request.get_ref());
    let id = contract_id(&ask.contract_id)?;
    let mut transaction = desk.begin(&call).await?;
    let contract = known(&mut transaction, &call, id).await?;
    let reading = documents::reading(&mut transaction, call.caller.tenant, &contract.sha256).await?;
    let papers = reading.ok_or_else(|| not_read(id))?;
    let found = papers.at(ask.page).and_then(|(document, number)| {
        let page = document.pages.iter().find(|page| page.number == number)?;
        Some(message(page, document.media))
    });
    Ok(found.ok_or_else(|| no_such_page(&papers, ask.page))?)
}

/// One page as a picture, drawn once and then kept for a while.
pub(super) async fn image(
    desk: &Desk,
    request: &Request<v1::GetPageImageRequest>,
) -> Result<v1::GetPageImageResponse, Fault> {
    let (call, ask) = (Call::of(request)?, request.get_ref());
    let (id, width) = (contract_id(&ask.contract_id)?, width(ask.width)?);
    let mut transaction = desk.begin(&call).await?;
    let contract = known(&mut transaction, &call, id).await?;
    let extents = crate::store::papers::of(&mut transaction, call.caller.tenant, id).await?;
    let place = extents
        .iter()
        .find_map(|paper| Some((paper.part, paper.own(ask.page)?)));
    let (part, page) = place.unwrap_or((0, ask.page));
    let wanted = Wanted {
        tenant: call.caller.tenant,
        sha256: contract.sha256.clone(),
        part: usize::try_from(part).unwrap_or(usize::MAX),
        page,
        width,
    };
    if let Some(png) = desk.gallery.kept(&wanted) {
        return Ok(v1::GetPageImageResponse { png });
    }
    let bytes = documents::bytes(&mut transaction, wanted.tenant, &wanted.sha256).await?;
    // Drawing takes a while, and a connection should not wait for it.
    drop(transaction);
    let png = desk
        .gallery
        .draw(wanted, &bytes)
        .await
        .map_err(|error| undrawable(&error))?;
    Ok(v1::GetPageImageResponse { png })
}

/// The file, piece by piece.
pub(super) async fn download(
    desk: &Desk,
    request: &Request<v1::DownloadDocumentRequest>,
) -> Result<Stream, Fault> {
    let (call, id) = (Call::of(request)?, contract_id(&request.get_ref().contract_id)?);
    let mut transaction = desk.begin(&call).await?;
    let contract = known(&mut transaction, &call, id).await?;
    let bytes = documents::bytes(&mut transaction, call.caller.tenant, &contract.sha256).await?;
    let pieces = bytes.chunks(PIECE).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let several = file::recognise(&bytes, &desk.limits) == Ok(Media::Bundle);
    let named = |at: usize| {
        if at == 0 {
            name_to_save(&contract.file_name, several)
        } else {
            String::new()
        }
    };
    let messages: Vec<_> = pieces
        .into_iter()
        .enumerate()
        .map(|(at, chunk)| {
            Ok(v1::DownloadDocumentResponse {
                file_name: named(at),
                chunk,
            })
        })
        .collect();
    Ok(Box::pin(tokio_stream::iter(messages)))
}

/// Several files that were sent together are one archive: programs know it by the end of its name.
fn name_to_save(name: &str, several: bool) -> String {
    let is_told = name.to_lowercase().ends_with(".zip");
    let end = if several && !is_told { ".zip" } else { "" };
    format!("{name}{end}")
}

async fn known(connection: &mut PgConnection, call: &Call, id: Uuid) -> Result<Contract, Fault> {
    let found = contracts::find(connection, call.caller.tenant, id).await?;
    Ok(found.ok_or_else(|| no_such_contract(id))?)
}

fn width(asked: u32) -> Result<u32, Status> {
    match asked {
        0 => Ok(WIDTH),
        width if WIDTHS.contains(&width) => Ok(width),
        _ => Err(rejection::invalid(
            "width",
            format!("must be {} to {} pixels", WIDTHS.start(), WIDTHS.end()),
        )),
    }
}

fn not_read(id: Uuid) -> Status {
    rejection::failed_precondition(
        "NOT_READ",
        format!(
            "contract {id} has not been read, so there are no words to show; the file itself can be downloaded"
        ),
    )
}

fn no_such_page(papers: &Papers, page: u32) -> Status {
    let pages: usize = papers.read.iter().map(|paper| paper.document.pages.len()).sum();
    let sentence = format!("there is no page {page}; the contract has {pages}");
    rejection::not_found("PAGE_UNKNOWN", sentence)
}

fn undrawable(error: &PictureError) -> Status {
    rejection::failed_precondition("NOT_DRAWABLE", error.to_string())
}

fn message(page: &Page, media: Media) -> v1::GetPageResponse {
    v1::GetPageResponse {
        width: u32::try_from(page.width).unwrap_or_default(),
        height: u32::try_from(page.height).unwrap_or_default(),
        lines: page.lines.iter().map(line).collect(),
        drawable: media == Media::Pdf,
    }
}

fn line(line: &Line) -> v1::PageLine {
    v1::PageLine {
        number: line.id.line,
        words: line.words.iter().map(word).collect(),
        furniture: line.role == LineRole::Furniture,
    }
}

fn word(word: &Word) -> v1::PageWord {
    let visibility = match word.visible {
        Visibility::Shown => Seen::Shown,
        Visibility::Hidden => Seen::Hidden,
        Visibility::Recognised | Visibility::Ocr(_) => Seen::Recognised,
    };
    v1::PageWord {
        text: word.text.clone(),
        r#box: Some(quote_box(word.at)),
        visibility: visibility.into(),
    }
}

fn quote_box(at: BBox) -> QuoteBox {
    QuoteBox {
        left: at.left,
        top: at.top,
        right: at.right,
        bottom: at.bottom,
    }
}
