//! A service of its own for each test, and short words to talk to it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use invoicing::Invoicing;
use jiff::Timestamp;
use pricing::plan::Plan;
use runtime::caller::{Bearer, Caller, Role};
use runtime::clock::Clock;
use runtime::keys::{Credentials, Keys};
use runtime::server::{Bound, Server};
use runtime::tenancy::begin_as;
use runtime::testing::TestDatabase;
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, Postgres, Transaction};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Status};
use uuid::Uuid;
use wire::invoicing::v1::invoicing_service_client::InvoicingServiceClient;
use wire::invoicing::v1::{
    self, Approval, Invoice, RecordUsageRequest, RegisterPlanRequest, RunBillingRequest, RunBillingResponse,
    UsageEvent,
};
use wire::plan::plan_message;

pub(crate) type Client = InvoicingServiceClient<InterceptedService<Channel, Bearer>>;

/// A running service.
pub(crate) struct World {
    pub(crate) database: TestDatabase,
    tenant: Uuid,
    address: SocketAddr,
    keys: Keys,
    admin_key: String,
    token: CancellationToken,
    _home: TempDir,
}

impl World {
    pub(crate) async fn start() -> Self {
        let database = TestDatabase::fresh(&invoicing::store::MIGRATIONS).await.unwrap();
        let home = TempDir::new().unwrap();
        let path = home.path().join("keys.json");
        let keys = Keys::load_or_create(&path).unwrap();
        let credentials = Credentials::load(&path).unwrap();
        let token = CancellationToken::new();
        let address = serve(database.pool().clone(), &keys, &token).await;
        let (tenant, admin_key) = (credentials.tenant, credentials.admin);
        Self {
            database,
            tenant,
            address,
            keys,
            admin_key,
            token,
            _home: home,
        }
    }

    /// Somebody who may do everything.
    pub(crate) async fn admin(&self) -> Client {
        self.connect(&self.admin_key).await
    }

    /// Somebody with one role.
    pub(crate) async fn someone(&self, role: Role) -> Client {
        self.connect(&self.key(role)).await
    }

    /// A key of one role.
    pub(crate) fn key(&self, role: Role) -> String {
        let name = format!("{role} {}", Uuid::new_v4());
        self.keys.issue(&name, role, self.tenant).unwrap()
    }

    /// Somebody who may do everything, at another company.
    pub(crate) async fn stranger(&self) -> Client {
        self.connect(&self.keys.issue("stranger", Role::Admin, Uuid::new_v4()).unwrap())
            .await
    }

    /// The administrator at a second service on the same database, with connections of its own.
    pub(crate) async fn replica(&self) -> Client {
        let pool = PgPoolOptions::new().connect_with(self.database.options().clone());
        let address = serve(pool.await.unwrap(), &self.keys, &self.token).await;
        connect(address, &self.admin_key).await
    }

    /// The administrator at a service that a test has in its hands; nothing happens there by itself.
    pub(crate) async fn served_by(&self, service: Invoicing) -> Client {
        let bound = bind().await;
        let address = bound.address();
        let serving = Server::on(bound, self.keys.clone())
            .with(service.into_server())
            .serve(self.token.clone(), Duration::from_secs(1));
        tokio::spawn(serving);
        connect(address, &self.admin_key).await
    }

    /// Posts usage over plain HTTP, with the administrator's key unless the headers bring another; status and answer.
    pub(crate) async fn post_usage(&self, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let mut request = format!(
            "POST /v1/usage HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {}\r\n",
            body.len()
        );
        if headers.iter().all(|(name, _)| *name != "authorization") {
            request.push_str(&format!("authorization: Bearer {}\r\n", self.admin_key));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream
            .write_all(format!("{request}\r\n{body}").as_bytes())
            .await
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    async fn connect(&self, key: &str) -> Client {
        connect(self.address, key).await
    }

    /// A transaction on the tables themselves, as the service's own role.
    pub(crate) async fn tables(&self) -> Transaction<'static, Postgres> {
        let caller = Caller {
            tenant: self.tenant,
            name: "test".to_owned(),
            role: Role::Admin,
        };
        begin_as(self.database.pool(), &caller).await.unwrap()
    }

    /// How many rows of the tenant a table has.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let statement = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        sqlx::query_scalar(statement)
            .fetch_one(&mut *self.tables().await)
            .await
            .unwrap()
    }
}

async fn serve(pool: PgPool, keys: &Keys, token: &CancellationToken) -> SocketAddr {
    let (clock, _) = Clock::test("2026-01-01T08:00:00Z".parse().unwrap());
    let service = Invoicing::new(pool, clock);
    let bound = bind().await;
    let address = bound.address();
    let serving = invoicing::serve(
        service,
        bound,
        keys.clone(),
        token.clone(),
        Duration::from_secs(1),
    );
    tokio::spawn(serving);
    address
}

async fn bind() -> Bound {
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    runtime::server::bind(anywhere).await.unwrap()
}

async fn connect(address: SocketAddr, key: &str) -> Client {
    let channel = Channel::from_shared(format!("http://{address}"))
        .unwrap()
        .connect()
        .await
        .unwrap();
    InvoicingServiceClient::with_interceptor(channel, Bearer::new(key))
}

impl Drop for World {
    fn drop(&mut self) {
        self.token.cancel();
    }
}

