//! What a file carries: the attachments of an e-mail, the files of an archive, and those of archives and e-mails among them.

use std::borrow::Cow;

use super::zipped::{self, FILES};
use super::{BODY, Limits, ReadError, admit, email, recognised_kind};
use crate::page::Media;

/// A file inside a file: its name, and its bytes unless they cannot be had.
pub type Carried<'a> = (String, Result<Cow<'a, [u8]>, ReadError>);

/// An archive in an e-mail in an archive is followed this deep.
const DEEPEST: usize = 3;

/// The bytes of a file and of every file it carries, each with its name: the file itself is [`BODY`], an e-mail's
/// attachments follow it; an archive is nothing but its files.
///
/// # Errors
/// The file cannot be taken apart; a file inside that cannot be had carries its own error.
pub fn unpack<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Vec<Carried<'a>>, ReadError> {
    admit(bytes, limits)?;
    let mut spread = Spread {
        limits,
        room: limits.bytes,
        files: Vec::new(),
    };
    match recognised_kind(bytes)? {
        Media::Bundle => spread.archive(bytes, DEEPEST)?,
        Media::Email => {
            spread.put(BODY, Ok(Cow::Borrowed(bytes)));
            spread.attachments(email::carried(bytes)?, DEEPEST)?;
        }
        _ => spread.put(BODY, Ok(Cow::Borrowed(bytes))),
    }
    if spread.files.is_empty() {
        return Err(ReadError::NotADocument {
            looks_like: String::from("an empty ZIP archive"),
        });
    }
    Ok(spread.files)
}

/// What was found so far, and how much may still be unpacked.
struct Spread<'a, 'l> {
    limits: &'l Limits,
    room: usize,
    files: Vec<Carried<'a>>,
}

impl<'a> Spread<'a, '_> {
    fn archive(&mut self, bytes: &[u8], depth: usize) -> Result<(), ReadError> {
        for (name, bytes) in zipped::entries(bytes, &mut self.room, self.limits)? {
            match bytes {
                Ok(bytes) => self.file(&name, bytes, depth.saturating_sub(1))?,
                Err(refusal) => self.put(&name, Err(refusal)),
            }
            if self.files.len() > FILES {
                return Err(ReadError::TooManyFiles { limit: FILES });
            }
        }
        Ok(())
    }

    fn attachments(&mut self, attached: Vec<(String, Vec<u8>)>, depth: usize) -> Result<(), ReadError> {
        for (name, bytes) in attached {
            // An e-mail has told those of the e-mails in it already.
            match recognised_kind(&bytes) {
                Ok(Media::Bundle) => self.file(&name, bytes, depth.saturating_sub(1))?,
                _ => self.put(&name, Ok(Cow::Owned(bytes))),
            }
        }
        Ok(())
    }

    /// A file, and what it carries; an archive that cannot be taken apart is a file that cannot be read.
    fn file(&mut self, name: &str, bytes: Vec<u8>, depth: usize) -> Result<(), ReadError> {
        match recognised_kind(&bytes) {
            Ok(Media::Bundle) if depth > 0 => match self.archive(&bytes, depth) {
                Err(refusal @ ReadError::Damaged { .. }) => self.put(name, Err(refusal)),
                taken => taken?,
            },
            Ok(Media::Email) if depth > 0 => {
                let attached = email::carried(&bytes).unwrap_or_default();
                self.put(name, Ok(Cow::Owned(bytes)));
                self.attachments(attached, depth)?;
            }
            _ => self.put(name, Ok(Cow::Owned(bytes))),
        }
        Ok(())
    }

    /// Two files of one name are told apart.
    fn put(&mut self, name: &str, bytes: Result<Cow<'a, [u8]>, ReadError>) {
        let is_taken = |name: &str| self.files.iter().any(|(known, _)| known == name);
        let mut own = name.to_owned();
        let mut number = 1usize;
        while is_taken(&own) {
            number = number.saturating_add(1);
            own = format!("{name} ({number})");
        }
        self.files.push((own, bytes));
    }
}
