//! Paragraphs and runs: what a reader of the final text sees, and what is hidden from them.

use super::numbering::Counters;
use super::{Settings, tables};
use crate::file::flow::{Block, Piece};
use crate::file::xml::Element;
use crate::page::Visibility;

/// Print of fewer half points than this (3.5 pt) is not read by people.
const TINY: u32 = 7;

/// Reads the text of one part.
pub(super) struct Body<'s> {
    settings: &'s Settings,
    counters: Counters,
    changes: usize,
    notes: Vec<(String, String)>,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    /// On shading or in a styled table: white print may be seen there.
    pub(super) shaded: bool,
    /// In a style that hides its text.
    pub(super) hidden: bool,
}

/// A paragraph while it is read: its lines, and boxes anchored in it.
#[derive(Default)]
struct Draft {
    lines: Vec<Vec<Piece>>,
    line: Vec<Piece>,
    boxes: Vec<Block>,
}

impl<'s> Body<'s> {
    pub(super) fn new(settings: &'s Settings) -> Self {
        Self {
            settings,
            counters: Counters::default(),
            changes: 0,
            notes: Vec::new(),
        }
    }

    /// How many tracked changes were met.
    pub(super) fn changes(&self) -> usize {
        self.changes
    }

    /// The blocks of a body, a cell, a box or a note.
    pub(super) fn blocks(&mut self, parent: &Element) -> Vec<Block> {
        self.blocks_at(parent, Place::default())
    }

    pub(super) fn blocks_at(&mut self, parent: &Element, place: Place) -> Vec<Block> {
        let mut blocks = Vec::new();
        for element in parent.elements() {
            match element.name.as_str() {
                "p" => blocks.extend(self.paragraph(element, place)),
                "tbl" => blocks.push(Block::Grid(tables::grid(element, self, place))),
                "del" | "moveFrom" => self.changed(),
                "ins" | "moveTo" => {
                    self.changed();
                    blocks.extend(self.blocks_at(element, place));
                }
                "sdt" | "sdtContent" | "customXml" | "smartTag" => {
                    blocks.extend(self.blocks_at(element, place));
                }
                _ => {}
            }
        }
        blocks
    }

    /// The notes that the text referred to, in that order, each with its mark.
    pub(super) fn notes(&mut self, root: &Element, kind: &str) -> Vec<Block> {
        let wanted: Vec<(String, String)> = self.notes.iter().filter(|(of, _)| of == kind).cloned().collect();
        let mut blocks = Vec::new();
        for (index, (_, id)) in wanted.iter().enumerate() {
            let note = root
                .elements()
                .find(|note| note.name == kind && note.attribute("id") == Some(id));
            let Some(note) = note else { continue };
            let mut lines = self.blocks(note);
            if let Some(Block::Paragraph(pieces)) = lines.first_mut() {
                pieces.insert(0, Piece::shown(format!("{} ", index.saturating_add(1))));
            }
            blocks.extend(lines);
        }
        blocks
    }

    pub(super) fn changed(&mut self) {
        self.changes = self.changes.saturating_add(1);
    }

    fn paragraph(&mut self, element: &Element, place: Place) -> Vec<Block> {
        let settings = element.child("pPr");
        let style = settings
            .and_then(|settings| settings.setting("pStyle"))
            .unwrap_or_default();
        let shaded = place.shaded || settings.is_some_and(is_shaded);
        let place = Place {
            shaded,
            hidden: place.hidden || self.settings.styles.hides(style),
        };
        let mut draft = Draft::default();
        if let Some(marker) = self.marker(settings, style) {
            draft.line.push(Piece::shown(format!("{marker} ")));
        }
        self.inline(element, place, &mut draft);
        draft.finish()
    }

    fn marker(&mut self, settings: Option<&Element>, style: &str) -> Option<String> {
        let own = settings.and_then(|settings| settings.child("numPr"));
        let from_style = self.settings.styles.numbering(style);
        let id = own
            .and_then(|own| own.setting("numId"))
            .map(str::to_owned)
            .or_else(|| from_style.as_ref().map(|(id, _)| id.clone()))?;
        let level = own
            .and_then(|own| own.setting("ilvl")?.parse().ok())
            .or_else(|| from_style.map(|(_, level)| level))
            .unwrap_or(0);
        self.settings.numbering.next(&id, level, &mut self.counters)
    }

    fn inline(&mut self, parent: &Element, place: Place, draft: &mut Draft) {
        for element in parent.elements() {
            match element.name.as_str() {
                "r" => self.run(element, place, draft),
                "del" | "moveFrom" => self.changed(),
                "ins" | "moveTo" => {
                    self.changed();
                    self.inline(element, place, draft);
                }
                "hyperlink" | "fldSimple" | "smartTag" | "customXml" | "sdt" | "sdtContent" | "bdo"
                | "dir" => {
                    self.inline(element, place, draft);
                }
                _ => {}
            }
        }
    }

