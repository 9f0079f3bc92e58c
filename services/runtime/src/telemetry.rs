//! Logs on standard error, and the trace id that ties together what one request did.

use std::fmt;

use tracing_subscriber::filter::{EnvFilter, FilterExt, ParseError, filter_fn};
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
    let lines = tracing_subscriber::fmt::layer::<Registry>().with_writer(std::io::stderr);
    let lines = match settings.log_format {
        LogFormat::Human => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .try_init()
        .map_err(|_| TelemetryError::AlreadyOn)
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
    use super::*;

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
