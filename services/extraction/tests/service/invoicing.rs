//! An invoicing service that remembers what it was told and behaves as a test wants.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio_util::sync::CancellationToken;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use wire::invoicing::v1;
use wire::invoicing::v1::invoicing_service_server::{InvoicingService, InvoicingServiceServer};

/// An invoicing service.
#[derive(Clone, Default)]
pub(super) struct FakeInvoicing {
    memory: Arc<Mutex<Memory>>,
}

/// What it remembers.
#[derive(Default)]
pub(super) struct Memory {
    /// Every request to register, as it came.
    pub(super) letters: Vec<v1::RegisterPlanRequest>,
    /// The tenant each was for, and the trace it belongs to.
    pub(super) envelopes: Vec<(String, String)>,
    /// Registered plans by tenant and content hash.
    pub(super) plans: BTreeSet<(String, String)>,
    pub(super) manner: Manner,
}

/// How it behaves.
#[derive(Clone, Default)]
pub(super) enum Manner {
    #[default]
    Register,
    /// It registers the plan, but its answer never arrives.
    RegisterInSilence,
    Refuse(Status),
}

impl FakeInvoicing {
    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    pub(super) fn behave(&self, manner: Manner) {
        self.memory().manner = manner;
    }

    /// Listens on an address until the token is cancelled; port 0 takes any.
    pub(super) async fn listen(&self, address: SocketAddr, token: CancellationToken) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tonic::transport::Server::builder()
            .add_service(InvoicingServiceServer::new(self.clone()))
            .serve_with_incoming_shutdown(TcpIncoming::from(listener), token.cancelled_owned());
        tokio::spawn(serving);
        address
    }
}

fn header<T>(request: &Request<T>, name: &str) -> String {
    let value = request.metadata().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

#[tonic::async_trait]
impl InvoicingService for FakeInvoicing {
    async fn register_plan(
        &self,
        request: Request<v1::RegisterPlanRequest>,
    ) -> Result<Response<v1::RegisterPlanResponse>, Status> {
        let (tenant, trace) = (
            header(&request, "quittance-tenant"),
            header(&request, "traceparent"),
        );
        let letter = request.into_inner();
        let (manner, already_registered) = {
            let mut memory = self.memory();
            memory.envelopes.push((tenant.clone(), trace));
            memory.letters.push(letter.clone());
            let manner = memory.manner.clone();
            let refused = matches!(manner, Manner::Refuse(_));
            let new = !refused && memory.plans.insert((tenant, letter.content_hash.clone()));
            (manner, !new)
        };
        match manner {
            Manner::Refuse(status) => Err(status),
            Manner::RegisterInSilence => std::future::pending().await,
            Manner::Register => Ok(Response::new(v1::RegisterPlanResponse {
                plan: None,
                already_registered,
            })),
        }
    }

    async fn preview_plan(
        &self,
        _: Request<v1::PreviewPlanRequest>,
    ) -> Result<Response<v1::PreviewPlanResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_plans(
        &self,
        _: Request<v1::ListPlansRequest>,
    ) -> Result<Response<v1::ListPlansResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_plan(
        &self,
        _: Request<v1::GetPlanRequest>,
    ) -> Result<Response<v1::GetPlanResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn record_usage(
        &self,
        _: Request<v1::RecordUsageRequest>,
    ) -> Result<Response<v1::RecordUsageResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn change_seats(
        &self,
        _: Request<v1::ChangeSeatsRequest>,
    ) -> Result<Response<v1::ChangeSeatsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn complete_milestone(
        &self,
        _: Request<v1::CompleteMilestoneRequest>,
    ) -> Result<Response<v1::CompleteMilestoneResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn run_billing(
        &self,
        _: Request<v1::RunBillingRequest>,
    ) -> Result<Response<v1::RunBillingResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_invoices(
        &self,
        _: Request<v1::ListInvoicesRequest>,
    ) -> Result<Response<v1::ListInvoicesResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_invoice(
        &self,
        _: Request<v1::GetInvoiceRequest>,
    ) -> Result<Response<v1::GetInvoiceResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn explain_line(
        &self,
        _: Request<v1::ExplainLineRequest>,
    ) -> Result<Response<v1::ExplainLineResponse>, Status> {
        Err(Status::unimplemented(""))
    }
}
