//! Signing in with an organisation's account, before an issuer of our own on this machine.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::visitor::{Visitor, unescaped};
use crate::house::House;

/// What the issuer will say next, and what it was asked.
#[derive(Default)]
struct Said {
    /// By the code that it stands for: the claims of its token.
    tokens: BTreeMap<String, Value>,
    /// The forms that were sent to its token endpoint, with their authorization.
    asked: Vec<(String, String)>,
}

/// An issuer with one key, on this machine.
struct Issuer {
    url: String,
    said: Arc<Mutex<Said>>,
}

fn key() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

impl Issuer {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let said = Arc::<Mutex<Said>>::default();
        let (own, heard) = (url.clone(), said.clone());
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                answer(connection, &own, &heard);
            }
        });
        Self { url, said }
    }

    /// A code for somebody who signed in there, for the sign-in of that nonce.
    fn code(&self, nonce: &str, changed: &Value) -> String {
        let mut claims = json!({ "iss": self.url, "sub": "7f3", "aud": "console", "exp": 4_000_000_000_i64,
            "nonce": nonce, "email": "dana@example.com", "email_verified": true });
        for (field, value) in changed.as_object().unwrap() {
            claims[field] = value.clone();
        }
        let mut said = self.said.lock().unwrap();
        let code = format!("code-{}", said.tokens.len());
        said.tokens.insert(code.clone(), claims);
        code
    }
}

fn answer(mut connection: TcpStream, url: &str, said: &Mutex<Said>) {
    let (line, headers, body) = request(&connection);
    let found = match line.split(' ').nth(1).unwrap_or_default() {
        "/.well-known/openid-configuration" => {
            json!({ "issuer": url, "token_endpoint": format!("{url}/token"),
            "authorization_endpoint": format!("{url}/authorize"), "jwks_uri": format!("{url}/keys") })
        }
        "/keys" => {
            let x = URL_SAFE_NO_PAD.encode(key().public_key());
            json!({ "keys": [{ "kty": "oct" }, { "kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x }] })
        }
        "/token" => {
            let authorization = headers.get("authorization").cloned().unwrap_or_default();
            let mut said = said.lock().unwrap();
            let code = body.split('&').find_map(|field| field.strip_prefix("code="));
            let token = code
                .and_then(|code| said.tokens.remove(code))
                .map(|claims| token(&claims));
            said.asked.push((body.clone(), authorization));
            json!({ "access_token": "a", "token_type": "Bearer", "id_token": token })
        }
        _ => Value::Null,
    };
    let text = found.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close",
        text.len()
    );
    write!(connection, "{head}\r\n\r\n{text}").ok();
}

fn token(claims: &Value) -> String {
    let message = format!(
        "{}.{}",
        encoded(&json!({ "alg": "EdDSA", "kid": "k" })),
        encoded(claims)
    );
    format!(
        "{message}.{}",
        URL_SAFE_NO_PAD.encode(key().sign(message.as_bytes()))
    )
}

fn request(connection: &TcpStream) -> (String, BTreeMap<String, String>, String) {
    let mut reader = BufReader::new(connection);
    let mut lines = reader
        .by_ref()
        .lines()
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_lowercase(), value.to_owned()))
        })
        .collect();
    let length = headers
        .get("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok();
    (first, headers, String::from_utf8_lossy(&body).into_owned())
}

