//! Rows that tell a figure and charge nothing: an estimate "for planning", the largest sale that is let through.

use crate::reading::phrases::says_any;
use crate::reading::tables::Place;
use crate::reading::tokens::{Stretch, Token};

/// Words that take the promise out of an amount.
const PLANNING: &str = "not a commitment|no commitment|for planning|for planning purposes|planning only|\
    for budgeting|budgetary|for information only|for reference only|non-binding|not binding|illustrative|indicative";

/// Labels of what is expected or allowed.
const ESTIMATES: &str = "estimated|expected|projected|anticipated|forecast";
const BOUNDS: &str = "limit|limits|threshold|thresholds|largest|ticket|ceiling";

/// Words of prices: "Minimum fee over the limit" is charged, however it is bounded.
const PRICES: &str =
    "fee|fees|price|prices|charge|charges|rate|rates|overage|subscription|licence|license|pricing";

/// Does the row only inform?
pub(super) fn only(place: &Place<'_>, row: &[Stretch]) -> bool {
    let label = row.iter().find(|cell| !cell.tokens.is_empty());
    let label: &[Token] = label.map_or(&[], |cell| cell.tokens.as_slice());
    let planned = row.iter().any(|cell| says_any(&cell.tokens, PLANNING));
    let heading = place.heading_tokens();
    let bounded = says_any(label, BOUNDS) || says_any(heading, BOUNDS) && !says_any(heading, PRICES);
    planned || bounded && !says_any(label, PRICES) || is_estimate(label)
}

/// "Estimated annual fees"; but "Estimated usage charge, billed monthly" names how it is billed and stays a question.
fn is_estimate(label: &[Token]) -> bool {
    let leads = label.first().is_some_and(|token| token.is_any(ESTIMATES));
    leads && says_any(label, "total|annual|yearly|value|volume|spend|fees")
}
