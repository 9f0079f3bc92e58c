//! What this service was told, beside what every program is.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use runtime::settings::{Environment, SettingError};

/// The settings of the invoicing service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where it listens (`QUITTANCE_INVOICING_ADDRESS`, by default `127.0.0.1:7002`).
    pub address: SocketAddr,
    /// Whether usage that is old enough goes into files by itself; by default it stays.
    pub retiring: Option<Retiring>,
}

/// Where months of usage go, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retiring {
    /// The folder of the files (`QUITTANCE_USAGE_ARCHIVE`), one folder for each tenant in it. Every service on the database
    /// needs the same.
    pub folder: PathBuf,
    /// How many whole months before the current one stay (`QUITTANCE_USAGE_MONTHS`, 1 to 1200, by default 13).
    pub kept: u16,
}

const PORT: u16 = 7002;
const MONTHS_KEPT: u16 = 13;

impl Settings {
    /// Reads the settings; the first wrong one is named.
    pub fn read(environment: &Environment) -> Result<Self, SettingError> {
        let address = environment.address("QUITTANCE_INVOICING_ADDRESS")?;
        Ok(Self {
            address: address.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))),
            retiring: Retiring::read(environment)?,
        })
    }
}

impl Retiring {
    fn read(environment: &Environment) -> Result<Option<Self>, SettingError> {
        let kept = environment.whole_number("QUITTANCE_USAGE_MONTHS", 1..=1200)?;
        let kept = kept.and_then(|kept| u16::try_from(kept).ok());
        Ok(environment.path("QUITTANCE_USAGE_ARCHIVE").map(|folder| Self {
            folder,
            kept: kept.unwrap_or(MONTHS_KEPT),
        }))
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

    #[test]
    fn usage_stays_unless_there_is_a_folder_for_it() {
        let read = |variables: &[(&str, &str)]| {
            let environment = variables
                .iter()
                .fold(Environment::default(), |told, (name, value)| {
                    told.with(name, *value)
                });
            Settings::read(&environment).map(|settings| settings.retiring)
        };
        assert_eq!(read(&[("QUITTANCE_USAGE_MONTHS", "3")]), Ok(None));
        let told = |kept| {
            let folder = PathBuf::from("/archive");
            Ok(Some(Retiring { folder, kept }))
        };
        let folder = ("QUITTANCE_USAGE_ARCHIVE", "/archive");
        assert_eq!(read(&[folder]), told(13));
        assert_eq!(read(&[folder, ("QUITTANCE_USAGE_MONTHS", "3")]), told(3));
        let wrong = read(&[folder, ("QUITTANCE_USAGE_MONTHS", "0")]).unwrap_err();
        assert_eq!(wrong.variable, "QUITTANCE_USAGE_MONTHS");
    }
}
