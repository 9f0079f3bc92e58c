//! What this service was told, beside what every program is.

use std::net::{Ipv4Addr, SocketAddr};

use runtime::settings::{Environment, SettingError};

/// The settings of the invoicing service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Where it listens (`QUITTANCE_INVOICING_ADDRESS`, by default `127.0.0.1:7002`).
    pub address: SocketAddr,
}

const PORT: u16 = 7002;

impl Settings {
    /// Reads the settings; the first wrong one is named.
    pub fn read(environment: &Environment) -> Result<Self, SettingError> {
        let address = environment.address("QUITTANCE_INVOICING_ADDRESS")?;
        Ok(Self {
            address: address.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_listens_on_this_machine_alone_unless_told_otherwise() {
        let settings = Settings::read(&Environment::default()).unwrap();
        assert_eq!(settings.address.to_string(), "127.0.0.1:7002");
        let told = Environment::default().with("QUITTANCE_INVOICING_ADDRESS", "0.0.0.0:80");
        assert_eq!(Settings::read(&told).unwrap().address.to_string(), "0.0.0.0:80");
        let wrong = Environment::default().with("QUITTANCE_INVOICING_ADDRESS", "7002");
        assert_eq!(
            Settings::read(&wrong).unwrap_err().variable,
            "QUITTANCE_INVOICING_ADDRESS"
        );
    }
}
