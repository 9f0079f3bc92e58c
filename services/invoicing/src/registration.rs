//! Registering approved plans: each once, under the hash of its content.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use pricing::money::Currency;
use pricing::plan::{Amends, Plan, Renewal, Tax};
use sqlx::PgConnection;

use crate::author::Author;
use crate::renewals;
use crate::store::accounts;
use crate::store::audit::{self, Deed};
use crate::store::automatic;
use crate::store::plans::{self, Approval, PlanVersion};
use crate::usage::alerts;

/// A plan that is to be billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Application {
    pub(crate) plan: Plan,
    pub(crate) approval: Approval,
    /// The hash the sender computed.
    pub(crate) content_hash: String,
}

/// A plan that is billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registered {
    pub(crate) version: PlanVersion,
    /// Was it there before?
    pub(crate) already: bool,
}

/// Why a plan was not registered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistrationError {
    #[error("{}", sentences(.0))]
    Invalid(Vec<(String, String)>),
    #[error(
        "the plan's content hash is {computed}, not {claimed}: it was changed on the way or another version of the product wrote it; send it again as it was approved"
    )]
    HashMismatch { claimed: String, computed: String },
    #[error("{name} both submitted and approved the plan; somebody else has to approve it")]
    SelfApproved { name: String },
    #[error(
        "contract {contract} is billed already as plan {agreement}; register a change of it as an amendment that names that plan"
    )]
    ContractBilled { contract: String, agreement: String },
    #[error("the plan amends {plan}, which is not registered; register that one first")]
    AmendsUnknown { plan: String },
    #[error("the plan amends {plan}, which {newest} amends already; amend {newest} instead")]
    AmendsOld { plan: String, newest: String },
    #[error(
        "the plan bills the account `{told}`, but the plan it amends bills `{known}`; an amendment stays with its account"
    )]
    AmendsOtherAccount { told: String, known: String },
    #[error(
        "the plan is in {told}, but the plan it amends is in {known}; one agreement has one currency, so end that plan and register a new one in {told}"
    )]
    CurrencyMix { told: Currency, known: Currency },
    #[error(
        "the plan counts its days in {told}, but the plan it amends in {known}; past days would move, so end that plan and register a new one in {told}"
    )]
    TimeZoneChanged { told: String, known: String },
    #[error(
        "the tax `{tax}` is {told} percent here, but {known} percent in an earlier version; lines billed before would be restated at the new rate, so give the new rate an id of its own"
    )]
    TaxChanged {
        tax: String,
        told: String,
        known: String,
    },
    #[error(
        "the amendment takes effect on {effective}, before {earliest}, when the version it amends does; amendments follow each other"
    )]
    AmendsTooEarly { effective: Date, earliest: Date },
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

fn sentences(faults: &[(String, String)]) -> String {
    faults
        .iter()
        .map(|(field, sentence)| format!("{field}: {sentence}"))
        .collect::<Vec<_>>()
        .join("; ")
}

/// Registers a plan, or answers what was registered under its hash before.
pub(crate) async fn register(
    connection: &mut PgConnection,
    author: &Author,
    application: Application,
) -> Result<Registered, RegistrationError> {
    check(&application)?;
    // Held, so that of two registrations arriving together the second sees the first.
    accounts::open(connection, author.tenant(), &application.plan.account).await?;
    if let Some(version) = plans::version(connection, author.tenant(), &application.content_hash).await? {
        return Ok(Registered {
            version,
            already: true,
        });
    }
    let amended = amended(connection, author, &application).await?;
    let version = version(author, application, amended.as_ref());
    plans::add(connection, author, &version).await?;
    let (account, customer) = (&version.plan.account, &version.plan.customer);
    accounts::name(connection, author.tenant(), account, customer).await?;
    automatic::forget(connection, author.tenant(), &version.plan.account).await?;
    if amended.is_some() || matches!(version.plan.renewal, Renewal::Automatic { .. }) {
        renewals::changed(connection, author, &version).await?;
    }
    alerts::check_account(connection, author, &version.plan.account).await?;
    audit::record(connection, author, &[deed(&version)]).await?;
    Ok(Registered {
        version,
        already: false,
    })
}

