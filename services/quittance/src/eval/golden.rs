//! A golden file: what a contract says, written down by people. Whatever it leaves out is not judged.

use std::path::{Path, PathBuf};

use rust_decimal::Decimal;
use serde_json::Value;

/// A golden file and the documents it is about.
#[derive(Debug)]
pub(crate) struct Golden {
    pub(crate) id: String,
    pub(crate) value: Value,
    pub(crate) files: Vec<PathBuf>,
}

/// What a golden file's name ends with.
const SUFFIX: &str = ".golden.json";
/// The golden of a folder that holds one story.
const TERMS: &str = "terms.json";

impl Golden {
    /// Every golden file of a folder, by name; where the folder itself has none, those of its sub-folders. A file that
    /// is no golden gives the sentence that says why.
    pub(crate) fn all(folder: &Path) -> std::io::Result<Vec<(String, Result<Self, String>)>> {
        let mut found = goldens_in(folder)?;
        if found.is_empty() {
            for sub in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
                found.extend(goldens_in(&sub)?);
            }
        }
        Ok(found.iter().map(|path| (name(path), Self::open(path))).collect())
    }

    fn open(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        if !value.is_object() {
            return Err("it holds no JSON object".to_owned());
        }
        let id = value["id"].as_str().map_or_else(|| name(path), str::to_owned);
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        let files = files(&value, folder, &name(path));
        if files.is_empty() {
            return Err("no contract lies beside it".to_owned());
        }
        Ok(Self { id, value, files })
    }

    pub(crate) fn items(&self) -> Vec<&Value> {
        list(&self.value["line_items"])
    }

    /// Numbers and dates that may be nowhere in the plan: what the golden lists one by one.
    pub(crate) fn forbidden_values(&self) -> Vec<String> {
        list(&self.value["must_not_extract"])
            .into_iter()
            .filter_map(|entry| word(&entry["value"]))
            .collect()
    }

    /// Amounts that may be no charge: distractors, and sums of what is charged already.
    pub(crate) fn forbidden_amounts(&self) -> Vec<Decimal> {
        let distractors = list(&self.value["must_not_extract"]);
        let listed = distractors.into_iter().flat_map(|entry| match entry {
            Value::String(text) => amounts(text),
            other => decimal(&other["value"]).into_iter().collect(),
        });
        listed.chain(self.totals()).collect()
    }

    /// Sums of what is charged already.
    pub(crate) fn totals(&self) -> Vec<Decimal> {
        list(&self.value["totals"])
            .into_iter()
            .filter_map(|total| decimal(&total["amount"]))
            .collect()
    }

    /// Codes of the flags a reviewer must get.
    pub(crate) fn flags(&self) -> Vec<String> {
        list(&self.value["flags"])
            .into_iter()
            .filter_map(|flag| flag["code"].as_str().map(str::to_owned))
            .collect()
    }

    /// Does the golden say which flags there must be, so that any other one holds up a good contract?
    pub(crate) fn says_flags(&self) -> bool {
        self.value["flags"].is_array()
    }

    /// What should come of reading it.
    pub(crate) fn outcome(&self) -> &str {
        self.value["expected_outcome"].as_str().unwrap_or("extract")
    }

    /// May the file be refused by name, as a scan without text or a file under a password?
    pub(crate) fn may_be_refused(&self) -> bool {
        let scan = self.value["has_text_layer"].as_bool() == Some(false);
        scan || self.outcome() == "refuse_encrypted" || self.outcome().starts_with("extract_by_ocr")
    }

    /// Is there anything to charge?
    pub(crate) fn charges(&self) -> bool {
        self.value["billing_terms_present"].as_bool().unwrap_or(true)
            && self.outcome() != "empty_plan_with_reason"
    }
}

fn goldens_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = entries(folder)?;
    found.retain(|path| path.to_string_lossy().ends_with(SUFFIX) || path.ends_with(TERMS));
    Ok(found)
}

fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    let path = if path.ends_with(TERMS) {
        path.parent().unwrap_or(path)
    } else {
        path
    };
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    file.strip_suffix(SUFFIX).unwrap_or(&file).to_owned()
}

/// The files it names; without names, the file or the folder that is called like it.
fn files(golden: &Value, folder: &Path, name: &str) -> Vec<PathBuf> {
    let named: Vec<PathBuf> = match &golden["file"] {
        Value::String(file) => vec![folder.join(file)],
        Value::Array(files) => files
            .iter()
            .filter_map(Value::as_str)
            .map(|file| folder.join(file))
            .collect(),
        _ => Vec::new(),
    };
    if !named.is_empty() {
        return named;
    }
    let bundle = entries(&folder.join(name)).unwrap_or_default();
    let beside = entries(folder).unwrap_or_default().into_iter().filter(|path| {
        path.is_file()
            && !path.to_string_lossy().ends_with(SUFFIX)
            && path.file_stem().is_some_and(|stem| stem == name)
    });
    bundle
        .into_iter()
        .filter(|path| path.is_file())
        .chain(beside)
        .collect()
}

/// The elements of a list; none where there is no list.
pub(crate) fn list(value: &Value) -> Vec<&Value> {
    value
        .as_array()
        .map(|all| all.iter().collect())
        .unwrap_or_default()
}

/// A single value as a word.
pub(crate) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A decimal as goldens write them.
pub(crate) fn decimal(value: &Value) -> Option<Decimal> {
    number(&word(value)?)
}

/// A decimal in a word.
pub(crate) fn number(text: &str) -> Option<Decimal> {
    text.parse::<Decimal>().ok().map(|value| value.normalize())
}

/// Amounts with a currency sign in a sentence: "insurance limits $5,000,000 / $500,000".
fn amounts(text: &str) -> Vec<Decimal> {
    let digit = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.');
    let amount = |rest: &str| {
        let digits: String = rest.chars().take_while(|c| digit(*c)).collect();
        let value = number(&digits.trim_end_matches(['.', ',']).replace(',', ""))?;
        let unit = rest.trim_start_matches(digit).trim_start();
        if unit.starts_with("million") || unit == "m" || unit.starts_with("m ") {
            value.checked_mul(Decimal::from(1_000_000))
        } else {
            Some(value)
        }
    };
    text.split(['$', '€', '£']).skip(1).filter_map(amount).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_stand_in_sentences() {
        let found = amounts("insurance $5,000,000 / $500,000, fee of $1.92 million, $12.");
        let wanted = ["5000000", "500000", "1920000", "12"].map(|text| number(text).unwrap());
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_golden_that_says_next_to_nothing_is_still_one() {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in [
            (
                "a.golden.json",
                "{\"line_items\": null, \"parties\": 7, \"odd\": []}",
            ),
            ("a.txt", "Fee: $5"),
            ("b.golden.json", "[1]"),
            ("c.golden.json", "{}"),
            ("d.golden.json", "{"),
        ] {
            std::fs::write(folder.path().join(file), text).unwrap();
        }
        let found = Golden::all(folder.path()).unwrap();
        let good: Vec<bool> = found.iter().map(|(_, golden)| golden.is_ok()).collect();
        assert_eq!(good, [true, false, false, false]);
        let golden = found.into_iter().next().unwrap().1.unwrap();
        assert!(golden.items().is_empty() && golden.flags().is_empty() && golden.charges());
    }
}
