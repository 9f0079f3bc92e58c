//! Tables in plain text: columns that spaces align over several lines, and rows between bars.

use crate::file::flow::{Block, Grid, GridCell};

/// Columns stand so many spaces apart.
const SPACES: usize = 2;
/// So many lines in a row must show the same columns.
const LINES: usize = 3;

/// Lines and tables in order.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.trim_end_matches(['\r', '\u{c}']))
        .collect();
    let mut blocks = Vec::new();
    let mut rest = lines.as_slice();
    while let Some((line, after)) = rest.split_first() {
        let rows = bars(rest).or_else(|| aligned(rest));
        match rows {
            Some((grid, length)) => {
                blocks.push(Block::Grid(grid));
                rest = rest.get(length..).unwrap_or_default();
            }
            None => {
                blocks.push(Block::line(*line));
                rest = after;
            }
        }
    }
    blocks
}

/// Rows written between bars, as Markdown writes them; a row of dashes under the first makes it a header.
fn bars(lines: &[&str]) -> Option<(Grid, usize)> {
    let length = lines.iter().take_while(|line| is_barred(line)).count();
    let rows = lines.get(..length)?;
    let has_header = rows.get(1).is_some_and(|row| is_rule(row));
    let kept = rows.iter().filter(|row| !is_rule(row));
    let rows: Vec<Vec<GridCell>> = kept
        .map(|row| row.trim().trim_matches('|').split('|').map(cell).collect())
        .collect();
    (rows.len() >= 2).then_some((Grid { rows, has_header }, length))
}

fn is_barred(line: &str) -> bool {
    let line = line.trim();
    line.len() > 2 && line.starts_with('|') && line.ends_with('|')
}

fn is_rule(line: &str) -> bool {
    line.contains('-')
        && line
            .chars()
            .all(|c| matches!(c, '|' | '-' | ':' | '+' | '=' | ' '))
}

/// Lines whose stretches of text start or end in the same columns.
fn aligned(lines: &[&str]) -> Option<(Grid, usize)> {
    let first = lines
        .first()
        .map(|line| stretches(line))
        .filter(|parts| parts.len() >= 2)?;
    let like = |line: &&&str| {
        let parts = stretches(line);
        parts.len() == first.len()
            && parts
                .iter()
                .zip(&first)
                .skip(1)
                .all(|(a, b)| a.from.abs_diff(b.from) <= 1 || a.to.abs_diff(b.to) <= 1)
    };
    let length = lines.iter().take_while(like).count();
    let rows = lines.get(..length).unwrap_or_default().iter();
    let rows: Vec<Vec<GridCell>> = rows
        .map(|line| stretches(line).iter().map(|part| cell(part.text)).collect())
        .collect();
    (length >= LINES).then_some((
        Grid {
            rows,
            has_header: false,
        },
        length,
    ))
}

struct Stretch<'a> {
    text: &'a str,
    from: usize,
    to: usize,
}

/// Text between tabs or gaps of several spaces, with the columns it stands in.
fn stretches(line: &str) -> Vec<Stretch<'_>> {
    let mut found: Vec<Stretch<'_>> = Vec::new();
    let mut column = 0;
    for word in line.split_inclusive([' ', '\t']) {
        let text = word.trim_end_matches([' ', '\t']);
        let length = text.chars().count();
        let (from, to) = (column, column + length);
        column += word.chars().count();
        if text.is_empty() {
            continue;
        }
        let tab = line
            .get(..offset(line, text))
            .is_some_and(|before| before.ends_with('\t'));
        match found.last_mut() {
            Some(last) if from < last.to + SPACES && !tab => {
                last.text = line
                    .get(offset(line, last.text)..offset(line, text) + text.len())
                    .unwrap_or(last.text);
                last.to = to;
            }
            _ => found.push(Stretch { text, from, to }),
        }
    }
    found
}

/// Where a part of the line starts in it, in bytes.
fn offset(line: &str, part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(line.as_ptr().addr())
}

fn cell(text: &str) -> GridCell {
    GridCell {
        blocks: vec![Block::line(text)],
        across: 1,
        down: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(text: &str) -> usize {
        blocks(text)
            .iter()
            .filter(|block| matches!(block, Block::Grid(_)))
            .count()
    }

    #[test]
    fn aligned_lines_and_barred_rows_are_tables_and_prose_is_not() {
        let cases = [
            ("SMS    $0.01\nVoice  $0.02\nFax    $0.03", 1),
            ("| Item | Fee |\n|---|---|\n| SMS | $0.01 |", 1),
            ("We pay you.\nYou work for us.\nAll is well.", 0),
            ("Start:   today\nThe rest is prose.", 0),
        ];
        for (text, count) in cases {
            assert_eq!(tables(text), count, "{text}");
        }
    }

    #[test]
    fn a_stretch_keeps_its_single_spaces() {
        let texts: Vec<&str> = stretches("Long code, per number   $1.00")
            .iter()
            .map(|part| part.text)
            .collect();
        assert_eq!(texts, ["Long code, per number", "$1.00"]);
    }
}
