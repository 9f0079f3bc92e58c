//! Styles of cells: the format of their numbers, and whether their words can be seen.

use std::collections::HashMap;

use super::formats::Format;
use crate::file::xml::Element;

/// Styles by number.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: Vec<Style>,
}

/// What a style says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) format: Format,
    /// In the colour of the paper, or struck out: no person reads it as agreed.
    pub(super) unseen: bool,
}

impl Styles {
    pub(super) fn read(root: &Element) -> Self {
        let list = |name: &str| root.child(name).into_iter().flat_map(Element::elements);
        let codes: HashMap<&str, &str> = list("numFmts")
            .filter_map(|format| Some((format.attribute("numFmtId")?, format.attribute("formatCode")?)))
            .collect();
        let fonts: Vec<Ink> = list("fonts").map(Ink::of).collect();
        let grounds: Vec<bool> = list("fills").map(is_ground).collect();
        let style = |cell: &Element| {
            let at = |name: &str| cell.attribute(name).and_then(|at| at.parse::<usize>().ok());
            let id = cell.attribute("numFmtId").unwrap_or("0");
            let font = at("fontId")
                .and_then(|font| fonts.get(font))
                .copied()
                .unwrap_or_default();
            let ground = at("fillId")
                .and_then(|fill| grounds.get(fill))
                .copied()
                .unwrap_or(false);
            Style {
                format: Format::read(codes.get(id).copied().unwrap_or_else(|| built_in(id))),
                unseen: font.struck || (font.white && !ground),
            }
        };
        Self {
            styles: list("cellXfs").map(style).collect(),
        }
    }

    /// The style of that number; that of plain cells where there is none.
    pub(super) fn style(&self, number: Option<&str>) -> Style {
        let number = number
            .and_then(|number| number.parse::<usize>().ok())
            .unwrap_or(0);
        self.styles.get(number).cloned().unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Ink {
    white: bool,
    struck: bool,
}

impl Ink {
    fn of(font: &Element) -> Self {
        let colour = font.child("color");
        let white = |colour: &Element| {
            let rgb = colour
                .attribute("rgb")
                .is_some_and(|rgb| rgb.to_uppercase().ends_with("FFFFFF"));
            // The theme's first colour is that of the paper.
            rgb || (colour.attribute("theme") == Some("0") && colour.attribute("tint").is_none())
        };
        Self {
            white: colour.is_some_and(white),
            struck: font.is_on("strike"),
        }
    }
}

/// Does a fill give its cells another ground than paper?
fn is_ground(fill: &Element) -> bool {
    let pattern = fill
        .child("patternFill")
        .and_then(|pattern| pattern.attribute("patternType"));
    fill.child("gradientFill").is_some() || pattern.is_some_and(|pattern| pattern != "none")
}

/// Formats that files do not spell out.
fn built_in(id: &str) -> &'static str {
    match id {
        "1" => "0",
        "2" => "0.00",
        "3" => "#,##0",
        "4" => "#,##0.00",
        "5" | "6" => "\"$\"#,##0",
        "7" | "8" | "44" => "\"$\"#,##0.00",
        "42" => "\"$\"#,##0",
        "9" => "0%",
        "10" => "0.00%",
        "14" => "yyyy-mm-dd",
        "15" | "16" => "d-mmm-yy",
        "17" => "mmm-yy",
        "18" | "19" | "20" | "21" | "45" | "46" | "47" => "hh:mm:ss",
        "22" => "yyyy-mm-dd hh:mm",
        "37" | "38" => "#,##0",
        "39" | "40" | "43" => "#,##0.00",
        _ => "General",
    }
}