    fn run(&mut self, run: &Element, place: Place, draft: &mut Draft) {
        let settings = run.child("rPr");
        let visible = if self.is_hidden(settings, place) {
            Visibility::Hidden
        } else {
            Visibility::Shown
        };
        let raised = settings.and_then(|settings| settings.setting("vertAlign")) == Some("superscript");
        for element in run.elements() {
            match element.name.as_str() {
                "t" => draft.push(element.text(), visible, raised),
                "tab" | "ptab" => draft.push("\t", visible, raised),
                "br" | "cr" => draft.end_line(),
                "noBreakHyphen" => draft.push("\u{2011}", visible, raised),
                "sym" => draft.push(symbol(element), visible, raised),
                "footnoteReference" | "endnoteReference" => self.note(element, visible, draft),
                "drawing" | "pict" | "object" | "AlternateContent" => draft.boxes.extend(self.boxes(element)),
                _ => {}
            }
        }
    }

    fn is_hidden(&self, settings: Option<&Element>, place: Place) -> bool {
        let Some(settings) = settings else {
            return place.hidden;
        };
        let style = settings.setting("rStyle").unwrap_or_default();
        let shown_again = settings.child("vanish").is_some() && !settings.is_on("vanish");
        let vanished =
            settings.is_on("vanish") || ((place.hidden || self.settings.styles.hides(style)) && !shown_again);
        let tiny = settings
            .setting("sz")
            .and_then(|size| size.parse().ok())
            .is_some_and(|size: u32| size < TINY);
        let shaded = place.shaded || is_shaded(settings) || settings.child("highlight").is_some();
        vanished || tiny || (!shaded && settings.setting("color").is_some_and(is_white))
    }

    /// A note is marked by the position of its first mention among its kind.
    fn note(&mut self, reference: &Element, visible: Visibility, draft: &mut Draft) {
        let kind = reference.name.trim_end_matches("Reference").to_owned();
        let Some(id) = reference.attribute("id") else {
            return;
        };
        let known = |notes: &[(String, String)]| {
            notes
                .iter()
                .filter(|(of, _)| *of == kind)
                .position(|(_, known)| known == id)
        };
        let index = known(&self.notes).unwrap_or_else(|| {
            self.notes.push((kind.clone(), id.to_owned()));
            known(&self.notes).unwrap_or(0)
        });
        draft.push(index.saturating_add(1).to_string(), visible, true);
    }

    /// Text boxes stand twice in the file, once for old readers; the first is read.
    fn boxes(&mut self, element: &Element) -> Vec<Block> {
        let mut blocks = Vec::new();
        for inner in element.elements() {
            match inner.name.as_str() {
                "Fallback" => {}
                "txbxContent" => blocks.extend(self.blocks(inner)),
                _ => blocks.extend(self.boxes(inner)),
            }
        }
        blocks
    }
}

impl Draft {
    fn push(&mut self, text: impl Into<String>, visible: Visibility, raised: bool) {
        self.line.push(Piece {
            text: text.into(),
            visible,
            raised,
        });
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.lines.push(line);
    }

    fn finish(mut self) -> Vec<Block> {
        self.end_line();
        let mut blocks: Vec<Block> = self
            .lines
            .into_iter()
            .filter(|line| !line.is_empty())
            .map(Block::Paragraph)
            .collect();
        blocks.extend(self.boxes);
        blocks
    }
}

/// Shading other than white.
pub(super) fn is_shaded(settings: &Element) -> bool {
    let fill = settings.child("shd").and_then(|shade| shade.attribute("fill"));
    fill.is_some_and(|fill| !fill.eq_ignore_ascii_case("auto") && !is_white(fill))
}

fn is_white(colour: &str) -> bool {
    let near = |pair: &[u8]| {
        pair.first()
            .is_some_and(|digit| digit.eq_ignore_ascii_case(&b'f'))
    };
    colour.len() == 6 && colour.as_bytes().chunks(2).all(near)
}

/// A character of a symbol font: check boxes are the ones that matter.
fn symbol(element: &Element) -> String {
    let code = element
        .attribute("char")
        .and_then(|code| u32::from_str_radix(code, 16).ok());
    let shown = match code {
        Some(0xf0fe | 0xf0fd | 0xf052 | 0xf054 | 0xf078) => Some('\u{2612}'),
        Some(0xf0a8 | 0xf06f | 0xf0a3 | 0xf071) => Some('\u{2610}'),
        Some(code) => char::from_u32(code),
        None => None,
    };
    shown.unwrap_or('\u{fffd}').to_string()
}
