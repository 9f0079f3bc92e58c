//! Plans: registering and showing them.

use runtime::rejection;
use runtime::tenancy::begin_as;
use tonic::Status;
use wire::Violation;
use wire::invoicing::v1::{
    self, GetPlanRequest, GetPlanResponse, ListPlansRequest, ListPlansResponse, RegisterPlanRequest,
    RegisterPlanResponse,
};

use super::messages::{instant, registered_plan, violations};
use super::write::{self, Begun};
use super::{database, page_size};
use crate::Invoicing;
use crate::author::Author;
use crate::registration::{self, Application, RegistrationError};
use crate::store::page;
use crate::store::plans::{self, Approval};

pub(super) async fn register(
    service: &Invoicing,
    author: Author,
    request: RegisterPlanRequest,
) -> Result<RegisterPlanResponse, Status> {
    let mut write = match write::begin(
        &service.pool,
        &author,
        "RegisterPlan",
        &request.request_id,
        &request,
    )
    .await?
    {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let application = application(request)?;
    let registered = registration::register(&mut write.transaction, &author, application).await?;
    let answer = RegisterPlanResponse {
        plan: Some(registered_plan(&registered.version)),
        already_registered: registered.already,
    };
    write.finish(answer).await
}

fn application(request: RegisterPlanRequest) -> Result<Application, Status> {
    let mut faults = Vec::new();
    let plan = match &request.plan {
        None => Err(vec![missing("plan")]),
        Some(message) => wire::plan::plan(message).map_err(|faults| within("plan", faults)),
    };
    let plan = plan.map_err(|found| faults.extend(found)).ok();
    let approval = approval(request.approval)
        .map_err(|found| faults.push(found))
        .ok();
    match (plan, approval) {
        (Some(plan), Some(approval)) => Ok(Application {
            plan,
            approval,
            content_hash: request.content_hash,
        }),
        _ => Err(violations(faults)),
    }
}

fn approval(message: Option<v1::Approval>) -> Result<Approval, Violation> {
    let message = message.ok_or_else(|| missing("approval"))?;
    let approved_at = message.approved_at.as_ref().and_then(instant);
    let v1::Approval {
        contract_id,
        revision,
        submitted_by,
        approved_by,
        ..
    } = message;
    let approved_at = approved_at.ok_or_else(|| missing("approval.approved_at"))?;
    Ok(Approval {
        contract_id,
        revision,
        submitted_by,
        approved_by,
        approved_at,
    })
}

fn missing(field: &str) -> Violation {
    Violation {
        field: field.to_owned(),
        description: "is missing".to_owned(),
    }
}

pub(super) fn within(part: &str, faults: Vec<Violation>) -> Vec<Violation> {
    let named = |fault: Violation| Violation {
        field: format!("{part}.{}", fault.field),
        ..fault
    };
    faults.into_iter().map(named).collect()
}

const MOST_PLANS: u16 = 1000;

pub(super) async fn list(
    service: &Invoicing,
    author: &Author,
    request: ListPlansRequest,
) -> Result<ListPlansResponse, Status> {
    let failed = database("listing plans");
    let size = page_size(request.page_size, MOST_PLANS);
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let (account, after) = (&request.account, &request.page_token);
    let limit = i64::from(size).saturating_add(1);
    let versions = plans::list(&mut transaction, author.tenant(), account, after, limit)
        .await
        .map_err(failed)?;
    let (versions, next_page_token) = page(versions, size.into(), |version| version.content_hash.clone());
    Ok(ListPlansResponse {
        plans: versions.iter().map(registered_plan).collect(),
        next_page_token,
    })
}

pub(super) async fn get(
    service: &Invoicing,
    author: &Author,
    request: GetPlanRequest,
) -> Result<GetPlanResponse, Status> {
    let failed = database("looking up a plan");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let version = plans::version(&mut transaction, author.tenant(), &request.content_hash)
        .await
        .map_err(failed)?;
    let unknown = || {
        rejection::not_found(
            "UNKNOWN_PLAN",
            format!(
                "no plan `{}` is registered: name it by its content hash",
                request.content_hash
            ),
        )
    };
    Ok(GetPlanResponse {
        plan: Some(registered_plan(&version.ok_or_else(unknown)?)),
    })
}

impl From<RegistrationError> for Status {
    fn from(error: RegistrationError) -> Self {
        let sentence = error.to_string();
        match error {
            RegistrationError::Invalid(faults) => rejection::invalid_fields(&faults),
            RegistrationError::HashMismatch { .. } => rejection::invalid("content_hash", sentence),
            RegistrationError::SelfApproved { .. } => {
                rejection::failed_precondition("SELF_APPROVED", sentence)
            }
            RegistrationError::ContractBilled { .. } => {
                rejection::already_exists("CONTRACT_BILLED", sentence)
            }
            RegistrationError::AmendsUnknown { .. } => {
                rejection::failed_precondition("AMENDS_UNKNOWN_PLAN", sentence)
            }
            RegistrationError::AmendsOld { .. } => {
                rejection::failed_precondition("AMENDS_OLD_VERSION", sentence)
            }
            RegistrationError::AmendsOtherAccount { .. } => {
                rejection::failed_precondition("AMENDS_OTHER_ACCOUNT", sentence)
            }
            RegistrationError::CurrencyMix { .. } => rejection::failed_precondition("CURRENCY_MIX", sentence),
            RegistrationError::TaxChanged { .. } => rejection::failed_precondition("TAX_CHANGED", sentence),
            RegistrationError::TimeZoneChanged { .. } => {
                rejection::failed_precondition("TIME_ZONE_CHANGED", sentence)
            }
            RegistrationError::AmendsTooEarly { .. } => {
                rejection::failed_precondition("AMENDS_TOO_EARLY", sentence)
            }
            RegistrationError::Database(error) => database("registering the plan")(error),
        }
    }
}
