//! Tokens that are as they should be, and every way in which one is not.

use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_800_000_000;

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn token(seed: u8, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let signature = pair(seed).sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn keys() -> Vec<Jwk> {
    let x = URL_SAFE_NO_PAD.encode(pair(7).public_key());
    let key = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "one", "use": "sig", "x": x });
    vec![serde_json::from_value(key).unwrap()]
}

fn head() -> Value {
    json!({ "alg": "EdDSA", "kid": "one" })
}

fn claims() -> Value {
    json!({ "iss": "https://login.example.com", "sub": "7f3", "aud": "console", "exp": NOW + 300, "iat": NOW - 5,
        "nonce": "n", "email": "dana@example.com", "email_verified": true })
}

fn read(token: &str) -> Result<Person, TokenError> {
    let expected = Expected {
        issuer: "https://login.example.com",
        client_id: "console",
        nonce: "n",
        now: NOW,
    };
    verified(token, &keys(), &expected)
}

fn with(field: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[field] = value;
    claims
}

#[test]
fn a_token_that_is_as_expected_names_somebody() {
    let person = read(&token(7, &head(), &claims())).unwrap();
    assert_eq!((person.sub.as_str(), person.name()), ("7f3", "dana@example.com"));
    for vouching in [json!(false), json!(null), json!("no"), json!(1)] {
        let person = read(&token(7, &head(), &with("email_verified", vouching))).unwrap();
        assert_eq!(person.email, None, "an address nobody vouches for is none");
    }
    let several = with("aud", json!(["console"]));
    assert!(read(&token(7, &head(), &several)).is_ok());
}

#[test]
fn whatever_is_not_as_expected_names_nobody() {
    for (field, value, error) in [
        ("iss", json!("https://login.example.com/"), TokenError::Issuer),
        ("aud", json!("another"), TokenError::Audience),
        ("aud", json!(["another", "console"]), TokenError::Audience),
        ("azp", json!("another"), TokenError::Audience),
        ("exp", json!(NOW - 60), TokenError::Time),
        ("iat", json!(NOW + 61), TokenError::Time),
        ("nonce", json!("m"), TokenError::Nonce),
        ("nonce", json!(""), TokenError::Nonce),
        ("exp", json!("soon"), TokenError::Malformed),
    ] {
        let found = read(&token(7, &head(), &with(field, value)));
        assert_eq!(found, Err(error), "{field}");
    }
}

#[test]
fn nobody_else_signs_and_no_token_chooses_how_it_is_checked() {
    assert_eq!(read(&token(8, &head(), &claims())), Err(TokenError::Signature));
    let other = json!({ "alg": "EdDSA", "kid": "two" });
    assert_eq!(read(&token(7, &other, &claims())), Err(TokenError::Signature));
    for (alg, error) in [
        ("none", TokenError::Algorithm),
        ("HS256", TokenError::Algorithm),
        ("RS256", TokenError::Signature),
        ("ES256", TokenError::Signature),
    ] {
        let header = json!({ "alg": alg, "kid": "one" });
        assert_eq!(read(&token(7, &header, &claims())), Err(error), "{alg}");
    }
    let good = token(7, &head(), &claims());
    let (message, _) = good.rsplit_once('.').unwrap();
    assert_eq!(read(&format!("{message}.")), Err(TokenError::Signature));
    for broken in ["", "a.b", "a.b.c", "..", &good[1..]] {
        assert!(read(broken).is_err(), "{broken}");
    }
}

/// The example of RFC 7515, appendix A.2.
#[test]
fn a_signature_by_rsa_is_checked() {
    let key = json!({ "kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddx\
        HmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-\
        bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7\
        aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ" });
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc1\
        9yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2\
        Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0Ga\
        rZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqV\
        t5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    let keys = [serde_json::from_value::<Jwk>(key).unwrap()];
    let claims: Value = signed(token, &keys).unwrap();
    assert_eq!(claims["iss"], "joe");
    let (message, signature) = token.rsplit_once('.').unwrap();
    let forged = format!(
        "{}.{signature}",
        message.replacen("eyJpc3MiOiJqb2Ui", "eyJpc3MiOiJqb2Uh", 1)
    );
    assert_eq!(
        signed::<Value>(&forged, &keys).unwrap_err(),
        TokenError::Signature
    );
}
