//! The rules of the house, executable: who may depend on whom, what a pure crate may not touch, what stands at the top.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Every crate and the siblings it may use. A crate that is not here does not belong in `services/`.
const DIRECTION: [(&str, &[&str]); 9] = [
    ("pricing", &[]),
    ("contract", &["pricing"]),
    ("billing", &["pricing"]),
    ("wire", &["pricing"]),
    ("runtime", &[]),
    ("extraction", &["contract", "pricing", "runtime", "wire"]),
    ("invoicing", &["billing", "pricing", "runtime", "wire"]),
    // Pages for people: a client of the two services, nothing else.
    ("console", &["runtime", "wire"]),
    // The command line starts all of them; `read` shows what the reader says without any of them, and `eval` follows
    // a contract from its words to the cents of its invoices, which needs both ends without a server between them.
    (
        "quittance",
        &[
            "billing",
            "console",
            "contract",
            "extraction",
            "invoicing",
            "pricing",
            "runtime",
            "wire",
        ],
    ),
];

const PURE: [&str; 3] = ["pricing", "contract", "billing"];

/// Anything that waits, connects or asks the system: not even through a dependency.
const IMPURE_PACKAGES: [&str; 12] = [
    "async-std",
    "axum",
    "hyper",
    "mio",
    "reqwest",
    "smol",
    "socket2",
    "sqlx",
    "tokio",
    "tonic",
    "ureq",
    "async-openai",
];

/// What a pure crate's own source may not say.
const IMPURE_WORDS: [&str; 14] = [
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::env",
    "std::time",
    "async fn",
    ".await",
    "static mut",
    "OnceLock",
    "LazyLock",
    "thread_local!",
    "println!",
    "eprintln!",
];

#[test]
fn crates_depend_only_downwards() {
    let metadata = metadata();
    let ours: BTreeSet<&str> = DIRECTION.iter().map(|(name, _)| *name).collect();
    for (name, allowed) in DIRECTION {
        let used: BTreeSet<&str> = dependencies(package(&metadata, name), &["normal", "build", "dev"])
            .filter(|dependency| ours.contains(dependency) && *dependency != name)
            .collect();
        let wrong: Vec<&&str> = used.iter().filter(|used| !allowed.contains(used)).collect();
        assert!(
            wrong.is_empty(),
            "{name} may not use {wrong:?}: see services/README.md, \"Direction\""
        );
    }
}

#[test]
fn every_crate_in_services_has_a_place() {
    let root = root();
    let found: BTreeSet<String> = fs::read_dir(root.join("services"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").exists())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let known: BTreeSet<String> = DIRECTION.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(found, known);
}

#[test]
fn pure_crates_reach_no_io_through_their_dependencies() {
    for name in PURE {
        let tree = cargo(&[
            "tree",
            "--package",
            name,
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ]);
        let packages: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        let reached: Vec<&&str> = IMPURE_PACKAGES
            .iter()
            .filter(|package| packages.contains(*package))
            .collect();
        assert!(packages.len() > 5, "cargo tree showed nothing for {name}");
        assert!(reached.is_empty(), "{name} is pure, but reaches {reached:?}");
    }
}

#[test]
fn pure_crates_say_no_impure_word() {
    for (name, path, line, text) in PURE.iter().flat_map(|name| source_lines(name)) {
        for word in IMPURE_WORDS {
            assert!(
                !text.contains(word),
                "{name} is pure, but {}:{line} says `{word}`",
                path.display()
            );
        }
    }
}

#[test]
fn no_float_comes_near_money() {
    for (name, path, line, text) in ["pricing", "billing"].iter().flat_map(|name| source_lines(name)) {
        let float = text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == "f64" || word == "f32");
        assert!(
            !float,
            "{name} counts money, but {}:{line} has a float",
            path.display()
        );
    }
}

#[test]
fn every_crate_takes_the_workspace_lints() {
    for (name, _) in DIRECTION {
        let manifest = fs::read_to_string(root().join("services").join(name).join("Cargo.toml")).unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{name} does not take the workspace lints"
        );
    }
}

