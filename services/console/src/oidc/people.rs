//! Whose key is whose: a file of the administrator's, read at each sign-in, so that nobody waits for a restart.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::token::Person;

/// A file with a JSON object: for each account at the issuer, its e-mail address or its `sub`, the key.
#[derive(Debug, Clone)]
pub struct People(PathBuf);

impl People {
    /// That file, if it is one.
    ///
    /// # Errors
    /// Why it cannot be read. No key is part of the sentence.
    pub fn in_file(path: PathBuf) -> Result<Self, String> {
        let people = Self(path);
        people.read().map(|_| people)
    }

    /// The key of whoever the issuer names: by its `sub`, else by an e-mail address that it vouches for.
    pub(super) fn key_of(&self, person: &Person) -> Option<String> {
        let keys = self
            .read()
            .map_err(|why| tracing::error!(why, "the keys of people cannot be read"));
        let keys = keys.ok()?;
        let by_address = || {
            let address = person.email.as_ref()?.to_lowercase();
            let mut found = keys.iter().filter(|(name, _)| name.to_lowercase() == address);
            found
                .next()
                .filter(|_| found.next().is_none())
                .map(|(_, key)| key)
        };
        keys.get(&person.sub).or_else(by_address).cloned()
    }

    fn read(&self) -> Result<BTreeMap<String, String>, String> {
        let text = fs::read_to_string(&self.0).map_err(|error| error.to_string())?;
        // The error of the parser would show what stands in the file.
        serde_json::from_str(&text).map_err(|_| "it is no JSON object of names and keys".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(sub: &str, email: Option<&str>) -> Person {
        Person {
            sub: sub.to_owned(),
            email: email.map(str::to_owned),
        }
    }

    #[test]
    fn a_person_is_found_by_account_or_by_an_address_that_is_vouched_for() {
        let file = std::env::temp_dir().join(format!("people-{}.json", uuid::Uuid::new_v4()));
        fs::write(
            &file,
            r#"{"7f3": "by sub", "Dana@Example.com": "by address", "a@b.c": "1", "A@b.c": "2"}"#,
        )
        .unwrap();
        let people = People::in_file(file.clone()).unwrap();
        let key = |sub: &str, email: Option<&str>| people.key_of(&person(sub, email));
        assert_eq!(key("7f3", None).as_deref(), Some("by sub"));
        assert_eq!(key("x", Some("dana@example.com")).as_deref(), Some("by address"));
        assert_eq!(key("x", Some("a@b.c")), None, "two entries are none");
        assert_eq!(key("x", None), None);
        fs::remove_file(&file).unwrap();
        assert_eq!(key("7f3", None), None);
        assert!(People::in_file(file).is_err());
    }
}
