//! The extraction service on a database of its own, and people who call it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use contract::draft::Draft;
use contract::flag::Flag;
use contract::review::{Review, State};
use contract::terms::Terms;
use extraction::model::ModelSettings;
use extraction::sandbox::ReaderSettings;
use extraction::settings::Settings;
use extraction::{MIGRATIONS, Means};
use futures::future::BoxFuture;
use pricing::plan::Plan;
use runtime::caller::{Bearer, Role};
use runtime::clock::Clock;
use runtime::keys::{Credentials, Keys};
use runtime::rejection;
use runtime::server;
use runtime::settings::{Environment, Secret};
use runtime::testing::TestDatabase;
use sqlx::types::Json;
use tokio_util::sync::CancellationToken;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Status};
use uuid::Uuid;
use wire::extraction::v1;
use wire::extraction::v1::extraction_service_client::ExtractionServiceClient;
use wire::extraction::v1::upload_document_request::Part;

/// A real contract and the plan its README works out by hand.
pub(super) const CONTRACT: &[u8] = include_bytes!("../../../../samples/01-subscription/contract.pdf");
pub(super) const PLAN: &str = include_str!("../../../../samples/01-subscription/plan.json");
/// A contract that is a picture.
pub(super) const SCAN: &[u8] = include_bytes!("../../../../samples/13-scan-without-text/contract.pdf");

pub(super) type Client = ExtractionServiceClient<InterceptedService<Channel, Bearer>>;

/// The service's database, keys and address; the service itself may be down.
pub(super) struct House {
    pub(super) database: Arc<TestDatabase>,
    pub(super) tenant: Uuid,
    keys: Keys,
    credentials: Credentials,
    settings: Settings,
    channel: Option<Channel>,
    running: Option<Running>,
    home: Arc<tempfile::TempDir>,
}

struct Running {
    token: CancellationToken,
    runtime: tokio::runtime::Runtime,
    served: tokio::task::JoinHandle<()>,
}

impl House {
    /// A service that hands plans to that address, and is not started yet.
    pub(super) async fn new(invoicing: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("keys.json");
        let keys = Keys::load_or_create(&path).unwrap();
        let credentials = Credentials::load(&path).unwrap();
        let environment = Environment::default().with("QUITTANCE_INVOICING_URL", invoicing);
        let environment = environment.with("QUITTANCE_EXTRACTION_ADDRESS", "127.0.0.1:0");
        let mut settings = Settings::read(&environment.with("QUITTANCE_FILES_AT_ONCE", "1")).unwrap();
        settings.reader.program = PathBuf::from(env!("CARGO_BIN_EXE_read-document"));
        settings.reader.arguments.clear();
        Self {
            database: Arc::new(TestDatabase::fresh(&MIGRATIONS).await.unwrap()),
            tenant: credentials.tenant,
            keys,
            credentials,
            settings,
            channel: None,
            running: None,
            home: Arc::new(home),
        }
    }

    /// A service that runs, with no invoicing to be reached.
    pub(super) async fn running() -> Self {
        let mut house = Self::new("http://127.0.0.1:9").await;
        house.start().await;
        house
    }

    /// A service that runs and recognises no pictures, whatever is installed: a scan fails by name.
    pub(super) async fn without_recogniser() -> Self {
        let mut house = Self::new("http://127.0.0.1:9").await;
        house.reader().recogniser = None;
        house.start().await;
        house
    }

    /// A second service on the same database, not started yet.
    pub(super) fn copy(&self) -> Self {
        Self {
            database: self.database.clone(),
            tenant: self.tenant,
            keys: self.keys.clone(),
            credentials: self.credentials.clone(),
            settings: self.settings.clone(),
            channel: None,
            running: None,
            home: self.home.clone(),
        }
    }

    /// Tells the service, before it starts, where invoicing is.
    pub(super) fn invoicing_at(&mut self, url: &str) {
        self.settings.invoicing = tonic::transport::Endpoint::from_shared(url.to_owned()).unwrap();
    }

    /// Tells the service, before it starts, above which value two must approve.
    pub(super) fn two_approve_above(&mut self, limit: &str) {
        self.settings.second_approval = limit.parse().unwrap();
    }

