//! What a program was told: environment variables, and what the command line put over them.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// The settings every program of this product shares. Addresses, model and other settings of one service are that
/// service's own, read from the same [`Environment`].
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder in which the program keeps its state (`QUITTANCE_HOME`, by default `.quittance`).
    pub home: PathBuf,
    /// Which PostgreSQL to use.
    pub database: DatabaseSettings,
    /// The file of API keys (`QUITTANCE_KEYS`, by default `keys.json` in the home).
    pub keys: PathBuf,
    /// How log lines look (`QUITTANCE_LOG_FORMAT`: `human`, the default, or `json`).
    pub log_format: LogFormat,
    /// What is logged (`RUST_LOG`, such as `info` or `warn,extraction=debug`), where given.
    pub log_filter: Option<String>,
    /// How long requests under way may take to finish once the program is told to stop (`QUITTANCE_DRAIN_SECONDS`, 1 to
    /// 600, by default 10).
    pub drain: Duration,
}

/// Which PostgreSQL to use.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// The server to use (`DATABASE_URL`). Without it, a private cluster is kept in [`DatabaseSettings::cluster`].
    pub url: Option<Secret>,
    /// The folder of the private cluster: `postgres` in the home.
    pub cluster: PathBuf,
    /// How many connections each service may hold (`QUITTANCE_DATABASE_CONNECTIONS`, 1 to 500, by default 10).
    pub connections: u32,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One readable line an event.
    Human,
    /// One JSON object an event, for machines.
    Json,
}

/// What is wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is set to {given:?}, but must be {allowed}")]
pub struct SettingError {
    /// The variable.
    pub variable: String,
    /// What it was set to.
    pub given: String,
    /// What it may be, in words.
    pub allowed: String,
}

impl Settings {
    /// Reads the shared settings. The first wrong one is named.
    pub fn read(environment: &Environment) -> Result<Self, SettingError> {
        let home = environment
            .path("QUITTANCE_HOME")
            .unwrap_or_else(|| PathBuf::from(".quittance"));
        Ok(Self {
            database: DatabaseSettings::read(environment, &home)?,
            keys: environment
                .path("QUITTANCE_KEYS")
                .unwrap_or_else(|| home.join("keys.json")),
            log_format: LogFormat::read(environment)?,
            log_filter: environment.text("RUST_LOG").map(str::to_owned),
            drain: environment.seconds("QUITTANCE_DRAIN_SECONDS", 1..=600, 10)?,
            home,
        })
    }
}

impl DatabaseSettings {
    fn read(environment: &Environment, home: &Path) -> Result<Self, SettingError> {
        let connections = environment.whole_number("QUITTANCE_DATABASE_CONNECTIONS", 1..=500)?;
        Ok(Self {
            url: environment.secret("DATABASE_URL"),
            cluster: home.join("postgres"),
            connections: connections
                .and_then(|number| u32::try_from(number).ok())
                .unwrap_or(10),
        })
    }
}

impl LogFormat {
    fn read(environment: &Environment) -> Result<Self, SettingError> {
        match environment.text("QUITTANCE_LOG_FORMAT") {
            None | Some("human") => Ok(Self::Human),
            Some("json") => Ok(Self::Json),
            Some(given) => Err(SettingError::new("QUITTANCE_LOG_FORMAT", given, "human or json")),
        }
    }
}

impl SettingError {
    /// Says what a variable was set to and what it may be. Never pass a secret as `given`.
    pub fn new(variable: &str, given: &str, allowed: &str) -> Self {
        Self {
            variable: variable.to_owned(),
            given: given.to_owned(),
            allowed: allowed.to_owned(),
        }
    }
}

/// Environment variables as they stood when the program started, with what the command line put over them. A variable
/// that is empty counts as not set.
#[derive(Clone, Default)]
pub struct Environment {
    values: BTreeMap<String, String>,
}

impl Environment {
    /// The variables of this process. Those that are not valid UTF-8 are passed over: no setting of ours can be one.
    pub fn of_process() -> Self {
        let values = std::env::vars_os();
        Self {
            values: values
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
        }
    }

