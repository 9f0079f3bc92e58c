//! Clients of the two services, carrying the caller's key.

use std::path::{Path, PathBuf};

use runtime::caller::Bearer;
use runtime::keys::Credentials;
use runtime::settings::{Environment, Settings};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use wire::extraction::v1::extraction_service_client::ExtractionServiceClient;
use wire::invoicing::v1::invoicing_service_client::InvoicingServiceClient;

use crate::command::ServiceOptions;
use crate::failure::Failure;

pub(crate) type Extraction = ExtractionServiceClient<InterceptedService<Channel, Bearer>>;
pub(crate) type Invoicing = InvoicingServiceClient<InterceptedService<Channel, Bearer>>;

/// The largest answer taken: a page of invoices with their lines.
const ANSWER_LIMIT: usize = 64 * 1024 * 1024;

/// Where the services are, and who is asking.
#[derive(Debug, Clone)]
pub(crate) struct Services {
    pub(crate) extraction_url: String,
    pub(crate) invoicing_url: String,
    pub(crate) key: Option<String>,
}

impl From<&ServiceOptions> for Services {
    fn from(options: &ServiceOptions) -> Self {
        Self {
            extraction_url: options.extraction_url.clone(),
            invoicing_url: options.invoicing_url.clone(),
            key: options.key.clone(),
        }
    }
}

impl Services {
    pub(crate) async fn extraction(&self) -> Result<Extraction, Failure> {
        let channel = channel(&self.extraction_url, "extraction").await?;
        Ok(ExtractionServiceClient::with_interceptor(channel, self.bearer()?)
            .max_decoding_message_size(ANSWER_LIMIT))
    }

    pub(crate) async fn invoicing(&self) -> Result<Invoicing, Failure> {
        let channel = channel(&self.invoicing_url, "invoicing").await?;
        Ok(InvoicingServiceClient::with_interceptor(channel, self.bearer()?)
            .max_decoding_message_size(ANSWER_LIMIT))
    }

    fn bearer(&self) -> Result<Bearer, Failure> {
        match &self.key {
            Some(key) => Ok(Bearer::new(key)),
            None => Ok(Bearer::new(administrator(&keys_file()?)?)),
        }
    }
}

/// The file of keys of the installation in this folder.
pub(crate) fn keys_file() -> Result<PathBuf, Failure> {
    let settings =
        Settings::read(&Environment::of_process()).map_err(|wrong| Failure::refused(wrong.to_string()))?;
    Ok(settings.keys)
}

fn administrator(keys: &Path) -> Result<String, Failure> {
    let found = Credentials::load(keys).map_err(|error| {
        Failure::refused(format!(
            "no key to ask with: give one with --key or QUITTANCE_API_KEY, or run this in the folder where \
             `quittance serve` was started ({error})"
        ))
    })?;
    Ok(found.admin)
}

async fn channel(url: &str, service: &str) -> Result<Channel, Failure> {
    let endpoint = Endpoint::from_shared(url.to_owned())
        .map_err(|_| Failure::refused(format!("`{url}` is not an address: write http://127.0.0.1:7001")))?;
    endpoint.connect().await.map_err(|_| {
        Failure::broken(format!(
            "the {service} service does not answer at {url}; start it with `quittance serve`"
        ))
    })
}

/// A fresh name for one write, so that a repeat of the same call changes nothing.
pub(crate) fn request_id() -> String {
    uuid::Uuid::now_v7().to_string()
}
