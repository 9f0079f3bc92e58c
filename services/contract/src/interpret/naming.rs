//! Names in a plan: readable, stable, and each used once.

/// Lower-case words with dashes: `API calls` is `api-calls`. Letters of other scripts stay.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') && !"'’.".contains(letter) {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The first words of a description: what stands before a bracket, a dash or a comma, at most six words.
pub(super) fn short(description: &str) -> &str {
    let end = description
        .find(['(', ',', ';', ':', '–', '—'])
        .unwrap_or(description.len());
    let head = description.get(..end).unwrap_or(description).trim();
    let head = if head.is_empty() { description } else { head };
    let sixth = head
        .char_indices()
        .filter(|(_, letter)| *letter == ' ')
        .nth(5)
        .map(|(at, _)| at);
    head.get(..sixth.unwrap_or(head.len())).unwrap_or(head).trim()
}

/// The slug itself, or with the first free number behind it.
pub(super) fn unused(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let base = if wanted.is_empty() { "charge" } else { wanted };
    if !is_taken(base) {
        return base.to_owned();
    }
    let mut numbered = (2u32..).map(|number| format!("{base}-{number}"));
    numbered.find(|name| !is_taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_slugs_of_the_short_description() {
        for (description, name) in [
            ("API calls", "api-calls"),
            (
                "Base platform fee (incl. 10,000 transactions)",
                "base-platform-fee",
            ),
            (
                "One-time implementation & set-up",
                "one-time-implementation-set-up",
            ),
            ("Customer's data — migration", "customers-data"),
            ("Ünïcode GmbH", "ünïcode-gmbh"),
        ] {
            assert_eq!(slug(short(description)), name);
        }
    }

    #[test]
    fn a_name_is_used_once() {
        let is_taken = |name: &str| ["fee", "fee-2"].contains(&name);
        assert_eq!(unused("fee", is_taken), "fee-3");
        assert_eq!(unused("", is_taken), "charge");
    }
}
