//! The service as machines call it. Handlers are thin: who may, read the request, call, answer.

mod accounts;
mod agreements;
mod answering;
mod billing;
mod daily;
mod diff;
mod endings;
mod export;
mod facts;
mod invoices;
pub(crate) mod messages;
mod plans;
mod preview;
pub(crate) mod recording;
pub(crate) mod roles;
mod settlement;
mod streaming;
mod usage;
mod write;

use tonic::{Request, Response, Status, Streaming};
use wire::invoicing::v1::invoicing_service_server::InvoicingService;
use wire::invoicing::v1::{
    ChangeSeatsRequest, ChangeSeatsResponse, CompleteMilestoneRequest, CompleteMilestoneResponse,
    ConfigureBillingRequest, ConfigureBillingResponse, DecideLateFeesRequest, DecideLateFeesResponse,
    DeclareEndingRequest, DeclareEndingResponse, DiffPlansRequest, DiffPlansResponse, ExplainLineRequest,
    ExplainLineResponse, ExportInvoiceRequest, ExportInvoiceResponse, GetAgeingRequest, GetAgeingResponse,
    GetBillingSettingsRequest, GetBillingSettingsResponse, GetInvoiceRequest, GetInvoiceResponse,
    GetPlanRequest, GetPlanResponse, GetUsageRequest, GetUsageResponse, ListAccountsRequest,
    ListAccountsResponse, ListCreditPoolsRequest, ListCreditPoolsResponse, ListDailyUsageRequest,
    ListDailyUsageResponse, ListFactsRequest, ListFactsResponse, ListInvoicesRequest, ListInvoicesResponse,
    ListPlansRequest, ListPlansResponse, ListUnmatchedUsageRequest, ListUnmatchedUsageResponse,
    ListUsageConflictsRequest, ListUsageConflictsResponse, ListUsageEventsRequest, ListUsageEventsResponse,
    PreviewPlanRequest, PreviewPlanResponse, PublishIndexValueRequest, PublishIndexValueResponse,
    RecordPaymentRequest, RecordPaymentResponse, RecordUsageRequest, RecordUsageResponse,
    RegisterPlanRequest, RegisterPlanResponse, ReturnPaymentRequest, ReturnPaymentResponse,
    ReverseBackfillRequest, ReverseBackfillResponse, RunBillingRequest, RunBillingResponse,
    StreamUsageRequest, VoidInvoiceRequest, VoidInvoiceResponse, WithdrawEndingRequest,
    WithdrawEndingResponse, WithdrawMilestoneRequest, WithdrawMilestoneResponse, WriteOffInvoiceRequest,
    WriteOffInvoiceResponse,
};

use crate::Invoicing;
use answering::{database, page_size};
use roles::{BILLS, BRINGS_FACTS, ENDS_PLANS, READS, REGISTERS};

