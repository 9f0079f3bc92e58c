//! The life of a private cluster, with real processes: second starts, kill -9, several programs, awkward folders.
#![expect(clippy::unwrap_used, reason = "in a test a failed expectation is the point")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use runtime::database::Database;
use runtime::settings::{Environment, Settings};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::migrate::Migrator;
use sqlx::{PgPool, Row};

static MIGRATIONS: LazyLock<Migrator> = runtime::migrations!("tests/migrations": 1 "0001_begin");
const HOME: &str = "RUNTIME_TEST_HOME";

/// A home that the server's user can reach even when root runs the tests.
fn home() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
    let home = folder.path().join("home");
    (folder, home)
}

async fn open(home: &Path) -> (Database, PgPool) {
    let environment = Environment::default().with("QUITTANCE_HOME", home.to_str().unwrap());
    let database = Database::open(&Settings::read(&environment).unwrap().database)
        .await
        .unwrap();
    let pool = database.service_pool("test", &MIGRATIONS).await.unwrap();
    (database, pool)
}

/// Counts one more start and tells how many there were, so that a test sees whether data survived.
async fn count_start(pool: &PgPool) -> i64 {
    sqlx::raw_sql("INSERT INTO start DEFAULT VALUES")
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("SELECT count(*) FROM start")
        .fetch_one(pool)
        .await
        .unwrap()
        .get(0)
}

fn postgres(home: &Path) -> PathBuf {
    home.join("postgres")
}

fn runs(home: &Path) -> bool {
    UnixStream::connect(postgres(home).join("socket/.s.PGSQL.5432")).is_ok()
        || postgres(home).join("data/postmaster.pid").exists()
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn pid_in(file: &Path) -> Pid {
    let text = fs::read_to_string(file).unwrap();
    Pid::from_raw(text.lines().next().unwrap().trim().parse().unwrap()).unwrap()
}

fn server(home: &Path) -> Pid {
    pid_in(&postgres(home).join("data/postmaster.pid"))
}

fn guardian(home: &Path) -> Pid {
    pid_in(&postgres(home).join("guardian.lock"))
}

/// Another program, which uses the cluster until it is told to stop: this test binary again.
struct Program {
    process: Child,
    output: BufReader<ChildStdout>,
    starts: i64,
}

impl Program {
    fn start(home: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "another_program", "--nocapture"])
            .env(HOME, home)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("starts: ") {
            line.clear();
            assert_ne!(
                output.read_line(&mut line).unwrap(),
                0,
                "the program ended before it was ready"
            );
        }
        let starts = line.trim_start_matches("starts: ").trim().parse().unwrap();
        Self {
            process,
            output,
            starts,
        }
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.process)
    }

    fn end(mut self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
        self.process.wait().unwrap();
        // Everything that could still hold the pipe has ended too, or this would wait for it.
        self.output.read_to_end(&mut Vec::new()).unwrap();
    }
}

/// What [`Program`] runs. Without its variable, as in an ordinary run of the tests, there is no home and nothing to do.
#[tokio::test]
async fn another_program() {
    let Some(home) = std::env::var_os(HOME) else {
        return;
    };
    let token = runtime::shutdown::on_signals().unwrap();
    let (database, pool) = open(Path::new(&home)).await;
    let starts = count_start(&pool).await;
    // Past the test harness, which would keep the line to itself, and on a line of its own.
    std::io::stdout()
        .write_all(format!("\nstarts: {starts}\n").as_bytes())
        .unwrap();
    token.cancelled().await;
    database.close().await;
}

#[tokio::test]
async fn a_second_start_finds_the_data_and_nothing_runs_in_between() {
    let (_folder, home) = home();
    for expected in [1, 2] {
        let (database, pool) = open(&home).await;
        assert_eq!(count_start(&pool).await, expected);
        database.close().await;
        assert!(!runs(&home));
    }
}

#[tokio::test]
async fn dropping_the_database_without_closing_it_stops_the_server_too() {
    let (_folder, home) = home();
    drop(open(&home).await);
    wait_until("the server has stopped", || !runs(&home));
}

#[test]
fn a_program_told_to_stop_leaves_nothing_running() {
    let (_folder, home) = home();
    for signal in [Signal::INT, Signal::TERM] {
        Program::start(&home).end(signal);
        assert!(!runs(&home), "after {signal:?}");
    }
}

