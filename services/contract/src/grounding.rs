//! Grounding: a model's reply becomes a reading only as far as the words it cites stand in the document.

use crate::page::Document;
use crate::reading::Reading;
use crate::schema::ModelReply;

/// The reading a reply makes. Whatever its quote does not say loses its value and gets a flag.
#[must_use]
pub fn ground(_reply: &ModelReply, _document: &Document) -> Reading {
    Reading::default()
}
