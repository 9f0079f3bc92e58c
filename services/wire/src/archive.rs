//! Names the content of archived usage: whoever writes it out and whoever keeps it compute the same.

use prost::Message as _;
use sha2::{Digest as _, Sha256};

use crate::invoicing::v1::ArchivedEvent;

/// Events in the order of a file.
#[derive(Debug, Clone, Default)]
pub struct Digest {
    hash: Sha256,
    events: u64,
}

impl Digest {
    /// Takes the next event.
    pub fn add(&mut self, event: &ArchivedEvent) {
        // With its length in front, so that no two sequences of events are told alike.
        self.hash.update(event.encode_length_delimited_to_vec());
        self.events = self.events.saturating_add(1);
    }

    /// How many there were so far.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The SHA-256 of all of them.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.hash.finalize().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_borders_matter() {
        let event = |id: &str, value: &str| ArchivedEvent {
            id: id.to_owned(),
            value: value.to_owned(),
            ..ArchivedEvent::default()
        };
        let digest = |events: &[ArchivedEvent]| {
            let mut digest = Digest::default();
            events.iter().for_each(|event| digest.add(event));
            assert_eq!(digest.events(), u64::try_from(events.len()).unwrap());
            digest.finish()
        };
        let (one, other) = (event("a", "1"), event("b", "2"));
        let both = digest(&[one.clone(), other.clone()]);
        assert_eq!(both, digest(&[one.clone(), other.clone()]));
        assert_ne!(both, digest(&[other.clone(), one]));
        assert_ne!(both, digest(&[other]));
    }
}
