//! Pages that are pictures: each is drawn, and tesseract recognises its words, in processes of their own under the same
//! limits as reading. What it says is read in the sandbox too.
//!
//! Recognising takes seconds a page where reading takes milliseconds, so time is allowed for each page, pages are
//! recognised side by side, and whoever waits is told how far it is.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use contract::file::{self, Limits, Part, ReadError, RecognisedPage};
use contract::page::{Document, FindingKind, Media};
use futures::{StreamExt, stream};

use super::child::Wanted;
use super::{IntakeError, ReaderSettings, ending, hear_child};

/// The program that recognises.
const TESSERACT: &str = "tesseract";
/// What it may take for one page, in seconds of computing; two or three are usual.
const PAGE_SECONDS: u64 = 30;
/// Pages recognised at once.
const AT_ONCE: usize = 2;

/// What recognises words on pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recogniser {
    /// Where tesseract is.
    pub program: PathBuf,
    /// The languages it looks for, as it names them: `eng`, `eng+deu`.
    pub languages: String,
    /// What it may take for one page, in seconds of computing; three times that by the clock on the wall.
    pub page_seconds: u64,
}

impl Recogniser {
    /// Tesseract, if it is in one of those folders (written like `PATH`).
    #[must_use]
    pub fn found_in(folders: Option<&OsStr>) -> Option<Self> {
        let programs = std::env::split_paths(folders?).map(|folder| folder.join(TESSERACT));
        let program = programs.into_iter().find(|program| program.is_file())?;
        Some(Self::at(program))
    }

    /// Tesseract at that place, for English.
    #[must_use]
    pub fn at(program: PathBuf) -> Self {
        Self {
            program,
            languages: String::from("eng"),
            page_seconds: PAGE_SECONDS,
        }
    }
}

/// How many of the pages that are pictures have been recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Recognised, or given up.
    pub done: usize,
    /// All that are pictures.
    pub pages: usize,
}

/// Who is told how far recognising is.
pub type Tell<'a> = &'a (dyn Fn(Progress) + Sync);

/// A page that is a picture: the document inside the file, from 0, and the page, from 1.
type Place = (usize, u32);

/// The pages of a document that were not read because they are pictures.
pub(super) fn of_document(bytes: &[u8], read: &Result<Document, IntakeError>) -> Vec<Place> {
    match read {
        Ok(document) => pictures(0, document),
        Err(IntakeError::Refused(refusal)) if is_pdf(bytes) => whole(0, refusal),
        Err(_) => Vec::new(),
    }
}

/// The same of all documents of a file.
pub(super) fn of_parts(bytes: &[u8], read: &Result<Vec<Part>, IntakeError>) -> Vec<Place> {
    let places = |(number, part): (usize, &Part)| match &part.read {
        Ok(document) => pictures(number, document),
        Err(refusal) => whole(number, refusal),
    };
    match read {
        Ok(parts) => parts.iter().enumerate().flat_map(places).collect(),
        Err(IntakeError::Refused(refusal)) if is_pdf(bytes) => whole(0, refusal),
        Err(_) => Vec::new(),
    }
}

fn pictures(part: usize, document: &Document) -> Vec<Place> {
    let unread = document
        .findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::PictureOnly);
    unread.filter_map(|finding| Some((part, finding.page?))).collect()
}

fn whole(part: usize, refusal: &ReadError) -> Vec<Place> {
    match refusal {
        ReadError::NoText { pages } => (1..).take(*pages).map(|page| (part, page)).collect(),
        _ => Vec::new(),
    }
}

fn is_pdf(bytes: &[u8]) -> bool {
    file::recognise(bytes, &Limits::default()) == Ok(Media::Pdf)
}

/// What stands on those pages. A page that cannot be recognised says nothing, and is reported as such when the document
/// is read with what was recognised.
///
/// # Errors
/// [`IntakeError::NotRecognised`] if not one page could be: then it is not the pages' fault.
pub(super) async fn recognise(
    bytes: &[u8],
    places: Vec<Place>,
    settings: &ReaderSettings,
    recogniser: &Recogniser,
    tell: Tell<'_>,
) -> Result<Vec<RecognisedPage>, IntakeError> {
    let (pages, done) = (places.len(), &AtomicUsize::new(0));
    let answers: Vec<_> = stream::iter(places)
        .map(|place| async move {
            let answer = page(bytes, place, settings, recogniser).await;
            let done = done.fetch_add(1, Ordering::Relaxed).saturating_add(1);
            tell(Progress { done, pages });
            (place, answer)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    if let Some((_, Err(error))) = answers.first()
        && answers.iter().all(|(_, answer)| answer.is_err())
    {
        return Err(not_recognised(pages, error));
    }
    let page = |((part, page), answer): (Place, Result<String, IntakeError>)| RecognisedPage {
        part,
        page,
        tsv: answer.unwrap_or_default(),
    };
    Ok(answers.into_iter().map(page).collect())
}

fn not_recognised(pages: usize, error: &IntakeError) -> IntakeError {
    IntakeError::NotRecognised {
        pages,
        cause: error.to_string(),
    }
}

async fn page(
    bytes: &[u8],
    (part, page): Place,
    settings: &ReaderSettings,
    recogniser: &Recogniser,
) -> Result<String, IntakeError> {
    let drawn = hear_child(bytes, &[], settings, Wanted::Scan { part, page }).await?;
    let png = ending::picture(drawn, settings)?;
    let settings = ReaderSettings {
        cpu_seconds: recogniser.page_seconds,
        wall: Duration::from_secs(recogniser.page_seconds.saturating_mul(3)),
        ..settings.clone()
    };
    let wanted = Wanted::Recognition {
        program: recogniser.program.clone(),
        languages: recogniser.languages.clone(),
    };
    let heard = hear_child(&png, &[], &settings, wanted).await?;
    ending::text(&heard, &settings)
}

/// What was recognised, as the reader takes it in before the file; nothing of nothing.
pub(super) fn sent(recognised: &[RecognisedPage]) -> serde_json::Result<Vec<u8>> {
    match recognised {
        [] => Ok(Vec::new()),
        pages => serde_json::to_vec(pages),
    }
}

/// The same, taken in.
pub(super) fn taken(bytes: &[u8]) -> serde_json::Result<Vec<RecognisedPage>> {
    match bytes {
        [] => Ok(Vec::new()),
        bytes => serde_json::from_slice(bytes),
    }
}

/// A refusal for want of text becomes one for want of a recogniser, where that is what is missing.
pub(super) fn without_recogniser(error: IntakeError) -> IntakeError {
    match error {
        IntakeError::Refused(ReadError::NoText { pages }) => IntakeError::NoRecogniser { pages },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tesseract_is_looked_for_where_programs_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = std::env::join_paths([std::path::Path::new("/nowhere"), folder.path()]).unwrap();
        assert_eq!(Recogniser::found_in(None), None);
        assert_eq!(Recogniser::found_in(Some(OsStr::new(""))), None);
        assert_eq!(Recogniser::found_in(Some(&path)), None);
        std::fs::write(folder.path().join(TESSERACT), "").unwrap();
        let found = Recogniser::found_in(Some(&path)).unwrap();
        assert_eq!(found, Recogniser::at(folder.path().join(TESSERACT)));
    }
}