    pub(super) fn reader(&mut self) -> &mut ReaderSettings {
        &mut self.settings.reader
    }

    /// Tells the service, before it starts, how many files it reads at once.
    pub(super) fn reads_at_once(&mut self, files: usize) {
        self.settings.files_at_once = files;
    }

    pub(super) fn model(&mut self) -> &mut Option<ModelSettings> {
        &mut self.settings.model
    }

    /// Starts the service on threads of its own.
    pub(super) async fn start(&mut self) {
        runtime::install_tls();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let token = CancellationToken::new();
        let (settings, stop) = (self.settings.clone(), token.clone());
        let (keys, service_key) = (self.keys.clone(), Secret::new(self.credentials.service.clone()));
        let options = self.database.options().clone();
        let (tell, told) = tokio::sync::oneshot::channel();
        let served = runtime.spawn(async move {
            let pool = sqlx::postgres::PgPoolOptions::new()
                .max_connections(5)
                .connect_with(options)
                .await
                .unwrap();
            let bound = server::bind(settings.address).await.unwrap();
            tell.send(bound.address()).unwrap();
            let means = Means {
                pool,
                keys,
                service_key,
                clock: Clock::System,
            };
            extraction::serve(settings, means, bound, stop, Duration::from_secs(5))
                .await
                .unwrap();
        });
        let address = told.await.unwrap();
        self.channel = Some(
            Channel::from_shared(format!("http://{address}"))
                .unwrap()
                .connect()
                .await
                .unwrap(),
        );
        self.running = Some(Running {
            token,
            runtime,
            served,
        });
    }

    /// Ends the service as SIGTERM does.
    pub(super) async fn stop(&mut self) {
        let Running {
            token,
            runtime,
            served,
        } = self.running.take().unwrap();
        token.cancel();
        served.await.unwrap();
        runtime.shutdown_background();
    }

    /// Ends the service in the middle of whatever it does, as kill -9 does.
    pub(super) fn kill(&mut self) {
        self.running.take().unwrap().runtime.shutdown_background();
    }

    /// A person of the house's own company.
    pub(super) fn person(&self, name: &str, role: Role) -> Client {
        self.client(&self.keys.issue(name, role, self.tenant).unwrap())
    }

    /// An administrator of another company.
    pub(super) fn stranger(&self) -> Client {
        self.client(&self.keys.issue("stranger", Role::Admin, Uuid::new_v4()).unwrap())
    }

    pub(super) fn admin(&self) -> Client {
        self.client(&self.credentials.admin)
    }

    fn client(&self, key: &str) -> Client {
        let channel = self.channel.clone().unwrap();
        ExtractionServiceClient::with_interceptor(channel, Bearer::new(key))
            .max_decoding_message_size(16 << 20)
    }

    /// Puts a draft before the reviewers: these flags, and the plan of the sample contract. The new revision.
    pub(super) async fn put_draft(&self, contract: &str, flags: Vec<Flag>) -> u32 {
        let plan: Plan = serde_json::from_str(PLAN).unwrap();
        let draft = Draft {
            terms: Terms::default(),
            flags,
            plan: Some(plan),
        };
        let since = "2026-01-02T03:04:05Z".parse().unwrap();
        let revision = revision_of(&get(&mut self.admin(), contract).await) + 10;
        let review = Review {
            revision: revision.into(),
            state: State::NeedsReview { since },
            draft: Some(draft),
        };
        self.put(
            Uuid::try_parse(contract).unwrap(),
            i32::try_from(revision).unwrap(),
            review,
        )
        .await;
        revision
    }

