//! What one unit is called: singular, lower case, without filler.

/// Words for people and things that are counted as seats: their number is agreed and changes by agreement.
const SEATS: [&str; 20] = [
    "seat",
    "user",
    "employee",
    "licence",
    "license",
    "subscriber",
    "agent",
    "member",
    "student",
    "person",
    "head",
    "named",
    "login",
    "worker",
    "resident",
    "learner",
    "editor",
    "author",
    "operator",
    "headcount",
];

/// Is a unit one of seats?
#[must_use]
pub fn is_seat(unit: &str) -> bool {
    unit.split([' ', '-', '/'])
        .any(|word| SEATS.contains(&singular(word).as_str()))
}

/// A noun in the singular, lower case. Names in capitals (`GB`, `API`) keep their letters.
#[must_use]
pub fn singular(word: &str) -> String {
    let shouted = word.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    if shouted && word.len() > 1 {
        return word.to_owned();
    }
    let low = word.to_lowercase();
    if low.ends_with("ss") || low.ends_with("us") || low.ends_with("is") || low.len() < 4 {
        return low;
    }
    if let Some(stem) = low.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for ending in ["sses", "ches", "shes", "xes"] {
        if low.ends_with(ending) {
            return low.trim_end_matches("es").to_owned();
        }
    }
    low.strip_suffix('s').unwrap_or(&low).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{is_seat, singular};

    #[test]
    fn units_are_singular() {
        let cases = [
            ("seats", "seat"),
            ("entries", "entry"),
            ("GB", "GB"),
            ("accesses", "access"),
            ("Transactions", "transaction"),
            ("bus", "bus"),
            ("batches", "batch"),
        ];
        for (word, expected) in cases {
            assert_eq!(singular(word), expected);
        }
    }

    #[test]
    fn seats_are_people() {
        assert!(is_seat("active users"));
        assert!(is_seat("named user"));
        assert!(!is_seat("GPU-hour"));
    }
}
