//! What a person can ask of an invoice.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Invoice {
    /// Issued invoices, oldest first.
    List {
        /// Only this account's.
        #[arg(long)]
        account: Option<String>,
    },
    /// One invoice with its lines.
    Show {
        /// Its number.
        number: String,
    },
    /// Why this cent: working, facts and clause of each line.
    Explain {
        /// The invoice's number.
        number: String,
        /// Only this line, counted from 1.
        #[arg(long)]
        line: Option<usize>,
    },
    /// Write an invoice with everything it was computed from into one file.
    Export {
        /// Its number.
        number: String,
        /// The file; NUMBER.json if absent.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Recompute an exported invoice, with no server and no database; exit code 2 when anything differs.
    Replay {
        /// The file that `export` wrote.
        file: PathBuf,
    },
}