    /// Puts a value over whatever the variable was.
    #[must_use]
    pub fn with(mut self, variable: &str, value: impl Into<String>) -> Self {
        self.values.insert(variable.to_owned(), value.into());
        self
    }

    /// The variable's text.
    pub fn text(&self, variable: &str) -> Option<&str> {
        self.values
            .get(variable)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The variable as a path.
    pub fn path(&self, variable: &str) -> Option<PathBuf> {
        self.text(variable).map(PathBuf::from)
    }

    /// The variable as a secret, which no error and no log will show.
    pub fn secret(&self, variable: &str) -> Option<Secret> {
        self.text(variable).map(Secret::new)
    }

    /// The variable as an address to listen on, such as `127.0.0.1:7001`. Port 0 takes any free port.
    pub fn address(&self, variable: &str) -> Result<Option<SocketAddr>, SettingError> {
        self.parsed(variable, "an address with a port, such as 127.0.0.1:7001")
    }

    /// The variable as a number of seconds within bounds.
    pub fn seconds(
        &self,
        variable: &str,
        bounds: std::ops::RangeInclusive<u64>,
        otherwise: u64,
    ) -> Result<Duration, SettingError> {
        Ok(Duration::from_secs(
            self.whole_number(variable, bounds)?.unwrap_or(otherwise),
        ))
    }

    /// The variable as a whole number within bounds.
    pub fn whole_number(
        &self,
        variable: &str,
        bounds: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, SettingError> {
        let allowed = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        let number = self.parsed::<u64>(variable, &allowed)?;
        match number {
            Some(number) if !bounds.contains(&number) => {
                Err(SettingError::new(variable, &number.to_string(), &allowed))
            }
            _ => Ok(number),
        }
    }

    /// The variable as anything that can be parsed from a text; `allowed` says in words what that is.
    pub fn parsed<T: FromStr>(&self, variable: &str, allowed: &str) -> Result<Option<T>, SettingError> {
        let Some(given) = self.text(variable) else {
            return Ok(None);
        };
        given
            .parse()
            .map(Some)
            .map_err(|_| SettingError::new(variable, given, allowed))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names only: values may be secrets of this or any other program.
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// A text that no log and no error shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one call that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(values: &[(&str, &str)]) -> Environment {
        values
            .iter()
            .fold(Environment::default(), |environment, (name, value)| {
                environment.with(name, *value)
            })
    }

    #[test]
    fn nothing_set_gives_the_private_defaults() {
        let settings = Settings::read(&Environment::default()).unwrap();
        assert_eq!(settings.keys, Path::new(".quittance/keys.json"));
        assert_eq!(settings.database.cluster, Path::new(".quittance/postgres"));
        assert_eq!((settings.database.url, settings.database.connections), (None, 10));
        assert_eq!(settings.drain, Duration::from_secs(10));
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let settings = Settings::read(&environment(&[
            ("DATABASE_URL", " "),
            ("QUITTANCE_LOG_FORMAT", ""),
        ]))
        .unwrap();
        assert_eq!(
            (settings.database.url, settings.log_format),
            (None, LogFormat::Human)
        );
    }

    #[test]
    fn a_wrong_setting_is_named_with_what_is_allowed() {
        for (variable, given, allowed) in [
            ("QUITTANCE_LOG_FORMAT", "xml", "human or json"),
            ("QUITTANCE_DRAIN_SECONDS", "soon", "a whole number from 1 to 600"),
            ("QUITTANCE_DRAIN_SECONDS", "0", "a whole number from 1 to 600"),
            (
                "QUITTANCE_DATABASE_CONNECTIONS",
                "-1",
                "a whole number from 1 to 500",
            ),
        ] {
            let error = Settings::read(&environment(&[(variable, given)])).unwrap_err();
            assert_eq!(error, SettingError::new(variable, given, allowed));
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let environment = environment(&[("DATABASE_URL", "postgres://u:hunter2@h/db")]);
        let shown = format!("{environment:?} {:?}", Settings::read(&environment).unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