#[test]
fn after_kill_9_of_the_only_program_the_server_stops_and_starts_again() {
    let (_folder, home) = home();
    Program::start(&home).end(Signal::KILL);
    wait_until("the server has stopped", || !runs(&home));
    let second = Program::start(&home);
    assert_eq!(second.starts, 2);
    second.end(Signal::KILL);
    // At once, while the guardian may be stopping the server.
    let third = Program::start(&home);
    assert_eq!(third.starts, 3);
    third.end(Signal::TERM);
    assert!(!runs(&home));
}

#[test]
fn a_server_left_behind_by_a_killed_guardian_is_adopted_and_stopped_afterwards() {
    let (_folder, home) = home();
    let first = Program::start(&home);
    let orphan = server(&home);
    kill_process(guardian(&home), Signal::KILL).unwrap();
    first.end(Signal::KILL);
    assert!(runs(&home), "with its guardian gone, the server is still there");
    let second = Program::start(&home);
    assert_eq!((second.starts, server(&home)), (2, orphan));
    second.end(Signal::TERM);
    assert!(!runs(&home));
}

#[test]
fn a_killed_server_recovers_at_the_next_start() {
    let (_folder, home) = home();
    let first = Program::start(&home);
    kill_process(server(&home), Signal::KILL).unwrap();
    first.end(Signal::TERM);
    let second = Program::start(&home);
    assert_eq!(second.starts, 2);
    second.end(Signal::TERM);
    assert!(!runs(&home));
}

#[test]
fn programs_started_at_once_share_one_server_until_the_last_has_gone() {
    let (_folder, home) = home();
    let starting = (0..4).map(|_| {
        let home = home.clone();
        std::thread::spawn(move || Program::start(&home))
    });
    let mut programs = starting
        .collect::<Vec<_>>()
        .into_iter()
        .map(|program| program.join().unwrap())
        .collect::<Vec<_>>();
    let mut starts = programs.iter().map(|program| program.starts).collect::<Vec<_>>();
    starts.sort_unstable();
    assert_eq!(starts.last(), Some(&4), "{starts:?}: all counted in one database");
    let shared = server(&home);
    let last = programs.pop().unwrap();
    for (program, signal) in programs
        .into_iter()
        .zip([Signal::TERM, Signal::KILL, Signal::INT])
    {
        program.end(signal);
        assert!(runs(&home));
    }
    assert_eq!(server(&home), shared);
    last.end(Signal::TERM);
    assert!(!runs(&home));
}

#[tokio::test]
async fn the_server_is_never_root_and_lets_nobody_else_in() {
    let (_folder, home) = home();
    let (database, _pool) = open(&home).await;
    for private in ["data", "socket", ""] {
        let metadata = fs::metadata(postgres(&home).join(private)).unwrap();
        assert_ne!(metadata.uid(), 0, "{private}");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o700, "{private}");
    }
    let settings = fs::read_to_string(postgres(&home).join("data/quittance.conf")).unwrap();
    assert!(settings.contains("listen_addresses = ''"), "{settings}");
    database.close().await;
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_works() {
    let (_folder, home) = home();
    let home = home
        .join("a folder with a name that's long ".repeat(3))
        .join("x".repeat(100));
    for expected in [1, 2] {
        let (database, pool) = open(&home).await;
        assert_eq!(count_start(&pool).await, expected);
        let socket = pool.connect_options().get_socket().unwrap().to_owned();
        assert!(socket.exists());
        database.close().await;
        assert!(
            !socket.exists(),
            "{} is outside the home and not left there",
            socket.display()
        );
    }
    assert!(!runs(&home));
}

#[tokio::test]
async fn a_folder_the_servers_user_cannot_reach_works() {
    // As /root is: its owner's alone. An ordinary user's server reaches it, root's does not.
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let home = folder.path().join("home");
    let mut kept = PathBuf::new();
    for expected in [1, 2] {
        let (database, pool) = open(&home).await;
        assert_eq!(count_start(&pool).await, expected);
        kept = database.folder().unwrap();
        database.close().await;
    }
    let elsewhere = !kept.starts_with(folder.path().canonicalize().unwrap());
    assert_eq!(
        elsewhere,
        rustix::process::geteuid().is_root(),
        "{}",
        kept.display()
    );
    fs::remove_dir_all(kept).unwrap();
}
