//! What is packed in a page, never more of it than the page says.

use std::io::Read;

use parquet::basic::Compression;
use parquet::errors::Result;

use super::pages::damaged;

/// At most a byte more than the size.
pub(super) fn unpacked(compression: Compression, packed: &[u8], size: usize) -> Result<Vec<u8>> {
    match compression {
        Compression::SNAPPY => {
            let mut whole = vec![0; size];
            let written = snap::raw::Decoder::new().decompress(packed, &mut whole);
            let written = written.map_err(|error| damaged(error.to_string()))?;
            whole.truncate(written);
            Ok(whole)
        }
        Compression::GZIP(_) => at_most(flate2::read::MultiGzDecoder::new(packed), size),
        Compression::ZSTD(_) => {
            let stream = ruzstd::decoding::StreamingDecoder::new(packed);
            at_most(stream.map_err(|error| damaged(error.to_string()))?, size)
        }
        other => Err(damaged(format!("it is compressed with {other}"))),
    }
}

fn at_most(stream: impl Read, size: usize) -> Result<Vec<u8>> {
    let mut whole = Vec::with_capacity(size);
    stream
        .take(u64::try_from(size)?.saturating_add(1))
        .read_to_end(&mut whole)?;
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn more_than_was_said_is_not_unpacked() {
        let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&vec![0; 4 << 20]).unwrap();
        let gzip = gzip.finish().unwrap();
        let level = Compression::GZIP(parquet::basic::GzipLevel::default());
        assert_eq!(unpacked(level, &gzip, 10).unwrap().len(), 11);
        assert_eq!(unpacked(level, &gzip, 4 << 20).unwrap().len(), 4 << 20);
        let snappy = snap::raw::Encoder::new().compress_vec(&[7; 1000]).unwrap();
        assert!(unpacked(Compression::SNAPPY, &snappy, 999).is_err());
        assert_eq!(unpacked(Compression::SNAPPY, &snappy, 1000).unwrap(), [7; 1000]);
        let level = Compression::ZSTD(parquet::basic::ZstdLevel::default());
        assert!(unpacked(level, &gzip, 10).is_err());
    }
}