/// Everything that is wrong with the application by itself.
fn check(application: &Application) -> Result<(), RegistrationError> {
    let Application {
        plan,
        approval,
        content_hash,
    } = application;
    let faults = faults(plan, approval);
    if !faults.is_empty() {
        return Err(RegistrationError::Invalid(faults));
    }
    let computed = plan.content_hash();
    if *content_hash != computed {
        return Err(RegistrationError::HashMismatch {
            claimed: content_hash.clone(),
            computed,
        });
    }
    if approval.submitted_by == approval.approved_by {
        return Err(RegistrationError::SelfApproved {
            name: approval.approved_by.clone(),
        });
    }
    Ok(())
}

fn faults(plan: &Plan, approval: &Approval) -> Vec<(String, String)> {
    let who = [
        (
            "approval.contract_id",
            &approval.contract_id,
            "name the contract the plan comes from",
        ),
        (
            "approval.submitted_by",
            &approval.submitted_by,
            "name who submitted the terms",
        ),
        (
            "approval.approved_by",
            &approval.approved_by,
            "name who approved them",
        ),
        (
            "plan.provider",
            &plan.provider,
            "name who is paid: invoices are numbered for them",
        ),
        ("plan.account", &plan.account, "name the account that is billed"),
    ];
    let missing = who.into_iter().filter(|(_, text, _)| text.trim().is_empty());
    let missing = missing.map(|(field, _, what)| (field.to_owned(), format!("is missing: {what}")));
    missing.chain(plan_faults(plan)).collect()
}

/// Everything that is wrong with a plan by itself, as (field, sentence).
pub(crate) fn plan_faults(plan: &Plan) -> Vec<(String, String)> {
    let mut faults: Vec<_> = plan
        .check()
        .into_iter()
        .map(|fault| (format!("plan.{}", fault.field), fault.to_string()))
        .collect();
    let named = faults.iter().any(|(field, _)| field == "plan.time_zone");
    if !named && TimeZone::get(&plan.time_zone).is_err() {
        let sentence = format!(
            "`{}` is not an IANA time zone: write Europe/Berlin, or UTC",
            plan.time_zone
        );
        faults.push(("plan.time_zone".to_owned(), sentence));
    }
    faults.extend(unstorable(plan));
    faults
}

/// Ids that no index takes, and texts that no column does.
fn unstorable(plan: &Plan) -> Vec<(String, String)> {
    let account = std::iter::once(("plan.account".to_owned(), &plan.account));
    let charges = (0..)
        .zip(&plan.charges)
        .map(|(at, charge)| (format!("plan.charges.{at}.id"), &charge.id));
    let meters = (0..)
        .zip(&plan.meters)
        .map(|(at, meter)| (format!("plan.meters.{at}.id"), &meter.id));
    let milestones = (0..)
        .zip(&plan.milestones)
        .map(|(at, milestone)| (format!("plan.milestones.{at}.id"), &milestone.id));
    let ids = account
        .chain(charges)
        .chain(meters)
        .chain(milestones)
        .map(|(field, id): (String, &String)| (field, id.chars().count()));
    let too_long = ids.filter(|(_, length)| *length > LONGEST_ID);
    let too_long = too_long.map(|(field, length)| {
        (
            field,
            format!("has {length} characters; at most {LONGEST_ID} are allowed"),
        )
    });
    let zero = serde_json::to_string(plan).is_ok_and(|text| text.contains("\\u0000"));
    let zero = zero.then(|| {
        (
            "plan".to_owned(),
            "contains a zero character, which no text has".to_owned(),
        )
    });
    too_long.chain(zero).collect()
}

const LONGEST_ID: usize = 200;

/// The version this plan follows; none for the first of an agreement.
async fn amended(
    connection: &mut PgConnection,
    author: &Author,
    application: &Application,
) -> Result<Option<PlanVersion>, RegistrationError> {
    let Application { plan, approval, .. } = application;
    let Some(amends) = &plan.amends else {
        let contract = &approval.contract_id;
        return match plans::agreement_of_contract(connection, author.tenant(), contract).await? {
            None => Ok(None),
            Some(agreement) => Err(RegistrationError::ContractBilled {
                contract: contract.clone(),
                agreement,
            }),
        };
    };
    let newest = plans::newest_of(connection, author.tenant(), &amends.plan).await?;
    let newest = newest.ok_or_else(|| RegistrationError::AmendsUnknown {
        plan: amends.plan.clone(),
    })?;
    check_amendment(connection, author, plan, amends, &newest).await?;
    Ok(Some(newest))
}

