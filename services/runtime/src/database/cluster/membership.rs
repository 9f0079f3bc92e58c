//! Coming and leaving: which programs use the cluster.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::binaries::Binaries;
use super::folder::{Folder, failed};
use super::{ClusterError, Durability, files, guardian};

/// How long to wait for other programs that come or leave, and for the server: recovery after a crash takes its time.
const PATIENCE: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(5);
/// A killed server's children may hold its memory for a moment longer.
const ATTEMPTS: u32 = 3;

/// One program's use of the cluster. Dropping it is enough for the guardian to know; [`Membership::leave`] also waits.
#[derive(Debug)]
pub(super) struct Membership {
    folder: Folder,
    /// Our end of the pipe that the guardian reads.
    pipe: File,
    /// Our share of `users.lock`.
    share: File,
    /// The guardian, where we started it: asked for its exit code so that it does not stay behind as a zombie.
    guardian: Option<Child>,
}

impl Membership {
    /// Makes the server run, if it does not, and counts us among its users.
    pub(super) fn join(
        folder: Folder,
        binaries: &Binaries,
        durability: Durability,
    ) -> Result<Self, ClusterError> {
        let deadline = Instant::now() + PATIENCE;
        let _start = lock(&folder, "start.lock", deadline)?;
        remove_answers(&folder);
        let share = open_lock(&folder, "users.lock")?;
        share
            .lock_shared()
            .map_err(failed("lock", &folder.path().join("users.lock")))?;
        let pipe = open_pipe(&folder)?;
        let mut newcomer = Self {
            folder,
            pipe,
            share,
            guardian: None,
        };
        newcomer.meet_guardian(binaries, durability, deadline)?;
        Ok(newcomer)
    }

    /// Stops being a user. Whoever is the last waits until the server has stopped.
    pub(super) fn leave(self) {
        let deadline = Instant::now() + PATIENCE;
        let start = lock(&self.folder, "start.lock", deadline);
        let last = self.share.unlock().is_ok() && self.share.try_lock().is_ok();
        drop(self.pipe);
        if last && start.is_ok() {
            // Held by the guardian until it has done its work. On an error the guardian goes on by itself.
            let _gone = lock(&self.folder, "guardian.lock", deadline);
            if let Some(mut guardian) = self.guardian {
                let _exit = guardian.wait();
            }
        }
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Finds a guardian that counts us, or starts one.
    fn meet_guardian(
        &mut self,
        binaries: &Binaries,
        durability: Durability,
        deadline: Instant,
    ) -> Result<(), ClusterError> {
        let mut failures = 0;
        while Instant::now() < deadline {
            if let Some(lock) = try_lock(&self.folder, "guardian.lock")? {
                files::prepare(&self.folder, binaries, durability)?;
                self.guardian = Some(guardian::start(&self.folder, binaries, durability, lock)?);
                failures += 1;
            }
            if self.greet(deadline)? {
                return Ok(());
            }
            if failures == ATTEMPTS {
                return Err(ClusterError::NotStarted {
                    folder: self.path(),
                    log: files::end_of_logs(&self.folder),
                });
            }
        }
        Err(ClusterError::Busy { folder: self.path() })
    }

    /// True once the guardian has answered; from then on it will not stop the server before we are gone. False when it
    /// ended instead: it could not start the server, or had begun to stop it.
    fn greet(&mut self, deadline: Instant) -> Result<bool, ClusterError> {
        let name = Uuid::new_v4().simple().to_string();
        let answer = self.folder.path().join(format!("joined.{name}"));
        self.pipe
            .write_all(format!("{name}\n").as_bytes())
            .map_err(failed("write to", &answer))?;
        while Instant::now() < deadline {
            if answer.exists() {
                fs::remove_file(&answer).map_err(failed("remove", &answer))?;
                return Ok(true);
            }
            if try_lock(&self.folder, "guardian.lock")?.is_some() {
                sleep(PAUSE * 20);
                return Ok(false);
            }
            sleep(PAUSE);
        }
        Ok(false)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

/// The pipe, opened for both ways: that neither waits for a reader nor fails without one.
fn open_pipe(folder: &Folder) -> Result<File, ClusterError> {
    let path = folder.path().join("users");
    let opened = OpenOptions::new().read(true).write(true).open(&path);
    opened.map_err(failed("open", &path))
}

fn open_lock(folder: &Folder, name: &str) -> Result<File, ClusterError> {
    let path = folder.path().join(name);
    let opened = OpenOptions::new().write(true).open(&path);
    opened.map_err(failed("open", &path))
}

fn try_lock(folder: &Folder, name: &str) -> Result<Option<File>, ClusterError> {
    let file = open_lock(folder, name)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(cause)) => Err(failed("lock", &folder.path().join(name))(cause)),
    }
}

fn lock(folder: &Folder, name: &str, deadline: Instant) -> Result<File, ClusterError> {
    while Instant::now() < deadline {
        if let Some(file) = try_lock(folder, name)? {
            return Ok(file);
        }
        sleep(PAUSE);
    }
    Err(ClusterError::Busy {
        folder: folder.path().to_owned(),
    })
}

/// Removes answers that nobody waits for: whoever did was killed.
fn remove_answers(folder: &Folder) {
    let entries = fs::read_dir(folder.path()).into_iter().flatten().flatten();
    let answers = entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"joined."));
    for answer in answers {
        ignore_missing(&answer.path(), fs::remove_file(answer.path()));
    }
}

fn ignore_missing(path: &Path, removed: io::Result<()>) {
    if let Err(error) = removed {
        tracing::debug!(path = %path.display(), %error, "a left-over file stays");
    }
}
