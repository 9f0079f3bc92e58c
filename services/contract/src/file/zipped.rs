//! Archives of files that belong together: the papers of one contract, packed by us or by whoever sent them.

use std::borrow::Cow;
use std::io::{Cursor, Read, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Limits, ReadError};

/// So many files belong to one contract at most.
pub(super) const FILES: usize = 50;

/// A file inside an archive: its name, and its bytes unless they cannot be had.
pub(super) type Entry = (String, Result<Vec<u8>, ReadError>);

/// One archive of several files, the same bytes for the same files in the same order: by them the contract is known again, so
/// nothing is compressed, which every version of a compressor does in its own way.
///
/// # Errors
/// More files than one contract has.
pub fn pack(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, ReadError> {
    if files.len() > FILES {
        return Err(TOO_MANY);
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // The format's first day stands for no day at all, so that packing twice gives the same archive.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default());
    for (number, (name, bytes)) in (1..).zip(files) {
        // Two files may have one name; their numbers keep their order too.
        let written = zip
            .start_file(format!("{number:02}/{name}"), options)
            .and_then(|()| Ok(zip.write_all(bytes)?));
        written.map_err(|error| damaged(&error.to_string()))?;
    }
    let packed = zip.finish().map_err(|error| damaged(&error.to_string()))?;
    Ok(packed.into_inner())
}

/// The names in an archive; none if it cannot be followed.
pub(super) fn names(bytes: &[u8]) -> Option<Vec<String>> {
    let zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let names = zip.file_names().filter_map(Result::ok);
    Some(names.map(Cow::into_owned).collect())
}

/// The files of an archive in its order; folders and what systems leave beside files are no papers. One that is damaged or
/// locked is told as such and leaves the others readable. `room` is how much all of them may unpack to.
///
/// # Errors
/// The archive as a whole cannot be followed, unpacks to more than there is room for, or holds too many files.
pub(super) fn entries(bytes: &[u8], room: &mut usize, limits: &Limits) -> Result<Vec<Entry>, ReadError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error.to_string()))?;
    let mut files: Vec<Entry> = Vec::new();
    for index in 0..zip.len().min(FILES.saturating_mul(20)) {
        let Some(name) = paper(&mut zip, index)? else {
            continue;
        };
        if files.len() >= FILES {
            return Err(TOO_MANY);
        }
        let unpacked = match zip.by_index(index) {
            Ok(file) => read_within(file, *room, limits),
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => Err(ReadError::Encrypted),
            Err(error) => Err(damaged(&error.to_string())),
        };
        match unpacked {
            Err(bomb @ ReadError::Bomb { .. }) => return Err(bomb),
            unpacked => {
                *room = room.saturating_sub(unpacked.as_ref().map_or(0, Vec::len));
                files.push((name, unpacked));
            }
        }
    }
    Ok(files)
}

/// The name of that entry, if it is a file that somebody put there.
fn paper(zip: &mut ZipArchive<Cursor<&[u8]>>, index: usize) -> Result<Option<String>, ReadError> {
    let entry = zip
        .by_index_raw(index)
        .map_err(|error| damaged(&error.to_string()))?;
    let path = entry.name().map(Cow::into_owned).unwrap_or_default();
    let is_paper = !entry.is_dir() && !is_left_behind(&path);
    Ok(is_paper.then(|| name(&path)))
}

fn read_within(file: impl Read, room: usize, limits: &Limits) -> Result<Vec<u8>, ReadError> {
    let most = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
    let mut unpacked = Vec::new();
    let read = file.take(most).read_to_end(&mut unpacked);
    if unpacked.len() > room {
        return Err(ReadError::Bomb { limit: limits.bytes });
    }
    read.map_err(|error| damaged(&error.to_string()))?;
    Ok(unpacked)
}

/// The last part of a path; ours are numbered before it.
fn name(path: &str) -> String {
    let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(200).collect()
}

fn is_left_behind(path: &str) -> bool {
    path.starts_with("__MACOSX/")
        || name(path).starts_with('.')
        || name(path).eq_ignore_ascii_case("thumbs.db")
}

const TOO_MANY: ReadError = ReadError::TooManyFiles { limit: FILES };

fn damaged(detail: &str) -> ReadError {
    ReadError::Damaged {
        detail: detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
        (name.to_owned(), bytes.to_vec())
    }

    fn all(packed: &[u8], limits: &Limits) -> Result<Vec<Entry>, ReadError> {
        entries(packed, &mut limits.bytes.clone(), limits)
    }

    #[test]
    fn what_is_packed_is_unpacked_in_order_and_packing_is_always_the_same() {
        let files = [
            file("order.txt", b"Fee: $5"),
            file("order.txt", b"Fee: $6"),
            file("a/msa.txt", b"Net 30"),
        ];
        let packed = pack(&files).unwrap();
        assert_eq!(packed, pack(&files).unwrap());
        let names = ["order.txt", "order.txt", "msa.txt"];
        let unpacked = all(&packed, &Limits::default()).unwrap();
        for ((name, bytes), (expected, (_, content))) in unpacked.iter().zip(names.iter().zip(&files)) {
            assert_eq!((name.as_str(), bytes.as_ref()), (*expected, Ok(content)));
        }
        assert_eq!(unpacked.len(), 3);
    }

    #[test]
    fn archives_made_to_exhaust_a_reader_are_refused() {
        let bomb = pack(&[file("a.txt", &vec![b' '; 3_000_000])]).unwrap();
        let small = Limits {
            bytes: 1_000_000,
            ..Limits::default()
        };
        assert_eq!(all(&bomb, &small), Err(ReadError::Bomb { limit: 1_000_000 }));
        let many: Vec<_> = (0..51)
            .map(|number| file(&format!("{number}.txt"), b"x"))
            .collect();
        assert_eq!(pack(&many), Err(ReadError::TooManyFiles { limit: 50 }));
        assert!(matches!(
            all(b"PK\x03\x04 and no more", &small),
            Err(ReadError::Damaged { .. })
        ));
    }

    #[test]
    fn a_damaged_or_locked_file_leaves_the_others_readable() {
        let mut packed = pack(&[
            file("order.txt", b"Fee: $5"),
            file("annex.txt", b"Net 30 days"),
            file("list.txt", b"A: $7"),
        ])
        .unwrap();
        let places = |packed: &[u8], words: &[u8]| -> Vec<usize> {
            let seen = |from: &usize| packed[*from..].starts_with(words);
            (0..packed.len()).filter(seen).collect()
        };
        let words = places(&packed, b"Net 30 days")[0];
        packed[words] ^= 1;
        // The first bit of the flags says that a file needs a password: in the directory, eight bytes after its mark.
        let listed = places(&packed, b"PK\x01\x02")[2];
        packed[listed + 8] |= 1;
        let read: Vec<Result<Vec<u8>, ReadError>> = all(&packed, &Limits::default())
            .unwrap()
            .into_iter()
            .map(|(_, bytes)| bytes)
            .collect();
        assert_eq!(read[0].as_deref(), Ok(b"Fee: $5".as_slice()));
        assert!(matches!(read[1], Err(ReadError::Damaged { .. })), "{read:?}");
        assert_eq!(read[2], Err(ReadError::Encrypted));
    }
}
