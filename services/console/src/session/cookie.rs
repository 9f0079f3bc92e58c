//! Cookies: few, small, and none that script can read.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// Holds the secret of a session.
pub(crate) const SESSION: &str = "quittance_session";
/// Ties the sign-in form to the browser it was served to, before there is a session.
pub(crate) const VISIT: &str = "quittance_visit";

/// The cookies a browser sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cookies<'h>(pub(crate) &'h HeaderMap);

impl<'h> Cookies<'h> {
    /// The value of a cookie; nothing if it was sent twice, because then one of them is not ours.
    pub(crate) fn get(self, name: &str) -> Option<&'h str> {
        let sent = self.0.get_all(COOKIE).iter();
        let pairs = sent
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
        values.next().filter(|_| values.next().is_none())
    }
}

/// A cookie that ends with the browser. Behind a proxy that speaks TLS it is marked to travel over TLS only.
pub(crate) fn set(name: &str, value: &str, headers: &HeaderMap) -> String {
    let secure = headers
        .get("x-forwarded-proto")
        .is_some_and(|protocol| protocol == "https");
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}")
}

/// A cookie that stays for a year: a choice of how pages look, never a secret.
pub(crate) fn lasting(name: &str, value: &str, headers: &HeaderMap) -> String {
    format!("{}; Max-Age=31536000", set(name, value, headers))
}

/// Takes a cookie back.
pub(crate) fn clear(name: &str, headers: &HeaderMap) -> String {
    format!("{}; Max-Age=0", set(name, "", headers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_is_sent_twice_is_none_of_ours() {
        for (sent, found) in [
            ("quittance_session=a", Some("a")),
            ("x=1; quittance_session=a; y=2", Some("a")),
            ("quittance_session=a; quittance_session=b", None),
            ("xquittance_session=a", None),
            ("quittance_session", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, sent.parse().unwrap());
            assert_eq!(Cookies(&headers).get(SESSION), found, "{sent}");
        }
    }

    #[test]
    fn no_script_and_no_other_site_gets_a_cookie() {
        let mut headers = HeaderMap::new();
        assert!(set(SESSION, "a", &headers).ends_with("; HttpOnly; SameSite=Lax"));
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        assert!(set(SESSION, "a", &headers).ends_with("; Secure"));
    }
}
