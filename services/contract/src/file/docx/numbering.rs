//! Automatic numbers: they stand on the page but not in the text, and clauses are cited by them.

use std::collections::HashMap;

use crate::file::xml::Element;

/// Levels of a list.
const LEVELS: usize = 9;

/// The lists of a document.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    lists: HashMap<String, Vec<Level>>,
    numbers: HashMap<String, Number>,
}

#[derive(Debug, Clone, Default)]
struct Level {
    format: String,
    text: String,
    start: u32,
}

#[derive(Debug, Default)]
struct Number {
    list: String,
    /// Levels that this number starts anew, with their first values.
    starts: HashMap<usize, u32>,
}

/// Where every list has got to.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// Values by list; `None` for a level that has not begun.
    values: HashMap<String, [Option<u32>; LEVELS]>,
    begun: Vec<String>,
}

impl Numbering {
    /// From the root of the numbering part.
    pub(super) fn read(root: &Element) -> Self {
        let named = |name: &'static str| root.elements().filter(move |element| element.name == name);
        let lists = named("abstractNum")
            .filter_map(|list| Some((list.attribute("abstractNumId")?.to_owned(), levels(list))));
        let numbers = named("num").filter_map(|num| Some((num.attribute("numId")?.to_owned(), number(num)?)));
        Self {
            lists: lists.collect(),
            numbers: numbers.collect(),
        }
    }

    /// The marker of the next paragraph of that number and level; `None` for bullets and for no number.
    pub(super) fn next(&self, id: &str, level: usize, counters: &mut Counters) -> Option<String> {
        let number = self.numbers.get(id)?;
        let levels = self.lists.get(&number.list)?;
        let own = levels.get(level)?;
        let values = counters.step(number, id, level, levels);
        (own.format != "bullet" && own.format != "none")
            .then(|| marker(own, levels, &values))
            .filter(|text| !text.is_empty())
    }
}

impl Counters {
    fn step(&mut self, number: &Number, id: &str, level: usize, levels: &[Level]) -> [Option<u32>; LEVELS] {
        let values = self.values.entry(number.list.clone()).or_default();
        if !self.begun.iter().any(|begun| begun == id) {
            self.begun.push(id.to_owned());
            number
                .starts
                .keys()
                .filter_map(|level| values.get_mut(*level).map(|value| *value = None))
                .count();
        }
        let first = |at: usize| {
            number
                .starts
                .get(&at)
                .copied()
                .or_else(|| levels.get(at).map(|level| level.start))
                .unwrap_or(1)
        };
        for (at, value) in values.iter_mut().enumerate() {
            match at.cmp(&level) {
                std::cmp::Ordering::Less => *value = value.or_else(|| Some(first(at))),
                std::cmp::Ordering::Equal => {
                    *value = Some(value.map_or_else(|| first(at), |value| value.saturating_add(1)));
                }
                std::cmp::Ordering::Greater => *value = None,
            }
        }
        *values
    }
}

fn levels(list: &Element) -> Vec<Level> {
    let levels = list.elements().filter(|element| element.name == "lvl");
    let levels = levels.map(|level| Level {
        format: level.setting("numFmt").unwrap_or("decimal").to_owned(),
        text: level.setting("lvlText").unwrap_or_default().to_owned(),
        start: level
            .setting("start")
            .and_then(|start| start.parse().ok())
            .unwrap_or(1),
    });
    levels.take(LEVELS).collect()
}

fn number(num: &Element) -> Option<Number> {
    let overrides = num.elements().filter(|element| element.name == "lvlOverride");
    let starts = overrides.filter_map(|level| {
        Some((
            level.attribute("ilvl")?.parse().ok()?,
            level.setting("startOverride")?.parse().ok()?,
        ))
    });
    Some(Number {
        list: num.setting("abstractNumId")?.to_owned(),
        starts: starts.collect(),
    })
}

/// `%1.%2` with every level in its own format.
fn marker(own: &Level, levels: &[Level], values: &[Option<u32>; LEVELS]) -> String {
    let mut out = String::new();
    let mut rest = own.text.chars();
    while let Some(c) = rest.next() {
        let level = if c == '%' {
            rest.next().and_then(|digit| digit.to_digit(10))
        } else {
            None
        };
        let level = level.and_then(|level| usize::try_from(level).ok()?.checked_sub(1));
        match level {
            Some(level) => {
                let format = levels.get(level).map_or("decimal", |level| level.format.as_str());
                out.push_str(&written(
                    values.get(level).copied().flatten().unwrap_or(1),
                    format,
                ));
            }
            None => out.push(c),
        }
    }
    out
}

fn written(value: u32, format: &str) -> String {
    match format {
        "lowerLetter" => letters(value, 'a'),
        "upperLetter" => letters(value, 'A'),
        "lowerRoman" => roman(value).to_lowercase(),
        "upperRoman" => roman(value),
        "decimalZero" => format!("{value:02}"),
        _ => value.to_string(),
    }
}

/// a to z, then aa, bb, as word processors count.
fn letters(value: u32, first: char) -> String {
    let Some(index) = value.checked_sub(1) else {
        return String::new();
    };
    let letter = char::from_u32(u32::from(first).saturating_add(index % 26)).unwrap_or(first);
    let times = usize::try_from(index / 26).unwrap_or(0).min(20).saturating_add(1);
    std::iter::repeat_n(letter, times).collect()
}

fn roman(value: u32) -> String {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut rest = value.min(3999);
    let mut out = String::new();
    for (worth, sign) in SIGNS {
        while rest >= worth {
            out.push_str(sign);
            rest = rest.saturating_sub(worth);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::xml;

    const LISTS: &str = "<n><abstractNum abstractNumId='0'>\
        <lvl><start val='1'/><numFmt val='decimal'/><lvlText val='%1.'/></lvl>\
        <lvl><start val='1'/><numFmt val='decimal'/><lvlText val='%1.%2'/></lvl>\
        <lvl><start val='1'/><numFmt val='lowerLetter'/><lvlText val='(%3)'/></lvl></abstractNum>\
        <num numId='1'><abstractNumId val='0'/></num>\
        <num numId='2'><abstractNumId val='0'/><lvlOverride ilvl='0'><startOverride val='4'/></lvlOverride></num></n>";

    #[test]
    fn clauses_are_numbered_as_on_the_page() {
        let lists = Numbering::read(&xml::parse(LISTS).unwrap());
        let mut counters = Counters::default();
        let steps = [
            ("1", 0),
            ("1", 1),
            ("1", 1),
            ("1", 2),
            ("1", 2),
            ("1", 0),
            ("1", 1),
            ("2", 0),
            ("2", 0),
        ];
        let markers: Vec<String> = steps
            .iter()
            .map(|(id, level)| lists.next(id, *level, &mut counters).unwrap())
            .collect();
        assert_eq!(
            markers,
            ["1.", "1.1", "1.2", "(a)", "(b)", "2.", "2.1", "4.", "5."]
        );
    }

    #[test]
    fn formats_are_written_as_word_processors_do() {
        assert_eq!(
            [roman(4), roman(1994), letters(3, 'a'), letters(28, 'A')],
            ["IV", "MCMXCIV", "c", "BB"]
        );
    }
}
