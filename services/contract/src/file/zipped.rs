//! Archives of files that belong together: the papers of one contract, packed by us or by whoever sent them.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Limits, ReadError};

/// So many files belong to one contract at most.
const FILES: usize = 50;

/// The name of a file inside an archive, and its bytes.
type Entry = (String, Vec<u8>);

/// One archive of several files, the same bytes for the same files in the same order.
///
/// # Errors
/// More files than one contract has.
pub fn pack(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, ReadError> {
    if files.len() > FILES {
        return Err(too_many(files.len()));
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // The format's first day stands for no day at all, so that packing twice gives the same archive.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
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
    Some(names.map(std::borrow::Cow::into_owned).collect())
}

/// The files of an archive in its order; folders and what systems leave beside files are no papers.
pub(super) fn entries(bytes: &[u8], limits: &Limits) -> Result<Vec<Entry>, ReadError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error.to_string()))?;
    let mut files: Vec<Entry> = Vec::new();
    let mut room = limits.bytes;
    for index in 0..zip.len().min(FILES.saturating_mul(20)) {
        let file = zip.by_index(index).map_err(|error| damaged(&error.to_string()))?;
        let path = file.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        if file.is_dir() || is_left_behind(&path) {
            continue;
        }
        let unpacked = read_within(file, room, limits)?;
        room = room.saturating_sub(unpacked.len());
        files.push((name(&path), unpacked));
        if files.len() > FILES {
            return Err(too_many(files.len()));
        }
    }
    Ok(files)
}

fn read_within(file: impl Read, room: usize, limits: &Limits) -> Result<Vec<u8>, ReadError> {
    let most = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
    let mut unpacked = Vec::new();
    let read = file.take(most).read_to_end(&mut unpacked);
    read.map_err(|error| damaged(&error.to_string()))?;
    if unpacked.len() > room {
        return Err(ReadError::Bomb { limit: limits.bytes });
    }
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

fn too_many(files: usize) -> ReadError {
    ReadError::TooManyFiles { files, limit: FILES }
}

fn damaged(detail: &str) -> ReadError {
    ReadError::Damaged {
        detail: detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &[u8]) -> Entry {
        (name.to_owned(), bytes.to_vec())
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
        let unpacked = entries(&packed, &Limits::default()).unwrap();
        for ((name, bytes), (expected, (_, content))) in unpacked.iter().zip(names.iter().zip(&files)) {
            assert_eq!((name.as_str(), bytes), (*expected, content));
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
        assert_eq!(entries(&bomb, &small), Err(ReadError::Bomb { limit: 1_000_000 }));
        let many: Vec<Entry> = (0..51)
            .map(|number| file(&format!("{number}.txt"), b"x"))
            .collect();
        assert_eq!(pack(&many), Err(ReadError::TooManyFiles { files: 51, limit: 50 }));
        assert!(matches!(
            entries(b"PK\x03\x04 and no more", &small),
            Err(ReadError::Damaged { .. })
        ));
    }
}
