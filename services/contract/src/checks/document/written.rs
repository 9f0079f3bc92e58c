//! Documents written in tests: one line of text a line; `~word` cannot be seen, `^word` was recognised from a picture.

use crate::page::{BBox, Document, Line, LineId, LineRole, Media, Page, Visibility, Word};

/// A document of one page with those lines.
pub(super) fn document(text: &str) -> Document {
    let lines = text.lines().zip(1..).map(|(line, number)| Line {
        id: LineId {
            page: 1,
            line: number,
        },
        words: line.split_whitespace().map(word).collect(),
        role: LineRole::Body,
    });
    Document {
        id: "0".repeat(64),
        media: Media::Text,
        title: None,
        pages: vec![Page {
            number: 1,
            width: 0,
            height: 0,
            lines: lines.collect(),
        }],
        tables: Vec::new(),
        findings: Vec::new(),
    }
}

fn word(text: &str) -> Word {
    let visible = match text.chars().next() {
        Some('~') => Visibility::Hidden,
        Some('^') => Visibility::Recognised,
        _ => Visibility::Shown,
    };
    Word {
        text: text.trim_start_matches(['~', '^']).to_owned(),
        at: BBox::default(),
        size: 0,
        visible,
    }
}
