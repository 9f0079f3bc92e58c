//! Identity tokens (OpenID Connect Core, 3.1.3.7): signed by a key of the issuer, meant for this console and this sign-in,
//! and not yet over.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// How far two clocks may be apart, in seconds.
const LEEWAY: i64 = 60;

/// A public key of the issuer.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Jwk {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "use")]
    used_for: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
}

/// What a token must say to be meant for us.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// Seconds since 1970.
    pub(super) now: i64,
}

/// Who the issuer says came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) sub: String,
    /// Only where the issuer vouches for it.
    pub(super) email: Option<String>,
}

impl Person {
    pub(super) fn name(&self) -> &str {
        self.email.as_deref().unwrap_or(&self.sub)
    }
}

/// Why a token is not to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("it is no token of three parts")]
    Malformed,
    #[error("it is signed in a way that is not taken (RS256, ES256 and EdDSA are)")]
    Algorithm,
    #[error("no key of the issuer made its signature")]
    Signature,
    #[error("another issuer made it")]
    Issuer,
    #[error("it is meant for another client")]
    Audience,
    #[error("its time is over, or has not come")]
    Time,
    #[error("it belongs to another sign-in")]
    Nonce,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    #[serde(default)]
    iat: Option<i64>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    email_verified: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Whom a token names, once everything about it is as expected.
pub(super) fn verified(token: &str, keys: &[Jwk], expected: &Expected<'_>) -> Result<Person, TokenError> {
    let claims: Claims = signed(token, keys)?;
    if claims.iss != expected.issuer {
        return Err(TokenError::Issuer);
    }
    if !claims.is_for(expected.client_id) {
        return Err(TokenError::Audience);
    }
    let begins = claims.iat.unwrap_or(expected.now).saturating_sub(LEEWAY);
    if expected.now < begins || expected.now >= claims.exp.saturating_add(LEEWAY) {
        return Err(TokenError::Time);
    }
    if expected.nonce.is_empty() || claims.nonce != expected.nonce {
        return Err(TokenError::Nonce);
    }
    let vouched = claims.email_verified == true || claims.email_verified == "true";
    Ok(Person {
        email: claims.email.filter(|_| vouched),
        sub: claims.sub,
    })
}

impl Claims {
    fn is_for(&self, client: &str) -> bool {
        let named = match &self.aud {
            Audience::One(one) => one == client,
            Audience::Several(all) => {
                all.iter().any(|one| one == client) && (all.len() == 1 || self.azp.is_some())
            }
        };
        named && self.azp.as_ref().is_none_or(|party| party == client)
    }
}

/// What a token says, if one of these keys signed it.
fn signed<T: DeserializeOwned>(token: &str, keys: &[Jwk]) -> Result<T, TokenError> {
    let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let (head, body) = message.split_once('.').ok_or(TokenError::Malformed)?;
    let header: Header = part(head)?;
    let signature = decoded(signature).ok_or(TokenError::Malformed)?;
    if !matches!(header.alg.as_str(), "RS256" | "ES256" | "EdDSA") {
        return Err(TokenError::Algorithm);
    }
    let may = |key: &&Jwk| {
        key.used_for.as_deref() != Some("enc") && (header.kid.is_none() || key.kid == header.kid)
    };
    let mut keys = keys.iter().filter(may);
    keys.any(|key| key.signed(&header.alg, message.as_bytes(), &signature).is_some())
        .then(|| part(body))
        .ok_or(TokenError::Signature)?
}

impl Jwk {
    /// Did this key make the signature, in that way? The way is the key's own to say; a token cannot choose another.
    fn signed(&self, alg: &str, message: &[u8], signature: &[u8]) -> Option<()> {
        let bytes = |field: &Option<String>| decoded(field.as_deref()?);
        match (alg, self.kty.as_str(), self.crv.as_deref()) {
            ("RS256", "RSA", _) => {
                let key = RsaPublicKeyComponents {
                    n: bytes(&self.n)?,
                    e: bytes(&self.e)?,
                };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).ok()
            }
            ("ES256", "EC", Some("P-256")) => {
                let point = [vec![4], bytes(&self.x)?, bytes(&self.y)?].concat();
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                key.verify(message, signature).ok()
            }
            ("EdDSA", "OKP", Some("Ed25519")) => {
                let key = UnparsedPublicKey::new(&ED25519, bytes(&self.x)?);
                key.verify(message, signature).ok()
            }
            _ => None,
        }
    }
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, TokenError> {
    let bytes = decoded(text).ok_or(TokenError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests;
