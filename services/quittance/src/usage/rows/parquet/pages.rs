//! Pages of a column, unpacked here: a file says itself how large they become, and none may become larger than what is held
//! at a time, whatever it says.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parquet::basic::{Compression, Encoding};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use super::unpacked::unpacked;

/// Bytes that the pages and dictionaries of all columns take together. Usual writers begin a new page after one megabyte.
const MOST_HELD: u64 = 512 << 20;
/// Values of a page; usual writers begin a new one after some ten thousand.
const MOST_VALUES: u32 = 1 << 24;
/// What a value of a dictionary takes beside its bytes.
const PER_VALUE: u64 = 32;

/// Pages that are sound, as far as anybody knows, but are not held.
#[derive(Debug, thiserror::Error)]
#[error(
    "its pages take {0} MB at a time, and {most} are held at most: write the file with smaller pages",
    most = MOST_HELD >> 20
)]
pub(super) struct TooMuch(u64);

/// What the pages of all columns of a group take at this moment, in bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Held(Arc<AtomicU64>);

/// Is a column packed in a way that is read here?
pub(super) fn readable(chunk: &ColumnChunkMetaData) -> std::result::Result<(), String> {
    match chunk.compression() {
        Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) | Compression::ZSTD(_) => {}
        other => {
            return Err(format!(
                "is compressed with {other}, which is not read: write the file with Snappy, gzip, Zstandard or none"
            ));
        }
    }
    match chunk.encodings().find(|encoding| !known(*encoding)) {
        None => Ok(()),
        Some(other) => Err(format!(
            "is encoded as {other}, which is not read: write it plain or with a dictionary"
        )),
    }
}

/// Of `DELTA_BYTE_ARRAY`, a small page may unfold without end.
fn known(encoding: Encoding) -> bool {
    #[expect(deprecated, reason = "older writers name it for levels that they do not have")]
    let named_only = encoding == Encoding::BIT_PACKED;
    named_only
        || matches!(
            encoding,
            Encoding::PLAIN
                | Encoding::PLAIN_DICTIONARY
                | Encoding::RLE_DICTIONARY
                | Encoding::RLE
                | Encoding::DELTA_BINARY_PACKED
                | Encoding::DELTA_LENGTH_BYTE_ARRAY
        )
}

/// The pages of a column of a group of so many rows.
pub(super) fn pages(
    file: &File,
    chunk: &ColumnChunkMetaData,
    rows: usize,
    optional: bool,
    held: &Held,
) -> Result<Box<dyn PageReader>> {
    let part = Arc::new(Part {
        all: held.clone(),
        ..Part::default()
    });
    let source = Source {
        file: file.try_clone()?,
        part: part.clone(),
    };
    let compression = chunk.compression();
    // The library would unpack a page before anybody could see how large it is: it gets them as if they were not packed.
    let as_is = chunk
        .clone()
        .into_builder()
        .set_compression(Compression::UNCOMPRESSED)
        .build()?;
    Ok(Box::new(Pages {
        packed: SerializedPageReader::new(Arc::new(source), &as_is, rows, None)?,
        compression,
        optional,
        part,
    }))
}

/// What one column takes.
#[derive(Debug, Default)]
struct Part {
    all: Held,
    dictionary: AtomicU64,
    values: AtomicU64,
    page: AtomicU64,
    lengths: AtomicU64,
    /// The size that the page read last has once it is unpacked.
    unpacked: AtomicU64,
}

impl Part {
    /// Takes so much in place of what that was before.
    fn hold(&self, place: &AtomicU64, bytes: u64) -> Result<()> {
        let before = place.swap(bytes, Ordering::Relaxed);
        self.all.0.fetch_sub(before, Ordering::Relaxed);
        let others = self.all.0.fetch_add(bytes, Ordering::Relaxed);
        match others.saturating_add(bytes) {
            all if all > MOST_HELD => Err(ParquetError::External(Box::new(TooMuch(all >> 20)))),
            _ => Ok(()),
        }
    }

    fn announce(&self, header: &[u8]) -> Result<()> {
        let announced = Announced::of(header)
            .ok_or_else(|| damaged("a page begins with something else than its size".to_owned()))?;
        self.unpacked.store(announced.unpacked, Ordering::Relaxed);
        let bytes = announced.unpacked.saturating_add(announced.packed);
        match announced.dictionary {
            true => self.hold(&self.dictionary, bytes),
            false => self.hold(&self.page, bytes),
        }
    }
}

/// What stands first in the header of a page.
struct Announced {
    dictionary: bool,
    unpacked: u64,
    packed: u64,
}

impl Announced {
    fn of(header: &[u8]) -> Option<Self> {
        let mut header = header.iter().copied();
        let (kind, unpacked, packed) = (field(&mut header)?, field(&mut header)?, field(&mut header)?);
        Some(Self {
            dictionary: kind == 2,
            unpacked,
            packed,
        })
    }
}

/// The next field of a structure in Thrift's compact form, if it is a whole number that is not negative.
fn field(bytes: &mut impl Iterator<Item = u8>) -> Option<u64> {
    const NEXT_I32: u8 = 0x15;
    (bytes.next()? == NEXT_I32).then_some(())?;
    let zigzag = variable(bytes)?;
    (zigzag & 1 == 0 && zigzag >> 32 == 0).then_some(zigzag >> 1)
}

