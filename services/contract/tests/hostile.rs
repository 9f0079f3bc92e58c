//! Damaged and hostile files: each gives a document or a named error within 10 CPU seconds and 512 MB.
//!
//! `QUITTANCE_SHARED` names the folder that holds `hostile/` (see its README). Without it nothing is measured, and the
//! test says so. Every file is read in a process of its own, because a stack overflow or an abort cannot be caught.
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program of its own that reports by its output"
)]
#![expect(
    clippy::expect_used,
    reason = "without the files or a shell there is nothing to test"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::time::Instant;
use std::{env, fs};

use contract::file::{Limits, read_all};

/// How a process is told to read one file.
const READ: &str = "--read-file";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    match arguments.as_slice() {
        [_, flag, file] if flag == READ => read_one(Path::new(file)),
        _ => read_folder(),
    }
}

fn read_one(file: &Path) -> ExitCode {
    let bytes = fs::read(file).expect("the file is there");
    match read_all(&bytes, &Limits::default(), &[]) {
        Ok(parts) => {
            let documents: Vec<_> = parts.iter().filter_map(|part| part.read.as_ref().ok()).collect();
            let pages: usize = documents.iter().map(|document| document.pages.len()).sum();
            let lines: usize = documents.iter().map(|document| document.lines().count()).sum();
            println!("document of {pages} pages, {lines} lines");
        }
        Err(error) => println!("{error}"),
    }
    ExitCode::SUCCESS
}

fn read_folder() -> ExitCode {
    let Some(folder) = env::var_os("QUITTANCE_SHARED").map(|shared| PathBuf::from(shared).join("hostile"))
    else {
        eprintln!("NOT MEASURED: set QUITTANCE_SHARED to the folder that holds hostile/");
        return ExitCode::SUCCESS;
    };
    let files = pdfs(&folder);
    let mut failed = 0;
    for file in &files {
        let begun = Instant::now();
        let output = in_a_process(file);
        let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let kept = output.status.success() && !answer.is_empty();
        failed += usize::from(!kept);
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let sign = if kept { "" } else { "FAILED " };
        eprintln!(
            "{sign}{:5} ms  {name}: {answer} {}",
            begun.elapsed().as_millis(),
            trouble(&output)
        );
    }
    eprintln!(
        "{} of {} hostile files gave a document or a named error",
        files.len() - failed,
        files.len()
    );
    if failed == 0 && !files.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn pdfs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("QUITTANCE_SHARED holds hostile/");
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "pdf"))
        .collect();
    files.sort();
    files
}

fn in_a_process(file: &Path) -> Output {
    let program = env::current_exe().expect("this program has a path");
    let limited = "ulimit -v 524288; ulimit -t 10; exec \"$0\" \"$@\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", limited]).arg(program).arg(READ).arg(file);
    shell.output().expect("a shell")
}

fn trouble(output: &Output) -> String {
    if output.status.success() {
        return String::new();
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    format!(
        "({}; {})",
        output.status,
        errors
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default()
    )
}
