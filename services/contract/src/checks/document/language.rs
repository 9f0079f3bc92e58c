//! Is the document in a language that is read? Told by the small words of each language, never by names.

use super::printed::{Printed, bare, seen};
use crate::flag::{Code, Flag, Severity};

/// A language and small words that stand in every text of it, and hardly in another's.
struct Language {
    name: &'static str,
    words: [&'static str; 14],
}

const ENGLISH: Language = Language {
    name: "English",
    words: [
        "the", "of", "and", "to", "by", "is", "or", "for", "with", "this", "shall", "be", "per", "any",
    ],
};

const OTHERS: [Language; 7] = [
    Language {
        name: "German",
        words: [
            "der", "und", "eine", "das", "für", "ist", "von", "mit", "nicht", "wird", "oder", "zum", "auf",
            "dem",
        ],
    },
    Language {
        name: "French",
        words: [
            "le", "les", "des", "et", "du", "pour", "est", "dans", "une", "aux", "sur", "être", "ou", "cette",
        ],
    },
    Language {
        name: "Spanish",
        words: [
            "el", "los", "las", "del", "para", "por", "con", "una", "que", "se", "al", "su", "y", "como",
        ],
    },
    Language {
        name: "Italian",
        words: [
            "il", "della", "di", "che", "delle", "gli", "nella", "sono", "è", "dal", "nel", "questo", "dei",
            "alla",
        ],
    },
    Language {
        name: "Dutch",
        words: [
            "het", "een", "van", "voor", "niet", "wordt", "zijn", "aan", "bij", "naar", "deze", "ook",
            "worden", "heeft",
        ],
    },
    Language {
        name: "Portuguese",
        words: [
            "os", "da", "não", "para", "uma", "pelo", "ao", "são", "em", "das", "dos", "pela", "às", "à",
        ],
    },
    Language {
        name: "Swedish",
        words: [
            "och", "att", "som", "för", "är", "med", "av", "till", "inte", "skall", "på", "eller", "ett",
            "ska",
        ],
    },
];

/// Fewer words than this tell nothing.
const ENOUGH: usize = 40;

/// Stops a document that is not in English, and shows where another language stands beside it.
pub(super) fn check(words: &[Printed<'_>]) -> Vec<Flag> {
    let words: Vec<String> = seen(words)
        .iter()
        .map(|word| bare(word.text()))
        .filter(|word| is_letters(word))
        .collect();
    if words.len() < ENOUGH {
        return Vec::new();
    }
    script(&words).or_else(|| language(&words)).into_iter().collect()
}

fn is_letters(word: &str) -> bool {
    word.chars().any(char::is_alphabetic)
}

/// Text in other letters than Latin ones.
fn script(words: &[String]) -> Option<Flag> {
    let foreign = words
        .iter()
        .filter(|word| word.chars().any(|c| c.is_alphabetic() && c > '\u{24F}'))
        .count();
    let mostly = foreign.saturating_mul(2) > words.len();
    mostly.then(|| flag("is written in letters that are not read"))
}

fn language(words: &[String]) -> Option<Flag> {
    let count = |language: &Language| {
        words
            .iter()
            .filter(|word| language.words.contains(&word.as_str()))
            .count()
    };
    let english = count(&ENGLISH);
    let (found, language) = OTHERS
        .iter()
        .map(|other| (count(other), other))
        .max_by_key(|(count, _)| *count)?;
    // A tenth of any text are such words; names and streets of another country are fewer.
    let is_text = found.saturating_mul(20) > words.len();
    if found > english && is_text {
        return Some(flag(&format!(
            "seems to be in {}, which is not read",
            language.name
        )));
    }
    let beside = is_text && found.saturating_mul(3) > english;
    let sentence = format!("is in {} in part, which is not read", language.name);
    beside.then(|| flag(&sentence).severity(Severity::Review))
}

fn flag(what: &str) -> Flag {
    let what_to_do = "Upload an English version, or enter the terms by hand.";
    Flag::new(Code::LanguageNotRead, format!("The document {what}."), what_to_do)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::checks::document::printed;
    use crate::flag::Severity;
    use crate::grounding::written::document;

    const ENGLISH: &str = "The fees set out in this order are payable by the customer within thirty days of the date of \
        the invoice and shall be exclusive of any tax which is to be borne by the customer for all of the services ";
    const GERMAN: &str = "Die Vergütung für die Leistungen ist von dem Kunden mit Ablauf der Frist zu zahlen und wird nicht \
        erstattet, soweit das Entgelt auf die Dauer von zwölf Monaten oder mehr für die Nutzung der Software vereinbart ist ";

    #[test]
    fn only_english_is_read() {
        let cases = [
            (ENGLISH.repeat(2), None),
            (GERMAN.repeat(2), Some(Severity::Block)),
            (format!("{}{}", ENGLISH.repeat(2), GERMAN), Some(Severity::Review)),
            (String::from("Die Mannschaft GmbH"), None),
            (
                "Поставщик оказывает услуги за плату по договору с заказчиком ".repeat(8),
                Some(Severity::Block),
            ),
        ];
        for (text, expected) in cases {
            let document = document(&text);
            let flags = check(&printed::of(&document));
            assert_eq!(flags.first().map(|flag| flag.severity), expected, "{text}");
        }
    }
}