    async fn put(&self, contract: Uuid, revision: i32, review: Review) {
        let mut transaction = runtime::tenancy::begin_for_worker(self.database.pool(), "test")
            .await
            .unwrap();
        let insert = sqlx::query(
            "INSERT INTO revision (tenant, contract, number, content, made_at) VALUES ($1, $2, $3, $4, now())",
        );
        let insert = insert
            .bind(self.tenant)
            .bind(contract)
            .bind(revision)
            .bind(Json(review));
        insert.execute(&mut *transaction).await.unwrap();
        let update = sqlx::query("UPDATE contract SET revision = $2, state = 'needs_review' WHERE id = $1");
        update
            .bind(contract)
            .bind(revision)
            .execute(&mut *transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
    }

    /// The sample contract, uploaded, read and with a draft that can be submitted. Its id and revision.
    pub(super) async fn reviewable(&self, flags: Vec<Flag>) -> (String, u32) {
        let answer = upload(&mut self.admin(), "order-form.pdf", CONTRACT)
            .await
            .unwrap();
        wait_for(
            &mut self.admin(),
            &answer.contract_id,
            v1::ContractState::NeedsReview,
        )
        .await;
        let revision = self.put_draft(&answer.contract_id, flags).await;
        (answer.contract_id, revision)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.runtime.shutdown_background();
        }
    }
}

/// A new request id.
pub(super) fn id() -> String {
    Uuid::new_v4().to_string()
}

pub(super) fn header_of(file_name: &str, bytes: &[u8]) -> v1::UploadHeader {
    v1::UploadHeader {
        request_id: id(),
        file_name: file_name.to_owned(),
        sha256: String::new(),
        size: u64::try_from(bytes.len()).unwrap(),
    }
}

/// The parts of an upload: the header, then the bytes in pieces of 10,000.
pub(super) fn parts(header: v1::UploadHeader, bytes: &[u8]) -> Vec<v1::UploadDocumentRequest> {
    let pieces = bytes.chunks(10_000).map(|piece| Part::Chunk(piece.to_vec()));
    let parts = std::iter::once(Part::Header(header)).chain(pieces);
    parts
        .map(|part| v1::UploadDocumentRequest { part: Some(part) })
        .collect()
}

pub(super) async fn upload(
    client: &mut Client,
    file_name: &str,
    bytes: &[u8],
) -> Result<v1::UploadDocumentResponse, Status> {
    send(client, header_of(file_name, bytes), bytes).await
}

pub(super) async fn send(
    client: &mut Client,
    header: v1::UploadHeader,
    bytes: &[u8],
) -> Result<v1::UploadDocumentResponse, Status> {
    let parts = parts(header, bytes);
    client
        .upload_document(tokio_stream::iter(parts))
        .await
        .map(tonic::Response::into_inner)
}

pub(super) async fn get(client: &mut Client, contract: &str) -> v1::Contract {
    let request = v1::GetContractRequest {
        contract_id: contract.to_owned(),
        revision: 0,
    };
    client
        .get_contract(request)
        .await
        .unwrap()
        .into_inner()
        .contract
        .unwrap()
}

pub(super) fn state(contract: &v1::Contract) -> v1::ContractState {
    contract.summary.as_ref().unwrap().state()
}

pub(super) fn revision_of(contract: &v1::Contract) -> u32 {
    contract.summary.as_ref().unwrap().revision
}

/// Waits until a contract is in a state, for at most 30 seconds.
pub(super) async fn wait_for(client: &mut Client, contract: &str, wanted: v1::ContractState) -> v1::Contract {
    eventually(&format!("state {wanted:?}"), || {
        let mut client = client.clone();
        Box::pin(async move {
            let contract = get(&mut client, contract).await;
            (state(&contract) == wanted).then_some(contract)
        })
    })
    .await
}

/// Asks again and again, for at most 30 seconds.
pub(super) async fn eventually<'a, T>(what: &str, ask: impl Fn() -> BoxFuture<'a, Option<T>>) -> T {
    for _ in 0..300 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what} did not come");
}

/// The code and the stable reason of a refusal.
pub(super) fn refusal<T: std::fmt::Debug>(result: Result<T, Status>) -> (Code, String) {
    let status = result.unwrap_err();
    assert!(!status.message().is_empty());
    (status.code(), rejection::reason_of(&status).unwrap_or_default())
}

/// The code and the field of a refusal.
pub(super) fn wrong_field<T: std::fmt::Debug>(result: Result<T, Status>) -> (Code, String) {
    let status = result.unwrap_err();
    let field = rejection::fields_of(&status).into_iter().next();
    (status.code(), field.map(|(field, _)| field).unwrap_or_default())
}
