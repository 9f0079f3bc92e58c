//! Reading order: columns of prose are read one after the other, tables and label-value blocks row by row.

use super::rows;
use crate::file::pdf::words::Fragment;

/// Rows in reading order.
pub(super) fn in_reading_order(fragments: Vec<Fragment>) -> Vec<Vec<Fragment>> {
    rows::gather(fragments)
}
