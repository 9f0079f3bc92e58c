//! The command line: contract in, correct invoices out.
//!
//! **Owns** the commands, how their answers look ([`printing`]) and what exit code they end with ([`failure`]); starting
//! both services in one process ([`serve`]), telling their whole story ([`demo`]) and measuring them ([`bench`]).
//!
//! **Does not own** any rule: what it shows, any gRPC client can have. It has no database of its own.
//!
//! **Words that must not be confused.** A *command* is what a person types, a *call* is what it asks a service. A
//! *failure* ends a command with a sentence and an exit code; it is never a stack trace.
//!
//! **Always true.** With `--json`, standard output holds JSON and nothing else; everything for people's eyes during long
//! work goes to standard error. Exit codes: 0 done, 1 something broke (no server, no disk), 2 refused by a named error,
//! 64 the command itself was wrong.

mod arrange;
mod audit;
mod bench;
mod bill;
mod cash;
mod command;
mod connection;
mod contracts;
mod demo;
mod drafts;
mod endings;
mod eval;
mod facts;
mod failure;
mod invoices;
mod keys;
mod payments;
mod printing;
mod read;
mod renewals;
mod replay;
mod serve;
mod usage;

use std::process::ExitCode;

use clap::Parser;

use command::{Cli, Command};
use failure::Failure;

fn main() -> ExitCode {
    // A reader is started for every file: it needs neither the command line's grammar nor TLS.
    if std::env::args()
        .skip(1)
        .eq([extraction::sandbox::READER_SUBCOMMAND])
    {
        return extraction::sandbox::reader_main();
    }
    runtime::install_tls();
    match Cli::try_parse() {
        Ok(cli) => start(cli),
        Err(usage) => failure::usage(&usage),
    }
}

/// The hidden reader limits its own process and must not share it with a thread pool, so it runs before one exists.
fn start(cli: Cli) -> ExitCode {
    if matches!(cli.command, Command::ReadDocument) {
        return extraction::sandbox::reader_main();
    }
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(threads())
        .build()
        .map_err(Failure::from)
        .and_then(|tokio| tokio.block_on(run(cli)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

/// More than there are processors: what waits for an answer of the database and holds up others goes on at once, beside
/// threads that take thousands of events apart, instead of after them.
fn threads() -> usize {
    processors().saturating_mul(2).max(4)
}

/// As many files as this are read at once: each keeps one processor busy.
fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let to = connection::Services::from(&cli.services);
    let output = printing::Output { json: cli.json };
    match cli.command {
        Command::Demo(demo) => demo::run(&demo, output).await,
        Command::Serve(serve) => serve::run(&serve).await,
        Command::Eval(eval) => eval::run(&eval, output).await,
        Command::Read(read) => read::run(&read, output).await,
        Command::Contract(contract) => contracts::run(&contract, &to, output).await,
        Command::Usage(usage) => usage::usage(&usage, &to, output).await,
        Command::Seats(seats) => facts::seats(&seats, &to, output).await,
        Command::Milestone(milestone) => facts::milestone(&milestone, &to, output).await,
        Command::Plan(plan) => endings::plan(&plan, &to, output).await,
        Command::Index(index) => endings::index(&index, &to, output).await,
        Command::Bill(bill) => bill::run(&bill, &to, output).await,
        Command::Invoice(invoice) => invoices::run(&invoice, &to, output).await,
        Command::Cash(command) => cash::run(&command, &to, output).await,
        Command::Audit(audit) => audit::run(&audit, &to, output).await,
        Command::Key(key) => keys::run(&key, output),
        Command::Bench(bench) => bench::run(&bench, output).await,
        Command::ReadDocument => Ok(()),
    }
}
