//! Asking the issuer: where its doors are, which keys it signs with, what a code stands for.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::token::Jwk;
use super::{OidcError, OidcSettings};

/// A person waits for it.
const PATIENCE: Duration = Duration::from_secs(10);
/// No answer of an issuer is longer, in bytes.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// An address to which nothing secret may be sent.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no https address (plain http is only for this machine)")]
pub(crate) struct NotTrusted(String);

/// The way to the issuer.
#[derive(Debug)]
pub(super) struct Issuer {
    client: Client,
}

/// What the issuer says of itself.
#[derive(Debug, Deserialize)]
pub(super) struct Found {
    issuer: String,
    pub(super) authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct Keys {
    keys: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Tokens {
    id_token: String,
}

/// An address that is encrypted on its way, or does not leave this machine.
pub(crate) fn trusted(address: &str) -> Result<Url, NotTrusted> {
    let fault = || NotTrusted(address.to_owned());
    let url: Url = address.parse().map_err(|_| fault())?;
    let here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    match url.scheme() {
        "https" => Ok(url),
        "http" if here => Ok(url),
        _ => Err(fault()),
    }
}

impl Issuer {
    pub(super) fn new() -> Self {
        runtime::install_tls();
        let client = Client::builder()
            .timeout(PATIENCE)
            // Secrets go where the issuer's own description says, and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .build();
        Self {
            client: client.unwrap_or_default(),
        }
    }

    /// Asked at each sign-in: people sign in seldom, and issuers change their keys.
    pub(super) async fn found(&self, issuer: &str) -> Result<Found, OidcError> {
        let place = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let found: Found = self.answer(self.client.get(safe(&place)?)).await?;
        if found.issuer != issuer {
            let why = format!("{issuer} calls itself {}", found.issuer);
            return Err(OidcError::Issuer(why));
        }
        safe(&found.authorization_endpoint)?;
        Ok(found)
    }

    /// Keys of sorts that are not known are passed over.
    pub(super) async fn keys(&self, found: &Found) -> Result<Vec<Jwk>, OidcError> {
        let keys: Keys = self.answer(self.client.get(safe(&found.jwks_uri)?)).await?;
        let known = keys
            .keys
            .into_iter()
            .filter_map(|key| serde_json::from_value(key).ok());
        Ok(known.collect())
    }

    /// The token that says who came back with a code.
    pub(super) async fn exchange(
        &self,
        found: &Found,
        settings: &OidcSettings,
        back: &str,
        code: &str,
        verifier: &str,
    ) -> Result<String, OidcError> {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", verifier),
            ("client_id", &settings.client_id),
        ];
        let secret = settings.client_secret.as_ref().map(|secret| secret.reveal());
        let in_header = found.takes_secrets_in_a_header();
        if let Some(secret) = secret.filter(|_| !in_header) {
            fields.push(("client_secret", secret));
        }
        let mut request = self
            .client
            .post(safe(&found.token_endpoint)?)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(serde_urlencoded::to_string(&fields).unwrap_or_default());
        if let Some(secret) = secret.filter(|_| in_header) {
            request = request.header(AUTHORIZATION, basic(&settings.client_id, secret));
        }
        let tokens: Tokens = self.answer(request).await?;
        Ok(tokens.id_token)
    }

    async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, OidcError> {
        let failed = |error: reqwest::Error| OidcError::Issuer(error.to_string());
        let mut response = request
            .header(ACCEPT, "application/json")
            .send()
            .await
            .map_err(failed)?;
        let status = response.status();
        if !status.is_success() {
            return Err(OidcError::Issuer(format!("it answers {status}")));
        }
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&piece);
            if body.len() > LARGEST_ANSWER {
                return Err(OidcError::Issuer("it answers more than 1 MiB".to_owned()));
            }
        }
        // What is wrong with it is told without what stands in it: it may be a token.
        serde_json::from_slice(&body).map_err(|error| {
            OidcError::Issuer(format!(
                "its answer is not understood at column {}",
                error.column()
            ))
        })
    }
}

impl Found {
    /// The usual way where it does not say (OpenID Connect Discovery, section 3).
    fn takes_secrets_in_a_header(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_ref();
        methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"))
    }
}

fn safe(address: &str) -> Result<Url, OidcError> {
    trusted(address).map_err(|error| OidcError::Issuer(error.to_string()))
}

/// Both parts are escaped as in a form (RFC 6749, section 2.3.1).
fn basic(client: &str, secret: &str) -> String {
    let escaped = |text: &str| serde_urlencoded::to_string([("", text)]).unwrap_or_default();
    let pair = format!("{}:{}", &escaped(client)[1..], &escaped(secret)[1..]);
    format!("Basic {}", STANDARD.encode(pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_leave_this_machine_encrypted_or_not_at_all() {
        for (address, may) in [
            ("https://login.example.com/tenant", true),
            ("http://127.0.0.1:9000", true),
            ("http://localhost/realm", true),
            ("http://login.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("ftp://login.example.com", false),
            ("login.example.com", false),
        ] {
            assert_eq!(trusted(address).is_ok(), may, "{address}");
        }
    }

    #[test]
    fn a_secret_in_a_header_is_escaped_first() {
        assert_eq!(
            basic("a b", "c:d"),
            format!("Basic {}", STANDARD.encode("a+b:c%3Ad"))
        );
    }
}