/// A plan of one year from 2026 on, for an account, with these parts put over the plain ones.
pub(crate) fn plan(account: &str, parts: &Value) -> Plan {
    let mut plan = json!({
        "title": format!("Agreement with {account}"),
        "account": account,
        "provider": "Larkfield Software, Inc.",
        "customer": account.to_uppercase(),
        "currency": "USD",
        "time_zone": "UTC",
        "term": { "start": "2026-01-01", "end": "2027-01-01" },
        "renewal": { "kind": "ends" },
        "payment": { "due": { "rule": "net", "days": 30 } },
        "charges": [],
    });
    for (field, value) in parts.as_object().unwrap() {
        plan[field] = value.clone();
    }
    serde_json::from_value(plan).unwrap()
}

/// A monthly fee in advance.
pub(crate) fn monthly_fee(amount: &str) -> Value {
    json!({
        "id": "fee", "name": "Platform fee",
        "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "advance" },
        "quantity": { "kind": "fixed", "units": "1" },
        "price": { "model": "flat", "amount": amount },
    })
}

/// A price for each call, monthly in arrears.
pub(crate) fn calls(unit_price: &str) -> Value {
    json!({
        "id": "calls", "name": "API calls",
        "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "arrears" },
        "quantity": { "kind": "metered", "meter": "call" },
        "price": { "model": "per_unit", "unit_price": unit_price, "per": "1" },
    })
}

pub(crate) fn call_meter() -> Value {
    json!({ "id": "call", "name": "API calls", "unit": "call", "aggregation": { "kind": "sum" } })
}

pub(crate) fn usage_plan(account: &str) -> Plan {
    plan(
        account,
        &json!({ "charges": [calls("0.10")], "meters": [call_meter()] }),
    )
}

pub(crate) fn fee_plan(account: &str) -> Plan {
    plan(account, &json!({ "charges": [monthly_fee("500.00")] }))
}

pub(crate) fn request_id() -> String {
    Uuid::new_v4().to_string()
}

pub(crate) fn registration(plan: &Plan) -> RegisterPlanRequest {
    RegisterPlanRequest {
        request_id: request_id(),
        plan: Some(plan_message(plan)),
        approval: Some(Approval {
            contract_id: format!("contract of {}", plan.account),
            revision: 3,
            submitted_by: "Rosa".to_owned(),
            approved_by: "Ada".to_owned(),
            approved_at: Some(prost_types::Timestamp {
                seconds: 1_767_225_600,
                nanos: 0,
            }),
        }),
        content_hash: plan.content_hash(),
    }
}

/// Registers a plan; its content hash.
pub(crate) async fn register(client: &mut Client, plan: &Plan) -> String {
    client.register_plan(registration(plan)).await.unwrap();
    plan.content_hash()
}

pub(crate) fn event(account: &str, id: &str, time: &str, value: &str) -> UsageEvent {
    let time: Timestamp = time.parse().unwrap();
    UsageEvent {
        source: "gateway".to_owned(),
        id: id.to_owned(),
        account: account.to_owned(),
        meter: "call".to_owned(),
        time: Some(prost_types::Timestamp {
            seconds: time.as_second(),
            nanos: time.subsec_nanosecond(),
        }),
        value: value.to_owned(),
        dimensions: std::collections::HashMap::new(),
        corrects: String::new(),
    }
}

pub(crate) async fn record(client: &mut Client, events: Vec<UsageEvent>) -> v1::RecordUsageResponse {
    let request = RecordUsageRequest {
        request_id: request_id(),
        events,
        backfill: String::new(),
    };
    client.record_usage(request).await.unwrap().into_inner()
}

pub(crate) fn run_through(through: &str) -> RunBillingRequest {
    RunBillingRequest {
        request_id: request_id(),
        through: through.to_owned(),
        ..RunBillingRequest::default()
    }
}

/// Bills everything through a day.
pub(crate) async fn bill(client: &mut Client, through: &str) -> RunBillingResponse {
    client
        .run_billing(run_through(through))
        .await
        .unwrap()
        .into_inner()
}

/// The invoices of an answer as text, one line each: number, date, total, and charge, component, service and amount of
/// each line.
pub(crate) fn shown(invoices: &[Invoice]) -> Vec<String> {
    invoices
        .iter()
        .map(|invoice| {
            format!(
                "{} {} {}: {}",
                invoice.number,
                invoice.invoice_date,
                invoice.total,
                lines(invoice)
            )
        })
        .collect()
}

fn lines(invoice: &Invoice) -> String {
    let line = |line: &v1::InvoiceLine| {
        let service = line
            .service
            .as_ref()
            .map(|service| format!(" {}/{}", service.start, service.end));
        format!(
            "{} {}{} {}",
            line.charge,
            line.component,
            service.unwrap_or_default(),
            line.amount
        )
    };
    invoice.lines.iter().map(line).collect::<Vec<_>>().join(", ")
}

/// The code of a refusal, its reason, and the fields it complains about.
pub(crate) fn refusal(status: &Status) -> (Code, Option<String>, Vec<String>) {
    let fields = runtime::rejection::fields_of(status)
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    (status.code(), runtime::rejection::reason_of(status), fields)
}

pub(crate) fn samples() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples"))
}
