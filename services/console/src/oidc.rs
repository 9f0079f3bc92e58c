//! Signing in with an organisation's own accounts, by OpenID Connect (authorization code with PKCE). Off unless an issuer
//! is set.
//!
//! The issuer says who somebody is; what that person may do is still decided by their key, which a file of the
//! administrator's names for each account. Nobody who is not in the file comes in.

mod issuer;
mod pending;
mod people;
mod token;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::answer::go;
use crate::fault::Fault;
use crate::link;
use crate::serve::Console;
use crate::session::{Cookies, VISIT, random};
use crate::sign_in::{begin, recognise, refused};
use issuer::Issuer;
use pending::{Pending, Waiting};

pub(crate) use issuer::trusted;
pub use people::People;

/// Where the issuer sends people back to.
pub(crate) const BACK: &str = "/sign-in/oidc/back";

/// What the console was told about the issuer.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// As the issuer calls itself (`QUITTANCE_OIDC_ISSUER`, such as `https://login.example.com`).
    pub issuer: String,
    /// As the issuer calls the console (`QUITTANCE_OIDC_CLIENT_ID`).
    pub client_id: String,
    /// What the two share, if anything (`QUITTANCE_OIDC_CLIENT_SECRET`).
    pub client_secret: Option<runtime::settings::Secret>,
    /// Where browsers find the console (`QUITTANCE_CONSOLE_URL`), without a slash at its end.
    pub console: String,
    /// Whose key is whose (`QUITTANCE_OIDC_PEOPLE`, a file).
    pub people: People,
}

/// The issuer, and the sign-ins that were begun there.
#[derive(Debug)]
pub(crate) struct Oidc {
    settings: OidcSettings,
    issuer: Issuer,
    waiting: Waiting,
}

/// Why nobody came in. All of it is for the person at the browser; the log says more.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OidcError {
    /// The issuer did not answer, or not as it should.
    #[error(
        "your organisation's sign-in does not answer as it should: try again in a moment, or sign in with a key"
    )]
    Issuer(String),
    /// It was begun elsewhere, too long ago, or before the console began.
    #[error("this sign-in was begun too long ago or on another browser: begin again")]
    Unknown,
    /// The issuer says no.
    #[error("your organisation's sign-in let nobody in: begin again, or ask whoever looks after it")]
    Denied,
    /// What the issuer says of the person is not to be trusted.
    #[error("what your organisation's sign-in says cannot be trusted: ask whoever looks after it")]
    Token(#[from] token::TokenError),
    /// Nobody knows the person here.
    #[error("no key is kept here for {0}: an administrator adds one to the file of QUITTANCE_OIDC_PEOPLE")]
    Stranger(String),
    /// The file names a key that was never made, or was taken back.
    #[error(
        "the key that is kept here for you is none that the services know: an administrator makes a new one"
    )]
    KeyUnknown,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Begun {
    #[serde(default)]
    next: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Returned {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    error: String,
}

impl Oidc {
    pub(crate) fn new(settings: OidcSettings) -> Self {
        Self {
            issuer: Issuer::new(),
            waiting: Waiting::default(),
            settings,
        }
    }

    fn back(&self) -> String {
        format!("{}{BACK}", self.settings.console)
    }

    /// Where the browser goes to sign in; the sign-in waits for its return.
    async fn begin(&self, visit: &str, next: &str) -> Result<String, OidcError> {
        let found = self.issuer.found(&self.settings.issuer).await?;
        let (state, nonce, verifier) = (random(), random(), random());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let back = self.back();
        let fields = [
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", &back),
            ("scope", "openid email"),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let place = link::with(&found.authorization_endpoint, &fields);
        self.waiting.add(
            state,
            Pending {
                visit: visit.to_owned(),
                next: next.to_owned(),
                nonce,
                verifier,
            },
        );
        Ok(place)
    }

    /// The key of whoever came back, and where they wanted to go.
    async fn finish(
        &self,
        visit: &str,
        returned: &Returned,
        now: Timestamp,
    ) -> Result<(String, String), OidcError> {
        let pending = self
            .waiting
            .take(&returned.state, visit)
            .ok_or(OidcError::Unknown)?;
        if returned.code.is_empty() {
            tracing::warn!(
                error = returned.error.escape_debug().to_string(),
                "the issuer let nobody in"
            );
            return Err(OidcError::Denied);
        }
        let found = self.issuer.found(&self.settings.issuer).await?;
        let answer = self
            .issuer
            .exchange(
                &found,
                &self.settings,
                &self.back(),
                &returned.code,
                &pending.verifier,
            )
            .await?;
        let keys = self.issuer.keys(&found).await?;
        let expected = token::Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: &pending.nonce,
            now: now.as_second(),
        };
        let person = token::verified(&answer, &keys, &expected)?;
        let key = self.settings.people.key_of(&person);
        let key = key.ok_or_else(|| OidcError::Stranger(person.name().to_owned()))?;
        Ok((key, pending.next))
    }
}

/// Off to the issuer, from the sign-in form of this browser.
pub(crate) async fn leave(
    State(console): State<Console>,
    headers: HeaderMap,
    Query(begun): Query<Begun>,
) -> Result<Response, Fault> {
    let oidc = console.oidc.as_ref().ok_or_else(Fault::nowhere)?;
    let Some(visit) = Cookies(&headers).get(VISIT) else {
        return go(&link::with("/sign-in", &[("next", &begun.next)]));
    };
    match oidc.begin(visit, &begun.next).await {
        Ok(place) => Ok(Redirect::to(&place).into_response()),
        Err(error) => told(&console, &headers, begun.next, &error),
    }
}

/// Back from the issuer.
pub(crate) async fn come_back(
    State(console): State<Console>,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Result<Response, Fault> {
    let oidc = console.oidc.as_ref().ok_or_else(Fault::nowhere)?;
    let visit = Cookies(&headers).get(VISIT).unwrap_or_default();
    let (key, next) = match oidc.finish(visit, &returned, console.clock.now()).await {
        Ok(found) => found,
        Err(error) => return told(&console, &headers, String::new(), &error),
    };
    match recognise(&console, &key).await? {
        Some((name, role)) => Ok(begin(&console, &headers, name, role, key, &next)),
        None => told(&console, &headers, next, &OidcError::KeyUnknown),
    }
}

fn told(console: &Console, headers: &HeaderMap, next: String, error: &OidcError) -> Result<Response, Fault> {
    match error {
        OidcError::Issuer(why) => tracing::warn!(why, "the issuer of identities fails"),
        OidcError::Token(why) => tracing::warn!(%why, "a token is not to be trusted"),
        OidcError::Unknown | OidcError::Denied | OidcError::Stranger(_) | OidcError::KeyUnknown => {}
    }
    let mut sentence = error.to_string();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    refused(console, headers, next, format!("{sentence}."))
}
