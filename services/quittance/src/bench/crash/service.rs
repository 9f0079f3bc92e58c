//! The invoicing service as a process of its own, which can be killed.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::connection::Services;
use crate::failure::Failure;

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub(in crate::bench) struct Service {
    child: Child,
    home: PathBuf,
    url: String,
}

impl Service {
    /// Starts this very program as the service of an installation, and waits until it says where it listens.
    pub(in crate::bench) async fn start(home: &Path) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["serve", "invoicing", "--invoicing-address", "127.0.0.1:0"])
            .env("QUITTANCE_HOME", home)
            .env("RUST_LOG", "error")
            .env_remove("QUITTANCE_KEYS")
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = command.spawn()?;
        let url = timeout(PATIENCE, address(&mut child))
            .await
            .map_err(|_| Failure::broken("the service did not start within a minute"))??;
        Ok(Self {
            child,
            home: home.to_owned(),
            url,
        })
    }

    /// The same installation, served by a new process.
    pub(in crate::bench) async fn restarted(&self) -> Result<Self, Failure> {
        Self::start(&self.home).await
    }

    /// SIGKILL: no chance to tidy up.
    pub(in crate::bench) async fn kill(&mut self) -> Result<(), Failure> {
        Ok(self.child.kill().await?)
    }

    /// How to ask it with a key.
    pub(in crate::bench) fn asked_with(&self, key: &str) -> Services {
        Services {
            extraction_url: String::new(),
            invoicing_url: self.url.clone(),
            key: Some(key.to_owned()),
        }
    }
}

async fn address(child: &mut Child) -> Result<String, Failure> {
    let silent = || Failure::broken("the service ended before it listened");
    let stdout = child.stdout.take().ok_or_else(silent)?;
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some(address) = line.strip_prefix("invoicing listens on ") {
            return Ok(format!("http://{address}"));
        }
    }
    Err(silent())
}
