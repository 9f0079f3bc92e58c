//! What the console was told.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use runtime::settings::{Environment, SettingError};
use tonic::transport::Endpoint;

const PORT: u16 = 7003;
const EXTRACTION: &str = "http://127.0.0.1:7001";
const INVOICING: &str = "http://127.0.0.1:7002";

/// How long a service may take to answer one call; a person waits for it.
const PATIENCE: Duration = Duration::from_secs(60);
const CONNECTING: Duration = Duration::from_secs(3);

/// What the console was told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens (`QUITTANCE_CONSOLE_ADDRESS`, by default `127.0.0.1:7003`).
    pub address: SocketAddr,
    /// Where extraction is (`QUITTANCE_EXTRACTION_URL`, by default `http://127.0.0.1:7001`).
    pub extraction: Endpoint,
    /// Where invoicing is (`QUITTANCE_INVOICING_URL`, by default `http://127.0.0.1:7002`).
    pub invoicing: Endpoint,
}

impl Settings {
    /// Reads the settings. The first wrong one is named.
    ///
    /// # Errors
    /// [`SettingError`] names the variable and says what it may be.
    pub fn read(environment: &Environment) -> Result<Self, SettingError> {
        let address = environment.address("QUITTANCE_CONSOLE_ADDRESS")?;
        Ok(Self {
            address: address.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))),
            extraction: endpoint(environment, "QUITTANCE_EXTRACTION_URL", EXTRACTION)?,
            invoicing: endpoint(environment, "QUITTANCE_INVOICING_URL", INVOICING)?,
        })
    }
}

/// A service at that address. It is connected to with the first call, so that programs may start in any order.
pub fn service_at(endpoint: Endpoint) -> Endpoint {
    endpoint.timeout(PATIENCE).connect_timeout(CONNECTING)
}

fn endpoint(
    environment: &Environment,
    variable: &str,
    usual: &'static str,
) -> Result<Endpoint, SettingError> {
    let given = environment.parsed(variable, "a URL such as http://127.0.0.1:7001")?;
    Ok(service_at(given.unwrap_or_else(|| Endpoint::from_static(usual))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_address_or_url_is_named() {
        for variable in [
            "QUITTANCE_CONSOLE_ADDRESS",
            "QUITTANCE_EXTRACTION_URL",
            "QUITTANCE_INVOICING_URL",
        ] {
            let refused = Settings::read(&Environment::default().with(variable, "no where"));
            assert_eq!(refused.unwrap_err().variable, variable);
        }
        let usual = Settings::read(&Environment::default()).unwrap();
        assert_eq!(usual.address.port(), PORT);
    }
}
