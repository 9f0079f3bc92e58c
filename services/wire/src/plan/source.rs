//! Where terms come from, as it travels.

use pricing::source::{Clause, FieldSource, QuoteBox, Source};

use super::v1;
use crate::value::Reading;

/// Sources as they travel.
#[must_use]
pub fn sources_message(sources: &[FieldSource]) -> Vec<v1::FieldSource> {
    let one = |source: &FieldSource| v1::FieldSource {
        field: source.field.clone(),
        source: Some(source_message(&source.source)),
    };
    sources.iter().map(one).collect()
}

/// Boxes as they travel.
#[must_use]
pub fn clause_boxes(boxes: &[QuoteBox]) -> Vec<v1::QuoteBox> {
    let one = |at: &QuoteBox| v1::QuoteBox {
        left: at.left,
        top: at.top,
        right: at.right,
        bottom: at.bottom,
    };
    boxes.iter().map(one).collect()
}

pub(super) fn sources(at: &mut Reading, messages: &[v1::FieldSource]) -> Option<Vec<FieldSource>> {
    at.list("sources", messages, |at, message| {
        let from = message.source.as_ref().and_then(|source| source.from.as_ref());
        let source = at.required("source", from, |_, from| Some(source(from)))?;
        Some(FieldSource {
            field: message.field.clone(),
            source,
        })
    })
}

fn source_message(source: &Source) -> v1::Source {
    use v1::source::From;
    let from = match source {
        Source::Clause(clause) => From::Clause(v1::Clause {
            document: clause.document.clone(),
            page: clause.page,
            quote: clause.quote.clone(),
            boxes: clause_boxes(&clause.boxes),
        }),
        Source::Person { name, reason } => From::Person(v1::Person {
            name: name.clone(),
            reason: reason.clone(),
        }),
        Source::Derived { how } => From::Derived(v1::Derived { how: how.clone() }),
    };
    v1::Source { from: Some(from) }
}

fn source(from: &v1::source::From) -> Source {
    use v1::source::From;
    match from {
        From::Clause(clause) => Source::Clause(Clause {
            document: clause.document.clone(),
            page: clause.page,
            quote: clause.quote.clone(),
            boxes: clause.boxes.iter().map(quote_box).collect(),
        }),
        From::Person(person) => Source::Person {
            name: person.name.clone(),
            reason: person.reason.clone(),
        },
        From::Derived(derived) => Source::Derived {
            how: derived.how.clone(),
        },
    }
}

fn quote_box(message: &v1::QuoteBox) -> QuoteBox {
    QuoteBox {
        left: message.left,
        top: message.top,
        right: message.right,
        bottom: message.bottom,
    }
}
