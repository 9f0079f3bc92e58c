//! Which model to ask, and what asking may cost.

use std::time::Duration;

use runtime::settings::{Environment, Secret, SettingError};

use super::Pace;

/// Which model to ask, and what asking may cost. Limits hold for one contract.
#[derive(Debug, Clone)]
pub struct ModelSettings {
    /// The server (`QUITTANCE_MODEL_URL`), such as `https://api.openai.com/v1` or `http://localhost:11434/v1`.
    pub url: String,
    /// The model's name at that server (`QUITTANCE_MODEL`).
    pub model: String,
    /// The key (`QUITTANCE_MODEL_KEY`), where the server wants one.
    pub key: Option<Secret>,
    /// How long connecting may take: 5 seconds.
    pub connect: Duration,
    /// How long the server may be silent (`QUITTANCE_MODEL_SILENCE_SECONDS`, 1 to 3600, by default 120): an answer comes
    /// in one piece, so a slow model is silent until it has finished.
    pub silence: Duration,
    /// How long one request may take in all (`QUITTANCE_MODEL_SECONDS`, 1 to 3600, by default 180).
    pub request: Duration,
    /// How long all requests about one contract may take (`QUITTANCE_MODEL_CONTRACT_SECONDS`, 1 to 86,400, by default 300).
    pub contract: Duration,
    /// How many requests (`QUITTANCE_MODEL_CALLS`, 1 to 1,000, by default 25).
    pub calls: u32,
    /// How many tokens may be sent (`QUITTANCE_MODEL_INPUT_TOKENS`, 1,000 to 10,000,000, by default 60,000).
    pub input_tokens: u64,
    /// How many tokens may be answered (`QUITTANCE_MODEL_OUTPUT_TOKENS`, 1,000 to 1,000,000, by default 12,000).
    pub output_tokens: u64,
    /// Which lines of a contract may be sent (`QUITTANCE_MODEL_SCOPE`: `full`, `candidates` or `none`, by default `full`).
    pub scope: SendScope,
    /// How long to pause between attempts: half a second at first, 30 seconds at most.
    pub pace: Pace,
}

/// Which lines of a contract may leave for the model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SendScope {
    /// Every visible line: the model sees what a reader sees.
    #[default]
    Full,
    /// Lines that could hold a term (figures, money, words of paying, terms and parties), each with the two lines around it.
    Candidates,
}

impl ModelSettings {
    /// Settings for a model, with the usual limits.
    #[must_use]
    pub fn new(url: &str, model: &str) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            model: model.to_owned(),
            key: None,
            connect: Duration::from_secs(5),
            silence: Duration::from_secs(120),
            request: Duration::from_secs(180),
            contract: Duration::from_secs(300),
            calls: 25,
            input_tokens: 60_000,
            output_tokens: 12_000,
            scope: SendScope::default(),
            pace: Pace {
                first: Duration::from_millis(500),
                longest: Duration::from_secs(30),
            },
        }
    }

    /// Reads the settings. None when no model is named, or nothing may be sent: contracts are then read by rules alone.
    ///
    /// # Errors
    /// [`SettingError`] names the variable; also when only one of URL and model is set.
    pub fn read(environment: &Environment) -> Result<Option<Self>, SettingError> {
        let Some(scope) = scope(environment)? else {
            return Ok(None);
        };
        let url = environment.text("QUITTANCE_MODEL_URL");
        let model = environment.text("QUITTANCE_MODEL");
        match (url, model) {
            (None, None) => Ok(None),
            (Some(url), Some(model)) => {
                let settings = Self::with_limits(checked(url)?, model, environment)?;
                Ok(Some(Self { scope, ..settings }))
            }
            (Some(_), None) => Err(SettingError::new(
                "QUITTANCE_MODEL",
                "",
                "the model's name, as QUITTANCE_MODEL_URL is set",
            )),
            (None, Some(_)) => Err(SettingError::new(
                "QUITTANCE_MODEL_URL",
                "",
                "the model's URL, as QUITTANCE_MODEL is set",
            )),
        }
    }

    fn with_limits(url: &str, model: &str, environment: &Environment) -> Result<Self, SettingError> {
        let usual = Self::new(url, model);
        let calls = environment.whole_number("QUITTANCE_MODEL_CALLS", 1..=1_000)?;
        let input = environment.whole_number("QUITTANCE_MODEL_INPUT_TOKENS", 1_000..=10_000_000)?;
        let output = environment.whole_number("QUITTANCE_MODEL_OUTPUT_TOKENS", 1_000..=1_000_000)?;
        Ok(Self {
            key: key(environment)?,
            silence: environment.seconds("QUITTANCE_MODEL_SILENCE_SECONDS", 1..=3_600, 120)?,
            request: environment.seconds("QUITTANCE_MODEL_SECONDS", 1..=3_600, 180)?,
            contract: environment.seconds("QUITTANCE_MODEL_CONTRACT_SECONDS", 1..=86_400, 300)?,
            calls: calls
                .and_then(|calls| u32::try_from(calls).ok())
                .unwrap_or(usual.calls),
            input_tokens: input.unwrap_or(usual.input_tokens),
            output_tokens: output.unwrap_or(usual.output_tokens),
            ..usual
        })
    }
}

