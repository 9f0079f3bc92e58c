use std::net::TcpListener as Taken;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::Notify;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use uuid::Uuid;

use super::*;
use crate::caller::{Bearer, Role, caller_of};
use crate::keys::Credentials;
use crate::telemetry::TraceId;

type Answer<T> = std::pin::Pin<Box<dyn Future<Output = T> + Send>>;

/// Answers who is calling, in the metadata `caller`, once it is let go.
#[derive(Clone)]
struct Echo {
    go: Arc<Notify>,
}

impl NamedService for Echo {
    const NAME: &'static str = "test.Echo";
}

impl Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answer<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let echo = self.clone();
        Box::pin(async move {
            let codec = tonic_prost::ProstCodec::<HealthCheckResponse, HealthCheckRequest>::default();
            Ok(tonic::server::Grpc::new(codec).unary(echo, request).await)
        })
    }
}

impl tonic::server::UnaryService<HealthCheckRequest> for Echo {
    type Response = HealthCheckResponse;
    type Future = Answer<Result<tonic::Response<HealthCheckResponse>, Status>>;

    fn call(&mut self, request: Request<HealthCheckRequest>) -> Self::Future {
        let go = self.go.clone();
        Box::pin(async move {
            go.notified().await;
            let caller = caller_of(&request)?;
            let mut response = tonic::Response::new(HealthCheckResponse::default());
            let shown = format!("{} {} {}", caller.name, caller.role, caller.tenant);
            response.metadata_mut().insert("caller", shown.parse().unwrap());
            Ok(response)
        })
    }
}

/// A running server, with the keys that were made for it.
struct Stage {
    _home: tempfile::TempDir,
    credentials: Credentials,
    keys: Keys,
    channel: Channel,
    token: CancellationToken,
    go: Arc<Notify>,
    served: tokio::task::JoinHandle<Result<(), ServerError>>,
}

impl Stage {
    async fn set(drain: Duration) -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("keys.json");
        let keys = Keys::load_or_create(&path).unwrap();
        let credentials = Credentials::load(&path).unwrap();
        let bound = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = format!("http://{}", bound.address());
        let (token, go) = (CancellationToken::new(), Arc::new(Notify::new()));
        let server = Server::on(bound, keys.clone())
            .described_by(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .with(Echo { go: go.clone() });
        let served = tokio::spawn(server.serve(token.clone(), drain));
        let channel = Channel::from_shared(address).unwrap().connect_lazy();
        Self {
            _home: home,
            credentials,
            keys,
            channel,
            token,
            go,
            served,
        }
    }

    async fn calling(&self, interceptor: impl Interceptor) -> Result<String, Status> {
        self.go.notify_one();
        say(InterceptedService::new(self.channel.clone(), interceptor)).await
    }

    async fn health(&self, service: &str) -> Result<i32, Status> {
        let request = HealthCheckRequest {
            service: service.to_owned(),
        };
        let response = HealthClient::new(self.channel.clone()).check(request).await?;
        Ok(response.into_inner().status)
    }
}

async fn say<I: Interceptor>(service: InterceptedService<Channel, I>) -> Result<String, Status> {
    let mut client = Grpc::new(service);
    client.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<HealthCheckRequest, HealthCheckResponse>::default();
    let path = PathAndQuery::from_static("/test.Echo/Say");
    let response = client
        .unary(Request::new(HealthCheckRequest::default()), path, codec)
        .await?;
    let metadata = response.metadata();
    assert!(metadata.contains_key("trace-id"));
    Ok(metadata.get("caller").unwrap().to_str().unwrap().to_owned())
}

fn nobody(request: Request<()>) -> Result<Request<()>, Status> {
    Ok(request)
}

#[tokio::test]
async fn a_port_in_use_is_a_named_error() {
    let taken = Taken::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let refused = bind(address).await.unwrap_err();
    assert!(matches!(refused, ServerError::PortInUse { .. }), "{refused}");
    assert!(refused.to_string().contains(&address.to_string()));
    let unbindable = bind(([192, 0, 2, 1], 0).into()).await.unwrap_err();
    assert!(
        matches!(unbindable, ServerError::Unbindable { .. }),
        "{unbindable}"
    );
}

#[tokio::test]
async fn health_answers_anyone_and_services_only_callers_with_a_key() {
    let stage = Stage::set(Duration::from_secs(5)).await;
    assert_eq!(stage.health("").await.unwrap(), 1);
    assert_eq!(stage.health("test.Echo").await.unwrap(), 1);
    let refused = stage.calling(nobody).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated, "{refused}");
    let refused = stage.calling(Bearer::new("qk_wrong")).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated, "{refused}");
    let Credentials { tenant, admin, .. } = stage.credentials.clone();
    assert_eq!(
        stage.calling(Bearer::new(admin)).await.unwrap(),
        format!("admin admin {tenant}")
    );
}

#[tokio::test]
async fn only_a_service_may_act_for_another_tenant() {
    let stage = Stage::set(Duration::from_secs(5)).await;
    let other = Uuid::new_v4();
    let service = Bearer::new(&stage.credentials.service)
        .acting_for(other)
        .within(TraceId::random());
    assert_eq!(
        stage.calling(service).await.unwrap(),
        format!("service service {other}")
    );
    let own = stage.credentials.tenant;
    let key = stage.keys.issue("Grace", Role::Finance, own).unwrap();
    let refused = stage
        .calling(Bearer::new(&key).acting_for(other))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied, "{refused}");
    assert_eq!(
        stage.calling(Bearer::new(&key).acting_for(own)).await.unwrap(),
        format!("Grace finance {own}")
    );
}

#[tokio::test]
async fn a_call_under_way_is_finished_before_the_server_ends() {
    let stage = Stage::set(Duration::from_secs(30)).await;
    let key = stage.credentials.admin.clone();
    let call = tokio::spawn(say(InterceptedService::new(
        stage.channel.clone(),
        Bearer::new(key),
    )));
    tokio::time::sleep(Duration::from_millis(200)).await;
    stage.token.cancel();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!stage.served.is_finished(), "it waits for the call");
    stage.go.notify_one();
    call.await.unwrap().unwrap();
    // The connection would stay open as long as its client lives; a server that drains closes it.
    stage.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_call_that_does_not_end_is_cut_off_at_the_deadline() {
    let stage = Stage::set(Duration::from_millis(100)).await;
    let key = stage.credentials.admin.clone();
    let _call = tokio::spawn(say(InterceptedService::new(
        stage.channel.clone(),
        Bearer::new(key),
    )));
    tokio::time::sleep(Duration::from_millis(200)).await;
    stage.token.cancel();
    let served = tokio::time::timeout(Duration::from_secs(5), stage.served).await;
    served.unwrap().unwrap().unwrap();
}
