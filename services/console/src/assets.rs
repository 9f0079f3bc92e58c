//! Style, script and pictures, in the program itself.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::fault::Fault;
use crate::serve::Console;

const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

macro_rules! asset {
    ($name:literal, $kind:expr) => {
        ($name, $kind, include_bytes!(concat!("../assets/", $name)))
    };
}

const ASSETS: &[(&str, &str, &[u8])] = &[
    asset!("style.css", STYLE),
    asset!("console.js", SCRIPT),
    asset!("swap.js", SCRIPT),
    asset!("sheet.js", SCRIPT),
    asset!("slide.js", SCRIPT),
    asset!("icon.svg", PICTURE),
];

/// Names the present state of all assets, so that a browser may keep them for ever and still sees every change.
pub(crate) static EDITION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for (name, _, bytes) in ASSETS {
        hash.update(name);
        hash.update(bytes);
    }
    hash.finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
});

pub(crate) fn pages() -> Router<Console> {
    Router::new().route("/assets/{edition}/{name}", get(asset))
}

async fn asset(Path((edition, name)): Path<(String, String)>) -> Response {
    let Some((_, kind, bytes)) = ASSETS.iter().find(|(known, ..)| *known == name) else {
        return Fault::nowhere().into_response();
    };
    // A page from before an update asks for what is no longer there: it gets the new one, but must not keep it.
    let keep = if edition == *EDITION {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    ([(CONTENT_TYPE, *kind), (CACHE_CONTROL, keep)], *bytes).into_response()
}
