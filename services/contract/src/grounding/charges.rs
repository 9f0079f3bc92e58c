//! Claims about what is charged.

use super::Ground;
use super::cited::Cited;
use super::values::{Claim, Place, number};
use super::{mentions, prices, tiers};
use crate::flag::{Code, Flag};
use crate::normal::cadence::Often;
use crate::normal::duration;
use crate::reading::phrases::{self, period_within, says_any};
use crate::reading::tokens::Token;
use crate::schema::{Charge, Flow};
use crate::terms::{Cadence, Found, Kind, LineItem, Mark, Role, SpanUnit, Timing};

/// Takes a charge into the reading, as far as its words stand. What is paid by neither side to the other is only noted.
pub(super) fn take(ground: &mut Ground<'_>, charge: &Charge) {
    let cited = Cited::of(ground.document, &charge.lines);
    let Some(quote) = cited.find(&charge.quote) else {
        let what = format!("a charge for “{}”", super::shortened(&charge.name));
        ground.not_quoted(&what, &charge.quote, &charge.lines, None);
        return;
    };
    let claim = Claim { cited: &cited, quote };
    if charge.flow == Flow::Other {
        let printed = charge.printed_price.as_deref().unwrap_or_default();
        mentions::note(ground, &claim, printed, Role::OtherPayer);
        return;
    }
    let item = item(ground, &claim, charge);
    ground.reading.terms.line_items.push(item);
}

fn item(ground: &mut Ground<'_>, claim: &Claim<'_>, charge: &Charge) -> LineItem {
    let index = ground.reading.terms.line_items.len();
    let at = |field: &str| format!("/line_items/{index}{field}");
    let id = format!("L{:02}", index.saturating_add(1));
    let mut item = LineItem::new(
        id,
        charge.kind,
        description(claim, charge),
        claim.evidence(ground),
    );
    if charge.flow == Flow::ProviderPays {
        item.marks.push(Mark::PaidByProvider);
    }
    item.quantity = claim.optional(
        ground,
        &at("/quantity"),
        charge.quantity.as_ref(),
        Place::Quote,
        number,
    );
    item.included = claim.optional(
        ground,
        &at("/included"),
        charge.included.as_ref(),
        Place::Quote,
        number,
    );
    item.cadence = cadence(ground, claim, charge, &at("/cadence"));
    item.timing = claim.optional(
        ground,
        &at("/timing"),
        charge.timing.as_ref(),
        Place::Lines,
        timing,
    );
    if let Some(start) = &charge.start {
        item.start = claim.date(ground, &at("/start"), start);
    }
    if let Some(end) = &charge.end {
        item.end = claim.date(ground, &at("/end"), end);
    }
    if let Some(event) = &charge.event {
        item.event = claim.words(ground, &at("/event"), event, Place::Lines);
    }
    prices::read(ground, claim, charge, &mut item, &at("/price"));
    tiers::read(ground, claim, charge, &mut item, &at("/price/tiers"));
    item
}

/// Its name as it stands in the lines; else the first words of the quote.
fn description(claim: &Claim<'_>, charge: &Charge) -> String {
    const WORDS: usize = 8;
    let named = claim
        .locate(&charge.name, Place::Lines)
        .map(|at| claim.cited.text(at));
    let quoted = || {
        let text = claim.cited.text(claim.quote);
        text.split(' ').take(WORDS).collect::<Vec<&str>>().join(" ")
    };
    let name = named.unwrap_or_else(quoted);
    name.trim_matches([',', ';', ':', '.', ' ', '"', '“', '”'])
        .to_owned()
}

/// How often; words that mean two things have no value and are flagged.
fn cadence(ground: &mut Ground<'_>, claim: &Claim<'_>, charge: &Charge, path: &str) -> Found<Cadence> {
    let Some(copied) = &charge.cadence else {
        return Found::absent();
    };
    let found = claim.value(ground, path, copied, Place::Lines, often);
    match found.value {
        Some(Often::Is(cadence)) => Found {
            value: Some(cadence),
            printed: found.printed,
            evidence: found.evidence,
            status: found.status,
        },
        Some(Often::Ambiguous) => {
            let sentence = format!("“{}” means two things.", found.printed);
            let flag = Flag::new(
                Code::AmbiguousCadence,
                sentence,
                "Ask which is meant and enter the cadence.",
            );
            ground.flag(flag.at(path).seen(found.evidence.iter().cloned()));
            Found::unsupported(found.printed, found.evidence)
        }
        None => Found::unsupported(found.printed, found.evidence),
    }
}

fn often(tokens: &[Token]) -> Option<Often> {
    if let Some((_, period)) = period_within(tokens) {
        return Some(period.often);
    }
    if says_any(tokens, "one-time|one time|once|single payment|lump sum") {
        return Some(Often::Is(Cadence::OneTime));
    }
    let spans = tokens.iter().filter_map(|token| duration::unit(&token.low));
    let only = super::values::only(spans)?;
    let span = match only.unit {
        SpanUnit::Month => Cadence::months(only.count),
        _ => Cadence::Every(only),
    };
    Some(Often::Is(span))
}

fn timing(tokens: &[Token]) -> Option<Timing> {
    let said = phrases::timing(tokens).map(|(_, _, timing)| timing);
    let word = || {
        tokens.iter().find_map(|token| match token.low.as_str() {
            "advance" => Some(Timing::Advance),
            "arrears" | "arrear" => Some(Timing::Arrears),
            _ => None,
        })
    };
    said.or_else(word)
}

/// Is the line of a sort that is priced by the unit?
pub(super) fn by_unit(kind: Kind) -> bool {
    matches!(kind, Kind::Seat | Kind::Usage)
}
