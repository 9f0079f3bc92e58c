//! How text looks after the styles that hold for it, as far as a person's seeing it goes.

use super::colour::{self, Colour, Rgb};

/// Print smaller than this (in tenths of a pixel, 3.4 pt) is not read by people.
const TINY: i32 = 45;
/// Text moved further off than this (in tenths of a pixel) is off the page.
const OFF: i32 = -5000;
/// The size a browser starts with, in tenths of a pixel.
const START: i32 = 160;

/// The look of an element's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    gone: bool,
    unseen: bool,
    ink: Option<Rgb>,
    ground: Option<Rgb>,
    size: i32,
    /// White space is kept as written.
    pub(super) kept: bool,
    /// Children stand apart, whatever stands between them in the source.
    pub(super) apart: bool,
}

impl Default for Look {
    fn default() -> Self {
        let (ink, ground) = (Some([0, 0, 0]), Some([255, 255, 255]));
        Self {
            gone: false,
            unseen: false,
            ink,
            ground,
            size: START,
            kept: false,
            apart: false,
        }
    }
}

impl Look {
    /// Can a person see text that looks so?
    pub(super) fn is_seen(&self) -> bool {
        let swallowed = self
            .ink
            .zip(self.ground)
            .is_some_and(|(ink, ground)| colour::alike(ink, ground));
        !self.gone && !self.unseen && !swallowed && self.size >= TINY
    }

    /// The look of a child before its own styles.
    pub(super) fn inherited(self) -> Self {
        Self { apart: false, ..self }
    }

    /// Hidden for good: no style of a child shows it again.
    pub(super) fn vanish(&mut self) {
        self.gone = true;
    }

    /// Applies the declarations of one rule or style attribute together, because some hide only with others.
    pub(super) fn apply(&mut self, declarations: &[(String, String)]) {
        for (property, value) in declarations {
            self.declare(property, value);
        }
        let has = |name: &str, wanted: &[&str]| {
            declarations
                .iter()
                .any(|(property, value)| property == name && wanted.contains(&value.as_str()))
        };
        let moved = ["left", "top", "right", "margin-left", "margin-top"]
            .iter()
            .any(|side| length(declarations, side).is_some_and(|away| away <= OFF));
        let shut = ["width", "height", "max-height", "max-width"]
            .iter()
            .any(|side| length(declarations, side).is_some_and(|l| l <= 10));
        let placed = has("position", &["absolute", "fixed"]);
        let indented = length(declarations, "text-indent").is_some_and(|indent| indent <= OFF);
        self.gone |= (moved && placed) || (shut && has("overflow", &["hidden"])) || indented;
    }

    fn declare(&mut self, property: &str, value: &str) {
        match property {
            "display" => self.display(value),
            "visibility" => self.unseen = matches!(value, "hidden" | "collapse"),
            "opacity" => self.gone |= tenths(value).is_some_and(|opacity| opacity < 1),
            "font-size" => self.size = size(value, self.size),
            "color" => self.ink = ink(value, self.ground),
            "background" | "background-color" => self.stand_on(value),
            "white-space" => self.kept = value.starts_with("pre"),
            "clip-path" | "clip" => {
                self.gone |=
                    value.contains("inset(100%") || value.contains("rect(0") || value.contains("inset(50%");
            }
            "transform" => self.gone |= value.contains("scale(0)"),
            _ => {}
        }
    }

    fn display(&mut self, value: &str) {
        self.gone |= value == "none";
        self.apart |= value.contains("flex") || value.contains("grid");
    }

    fn stand_on(&mut self, value: &str) {
        match colour::read(value) {
            Colour::Plain(rgb) => self.ground = Some(rgb),
            Colour::Clear => {}
            Colour::Unknown => self.ground = None,
        }
    }
}

fn ink(value: &str, ground: Option<Rgb>) -> Option<Rgb> {
    match colour::read(value) {
        Colour::Plain(rgb) => Some(rgb),
        Colour::Clear => ground,
        Colour::Unknown => None,
    }
}

fn length(declarations: &[(String, String)], property: &str) -> Option<i32> {
    let (_, value) = declarations.iter().rev().find(|(name, _)| name == property)?;
    let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    tenths(number)
}

fn size(value: &str, around: i32) -> i32 {
    let unit = value.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    let number = value.strip_suffix(unit).and_then(tenths);
    match (number, unit) {
        (Some(number), "px") => number,
        (Some(number), "pt") => number.saturating_mul(4) / 3,
        (Some(number), "em") => around.saturating_mul(number) / 10,
        (Some(number), "rem") => START.saturating_mul(number) / 10,
        (Some(number), "%") => around.saturating_mul(number) / 1000,
        (Some(0), "") => 0,
        _ => around,
    }
}

/// A number in tenths, further digits cut.
fn tenths(value: &str) -> Option<i32> {
    let value = value.trim();
    let (sign, digits) = value.strip_prefix('-').map_or((1, value), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let whole: i32 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let tenth: i32 = part
        .chars()
        .next()
        .map_or(Some(0), |c| c.to_digit(10)?.try_into().ok())?;
    whole.checked_mul(10)?.checked_add(tenth)?.checked_mul(sign)
}

#[cfg(test)]
mod tests {
    use super::super::rules::declarations;
    use super::*;

    #[test]
    fn styles_that_hide_text_hide_it_and_others_do_not() {
        let cases = [
            ("display: none", false),
            ("visibility:hidden", false),
            ("font-size:0", false),
            ("font-size: 1px", false),
            ("font-size: 0.1em", false),
            ("opacity:0", false),
            ("color:#fff", false),
            ("color:white;background:#fff", false),
            ("position:absolute; left:-9999px", false),
            ("text-indent:-9999px", false),
            ("height:0;overflow:hidden", false),
            ("color: white; background: #0a3d62", true),
            ("color:#888", true),
            ("font-size:8pt", true),
            ("opacity:0.7", true),
            ("color:white;background:url(dark.png)", true),
            ("margin-left:-12px", true),
        ];
        for (style, seen) in cases {
            let mut look = Look::default();
            look.apply(&declarations(style));
            assert_eq!(look.is_seen(), seen, "{style}");
        }
    }
}
