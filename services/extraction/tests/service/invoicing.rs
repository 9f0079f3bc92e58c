//! An invoicing service that remembers what it was told and behaves as a test wants.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio_util::sync::CancellationToken;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};
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

impl FakeInvoicing {
    async fn register(
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
}

/// The service with the one call that matters here, and every other answered "not here".
macro_rules! serve_registration_only {
    ($($call:ident($request:ident) -> $response:ident,)*) => {
        #[tonic::async_trait]
        impl InvoicingService for FakeInvoicing {
            async fn register_plan(
                &self,
                request: Request<v1::RegisterPlanRequest>,
            ) -> Result<Response<v1::RegisterPlanResponse>, Status> {
                self.register(request).await
            }

            type StreamUsageStream = futures::stream::Pending<Result<v1::StreamUsageResponse, Status>>;

            async fn stream_usage(
                &self,
                _: Request<Streaming<v1::StreamUsageRequest>>,
            ) -> Result<Response<Self::StreamUsageStream>, Status> {
                Err(Status::unimplemented("not here"))
            }

            type ExportUsageMonthStream =
                futures::stream::Pending<Result<v1::ExportUsageMonthResponse, Status>>;

            async fn export_usage_month(
                &self,
                _: Request<v1::ExportUsageMonthRequest>,
            ) -> Result<Response<Self::ExportUsageMonthStream>, Status> {
                Err(Status::unimplemented("not here"))
            }

            async fn restore_usage_month(
                &self,
                _: Request<Streaming<v1::RestoreUsageMonthRequest>>,
            ) -> Result<Response<v1::RestoreUsageMonthResponse>, Status> {
                Err(Status::unimplemented("not here"))
            }

            type WatchUsageStream = futures::stream::Pending<Result<v1::WatchUsageResponse, Status>>;

            async fn watch_usage(
                &self,
                _: Request<v1::WatchUsageRequest>,
            ) -> Result<Response<Self::WatchUsageStream>, Status> {
                Err(Status::unimplemented("not here"))
            }

            $(async fn $call(
                &self,
                _: Request<v1::$request>,
            ) -> Result<Response<v1::$response>, Status> {
                Err(Status::unimplemented("not here"))
            })*
        }
    };
}

serve_registration_only! {
    preview_plan(PreviewPlanRequest) -> PreviewPlanResponse,
    list_plans(ListPlansRequest) -> ListPlansResponse,
    get_plan(GetPlanRequest) -> GetPlanResponse,
    diff_plans(DiffPlansRequest) -> DiffPlansResponse,
    record_usage(RecordUsageRequest) -> RecordUsageResponse,
    get_usage(GetUsageRequest) -> GetUsageResponse,
    get_usage_so_far(GetUsageSoFarRequest) -> GetUsageSoFarResponse,
    set_usage_alert(SetUsageAlertRequest) -> SetUsageAlertResponse,
    remove_usage_alert(RemoveUsageAlertRequest) -> RemoveUsageAlertResponse,
    list_usage_alerts(ListUsageAlertsRequest) -> ListUsageAlertsResponse,
    list_passed_alerts(ListPassedAlertsRequest) -> ListPassedAlertsResponse,
    list_usage_months(ListUsageMonthsRequest) -> ListUsageMonthsResponse,
    retire_usage_month(RetireUsageMonthRequest) -> RetireUsageMonthResponse,
    reverse_backfill(ReverseBackfillRequest) -> ReverseBackfillResponse,
    list_unmatched_usage(ListUnmatchedUsageRequest) -> ListUnmatchedUsageResponse,
    list_usage_conflicts(ListUsageConflictsRequest) -> ListUsageConflictsResponse,
    list_usage_events(ListUsageEventsRequest) -> ListUsageEventsResponse,
    change_seats(ChangeSeatsRequest) -> ChangeSeatsResponse,
    complete_milestone(CompleteMilestoneRequest) -> CompleteMilestoneResponse,
    report_delivery(ReportDeliveryRequest) -> ReportDeliveryResponse,
    reject_delivery(RejectDeliveryRequest) -> RejectDeliveryResponse,
    list_renewals(ListRenewalsRequest) -> ListRenewalsResponse,
    withdraw_milestone(WithdrawMilestoneRequest) -> WithdrawMilestoneResponse,
    declare_ending(DeclareEndingRequest) -> DeclareEndingResponse,
    withdraw_ending(WithdrawEndingRequest) -> WithdrawEndingResponse,
    publish_index_value(PublishIndexValueRequest) -> PublishIndexValueResponse,
    record_payment(RecordPaymentRequest) -> RecordPaymentResponse,
    decide_late_fees(DecideLateFeesRequest) -> DecideLateFeesResponse,
    return_payment(ReturnPaymentRequest) -> ReturnPaymentResponse,
    move_cash(MoveCashRequest) -> MoveCashResponse,
    refund_cash(RefundCashRequest) -> RefundCashResponse,
    list_unapplied_cash(ListUnappliedCashRequest) -> ListUnappliedCashResponse,
    void_invoice(VoidInvoiceRequest) -> VoidInvoiceResponse,
    write_off_invoice(WriteOffInvoiceRequest) -> WriteOffInvoiceResponse,
    configure_billing(ConfigureBillingRequest) -> ConfigureBillingResponse,
    get_billing_settings(GetBillingSettingsRequest) -> GetBillingSettingsResponse,
    set_grace_period(SetGracePeriodRequest) -> SetGracePeriodResponse,
    list_grace_periods(ListGracePeriodsRequest) -> ListGracePeriodsResponse,
    list_drafts(ListDraftsRequest) -> ListDraftsResponse,
    arrange_billing(ArrangeBillingRequest) -> ArrangeBillingResponse,
    get_account_billing(GetAccountBillingRequest) -> GetAccountBillingResponse,
    advance_clock(AdvanceClockRequest) -> AdvanceClockResponse,
    run_billing(RunBillingRequest) -> RunBillingResponse,
    list_invoices(ListInvoicesRequest) -> ListInvoicesResponse,
    get_invoice(GetInvoiceRequest) -> GetInvoiceResponse,
    explain_line(ExplainLineRequest) -> ExplainLineResponse,
    export_invoice(ExportInvoiceRequest) -> ExportInvoiceResponse,
    list_accounts(ListAccountsRequest) -> ListAccountsResponse,
    get_ageing(GetAgeingRequest) -> GetAgeingResponse,
    list_facts(ListFactsRequest) -> ListFactsResponse,
    list_credit_pools(ListCreditPoolsRequest) -> ListCreditPoolsResponse,
    list_daily_usage(ListDailyUsageRequest) -> ListDailyUsageResponse,
}
