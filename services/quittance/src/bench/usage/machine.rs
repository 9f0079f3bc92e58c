//! What the machine spent, as Linux tells it; nothing elsewhere.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// Processor time of this process, which is client and service at once, and of PostgreSQL.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Consumption {
    pub(super) cpu: Duration,
}

impl Consumption {
    /// Until now. PostgreSQL is the server on the files in this folder.
    pub(super) fn of(cluster: Option<&Path>) -> Self {
        let own = Process::read("self").map_or(0, |process| process.ticks);
        let server = cluster.and_then(postmaster).map_or(0, server_ticks);
        Self {
            cpu: Duration::from_millis(own.saturating_add(server).saturating_mul(MILLISECONDS_PER_TICK)),
        }
    }

    pub(super) fn since(self, before: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(before.cpu),
        }
    }
}

/// Linux tells times in hundredths of a second on every architecture.
const MILLISECONDS_PER_TICK: u64 = 10;

struct Process {
    parent: u64,
    /// Its own time.
    ticks: u64,
    /// That of its children that have ended.
    ended: u64,
}

impl Process {
    fn read(pid: &str) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name before it may hold anything, spaces and brackets too.
        let fields: Vec<&str> = stat
            .get(stat.rfind(')')?.saturating_add(2)..)?
            .split(' ')
            .collect();
        let number = |place: usize| fields.get(place)?.parse::<u64>().ok();
        Some(Self {
            parent: number(1)?,
            ticks: number(11)?.saturating_add(number(12)?),
            ended: number(13)?.saturating_add(number(14)?),
        })
    }
}

fn postmaster(cluster: &Path) -> Option<u64> {
    let pid = fs::read_to_string(cluster.join("data/postmaster.pid")).ok()?;
    pid.lines().next()?.trim().parse().ok()
}

/// The processes that serve connections to the invoicing service's database.
pub(in crate::bench) fn backends(cluster: &Path) -> Vec<u64> {
    let (Some(postmaster), Ok(entries)) = (postmaster(cluster), fs::read_dir("/proc")) else {
        return Vec::new();
    };
    let serves = |pid: &String| {
        let of_ours = Process::read(pid).is_some_and(|process| process.parent == postmaster);
        let title = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        of_ours && String::from_utf8_lossy(&title).contains("quittance_invoicing")
    };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    pids.filter(serves).filter_map(|pid| pid.parse().ok()).collect()
}

fn server_ticks(postmaster: u64) -> u64 {
    let Ok(entries) = fs::read_dir("/proc") else {
        return 0;
    };
    let own = Process::read(&postmaster.to_string())
        .map_or(0, |process| process.ticks.saturating_add(process.ended));
    let children = entries
        .filter_map(|entry| Process::read(entry.ok()?.file_name().to_str()?))
        .filter(|process| process.parent == postmaster);
    own.saturating_add(children.map(|process| process.ticks).sum())
}
