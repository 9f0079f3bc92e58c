//! Colours as style sheets write them, as far as hiding text goes.

/// Red, green, blue.
pub(super) type Rgb = [u8; 3];

/// Colours nearer than this in every channel look alike.
const CONTRAST: u8 = 25;

/// Names that are used to hide text or to stand behind it; other names are not known here.
const NAMES: &[(&str, Rgb)] = &[
    ("white", [255, 255, 255]),
    ("snow", [255, 250, 250]),
    ("ivory", [255, 255, 240]),
    ("ghostwhite", [248, 248, 255]),
    ("whitesmoke", [245, 245, 245]),
    ("black", [0, 0, 0]),
    ("gray", [128, 128, 128]),
    ("grey", [128, 128, 128]),
    ("silver", [192, 192, 192]),
    ("red", [255, 0, 0]),
    ("green", [0, 128, 0]),
    ("blue", [0, 0, 255]),
    ("navy", [0, 0, 128]),
    ("yellow", [255, 255, 0]),
];

/// What a style says of a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    /// That one.
    Plain(Rgb),
    /// None: what lies behind shows.
    Clear,
    /// Something not known here: pictures, gradients, variables.
    Unknown,
}

/// Reads one colour.
pub(super) fn read(value: &str) -> Colour {
    let value = value.trim();
    if value == "transparent" || value == "none" {
        return Colour::Clear;
    }
    let named = NAMES.iter().find(|(name, _)| *name == value).map(|(_, rgb)| *rgb);
    let known = named.or_else(|| hexadecimal(value)).or_else(|| function(value));
    known.map_or(Colour::Unknown, Colour::Plain)
}

/// Do two colours look alike?
pub(super) fn alike(a: Rgb, b: Rgb) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < CONTRAST)
}

fn hexadecimal(value: &str) -> Option<Rgb> {
    let digits: Vec<u8> = value
        .strip_prefix('#')?
        .chars()
        .map(|c| c.to_digit(16)?.try_into().ok())
        .collect::<Option<_>>()?;
    match digits.as_slice() {
        [r, g, b] | [r, g, b, _] => Some([r * 17, g * 17, b * 17]),
        [r, s, g, h, b, c] | [r, s, g, h, b, c, _, _] => Some([r * 16 + s, g * 16 + h, b * 16 + c]),
        _ => None,
    }
}

/// `rgb(255, 255, 255)` and `rgba(255 255 255 / 1)`; nearly clear ones are not known.
fn function(value: &str) -> Option<Rgb> {
    let inner = value
        .strip_prefix("rgba(")
        .or_else(|| value.strip_prefix("rgb("))?
        .strip_suffix(')')?;
    let parts: Vec<&str> = inner
        .split([',', ' ', '/'])
        .filter(|part| !part.is_empty())
        .collect();
    match parts.as_slice() {
        [r, g, b] | [r, g, b, "1" | "1.0" | "100%"] => {
            Some([r.parse().ok()?, g.parse().ok()?, b.parse().ok()?])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_written() {
        let cases = [
            ("#fff", Colour::Plain([255, 255, 255])),
            ("#1d2330", Colour::Plain([29, 35, 48])),
            ("rgb(1, 2, 3)", Colour::Plain([1, 2, 3])),
            ("rgba(1 2 3 / 1)", Colour::Plain([1, 2, 3])),
            ("transparent", Colour::Clear),
            ("var(--ink)", Colour::Unknown),
            ("linear-gradient(white, white)", Colour::Unknown),
        ];
        for (value, colour) in cases {
            assert_eq!(read(value), colour, "{value}");
        }
    }
}