/// Everything that is wrong with a plan as an amendment of its agreement, whose newest version this is.
pub(crate) async fn check_amendment(
    connection: &mut PgConnection,
    author: &Author,
    plan: &Plan,
    amends: &Amends,
    newest: &PlanVersion,
) -> Result<(), RegistrationError> {
    check_sequel(plan, amends, newest)?;
    // A tax that was dropped and comes back still stands on lines of the versions that had it.
    let tenant = author.tenant();
    let known = plans::first_versions(connection, tenant, &newest.agreement, newest.number).await?;
    let changed = known
        .iter()
        .rev()
        .find_map(|known| changed_tax(plan, &known.plan));
    changed.map_or(Ok(()), Err)
}

/// Everything that is wrong with a plan as what follows a version.
fn check_sequel(plan: &Plan, amends: &Amends, newest: &PlanVersion) -> Result<(), RegistrationError> {
    if amends.plan != newest.content_hash {
        return Err(RegistrationError::AmendsOld {
            plan: amends.plan.clone(),
            newest: newest.content_hash.clone(),
        });
    }
    if plan.account != newest.plan.account {
        return Err(RegistrationError::AmendsOtherAccount {
            told: plan.account.clone(),
            known: newest.plan.account.clone(),
        });
    }
    if plan.currency != newest.plan.currency {
        return Err(RegistrationError::CurrencyMix {
            told: plan.currency,
            known: newest.plan.currency,
        });
    }
    if plan.time_zone != newest.plan.time_zone {
        return Err(RegistrationError::TimeZoneChanged {
            told: plan.time_zone.clone(),
            known: newest.plan.time_zone.clone(),
        });
    }
    if amends.effective < newest.effective {
        return Err(RegistrationError::AmendsTooEarly {
            effective: amends.effective,
            earliest: newest.effective,
        });
    }
    Ok(())
}

/// A tax is found by its id, also for lines that earlier terms billed: one id is one rate for good.
fn changed_tax(plan: &Plan, known: &Plan) -> Option<RegistrationError> {
    let shown = |tax: &Tax| {
        format!(
            "{}{}",
            tax.percent.normalize(),
            if tax.included { " (included)" } else { "" }
        )
    };
    plan.taxes.iter().find_map(|told| {
        let before = known.taxes.iter().find(|tax| tax.id == told.id)?;
        (before.percent != told.percent || before.included != told.included).then(|| {
            RegistrationError::TaxChanged {
                tax: told.id.clone(),
                told: shown(told),
                known: shown(before),
            }
        })
    })
}

fn version(author: &Author, application: Application, amended: Option<&PlanVersion>) -> PlanVersion {
    let Application {
        plan,
        approval,
        content_hash,
    } = application;
    let in_force = plan
        .amends
        .as_ref()
        .map_or(plan.term.start, |amends| amends.effective);
    PlanVersion {
        agreement: amended.map_or_else(|| content_hash.clone(), |amended| amended.agreement.clone()),
        content_hash,
        number: amended.map_or(1, |amended| amended.number.saturating_add(1)),
        effective: in_force,
        superseded_on: None,
        plan,
        approval,
        registered_at: author.at,
    }
}

fn deed(version: &PlanVersion) -> Deed {
    let approval = &version.approval;
    Deed {
        action: "plan.registered",
        subject: version.content_hash.clone(),
        reason: format!(
            "approved by {} as contract {}",
            approval.approved_by, approval.contract_id
        ),
        before: version
            .plan
            .amends
            .as_ref()
            .map(|amends| serde_json::json!({ "version": amends.plan })),
        after: Some(serde_json::json!({
            "account": version.plan.account,
            "agreement": version.agreement,
            "title": version.plan.title,
            "number": version.number,
        })),
    }
}
