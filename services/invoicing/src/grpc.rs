//! The service as machines call it. Handlers are thin: who may, read the request, call, answer. Which there are
//! stands in the table at the end.

mod acceptance;
mod accounts;
mod agreements;
mod alerts;
mod answering;
mod archive;
mod arrangements;
mod billing;
mod cash;
mod clocks;
mod daily;
mod diff;
mod drafts;
mod endings;
mod export;
mod facts;
mod invoices;
pub(crate) mod messages;
mod plans;
mod preview;
pub(crate) mod recording;
mod renewals;
pub(crate) mod roles;
mod settlement;
mod so_far;
mod streaming;
mod usage;
mod write;

use tonic::{Request, Response, Status, Streaming};
use wire::invoicing::v1;
use wire::invoicing::v1::invoicing_service_server::InvoicingService;

use crate::Invoicing;
use answering::{database, page_size};
pub(crate) use messages::timestamp;
use roles::{BILLS, BRINGS_FACTS, ENDS_PLANS, READS, REGISTERS};

/// The service from a table of its calls: what each takes and answers, who may, and what does it. Whoever has a key for
/// the tenant may read.
macro_rules! serve {
    (
        writes { $($write:ident($told:ident) -> $done:ident, $roles:ident, $does:path;)* }
        reads { $($read:ident($asked:ident) -> $found:ident, $finds:path;)* }
    ) => {
        #[tonic::async_trait]
        impl InvoicingService for Invoicing {
            $(async fn $write(
                &self,
                request: Request<v1::$told>,
            ) -> Result<Response<v1::$done>, Status> {
                let author = self.author(&request, $roles)?;
                $does(self, author, request.into_inner()).await.map(Response::new)
            })*

            $(async fn $read(
                &self,
                request: Request<v1::$asked>,
            ) -> Result<Response<v1::$found>, Status> {
                let author = self.author(&request, READS)?;
                $finds(self, &author, request.into_inner()).await.map(Response::new)
            })*

            type StreamUsageStream = streaming::Answers;

            async fn stream_usage(
                &self,
                request: Request<Streaming<v1::StreamUsageRequest>>,
            ) -> Result<Response<Self::StreamUsageStream>, Status> {
                let author = self.author(&request, BRINGS_FACTS)?;
                let answers = streaming::answers(self.clone(), author, request.into_inner());
                Ok(Response::new(answers))
            }

            type ExportUsageMonthStream = archive::Exported;

            async fn export_usage_month(
                &self,
                request: Request<v1::ExportUsageMonthRequest>,
            ) -> Result<Response<Self::ExportUsageMonthStream>, Status> {
                let author = self.author(&request, READS)?;
                let exported = archive::export(self.clone(), author, request.into_inner());
                Ok(Response::new(exported))
            }

            async fn restore_usage_month(
                &self,
                request: Request<Streaming<v1::RestoreUsageMonthRequest>>,
            ) -> Result<Response<v1::RestoreUsageMonthResponse>, Status> {
                let author = self.author(&request, BILLS)?;
                archive::restore(self, author, request.into_inner()).await.map(Response::new)
            }

            type WatchUsageStream = so_far::Changes;

            async fn watch_usage(
                &self,
                request: Request<v1::WatchUsageRequest>,
            ) -> Result<Response<Self::WatchUsageStream>, Status> {
                let author = self.author(&request, READS)?;
                let changes = so_far::watch(self.clone(), author, request.into_inner());
                Ok(Response::new(changes))
            }

            async fn preview_plan(
                &self,
                request: Request<v1::PreviewPlanRequest>,
            ) -> Result<Response<v1::PreviewPlanResponse>, Status> {
                self.author(&request, READS)?;
                preview::preview(request.into_inner()).await.map(Response::new)
            }
        }
    };
}

