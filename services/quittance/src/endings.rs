//! `quittance plan` and `index`: how agreements end, and the values that prices follow.

use serde_json::json;
use wire::invoicing::v1::declare_ending_request::Ending;
use wire::invoicing::v1::{
    DeclareEndingRequest, NonRenewal, PublishIndexValueRequest, Termination, WithdrawEndingRequest,
};

use crate::command::{Index, Plan};
use crate::connection::{Invoicing, Services, request_id};
use crate::facts::whole_hash;
use crate::failure::Failure;
use crate::printing::Output;
use crate::renewals;

pub(crate) async fn plan(command: &Plan, to: &Services, output: Output) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    match command {
        Plan::Terminate {
            plan,
            last_day,
            refund_unused,
            reason,
        } => {
            let termination = Termination {
                last_day: last_day.to_string(),
                refund_unused: *refund_unused,
            };
            let id = declare(&mut invoicing, plan, Ending::Termination(termination), reason).await?;
            output.show(
                || json!({ "id": id }),
                || format!("it ends with {last_day} ({id})"),
            );
        }
        Plan::Notice { plan, given, reason } => {
            let notice = NonRenewal {
                notice: given.to_string(),
            };
            let id = declare(&mut invoicing, plan, Ending::NonRenewal(notice), reason).await?;
            output.show(
                || json!({ "id": id }),
                || format!("notice was given on {given} ({id})"),
            );
        }
        Plan::Renewals { account, open } => renewals::list(&mut invoicing, account, *open, output).await?,
        Plan::WithdrawEnding { plan, id, reason } => {
            let request = WithdrawEndingRequest {
                request_id: request_id(),
                plan: whole_hash(&mut invoicing, plan).await?,
                id: id.clone(),
                reason: reason.clone(),
            };
            invoicing.withdraw_ending(request).await?;
            output.show(
                || json!({ "id": id }),
                || format!("the ending {id} no longer counts"),
            );
        }
    }
    Ok(())
}

/// Declares an ending; answers its id.
async fn declare(
    invoicing: &mut Invoicing,
    plan: &str,
    ending: Ending,
    reason: &str,
) -> Result<String, Failure> {
    let request = DeclareEndingRequest {
        request_id: request_id(),
        plan: whole_hash(invoicing, plan).await?,
        id: String::new(),
        ending: Some(ending),
        reason: reason.to_owned(),
    };
    Ok(invoicing.declare_ending(request).await?.into_inner().id)
}

pub(crate) async fn index(command: &Index, to: &Services, output: Output) -> Result<(), Failure> {
    let Index::Publish {
        series,
        month,
        value,
        publication,
        revises,
    } = command;
    let request = PublishIndexValueRequest {
        request_id: request_id(),
        series: series.clone(),
        month: month.to_string(),
        value: value.to_string(),
        publication: publication.clone(),
        revises: *revises,
    };
    to.invoicing().await?.publish_index_value(request).await?;
    let month = month.first_of_month();
    output.show(
        || json!({ "series": series, "month": month, "value": value }),
        || format!("{series} stands at {value} for the month of {month}"),
    );
    Ok(())
}
