//! What callers may ask. Handlers are thin: who calls, what they ask, one transaction, the answer.

mod comments;
mod contracts;
mod fault;
mod message;
mod pages;
mod progress;
mod quality;
mod review;
mod upload;

use crate::bell::Bell;
use crate::gallery::Gallery;
use crate::limit::ApprovalLimit;
use contract::file::Limits;
use jiff::Timestamp;
use runtime::caller::{Caller, Role, caller_of, require};
use runtime::clock::Clock;
use runtime::telemetry::TraceId;
use runtime::{rejection, tenancy};
use sqlx::{PgPool, Postgres, Transaction};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;
use wire::extraction::v1;
use wire::extraction::v1::extraction_service_server::ExtractionService;

/// Answers the calls of the extraction service.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) pool: PgPool,
    pub(crate) clock: Clock,
    pub(crate) limits: Limits,
    /// Ends the streams that would last.
    pub(crate) token: CancellationToken,
    /// Rung when a file has come.
    pub(crate) received: Bell,
    /// Draws pages.
    pub(crate) gallery: Gallery,
    /// Rung when a decision may have put a plan on its way.
    pub(crate) approved: Bell,
    /// Above which one approver is not enough.
    pub(crate) second_approval: ApprovalLimit,
}

/// Who calls, and as part of what.
#[derive(Debug, Clone)]
struct Call {
    caller: Caller,
    trace: TraceId,
}

impl Call {
    /// The caller of a request, if its role is one of these or an administrator's.
    fn by<T>(request: &Request<T>, roles: &[Role]) -> Result<Self, Status> {
        let call = Self::of(request)?;
        require(&call.caller, roles)?;
        Ok(call)
    }

    /// The caller of a request that anyone with a key may make.
    fn of<T>(request: &Request<T>) -> Result<Self, Status> {
        let caller = caller_of(request)?.clone();
        let trace = request
            .extensions()
            .get::<TraceId>()
            .copied()
            .unwrap_or_else(TraceId::random);
        Ok(Self { caller, trace })
    }
}

impl Desk {
    /// A transaction that sees what the caller may see, in the caller's name.
    async fn begin(&self, call: &Call) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        tenancy::begin_as(&self.pool, &call.caller).await
    }
}

/// A time as it travels.
pub(crate) fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: at.as_second(),
        nanos: at.subsec_nanosecond(),
    }
}

fn contract_id(text: &str) -> Result<Uuid, Status> {
    Uuid::try_parse(text).map_err(|_| {
        rejection::invalid(
            "contract_id",
            "is not the id of a contract: list the contracts to see theirs",
        )
    })
}

fn no_such_contract(id: Uuid) -> Status {
    rejection::not_found(
        "CONTRACT_UNKNOWN",
        format!("there is no contract {id}: list the contracts to see their ids"),
    )
}

#[tonic::async_trait]
impl ExtractionService for Desk {
    type WatchContractStream = progress::Stream;
    type DownloadDocumentStream = pages::Stream;

    async fn get_caller(
        &self,
        request: Request<v1::GetCallerRequest>,
    ) -> Result<Response<v1::GetCallerResponse>, Status> {
        let caller = Call::of(&request)?.caller;
        Ok(Response::new(v1::GetCallerResponse {
            name: caller.name,
            role: caller.role.to_string(),
        }))
    }

    async fn upload_document(
        &self,
        request: Request<Streaming<v1::UploadDocumentRequest>>,
    ) -> Result<Response<v1::UploadDocumentResponse>, Status> {
        upload::upload(self, request)
            .await
            .map(Response::new)
            .map_err(Status::from)
    }

    async fn watch_contract(
        &self,
        request: Request<v1::WatchContractRequest>,
    ) -> Result<Response<Self::WatchContractStream>, Status> {
        progress::watch(self, &request)
            .await
            .map(Response::new)
            .map_err(Status::from)
    }

    async fn list_contracts(
        &self,
        request: Request<v1::ListContractsRequest>,
    ) -> Result<Response<v1::ListContractsResponse>, Status> {
        contracts::list(self, &request)
            .await
            .map(Response::new)
            .map_err(Status::from)
    }