#[tonic::async_trait]
impl InvoicingService for Invoicing {
    async fn register_plan(
        &self,
        request: Request<RegisterPlanRequest>,
    ) -> Result<Response<RegisterPlanResponse>, Status> {
        let author = self.author(&request, REGISTERS)?;
        plans::register(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn preview_plan(
        &self,
        request: Request<PreviewPlanRequest>,
    ) -> Result<Response<PreviewPlanResponse>, Status> {
        self.author(&request, READS)?;
        preview::preview(request.into_inner()).await.map(Response::new)
    }

    async fn diff_plans(
        &self,
        request: Request<DiffPlansRequest>,
    ) -> Result<Response<DiffPlansResponse>, Status> {
        let author = self.author(&request, READS)?;
        diff::diff(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn list_plans(
        &self,
        request: Request<ListPlansRequest>,
    ) -> Result<Response<ListPlansResponse>, Status> {
        let author = self.author(&request, READS)?;
        plans::list(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn get_plan(&self, request: Request<GetPlanRequest>) -> Result<Response<GetPlanResponse>, Status> {
        let author = self.author(&request, READS)?;
        plans::get(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn record_usage(
        &self,
        request: Request<RecordUsageRequest>,
    ) -> Result<Response<RecordUsageResponse>, Status> {
        let author = self.author(&request, BRINGS_FACTS)?;
        recording::record(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    type StreamUsageStream = streaming::Answers;

    async fn stream_usage(
        &self,
        request: Request<Streaming<StreamUsageRequest>>,
    ) -> Result<Response<Self::StreamUsageStream>, Status> {
        let author = self.author(&request, BRINGS_FACTS)?;
        Ok(Response::new(streaming::answers(
            self.clone(),
            author,
            request.into_inner(),
        )))
    }

    async fn get_usage(
        &self,
        request: Request<GetUsageRequest>,
    ) -> Result<Response<GetUsageResponse>, Status> {
        let author = self.author(&request, READS)?;
        usage::get(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn list_usage_events(
        &self,
        request: Request<ListUsageEventsRequest>,
    ) -> Result<Response<ListUsageEventsResponse>, Status> {
        let author = self.author(&request, READS)?;
        usage::list(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn list_unmatched_usage(
        &self,
        request: Request<ListUnmatchedUsageRequest>,
    ) -> Result<Response<ListUnmatchedUsageResponse>, Status> {
        let author = self.author(&request, READS)?;
        usage::list_unmatched(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn list_usage_conflicts(
        &self,
        request: Request<ListUsageConflictsRequest>,
    ) -> Result<Response<ListUsageConflictsResponse>, Status> {
        let author = self.author(&request, READS)?;
        usage::list_conflicts(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn reverse_backfill(
        &self,
        request: Request<ReverseBackfillRequest>,
    ) -> Result<Response<ReverseBackfillResponse>, Status> {
        let author = self.author(&request, BRINGS_FACTS)?;
        recording::reverse_backfill(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn change_seats(
        &self,
        request: Request<ChangeSeatsRequest>,
    ) -> Result<Response<ChangeSeatsResponse>, Status> {
        let author = self.author(&request, BRINGS_FACTS)?;
        facts::change_seats(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn complete_milestone(
        &self,
        request: Request<CompleteMilestoneRequest>,
    ) -> Result<Response<CompleteMilestoneResponse>, Status> {
        let author = self.author(&request, BRINGS_FACTS)?;
        facts::complete_milestone(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn declare_ending(
        &self,
        request: Request<DeclareEndingRequest>,
    ) -> Result<Response<DeclareEndingResponse>, Status> {
        let author = self.author(&request, ENDS_PLANS)?;
        endings::declare(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn withdraw_ending(
        &self,
        request: Request<WithdrawEndingRequest>,
    ) -> Result<Response<WithdrawEndingResponse>, Status> {
        let author = self.author(&request, ENDS_PLANS)?;
        endings::withdraw(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn withdraw_milestone(
        &self,
        request: Request<WithdrawMilestoneRequest>,
    ) -> Result<Response<WithdrawMilestoneResponse>, Status> {
        let author = self.author(&request, BRINGS_FACTS)?;
        endings::withdraw_milestone(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn publish_index_value(
        &self,
        request: Request<PublishIndexValueRequest>,
    ) -> Result<Response<PublishIndexValueResponse>, Status> {
        let author = self.author(&request, BRINGS_FACTS)?;
        endings::publish(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn run_billing(
        &self,
        request: Request<RunBillingRequest>,
    ) -> Result<Response<RunBillingResponse>, Status> {
        let author = self.author(&request, BILLS)?;
        billing::run(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn configure_billing(
        &self,
        request: Request<ConfigureBillingRequest>,
    ) -> Result<Response<ConfigureBillingResponse>, Status> {
        let author = self.author(&request, BILLS)?;
        billing::configure(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn get_billing_settings(
        &self,
        request: Request<GetBillingSettingsRequest>,
    ) -> Result<Response<GetBillingSettingsResponse>, Status> {
        let author = self.author(&request, READS)?;
        billing::settings(self, &author).await.map(Response::new)
    }

    async fn list_facts(
        &self,
        request: Request<ListFactsRequest>,
    ) -> Result<Response<ListFactsResponse>, Status> {
        let author = self.author(&request, READS)?;
        agreements::list_facts(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn list_credit_pools(
        &self,
        request: Request<ListCreditPoolsRequest>,
    ) -> Result<Response<ListCreditPoolsResponse>, Status> {
        let author = self.author(&request, READS)?;
        agreements::list_credit_pools(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn list_daily_usage(
        &self,
        request: Request<ListDailyUsageRequest>,
    ) -> Result<Response<ListDailyUsageResponse>, Status> {
        let author = self.author(&request, READS)?;
        daily::list(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn list_accounts(
        &self,
        request: Request<ListAccountsRequest>,
    ) -> Result<Response<ListAccountsResponse>, Status> {
        let author = self.author(&request, READS)?;
        accounts::list(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn get_ageing(
        &self,
        request: Request<GetAgeingRequest>,
    ) -> Result<Response<GetAgeingResponse>, Status> {
        let author = self.author(&request, READS)?;
        accounts::ageing(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn list_invoices(
        &self,
        request: Request<ListInvoicesRequest>,
    ) -> Result<Response<ListInvoicesResponse>, Status> {
        let author = self.author(&request, READS)?;
        invoices::list(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn get_invoice(
        &self,
        request: Request<GetInvoiceRequest>,
    ) -> Result<Response<GetInvoiceResponse>, Status> {
        let author = self.author(&request, READS)?;
        invoices::get(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn explain_line(
        &self,
        request: Request<ExplainLineRequest>,
    ) -> Result<Response<ExplainLineResponse>, Status> {
        let author = self.author(&request, READS)?;
        invoices::explain(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn export_invoice(
        &self,
        request: Request<ExportInvoiceRequest>,
    ) -> Result<Response<ExportInvoiceResponse>, Status> {
        let author = self.author(&request, READS)?;
        export::export(self, &author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn record_payment(
        &self,
        request: Request<RecordPaymentRequest>,
    ) -> Result<Response<RecordPaymentResponse>, Status> {
        let author = self.author(&request, BILLS)?;
        settlement::record(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn return_payment(
        &self,
        request: Request<ReturnPaymentRequest>,
    ) -> Result<Response<ReturnPaymentResponse>, Status> {
        let author = self.author(&request, BILLS)?;
        settlement::take_back(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn decide_late_fees(
        &self,
        request: Request<DecideLateFeesRequest>,
    ) -> Result<Response<DecideLateFeesResponse>, Status> {
        let author = self.author(&request, BILLS)?;
        settlement::decide_late_fees(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn void_invoice(
        &self,
        request: Request<VoidInvoiceRequest>,
    ) -> Result<Response<VoidInvoiceResponse>, Status> {
        let author = self.author(&request, BILLS)?;
        settlement::void(self, author, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn write_off_invoice(
        &self,
        request: Request<WriteOffInvoiceRequest>,
    ) -> Result<Response<WriteOffInvoiceResponse>, Status> {
        let author = self.author(&request, BILLS)?;
        settlement::write_off(self, author, request.into_inner())
            .await
            .map(Response::new)
    }
}
