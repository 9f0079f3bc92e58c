//! Somebody at a browser who asks for pages and looks at the clock.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use console::DemoPerson;
use jiff::SignedDuration;
use runtime::caller::Role;
use runtime::server::bind;
use runtime::settings::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{ASKED, Page};
use crate::bench::Stage;
use crate::failure::Failure;

/// Somebody who is signed in.
pub(super) struct Browser {
    console: SocketAddr,
    cookie: String,
}

impl Browser {
    /// As a guest of a console that is opened for this.
    pub(super) async fn signed_in(stage: &mut Stage) -> Result<Self, Failure> {
        let key = stage.running.issue("finn", Role::Admin, stage.tenant)?;
        let guest = DemoPerson {
            name: "finn".to_owned(),
            does: "measures".to_owned(),
            key: Secret::new(key),
        };
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let bound = bind(anywhere)
            .await
            .map_err(|error| Failure::broken(error.to_string()))?;
        let console = bound.address();
        stage.running.open_console(bound, vec![guest])?;
        let form = ask(console, "GET", "/sign-in", "", "").await?;
        let visit = cookie(&form).unwrap_or_default();
        let token = form
            .split("name=\"token\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let body = format!("token={}&name=finn", token.unwrap_or_default());
        let answer = ask(console, "POST", "/sign-in/demo", &visit, &body).await?;
        let cookie = cookie(&answer).ok_or_else(|| Failure::broken("the console let nobody in"))?;
        Ok(Self { console, cookie })
    }

    pub(super) async fn time(&self, address: String) -> Result<Page, Failure> {
        let (mut times, mut bytes) = (Vec::new(), 0);
        for turn in 0..=ASKED {
            let began = Instant::now();
            let answer = ask(self.console, "GET", &address, &self.cookie, "").await?;
            if !answer.starts_with("HTTP/1.0 200") && !answer.starts_with("HTTP/1.1 200") {
                let head: String = answer.chars().take(200).collect();
                return Err(Failure::broken(format!("{address}: {head}")));
            }
            bytes = answer.len();
            if turn > 0 {
                times.push(SignedDuration::try_from(began.elapsed()).unwrap_or(SignedDuration::MAX));
            }
        }
        Ok(Page::of(address, times, bytes))
    }
}

/// One request over a connection of its own; the whole answer.
async fn ask(
    console: SocketAddr,
    method: &str,
    address: &str,
    cookie: &str,
    body: &str,
) -> Result<String, Failure> {
    let mut connection = TcpStream::connect(console).await?;
    let request = format!(
        "{method} {address} HTTP/1.0\r\nhost: {console}\r\ncookie: {cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The first cookie that an answer sets.
fn cookie(answer: &str) -> Option<String> {
    let line = answer
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))?;
    line.split(';').next().map(str::to_owned)
}