    async fn count_contracts(
        &self,
        request: Request<v1::CountContractsRequest>,
    ) -> Result<Response<v1::CountContractsResponse>, Status> {
        contracts::count(self, &request)
            .await
            .map(Response::new)
            .map_err(Status::from)
    }

    async fn get_contract(
        &self,
        request: Request<v1::GetContractRequest>,
    ) -> Result<Response<v1::GetContractResponse>, Status> {
        contracts::get(self, &request)
            .await
            .map(Response::new)
            .map_err(Status::from)
    }

    async fn list_events(
        &self,
        request: Request<v1::ListEventsRequest>,
    ) -> Result<Response<v1::ListEventsResponse>, Status> {
        contracts::events(self, &request)
            .await
            .map(Response::new)
            .map_err(Status::from)
    }

    async fn get_page(
        &self,
        request: Request<v1::GetPageRequest>,
    ) -> Result<Response<v1::GetPageResponse>, Status> {
        pages::words(self, &request)
            .await
            .map(Response::new)
            .map_err(Status::from)
    }

    async fn get_page_image(
        &self,
        request: Request<v1::GetPageImageRequest>,
    ) -> Result<Response<v1::GetPageImageResponse>, Status> {
        pages::image(self, &request)
            .await
            .map(Response::new)
            .map_err(Status::from)
    }

    async fn download_document(
        &self,
        request: Request<v1::DownloadDocumentRequest>,
    ) -> Result<Response<Self::DownloadDocumentStream>, Status> {
        pages::download(self, &request)
            .await
            .map(Response::new)
            .map_err(Status::from)
    }

    async fn edit_term(
        &self,
        request: Request<v1::EditTermRequest>,
    ) -> Result<Response<v1::EditTermResponse>, Status> {
        let contract = Some(review::decide(self, &request).await?);
        Ok(Response::new(v1::EditTermResponse { contract }))
    }

    async fn cite_words(
        &self,
        request: Request<v1::CiteWordsRequest>,
    ) -> Result<Response<v1::CiteWordsResponse>, Status> {
        let contract = Some(review::decide(self, &request).await?);
        Ok(Response::new(v1::CiteWordsResponse { contract }))
    }

    async fn resolve_flag(
        &self,
        request: Request<v1::ResolveFlagRequest>,
    ) -> Result<Response<v1::ResolveFlagResponse>, Status> {
        let contract = Some(review::decide(self, &request).await?);
        Ok(Response::new(v1::ResolveFlagResponse { contract }))
    }

    async fn add_comment(
        &self,
        request: Request<v1::AddCommentRequest>,
    ) -> Result<Response<v1::AddCommentResponse>, Status> {
        comments::add(self, &request)
            .await
            .map(Response::new)
            .map_err(Status::from)
    }

    async fn submit_contract(
        &self,
        request: Request<v1::SubmitContractRequest>,
    ) -> Result<Response<v1::SubmitContractResponse>, Status> {
        let contract = Some(review::decide(self, &request).await?);
        Ok(Response::new(v1::SubmitContractResponse { contract }))
    }

    async fn approve_contract(
        &self,
        request: Request<v1::ApproveContractRequest>,
    ) -> Result<Response<v1::ApproveContractResponse>, Status> {
        let contract = Some(review::decide(self, &request).await?);
        Ok(Response::new(v1::ApproveContractResponse { contract }))
    }

    async fn reject_contract(
        &self,
        request: Request<v1::RejectContractRequest>,
    ) -> Result<Response<v1::RejectContractResponse>, Status> {
        let contract = Some(review::decide(self, &request).await?);
        Ok(Response::new(v1::RejectContractResponse { contract }))
    }

    async fn reopen_contract(
        &self,
        request: Request<v1::ReopenContractRequest>,
    ) -> Result<Response<v1::ReopenContractResponse>, Status> {
        let contract = Some(review::decide(self, &request).await?);
        Ok(Response::new(v1::ReopenContractResponse { contract }))
    }

    async fn get_review_quality(
        &self,
        request: Request<v1::GetReviewQualityRequest>,
    ) -> Result<Response<v1::GetReviewQualityResponse>, Status> {
        quality::told(self, &request)
            .await
            .map(Response::new)
            .map_err(Status::from)
    }
}
