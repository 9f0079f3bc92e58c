//! Streams made to exhaust a reader: a few kilobytes that unpack to gigabytes.

use lopdf::{DecompressError, Document as Structured, Error, Object, Stream};

use crate::file::{Limits, ReadError};

/// Deflate cannot shrink data to less than this part of itself, so shorter streams cannot reach the limit.
const BEST_DEFLATE: usize = 1032;

/// Unpacks every stream that could exceed the limit. Pictures are left packed here and by the readers after.
pub(super) fn refuse(pdf: &Structured, limits: &Limits) -> Result<(), ReadError> {
    let streams = pdf.objects.values().filter_map(|object| object.as_stream().ok());
    for stream in streams.filter(|stream| could_exceed(stream, limits)) {
        let unpacked = stream.decompressed_content_with_limit(limits.stream_bytes);
        if let Err(Error::Decompress(DecompressError::MemoryLimitExceeded { limit })) = unpacked {
            return Err(ReadError::Bomb { limit });
        }
    }
    Ok(())
}

fn could_exceed(stream: &Stream, limits: &Limits) -> bool {
    let filters = stream.filters().map_or(0, |filters| filters.len());
    let single = stream.content.len().saturating_mul(BEST_DEFLATE) > limits.stream_bytes;
    !is_picture(stream) && (filters > 1 || (filters == 1 && single))
}

fn is_picture(stream: &Stream) -> bool {
    stream
        .dict
        .get(b"Subtype")
        .and_then(Object::as_name)
        .is_ok_and(|name| name == b"Image")
}
