//! Logs on standard error, and the trace id that ties together what one request did.

use std::fmt;

use tracing_subscriber::filter::{EnvFilter, FilterExt, ParseError, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt;
use uuid::Uuid;

use crate::settings::{LogFormat, Settings};

/// Why logging could not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `RUST_LOG` cannot be understood.
    #[error(
        "RUST_LOG is set to {given:?}, but must be a level such as info, or targets with levels such as warn,runtime=debug: {cause}"
    )]
    Filter {
        /// What it was set to.
        given: String,
        /// What is wrong with it.
        cause: ParseError,
    },
    /// Logging was started before, by this program or a test.
    #[error("logging is already on; start it once, at the beginning of the program")]
    AlreadyOn,
}

/// Starts logging to standard error, at `default_filter` (such as `warn` or `info`) unless `RUST_LOG` says otherwise.
pub fn start(settings: &Settings, default_filter: &str) -> Result<(), TelemetryError> {
    let lines = lines(settings, default_filter, std::io::stderr)?;
    tracing_subscriber::registry()
        .with(lines)
        .try_init()
        .map_err(|_| TelemetryError::AlreadyOn)
}

fn lines<W>(
    settings: &Settings,
    default_filter: &str,
    writer: W,
) -> Result<impl Layer<Registry>, TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let given = settings.log_filter.as_deref().unwrap_or(default_filter);
    let filter = EnvFilter::builder()
        .parse(given)
        .map_err(|cause| TelemetryError::Filter {
            given: given.to_owned(),
            cause,
        })?;
    // That client logs the whole body of an answer it cannot parse, and such a body repeats the contract.
    let filter = filter.and(filter_fn(|metadata| {
        !metadata.target().starts_with("async_openai")
    }));
    let lines = tracing_subscriber::fmt::layer::<Registry>().with_writer(writer);
    let lines = match settings.log_format {
        LogFormat::Human => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    Ok(lines.with_filter(filter))
}

/// Names one request through every service it passes, after the W3C recommendation "Trace Context".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceId(Uuid);

impl TraceId {
    /// A new trace.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// The trace id inside a `traceparent` header (`00-<32 hex digits>-<16 hex digits>-<2 hex digits>`). None when the
    /// header is not of that form: a broken header starts a new trace rather than failing the request.
    pub fn parse_traceparent(header: &str) -> Option<Self> {
        let mut parts = header.split('-');
        let (version, trace, parent) = (parts.next()?, parts.next()?, parts.next()?);
        let well_formed = [(version, 2), (trace, 32), (parent, 16), (parts.next()?, 2)]
            .iter()
            .all(|(part, length)| part.len() == *length && part.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let id = Uuid::try_parse(trace).ok()?;
        (well_formed && !id.is_nil()).then_some(Self(id))
    }

    /// The header by which this trace continues in another service.
    pub fn traceparent(&self) -> String {
        let span = Uuid::new_v4().simple().to_string();
        format!("00-{self}-{}-01", span.get(..16).unwrap_or("0000000000000001"))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::settings::Environment;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is logged with these variables set.
    fn logged(variables: &[(&str, &str)], write: impl FnOnce()) -> String {
        let environment = variables
            .iter()
            .fold(Environment::default(), |all, (name, value)| {
                all.with(name, *value)
            });
        let page = Page::default();
        let writer = page.clone();
        let lines = lines(&Settings::read(&environment).unwrap(), "info", move || {
            writer.clone()
        })
        .unwrap();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), write);
        String::from_utf8(page.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn what_the_model_client_logs_is_dropped_whatever_the_filter_says() {
        for filter in [
            "info",
            "trace",
            "async_openai=trace,info",
            "async_openai::error=error",
        ] {
            let log = logged(&[("RUST_LOG", filter)], || {
                tracing::error!(target: "async_openai", "the Customer shall pay");
                tracing::error!(target: "async_openai::error", "the Customer shall pay");
                tracing::error!(target: "async_openai::error", "kept out too");
            });
            assert_eq!(log, "", "{filter}");
        }
        assert!(logged(&[], || tracing::error!(target: "extraction", "kept")).contains("kept"));
    }

    #[test]
    fn machines_get_one_object_a_line_with_the_fields_at_its_top() {
        let log = logged(&[("QUITTANCE_LOG_FORMAT", "json")], || {
            tracing::info!(pages = 3, "read");
        });
        let line: serde_json::Value = serde_json::from_str(&log).unwrap();
        assert_eq!((&line["pages"], &line["message"]), (&3.into(), &"read".into()));
        assert_eq!(logged(&[], || tracing::debug!("too fine")), "");
    }

    #[test]
    fn a_filter_that_cannot_be_understood_is_named() {
        let settings = Settings::read(&Environment::default().with("RUST_LOG", "info,=,=")).unwrap();
        let refused = lines(&settings, "info", std::io::stderr).err().unwrap();
        assert!(refused.to_string().starts_with("RUST_LOG is set to"), "{refused}");
    }

    #[test]
    fn a_trace_continues_in_the_next_service() {
        let trace = TraceId::random();
        assert_eq!(TraceId::parse_traceparent(&trace.traceparent()), Some(trace));
    }

    #[test]
    fn a_broken_header_is_no_trace() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(
            TraceId::parse_traceparent(good).unwrap().to_string(),
            "4bf92f3577b34da6a3ce929d0e0e4736"
        );
        for broken in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-zzf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceId::parse_traceparent(broken), None, "{broken}");
        }
    }
}
