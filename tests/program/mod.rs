//! The real program, started as a person would: built once, run in a folder of its own, stopped by signals.

#![allow(dead_code, reason = "each story uses its own part of this")]

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;

static BINARY: OnceLock<PathBuf> = OnceLock::new();

/// The program, built together with all tests: a build of the package alone would unite other features and compile half of
/// the dependencies once more. `QUITTANCE_PROGRAM` names one that was built before, to be tested as it is.
pub(crate) fn binary() -> &'static Path {
    BINARY.get_or_init(|| {
        if let Some(built) = std::env::var_os("QUITTANCE_PROGRAM") {
            return PathBuf::from(built);
        }
        let output = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "--workspace", "--all-targets"])
            .args(["--message-format", "json"])
            .current_dir(root())
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(output.status.success(), "the program does not build");
        let text = String::from_utf8(output.stdout).unwrap();
        let mut built = text.lines().filter_map(executable);
        built.next_back().unwrap()
    })
}

/// Where the program is, if this message of the build tells it.
fn executable(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let target = &message["target"];
    let is_program =
        target["name"] == "quittance" && target["kind"][0] == "bin" && message["profile"]["test"] == false;
    Some(PathBuf::from(
        message["executable"].as_str().filter(|_| is_program)?,
    ))
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of real contracts and damaged files; says so loudly where there is none.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let Some(shared) = std::env::var_os("QUITTANCE_SHARED") else {
        eprintln!("\n*** QUITTANCE_SHARED is unset: nothing of {folder} is tested here ***\n");
        return None;
    };
    Some(PathBuf::from(shared).join(folder))
}

/// One installation: a folder with a private PostgreSQL and keys.
pub(crate) struct Installation {
    folder: tempfile::TempDir,
}

/// A program that runs until it is told to stop; killed when dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) listens: Vec<(String, String)>,
}

impl Installation {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .current_dir(root())
            .env("QUITTANCE_HOME", self.folder.path())
            // Whether a machine has it must decide no other test.
            .env("QUITTANCE_TESSERACT", "none");
        for variable in [
            "DATABASE_URL",
            "QUITTANCE_API_KEY",
            "QUITTANCE_KEYS",
            "QUITTANCE_MODEL_URL",
            "RUST_BACKTRACE",
        ] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Starts a server and waits until it says where it listens.
    pub(crate) fn serve(&self, arguments: &[&str], environment: &[(&str, &str)], services: usize) -> Running {
        let log = File::create(
            self.folder
                .path()
                .join(format!("{}.log", arguments.join("-").replace('/', "_"))),
        )
        .unwrap();
        let mut command = self.command(arguments);
        command
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut listens = Vec::new();
        while listens.len() < services {
            let line = lines
                .next()
                .unwrap_or_else(|| panic!("{arguments:?} ended: {}", self.logs()))
                .unwrap();
            if let Some((service, address)) = line.split_once(" listens on ") {
                listens.push((service.to_owned(), format!("http://{address}")));
            }
        }
        // Whoever reads nothing any more must not stop the program from writing.
        std::thread::spawn(move || lines.for_each(drop));
        Running { child, listens }
    }

    fn logs(&self) -> String {
        let mut text = String::new();
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "log") {
                File::open(path).unwrap().read_to_string(&mut text).unwrap();
            }
        }
        text
    }
}

impl Running {
    pub(crate) fn url(&self, service: &str) -> &str {
        let found = self.listens.iter().find(|(name, _)| name == service);
        &found.unwrap_or_else(|| panic!("{service} does not listen")).1
    }

    /// SIGTERM, and how it ended.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        signal(&self.child, "TERM");
        wait(&mut self.child, Duration::from_secs(20))
    }

    /// SIGKILL: no chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            signal(&self.child, "TERM");
            wait(&mut self.child, Duration::from_secs(20));
        }
    }
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

fn wait(child: &mut Child, patience: Duration) -> ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if began.elapsed() > patience {
            child.kill().unwrap();
            panic!("the program did not end within {patience:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Asks again and again until the answer is there.
pub(crate) fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{what} did not happen within a minute"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// What a command printed with `--json`.
pub(crate) fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// What a command said on standard error.
pub(crate) fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
