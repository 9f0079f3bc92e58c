//! The papers of one contract: what one file holds, or several sent together, with their pages counted through.

use contract::file::{BODY, Part, ReadError};
use contract::flag::{Code, Flag, Severity};
use contract::page::Document;
use serde::{Deserialize, Serialize};

use crate::sandbox::IntakeError;

/// What was read of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Papers {
    /// At least one.
    pub read: Vec<Paper>,
    /// Files inside it that are no papers of their own, and why not.
    pub unread: Vec<Unread>,
}

/// One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Its file's name; [`BODY`] for the text of the file itself.
    pub name: String,
    /// Which of the file's parts it is, from 0.
    pub part: usize,
    /// What it says.
    pub document: Document,
}

/// A part that is no paper of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unread {
    name: String,
    size: usize,
    why: Why,
}

/// Why it is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Why {
    Refused(ReadError),
    /// Its bytes are those of the paper of that name.
    SameAs(String),
}

/// Which pages of the contract a paper is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// Its file's name.
    pub name: String,
    /// SHA-256 of the paper's own bytes.
    pub sha256: String,
    /// Which of the file's parts it is, from 0.
    pub part: u32,
    /// The page of the contract before its first.
    pub before: u32,
    /// How many pages it has.
    pub pages: u32,
}

impl Papers {
    /// The papers among the parts of a file.
    ///
    /// # Errors
    /// The refusal that says most, if not one part could be read.
    pub fn among(parts: Vec<Part>) -> Result<Self, IntakeError> {
        let mut papers = Self {
            read: Vec::new(),
            unread: Vec::new(),
        };
        for (part, Part { name, size, read }) in parts.into_iter().enumerate() {
            match read {
                Ok(document) => papers.take(Paper { name, part, document }, size),
                Err(refusal) => papers.unread.push(Unread {
                    name,
                    size,
                    why: Why::Refused(refusal),
                }),
            }
        }
        match papers.read.is_empty() {
            true => Err(papers.first_refusal().unwrap_or(ReadError::NoPages).into()),
            false => Ok(papers),
        }
    }

    /// A file that came twice is one paper.
    fn take(&mut self, paper: Paper, size: usize) {
        let mut known = self.read.iter();
        match known.find(|known| known.document.id == paper.document.id) {
            None => self.read.push(paper),
            Some(known) => self.unread.push(Unread {
                name: paper.name,
                size,
                why: Why::SameAs(known.name.clone()),
            }),
        }
    }

    /// Of several, the one that says most: a password or damage, rather than a picture beside it.
    fn first_refusal(&self) -> Option<ReadError> {
        let refusals = self.unread.iter().filter_map(|unread| match &unread.why {
            Why::Refused(refusal) => Some(refusal),
            Why::SameAs(_) => None,
        });
        let weight = |refusal: &&ReadError| matches!(refusal, ReadError::NotADocument { .. });
        refusals.min_by_key(weight).cloned()
    }

    /// The one document of a file that carries no others.
    pub fn of_one(document: Document) -> Self {
        Self {
            read: vec![Paper {
                name: BODY.to_owned(),
                part: 0,
                document,
            }],
            unread: Vec::new(),
        }
    }

    /// The same, with the file's own text called by the file's name.
    pub fn called(mut self, file_name: &str) -> Self {
        for paper in self.read.iter_mut().filter(|paper| paper.name == BODY) {
            file_name.clone_into(&mut paper.name);
        }
        self
    }

    /// Which pages each paper is.
    pub fn extents(&self) -> Vec<Extent> {
        let mut before = 0u32;
        let extent = |paper: &Paper| {
            let pages = u32::try_from(paper.document.pages.len()).unwrap_or(u32::MAX);
            let extent = Extent {
                name: paper.name.clone(),
                sha256: paper.document.id.clone(),
                part: u32::try_from(paper.part).unwrap_or(u32::MAX),
                before,
                pages,
            };
            before = before.saturating_add(pages);
            extent
        };
        self.read.iter().map(extent).collect()
    }

