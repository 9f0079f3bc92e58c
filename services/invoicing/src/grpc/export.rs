//! Exporting an invoice with everything it was computed from.

use billing::line::DueReason;
use runtime::rejection;
use runtime::tenancy::begin_as;
use sqlx::PgConnection;
use tonic::Status;
use wire::invoicing::v1::{ExportInvoiceRequest, ExportInvoiceResponse};

use super::{database, invoices as issued_invoices};
use crate::Invoicing;
use crate::author::Author;
use crate::invoice::{Invoice, Standing};
use crate::replay::{Approved, Contents, Dossier, Issued, Part, Run, Version};
use crate::store::basis::{self, Kept};
use crate::store::plans::PlanVersion;
use crate::store::{corrupt, invoices, plans};

pub(super) async fn export(
    service: &Invoicing,
    author: &Author,
    request: ExportInvoiceRequest,
) -> Result<ExportInvoiceResponse, Status> {
    let failed = database("putting together a dossier");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let invoice = issued_invoices::called(&mut transaction, author, &request.invoice).await?;
    check_computed(&invoice)?;
    let mut parts = Vec::new();
    for agreement in invoice.agreements() {
        let kept = basis::of_invoice(&mut transaction, author.tenant(), agreement, invoice.id).await;
        let kept = usable(kept.map_err(&failed)?, &invoice)?;
        parts.push(
            part(&mut transaction, author, &invoice, kept)
                .await
                .map_err(&failed)?,
        );
    }
    let mut parts = parts.into_iter();
    // An invoice has its own agreement, which comes first.
    let own = parts
        .next()
        .ok_or_else(|| failed(corrupt("an invoice of no agreement")))?;
    let contents = Contents {
        issued: issued(&invoice, author),
        run: own.run,
        versions: own.versions,
        facts: own.facts,
        billed: own.billed,
        invoice,
        others: parts.collect(),
    };
    let dossier = Dossier::new(contents);
    let text = serde_json::to_string_pretty(&dossier);
    Ok(ExportInvoiceResponse {
        number: dossier.number().to_owned(),
        dossier_json: text.map_err(|error| rejection::internal("writing out a dossier", &error))?,
        digest: dossier.digest(),
    })
}

/// A credit note that voids an invoice repeats it with the other sign: there is nothing to compute.
fn check_computed(invoice: &Invoice) -> Result<(), Status> {
    let voided = invoice.lines.iter().find_map(|line| match &line.reason {
        DueReason::Voided { invoice } => Some(invoice),
        _ => None,
    });
    match voided {
        None => Ok(()),
        Some(voided) => {
            let number = invoice.number().unwrap_or_default();
            let sentence = format!("{number} takes {voided} back line by line; export {voided}");
            Err(rejection::failed_precondition("REPEATS_AN_INVOICE", sentence))
        }
    }
}

/// What the invoice was computed from, where all of it was kept.
fn usable(kept: Option<Kept>, invoice: &Invoice) -> Result<Kept, Status> {
    let number = invoice.number().unwrap_or_default();
    let kept = kept.ok_or_else(|| {
        let sentence = format!(
            "{number} was issued by a version of the product that did not keep what it computed from; its lines can \
             still be explained"
        );
        rejection::failed_precondition("BASIS_NOT_KEPT", sentence)
    })?;
    match kept.founded.basis.events_left_out {
        0 => Ok(kept),
        events => {
            let sentence = format!(
                "{number} rests on {events} single events, too many for one file; its lines can still be explained"
            );
            Err(rejection::failed_precondition(
                "TOO_MANY_EVENTS_TO_EXPORT",
                sentence,
            ))
        }
    }
}

async fn part(
    connection: &mut PgConnection,
    author: &Author,
    invoice: &Invoice,
    kept: Kept,
) -> Result<Part, sqlx::Error> {
    let (tenant, basis) = (author.tenant(), kept.founded.basis);
    let versions = plans::first_versions(connection, tenant, &basis.agreement, basis.versions).await?;
    let billed = invoices::billed_on(connection, tenant, &basis.agreement, &kept.issued_before).await?;
    let place = kept.founded.invoices.iter().position(|id| *id == invoice.id);
    Ok(Part {
        run: Run {
            through: basis.through,
            issued_through: basis.issued_through,
            so_far: basis.so_far,
            place: place.unwrap_or_default(),
            payers: basis.payers,
        },
        versions: versions.into_iter().map(version).collect(),
        facts: basis.facts,
        billed,
    })
}

fn issued(invoice: &Invoice, author: &Author) -> Issued {
    Issued {
        id: invoice.id.to_string(),
        number: invoice.number().unwrap_or_default(),
        at: match invoice.standing {
            Standing::Issued { at, .. } => at,
            Standing::Preview => author.at,
        },
    }
}

fn version(version: PlanVersion) -> Version {
    let approval = version.approval;
    Version {
        content_hash: version.content_hash,
        effective: version.effective,
        approval: Approved {
            contract: approval.contract_id,
            revision: approval.revision,
            submitted_by: approval.submitted_by,
            approved_by: approval.approved_by,
            approved_at: approval.approved_at,
        },
        plan: version.plan,
    }
}
