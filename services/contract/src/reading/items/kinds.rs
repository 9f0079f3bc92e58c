//! Which sort of charge a price makes, from what it is for, how often, and the words around it.

use crate::normal::unit::is_seat;
use crate::reading::phrases::{has_stem, says_any};
use crate::reading::prices::Expression;
use crate::reading::tokens::{Token, listed};
use crate::terms::{Cadence, Kind};

/// What is known when the sort is decided.
pub(crate) struct Facts<'f> {
    /// The price.
    pub(crate) price: &'f Expression,
    /// Words of the description, the heading and whatever stands in the same row or clause.
    pub(crate) words: &'f [Token],
    /// The span the price is for, wherever it is said.
    pub(crate) period: Option<Cadence>,
    /// How often it is billed, if said right there.
    pub(crate) cadence: Option<Cadence>,
    /// Is a number of units agreed?
    pub(crate) quantity: bool,
    /// The unit, wherever it is said.
    pub(crate) unit: Option<&'f str>,
}

/// The sort of charge, or `None` where the words do not tell.
pub(crate) fn kind(facts: &Facts<'_>) -> Option<Kind> {
    let words = facts.words;
    if facts.price.percent.is_some() {
        return Some(Kind::Percentage);
    }
    let credits = says_any(
        words,
        "prepaid|prepay|pre-paid|prepayment|credit pool|credit pack|credit bundle|drawn down|\
        draw down|draws down",
    );
    if credits && !facts.price.is_per_unit() {
        return Some(Kind::PrepaidCredit);
    }
    // "Installation and training at $1,200 per day" is work by the day.
    let by_measure = facts.price.is_per_unit() && facts.unit.is_some_and(is_measured);
    if is_one_time(words) && facts.period.is_none() && !by_measure {
        return Some(Kind::OneTime);
    }
    let again = facts.period.or(facts
        .cadence
        .filter(|cadence| matches!(cadence, Cadence::Every(_))));
    if let Some(unit) = facts.unit {
        return Some(match again {
            _ if is_seat(unit) && (facts.period.is_some() || facts.quantity) => Kind::Seat,
            Some(_) if facts.period.is_some() && facts.quantity => Kind::Recurring,
            Some(_) if facts.quantity && !is_measured(unit) => Kind::Recurring,
            Some(_) if facts.period.is_some() && !is_measured(unit) => Kind::Recurring,
            _ => Kind::Usage,
        });
    }
    if facts.price.is_per_unit() && facts.price.above.is_some() {
        return Some(Kind::Usage);
    }
    if facts.price.is_per_unit() && again.is_some() {
        return Some(Kind::Recurring);
    }
    if again.is_some() {
        return Some(Kind::Recurring);
    }
    if is_paid_once(words) {
        return Some(Kind::OneTime);
    }
    None
}

/// Units that a meter counts, whatever the period their price is stated for.
fn is_measured(unit: &str) -> bool {
    const MEASURED: &str = "gb|tb|mb|hour|minute|second|day|call|request|transaction|message|segment|token|kwh|\
        mwh|order|event|gigabyte|terabyte|page|email|impression|click|lead|record|document|\
        check|return|visit|mile|account|pallet|trailer|sms|session|envelope|verification|signature|scan|print|copy|task|image|character|query|\
        download|stream|search|sample|ticket|booking|inspection|shareholder|shareowner|unitholder|claim|container|meal|guest|patient|\
        room|carton|case|ton|tonne|barrel|gallon|liter|litre|pound|kilogram|kg|cubic|acre|parcel|shipment|delivery|load";
    unit.to_lowercase()
        .split([' ', '-'])
        .any(|word| listed(MEASURED, &crate::normal::unit::singular(word).to_lowercase()))
}

/// Words of one-time charges.
pub(crate) fn is_one_time(words: &[Token]) -> bool {
    // "invoiced once, after the end of the year in which they were sent": once for all of a year.
    let afterwards = says_any(
        words,
        "once , after the end of|once after the end of|once , at the end of each",
    );
    !afterwards
        && says_any(
            words,
            "one-time|one time|onetime|once only|once-only|one-off|one off|, once|once ,|once on the|once at|( once )|charged once|due once|payable once|non-recurring|nonrecurring|nrc|otc|set-up|setup|\
        set up fee|implementation|onboarding|installation|activation fee|initial payment|\
        initiation fee|kick-off|migration|upfront fee|up-front fee|initial fee|\
        initial license fee|lump sum|lump-sum|signing fee|quick-start|quickstart|\
        training session|commissioning|initial training|single payment|invoiced once|\
        billed once|production fee|engagement fee|signing payment|signing bonus",
        )
}

/// Payments tied to signing, delivery or a day.
pub(crate) fn is_paid_once(words: &[Token]) -> bool {
    says_any(
        words,
        "at signing|on signing|upon signing|at signature|on signature|upon signature|\
        upon execution|on execution|at execution|at closing|on or before|at delivery|\
        on delivery|upon delivery|invoiced now|billed now|due now|payable now|invoiced today|invoiced immediately|\
        payable immediately|due immediately|down payment|due at|concurrently with|contemporaneously|days after|days following|\
        days of the effective date|days from the effective date|payable on the effective date|due on the effective date|paid on the effective date|due upon the effective date|payable upon the effective date|upon the signing|on the signing|at the signing|on the closing|upon the closing|\
        first day of the period|first day of the term|first day of the service period|first day of the agreement|at the start of the project",
    ) || has_stem(words, "one-off")
}

/// How golden practice writes a unit with its period: `user per month`.
pub(crate) fn unit_name(unit: &str, period: Option<Cadence>) -> String {
    let each = period
        .and_then(Cadence::in_months)
        .and_then(|months| match months {
            1 => Some("month"),
            3 => Some("quarter"),
            12 => Some("year"),
            _ => None,
        });
    match each {
        Some(each) => format!("{unit} per {each}"),
        None => unit.to_owned(),
    }
}