    /// The document that a page of the contract stands in, and its number there.
    pub fn at(&self, page: u32) -> Option<(&Document, u32)> {
        let extents = self.extents();
        let mut papers = extents.iter().zip(&self.read);
        papers.find_map(|(extent, paper)| Some((&paper.document, extent.own(page)?)))
    }

    /// What a person must know of the parts that were not read.
    pub fn flags(&self) -> Vec<Flag> {
        self.unread.iter().map(Unread::flag).collect()
    }
}

impl Extent {
    /// A page of the contract as a page of the paper, if it is one.
    pub fn own(&self, page: u32) -> Option<u32> {
        let own = page.checked_sub(self.before)?;
        (1..=self.pages).contains(&own).then_some(own)
    }
}

/// A picture of fewer bytes is a logo beside a letter; a page that somebody photographed or scanned has more.
const LOGO: usize = 20_000;

impl Unread {
    fn flag(&self) -> Flag {
        match &self.why {
            Why::Refused(refusal) => self.refused(refusal),
            Why::SameAs(known) => Flag::new(
                Code::AttachmentsNotRead,
                format!("“{}” is the same file as “{known}” and was read once.", self.name),
                "Nothing, unless another file was meant.",
            ),
        }
    }

    /// A logo is no paper; whatever else was not read waits for a person.
    fn refused(&self, refusal: &ReadError) -> Flag {
        let severity = match refusal {
            ReadError::NotADocument { looks_like } if looks_like.ends_with("picture") && self.size < LOGO => {
                Severity::Info
            }
            _ => Severity::Review,
        };
        Flag::new(
            Code::AttachmentsNotRead,
            format!("“{}” was not read: {refusal}.", self.name),
            "Send it again in a form that can be read if it belongs to the contract.",
        )
        .severity(severity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::file::{Limits, pack, read_all};

    #[test]
    fn of_nothing_but_refusals_the_one_that_says_most_is_told() {
        let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
        let packed = pack(&[
            file("logo.png", b"\x89PNG\r\n"),
            file("b.pdf", b"%PDF-1.7 damaged"),
        ]);
        let parts = read_all(&packed.unwrap(), &Limits::default(), &[]).unwrap();
        let refusal = Papers::among(parts).unwrap_err();
        assert_eq!(refusal.code(), "damaged", "{refusal}");
    }

    #[test]
    fn pages_are_counted_through_and_what_was_not_read_is_told() {
        let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
        let packed = pack(&[
            file("a.txt", b"Fee: $5"),
            file("b.pdf", b"%PDF-1.7 damaged"),
            file("c.txt", b"Net 30"),
            file("d.png", b"\x89PNG\r\n"),
            file("again.txt", b"Net 30"),
            file("photo.jpg", &[b"\xff\xd8\xff".as_slice(), &[0; 50_000]].concat()),
        ]);
        let parts = read_all(&packed.unwrap(), &Limits::default(), &[]).unwrap();
        let papers = Papers::among(parts).unwrap();
        let places: Vec<(u32, u32)> = papers
            .extents()
            .iter()
            .map(|extent| (extent.part, extent.before))
            .collect();
        assert_eq!(places, [(0, 0), (2, 1)]);
        let (document, page) = papers.at(2).unwrap();
        assert_eq!((document.pages.len(), page), (1, 1));
        assert_eq!(document.id, papers.read[1].document.id);
        assert!(papers.at(0).is_none() && papers.at(3).is_none());
        let waits: Vec<bool> = papers.flags().iter().map(Flag::waits).collect();
        assert_eq!(waits, [true, false, false, true], "{:#?}", papers.flags());
        assert!(
            papers.flags()[2]
                .sentence
                .contains("“again.txt” is the same file as “c.txt”")
        );
    }
}
