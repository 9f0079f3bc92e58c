//! Documents written in tests, with words that cannot be seen (`~word`) and words recognised from a picture (`^word`).

use crate::page::{Document, Visibility, Word};
use crate::reading::written;

/// A document of those lines, as [`written::document`] makes it.
pub(crate) fn document(text: &str) -> Document {
    let mut document = written::document(text);
    for page in &mut document.pages {
        page.lines
            .iter_mut()
            .flat_map(|line| &mut line.words)
            .for_each(mark);
    }
    document
}

fn mark(word: &mut Word) {
    word.visible = match word.text.chars().next() {
        Some('~') => Visibility::Hidden,
        Some('^') => Visibility::Recognised,
        _ => Visibility::Shown,
    };
    word.text = word.text.trim_start_matches(['~', '^']).to_owned();
}
