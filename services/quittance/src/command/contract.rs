//! What a person can do with a contract, from upload to approval.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Contract {
    /// Send a file and follow it until it waits for a person.
    Upload {
        /// Contract files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// They are the papers of one contract: an agreement with its order form, work and amendments.
        #[arg(long)]
        together: bool,
    },
    /// All contracts, newest first.
    List,
    /// One contract: terms, evidence, flags, draft plan.
    Show {
        /// Its id, as `list` shows it.
        id: String,
        /// The record of everything done to it.
        #[arg(long)]
        history: bool,
    },
    /// Change one term; the new value has you as its source.
    Edit {
        /// Its id.
        id: String,
        /// The term's path, as `show` prints it.
        path: String,
        /// The new value.
        value: String,
        /// Why; kept for ever.
        #[arg(long)]
        reason: String,
    },
    /// Decide a flag.
    Resolve {
        /// Its id.
        id: String,
        /// The flag's id, as `show` prints it.
        flag: String,
        /// Why; kept for ever.
        #[arg(long)]
        reason: String,
    },
    /// What people said about it.
    Comments {
        /// Its id.
        id: String,
    },
    /// Say something about it, or about one of its terms or flags.
    Comment {
        /// Its id.
        id: String,
        /// What is said; kept for ever.
        text: String,
        /// The term's path or the flag's id, as `show` prints them; the whole contract if absent.
        #[arg(long, default_value = "", hide_default_value = true)]
        about: String,
    },
    /// How reading and reviewing go: what people changed, what was flagged, how long it took.
    Quality {
        /// Contracts that came in the last so many days.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: u32,
    },
    /// Say that the terms are right and ask somebody else to approve.
    Submit {
        /// Its id.
        id: String,
    },
    /// Approve what somebody else submitted; the plan goes to invoicing.
    Approve {
        /// Its id.
        id: String,
    },
    /// Turn it down.
    Reject {
        /// Its id.
        id: String,
        /// Why; kept for ever.
        #[arg(long)]
        reason: String,
    },
    /// Open it again as a new revision.
    Reopen {
        /// Its id.
        id: String,
        /// Why; kept for ever.
        #[arg(long)]
        reason: String,
    },
}