/// A number of seven bits a byte, the least ones first.
fn variable(bytes: &mut impl Iterator<Item = u8>) -> Option<u64> {
    let mut number = 0;
    for place in 0..9 {
        let byte = bytes.next()?;
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The file, from which no page is read whose size was not looked at.
struct Source {
    file: File,
    part: Arc<Part>,
}

impl Length for Source {
    fn len(&self) -> u64 {
        Length::len(&self.file)
    }
}

impl ChunkReader for Source {
    type T = BufReader<File>;

    /// Asked for at the header of each page.
    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut reader = self.file.get_read(start)?;
        self.part.announce(reader.fill_buf()?)?;
        Ok(reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<bytes::Bytes> {
        self.file.get_bytes(start, length)
    }
}

struct Pages {
    packed: SerializedPageReader<Source>,
    compression: Compression,
    optional: bool,
    part: Arc<Part>,
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let Some(mut page) = self.packed.get_next_page()? else {
            return Ok(None);
        };
        self.unpack(&mut page)?;
        self.check(&page)?;
        Ok(Some(page))
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.packed.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.packed.skip_next_page()
    }
}

impl Pages {
    fn unpack(&self, page: &mut Page) -> Result<()> {
        let (buffer, as_is) = match page {
            Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => (buf, 0),
            Page::DataPageV2 {
                is_compressed: false, ..
            } => return Ok(()),
            Page::DataPageV2 {
                buf,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => (
                buf,
                usize::try_from(def_levels_byte_len.saturating_add(*rep_levels_byte_len))?,
            ),
        };
        if self.compression == Compression::UNCOMPRESSED {
            return Ok(());
        }
        let size = usize::try_from(self.part.unpacked.load(Ordering::Relaxed))?;
        let wrong = || damaged("a page is not as large as it says".to_owned());
        let (levels, packed) = buffer.split_at_checked(as_is).ok_or_else(wrong)?;
        let size = size.checked_sub(as_is).ok_or_else(wrong)?;
        let mut whole = levels.to_vec();
        if size > 0 {
            whole.append(&mut unpacked(self.compression, packed, size)?);
        }
        if whole.len() != size + as_is {
            return Err(wrong());
        }
        *buffer = whole.into();
        Ok(())
    }

    /// Nothing in the page makes its reader set aside more than was held for it.
    fn check(&self, page: &Page) -> Result<()> {
        let values = page.num_values();
        let wrong = || damaged("a page cannot hold as many values as it says".to_owned());
        if page.is_dictionary_page() {
            if usize::try_from(values)? > page.buffer().len() {
                return Err(wrong());
            }
            return self
                .part
                .hold(&self.part.values, PER_VALUE.saturating_mul(values.into()));
        }
        if values > MOST_VALUES || !known(page.encoding()) || !self.levels_known(page) {
            return Err(wrong());
        }
        if page.encoding() != Encoding::DELTA_LENGTH_BYTE_ARRAY {
            return self.part.hold(&self.part.lengths, 0);
        }
        let lengths = self.lengths(page).ok_or_else(wrong)?;
        if lengths > u64::from(values) {
            return Err(wrong());
        }
        self.part.hold(&self.part.lengths, 4 * lengths)
    }

    /// Which values are absent is written the way every writer has written it for ten years.
    fn levels_known(&self, page: &Page) -> bool {
        match page {
            Page::DataPage {
                def_level_encoding, ..
            } => !self.optional || *def_level_encoding == Encoding::RLE,
            _ => true,
        }
    }

    /// How many lengths stand before the texts of a page that begins with them.
    fn lengths(&self, page: &Page) -> Option<u64> {
        let bytes = page.buffer();
        let levels = match page {
            Page::DataPageV2 {
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => usize::try_from(def_levels_byte_len.saturating_add(*rep_levels_byte_len)).ok()?,
            _ if self.optional => {
                let length = bytes.first_chunk().copied().map(u32::from_le_bytes)?;
                usize::try_from(length).ok()?.checked_add(4)?
            }
            _ => 0,
        };
        let mut bytes = bytes.get(levels..)?.iter().copied();
        let (_block, _parts) = (variable(&mut bytes)?, variable(&mut bytes)?);
        variable(&mut bytes)
    }
}

pub(super) fn damaged(why: String) -> ParquetError {
    ParquetError::General(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of a page: its kind, its size unpacked and packed.
    fn header(kind: u8, unpacked: u32) -> Vec<u8> {
        let mut written = vec![0x15, kind << 1, 0x15];
        let mut zigzag = u64::from(unpacked) << 1;
        while zigzag > 0x7f {
            written.push(u8::try_from(zigzag & 0x7f).unwrap() | 0x80);
            zigzag >>= 7;
        }
        written.push(u8::try_from(zigzag).unwrap());
        written.extend([0x15, 20]);
        written
    }

    #[test]
    fn pages_of_all_columns_together_stay_within_bounds() {
        let all = Held::default();
        let part = || Part {
            all: all.clone(),
            ..Part::default()
        };
        let (one, other) = (part(), part());
        for _ in 0..9 {
            one.announce(&header(0, 300 << 20)).unwrap();
        }
        one.announce(&header(2, 100 << 20)).unwrap();
        let refused = other.announce(&header(0, 200 << 20)).unwrap_err().to_string();
        assert!(refused.contains("600 MB at a time"), "{refused}");
        assert!(part().announce(&header(0, u32::MAX >> 1)).is_err());
        assert!(part().announce(&[0x15, 0, 0x16, 2]).is_err(), "no size");
        assert!(
            part().announce(&[0x15, 0, 0x15, 1, 0x15, 2]).is_err(),
            "less than nothing"
        );
    }
}
