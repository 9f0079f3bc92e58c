//! Clients of the two services, carrying the key of whoever is signed in.

use runtime::caller::Bearer;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use wire::extraction::v1::extraction_service_client::ExtractionServiceClient;
use wire::invoicing::v1::invoicing_service_client::InvoicingServiceClient;

use crate::settings::Settings;

pub(crate) type Extraction = ExtractionServiceClient<InterceptedService<Channel, Bearer>>;
pub(crate) type Invoicing = InvoicingServiceClient<InterceptedService<Channel, Bearer>>;

/// The largest answer taken: a page of invoices with their lines, or a long contract with its boxes.
const ANSWER_LIMIT: usize = 64 * 1024 * 1024;

/// Where the services are. Connections are shared by all sessions and made with the first call.
#[derive(Debug, Clone)]
pub(crate) struct Services {
    extraction: Channel,
    invoicing: Channel,
}

impl Services {
    pub(crate) fn at(settings: &Settings) -> Self {
        Self {
            extraction: settings.extraction.connect_lazy(),
            invoicing: settings.invoicing.connect_lazy(),
        }
    }

    pub(crate) fn extraction(&self, key: &str) -> Extraction {
        ExtractionServiceClient::with_interceptor(self.extraction.clone(), Bearer::new(key))
            .max_decoding_message_size(ANSWER_LIMIT)
    }

    pub(crate) fn invoicing(&self, key: &str) -> Invoicing {
        InvoicingServiceClient::with_interceptor(self.invoicing.clone(), Bearer::new(key))
            .max_decoding_message_size(ANSWER_LIMIT)
    }
}

/// A fresh name for one write, so that a repeat of the same call changes nothing.
pub(crate) fn request_id() -> String {
    uuid::Uuid::now_v7().to_string()
}
