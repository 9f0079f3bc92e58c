//! What the extraction service was told.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use runtime::settings::{Environment, SettingError};
use tonic::transport::Endpoint;

use crate::limit::ApprovalLimit;
use crate::model::ModelSettings;
use crate::sandbox::{ReaderSettings, Recogniser};

/// Where the service listens unless it is told otherwise.
const PORT: u16 = 7001;

/// Where invoicing is unless the service is told otherwise.
const INVOICING: &str = "http://127.0.0.1:7002";

/// What the extraction service was told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens (`QUITTANCE_EXTRACTION_ADDRESS`, by default `127.0.0.1:7001`).
    pub address: SocketAddr,
    /// Where approved plans go (`QUITTANCE_INVOICING_URL`, by default `http://127.0.0.1:7002`).
    pub invoicing: Endpoint,
    /// Which program reads files and what it may use: `QUITTANCE_READER_MEMORY_MIB` (128 to 65536, by default 512) and
    /// `QUITTANCE_READER_SECONDS` of computing (1 to 3600, by default 10; three times that by the clock on the wall). Pages
    /// that are pictures are read by the tesseract on `PATH`, or the one at `QUITTANCE_TESSERACT` (`none`: by none), for
    /// the languages `QUITTANCE_TESSERACT_LANGUAGES` as it names them (by default `eng`; several as `eng+deu`).
    pub reader: ReaderSettings,
    /// The model that reads beside the rules, if one is set ([`ModelSettings::read`] names the variables).
    pub model: Option<ModelSettings>,
    /// How many files are read at once (`QUITTANCE_FILES_AT_ONCE`, 1 to 64, by default 2).
    pub files_at_once: usize,
    /// Above which value a contract needs a second approver (`QUITTANCE_SECOND_APPROVAL_ABOVE`, amounts with their
    /// currencies such as `100000 USD, 90000 EUR`, by default none ever does).
    pub second_approval: ApprovalLimit,
}

impl Settings {
    /// Reads the settings. The first wrong one is named.
    ///
    /// # Errors
    /// [`SettingError`] names the variable and says what it may be.
    pub fn read(environment: &Environment) -> Result<Self, SettingError> {
        let address = environment.address("QUITTANCE_EXTRACTION_ADDRESS")?;
        let url = environment.parsed("QUITTANCE_INVOICING_URL", "a URL such as http://127.0.0.1:7002")?;
        let files = environment.whole_number("QUITTANCE_FILES_AT_ONCE", 1..=64)?;
        let second_approval = environment.parsed(
            "QUITTANCE_SECOND_APPROVAL_ABOVE",
            "amounts with their currencies, such as 100000 USD, 90000 EUR",
        )?;
        Ok(Self {
            address: address.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))),
            invoicing: url.unwrap_or_else(|| Endpoint::from_static(INVOICING)),
            reader: reader(environment)?,
            model: ModelSettings::read(environment)?,
            files_at_once: files.and_then(|number| usize::try_from(number).ok()).unwrap_or(2),
            second_approval: second_approval.unwrap_or_default(),
        })
    }
}

fn reader(environment: &Environment) -> Result<ReaderSettings, SettingError> {
    let usual = ReaderSettings::default();
    let memory = environment.whole_number("QUITTANCE_READER_MEMORY_MIB", 128..=65_536)?;
    let seconds = environment.whole_number("QUITTANCE_READER_SECONDS", 1..=3600)?;
    let cpu_seconds = seconds.unwrap_or(usual.cpu_seconds);
    Ok(ReaderSettings {
        memory_bytes: memory.map_or(usual.memory_bytes, |mebibytes| mebibytes << 20),
        cpu_seconds,
        wall: Duration::from_secs(cpu_seconds.saturating_mul(3)),
        recogniser: recogniser(environment, usual.recogniser)?,
        ..usual
    })
}

fn recogniser(
    environment: &Environment,
    found: Option<Recogniser>,
) -> Result<Option<Recogniser>, SettingError> {
    let languages = languages(environment)?;
    let chosen = match environment.text("QUITTANCE_TESSERACT") {
        None => found,
        Some("none") => None,
        Some(program) => Some(Recogniser::at(program.into())),
    };
    Ok(chosen.map(|recogniser| Recogniser {
        languages: languages.unwrap_or(recogniser.languages),
        ..recogniser
    }))
}

fn languages(environment: &Environment) -> Result<Option<String>, SettingError> {
    const VARIABLE: &str = "QUITTANCE_TESSERACT_LANGUAGES";
    let Some(given) = environment.text(VARIABLE) else {
        return Ok(None);
    };
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match given.split('+').all(is_name) {
        true => Ok(Some(given.to_owned())),
        false => Err(SettingError::new(
            VARIABLE,
            given,
            "languages as tesseract names them, such as eng or eng+deu",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_set_gives_a_service_on_this_machine() {
        let settings = Settings::read(&Environment::default()).unwrap();
        assert_eq!(settings.address.to_string(), "127.0.0.1:7001");
        assert_eq!(settings.invoicing.uri().to_string(), "http://127.0.0.1:7002/");
        assert_eq!(
            (settings.files_at_once, settings.reader.memory_bytes),
            (2, 512 << 20)
        );
    }

    #[test]
    fn a_recogniser_can_be_named_or_done_without() {
        let named = Environment::default().with("QUITTANCE_TESSERACT", "/opt/tesseract");
        let named = named.with("QUITTANCE_TESSERACT_LANGUAGES", "eng+deu");
        let recogniser = Settings::read(&named).unwrap().reader.recogniser.unwrap();
        assert_eq!(
            (recogniser.program.to_str(), recogniser.languages.as_str()),
            (Some("/opt/tesseract"), "eng+deu")
        );
        let none = Environment::default().with("QUITTANCE_TESSERACT", "none");
        assert_eq!(Settings::read(&none).unwrap().reader.recogniser, None);
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (variable, given) in [
            ("QUITTANCE_EXTRACTION_ADDRESS", "7001"),
            ("QUITTANCE_INVOICING_URL", "not a url"),
            ("QUITTANCE_READER_MEMORY_MIB", "16"),
            ("QUITTANCE_READER_SECONDS", "0"),
            ("QUITTANCE_FILES_AT_ONCE", "many"),
            ("QUITTANCE_TESSERACT_LANGUAGES", "eng --psm 6"),
            ("QUITTANCE_SECOND_APPROVAL_ABOVE", "100000"),
        ] {
            let error = Settings::read(&Environment::default().with(variable, given)).unwrap_err();
            assert_eq!(error.variable, variable);
        }
    }
}