#[test]
fn every_library_says_what_it_owns() {
    for (name, _) in DIRECTION {
        let header = ["lib.rs", "main.rs"]
            .iter()
            .find_map(|file| {
                fs::read_to_string(root().join("services").join(name).join("src").join(file)).ok()
            })
            .unwrap();
        for part in [
            "**Owns**",
            "**Does not own**",
            "**Words that must not be confused.**",
            "**Always true.**",
        ] {
            assert!(header.contains(part), "the header of {name} does not say {part}");
        }
    }
}

#[test]
fn every_migration_is_compiled_into_its_service() {
    for path in git(&["ls-files", ":(glob)services/*/migrations/*.sql"]).lines() {
        let (service, file) = path.split_once("/migrations/").unwrap();
        let name = format!("\"{}\"", file.trim_end_matches(".sql"));
        let store = root().join(service).join("src/store.rs");
        let named = fs::read_to_string(&store).unwrap().contains(&name);
        assert!(
            named,
            "{} does not name {file}: it would never be applied",
            store.display()
        );
    }
}

#[test]
fn the_visible_top_level_is_the_map() {
    let expected = [
        "Cargo.lock",
        "Cargo.toml",
        "Dockerfile",
        "LICENSE",
        "README.md",
        "docker-compose.yml",
        "fuzz",
        "proto",
        "rust-toolchain.toml",
        "samples",
        "schemas",
        "services",
        "tests",
    ];
    let found: BTreeSet<String> = git(&["ls-files"])
        .lines()
        .filter_map(|path| path.split('/').next())
        .filter(|name| !name.starts_with('.'))
        .map(str::to_owned)
        .collect();
    assert_eq!(found, expected.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn no_module_hides_behind_an_empty_name() {
    const EMPTY: [&str; 9] = [
        "util",
        "utils",
        "common",
        "helper",
        "helpers",
        "misc",
        "shared",
        "types",
        "constants",
    ];
    for path in git(&["ls-files", "*.rs"]).lines().map(PathBuf::from) {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            !EMPTY.contains(&stem.as_str()),
            "{} says nothing about what lives there",
            path.display()
        );
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn cargo(arguments: &[&str]) -> String {
    run(Command::new(env!("CARGO")).args(arguments).arg("--locked"))
}

fn git(arguments: &[&str]) -> String {
    run(Command::new("git").args(arguments))
}

fn run(command: &mut Command) -> String {
    let output = command.current_dir(root()).output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn metadata() -> Value {
    serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).unwrap()
}

fn package<'m>(metadata: &'m Value, name: &str) -> &'m Value {
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .find(|package| package["name"] == name)
        .unwrap_or_else(|| panic!("no crate {name}"))
}

fn dependencies<'m>(package: &'m Value, kinds: &'m [&str]) -> impl Iterator<Item = &'m str> {
    let list = package["dependencies"].as_array().unwrap();
    list.iter()
        .filter(|dependency| kinds.contains(&dependency["kind"].as_str().unwrap_or("normal")))
        .map(|dependency| dependency["name"].as_str().unwrap())
}

/// The lines of a crate's source that are compiled into it: no comments, and no tests.
fn source_lines(name: &str) -> Vec<(String, PathBuf, usize, String)> {
    let mut files = Vec::new();
    collect(&root().join("services").join(name).join("src"), &mut files);
    files.into_iter().flat_map(|path| lines_of(name, path)).collect()
}

fn lines_of(name: &str, path: PathBuf) -> Vec<(String, PathBuf, usize, String)> {
    let text = fs::read_to_string(&path).unwrap();
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.contains("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(at, line)| (name.to_owned(), path.clone(), at + 1, line.to_owned()))
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}
