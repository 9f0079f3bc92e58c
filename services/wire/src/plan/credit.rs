//! Prepaid credits, promised spend, and the most that charges cost together.

use pricing::plan::{
    Ceiling, Commitment, CommitmentSpan, CreditPool, Expiry, PoolUnit, Rollover, SettledOn, Settlement, TopUp,
};

use super::{both_ways, charge, source, v1};
use crate::value::Reading;

pub(super) fn pool_message(pool: &CreditPool) -> v1::CreditPool {
    v1::CreditPool {
        id: pool.id.clone(),
        name: pool.name.clone(),
        unit: match &pool.unit {
            PoolUnit::Money => String::new(),
            PoolUnit::Units { name } => name.clone(),
        },
        grant: pool.grant.to_string(),
        bought_by: pool.bought_by.clone().unwrap_or_default(),
        pays: pool.pays.clone(),
        priority: pool.priority,
        expiry: Some(expiry_message(pool.expiry)),
        rollover: pool.rollover.map(rollover_message),
        top_up: pool.top_up.as_ref().map(top_up_message),
        pays_tax: pool.pays_tax,
        sources: source::sources_message(&pool.sources),
    }
}

pub(super) fn pool(at: &mut Reading, message: &v1::CreditPool) -> Option<CreditPool> {
    let grant = at.decimal("grant", &message.grant);
    let expiry = at.required("expiry", message.expiry.as_ref(), expiry);
    let rollover = at.optional("rollover", message.rollover.as_ref(), rollover);
    let top_up = at.optional("top_up", message.top_up.as_ref(), top_up);
    let sources = source::sources(at, &message.sources);
    Some(CreditPool {
        id: message.id.clone(),
        name: message.name.clone(),
        unit: unit(&message.unit),
        grant: grant?,
        bought_by: Some(message.bought_by.clone()).filter(|charge| !charge.is_empty()),
        pays: message.pays.clone(),
        priority: message.priority,
        expiry: expiry?,
        rollover: rollover?,
        top_up: top_up?,
        pays_tax: message.pays_tax,
        sources: sources?,
    })
}

fn unit(name: &str) -> PoolUnit {
    if name.is_empty() {
        PoolUnit::Money
    } else {
        PoolUnit::Units {
            name: name.to_owned(),
        }
    }
}

fn expiry_message(expiry: Expiry) -> v1::Expiry {
    use v1::expiry::When;
    let when = match expiry {
        Expiry::Never => When::Never(v1::ExpiryNever {}),
        Expiry::After { span } => When::After(charge::cadence_message(span)),
        Expiry::On { date } => When::On(date.to_string()),
    };
    v1::Expiry { when: Some(when) }
}

fn expiry(at: &mut Reading, message: &v1::Expiry) -> Option<Expiry> {
    use v1::expiry::When;
    at.required("when", message.when.as_ref(), |at, when| match when {
        When::Never(_) => Some(Expiry::Never),
        When::After(span) => charge::cadence(at, span).map(|span| Expiry::After { span }),
        When::On(date) => at.date("on", date).map(|date| Expiry::On { date }),
    })
}

fn rollover_message(rollover: Rollover) -> v1::Rollover {
    v1::Rollover {
        every: Some(charge::cadence_message(rollover.every)),
        min: rollover.min.to_string(),
        max: rollover.max.to_string(),
    }
}

fn rollover(at: &mut Reading, message: &v1::Rollover) -> Option<Rollover> {
    let every = at.required("every", message.every.as_ref(), charge::cadence);
    let (min, max) = (at.decimal("min", &message.min), at.decimal("max", &message.max));
    Some(Rollover {
        every: every?,
        min: min?,
        max: max?,
    })
}

fn top_up_message(top_up: &TopUp) -> v1::TopUp {
    v1::TopUp {
        below: top_up.below.to_string(),
        grant: top_up.grant.to_string(),
        price: top_up.price.to_string(),
        to: top_up.to.map(|to| to.to_string()).unwrap_or_default(),
    }
}

fn top_up(at: &mut Reading, message: &v1::TopUp) -> Option<TopUp> {
    let (below, grant) = (
        at.decimal("below", &message.below),
        at.decimal("grant", &message.grant),
    );
    let price = at.decimal("price", &message.price);
    let to = at.optional_decimal("to", &message.to);
    Some(TopUp {
        below: below?,
        grant: grant?,
        price: price?,
        to: to?,
    })
}

