//! What the console was told.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use runtime::settings::{Environment, SettingError};
use tonic::transport::Endpoint;

use crate::oidc::{OidcSettings, People, trusted};

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
    /// Who says who people are, if anybody but their keys does (`QUITTANCE_OIDC_ISSUER` and the variables of
    /// [`OidcSettings`]).
    pub oidc: Option<OidcSettings>,
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
            oidc: oidc(environment)?,
        })
    }
}

/// None without an issuer; with one, everything else has to be there.
fn oidc(environment: &Environment) -> Result<Option<OidcSettings>, SettingError> {
    let Some(issuer) = environment.text("QUITTANCE_OIDC_ISSUER") else {
        return Ok(None);
    };
    let https = "an https address (plain http only on this machine)";
    let address = |variable: &str, given: &str| {
        let fault = |_| SettingError::new(variable, given, https);
        trusted(given).map_err(fault).map(|_| given.to_owned())
    };
    let needed = |variable: &str, allowed: &str| {
        let given = environment.text(variable);
        given.ok_or_else(|| SettingError::new(variable, "", allowed))
    };
    let console = needed("QUITTANCE_CONSOLE_URL", "where browsers find the console")?;
    let client_id = needed("QUITTANCE_OIDC_CLIENT_ID", "the console's name at the issuer")?;
    let file = needed(
        "QUITTANCE_OIDC_PEOPLE",
        "a file that names the key of each account",
    )?;
    let people = People::in_file(file.into())
        .map_err(|why| SettingError::new("QUITTANCE_OIDC_PEOPLE", file, &format!("a file to read: {why}")))?;
    Ok(Some(OidcSettings {
        issuer: address("QUITTANCE_OIDC_ISSUER", issuer)?,
        console: address("QUITTANCE_CONSOLE_URL", console.trim_end_matches('/'))?,
        client_id: client_id.to_owned(),
        client_secret: environment.secret("QUITTANCE_OIDC_CLIENT_SECRET"),
        people,
    }))
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
        assert!(usual.oidc.is_none(), "off until it is asked for");
    }

    #[test]
    fn an_issuer_needs_everything_that_goes_with_it() {
        let file = std::env::temp_dir().join(format!("people-{}.json", uuid::Uuid::new_v4()));
        std::fs::write(&file, "{}").unwrap();
        let people = file.to_string_lossy();
        let all = [
            ("QUITTANCE_OIDC_ISSUER", "https://login.example.com"),
            ("QUITTANCE_CONSOLE_URL", "https://money.example.com/"),
            ("QUITTANCE_OIDC_CLIENT_ID", "console"),
            ("QUITTANCE_OIDC_PEOPLE", &people),
        ];
        let with = |changed: &str, value: &str| {
            let set = |environment: Environment, (variable, usual): &(&str, &str)| {
                environment.with(variable, if *variable == changed { value } else { *usual })
            };
            Settings::read(&all.iter().fold(Environment::default(), set))
        };
        let oidc = with("", "").unwrap().oidc.unwrap();
        assert_eq!(oidc.console, "https://money.example.com");
        for (variable, value) in [
            ("QUITTANCE_OIDC_ISSUER", "http://login.example.com"),
            ("QUITTANCE_CONSOLE_URL", ""),
            ("QUITTANCE_OIDC_CLIENT_ID", ""),
            ("QUITTANCE_OIDC_PEOPLE", "/no/such/file"),
        ] {
            assert_eq!(with(variable, value).unwrap_err().variable, variable);
        }
        std::fs::remove_file(file).unwrap();
    }
}
