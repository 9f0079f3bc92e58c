//! Tables for people, JSON for scripts.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

/// How answers look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// JSON for scripts, or what `people` says.
    pub(crate) fn show(self, json: impl FnOnce() -> Value, people: impl FnOnce() -> String) {
        if self.json {
            line(&format!("{:#}", json()));
        } else {
            line(&people());
        }
    }

    /// JSON for scripts; people were told along the way.
    pub(crate) fn show_json(self, json: impl FnOnce() -> Value) {
        if self.json {
            line(&format!("{:#}", json()));
        }
    }

    /// Something for people's eyes only.
    pub(crate) fn say(self, text: &str) {
        if !self.json {
            line(text);
        }
    }
}

/// One line on standard output. A reader that has gone away (`| head`) is no reason to fail.
pub(crate) fn line(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A table with these columns; those named in `right` hold numbers.
pub(crate) fn table(columns: &[&str], right: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width());
    table.set_header(columns);
    for row in rows {
        table.add_row(row);
    }
    for (at, column) in columns.iter().enumerate() {
        if right.contains(column)
            && let Some(column) = table.column_mut(at)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

/// Columns to fill: the terminal's, or what a log can bear.
fn width() -> u16 {
    const IN_A_LOG: u16 = 160;
    terminal::Term::stdout()
        .size_checked()
        .map_or(IN_A_LOG, |(_, columns)| columns.max(80))
}

/// A bar on standard error for work of known length; nothing where standard error is not a terminal.
pub(crate) fn progress(total: u64, doing: &str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {human_pos}/{human_len} {eta}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.set_message(doing.to_owned());
    bar
}

/// Shortened to so many characters, with a sign that there is more.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}