serve! {
    writes {
        register_plan(RegisterPlanRequest) -> RegisterPlanResponse, REGISTERS, plans::register;
        record_usage(RecordUsageRequest) -> RecordUsageResponse, BRINGS_FACTS, recording::record;
        reverse_backfill(ReverseBackfillRequest) -> ReverseBackfillResponse, BRINGS_FACTS, recording::reverse_backfill;
        set_usage_alert(SetUsageAlertRequest) -> SetUsageAlertResponse, BILLS, alerts::set;
        remove_usage_alert(RemoveUsageAlertRequest) -> RemoveUsageAlertResponse, BILLS, alerts::remove;
        retire_usage_month(RetireUsageMonthRequest) -> RetireUsageMonthResponse, BILLS, archive::retire;
        change_seats(ChangeSeatsRequest) -> ChangeSeatsResponse, BRINGS_FACTS, facts::change_seats;
        complete_milestone(CompleteMilestoneRequest) -> CompleteMilestoneResponse, BRINGS_FACTS, facts::complete_milestone;
        report_delivery(ReportDeliveryRequest) -> ReportDeliveryResponse, BRINGS_FACTS, acceptance::deliver;
        reject_delivery(RejectDeliveryRequest) -> RejectDeliveryResponse, BRINGS_FACTS, acceptance::reject;
        declare_ending(DeclareEndingRequest) -> DeclareEndingResponse, ENDS_PLANS, endings::declare;
        withdraw_ending(WithdrawEndingRequest) -> WithdrawEndingResponse, ENDS_PLANS, endings::withdraw;
        withdraw_milestone(WithdrawMilestoneRequest) -> WithdrawMilestoneResponse, BRINGS_FACTS, endings::withdraw_milestone;
        publish_index_value(PublishIndexValueRequest) -> PublishIndexValueResponse, BRINGS_FACTS, endings::publish;
        run_billing(RunBillingRequest) -> RunBillingResponse, BILLS, billing::run;
        configure_billing(ConfigureBillingRequest) -> ConfigureBillingResponse, BILLS, billing::configure;
        set_grace_period(SetGracePeriodRequest) -> SetGracePeriodResponse, BILLS, drafts::set_grace;
        arrange_billing(ArrangeBillingRequest) -> ArrangeBillingResponse, BILLS, arrangements::set;
        advance_clock(AdvanceClockRequest) -> AdvanceClockResponse, BILLS, clocks::advance;
        record_payment(RecordPaymentRequest) -> RecordPaymentResponse, BILLS, settlement::record;
        return_payment(ReturnPaymentRequest) -> ReturnPaymentResponse, BILLS, settlement::take_back;
        decide_late_fees(DecideLateFeesRequest) -> DecideLateFeesResponse, BILLS, settlement::decide_late_fees;
        move_cash(MoveCashRequest) -> MoveCashResponse, BILLS, cash::move_cash;
        refund_cash(RefundCashRequest) -> RefundCashResponse, BILLS, cash::refund;
        void_invoice(VoidInvoiceRequest) -> VoidInvoiceResponse, BILLS, settlement::void;
        write_off_invoice(WriteOffInvoiceRequest) -> WriteOffInvoiceResponse, BILLS, settlement::write_off;
    }
    reads {
        diff_plans(DiffPlansRequest) -> DiffPlansResponse, diff::diff;
        list_plans(ListPlansRequest) -> ListPlansResponse, plans::list;
        get_plan(GetPlanRequest) -> GetPlanResponse, plans::get;
        get_usage(GetUsageRequest) -> GetUsageResponse, usage::get;
        get_usage_so_far(GetUsageSoFarRequest) -> GetUsageSoFarResponse, so_far::get;
        list_usage_alerts(ListUsageAlertsRequest) -> ListUsageAlertsResponse, alerts::list;
        list_passed_alerts(ListPassedAlertsRequest) -> ListPassedAlertsResponse, alerts::list_passed;
        list_usage_months(ListUsageMonthsRequest) -> ListUsageMonthsResponse, archive::list;
        list_usage_events(ListUsageEventsRequest) -> ListUsageEventsResponse, usage::list;
        list_unmatched_usage(ListUnmatchedUsageRequest) -> ListUnmatchedUsageResponse, usage::list_unmatched;
        list_usage_conflicts(ListUsageConflictsRequest) -> ListUsageConflictsResponse, usage::list_conflicts;
        get_billing_settings(GetBillingSettingsRequest) -> GetBillingSettingsResponse, billing::settings;
        get_account_billing(GetAccountBillingRequest) -> GetAccountBillingResponse, arrangements::get;
        list_drafts(ListDraftsRequest) -> ListDraftsResponse, drafts::list;
        list_grace_periods(ListGracePeriodsRequest) -> ListGracePeriodsResponse, drafts::list_grace;
        list_renewals(ListRenewalsRequest) -> ListRenewalsResponse, renewals::list;
        list_facts(ListFactsRequest) -> ListFactsResponse, agreements::list_facts;
        list_credit_pools(ListCreditPoolsRequest) -> ListCreditPoolsResponse, agreements::list_credit_pools;
        list_daily_usage(ListDailyUsageRequest) -> ListDailyUsageResponse, daily::list;
        list_accounts(ListAccountsRequest) -> ListAccountsResponse, accounts::list;
        get_ageing(GetAgeingRequest) -> GetAgeingResponse, accounts::ageing;
        list_unapplied_cash(ListUnappliedCashRequest) -> ListUnappliedCashResponse, cash::list;
        list_invoices(ListInvoicesRequest) -> ListInvoicesResponse, invoices::list;
        get_invoice(GetInvoiceRequest) -> GetInvoiceResponse, invoices::get;
        explain_line(ExplainLineRequest) -> ExplainLineResponse, invoices::explain;
        export_invoice(ExportInvoiceRequest) -> ExportInvoiceResponse, export::export;
    }
}
