//! Folding of characters that look alike on paper: quotation marks, dashes, the Greek question mark, ligatures.

/// The character a reader sees it as.
pub(super) fn fold(c: char) -> Folded {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2032}' | '`' => Folded::One('\''),
        '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '\u{2033}' | '\u{00AB}' | '\u{00BB}' => {
            Folded::One('"')
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{FE58}' | '\u{FF0D}' => Folded::One('-'),
        '\u{037E}' => Folded::One(';'),
        '\u{00A0}' | '\u{2007}' | '\u{202F}' => Folded::One(' '),
        '\u{FB00}' => Folded::Many("ff"),
        '\u{FB01}' => Folded::Many("fi"),
        '\u{FB02}' => Folded::Many("fl"),
        '\u{FB03}' => Folded::Many("ffi"),
        '\u{FB04}' => Folded::Many("ffl"),
        '\u{00AD}' | '\u{200B}' | '\u{FEFF}' => Folded::Many(""),
        other => Folded::One(other),
    }
}

/// What one character folds to.
pub(super) enum Folded {
    /// One character.
    One(char),
    /// Several, or none.
    Many(&'static str),
}

/// A whole word folded, letters kept as they are.
pub(crate) fn word(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match fold(c) {
            Folded::One(c) => out.push(c),
            Folded::Many(letters) => out.push_str(letters),
        }
    }
    out
}
