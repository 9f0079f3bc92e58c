//! Real contracts with golden quotes: every quote must stand on its page in what we read.
//!
//! `QUITTANCE_SHARED` names the folder that holds `contracts/` (see its README). Without it nothing is measured,
//! and the test says so.
#![expect(clippy::print_stderr, reason = "the table of misses is what this test is for")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a broken corpus must stop the test"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use contract::file::{Limits, ReadError, read_all};
use contract::page::Document;
use serde_json::Value;

/// Quotes found on the right page, per thousand, below which reading got worse.
const FLOOR: usize = 995;

#[test]
fn quotes_of_real_contracts_stand_on_their_pages() {
    let Some(folder) =
        std::env::var_os("QUITTANCE_SHARED").map(|shared| PathBuf::from(shared).join("contracts"))
    else {
        eprintln!("NOT MEASURED: set QUITTANCE_SHARED to the folder that holds contracts/");
        return;
    };
    let mut total = Score::default();
    for golden in goldens(&folder) {
        let score = score(&golden);
        eprintln!("{score}");
        total.add(&score);
    }
    eprintln!("{total}");
    assert!(total.asked > 0, "no golden files under {}", folder.display());
    assert!(
        total.found * 1000 >= total.asked * FLOOR,
        "{} of {} quotes found",
        total.found,
        total.asked
    );
}

#[derive(Default)]
struct Score {
    name: String,
    found: usize,
    asked: usize,
    pages: usize,
    spent: Duration,
    misses: Vec<String>,
}

impl Score {
    fn add(&mut self, other: &Self) {
        self.name = String::from("TOTAL");
        self.found += other.found;
        self.asked += other.asked;
        self.pages += other.pages;
        self.spent += other.spent;
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let each = self.spent.as_micros() / u128::try_from(self.pages.max(1)).unwrap_or(1);
        writeln!(
            f,
            "{:4}/{:<4} {:3} pages {each:6} us/page  {}",
            self.found, self.asked, self.pages, self.name
        )?;
        self.misses
            .iter()
            .try_for_each(|miss| write!(f, "\n      miss {miss}"))
    }
}

fn goldens(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = [folder.to_owned(), folder.join("modern")]
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".golden.json"))
        .collect();
    found.sort();
    found
}

fn score(golden: &Path) -> Score {
    let json: Value = serde_json::from_slice(&fs::read(golden).unwrap()).unwrap();
    let begun = Instant::now();
    let parts = parts(golden, &json);
    let mut score = Score {
        name: json["id"].as_str().unwrap().to_owned(),
        spent: begun.elapsed(),
        ..Score::default()
    };
    score.pages = parts
        .iter()
        .filter_map(|(_, read)| read.as_ref().ok())
        .map(|document| document.pages.len())
        .sum();
    let scan = parts
        .iter()
        .all(|(_, read)| matches!(read, Err(ReadError::NoText { .. } | ReadError::Encrypted)));
    if scan {
        return score;
    }
    quotes(&json, &mut |part, page, quote| {
        score.asked += 1;
        let stands = parts
            .iter()
            .filter(|(name, _)| part.is_none_or(|part| part == name));
        if stands
            .filter_map(|(_, read)| read.as_ref().ok())
            .any(|document| is_on(document, page, quote))
        {
            score.found += 1;
        } else {
            score
                .misses
                .push(format!("p{page} {} {quote}", part.unwrap_or("")));
        }
    });
    score
}

/// Every document of a golden by name.
fn parts(golden: &Path, json: &Value) -> Vec<(String, Result<Document, ReadError>)> {
    let folder = golden.parent().unwrap();
    let id = json["id"].as_str().unwrap();
    let files: Vec<String> = match &json["file"] {
        Value::Array(files) => files
            .iter()
            .map(|file| file.as_str().unwrap().to_owned())
            .collect(),
        Value::String(file) => vec![file.clone()],
        _ => vec![format!("{id}.pdf")],
    };
    files
        .iter()
        .flat_map(|file| read_file(&path_of(folder, id, file), file))
        .collect()
}

fn path_of(folder: &Path, id: &str, file: &str) -> PathBuf {
    let nested = folder.join(id).join(file);
    if nested.exists() {
        nested
    } else {
        folder.join(file)
    }
}

fn read_file(path: &Path, name: &str) -> Vec<(String, Result<Document, ReadError>)> {
    let bytes = fs::read(path).expect("the golden names a file that is there");
    let name = Path::new(name)
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    match read_all(&bytes, &Limits::default(), &[]) {
        Ok(parts) if parts.len() == 1 => parts.into_iter().map(|part| (name.clone(), part.read)).collect(),
        Ok(parts) => parts.into_iter().map(|part| (part.name, part.read)).collect(),
        Err(error) => vec![(name, Err(error))],
    }
}

fn quotes(json: &Value, visit: &mut impl FnMut(Option<&str>, u32, &str)) {
    match json {
        Value::Object(map) => {
            if let (Some(page), Some(quote)) = (
                map.get("page").and_then(Value::as_u64),
                map.get("quote").and_then(Value::as_str),
            ) {
                visit(
                    map.get("part").and_then(Value::as_str),
                    u32::try_from(page).unwrap(),
                    quote,
                );
            }
            map.values().for_each(|value| quotes(value, visit));
        }
        Value::Array(values) => values.iter().for_each(|value| quotes(value, visit)),
        _ => {}
    }
}

fn is_on(document: &Document, page: u32, quote: &str) -> bool {
    let quote = folded(quote);
    document.flows(page).iter().any(|flow| {
        let text: String = flow
            .iter()
            .filter_map(|at| document.word(*at))
            .map(|word| word.text.as_str())
            .collect();
        folded(&text).contains(&quote)
    })
}

/// White space removed; curly quotes, dashes and the Greek question mark as on a typewriter.
fn folded(text: &str) -> String {
    let letters = text.chars().filter(|c| !c.is_whitespace());
    letters
        .map(|c| match c {
            '\u{2018}' | '\u{2019}' | '\u{2032}' => '\'',
            '\u{201c}' | '\u{201d}' | '\u{2033}' => '"',
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}' => '-',
            '\u{37e}' => ';',
            other => other,
        })
        .collect()
}
