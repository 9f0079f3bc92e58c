//! Readers that misbehave, each in the way its first argument names, under the limits of a real one.

use std::hint::black_box;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    if extraction::sandbox::confine().is_err() {
        return ExitCode::from(71);
    }
    match std::env::args().nth(1).as_deref() {
        Some("compute") => compute(),
        Some("sleep") => std::thread::sleep(Duration::from_secs(600)),
        Some("eat") => eat(),
        Some("abort") => std::process::abort(),
        Some("overflow") => drop(black_box(overflow(0))),
        Some("flood") => flood(),
        Some("babble") => drop(std::io::stdout().write_all(b"not an answer")),
        Some("write") => return write_a_file(),
        Some("fork") => return fork(),
        Some("tell") => return tell(),
        _ => return ExitCode::from(64),
    }
    ExitCode::SUCCESS
}

fn compute() {
    let mut number = 0_u64;
    loop {
        number = black_box(number.wrapping_add(1));
    }
}

fn eat() {
    let mut eaten = Vec::new();
    loop {
        eaten.push(black_box(vec![1_u8; 1 << 20]));
    }
}

#[expect(unconditional_recursion, reason = "running out of stack is the point")]
fn overflow(depth: u64) -> u64 {
    black_box(overflow(depth.wrapping_add(1))).wrapping_add(1)
}

fn flood() {
    let noise = vec![b'x'; 1 << 16];
    while std::io::stdout().write_all(&noise).is_ok() {}
}

/// Ends well only if the sandbox let it write.
fn write_a_file() -> ExitCode {
    let path = std::env::temp_dir().join(format!("escaped-{}", std::process::id()));
    let written = std::fs::write(&path, b"escaped");
    drop(std::fs::remove_file(path));
    ExitCode::from(if written.is_ok() { 0 } else { 3 })
}

/// Ends well only if the sandbox let it start a thread.
fn fork() -> ExitCode {
    ExitCode::from(if std::thread::Builder::new().spawn(|| ()).is_ok() {
        0
    } else {
        4
    })
}

/// Ends well only if it was given a setting of its parent's.
fn tell() -> ExitCode {
    ExitCode::from(if std::env::var_os("PATH").is_some() { 0 } else { 5 })
}
