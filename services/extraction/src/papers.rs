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
    /// Files inside it that are no documents we read, and why not.
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

/// A part that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unread {
    name: String,
    refusal: ReadError,
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
    /// The first refusal, if not one part could be read.
    pub fn among(parts: Vec<Part>) -> Result<Self, IntakeError> {
        let mut papers = Self {
            read: Vec::new(),
            unread: Vec::new(),
        };
        for (part, Part { name, read }) in parts.into_iter().enumerate() {
            match read {
                Ok(document) => papers.read.push(Paper { name, part, document }),
                Err(refusal) => papers.unread.push(Unread { name, refusal }),
            }
        }
        match (papers.read.is_empty(), papers.unread.first()) {
            (true, Some(unread)) => Err(unread.refusal.clone().into()),
            (true, None) => Err(ReadError::NoPages.into()),
            (false, _) => Ok(papers),
        }
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

impl Unread {
    /// A picture beside a letter is no paper; one that should have been read waits for a person.
    fn flag(&self) -> Flag {
        let severity = match self.refusal {
            ReadError::NotADocument { .. } => Severity::Info,
            _ => Severity::Review,
        };
        let sentence = format!("“{}” was not read: {}.", self.name, self.refusal);
        Flag::new(
            Code::AttachmentsNotRead,
            sentence,
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
    fn pages_are_counted_through_and_what_was_not_read_is_told() {
        let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
        let packed = pack(&[
            file("a.txt", b"Fee: $5"),
            file("b.pdf", b"%PDF-1.7 damaged"),
            file("c.txt", b"Net 30"),
            file("d.png", b"\x89PNG\r\n"),
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
        assert_eq!(waits, [true, false], "a damaged paper waits, a picture does not");
    }
}