/// From the sign-in form to the issuer: the fields it was sent there with.
fn leave(visitor: &mut Visitor) -> BTreeMap<String, String> {
    let form = visitor.open("/sign-in?next=%2Fcontracts%3Fqueue%3Dall");
    let door = super::link(&form, "/sign-in/oidc");
    let gone = visitor.ask("GET", &door, &[], b"");
    assert_eq!(gone.status, 303, "{}", gone.text());
    let (_, query) = gone.header("location").split_once('?').unwrap();
    query
        .split('&')
        .filter_map(|field| field.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn back(state: &str, code: &str) -> String {
    format!("/sign-in/oidc/back?state={state}&code={code}")
}

/// A console with that issuer, where dana@example.com has a reviewer's key.
fn house(issuer: &Issuer) -> House {
    let house = House::open_with(&[]);
    let key = house.key("dana", "reviewer");
    let file = house.installation.path().join("people.json");
    std::fs::write(&file, json!({ "dana@example.com": key }).to_string()).unwrap();
    let file = file.to_string_lossy().into_owned();
    house.reopened(&[
        ("QUITTANCE_OIDC_ISSUER", &issuer.url),
        ("QUITTANCE_OIDC_CLIENT_ID", "console"),
        ("QUITTANCE_OIDC_CLIENT_SECRET", "s3 cret"),
        ("QUITTANCE_OIDC_PEOPLE", &file),
        ("QUITTANCE_CONSOLE_URL", "http://127.0.0.1:7003"),
    ])
}

#[test]
fn whoever_the_issuer_names_and_the_file_knows_comes_in_once() {
    let issuer = Issuer::open();
    let house = house(&issuer);
    let mut dana = house.stranger();
    let sent = leave(&mut dana);
    assert_eq!(sent["client_id"], "console");
    assert_eq!(
        sent["redirect_uri"],
        "http%3A%2F%2F127.0.0.1%3A7003%2Fsign-in%2Foidc%2Fback"
    );
    assert_eq!(
        (sent["scope"].as_str(), sent["code_challenge_method"].as_str()),
        ("openid+email", "S256")
    );

    // On another browser the same answer lets nobody in.
    let code = issuer.code(&sent["nonce"], &json!({}));
    let stolen = house.stranger().open(&back(&sent["state"], &code));
    assert_eq!(stolen.status, 403, "{}", stolen.text());
    assert!(
        stolen.text().contains("on another browser: begin again"),
        "{}",
        stolen.text()
    );

    let inside = dana.open(&back(&sent["state"], &code));
    assert_eq!(
        (inside.status, inside.address.as_str()),
        (200, "/contracts?queue=all")
    );
    assert!(inside.text().contains("<b>dana</b>"), "{}", inside.text());
    let again = dana.open(&back(&sent["state"], &code));
    assert_eq!(again.status, 403, "each sign-in comes back once");

    let said = issuer.said.lock().unwrap();
    let (form, authorization) = &said.asked[0];
    assert!(form.contains("code_verifier=") && !form.contains("s3"), "{form}");
    assert_eq!(authorization, "Basic Y29uc29sZTpzMytjcmV0");
    assert_eq!(
        said.asked.len(),
        1,
        "a code of another browser is not even redeemed"
    );
}

#[test]
fn whom_the_issuer_does_not_vouch_for_stays_outside() {
    let issuer = Issuer::open();
    let house = house(&issuer);
    for (changed, told) in [
        (json!({ "nonce": "another" }), "cannot be trusted"),
        (json!({ "aud": "another" }), "cannot be trusted"),
        (json!({ "iss": "http://127.0.0.1:1" }), "cannot be trusted"),
        (json!({ "exp": 1_000_000_000 }), "cannot be trusted"),
        (json!({ "email_verified": false }), "No key is kept here for 7f3"),
        (
            json!({ "email": "eve@example.com" }),
            "No key is kept here for eve@example.com",
        ),
    ] {
        let mut visitor = house.stranger();
        let sent = leave(&mut visitor);
        let code = issuer.code(&sent["nonce"], &changed);
        let page = visitor.open(&back(&sent["state"], &code));
        assert_eq!(page.status, 403, "{changed}: {}", page.text());
        assert!(
            unescaped(&page.text()).contains(told),
            "{changed}: {}",
            page.text()
        );
        assert!(
            !visitor.open("/contracts").text().contains("class=\"who\""),
            "{changed}"
        );
    }
    let mut visitor = house.stranger();
    let sent = leave(&mut visitor);
    let denied = visitor.open(&format!(
        "/sign-in/oidc/back?state={}&error=access_denied",
        sent["state"]
    ));
    assert!(denied.text().contains("let nobody in"), "{}", denied.text());
    let unknown = visitor.open(&back("state", "code"));
    assert!(unknown.text().contains("begin again"), "{}", unknown.text());
}

#[test]
fn without_an_issuer_there_is_no_such_door() {
    let house = House::open();
    let mut visitor = house.stranger();
    let form = visitor.open("/sign-in");
    assert!(!form.text().contains("/sign-in/oidc"), "{}", form.text());
    assert_eq!(visitor.open("/sign-in/oidc").status, 404);
}
