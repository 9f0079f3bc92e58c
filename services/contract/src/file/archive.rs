//! The parts of an Office file, unpacked one at a time and never beyond the limit.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::file::xml::{self, Element};
use crate::file::{Limits, ReadError};

/// An Office file has some dozen parts; one with more entries than this was made to exhaust a reader.
const ENTRIES: usize = 10_000;

/// An open Office file.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    limit: usize,
}

impl<'a> Archive<'a> {
    /// Opens it.
    pub(super) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, ReadError> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
        if zip.len() > ENTRIES {
            return Err(ReadError::Bomb {
                limit: limits.stream_bytes,
            });
        }
        Ok(Self {
            zip,
            limit: limits.stream_bytes,
        })
    }

    /// The name of the part with the text, which is usually called so.
    pub(super) fn main(&mut self, usual: &str) -> Result<String, ReadError> {
        let root = self.tree("_rels/.rels")?;
        let relations = root
            .as_ref()
            .map(|root| root.elements().collect::<Vec<&Element>>())
            .unwrap_or_default();
        let main = relations.iter().find(|r| {
            r.attribute("Type")
                .is_some_and(|kind| kind.ends_with("/officeDocument"))
        });
        let target = main
            .and_then(|relation| relation.attribute("Target"))
            .unwrap_or(usual);
        Ok(target.trim_start_matches('/').to_owned())
    }

    /// Is there a part of that name?
    pub(super) fn holds(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// Names of parts that start so, in order.
    pub(super) fn names(&self, start: &str) -> Vec<String> {
        let names = self.zip.file_names().filter_map(Result::ok);
        let mut names: Vec<String> = names
            .filter(|name| name.starts_with(start) && name.ends_with(".xml"))
            .map(std::borrow::Cow::into_owned)
            .collect();
        names.sort();
        names
    }

    /// A part that may be missing, as a tree.
    pub(super) fn tree(&mut self, name: &str) -> Result<Option<Element>, ReadError> {
        self.part(name)?.map(|source| xml::parse(&source)).transpose()
    }

    /// A part that must be there.
    pub(super) fn required(&mut self, name: &str) -> Result<String, ReadError> {
        self.part(name)?.ok_or_else(|| ReadError::Damaged {
            detail: format!("its part {name} is missing"),
        })
    }

    /// A part that may be missing, as text.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, ReadError> {
        let file = match self.zip.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(damaged(&error)),
        };
        let most = u64::try_from(self.limit).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        file.take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| ReadError::Damaged {
                detail: error.to_string(),
            })?;
        if bytes.len() > self.limit {
            return Err(ReadError::Bomb { limit: self.limit });
        }
        Ok(Some(crate::file::text::decode(&bytes)))
    }
}

fn damaged(error: &ZipError) -> ReadError {
    ReadError::Damaged {
        detail: error.to_string(),
    }
}