pub(super) fn commitment_message(commitment: &Commitment) -> v1::Commitment {
    v1::Commitment {
        id: commitment.id.clone(),
        name: commitment.name.clone(),
        amount: commitment.amount.to_string(),
        charges: commitment.charges.clone(),
        span: Some(span_message(commitment.span)),
        settlement: settlement_out(commitment.settlement),
        settled_on: Some(settled_on_message(commitment.settled_on)),
        sources: source::sources_message(&commitment.sources),
    }
}

pub(super) fn commitment(at: &mut Reading, message: &v1::Commitment) -> Option<Commitment> {
    let amount = at.decimal("amount", &message.amount);
    let span = span(at, message.span.as_ref());
    let settlement = at.chosen("settlement", settlement_in(message.settlement));
    let settled_on = settled_on(at, message.settled_on.as_ref());
    let sources = source::sources(at, &message.sources);
    Some(Commitment {
        id: message.id.clone(),
        name: message.name.clone(),
        amount: amount?,
        charges: message.charges.clone(),
        span: span?,
        settlement: settlement?,
        settled_on: settled_on?,
        sources: sources?,
    })
}

fn settled_on_message(settled_on: SettledOn) -> v1::SettledOn {
    use v1::settled_on::When;
    let when = match settled_on {
        SettledOn::SpanEnd => When::SpanEnd(v1::SpanEnd {}),
        SettledOn::After { span } => When::After(charge::cadence_message(span)),
        SettledOn::On { date } => When::On(date.to_string()),
    };
    v1::SettledOn { when: Some(when) }
}

/// At the span's end where the message does not say, as plans of before did not.
fn settled_on(at: &mut Reading, message: Option<&v1::SettledOn>) -> Option<SettledOn> {
    use v1::settled_on::When;
    let Some(when) = message.and_then(|message| message.when.as_ref()) else {
        return Some(SettledOn::SpanEnd);
    };
    at.required("settled_on", Some(when), |at, when| match when {
        When::SpanEnd(_) => Some(SettledOn::SpanEnd),
        When::After(span) => charge::cadence(at, span).map(|span| SettledOn::After { span }),
        When::On(date) => at.date("on", date).map(|date| SettledOn::On { date }),
    })
}

pub(super) fn ceiling_message(ceiling: &Ceiling) -> v1::Ceiling {
    v1::Ceiling {
        id: ceiling.id.clone(),
        name: ceiling.name.clone(),
        amount: ceiling.amount.to_string(),
        charges: ceiling.charges.clone(),
        span: Some(span_message(ceiling.span)),
        prorated: ceiling.prorated,
        sources: source::sources_message(&ceiling.sources),
    }
}

pub(super) fn ceiling(at: &mut Reading, message: &v1::Ceiling) -> Option<Ceiling> {
    let amount = at.decimal("amount", &message.amount);
    let span = span(at, message.span.as_ref());
    let sources = source::sources(at, &message.sources);
    Some(Ceiling {
        id: message.id.clone(),
        name: message.name.clone(),
        amount: amount?,
        charges: message.charges.clone(),
        span: span?,
        prorated: message.prorated,
        sources: sources?,
    })
}

fn span_message(span: CommitmentSpan) -> v1::CommitmentSpan {
    use v1::commitment_span::Kind;
    let kind = match span {
        CommitmentSpan::Each { every } => Kind::Each(charge::cadence_message(every)),
        CommitmentSpan::Term => Kind::Term(v1::WholeTerm {}),
    };
    v1::CommitmentSpan { kind: Some(kind) }
}

fn span(at: &mut Reading, message: Option<&v1::CommitmentSpan>) -> Option<CommitmentSpan> {
    use v1::commitment_span::Kind;
    let kind = message.and_then(|span| span.kind.as_ref());
    at.required("span", kind, |at, kind| match kind {
        Kind::Each(every) => charge::cadence(at, every).map(|every| CommitmentSpan::Each { every }),
        Kind::Term(_) => Some(CommitmentSpan::Term),
    })
}

both_ways!(settlement_out, settlement_in, Settlement, v1::Settlement, { TrueUp, TrueForward, TakeOrPay });