/// None where nothing may be sent.
fn scope(environment: &Environment) -> Result<Option<SendScope>, SettingError> {
    match environment.text("QUITTANCE_MODEL_SCOPE") {
        None | Some("full") => Ok(Some(SendScope::Full)),
        Some("candidates") => Ok(Some(SendScope::Candidates)),
        Some("none") => Ok(None),
        Some(other) => Err(SettingError::new(
            "QUITTANCE_MODEL_SCOPE",
            other,
            "full, candidates or none",
        )),
    }
}

fn checked(url: &str) -> Result<&str, SettingError> {
    let http = reqwest::Url::parse(url)
        .is_ok_and(|parsed| matches!(parsed.scheme(), "http" | "https") && parsed.has_host());
    http.then_some(url).ok_or_else(|| {
        SettingError::new(
            "QUITTANCE_MODEL_URL",
            url,
            "a URL such as https://api.openai.com/v1",
        )
    })
}

/// A key travels in an HTTP header, which takes visible characters only.
fn key(environment: &Environment) -> Result<Option<Secret>, SettingError> {
    let Some(key) = environment.secret("QUITTANCE_MODEL_KEY") else {
        return Ok(None);
    };
    if key.reveal().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Some(key));
    }
    Err(SettingError::new(
        "QUITTANCE_MODEL_KEY",
        "(not shown)",
        "a key without spaces or special characters; copy it again",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: (&str, &str) = ("QUITTANCE_MODEL_URL", "http://localhost:11434/v1/");
    const MODEL: (&str, &str) = ("QUITTANCE_MODEL", "qwen3");

    fn read(variables: &[(&str, &str)]) -> Result<Option<ModelSettings>, SettingError> {
        let environment = variables
            .iter()
            .fold(Environment::default(), |all, (name, value)| {
                all.with(name, *value)
            });
        ModelSettings::read(&environment)
    }

    #[test]
    fn without_a_model_there_is_none() {
        assert!(read(&[]).unwrap().is_none());
        assert!(read(&[("QUITTANCE_MODEL_KEY", "sk-1")]).unwrap().is_none());
    }

    #[test]
    fn a_url_and_a_model_are_enough() {
        let settings = read(&[URL, MODEL]).unwrap().unwrap();
        assert_eq!(
            (settings.url.as_str(), settings.model.as_str()),
            ("http://localhost:11434/v1", "qwen3")
        );
        assert_eq!(
            (settings.calls, settings.input_tokens, settings.request.as_secs()),
            (25, 60_000, 180)
        );
    }

    #[test]
    fn what_may_be_sent_is_settled() {
        let scope = |value: &'static str| {
            read(&[URL, MODEL, ("QUITTANCE_MODEL_SCOPE", value)])
                .map(|settings| settings.map(|settings| settings.scope))
        };
        assert_eq!(scope("full").unwrap(), Some(SendScope::Full));
        assert_eq!(scope("candidates").unwrap(), Some(SendScope::Candidates));
        assert_eq!(scope("none").unwrap(), None);
        assert_eq!(scope("some").unwrap_err().variable, "QUITTANCE_MODEL_SCOPE");
    }

    #[test]
    fn what_is_wrong_is_named_and_a_key_is_not_shown() {
        for (variables, wrong) in [
            (vec![URL], "QUITTANCE_MODEL"),
            (vec![MODEL], "QUITTANCE_MODEL_URL"),
            (
                vec![("QUITTANCE_MODEL_URL", "localhost:11434"), MODEL],
                "QUITTANCE_MODEL_URL",
            ),
            (
                vec![("QUITTANCE_MODEL_URL", "file:///etc/passwd"), MODEL],
                "QUITTANCE_MODEL_URL",
            ),
            (
                vec![URL, MODEL, ("QUITTANCE_MODEL_KEY", "sk-hunter2\nX: y")],
                "QUITTANCE_MODEL_KEY",
            ),
            (
                vec![URL, MODEL, ("QUITTANCE_MODEL_CALLS", "0")],
                "QUITTANCE_MODEL_CALLS",
            ),
            (
                vec![URL, MODEL, ("QUITTANCE_MODEL_SECONDS", "soon")],
                "QUITTANCE_MODEL_SECONDS",
            ),
        ] {
            let error = read(&variables).unwrap_err();
            assert_eq!(error.variable, wrong);
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
