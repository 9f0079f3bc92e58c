//! Plans as they travel. Each part has two functions side by side: `…_message` out, and the bare noun in.

mod adjustment;
mod charge;
mod credit;
mod fact;
mod head;
mod price;
mod source;

use pricing::plan::Plan;

use crate::Violation;
use crate::value::{Reading, text};

/// Version 1.
#[allow(missing_docs, clippy::all, clippy::pedantic, unused_qualifications)]
pub mod v1 {
    tonic::include_proto!("quittance.plan.v1");
}

pub use source::{clause_boxes, sources_message};

/// Maps a domain enum to a generated one and back; an unspecified or unknown value comes back as `None`.
macro_rules! both_ways {
    ($out:ident, $into:ident, $domain:ty, $message:ty, { $($variant:ident),+ $(,)? }) => {
        fn $out(value: $domain) -> i32 {
            let message = match value { $(<$domain>::$variant => <$message>::$variant),+ };
            message.into()
        }

        fn $into(value: i32) -> Option<$domain> {
            match <$message>::try_from(value) {
                $(Ok(<$message>::$variant) => Some(<$domain>::$variant),)+
                Ok(<$message>::Unspecified) | Err(_) => None,
            }
        }
    };
}
pub(crate) use both_ways;

/// A plan as it travels.
#[must_use]
pub fn plan_message(plan: &Plan) -> v1::Plan {
    v1::Plan {
        title: plan.title.clone(),
        account: plan.account.clone(),
        provider: plan.provider.clone(),
        customer: plan.customer.clone(),
        currency: plan.currency.code().to_owned(),
        time_zone: plan.time_zone.clone(),
        signed: text(plan.signed.as_ref()),
        term: Some(head::term_message(plan.term)),
        renewal: Some(head::renewal_message(&plan.renewal)),
        payment: Some(head::payment_message(&plan.payment)),
        policy: Some(head::policy_message(plan.policy)),
        charges: plan.charges.iter().map(charge::charge_message).collect(),
        meters: plan.meters.iter().map(fact::meter_message).collect(),
        milestones: plan.milestones.iter().map(fact::milestone_message).collect(),
        pools: plan.pools.iter().map(credit::pool_message).collect(),
        commitments: plan.commitments.iter().map(credit::commitment_message).collect(),
        ceilings: plan.ceilings.iter().map(credit::ceiling_message).collect(),
        discounts: plan.discounts.iter().map(adjustment::discount_message).collect(),
        taxes: plan.taxes.iter().map(adjustment::tax_message).collect(),
        amends: plan.amends.as_ref().map(head::amends_message),
        documents: plan.documents.iter().map(head::document_message).collect(),
        sources: sources_message(&plan.sources),
    }
}

/// The plan a message holds, or everything that is wrong with it.
pub fn plan(message: &v1::Plan) -> Result<Plan, Vec<Violation>> {
    let mut reading = Reading::default();
    let plan = read(&mut reading, message);
    reading.finish(plan)
}

/// Reads every part before it asks whether one failed, so that all faults are reported together.
fn read(at: &mut Reading, message: &v1::Plan) -> Option<Plan> {
    let currency = head::currency(at, &message.currency);
    let signed = at.optional_date("signed", &message.signed);
    let term = at.required("term", message.term.as_ref(), head::term);
    let renewal = at.required("renewal", message.renewal.as_ref(), head::renewal);
    let payment = at.required("payment", message.payment.as_ref(), head::payment);
    let policy = at.required("policy", message.policy.as_ref(), head::policy);
    let charges = at.list("charges", &message.charges, charge::charge);
    let meters = at.list("meters", &message.meters, fact::meter);
    let milestones = at.list("milestones", &message.milestones, fact::milestone);
    let pools = at.list("pools", &message.pools, credit::pool);
    let commitments = at.list("commitments", &message.commitments, credit::commitment);
    let ceilings = at.list("ceilings", &message.ceilings, credit::ceiling);
    let discounts = at.list("discounts", &message.discounts, adjustment::discount);
    let taxes = at.list("taxes", &message.taxes, adjustment::tax);
    let amends = at.optional("amends", message.amends.as_ref(), head::amends);
    let sources = source::sources(at, &message.sources);
    Some(Plan {
        title: message.title.clone(),
        account: message.account.clone(),
        provider: message.provider.clone(),
        customer: message.customer.clone(),
        currency: currency?,
        time_zone: message.time_zone.clone(),
        signed: signed?,
        term: term?,
        renewal: renewal?,
        payment: payment?,
        policy: policy?,
        charges: charges?,
        meters: meters?,
        milestones: milestones?,
        pools: pools?,
        commitments: commitments?,
        ceilings: ceilings?,
        discounts: discounts?,
        taxes: taxes?,
        amends: amends?,
        documents: message.documents.iter().map(head::document).collect(),
        sources: sources?,
    })
}

#[cfg(test)]
mod tests;
