//! Tools such as `grpcurl` know both services without being told: health and reflection answer without a key, everything
//! else asks for one.

mod program;

use program::Installation;
use tokio_stream::StreamExt as _;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};
use wire::extraction::v1::ListContractsRequest;
use wire::extraction::v1::extraction_service_client::ExtractionServiceClient;

const SERVICES: [(&str, &str); 2] = [
    ("extraction", "quittance.extraction.v1.ExtractionService"),
    ("invoicing", "quittance.invoicing.v1.InvoicingService"),
];

#[tokio::test]
async fn health_and_reflection_answer_anyone() {
    let installation = Installation::new();
    let environment = [
        ("QUITTANCE_EXTRACTION_ADDRESS", "127.0.0.1:0"),
        ("QUITTANCE_INVOICING_ADDRESS", "127.0.0.1:0"),
        ("QUITTANCE_CONSOLE_ADDRESS", "127.0.0.1:0"),
    ];
    let running = installation.serve(&["serve"], &environment, 3);
    for (name, service) in SERVICES {
        let url = running.url(name).to_owned();
        let mut health = HealthClient::new(channel(&url).await);
        let answer = health
            .check(HealthCheckRequest {
                service: service.to_owned(),
            })
            .await
            .unwrap();
        assert_eq!(answer.into_inner().status(), ServingStatus::Serving, "{name}");
        assert!(
            listed(&url).await.contains(&service.to_owned()),
            "{name} does not list {service}"
        );
    }
    let mut extraction = ExtractionServiceClient::connect(running.url("extraction").to_owned())
        .await
        .unwrap();
    let refused = extraction
        .list_contracts(Request::new(ListContractsRequest::default()))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert!(refused.message().contains("key"), "{}", refused.message());
}

async fn channel(url: &str) -> Channel {
    Endpoint::from_shared(url.to_owned())
        .unwrap()
        .connect()
        .await
        .unwrap()
}

/// The services that reflection lists, as `grpcurl list` does.
async fn listed(url: &str) -> Vec<String> {
    let mut reflection = ServerReflectionClient::new(channel(url).await);
    let ask = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut answers = reflection
        .server_reflection_info(tokio_stream::iter([ask]))
        .await
        .unwrap()
        .into_inner();
    let answer: ServerReflectionResponse = answers.next().await.unwrap().unwrap();
    match answer.message_response {
        Some(MessageResponse::ListServicesResponse(list)) => {
            list.service.into_iter().map(|service| service.name).collect()
        }
        other => panic!("{other:?}"),
    }
}
