//! What follows once every rule has been given to its lines: which line goes with which, and what its sort alone says.

use crate::flag::Code;
use crate::reading::items::{Doubt, Item};
use crate::terms::{Cadence, Found, Kind, LineItem, Mark, Timing};

/// "billed with B": the line follows the one of that letter.
pub(super) fn follow_references(items: &mut [Item]) {
    for at in 0..items.len() {
        let Some(target) = items.get(at).and_then(|item| item.follows.clone()) else {
            continue;
        };
        let lead = items
            .iter()
            .find(|item| item.reference.as_deref() == Some(target.as_str()));
        let Some((cadence, timing)) = lead.map(|lead| (lead.line.cadence.clone(), lead.line.timing.clone()))
        else {
            continue;
        };
        let Some(item) = items.get_mut(at) else { continue };
        item.line.cadence = cadence;
        item.line.timing = timing;
    }
}

/// Can it be charged one by one? Tiers, allowances and shares of a turnover are counted over a span that somebody must name.
fn happens(line: &LineItem) -> bool {
    let counted = line.price.tiers.is_some() || line.included.value.is_some();
    let by_transaction =
        line.price.unit_price.value.is_some() || line.price.cap.value.is_some() || line.unit.is_some();
    let share = line.kind == Kind::Percentage && !by_transaction;
    !counted && !share
}

/// What follows from the sort of line: what is measured is known only afterwards; what is bought once in advance is paid
/// at once; what is counted one by one falls due when it happens.
pub(super) fn settle(item: &mut Item) {
    let unsaid = item.line.cadence.value.is_none() && item.line.cadence.printed.is_empty();
    if unsaid && item.base_span.value.is_some() {
        item.line.cadence = std::mem::take(&mut item.base_span);
    }
    let line = &mut item.line;
    let evidence = line.evidence.clone();
    let measured = matches!(line.kind, Kind::Usage | Kind::Percentage);
    if measured && line.timing.value.is_none() && line.timing.printed.is_empty() {
        line.timing = Found::derived(
            Timing::Arrears,
            "what is measured is known only afterwards",
            evidence.clone(),
        );
    }
    if line.kind == Kind::PrepaidCredit && line.timing.value.is_none() {
        line.timing = Found::derived(Timing::Advance, "prepaid", evidence.clone());
    }
    let open = line.cadence.value.is_none() && line.cadence.printed.is_empty();
    let by_time = line
        .unit
        .as_deref()
        .is_some_and(|unit| unit.contains("hour") || unit.contains("day"));
    let draws = line.credits.is_some();
    let passed = line.is(Mark::PassThrough);
    if measured && open && passed {
        let sentence = format!(
            "The contract does not say when “{}” is passed on.",
            line.description
        );
        let doubt = Doubt::new(
            Code::CadenceNotStated,
            "/cadence",
            sentence,
            "Enter its cadence, for example monthly.",
            evidence.clone(),
        );
        item.doubts.push(doubt);
    }
    if measured && open && !by_time && !draws && happens(line) {
        line.cadence = Found::derived(Cadence::PerEvent, "charged whenever it happens", evidence);
    }
}
