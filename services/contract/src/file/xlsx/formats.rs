//! Number formats: what a format code adds to a number, and how much of the number it shows.

/// A format.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) kind: Kind,
    /// What stands before the digits: `$`, `EUR `.
    pub(super) before: String,
    /// What stands after them: ` €`, ` per seat`.
    pub(super) after: String,
}

/// What a format makes of a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// As it is.
    #[default]
    General,
    /// With so many decimals shown, and at least so many.
    Number { most: u32, least: u32 },
    /// A hundred times as much and a sign, with so many decimals shown.
    Percent { most: u32 },
    /// A day, a month or a year.
    Date { day: bool, month: bool, time: bool },
    /// A time of day, or a length of time.
    Time,
    /// Nothing.
    Nothing,
}

impl Format {
    /// Reads a format code; its first section is that of positive numbers.
    pub(super) fn read(code: &str) -> Self {
        let mut scan = Scan::default();
        let mut signs = code.chars().peekable();
        while let Some(sign) = signs.next() {
            match sign {
                ';' => break,
                '"' => scan.literal(&signs.by_ref().take_while(|sign| *sign != '"').collect::<String>()),
                '\\' => scan.literal(&signs.next().map(String::from).unwrap_or_default()),
                // The width of a sign, or a sign that fills the cell.
                '_' | '*' => drop(signs.next()),
                '[' => scan.bracket(&signs.by_ref().take_while(|sign| *sign != ']').collect::<String>()),
                other => scan.sign(other),
            }
        }
        scan.finish(code)
    }
}

#[derive(Debug, Default)]
struct Scan {
    before: String,
    after: String,
    digits: bool,
    decimals: bool,
    most: u32,
    least: u32,
    percent: bool,
    /// A comma after the last digit divides by a thousand.
    scaled: bool,
    elapsed: bool,
    letters: String,
}

impl Scan {
    fn literal(&mut self, text: &str) {
        match self.digits {
            true => self.after.push_str(text),
            false => self.before.push_str(text),
        }
    }

    /// `[$€-407]`, `[Red]`, `[>=100]`, `[h]`.
    fn bracket(&mut self, text: &str) {
        match text.strip_prefix('$') {
            Some(currency) => {
                let (sign, place) = currency.rsplit_once('-').unwrap_or((currency, ""));
                self.literal(&currency_of(sign, place));
            }
            None => {
                self.elapsed |= text
                    .chars()
                    .all(|c| matches!(c, 'h' | 'm' | 's' | 'H' | 'M' | 'S'));
            }
        }
    }

    fn sign(&mut self, sign: char) {
        match sign {
            '0' | '#' | '?' => {
                self.digits = true;
                self.scaled = false;
                if self.decimals {
                    self.most = self.most.saturating_add(1);
                    self.least = self.least.saturating_add(u32::from(sign == '0'));
                }
            }
            '.' if self.letters.is_empty() => self.decimals = true,
            ',' => self.scaled = self.digits,
            '%' => self.percent = true,
            '$' | '€' | '£' | '¥' => self.literal(&sign.to_string()),
            'y' | 'Y' | 'd' | 'D' | 'm' | 'M' | 'h' | 'H' | 's' | 'S' => {
                self.letters.extend(sign.to_lowercase());
            }
            ' ' | '-' | '/' | '(' | ')' | ':' => self.literal(&sign.to_string()),
            _ => {}
        }
    }

    fn finish(self, code: &str) -> Format {
        let kind = self.kind(code);
        let plain = matches!(kind, Kind::Number { .. } | Kind::Percent { .. });
        // Letters after a divided number speak of the divided number.
        let trimmed = |text: &str| match plain && !self.scaled {
            true => text.trim_matches(['(', ')', '-']).to_owned(),
            false => String::new(),
        };
        Format {
            kind,
            before: trimmed(&self.before),
            after: trimmed(&self.after),
        }
    }

    fn kind(&self, code: &str) -> Kind {
        if code.split(';').all(str::is_empty) && code.contains(';') {
            return Kind::Nothing;
        }
        let has = |letter: char| self.letters.contains(letter);
        match () {
            () if has('y') || has('d') || (has('m') && !has('h') && !has('s') && !self.elapsed) => {
                Kind::Date {
                    day: has('d'),
                    month: has('m') && (has('d') || has('y')),
                    time: has('h'),
                }
            }
            () if has('h') || has('s') || self.elapsed => Kind::Time,
            () if self.percent => Kind::Percent { most: self.most },
            () if self.digits && !self.scaled => Kind::Number {
                most: self.most,
                least: self.least,
            },
            () => Kind::General,
        }
    }
}

/// A sign that several currencies share is told by the place that the format names.
fn currency_of(sign: &str, place: &str) -> String {
    let code = match (sign, place.trim_start_matches('0').to_uppercase().as_str()) {
        ("$", "1009" | "C0C") => "CAD ",
        ("$", "C09") => "AUD ",
        ("$", "1409") => "NZD ",
        ("$", "4809" | "1004") => "SGD ",
        ("kr" | "kr.", "41D") => "SEK ",
        ("kr" | "kr.", "414" | "814") => "NOK ",
        ("kr" | "kr.", "406") => "DKK ",
        (sign, _) if sign.len() == 3 && sign.chars().all(|c| c.is_ascii_uppercase()) => {
            return format!("{sign} ");
        }
        (sign, _) => return sign.to_owned(),
    };
    code.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_codes_are_understood() {
        let number = |most, least| Kind::Number { most, least };
        for (code, kind, before, after) in [
            ("General", Kind::General, "", ""),
            ("0", number(0, 0), "", ""),
            ("#,##0.00", number(2, 2), "", ""),
            ("#,##0.00##", number(4, 2), "", ""),
            ("\"$\"#,##0.00;[Red](\"$\"#,##0.00)", number(2, 2), "$", ""),
            (
                "_-[$£-809]* #,##0.00_-;-[$£-809]* #,##0.00_-",
                number(2, 2),
                "£",
                "",
            ),
            ("#,##0.00\\ [$€-407]", number(2, 2), "", " €"),
            ("[$CHF]\\ #,##0", number(0, 0), "CHF  ", ""),
            ("[$$-1009]#,##0.00", number(2, 2), "CAD ", ""),
            ("0.00\" per seat\"", number(2, 2), "", " per seat"),
            ("0.0%", Kind::Percent { most: 1 }, "", ""),
            ("0,,\" M\"", Kind::General, "", ""),
            (
                "dd/mm/yyyy",
                Kind::Date {
                    day: true,
                    month: true,
                    time: false,
                },
                "",
                "",
            ),
            (
                "[$-409]mmmm\\ yyyy;@",
                Kind::Date {
                    day: false,
                    month: true,
                    time: false,
                },
                "",
                "",
            ),
            (
                "yyyy-mm-dd hh:mm",
                Kind::Date {
                    day: true,
                    month: true,
                    time: true,
                },
                "",
                "",
            ),
            ("[h]:mm", Kind::Time, "", ""),
            ("hh:mm", Kind::Time, "", ""),
            (";;;", Kind::Nothing, "", ""),
        ] {
            let format = Format::read(code);
            assert_eq!(
                (format.kind, format.before.as_str(), format.after.as_str()),
                (kind, before, after),
                "{code}"
            );
        }
    }
}
