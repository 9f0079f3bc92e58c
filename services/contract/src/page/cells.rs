//! Cells of a spreadsheet as places on a page: every column as wide and every row as high as the others, so that a box
//! says which cell it stands in.

use super::{BBox, Document, LineRole, Media, WordRef};

/// Width of a column in hundredths of a point.
const WIDTH: i32 = 14_400;
/// Height of a row.
const HEIGHT: i32 = 1_500;
/// Room between a cell's edge and its words.
const MARGIN: i32 = 200;
/// Width of a letter where the cell has room for it.
const LETTER: i32 = 520;

/// A cell by column, from 0, and row, from 1. Row 0 is a strip above the first row, for the sheet's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CellAt {
    pub(crate) column: u32,
    pub(crate) row: u32,
}

impl CellAt {
    /// The cell that a box begins in.
    pub(crate) fn of(at: BBox) -> Self {
        let whole = |length: i32, unit: i32| u32::try_from(length.div_euclid(unit)).unwrap_or_default();
        Self {
            column: whole(at.left, WIDTH),
            row: whole(at.top, HEIGHT),
        }
    }

    /// Its box.
    pub(crate) fn bbox(self) -> BBox {
        let times = |count: u32, unit: i32| i32::try_from(count).unwrap_or(i32::MAX).saturating_mul(unit);
        let (left, top) = (times(self.column, WIDTH), times(self.row, HEIGHT));
        BBox {
            left,
            top,
            right: left.saturating_add(WIDTH),
            bottom: top.saturating_add(HEIGHT),
        }
    }

    /// The boxes of words in it, side by side and never outside it.
    pub(crate) fn words<'t>(self, words: &[&'t str]) -> Vec<(&'t str, BBox)> {
        let cell = self.bbox();
        let length = |word: &str| i32::try_from(word.chars().count()).unwrap_or(i32::MAX);
        let letters = words.iter().fold(0i32, |sum, word| {
            sum.saturating_add(length(word)).saturating_add(1)
        });
        let room = WIDTH.saturating_sub(MARGIN.saturating_mul(2));
        let mut before = 0i32;
        let scaled = |letters_before: i32| {
            let usual = letters_before.saturating_mul(LETTER);
            let squeezed =
                i64::from(room).saturating_mul(i64::from(letters_before)) / i64::from(letters.max(1));
            cell.left
                .saturating_add(MARGIN)
                .saturating_add(usual.min(i32::try_from(squeezed).unwrap_or(room)))
        };
        let mut placed = Vec::with_capacity(words.len());
        for word in words {
            let after = before.saturating_add(length(word));
            let at = BBox {
                left: scaled(before),
                top: cell.top.saturating_add(MARGIN),
                right: scaled(after),
                bottom: cell.bottom.saturating_sub(MARGIN),
            };
            placed.push((*word, at));
            before = after.saturating_add(1);
        }
        placed
    }

    /// `B4`.
    pub(crate) fn name(self) -> String {
        let mut letters = String::new();
        let mut rest = self.column.saturating_add(1);
        while rest > 0 {
            let digit = rest.saturating_sub(1) % 26;
            letters.insert(
                0,
                char::from(b'A'.saturating_add(u8::try_from(digit).unwrap_or_default())),
            );
            rest = rest.saturating_sub(1) / 26;
        }
        format!("{letters}{}", self.row)
    }

    /// The cell of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let digits = name.find(|c: char| c.is_ascii_digit())?;
        let (letters, row) = name.split_at_checked(digits)?;
        let mut column = 0u32;
        for letter in letters.bytes() {
            let digit = letter
                .to_ascii_uppercase()
                .checked_sub(b'A')
                .filter(|digit| *digit < 26)?;
            column = column
                .checked_mul(26)?
                .checked_add(u32::from(digit))?
                .checked_add(1)?;
        }
        Some(Self {
            column: column.checked_sub(1)?,
            row: row.parse().ok().filter(|row| *row > 0)?,
        })
    }
}

/// Where words of a spreadsheet stand: `Prices!B4`, `Prices!B4:D4`; none in other kinds of documents.
pub(crate) fn address(document: &Document, words: &[WordRef]) -> Option<String> {
    if !matches!(document.media, Media::Xlsx | Media::Csv) {
        return None;
    }
    let page = words.first()?.line.page;
    let cells = words
        .iter()
        .filter(|at| at.line.page == page)
        .filter_map(|at| document.word(*at))
        .map(|word| CellAt::of(word.at));
    let (first, last) = cells.fold(None, |ends: Option<(CellAt, CellAt)>, cell| {
        let (first, last) = ends.unwrap_or((cell, cell));
        let corner = |column, row| CellAt { column, row };
        Some((
            corner(first.column.min(cell.column), first.row.min(cell.row)),
            corner(last.column.max(cell.column), last.row.max(cell.row)),
        ))
    })?;
    let range = if first == last {
        first.name()
    } else {
        format!("{}:{}", first.name(), last.name())
    };
    let sheet = sheet_name(document, page);
    Some(sheet.map_or(range.clone(), |sheet| format!("{sheet}!{range}")))
}

fn sheet_name(document: &Document, page: u32) -> Option<String> {
    let page = document.pages.iter().find(|other| other.number == page)?;
    let first = page.lines.first()?;
    let name =
        first.role == LineRole::Furniture && first.words.iter().all(|word| CellAt::of(word.at).row == 0);
    name.then(|| first.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_names_and_places() {
        for (name, column, row) in [
            ("A1", 0, 1),
            ("B4", 1, 4),
            ("Z9", 25, 9),
            ("AA10", 26, 10),
            ("ZZ700", 701, 700),
        ] {
            let cell = CellAt { column, row };
            assert_eq!(cell.name(), name);
            assert_eq!(CellAt::named(name), Some(cell));
            assert_eq!(CellAt::of(cell.bbox()), cell);
        }
        for wrong in ["", "A", "4", "A0", "A-1", "Ä1", "AAAAAAAAAAAA1", "A99999999999"] {
            assert_eq!(CellAt::named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn words_never_leave_their_cell() {
        let cell = CellAt { column: 3, row: 7 };
        let long = "word ".repeat(60);
        for text in ["one", "two words", long.as_str()] {
            let words: Vec<&str> = text.split_whitespace().collect();
            let placed = cell.words(&words);
            assert_eq!(placed.len(), words.len());
            for (_, at) in placed {
                assert_eq!(at.within(cell.bbox()), at, "{text}");
                assert_eq!(CellAt::of(at), cell);
            }
        }
    }
}
